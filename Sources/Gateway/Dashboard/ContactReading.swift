import Crypto
import Dashboard
import Foundation
import HTTPTypes
import Reports
import TextFormats
import UseCases

/// Names and addresses of a lead's person on its page, for whoever says why. Each read is noted; the reason is asked for
/// once a visit: the browser keeps it, signed for the session, until it is closed.
struct ContactReading {
    static let routes = [
        DashboardRoutes.form(
            "readContact", "/leads/{lead}/contact", "Read names and addresses of a lead", scope: .leadsReadContact,
            rate: .read
        ) { try await ContactReading($0).sent($1) },
        // Whoever reloads what was read comes back to the lead, where nothing is shown unasked.
        DashboardRoutes.page("showContact", "/leads/{lead}/contact", "Back to the lead", .leadsRead) { page in
            PageCall.seeOther("/app/leads/" + (try page.call.id("lead")))
        },
    ]

    private static let cookie = "leadline-visit"
    /// The longest reason in base 64, and its proof, are shorter.
    private static let cookieBytesMax = 985

    private let page: PageCall

    init(_ page: PageCall) { self.page = page }

    private func sent(_ form: SentForm) async throws -> Answer {
        let call = page.call, grant = try call.grant
        _ = try page.admission.admit(OperationTable.row("getLeadContact"), grant, address: "")
        let reason = grant.partner == nil ? try Self.checked(form["reason"]) : ""
        let fields = try await LeadOperations.readContact(call, reason: reason)
        var answer = try await LeadGathering(page).answer(contact: Self.panel(fields, page))
        if !reason.isEmpty { answer.headers.append(setting(reason, grant)) }
        return answer
    }

    private static func panel(_ fields: [String: String]?, _ page: PageCall) -> ContactPanel {
        guard let fields else { return .erased }
        let words = PersonFieldWords(Preferences(page.call.headers).language)
        return .read(
            PersonFieldWords.ordered(fields.keys).compactMap { name in
                fields[name].map { .init(words.label(name), $0) }
            })
    }

    /// A reason that stays in the access log for good.
    private static func checked(_ reason: String) throws -> String {
        let isText = reason.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        let isStated = reason.utf8.contains { $0 != 0x20 }
        guard isText, isStated, reason.utf8.count <= Call.reasonBytesMax, Asker.isNameless(reason) else {
            throw Refusal.invalid(
                "It says why the person's data is read, in at most \(Call.reasonBytesMax) bytes, and holds no address.",
                field: "reason")
        }
        return reason
    }

    // MARK: The reason of a visit

    /// What was said this visit; empty where nothing was, or another session's reader said it.
    func reasonOfVisit() throws -> String {
        let grant = try page.call.grant
        for value in page.call.headers.cookies(Self.cookie) where value.count < Self.cookieBytesMax {
            let halves = value.split(separator: UInt8(ascii: "."))
            guard halves.count == 2, let bytes = Base64URL.bytes(Array(halves[0])),
                let reason = String(validating: bytes, as: UTF8.self)
            else { continue }
            let proof = page.call.services.identities.visitProof(grant, reason)
            if ConstantTime.isEqual(Array(halves[1]), Array(proof.utf8)) { return reason }
        }
        return ""
    }

    private func setting(_ reason: String, _ grant: Grant) -> (HTTPField.Name, String) {
        let value = Base64URL.text(reason.utf8) + "." + page.call.services.identities.visitProof(grant, reason)
        let secure = page.call.services.signIn.isEncrypted ? "; Secure" : ""
        return (.setCookie, "\(Self.cookie)=\(value); Path=/app; HttpOnly; SameSite=Strict" + secure)
    }
}

extension ContactPanel {
    /// What a lead's page shows of its person before anything is read; nil for whoever may not.
    init?(_ lead: VisibleLead, _ grant: Grant, _ page: PageCall) throws {
        guard grant.allows(.leadsReadContact), grant.role != .producer else { return nil }
        if grant.partner == nil {
            self = .onRequest(reason: try ContactReading(page).reasonOfVisit())
        } else {
            guard lead.isHeld else { return nil }
            self = lead.isAccepted ? .own : .notAccepted
        }
    }
}
