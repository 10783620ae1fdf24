import GRDB

/// Opens `journal.db`, the one file that holds every stream and, in embedded mode, the topics.
///
/// One file, so that one SQLite transaction covers entries, topics and consumed offsets. The
/// write-ahead log is flushed at every commit (`synchronous = FULL`): a commit that returned
/// survives a power cut. Others may add their own tables; their names must not start with
/// `streams` or `entries`, and they must leave `user_version` and `application_id` alone.
///
/// Entries are rows in commit order. Their rowid is `seq`, from 1, without gaps. A rowid table
/// keeps a blob of up to a page in its leaf, and appending always fills the last leaf; a table
/// clustered by (stream, position) would move every blob over a quarter of a page to an overflow
/// page and split half-full leaves wherever a stream ends. A stream is read through the unique
/// index, whose order is also the order of the rows.
///
/// Of an entry that left for an archive (``ArchivedSegment``) the row stays, with the leaf in the place
/// of its bytes: commit order, offsets, chain and tree need no exception for it.
public enum JournalDatabase {
    /// The newest format this code reads: that of a journal whose oldest entries are archived. Until then it is 1.
    public static let formatVersion = 2

    /// Opens the journal to write; creates it if it is absent.
    ///
    /// - Parameter archived: archived entries that are to be found in their places.
    /// - Throws: ``JournalError`` for a wrong file, `DatabaseError` for SQLite's own failures.
    public static func open(path: String, archived: ArchivedEntries? = nil) throws -> DatabaseQueue {
        try file.open(path: path, access: .create, preparing: { try archived?.attach(to: $0) })
    }

    /// Opens an existing journal to read, also while a processor writes to it.
    ///
    /// Each `read` of the queue sees one moment of the journal. SQLite needs to write the `-shm`
    /// file beside the journal, so the folder must be writable unless a writer has it open.
    ///
    /// - Parameter archived: archived entries that are to be found in their places.
    /// - Throws: ``JournalError`` for an absent or wrong file, `DatabaseError` for SQLite's own
    ///   failures.
    public static func openReadOnly(path: String, archived: ArchivedEntries? = nil) throws -> DatabaseQueue {
        try file.open(path: path, access: .read, preparing: { try archived?.attach(to: $0) })
    }

    /// Opens an existing journal for several readers at once, also while a processor writes to it.
    ///
    /// - Parameter archived: archived entries that are to be found in their places.
    /// - Throws: ``JournalError`` for an absent or wrong file, `DatabaseError` for SQLite's own
    ///   failures.
    public static func openPool(path: String, archived: ArchivedEntries? = nil) throws -> DatabasePool {
        try file.openPool(path: path, preparing: { try archived?.attach(to: $0) })
    }

    private static let file = DatabaseFile(
        applicationID: 0x4C4C_4A4E, formatVersion: formatVersion, newFormatVersion: 1, synchronous: "FULL",
        pageSize: 4096,
        schema: """
            CREATE TABLE streams(
              stream INTEGER PRIMARY KEY,
              program TEXT NOT NULL UNIQUE,
              size INTEGER NOT NULL,
              head BLOB NOT NULL,
              last_stamp_micros INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE entries(
              seq INTEGER PRIMARY KEY,
              stream INTEGER NOT NULL,
              position INTEGER NOT NULL,
              first_decision_offset INTEGER NOT NULL,
              decisions INTEGER NOT NULL,
              link_prefix INTEGER NOT NULL,
              bytes BLOB NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX entries_by_position ON entries(stream, position);
            """)
}
