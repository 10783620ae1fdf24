import GRDB

/// Opens `tree.db`, which holds the nodes of every program's Merkle tree.
///
/// A file of its own, since it is written beside the projections and not with them. It can be
/// deleted and is made again from the journal; a power cut may lose its last commits
/// (`synchronous = NORMAL`) but never damages it. It takes about 34 bytes an entry.
public enum TreeDatabase {
    /// The newest format this code reads and the one it writes.
    public static let formatVersion = 1

    /// Opens the file to write; creates it if it is absent.
    ///
    /// - Throws: ``JournalError`` for a wrong file, `DatabaseError` for SQLite's own failures.
    public static func open(path: String) throws -> DatabaseQueue {
        try file.open(path: path, access: .create)
    }

    /// Opens an existing file to read, also while it is written to.
    ///
    /// - Throws: ``JournalError`` for an absent or wrong file, `DatabaseError` for SQLite's own
    ///   failures.
    public static func openReadOnly(path: String) throws -> DatabaseQueue {
        try file.open(path: path, access: .read)
    }

    private static let file = DatabaseFile(
        applicationID: 0x4C4C_5452, formatVersion: formatVersion, synchronous: "NORMAL", pageSize: 4096,
        schema: """
            CREATE TABLE trees(
              tree INTEGER PRIMARY KEY,
              program TEXT NOT NULL UNIQUE,
              size INTEGER NOT NULL,
              link BLOB NOT NULL
            ) STRICT;
            CREATE TABLE tiles(
              tree INTEGER NOT NULL,
              level INTEGER NOT NULL,
              number INTEGER NOT NULL,
              nodes BLOB NOT NULL,
              PRIMARY KEY (tree, level, number)
            ) STRICT;
            """)
}
