public import Engine
import Foundation
import GRDB
import Journal
import LeadlineSchemas
import SwiftProtobuf
import Vault

/// Removes what of a person stands outside the journal: rejected records and waiting outcomes that hold the address or
/// name a lead. Their rows and offsets stay, so that no offset is missed; their keys and contents go.
public struct PersonErasure {
    /// What was emptied.
    public struct Emptied: Sendable, Equatable {
        /// Dead letters.
        public var deadLetters = 0
        /// Outcomes that waited for a lead.
        public var waiting = 0
    }

    private let folder: DataFolder
    private let keyring: Keyring
    private let letters: DeadLetters

    /// For a folder whose vault is open.
    public init(_ folder: DataFolder, _ keyring: Keyring) {
        self.folder = folder
        self.keyring = keyring
        letters = DeadLetters(vault: keyring.vault)
    }

    /// Empties every record that holds one of the marks, e-mail addresses and leads' ids, in any case.
    public func empty(marks: [String]) throws -> Emptied {
        let journal = try folder.openJournal()
        var emptied = Emptied()
        emptied.deadLetters = try empty(journal, table: "dead_letters", marks)
        emptied.waiting = try empty(journal, table: "parked", marks)
        _ = try journal.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        return emptied
    }

    private func empty(_ journal: DatabaseQueue, table: String, _ marks: [String]) throws -> Int {
        let needles = marks.filter { $0.utf8.count >= 3 }.map { Array($0.lowercased().utf8) }
        var found: [(row: Int64, letter: WireDeadLetter)] = []
        try journal.read { db in
            guard try db.tableExists(table) else { return }
            let rows = try Row.fetchCursor(db, sql: "SELECT rowid, bytes FROM \(table)")
            while let row = try rows.next() {
                let letter = try WireDeadLetter(serializedBytes: row[1] as Data)
                if try holds(letter, needles) { found.append((row[0], letter)) }
            }
        }
        for (row, letter) in found {
            // The key first: after a crash in between the record is unreadable, and is emptied when asked again.
            if let key = SubjectID(letter.keyID) { try keyring.vault.erase(key) }
            var empty = letter
            empty.sealed = Data()
            let bytes = try empty.serializedBytes() as Data
            try journal.write { try $0.execute(sql: "UPDATE \(table) SET bytes = ? WHERE rowid = ?", arguments: [bytes, row]) }
        }
        return found.count
    }

    private func holds(_ letter: WireDeadLetter, _ needles: [[UInt8]]) throws -> Bool {
        let record: WireDeadRecord
        do { record = try letters.open(letter) } catch VaultError.erased { return false }
        let parts = [record.value, record.key] + record.headers.map(\.value)
        return parts.contains { part in
            let text = String(decoding: part, as: UTF8.self).lowercased()
            return needles.contains { Self.names(text, $0) }
        }
    }

    /// Whole words only: "lead-1" does not mean "lead-12".
    private static func names(_ text: String, _ needle: [UInt8]) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= needle.count else { return false }
        func isWord(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F || byte >= 0x80
        }
        for start in 0...(bytes.count - needle.count) where bytes[start] == needle[0] {
            let end = start + needle.count
            if bytes[start..<end].elementsEqual(needle), start == 0 || !isWord(bytes[start - 1]), end == bytes.count || !isWord(bytes[end]) { return true }
        }
        return false
    }
}
