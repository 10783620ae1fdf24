public import Engine
import Foundation
import GRDB
import Journal
import LeadlineSchemas
import SwiftProtobuf
import Vault

/// Removes the contents of rejected records and waiting outcomes whose keys are destroyed. Their rows and offsets stay,
/// so that no offset is missed.
public struct RecordErasure {
    /// Rejected records and waiting outcomes.
    public struct Count: Sendable, Equatable {
        /// Dead letters.
        public var deadLetters = 0
        /// Outcomes that wait for a lead.
        public var waiting = 0

        /// So many of each.
        public init(deadLetters: Int = 0, waiting: Int = 0) {
            self.deadLetters = deadLetters
            self.waiting = waiting
        }
    }

    private let folder: DataFolder

    /// For a data folder.
    public init(_ folder: DataFolder) { self.folder = folder }

    /// Empties every record whose key is gone, also those of an erasure that was cut short.
    /// - Returns: how many were emptied.
    @discardableResult
    public func empty(_ keyring: Keyring) throws -> Count {
        var count = Count()
        var empty: [(table: String, row: Int64, bytes: Data)] = []
        try RecordSearch.forEach(folder) { table, row, _, letter in
            guard !letter.sealed.isEmpty, let key = SubjectID(letter.keyID), keyring.vault.isErased(key) else { return }
            var rest = letter
            rest.sealed = Data()
            empty.append((table, row, try rest.serializedBytes() as Data))
            if table == "parked" { count.waiting += 1 } else { count.deadLetters += 1 }
        }
        if empty.isEmpty { return count }
        let journal = try folder.openJournal()
        try journal.write { db in
            for item in empty {
                try db.cachedStatement(sql: "UPDATE \(item.table) SET bytes = ? WHERE rowid = ?")
                    .execute(arguments: [item.bytes, item.row])
            }
        }
        _ = try journal.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        return count
    }

    /// Which keys' records stand in the folder, and that they are empty.
    /// - Returns: true for an outcome that waits.
    func emptied() throws -> [SubjectID: Bool] {
        var found: [SubjectID: Bool] = [:]
        try RecordSearch.forEach(folder) { table, _, _, letter in
            if letter.sealed.isEmpty, let key = SubjectID(letter.keyID) { found[key] = table == "parked" }
        }
        return found
    }
}
