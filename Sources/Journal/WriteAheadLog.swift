public import GRDB

/// The write-ahead log beside a database file: it still holds what was deleted, until it is emptied.
public enum WriteAheadLog {
    /// How long emptying waits for readers. Nobody else writes meanwhile.
    public enum Patience: Int, Sendable {
        /// In milliseconds: while others write, who would notice a longer one.
        case busy = 20
        /// Where it was in vain often, or nobody writes; no longer, for a report may read for minutes.
        case thorough = 250
    }

    /// Brings the log into the database file and empties it, so that nothing deleted stays in it.
    /// - Returns: False if somebody still reads an earlier moment; then it is to be tried again.
    public static func truncate(_ writer: any DatabaseWriter, _ patience: Patience = .thorough) throws -> Bool {
        try writer.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA busy_timeout = \(patience.rawValue)")
            defer { restorePatience(db) }
            do {
                // Nearly all of it goes while others write; they wait only for what is left.
                _ = try db.checkpoint(.passive)
                _ = try db.checkpoint(.truncate)
                return true
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY { return false }
        }
    }

    /// A connection that cannot be told how long to wait cannot be written to either, which whoever writes next sees.
    private static func restorePatience(_ db: Database) {
        _ = try? db.execute(sql: "PRAGMA busy_timeout = \(Int(DatabaseFile.busyTimeoutSeconds * 1_000))")
    }
}
