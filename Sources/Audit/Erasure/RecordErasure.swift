public import Engine
import Foundation
import GRDB
import Journal
import LeadlineSchemas
import SwiftProtobuf
import Vault

/// Removes what of people stands outside the journal: rejected records and waiting outcomes that hold an address or
/// name a lead. Their rows and offsets stay, so that no offset is missed; their keys and contents go.
public struct RecordErasure {
    /// Records about one person.
    public struct Found: Sendable, Equatable {
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

    private static let tables = ["dead_letters", "parked"]

    private let folder: DataFolder
    private let program: String
    /// Rows whose key is to be destroyed and contents removed, by table.
    private var rows: [String: [Int64]] = [:]

    /// For a program in a data folder. Records of other programs that are registered there stay as they are.
    public init(_ folder: DataFolder, program: String) {
        self.folder = folder
        self.program = program
    }

    /// Looks for records that hold one of a person's marks, e-mail addresses and leads' ids, in any case. To be asked
    /// while the keys are still there; several persons cost hardly more than one.
    public mutating func find(marks: [[String]], _ keyring: Keyring) throws -> [Found] {
        let search = MarkSearch(marks)
        let others = Set(
            try folder.openJournalReadOnly().read { try JournalReader().streams(in: $0) }.map(\.program)
        ).subtracting([program])
        var found = Array(repeating: Found(), count: marks.count)
        try forEach { table, row, letter in
            guard !letter.sealed.isEmpty, let record = try Self.open(letter, keyring),
                !others.contains(String(decoding: record.key, as: UTF8.self))
            else { return }
            let persons = ([record.value, record.key] + record.headers.map(\.value)).reduce(into: Set<Int>()) {
                persons, part in
                persons.formUnion(search.persons(in: Array(part)))
                if let plain = JSONEscapes.resolved(Array(part)) { persons.formUnion(search.persons(in: plain)) }
            }
            if persons.isEmpty { return }
            rows[table, default: []].append(row)
            for person in persons {
                if table == "parked" { found[person].waiting += 1 } else { found[person].deadLetters += 1 }
            }
        }
        return found
    }

    /// Empties what was found, and every record whose key is gone already: an erasure that a crash left half done.
    public func empty(_ keyring: Keyring) throws {
        let wanted = rows.mapValues { Set($0) }
        var empty: [(table: String, row: Int64, bytes: Data)] = []
        var keys: [SubjectID] = []
        try forEach { table, row, letter in
            guard !letter.sealed.isEmpty, let key = SubjectID(letter.keyID) else { return }
            let isGone = keyring.vault.isErased(key)
            guard isGone || wanted[table]?.contains(row) == true else { return }
            if !isGone { keys.append(key) }
            var rest = letter
            rest.sealed = Data()
            empty.append((table, row, try rest.serializedBytes() as Data))
        }
        if empty.isEmpty { return }
        // The keys first: after a crash in between the records are unreadable, and are emptied when asked again.
        try keyring.vault.erase(keys)
        let journal = try folder.openJournal()
        try journal.write { db in
            for item in empty {
                try db.cachedStatement(sql: "UPDATE \(item.table) SET bytes = ? WHERE rowid = ?").execute(arguments: [
                    item.bytes, item.row,
                ])
            }
        }
        _ = try journal.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    }

    private func forEach(_ body: (_ table: String, _ row: Int64, WireDeadLetter) throws -> Void) throws {
        try folder.openJournalReadOnly().read { db in
            for table in Self.tables where try db.tableExists(table) {
                let stored = try Row.fetchCursor(db, sql: "SELECT rowid, bytes FROM \(table)")
                while let row = try stored.next() {
                    try body(table, row[0], try WireDeadLetter(serializedBytes: row[1] as Data))
                }
            }
        }
    }

    /// Nil if the key is gone.
    private static func open(_ letter: WireDeadLetter, _ keyring: Keyring) throws -> WireDeadRecord? {
        do { return try DeadLetters.open(letter, keyring.vault) } catch VaultError.erased {
            return nil
        } catch VaultError.keyMissing { return nil }
    }
}
