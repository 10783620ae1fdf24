public import Engine
import Foundation
import GRDB
import Journal
public import LeadlineSchemas
import SwiftProtobuf
import Vault

/// Looks for people in what stands outside the journal: rejected records, and outcomes that wait for their lead. Each is
/// opened and searched in every layer that can be decoded.
public struct RecordSearch {
    /// A record that speaks of a person.
    public struct Record: Sendable {
        /// False for a dead letter.
        public var isWaiting: Bool
        /// Offset on `leadline.deadletter`, partition:offset on a cluster; for a waiting outcome the position of its
        /// entry.
        public var place: String
        /// What stands in clear beside it.
        public var letter: WireDeadLetter
        /// The record as it came.
        public var record: WireDeadRecord
    }

    /// Hands over letters that do not stand in the folder: those on a cluster's topic.
    public typealias Letters = ((_ place: String, WireDeadLetter) throws -> Void) throws -> Void

    /// Tables, and what names a row's place.
    private static let tables = [(name: "dead_letters", place: "offset"), (name: "parked", place: "position")]

    private let folder: DataFolder
    private let program: String
    private let keyring: Keyring
    private let elsewhere: Letters

    /// A search in the letters of a program, and in those that name none.
    public init(
        _ folder: DataFolder, program: String, keyring: Keyring, elsewhere: @escaping Letters = { _ in }
    ) {
        self.folder = folder
        self.program = program
        self.keyring = keyring
        self.elsewhere = elsewhere
    }

    /// Finds records that hold one of a person's marks, e-mail addresses and leads' ids, in any case. Several persons
    /// cost hardly more than one.
    /// - Returns: how many records there are that could not be searched whole; they may speak of anybody.
    public func find(marks: [[String]], _ found: (_ person: Int, Record) throws -> Void) throws -> Int {
        let search = MarkSearch(marks)
        var unsearchable = 0
        func take(_ letter: WireDeadLetter, isWaiting: Bool, place: String) throws {
            guard !letter.sealed.isEmpty, let record = try Self.open(letter, keyring), isOwn(record) else { return }
            var persons: Set<Int> = []
            var isComplete = true
            for part in [record.value] + record.headers.map(\.value) {
                let decoded = DecodedLayers(Array(part))
                if !decoded.isComplete { isComplete = false }
                for layer in decoded.layers { persons.formUnion(search.persons(in: layer)) }
            }
            if !isComplete { unsearchable += 1 }
            for person in persons.sorted() {
                try found(person, Record(isWaiting: isWaiting, place: place, letter: letter, record: record))
            }
        }
        try Self.forEach(folder) { table, _, place, letter in
            try take(letter, isWaiting: table == "parked", place: "\(place)")
        }
        try elsewhere { place, letter in try take(letter, isWaiting: false, place: place) }
        return unsearchable
    }

    /// Another program's records are another's.
    private func isOwn(_ record: WireDeadRecord) -> Bool {
        guard record.hasKey, let key = String(validating: record.key, as: UTF8.self), FieldLimits.isID(key) else {
            return true
        }
        return key == program
    }

    /// Every letter of the folder.
    static func forEach(
        _ folder: DataFolder, _ body: (_ table: String, _ row: Int64, _ place: Int64, WireDeadLetter) throws -> Void
    ) throws {
        try folder.openJournalReadOnly().read { db in
            for (table, place) in Self.tables where try db.tableExists(table) {
                let stored = try Row.fetchCursor(db, sql: "SELECT rowid, \(place), bytes FROM \(table)")
                while let row = try stored.next() {
                    try body(table, row[0], row[1], try WireDeadLetter(serializedBytes: row[2] as Data))
                }
            }
        }
    }

    /// Nil if there is nothing to open, or its key is gone.
    private static func open(_ letter: WireDeadLetter, _ keyring: Keyring) throws -> WireDeadRecord? {
        do { return try DeadLetters.open(letter, keyring.vault) } catch VaultError.erased {
            return nil
        } catch VaultError.keyMissing {
            return nil
        } catch is DeadLetterError { return nil }
    }
}

extension Person {
    /// What a record would hold of the person: the name that the person was found by, leads' ids, and every address that
    /// an entry states.
    static func marks(of person: Person, _ name: String, _ opened: [Dossier.Field]) -> [String] {
        var marks = person.leadIDs + [name]
        if let address = AddressSpelling.address(name), !marks.contains(address) { marks.append(address) }
        for field in opened where field.name.hasSuffix("email") {
            for mark in [field.value, AddressSpelling.address(field.value)].compactMap({ $0 })
            where !marks.contains(mark) { marks.append(mark) }
        }
        return marks
    }
}
