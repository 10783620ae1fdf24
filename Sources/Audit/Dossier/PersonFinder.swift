public import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
public import Vault

/// Who a question is about: the random ids by which the journal knows the person, and the person's leads.
public struct Person: Sendable, Equatable {
    /// Random ids, more than one where the same address came under several.
    public var subjects: [SubjectID]
    /// Leads with the positions of their entries.
    public var leads: [LeadRow]
    /// Links by which other ids of the person were found.
    public var links: [PersonLink] = []
    /// Others who were known by the address that was asked for before it was given to this person, and are not linked.
    public var formerHolders = 0
    /// Leads that never came, of which something was said all the same, with the positions of their entries.
    public var absentLeads: [AbsentLead] = []
    /// Partners whose profiles hold the person's name or address, each under a key of its own.
    public var partners: [PartnerRole] = []

    /// Somebody of whom the program knows nothing.
    public static let unknown = Person(subjects: [], leads: [])

    /// A lead that never came.
    public struct AbsentLead: Sendable, Equatable {
        /// Its id.
        public var leadID: String
        /// Positions of what was said of it.
        public var positions: [UInt64]
    }

    /// A partner that the person is, or is the contact of.
    public struct PartnerRole: Sendable, Equatable {
        /// The partner's id.
        public var partnerID: String
        /// Under which its profiles are sealed.
        public var subject: SubjectID
        /// Positions of what was said of it under that key.
        public var positions: [UInt64]
    }

    /// Ids of all keys of the person's own.
    public var allSubjects: [SubjectID] { subjects + partners.map(\.subject).filter { !subjects.contains($0) } }

    /// Ids of all leads, those that never came at the end.
    public var leadIDs: [String] { leads.map(\.leadID) + absentLeads.map(\.leadID) }

    /// Positions of all entries, in rising order, each once.
    public var positions: [UInt64] { Set(leads.flatMap(\.positions) + absentLeads.flatMap(\.positions)).sorted() }
}

/// Two ids that are one person.
public struct PersonLink: Sendable, Equatable {
    /// The one from which the other was found.
    public var subject: SubjectID
    /// The other.
    public var other: SubjectID
    /// True if it follows from a lead's address, false if somebody said so.
    public var isInferred: Bool
    /// Position of the entry that says so.
    public var position: UInt64
}

/// How far a person is sought.
public enum LinkReach: Sendable {
    /// Every id that is linked.
    case all
    /// Ids whose link somebody stated.
    case stated
}

/// Finds a person by an e-mail address or a lead's id. Neither stands in the journal: the address is found by its keyed
/// digest in the vault, the lead by the list of leads.
public struct PersonFinder {
    private let program: String
    private let keyring: Keyring?
    private let pseudonyms: Pseudonyms?
    private let journal: DatabaseQueue
    private let derived: DatabaseQueue
    private let projection: LeadsProjection

    /// A finder in a folder; without the keyring only leads' ids find anybody.
    public init(_ folder: DataFolder, program: String, keyring: Keyring?) throws {
        self.program = program
        self.keyring = keyring
        pseudonyms = keyring.map { Pseudonyms(masterKey: $0.masterKey, program: program) }
        journal = try folder.openJournalReadOnly()
        derived = try folder.openDerived()
        projection = LeadsProjection(journal: journal, derived: derived)
    }

