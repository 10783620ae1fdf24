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
    /// What each of the subject's leads states as the person's address now, by the lead's lookup.
    public var stated: [Pseudonym: Pseudonym] = [:]
    /// Those of the lookups that are addresses which none of the leads states any more.
    public var givenUp: Set<Pseudonym> = []
    /// Those of them with which somebody else has come since.
    public var passedOn: Set<Pseudonym> = []

    /// A record from its parts.
    public init(
        subject: SubjectID, lookups: [Pseudonym], wrappedKey: [UInt8], stated: [Pseudonym: Pseudonym] = [:],
        givenUp: Set<Pseudonym> = [], passedOn: Set<Pseudonym> = []
    ) {
        self.subject = subject
        self.lookups = lookups
        self.wrappedKey = wrappedKey
        self.stated = stated
        self.givenUp = givenUp
        self.passedOn = passedOn
    }
}

extension KeyRecord {
    init(
        subject: SubjectID, lookups: [Pseudonym], wrappedKey: [UInt8], stated: [Pseudonym: Pseudonym],
        notHeld: [Pseudonym: Standing]
    ) {
        self.init(
            subject: subject, lookups: lookups, wrappedKey: wrappedKey, stated: stated,
            givenUp: Set(notHeld.filter { $0.value == .former }.keys),
            passedOn: Set(notHeld.filter { $0.value == .passedOn }.keys))
    }
}

/// One more name under which a subject is found.
struct Alias: Equatable {
    let lookup: Pseudonym
    let subject: SubjectID
    /// Another subject had this lookup first and goes on being found under it.
    let isSecondary: Bool
    /// What the lead whose lookup it is states as the person's address.
    var stated: Pseudonym?
}

/// How a subject stands to a lookup.
enum Standing: Int, Sendable {
    /// It had the lookup first.
    case first = 0
    /// Another had it first.
    case second = 1
    /// It was known by this address, and none of its leads states it any more: whoever comes with it next is another.
    case former = 2
    /// Somebody else has come with it since, by whose address it is not found any more, not even once that person is
    /// erased.
    case passedOn = 3

    /// Whether the subject has the lookup.
    var isHeld: Bool { self == .first || self == .second }
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
          stated BLOB,
          PRIMARY KEY (lookup, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX aliases_by_key ON aliases(key);
        CREATE TABLE tombstones(subject BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE TABLE masters(fingerprint BLOB NOT NULL) STRICT;
        """

    /// What the tables of before lack.
    static let fromFormat1 = "ALTER TABLE aliases ADD COLUMN stated BLOB"

    /// Who is known by a lookup: the one that had it first in front, who gave it up behind, the last of those first.
    static func subjects(_ lookup: Pseudonym, in db: Database) throws -> [(subject: SubjectID, standing: Standing)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT subject, secondary FROM aliases JOIN keys ON keys.row = aliases.key
                WHERE lookup = ? ORDER BY secondary, CASE WHEN secondary < 2 THEN key ELSE -key END
                """)
        return try Row.fetchAll(statement, arguments: [lookup.data]).compactMap { row in
            SubjectID(row[0] as Data).map { ($0, Standing(rawValue: row[1]) ?? .second) }
        }
    }

    /// Leads of a subject, by their lookups, with the addresses that they state.
    static func stated(by subject: SubjectID, in db: Database) throws -> [Pseudonym: Pseudonym] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT lookup, stated FROM aliases JOIN keys ON keys.row = aliases.key
                WHERE subject = ? AND stated IS NOT NULL
                """)
        return try Row.fetchAll(statement, arguments: [subject.data]).reduce(into: [:]) { stated, row in
            if let lead = Pseudonym(row[0] as Data), let address = Pseudonym(row[1] as Data) { stated[lead] = address }
        }
    }

    /// Addresses that a subject has no more, with how it stands to them.
    static func notHeld(by subject: SubjectID, in db: Database) throws -> [Pseudonym: Standing] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT lookup, secondary FROM aliases JOIN keys ON keys.row = aliases.key
                WHERE subject = ? AND secondary > 1
                """)
        return try Row.fetchAll(statement, arguments: [subject.data]).reduce(into: [:]) { notHeld, row in
            if let lookup = Pseudonym(row[0] as Data) { notHeld[lookup] = Standing(rawValue: row[1]) ?? .former }
        }
    }

    /// Stores how subjects stand to lookups now.
    static func apply(_ changes: [StandingChange], in db: Database) throws {
        let setStanding = try db.cachedStatement(
            sql: """
                UPDATE aliases SET secondary = ? WHERE lookup = ? AND key = (SELECT row FROM keys WHERE subject = ?)
                """)
        let setStated = try db.cachedStatement(
            sql: "UPDATE aliases SET stated = ? WHERE lookup = ? AND key = (SELECT row FROM keys WHERE subject = ?)")
        for change in changes {
            switch change.value {
            case .standing(let standing):
                try setStanding.execute(arguments: [standing.rawValue, change.lookup.data, change.subject.data])
            case .stated(let address):
                try setStated.execute(arguments: [address.data, change.lookup.data, change.subject.data])
            }
        }
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
        try subjects(lookup, in: db).contains { $0.subject == subject }
    }

    /// Stores new keys and aliases. A key that is there already stays as it is.
    static func insert(_ pending: PendingKeys, in db: Database) throws {
        let insertKey = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO keys(subject, wrapped) VALUES (?, ?)")
        let insertAlias = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO aliases(lookup, key, secondary, stated) VALUES (?, ?, ?, ?)")
        var rows: [SubjectID: Int64] = [:]
        // The arguments fit the statements by their text, so they are not checked each time.
        for key in pending.keys {
            guard let wrapped = key.wrapped else { throw VaultError.keyMissing(key.subject) }
            insertKey.setUncheckedArguments([key.subject.data, Data(wrapped)])
            try insertKey.execute()
            if db.changesCount == 1 { rows[key.subject] = db.lastInsertedRowID }
        }
        for alias in pending.aliases {
            guard let row = try rows[alias.subject] ?? row(of: alias.subject, in: db) else { continue }
            insertAlias.setUncheckedArguments([alias.lookup.data, row, alias.isSecondary, alias.stated?.data])
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
