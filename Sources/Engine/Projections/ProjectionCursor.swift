import GRDB

/// How far something that follows the journal has come, in `derived.db`.
struct ProjectionCursor {
    /// Whose it is; never changed.
    let name: String
    /// Raised when what follows the journal makes something else of it: then it begins anew.
    let version: Int

    static func create(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS projection_cursors (
                    name TEXT PRIMARY KEY, version INTEGER NOT NULL, next_seq INTEGER NOT NULL) WITHOUT ROWID
                """)
    }

    /// The version that was here last; nil if none was.
    func recordedVersion(in db: Database) throws -> Int? {
        try Int.fetchOne(db, sql: "SELECT version FROM projection_cursors WHERE name = ?", arguments: [name])
    }

    /// The next sequence number to read; the journal counts from 1, without gaps.
    func nextSeq(in db: Database) throws -> UInt64 {
        UInt64(
            try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT next_seq FROM projection_cursors WHERE name = ?"), arguments: [name])
                ?? 1)
    }

    func setNextSeq(_ seq: UInt64, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO projection_cursors VALUES (?, ?, ?)")
            .execute(arguments: [name, version, Int64(seq)])
    }

    func remove(in db: Database) throws {
        try db.execute(sql: "DELETE FROM projection_cursors WHERE name = ?", arguments: [name])
    }
}
