public import Engine
import Foundation
import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas
import TextFormats
public import Vault

/// Erases one person or many: finds them, says what is to be submitted, ends what stands outside the journal, and
/// certifies. The caller submits `ErasureRequested` between the first step and the rest.
///
/// 1. ``init(_:program:keyring:names:leaves:open:progress:)`` takes down who is meant, before the vault forgets them.
/// 2. ``leadsToErase`` are submitted and journaled.
/// 3. ``finish()`` makes sure that the keys are gone and empties rejected records.
/// 4. ``certificate(of:requestedBy:issued:copies:)`` for each.
public struct ErasureRun {
    /// One person who is to be erased, or was.
    public struct Target: Sendable {
        /// The name that it was found by, an index into those given.
        public var name: Int
        /// Who it is.
        public var person: Person
        /// Leads that name subjects whose keys are still there.
        public var leadsToErase: [String]
        /// Rejected records and waiting outcomes that speak of the person.
        public var records = RecordErasure.Found()
        /// Keys of rejected records that the vault knows to speak of the person, on Kafka's topic too.
        public var recordKeys: [SubjectID]
    }

    /// Everybody who was found.
    public private(set) var targets: [Target] = []
    /// Names, by index, that lead to nobody.
    public private(set) var unknown: [Int] = []

    private let folder: DataFolder
    private let program: String
    private let leaves: DossierBuilder.Leaves
    private let journal: DatabaseQueue
    private var records: RecordErasure

    /// Finds people by e-mail addresses or leads' ids. The same person under two names is one.
    /// - Parameter progress: names looked up, and names in all.
    public init(
        _ folder: DataFolder, program: String, keyring: Keyring, names: [String],
        leaves: @escaping DossierBuilder.Leaves,
        open: (EntryRecord) throws -> DossierBuilder.Opened, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        self.folder = folder
        self.program = program
        self.leaves = leaves
        journal = try folder.openJournalReadOnly()
        records = RecordErasure(folder, program: program)
        let finder = try PersonFinder(folder, program: program, keyring: keyring)
        var seen: Set<SubjectID> = []
        var marks: [[String]] = []
        for (index, name) in names.enumerated() {
            progress(index, names.count)
            guard let person = try finder.find(name) else {
                unknown.append(index)
                continue
            }
            guard person.subjects.isEmpty || !person.subjects.allSatisfy(seen.contains) else { continue }
            seen.formUnion(person.subjects)
            let kept = person.subjects.filter { !keyring.vault.isErased($0) }
            targets.append(
                Target(
                    name: index, person: person, leadsToErase: try kept.compactMap { try finder.lead(of: $0, among: person.leads) },
                    recordKeys: try kept.flatMap { try keyring.vault.deadLetters(about: $0) }))
            marks.append(try Self.marks(of: person, name, Self.entries(of: person, program, journal), open))
        }
        for (index, found) in try records.find(marks: marks, keyring).enumerated() { targets[index].records = found }
    }

    /// One lead for each subject that is to be erased.
    public var leadsToErase: [String] { targets.flatMap(\.leadsToErase) }

    /// What a rejected record would hold of the person.
    private static func marks(
        of person: Person, _ name: String, _ entries: [EntryRecord],
        _ open: (EntryRecord) throws -> DossierBuilder.Opened
    ) throws -> [String] {
        var marks = person.leads.map(\.leadID) + [name]
        for entry in entries {
            guard case .fields(let fields) = try open(entry) else { continue }
            for field in fields where field.name.hasSuffix("email") && !marks.contains(field.value) {
                marks.append(field.value)
            }
        }
        return marks
    }

    /// The entries about a person, but for those that stand in an archive which is not at hand: whoever is to be erased
    /// does not wait for an archive to be fetched.
    private static func entries(of person: Person, _ program: String, _ journal: DatabaseQueue) throws -> [EntryRecord]
    {
        try journal.read { db in
            var entries: [UInt64: EntryRecord] = [:]
            for row in person.leads {
                for entry in try JournaledLead(row, skipsArchived: true, in: db).entries {
                    entries[entry.position] = entry
                }
            }
            return entries.keys.sorted().compactMap { entries[$0] }
        }
    }

