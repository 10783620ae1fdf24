public import Engine
import Foundation
import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas
import TextFormats
public import Vault

/// Erases one person or many: finds them, says what is to be submitted, ends what stands outside the journal, and
/// certifies. The caller submits between the first steps and the rest. It can be cut short anywhere and run again.
///
/// 1. ``init(_:program:keyring:names:leaves:open:elsewhere:progress:)`` takes down who is meant, before the vault forgets
///    them; ``begin()`` keeps it on disk.
/// 2. ``requests`` are submitted and journaled: they name every key that is to be destroyed.
/// 3. ``finish(_:)`` makes sure that the keys are gone and empties rejected records.
/// 4. ``Certifier`` certifies each, from what the journal says; ``end()`` forgets what was kept.
public struct ErasureRun {
    /// One person who is to be erased, or was.
    public struct Target: Sendable {
        /// The name that it was found by, an index into those given.
        public var name: Int
        /// Who it is.
        public var person: Person
        /// Leads that name subjects whose keys are still there.
        public var leadsToErase: [String]
        /// Keys of rejected records and waiting outcomes that speak of the person.
        public var records: [SubjectID] = []
        /// Leads that never came, of which a waiting outcome that speaks of the person says something: what the journal
        /// holds of it is sealed for that lead.
        public var waitedFor: [String] = []
        /// Records of others that name the person as who asked, decided, reported or approved; nil where they were not
        /// looked for, for the person has leads of their own.
        public var namedElsewhere: Int?
        fileprivate var digest: String
    }

    /// What is to be submitted, in order.
    public enum Request: Sendable, Equatable {
        /// `RejectedRecordsErased`, with a lead of the person, or none.
        case records(lead: String?, [SubjectID])
        /// `ErasureRequested`.
        case person(lead: String)
    }

    /// Everybody who was found.
    public private(set) var targets: [Target] = []
    /// Names, by index, that lead to nobody.
    public private(set) var unknown: [Int] = []
    /// Rejected records that could not be searched whole, and may speak of anybody.
    public private(set) var unsearchable = 0

    private let folder: DataFolder
    private let program: String
    private let leaves: DossierBuilder.Leaves
    private let journal: DatabaseQueue
    /// Entries of the stream when the run began.
    private let began: UInt64
    private let plan: ErasurePlan
    private let isErased: Set<SubjectID>

