import Foundation
import LeadlineCore
import LeadlineSchemas
import Vault

// Who else a message speaks of: two persons who turn out to be one.

extension Intake {
    /// The person to whom the message's address, its telephone number or its other lead leads beside the one that it is
    /// sealed for. A mailbox that several people read links nobody.
    func linked(_ known: KnownPersons, _ fact: Fact, _ email: String, _ pseudonyms: Pseudonyms) throws -> Digest128? {
        switch fact {
        case .leadSubmitted, .leadUpdated:
            let byAddress = SharedMailbox.isShared(email) ? nil : known.byAddress.first
            return (byAddress ?? known.byTelephone).map { Digest128($0) }
        case .personsLinked(let pair), .personsUnlinked(let pair):
            return try vault.findSubject(pseudonyms.lookup(kind: .lead, value: pair.otherLeadID)).map { Digest128($0) }
        default: return nil
        }
    }
}

/// Whom what a message states leads to.
struct KnownPersons {
    /// For whom it is sealed.
    var subject: SubjectID
    /// Others who have its address, or its lead.
    var byAddress: [SubjectID] = []
    /// Somebody else whom its telephone number reaches.
    var byTelephone: SubjectID?
}

extension MessageKind {
    /// True for a message that is about a person even where it says nothing that must be sealed.
    var concernsPerson: Bool {
        switch self {
        case .leadSubmitted, .processingRestricted, .processingObjected, .processingResumed, .personsLinked,
            .personsUnlinked:
            true
        default: false
        }
    }
}

/// Mailboxes that are a function's and not one person's.
enum SharedMailbox {
    /// Names before the "@", without what stands after a "+": those of RFC 2142, and what companies commonly use in the
    /// languages that dossiers are written in.
    private static let names: Set<String> = [
        "abuse", "accounting", "accounts", "acquisti", "admin", "administration", "amministrazione", "billing",
        "booking", "buchhaltung", "careers", "commerciale", "commercial", "compras", "contact", "contacto", "contabilidad",
        "contatti", "customerservice", "einkauf", "enquiries", "enquiry", "facturation", "finance", "hello", "help",
        "helpdesk", "hostmaster", "hr", "info", "informacion", "inquiries", "it", "jobs", "kontakt", "legal", "mail",
        "marketing", "news", "noc", "noreply", "no-reply", "office", "orders", "post", "postmaster", "press", "privacy",
        "procurement", "purchasing", "reception", "sales", "security", "service", "support", "team", "usenet", "uucp",
        "vendite", "ventas", "ventes", "vertrieb", "webmaster", "www",
    ]

    /// True if several people are likely to read what is sent there. An address that cannot be told is one person's.
    static func isShared(_ address: String) -> Bool {
        let bytes = Array(address.utf8)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
        var name = bytes[..<end].split(separator: UInt8(ascii: "+"), omittingEmptySubsequences: false).first ?? []
        while let first = name.first, first == 0x20 || first == UInt8(ascii: "<") { name.removeFirst() }
        return names.contains(String(decoding: name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self))
    }
}
