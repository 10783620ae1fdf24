import Foundation
import GRDB

/// A key as the keys topic carries it.
public struct KeyRecord: Equatable, Sendable {
    /// The subject, or the id of a dead letter's key.
    public let subject: SubjectID
    /// Everything the subject is known by, in the order it became known; for a dead letter digests of whom it mentions.
    public let lookups: [Pseudonym]
    /// Nonce, ciphertext and tag of the key under the master key.
    public let wrappedKey: [UInt8]

    /// A record from its parts.
    public init(subject: SubjectID, lookups: [Pseudonym], wrappedKey: [UInt8]) {
        self.subject = subject
        self.lookups = lookups
        self.wrappedKey = wrappedKey
    }
}

/// One more name under which a subject is found.
struct Alias: Equatable {
    let lookup: Pseudonym
    let subject: SubjectID
    /// Another subject had this lookup first and goes on being found under it.
    let isSecondary: Bool
}

/// The vault's tables. All functions take a connection.
///
/// Keys are appended to a rowid table and aliases name them by rowid, so that only two small
/// indexes see random order: ids and lookups are random, and each random insert rewrites a page.
enum KeyTable {
    static let schema = """
        CREATE TABLE keys(
          row INTEGER PRIMARY KEY,
          subject BLOB NOT NULL UNIQUE,
          wrapped BLOB NOT NULL
        ) STRICT;
        CREATE TABLE aliases(
          lookup BLOB NOT NULL,
          key INTEGER NOT NULL,
          secondary INTEGER NOT NULL,
          PRIMARY KEY (lookup, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX aliases_by_key ON aliases(key);
        CREATE TABLE tombstones(subject BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE TABLE masters(fingerprint BLOB NOT NULL) STRICT;
        """

    /// The subject that is found under a lookup: the one that had it first.
    static func subject(_ lookup: Pseudonym, in db: Database) throws -> SubjectID? {
        try subjects(lookup, limit: 1, in: db).first
    }

    static func subjects(_ lookup: Pseudonym, limit: Int = -1, in db: Database) throws -> [SubjectID] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT subject FROM aliases JOIN keys ON keys.row = aliases.key
                WHERE lookup = ? ORDER BY secondary, key LIMIT ?
                """)
        return try Data.fetchAll(statement, arguments: [lookup.data, limit]).compactMap { SubjectID($0) }
    }

    static func wrappedKey(_ subject: SubjectID, in db: Database) throws -> [UInt8]? {
        let statement = try db.cachedStatement(sql: "SELECT wrapped FROM keys WHERE subject = ?")
        return try Data.fetchOne(statement, arguments: [subject.data]).map { [UInt8]($0) }
    }

    static func lookups(of subject: SubjectID, in db: Database) throws -> [Pseudonym] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT lookup FROM aliases JOIN keys ON keys.row = aliases.key
                WHERE subject = ? ORDER BY lookup
                """)
        return try Data.fetchAll(statement, arguments: [subject.data]).compactMap { Pseudonym($0) }
    }

    static func hasAlias(_ lookup: Pseudonym, _ subject: SubjectID, in db: Database) throws -> Bool {
        try subjects(lookup, in: db).contains(subject)
    }

    /// Stores new keys and aliases. A key that is there already stays as it is.
    static func insert(_ pending: PendingKeys, in db: Database) throws {
        let insertKey = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO keys(subject, wrapped) VALUES (?, ?)")
        let insertAlias = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO aliases(lookup, key, secondary) VALUES (?, ?, ?)")
        var rows: [SubjectID: Int64] = [:]
        // The arguments fit the statements by their text, so they are not checked each time.
        for key in pending.keys {
            insertKey.setUncheckedArguments([key.subject.data, Data(key.wrapped)])
            try insertKey.execute()
            if db.changesCount == 1 { rows[key.subject] = db.lastInsertedRowID }
        }
        for alias in pending.aliases {
            guard let row = try rows[alias.subject] ?? row(of: alias.subject, in: db) else { continue }
            insertAlias.setUncheckedArguments([alias.lookup.data, row, alias.isSecondary])
            try insertAlias.execute()
        }
    }

    /// Stored keys in the order they were made.
    static func keys(after row: Int64, limit: Int, in db: Database) throws -> [(
        row: Int64, subject: SubjectID, wrapped: [UInt8]
    )] {
        let statement = try db.cachedStatement(
            sql: "SELECT row, subject, wrapped FROM keys WHERE row > ? ORDER BY row LIMIT ?")
        return try Row.fetchAll(statement, arguments: [row, limit]).compactMap { row in
            SubjectID(row[1] as Data).map { (row[0], $0, [UInt8](row[2] as Data)) }
        }
    }

    static func rewrap(_ keys: [SubjectID: [UInt8]], in db: Database) throws {
        let statement = try db.cachedStatement(sql: "UPDATE keys SET wrapped = ? WHERE subject = ?")
        for (subject, wrapped) in keys { try statement.execute(arguments: [Data(wrapped), subject.data]) }
    }

    private static func row(of subject: SubjectID, in db: Database) throws -> Int64? {
        let statement = try db.cachedStatement(sql: "SELECT row FROM keys WHERE subject = ?")
        return try Int64.fetchOne(statement, arguments: [subject.data])
    }

    /// Deletes all that is known of a subject and records that it was erased.
    static func erase(_ subject: SubjectID, in db: Database) throws {
        for sql in [
            "DELETE FROM aliases WHERE key IN (SELECT row FROM keys WHERE subject = ?)",
            "DELETE FROM keys WHERE subject = ?",
            "INSERT OR IGNORE INTO tombstones(subject) VALUES (?)",
        ] {
            try db.cachedStatement(sql: sql).execute(arguments: [subject.data])
        }
    }

    static func tombstones(in db: Database) throws -> Set<SubjectID> {
        Set(try Data.fetchAll(db, sql: "SELECT subject FROM tombstones").compactMap { SubjectID($0) })
    }
}
