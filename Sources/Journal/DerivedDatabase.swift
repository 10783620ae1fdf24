import GRDB

/// Opens `derived.db`, which holds snapshots and projections: everything that can be deleted and
/// rebuilt from the journal.
///
/// A power cut may lose its last commits (`synchronous = NORMAL`) but never damages it. Other
/// projections add their tables through a `DatabaseMigrator` of their own on the queue they are
/// given; their migrations' names begin with the projection's, because GRDB keeps one list of
/// names a file. On ``JournalError/newerFormat(path:found:supported:)`` the file may simply be
/// deleted.
public enum DerivedDatabase {
    /// The newest format this code reads and the one it writes.
    public static let formatVersion = 1

    /// Opens the file to write, creates it if it is absent, and brings its snapshots' tables up to
    /// date.
    ///
    /// - Throws: ``JournalError`` for a wrong file, `DatabaseError` for SQLite's own failures.
    public static func open(path: String) throws -> DatabaseQueue {
        let queue = try file.open(path: path, access: .create)
        try SnapshotStore.migrator.migrate(queue)
        return queue
    }

    /// Opens an existing file to read, also while a processor writes to it.
    ///
    /// - Throws: ``JournalError`` for an absent or wrong file, `DatabaseError` for SQLite's own
    ///   failures.
    public static func openReadOnly(path: String) throws -> DatabaseQueue {
        try file.open(path: path, access: .read)
    }

    /// Opens an existing file for several readers at once, also while a processor writes to it.
    ///
    /// - Throws: ``JournalError`` for an absent or wrong file, `DatabaseError` for SQLite's own
    ///   failures.
    public static func openPool(path: String) throws -> DatabasePool { try file.openPool(path: path) }

    private static let file = DatabaseFile(
        applicationID: 0x4C4C_4456, formatVersion: formatVersion, synchronous: "NORMAL", pageSize: 4096,
        schema: "")
}
