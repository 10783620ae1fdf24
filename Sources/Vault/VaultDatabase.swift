import Foundation
import GRDB

/// Opens `vault.db`.
enum VaultDatabase {
    static let formatVersion = 2
    static let applicationID: Int32 = 0x4C4C_5641

    /// Opens the vault and checks that it belongs to the master key.
    ///
    /// Each commit is flushed, and deleted rows are overwritten with zeros.
    /// - Parameters:
    ///   - fingerprints: of the master key, then of those before it that are not retired.
    ///   - making: makes the vault where there is none, or one whose making was cut short.
    /// - Returns: also which of them its keys are wrapped under.
    static func open(path: String, fingerprints: [[UInt8]], making: Bool) throws -> (DatabaseQueue, place: Int) {
        if !making && !FileManager.default.fileExists(atPath: path) { throw VaultError.absent(path: path) }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            var place = 0
            try queue.inTransaction(.immediate) { db in
                if try isEmpty(db) {
                    guard making else { throw VaultError.absent(path: path) }
                    try create(db, fingerprints[0])
                }
                place = try check(db, path, fingerprints)
                try upgrade(db)
                return .commit
            }
            return (queue, place)
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

    /// Brings the tables of an earlier format to today's.
    private static func upgrade(_ db: Database) throws {
        guard try Int.fetchOne(db, sql: "PRAGMA user_version") == 1 else { return }
        try db.execute(sql: "\(KeyTable.fromFormat1); PRAGMA user_version = \(formatVersion)")
    }

    private static func create(_ db: Database, _ fingerprint: [UInt8]) throws {
        try db.execute(sql: KeyTable.schema)
        try db.execute(sql: "INSERT INTO masters(fingerprint) VALUES (?)", arguments: [Data(fingerprint)])
        try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(formatVersion);")
    }

    /// True before the transaction that makes the tables: of a new file, of one whose maker was killed, of one that
    /// somebody emptied.
    static func isEmpty(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
    }

    /// Notes another master key as the one that all keys are wrapped under, or may be.
    static func set(_ fingerprint: [UInt8], in db: Database) throws {
        try db.execute(sql: "UPDATE masters SET fingerprint = ?", arguments: [Data(fingerprint)])
    }

    private static func check(_ db: Database, _ path: String, _ fingerprints: [[UInt8]]) throws -> Int {
        guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
            throw VaultError.notAVault(path: path)
        }
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= formatVersion else {
            throw VaultError.newerFormat(path: path, found: found, supported: formatVersion)
        }
        let noted = try Data.fetchOne(db, sql: "SELECT fingerprint FROM masters")
        guard let place = fingerprints.firstIndex(where: { Data($0) == noted }) else {
            throw VaultError.wrongMasterKey(path: path)
        }
        return place
    }
}
