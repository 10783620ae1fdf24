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
    public func find(_ text: String, progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> Person? {
        try projection.catchUp(progress: progress)
        let isAddress = text.utf8.contains(UInt8(ascii: "@"))
        let subjects = try isAddress ? byAddress(text) : byLead(text)
        var ids = try leads(of: subjects)
        // A lead without a subject of its own is found all the same.
        if ids.isEmpty && !isAddress { ids = [text] }
        let leads = try ids.compactMap { try projection.lead($0, program: program) }
        try confirm(leads, subjects)
        return leads.isEmpty ? nil : Person(subjects: subjects, leads: leads)
    }

    private func leads(of subjects: [SubjectID]) throws -> [String] {
        try derived.read { db in
            try subjects.flatMap { subject in
                try String.fetchAll(
                    db, sql: "SELECT lead FROM leads WHERE program = ? AND subject = ? ORDER BY submitted, lead",
                    arguments: [program, Data(subject.bytes)])
            }
        }
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
        return try keyring.vault.allSubjects(pseudonyms.lookup(kind: .email, value: address))
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