    /// The person, or nil if no such person is known.
    /// - Parameter progress: entries indexed and entries in all.
    public func find(
        _ text: String, reach: LinkReach = .all, progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws -> Person? {
        try projection.catchUp(progress: progress)
        let isAddress = text.utf8.contains(UInt8(ascii: "@"))
        let named = try isAddress ? holder(of: text) : byID(text)
        let (subjects, links) = try reached(from: named, reach)
        var ids = try leads(of: subjects)
        // A lead without a subject of its own is found all the same.
        if ids.isEmpty && !isAddress && SubjectID(hex: text) == nil { ids = [text] }
        if ids.isEmpty { ids = try leadsByEntries(of: subjects) }
        let leads = try ids.compactMap { try projection.lead($0, program: program) }
        let absent = try ids.filter { id in !leads.contains { $0.leadID == id } }.compactMap(absentLead)
        let partners = try partners(text)
        if leads.isEmpty && absent.isEmpty && partners.isEmpty { return nil }
        try confirm(leads, subjects)
        var person = Person(
            subjects: subjects.filter { id in !partners.contains { $0.subject == id } }, leads: leads, links: links,
            absentLeads: absent, partners: partners)
        for other in try others(person) where !person.subjects.contains(other) { person.subjects.append(other) }
        person.formerHolders = named.others.count { !person.subjects.contains($0) }
        return person
    }

    /// Partners whose contact's address, whose id or whose random id it is. The journal is read for them where the
    /// vault, or the list of partners, knows such a partner.
    private func partners(_ text: String) throws -> [Person.PartnerRole] {
        var wanted: Set<SubjectID> = []
        if let keyring, let pseudonyms {
            let address = AddressSpelling.addressOrText(text)
            wanted.formUnion(try keyring.vault.allSubjects(pseudonyms.lookup(kind: .partnerContact, value: address)))
            wanted.formUnion(try keyring.vault.allSubjects(pseudonyms.lookup(kind: .partner, value: text)))
        }
        let isID = try isPartner(text)
        if let id = SubjectID(hex: text) { wanted.insert(id) }
        if wanted.isEmpty && !isID { return [] }
        var found: [Person.PartnerRole] = []
        try journal.read { db in
            let from = try JournalReader().firstReadable(of: program, in: db)
            try JournalReader().forEachEntry(program: program, from: from, in: db) { position, bytes in
                let field = try unsafe bytes.withUnsafeBytes { unsafe try EntryCodec.peek($0) }.inputField
                guard Self.profiles.contains(field) else { return }
                let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                guard let partner = entry.input.fact.profiledPartnerID, !entry.sealed.isEmpty,
                    let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }),
                    wanted.contains(subject) || (isID && partner == text)
                else { return }
                if let known = found.firstIndex(where: { $0.partnerID == partner && $0.subject == subject }) {
                    found[known].positions.append(position)
                } else {
                    found.append(.init(partnerID: partner, subject: subject, positions: [position]))
                }
            }
        }
        return found
    }

    private func isPartner(_ id: String) throws -> Bool {
        do {
            return try !PartnerProfiles.positions(of: [id], program: program, journal: journal, derived: derived).isEmpty
        } catch JournalError.archived {
            // The vault still finds partners that are not erased.
            return false
        }
    }

    /// Inputs that carry a partner's own data.
    private static let profiles: Set<Int> = Set(
        [MessageKind.partnerUpserted, .partnerPaused, .partnerRemoved].map { $0.bodyFieldNumber })

    private func leads(of subjects: [SubjectID]) throws -> [String] {
        try derived.read { db in
            try subjects.flatMap { subject in
                try String.fetchAll(
                    db, sql: "SELECT lead FROM leads WHERE program = ? AND subject = ? ORDER BY submitted, lead",
                    arguments: [program, Data(subject.bytes)])
            }
        }
    }

    /// Whom an erasure that was cut short meant.
    func again(_ item: ErasurePlan.Item) throws -> Person? {
        let leads = try item.leads.compactMap { try projection.lead($0, program: program) }
        let absent = try item.leads.filter { id in !leads.contains { $0.leadID == id } }.compactMap(absentLead)
        let partners = try (item.partners ?? []).reduce(into: [Person.PartnerRole]()) { known, id in
            known += try self.partners(id).filter { item.records.contains($0.subject.description) }
        }
        if leads.isEmpty && absent.isEmpty && partners.isEmpty { return nil }
        let subjects = item.subjects.compactMap { SubjectID(hex: $0) }
        try confirm(leads, subjects)
        return Person(subjects: subjects, leads: leads, absentLeads: absent, partners: partners)
    }

    /// A lead of which something was said without its ever coming.
    private func absentLead(_ id: String) throws -> Person.AbsentLead? {
        let positions = try projection.positions(of: id, program: program)
        return positions.isEmpty ? nil : .init(leadID: id, positions: positions)
    }

    /// Who has no lead is found by what was said under the person's key; that takes a walk through the journal. Journals
    /// from before hold what came after an erasure so.
    private func leadsByEntries(of subjects: [SubjectID]) throws -> [String] {
        if subjects.isEmpty { return [] }
        let wanted = Set(subjects)
        var found: [String] = []
        try journal.read { db in
            let from = try JournalReader().firstReadable(of: program, in: db)
            try JournalReader().forEachEntry(program: program, from: from, in: db) { _, bytes in
                let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                guard let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }), wanted.contains(subject),
                    let lead = entry.input.fact.leadID, !found.contains(lead)
                else { return }
                found.append(lead)
            }
        }
        return found
    }

    /// Whose keys hold something of the person beside the person's own: of those who are known by one of the leads, and
    /// have no lead themselves.
    private func others(_ person: Person) throws -> [SubjectID] {
        guard let keyring, let pseudonyms else { return [] }
        return try person.leadIDs.flatMap { try keyring.vault.allSubjects(pseudonyms.lookup(kind: .lead, value: $0)) }
            .filter { try leads(of: [$0]).isEmpty }
    }

    /// Holds each lead against the entry that submitted it.
    /// - Throws: `EngineError.listDiffers` for a lead that is another person's.
    private func confirm(_ leads: [LeadRow], _ subjects: [SubjectID]) throws {
        for row in leads {
            let lead = try journal.read { try JournaledLead(row, skipsArchived: true, in: $0) }
            let isTheirs = lead.knowsSubject ? lead.subject.map(subjects.contains) : try isKnown(row.leadID, subjects)
            // A lead of nobody has no subject to be told by.
            guard isTheirs ?? subjects.isEmpty else {
                throw EngineError.listDiffers("a lead is listed under a person whose it is not")
            }
        }
    }

    /// Whether the vault knows one of them by a lead's id, or none any more. Without the vault nothing opens.
    private func isKnown(_ lead: String, _ subjects: [SubjectID]) throws -> Bool {
        guard let keyring, let pseudonyms else { return true }
        let owners = try keyring.vault.allSubjects(pseudonyms.lookup(kind: .lead, value: lead))
        return owners.contains(where: subjects.contains) || subjects.allSatisfy(keyring.vault.isErased)
    }

    /// A lead by which a subject can be named, among the person's own; nil if there is none.
    public func lead(of subject: SubjectID, among leads: [LeadRow]) throws -> String? {
        let theirs = try self.leads(of: [subject])
        return leads.first { theirs.contains($0.leadID) }?.leadID
    }

    private func byAddress(_ address: String) throws -> [SubjectID] {
        guard let keyring, let pseudonyms else { return [] }
        // By the one spelling of today, and as it was written: vaults from before know people by that.
        var found: [SubjectID] = []
        for spelling in [AddressSpelling.addressOrText(address), address] {
            for subject in try keyring.vault.allSubjects(pseudonyms.lookup(kind: .email, value: spelling))
            where !found.contains(subject) { found.append(subject) }
        }
        return found
    }

    /// Whom a name leads to.
    private struct Named {
        var subjects: [SubjectID] = []
        /// Other ids under which a vault from before knows the same address, written otherwise.
        var spelledOtherwise: [PersonLink] = []
        /// Who was known by the address before it was given to another.
        var others: [SubjectID] = []
    }

    /// A lead's id, or a person's random id.
    private func byID(_ text: String) throws -> Named {
        let found = try byLead(text)
        let subjects = found.isEmpty ? SubjectID(hex: text).map { [$0] } ?? [] : found
        return Named(subjects: subjects, spelledOtherwise: try subjects.flatMap(spelledOtherwise))
    }

    /// The ids of those whose address is this subject's, written otherwise.
    private func spelledOtherwise(_ subject: SubjectID) throws -> [PersonLink] {
        guard let keyring, let address = try newestAddress(of: subject, keyring) else { return [] }
        let statements = try statements(of: address).found
        guard let own = statements.first(where: { $0.subject == subject }) else { return [] }
        return own.spelledOtherwise(statements)
    }

    /// Who has the address now: the one of whom it was stated last. Whoever had it before is found by a lead or another
    /// address; and a look-up that leads to somebody who never stated the address finds nobody.
    private func holder(of address: String) throws -> Named {
        let statements = try statements(of: address)
        let former = try passedOn(address)
        let holders = statements.found.filter { !former.contains($0.subject) }
        guard let newest = holders.max(by: { $0.position < $1.position }) else {
            return Named(subjects: statements.unread.filter { !former.contains($0) })
        }
        return Named(
            subjects: [newest.subject], spelledOtherwise: newest.spelledOtherwise(statements.found),
            others: statements.known.filter { $0 != newest.subject })
    }

    private func passedOn(_ address: String) throws -> [SubjectID] {
        guard let keyring, let pseudonyms else { return [] }
        return try keyring.vault.passedOn(
            pseudonyms.lookup(kind: .email, value: AddressSpelling.addressOrText(address)))
    }

    /// Who is known by an address, where each stated it last, and of whom that cannot be told.
    private func statements(of address: String) throws -> (known: [SubjectID], found: [Statement], unread: [SubjectID]) {
        let known = try byAddress(address)
        guard let keyring, let pseudonyms else { return ([], [], []) }
        let asked = pseudonyms.lookup(kind: .email, value: AddressSpelling.addressOrText(address))
        var found: [Statement] = []
        var unread: [SubjectID] = []
        for subject in known {
            switch try stated(asked, by: subject, keyring, pseudonyms) {
            case .at(let statement): found.append(statement)
            case .never: break
            case .unreadable: unread.append(subject)
            }
        }
        return (known, found, unread)
    }

    /// Where a subject stated an address last.
    private struct Statement {
        var subject: SubjectID
        var position: UInt64
        /// The address as it was written, but for case.
        var asWritten: Pseudonym
        /// False if the subject stated another since.
        var isCurrent: Bool

        /// Before addresses had one spelling, each spelling made a person of its own, who still has the address.
        func spelledOtherwise(_ others: [Statement]) -> [PersonLink] {
            guard isCurrent else { return [] }
            return others.filter { $0.isCurrent && $0.asWritten != asWritten }.map {
                PersonLink(subject: subject, other: $0.subject, isInferred: true, position: $0.position)
            }
        }
    }

    private enum Stated {
        case at(Statement), never
        /// Entries that are archived, or whose key is gone, cannot be compared.
        case unreadable
    }

    /// Where an address was stated last by an input that is sealed for a subject.
    private func stated(_ asked: Pseudonym, by subject: SubjectID, _ keyring: Keyring, _ pseudonyms: Pseudonyms) throws
        -> Stated
    {
        if keyring.vault.isErased(subject) { return .unreadable }
        let positions = try positions(of: subject)
        return try journal.read { db in
            let readable = try JournalReader().firstReadable(of: program, in: db)
            var isCurrent = true
            for position in positions {
                guard position >= readable else { return .unreadable }
                guard let email = try address(at: position, of: subject, keyring, db) else { continue }
                if pseudonyms.lookup(kind: .email, value: AddressSpelling.addressOrText(email)) == asked {
                    let written = pseudonyms.lookup(kind: .email, value: email)
                    return .at(Statement(subject: subject, position: position, asWritten: written, isCurrent: isCurrent))
                }
                isCurrent = false
            }
            return positions.isEmpty ? .unreadable : .never
        }
    }

    private func newestAddress(of subject: SubjectID, _ keyring: Keyring) throws -> String? {
        let positions = try positions(of: subject)
        return try journal.read { db in
            let readable = try JournalReader().firstReadable(of: program, in: db)
            for position in positions where position >= readable {
                if let email = try address(at: position, of: subject, keyring, db) { return email }
            }
            return nil
        }
    }

    /// The address that an entry states, if it is sealed for the subject.
    private func address(at position: UInt64, of subject: SubjectID, _ keyring: Keyring, _ db: Database) throws
        -> String?
    {
        guard let bytes = try JournalReader().entry(program: program, position: position, in: db) else { return nil }
        let entry = try EntryCodec.decode(bytes)
        guard entry.input.subject.flatMap({ SubjectID($0.bytes) }) == subject else { return nil }
        return try StatedAddress.of(entry, program: program, keyring.vault)
    }

    /// Positions of what was said of a subject's leads, the newest first.
    private func positions(of subject: SubjectID) throws -> [UInt64] {
        try derived.read { db in
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT position FROM leads JOIN lead_entries USING (program, lead)
                    WHERE program = ? AND subject = ? ORDER BY position DESC
                    """,
                arguments: [program, Data(subject.bytes)])
        }.map { UInt64($0) }
    }

    /// Every id that is linked to these, with the links that lead there. The journal's entries say what holds; the list
    /// says where to look.
    private func reached(from named: Named, _ reach: LinkReach) throws -> ([SubjectID], [PersonLink]) {
        var (subjects, links, next) = (named.subjects, [PersonLink](), 0)
        while next < subjects.count {
            let standing = try changes(of: subjects[next])
            // What somebody said of two ids since goes before their addresses.
            let spelled = named.spelledOtherwise.filter { link in
                link.subject == subjects[next] && !standing.contains { $0.other == link.other }
            }
            for link in standing.compactMap(\.link) + spelled where reach == .all || !link.isInferred {
                if subjects.contains(link.other) { continue }
                subjects.append(link.other)
                links.append(link)
            }
            next += 1
        }
        return (subjects, links)
    }

    /// What was said last of a subject and each other; nil where it is that they are not linked.
    private func changes(of subject: SubjectID) throws -> [(other: SubjectID, link: PersonLink?)] {
        var newest: [(other: SubjectID, link: PersonLink?)] = []
        for (other, position) in try projection.links(of: subject, program: program) {
            let change = try journal.read { db -> PersonLinkChanged? in
                guard try position >= JournalReader().firstReadable(of: program, in: db),
                    let bytes = try JournalReader().entry(program: program, position: position, in: db)
                else { return nil }
                let entry = try EntryCodec.decode(bytes)
                let changes = entry.events.compactMap { event -> PersonLinkChanged? in
                    if case .personLinkChanged(let change) = event { return change }
                    return nil
                } + [entry.inferredLink].compactMap { $0 }
                return changes.first { change in
                    let ids = [change.subject, change.linkedSubject].map { SubjectID($0.bytes) }
                    return ids.contains(subject) && ids.contains(other)
                }
            }
            guard let change else { continue }
            newest.removeAll { $0.other == other }
            newest.append((other, change.isLinked
                ? PersonLink(subject: subject, other: other, isInferred: change.isInferred, position: position) : nil))
        }
        return newest
    }

    /// By the entry that submitted the lead; where that is in an archive, by the list, which the vault then confirms.
    private func byLead(_ lead: String) throws -> [SubjectID] {
        guard let row = try projection.lead(lead, program: program) else { return [] }
        let journaled = try journal.read { try JournaledLead(row, skipsArchived: true, in: $0) }
        if journaled.knowsSubject { return journaled.subject.map { [$0] } ?? [] }
        return try derived.read { db in
            let row = try Data.fetchOne(
                db, sql: "SELECT subject FROM leads WHERE program = ? AND lead = ? AND subject IS NOT NULL",
                arguments: [program, lead])
            return row.flatMap { SubjectID(Array($0)) }.map { [$0] } ?? []
        }
    }

    /// Erases again whom the journal says was erased. A vault restored from an old backup must open nothing of theirs,
    /// not even before a processor has run on it.
    /// - Returns: how many the vault had brought back.
    @discardableResult
    public static func honourErasures(_ folder: DataFolder, _ keyring: Keyring) throws -> Int {
        let projection = LeadsProjection(journal: try folder.openJournalReadOnly(), derived: try folder.openDerived())
        return try projection.repeatErasures(keyring)
    }
}
