public import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
public import Vault

/// Who a question is about: the random ids by which the journal knows the person, and the person's leads.
public struct Person: Sendable, Equatable {
    /// Random ids, more than one where the same address came under several.
    public var subjects: [SubjectID]
    /// Leads with the positions of their entries.
    public var leads: [LeadRow]
}

/// Finds a person by an e-mail address or a lead's id. Neither stands in the journal: the address is found by its keyed
/// digest in the vault, the lead by the list of leads.
public struct PersonFinder {
    private let program: String
    private let keyring: Keyring?
    private let pseudonyms: Pseudonyms?
    private let derived: DatabaseQueue
    private let projection: LeadsProjection

    /// A finder in a folder; without the keyring only leads' ids find anybody.
    public init(_ folder: DataFolder, program: String, keyring: Keyring?) throws {
        self.program = program
        self.keyring = keyring
        pseudonyms = keyring.map { Pseudonyms(masterKey: $0.masterKey, program: program) }
        derived = try folder.openDerived()
        projection = LeadsProjection(journal: try folder.openJournalReadOnly(), derived: derived)
    }

    /// The person, or nil if no such person is known.
    /// - Parameter progress: entries indexed and entries in all.
    public func find(_ text: String, progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> Person? {
        try projection.catchUp(progress: progress)
        let subjects = try text.utf8.contains(UInt8(ascii: "@")) ? byAddress(text) : byLead(text)
        let ids = try derived.read { db in
            let found = try subjects.flatMap { subject in
                try String.fetchAll(
                    db, sql: "SELECT lead FROM leads WHERE program = ? AND subject = ? ORDER BY submitted, lead",
                    arguments: [program, Data(subject.bytes)])
            }
            // A lead without a subject of its own is found all the same.
            if !found.isEmpty || text.utf8.contains(UInt8(ascii: "@")) { return found }
            return try String.fetchAll(
                db, sql: "SELECT lead FROM leads WHERE program = ? AND lead = ?", arguments: [program, text])
        }
        let leads = try ids.compactMap { try projection.lead($0, program: program) }
        return leads.isEmpty ? nil : Person(subjects: subjects, leads: leads)
    }

    /// A lead by which a subject can be named; nil if it has none.
    public func lead(of subject: SubjectID) throws -> String? {
        try derived.read { db in
            try String.fetchOne(
                db, sql: "SELECT lead FROM leads WHERE program = ? AND subject = ? ORDER BY submitted, lead",
                arguments: [program, Data(subject.bytes)])
        }
    }

    private func byAddress(_ address: String) throws -> [SubjectID] {
        guard let keyring, let pseudonyms else { return [] }
        return try keyring.vault.allSubjects(pseudonyms.lookup(kind: .email, value: address))
    }

    private func byLead(_ lead: String) throws -> [SubjectID] {
        try derived.read { db in
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