    /// True once the journal holds the erasure of everybody.
    public func isRecorded() throws -> Bool {
        let projection = LeadsProjection(journal: journal, derived: try folder.openDerived())
        let erased = Set(try projection.erasuresToRepeat())
        return targets.allSatisfy { $0.person.subjects.allSatisfy(erased.contains) }
    }

    /// Destroys what keys are left of those whom the journal erased, and empties rejected records about the targets.
    /// To be called with a vault opened after the journal took the erasures in.
    public func finish(_ keyring: Keyring) throws {
        try PersonFinder.honourErasures(folder, keyring)
        try keyring.vault.erase(targets.flatMap(\.recordKeys).filter { !keyring.vault.isErased($0) })
        try records.empty(keyring)
    }

    /// Certifies erasures; one connection to everything for all of them.
    public struct Certifier {
        private let run: ErasureRun
        private let vault: Vault
        private let prover: Prover
        private let key: LogKey
        private let projection: LeadsProjection

        /// For a run that has finished.
        /// - Throws: `CheckpointRefusal`, `LogKeyError`, `NoteError`; SQLite's own failures.
        public init(_ run: ErasureRun, _ keyring: Keyring) throws {
            self.run = run
            vault = keyring.vault
            prover = try Prover(run.folder, program: run.program)
            key = try LogKeyFile.load(from: run.folder.logKeyPath)
            projection = LeadsProjection(journal: run.journal, derived: try run.folder.openDerived())
            try projection.catchUp()
        }

        /// The certificate of one target's erasure.
        /// - Parameter copies: Where copies may still stand, and how long after the erasure.
        /// - Throws: ``ErasureFault``; what proving throws.
        public func certificate(of target: Target, requestedBy: String, issued: Timestamp, copies: [TopicCopy]) throws
            -> ErasureCertificate
        {
            let leads = target.person.leads.map(\.leadID)
            var person = target.person
            person.leads = try leads.compactMap { try projection.lead($0, program: run.program) }
            let entries = try ErasureRun.entries(of: person, run.program, run.journal)
            let erasure = entries.last { entry in
                if case .erasureRequested(let fact) = entry.input.fact { return leads.contains(fact.leadID) }
                return false
            }
            guard let erasure else { throw ErasureFault.notRecorded(lead: leads.first ?? "") }
            guard target.person.subjects.allSatisfy(vault.isErased), target.recordKeys.allSatisfy(vault.isErased) else {
                throw ErasureFault.keyKept(lead: leads.first ?? "")
            }
            let statement = ErasureCertificate.Statement(
                program: run.program, subjects: target.person.subjects.map(\.description), leads: leads,
                requestedBy: requestedBy,
                position: erasure.position, erased: RFC3339.format(erasure.stamp), issued: RFC3339.format(issued),
                keyDestroyed: true,
                deadLettersEmptied: target.records.deadLetters, waitingEmptied: target.records.waiting,
                residualFields: try residual(entries) + archived(person),
                copies: copies.map {
                    .init(
                        topic: $0.topic.name, holds: $0.holds,
                        until: RFC3339.format(erasure.stamp.adding(micros: $0.micros)))
                },
                deadLetterKeysDestroyed: target.recordKeys.count)
            return try ErasureCertificate(statement, prover, key)
        }

        /// What stays in archives is of the same kind; which fields, only the archive tells.
        private func archived(_ person: Person) throws -> [String] {
            let readable = try run.journal.read { try JournalReader().firstReadable(of: run.program, in: $0) }
            let count = Set(person.leads.flatMap(\.positions)).count { $0 < readable }
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

/// Why an erasure cannot be certified.
public enum ErasureFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The journal holds no erasure of the lead's person.
    case notRecorded(lead: String)
    /// The vault still has a key.
    case keyKept(lead: String)

    /// What, and how to mend it.
    public var description: String {
        switch self {
        case .notRecorded(let lead): "the journal holds no erasure of the person of lead \(lead). Run the command again"
        case .keyKept(let lead): "a key of the person of lead \(lead) is still in the vault. Run the command again"
        }
    }
}
