import Foundation
import GRDB

/// What the journal's files have in common: how they are opened, and how one tells a right file
/// from a wrong one.
struct DatabaseFile {
    /// How a connection may use the file.
    enum Access {
        /// Creates the file if it is absent.
        case create
        /// Reads and writes an existing file.
        case write
        /// Reads an existing file beside a running writer.
        case read
    }

    /// `PRAGMA application_id`: names the kind of file.
    let applicationID: Int32
    /// The newest `PRAGMA user_version` this code reads.
    let formatVersion: Int
    /// The one that a new file gets.
    let newFormatVersion: Int
    /// `PRAGMA synchronous`.
    let synchronous: String
    /// Bytes a page.
    let pageSize: Int
    /// Creates the tables of an empty file.
    let schema: String

    init(
        applicationID: Int32, formatVersion: Int, newFormatVersion: Int? = nil, synchronous: String, pageSize: Int,
        schema: String
    ) {
        self.applicationID = applicationID
        self.formatVersion = formatVersion
        self.newFormatVersion = newFormatVersion ?? formatVersion
        self.synchronous = synchronous
        self.pageSize = pageSize
        self.schema = schema
    }

    /// Seconds a connection waits for another's lock.
    static let busyTimeoutSeconds = 10.0

    /// Opens the file, whose absence is an error unless it may be created. A file whose making was cut short holds
    /// nothing: whoever creates finishes it, and to a reader it is absent.
    /// - Parameter preparing: run on the connection before anything else is.
    func open(path: String, access: Access, preparing: @escaping @Sendable (Database) throws -> Void = { _ in }) throws
        -> DatabaseQueue
    {
        if access != .create && !FileManager.default.fileExists(atPath: path) {
            throw JournalError.absent(path: path)
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(access, preparing))
            if access == .read {
                try queue.read { try check($0, path: path) }
            } else {
                try prepare(queue, path: path)
            }
            return queue
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw JournalError.notADatabase(path: path)
        }
    }

    /// Opens a file to read where there is one that was made.
    func openIfMade(path: String) throws -> DatabaseQueue? {
        do { return try open(path: path, access: .read) } catch JournalError.absent { return nil }
    }

    /// Connections that read an existing file at the same time, each read one moment of it, beside a running writer.
    func openPool(path: String, preparing: @escaping @Sendable (Database) throws -> Void = { _ in }) throws
        -> DatabasePool
    {
        guard FileManager.default.fileExists(atPath: path) else { throw JournalError.absent(path: path) }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration(.read, preparing))
            try pool.read { try check($0, path: path) }
            return pool
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw JournalError.notADatabase(path: path)
        }
    }

    private func configuration(_ access: Access, _ preparing: @escaping @Sendable (Database) throws -> Void)
        -> Configuration
    {
        var configuration = Configuration()
        configuration.readonly = access == .read
        configuration.busyMode = .timeout(Self.busyTimeoutSeconds)
        let pragmas = access == .read ? readPragmas : writePragmas
        configuration.prepareDatabase { db in
            try db.execute(sql: pragmas)
            try preparing(db)
        }
        return configuration
    }

    private var readPragmas: String {
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;"
    }

    /// The page size comes first: it is fixed once the file has a page or is in WAL mode.
    private var writePragmas: String {
        """
        PRAGMA page_size = \(pageSize);
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = \(synchronous);
        PRAGMA secure_delete = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -65536;
        PRAGMA wal_autocheckpoint = \(8 * 1024 * 1024 / pageSize);
        """
    }

    /// Creates the tables of an empty file and refuses any other that is not ours.
    ///
    /// The kind is checked in the transaction that creates, so that two processes that open one
    /// new file at once do not both create it.
    private func prepare(_ queue: DatabaseQueue, path: String) throws {
        try queue.inTransaction(.immediate) { db in
            if try isEmpty(db) {
                try db.execute(sql: schema)
                try db.execute(
                    sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(newFormatVersion);")
            }
            try check(db, path: path)
            return .commit
        }
    }

    private func check(_ db: Database, path: String) throws {
        let found = try Int32.fetchOne(db, sql: "PRAGMA application_id")
        guard found == applicationID else {
            let isBegun = try found == 0 && isEmpty(db)
            throw isBegun ? JournalError.absent(path: path) : JournalError.foreign(path: path)
        }
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= formatVersion else {
            throw JournalError.newerFormat(path: path, found: version, supported: formatVersion)
        }
    }

    /// True before the transaction that makes the tables: of a new file, and of one whose maker was killed.
    private func isEmpty(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
    }
}
