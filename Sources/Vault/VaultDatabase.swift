import Foundation
import GRDB

/// Opens `vault.db`.
enum VaultDatabase {
    static let formatVersion = 1
    private static let applicationID: Int32 = 0x4C4C_5641

    /// Opens the vault, creates it if it is absent, and checks that it belongs to the master key.
    ///
    /// Each commit is flushed, and deleted rows are overwritten with zeros.
    static func open(path: String, fingerprint: [UInt8]) throws -> DatabaseQueue {
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inTransaction(.immediate) { db in
                try create(db, fingerprint)
                try check(db, path, fingerprint)
                return .commit
            }
            return queue
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw VaultError.notAVault(path: path)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA page_size = 4096;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA secure_delete = ON;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -65536;
                    PRAGMA wal_autocheckpoint = 8192;
                    """)
        }
        return configuration
    }

    private static func create(_ db: Database, _ fingerprint: [UInt8]) throws {
        guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0 else { return }
        try db.execute(sql: KeyTable.schema)
        try db.execute(sql: "INSERT INTO masters(fingerprint) VALUES (?)", arguments: [Data(fingerprint)])
        try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(formatVersion);")
    }

    private static func check(_ db: Database, _ path: String, _ fingerprint: [UInt8]) throws {
        guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
            throw VaultError.notAVault(path: path)
        }
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= formatVersion else {
            throw VaultError.newerFormat(path: path, found: found, supported: formatVersion)
        }
        guard try Data.fetchOne(db, sql: "SELECT fingerprint FROM masters") == Data(fingerprint) else {
            throw VaultError.wrongMasterKey(path: path)
        }
    }
}