    /// Finds people by e-mail addresses or leads' ids. The same person under two names is one. Whom an earlier run did
    /// not finish with is found as that run did.
    /// - Parameters:
    ///   - elsewhere: rejected records that do not stand in the folder.
    ///   - progress: names looked up, and names in all.
    public init(
        _ folder: DataFolder, program: String, keyring: Keyring, names: [String],
        leaves: @escaping DossierBuilder.Leaves, open: (EntryRecord) throws -> DossierBuilder.Opened,
        elsewhere: @escaping RecordSearch.Letters = { _ in }, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        self.folder = folder
        self.program = program
        self.leaves = leaves
        journal = try folder.openJournalReadOnly()
        began = try journal.read { try JournalReader().head(of: program, in: $0)?.size ?? 0 }
        plan = try ErasurePlan.load(folder, program: program)
        let finder = try PersonFinder(folder, program: program, keyring: keyring)
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: program)
        var found: [Target] = []
        var seen: Set<SubjectID> = []
        var marks: [[String]] = []
        for (index, name) in names.enumerated() {
            progress(index, names.count)
            let digest = ErasurePlan.digest(name, pseudonyms)
            let kept = plan.items.first { $0.name == digest }
            guard let person = try finder.find(name) ?? kept.flatMap({ try finder.again($0) }) else {
                // Rejected records may speak of somebody whom nothing else speaks of.
                var target = Target(name: index, person: .unknown, leadsToErase: [], digest: digest)
                target.records = (kept?.records ?? []).compactMap(SubjectID.init(hex:))
                found.append(target)
                marks.append([name])
                continue
            }
            guard person.allSubjects.isEmpty || !person.allSubjects.allSatisfy(seen.contains) else { continue }
            seen.formUnion(person.allSubjects)
            let alive = person.subjects.filter { !keyring.vault.isErased($0) }
            var target = Target(
                name: index, person: person, leadsToErase: try Self.leadsToErase(alive, person, finder), digest: digest)
            target.records = try alive.flatMap { try keyring.vault.deadLetters(about: $0) }
            // A partner's profiles are sealed under a key of their own.
            target.records += person.partners.map(\.subject)
            target.records += (kept?.records ?? []).compactMap(SubjectID.init(hex:))
            // What is erased already is not asked for again.
            target.waitedFor = try (kept?.waitedFor ?? []).filter { lead in
                try finder.find(lead)?.subjects.contains { !keyring.vault.isErased($0) } ?? false
            }
            let entries = try Self.entries(of: person, program, journal)
            // Whose keys ended with their time was never erased by request, and a certificate is of a request.
            let isAsked = entries.contains { if case .erasureRequested = $0.input.fact { true } else { false } }
            if alive.isEmpty, !isAsked, let lead = person.leadIDs.first { target.leadsToErase = [lead] }
            found.append(target)
            let opened = try entries.flatMap { entry -> [Dossier.Field] in
                guard case .fields(let fields) = try open(entry) else { return [] }
                return fields
            }
            marks.append(Person.marks(of: person, name, opened))
        }
        let search = RecordSearch(folder, program: program, keyring: keyring, elsewhere: elsewhere)
        let reading = journal
        unsearchable = try search.find(marks: marks) { person, record in
            if let key = SubjectID(record.letter.keyID) { found[person].records.append(key) }
            guard record.isWaiting, let position = UInt64(record.place), let entry = try Self.entry(position, program, reading),
                let lead = entry.input.fact.leadID, !found[person].waitedFor.contains(lead),
                try finder.find(lead)?.leads.isEmpty == true
            else { return }
            found[person].waitedFor.append(lead)
        }
        for index in found.indices {
            var once: Set<SubjectID> = []
            found[index].records = found[index].records.filter { once.insert($0).inserted }
        }
        unknown += found.filter { $0.person == .unknown && $0.records.isEmpty }.map(\.name)
        targets = found.filter { $0.person != .unknown || !$0.records.isEmpty }
        isErased = Set(targets.flatMap(\.records).filter(keyring.vault.isErased))
    }

    /// What is to be journaled: first the records, for a person who is gone mentions nobody.
    public var requests: [Request] {
        targets.flatMap { target -> [Request] in
            let records = target.records.filter { !isErased.contains($0) }
            let lead = target.leadsToErase.first ?? target.person.leadIDs.first
            return stride(from: 0, to: records.count, by: Self.recordsMax).map {
                .records(lead: lead, Array(records[$0..<min($0 + Self.recordsMax, records.count)]))
            } + (target.leadsToErase + target.waitedFor.filter { !target.leadsToErase.contains($0) }).map {
                .person(lead: $0)
            }
        }
    }

    /// As many as one input may name.
    private static let recordsMax = 1_000

    /// A lead for each subject; one who has none ends with whoever has the person's first.
    private static func leadsToErase(_ alive: [SubjectID], _ person: Person, _ finder: PersonFinder) throws -> [String] {
        let own = try alive.compactMap { try finder.lead(of: $0, among: person.leads) }
        if own.count == alive.count { return own }
        return own + person.leadIDs.filter { !own.contains($0) }
    }

    /// The entries about a person, but for those that stand in an archive which is not at hand: whoever is to be erased
    /// does not wait for an archive to be fetched.
    private static func entries(of person: Person, _ program: String, _ journal: DatabaseQueue) throws -> [EntryRecord]
    {
        try journal.read { db in
            try person.entries(program, skipsArchived: true, in: db)
        }
    }

    private static func entry(_ position: UInt64, _ program: String, _ journal: DatabaseQueue) throws -> EntryRecord? {
        try journal.read { db in
            try JournalReader().entry(program: program, position: position, in: db).map { try EntryCodec.decode($0) }
        }
    }

    /// Notes in how many records of others somebody without leads is named, for the certificate.
    /// - Parameter counts: by the name that the person was found by.
    public mutating func note(namedElsewhere counts: [Int: Int]) {
        for index in targets.indices { targets[index].namedElsewhere = counts[targets[index].name] }
    }

    /// Keeps on disk who is meant, until ``end()``.
    public func begin() throws {
        var plan = plan
        for target in targets {
            plan.items.removeAll { $0.name == target.digest }
            plan.items.append(
                .init(
                    name: target.digest, subjects: target.person.subjects.map(\.description),
                    leads: target.person.leadIDs, records: target.records.map(\.description),
                    waitedFor: target.waitedFor,
                    partners: Set(target.person.partners.map(\.partnerID)).sorted()))
        }
        try plan.save(folder)
    }

    /// Forgets what ``begin()`` kept, once every certificate is written.
    /// - Returns: people of earlier erasures that were cut short and were not named now.
    public func end() throws -> Int {
        var plan = plan
        for target in targets { plan.items.removeAll { $0.name == target.digest } }
        try plan.save(folder)
        return plan.items.count
    }

    /// The person with what has come since.
    private func again(_ person: Person, _ projection: LeadsProjection) throws -> Person {
        var again = person
        again.leads = try person.leads.compactMap { try projection.lead($0.leadID, program: program) }
        again.absentLeads = try person.absentLeads.map { lead in
            .init(leadID: lead.leadID, positions: try projection.positions(of: lead.leadID, program: program))
        }
        return again
    }

    /// True once the journal holds every request, submitted since this run began.
    public func isRecorded() throws -> Bool {
        let projection = LeadsProjection(journal: journal, derived: try folder.openDerived())
        try projection.catchUp()
        var wanted = requests
        try journal.read { db in
            try JournalReader().forEachEntry(program: program, from: began, in: db) { _, bytes in
                let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                wanted.removeAll { $0.isRecorded(by: entry) }
            }
        }
        return wanted.isEmpty
    }

    /// Destroys again what the journal says is destroyed, and empties rejected records. To be called with a vault opened
    /// after the journal took the erasures in.
    public func finish(_ keyring: Keyring) throws {
        try PersonFinder.honourErasures(folder, keyring)
        try RecordErasure(folder).empty(keyring)
    }

    /// Certifies erasures; one connection to everything for all of them.
    public struct Certifier {
        private let run: ErasureRun
        private let vault: Vault
        private let prover: Prover
        private let key: LogKey
        private let projection: LeadsProjection
        private let emptied: [SubjectID: Bool]

        /// For a run that has finished.
        /// - Throws: `CheckpointRefusal`, `LogKeyError`, `NoteError`; SQLite's own failures.
        public init(_ run: ErasureRun, _ keyring: Keyring) throws {
            self.run = run
            vault = keyring.vault
            prover = try Prover(run.folder, program: run.program)
            key = try LogKeyFile.load(from: run.folder.logKeyPath)
            projection = LeadsProjection(journal: run.journal, derived: try run.folder.openDerived())
            try projection.catchUp()
            emptied = try RecordErasure(run.folder).emptied()
        }

        /// The certificate of one target's erasure, from what the journal says was destroyed.
        /// - Parameters:
        ///   - copies: Where copies may still stand, and how long after the erasure.
        ///   - backups: Backups of the vault that the operator named.
        /// - Throws: ``ErasureFault``; what proving throws.
        public func certificate(
            of target: Target, requestedBy: String, issued: Timestamp, copies: [TopicCopy], backups: [String]
        ) throws -> ErasureCertificate {
            let leads = target.person.leadIDs
            let person = try run.again(target.person, projection)
            var entries = try ErasureRun.entries(of: person, run.program, run.journal)
            if leads.isEmpty { entries = try entries + erasures(of: target.records) }
            let isOfPerson = !leads.isEmpty
            let erasure = entries.last { entry in
                switch entry.input.fact {
                case .erasureRequested(let fact): leads.contains(fact.leadID)
                case .rejectedRecordsErased: !isOfPerson
                default: false
                }
            }
            guard let erasure else { throw ErasureFault.notRecorded(lead: leads.first ?? "") }
            let persons = Set(target.person.allSubjects)
            var once: Set<SubjectID> = []
            let records = (entries.flatMap { $0.input.erased }.compactMap { SubjectID($0.bytes) } + target.records)
                .filter { !persons.contains($0) && once.insert($0).inserted }
            guard target.person.allSubjects.allSatisfy(vault.isErased), records.allSatisfy(vault.isErased) else {
                throw ErasureFault.keyKept(lead: leads.first ?? "")
            }
            if let open = entries.first(where: opens) { throw ErasureFault.opens(position: open.position) }
            var statement = ErasureCertificate.Statement(
                program: run.program, subjects: target.person.allSubjects.map(\.description), leads: leads,
                requestedBy: requestedBy,
                position: erasure.position, erased: RFC3339.format(erasure.stamp), issued: RFC3339.format(issued),
                keyDestroyed: run.folder.settings.keySeed == nil,
                deadLettersEmptied: records.count { emptied[$0] == false },
                waitingEmptied: records.count { emptied[$0] == true },
                residualFields: try residual(entries) + archived(person),
                copies: copies.map {
                    .init(
                        topic: $0.topic.name, holds: $0.holds,
                        until: RFC3339.format(erasure.stamp.adding(micros: $0.micros)))
                },
                deadLetterKeysDestroyed: records.count)
            statement.partners = Set(target.person.partners.map(\.partnerID)).sorted()
            statement.namedElsewhere = target.namedElsewhere
            statement.backups = backups
            statement.keysAreComputed = run.folder.settings.keySeed != nil
            statement.unsearchableRecords = run.unsearchable
            statement.companyObservations = try companyObservations(entries)
            return try ErasureCertificate(statement, prover, key)
        }

        /// The entries that erased these records; found by a walk, for no lead leads to them.
        private func erasures(of records: [SubjectID]) throws -> [EntryRecord] {
            let wanted = Set(records)
            var found: [EntryRecord] = []
            try run.journal.read { db in
                let from = try JournalReader().firstReadable(of: run.program, in: db)
                try JournalReader().forEachEntry(program: run.program, from: from, in: db) { _, bytes in
                    guard try unsafe bytes.withUnsafeBytes({ unsafe try EntryCodec.peek($0) }).inputField
                        == MessageKind.rejectedRecordsErased.bodyFieldNumber
                    else { return }
                    let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                    if entry.input.erased.contains(where: { SubjectID($0.bytes).map(wanted.contains) ?? false }) {
                        found.append(entry)
                    }
                }
            }
            return found
        }

        /// True if what is sealed in an entry can still be opened, under whose key ever.
        private func opens(_ entry: EntryRecord) -> Bool {
            guard !entry.sealed.isEmpty, let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }) else {
                return false
            }
            if case .rejectedRecordsErased = entry.input.fact { return false }
            return !vault.isErased(subject)
        }

        /// What was observed of the companies that the person's leads named, and stays under their pseudonyms.
        private func companyObservations(_ entries: [EntryRecord]) throws -> Int {
            let accounts = Set(
                entries.compactMap { entry -> Digest128? in
                    guard case .leadSubmitted = entry.input.fact else { return nil }
                    return entry.input.account
                })
            return try accounts.reduce(0) { count, account in
                try count + projection.observationCount(of: account, program: run.program)
            }
        }

        /// What stays in archives is of the same kind; which fields, only the archive tells.
        private func archived(_ person: Person) throws -> [String] {
            let readable = try run.journal.read { try JournalReader().firstReadable(of: run.program, in: $0) }
            let count = person.positions.count { $0 < readable }
            return count == 0 ? [] : ["clear fields of \(count) archived \(count == 1 ? "entry" : "entries")"]
        }

        private func residual(_ entries: [EntryRecord]) throws -> [String] {
            var fields: Set<String> = []
            for entry in entries {
                guard let kind = MessageKind(bodyFieldNumber: FactCodec.bodyField(of: entry.input.fact)) else {
                    continue
                }
                let message = kind.fullName.split(separator: ".").last ?? ""
                for leaf in try run.leaves(FactCodec.encode(entry.input.fact).bytes, kind) {
                    fields.insert("\(message).\(leaf.name)")
                }
            }
            return fields.sorted()
        }
    }
}

extension ErasureRun.Request {
    /// True if an entry is what came of this request.
    fileprivate func isRecorded(by entry: EntryRecord) -> Bool {
        switch (self, entry.input.fact) {
        case (.person(let lead), .erasureRequested(let fact)): fact.leadID == lead
        case (.records(_, let ids), .rejectedRecordsErased(let fact)): fact.recordIDs == ids.map(\.description)
        default: false
        }
    }
}

/// Why an erasure cannot be certified.
public enum ErasureFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The journal holds no erasure of the lead's person.
    case notRecorded(lead: String)
    /// The vault still has a key.
    case keyKept(lead: String)
    /// Something about the person's leads is sealed under the key of somebody who is not erased.
    case opens(position: UInt64)

    /// What, and how to mend it.
    public var description: String {
        switch self {
        case .notRecorded(let lead): "the journal holds no erasure of the person of lead \(lead). Run the command again"
        case .keyKept(let lead): "a key of the person of lead \(lead) is still in the vault. Run the command again"
        case .opens(let position):
            "what the entry at position \(position) holds is sealed under the key of somebody who is not erased, so nothing is certified. Erase that person as well, by an address or a lead of their own"
        }
    }
}
