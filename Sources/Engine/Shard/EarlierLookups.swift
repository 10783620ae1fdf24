import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Vault

/// Lets a vault from before find people by the one spelling of their address.
///
/// Before addresses had one spelling (``AddressSpelling``), a person's look-up was that of the address as a producer wrote
/// it, but for case. Each sealed address of that time is opened once, and the person gains the look-up of today beside
/// the old one. Where another person has that look-up already, both are found by it; whoever stated the address last is
/// then its holder. What stands in an archive is not opened: its people are found by the address as it was written.
/// The vault learns as well what each lead states now, which it did not note before.
///
/// Works between batches. New look-ups are the vault's pending ones, so they become durable, and reach the keys topic,
/// with the next commit; a place that was not noted is gone over again, which adds nothing.
struct EarlierLookups {
    private static let cursor = ProjectionCursor(name: "earlier-lookups", version: 2)

    private let journal: any DatabaseReader
    private let derived: any DatabaseWriter
    private let keyring: Keyring
    private var next: UInt64
    private var noted: UInt64?
    /// Leads of which the vault did not know what they state.
    private var learned: Set<Pseudonym> = []
    /// Where the journal ended when it was looked at last.
    private var end: UInt64

    /// - Parameters:
    ///   - journal: caught up with the cluster's, where there is one.
    ///   - derived: keeps how far it came.
    init(_ journal: any DatabaseReader, _ derived: any DatabaseWriter, _ keyring: Keyring) throws {
        (self.journal, self.derived, self.keyring) = (journal, derived, keyring)
        end = try journal.read { try JournalReader().nextSeq(in: $0) }
        next = try derived.read { db in
            try Self.cursor.recordedVersion(in: db) == Self.cursor.version ? try Self.cursor.nextSeq(in: db) : 1
        }
    }

    /// Whether every entry was gone over that intake did not take in since.
    var isDone: Bool { next >= end }

    /// Goes over the next entries, those too that came meanwhile: what was stated last is gone over last.
    /// - Parameter max: entries; more than come meanwhile, or there is no end.
    mutating func advance(max: Int) throws {
        guard !isDone else { return }
        var seen = next
        try journal.read { db in
            end = try JournalReader().nextSeq(in: db)
            try JournalReader().forEachCommitted(
                fromSeq: next, limit: Int(min(UInt64(max), end - next)), omittingArchived: true, in: db
            ) { place, bytes in
                seen = place.seq + 1
                let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                try addLookup(of: entry, in: place.program)
            }
        }
        // Where the rest is archived, there is nothing more to see.
        next = seen == next ? end : seen
    }

    private mutating func addLookup(of entry: EntryRecord, in program: String) throws {
        guard let lead = entry.input.fact.leadID, let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }),
            let stated = try StatedAddress.of(entry, program: program, keyring.vault),
            let address = AddressSpelling.address(stated)
        else { return }
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: program)
        let lookup = pseudonyms.lookup(kind: .email, value: address)
        try keyring.vault.add(lookup, to: subject)
        try learn(lookup, lead: pseudonyms.lookup(kind: .lead, value: lead), subject)
    }

    /// What a lead stated before the vault noted such things. Of any other lead the vault knows more than its entries
    /// say: who came with its address since may be erased.
    private mutating func learn(_ address: Pseudonym, lead: Pseudonym, _ subject: SubjectID) throws {
        if !learned.contains(lead) {
            if try keyring.vault.address(statedBy: lead, of: subject) != nil { return }
            learned.insert(lead)
        }
        try keyring.vault.state(address, lead: lead, subject: subject)
    }

    /// Notes how far it came, once the new look-ups are durable. What this process took in needs no going over.
    mutating func note() throws {
        let place = try isDone ? journal.read { try JournalReader().nextSeq(in: $0) } : next
        guard place != noted else { return }
        try derived.write { try Self.cursor.setNextSeq(place, in: $0) }
        noted = place
    }
}
