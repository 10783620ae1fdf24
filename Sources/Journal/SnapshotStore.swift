import Crypto
import Foundation
import GRDB

/// A program's state after the entry at a position.
public struct Snapshot: Equatable, Sendable {
    /// The program.
    public let program: String
    /// The last position folded into the state.
    public let position: UInt64
    /// SHA-256 of the state's bytes.
    public let stateHash: Digest
    /// The state's bytes.
    public let state: [UInt8]
}

/// Keeps states by position: the bytes of some, the hashes of all.
///
/// Hashes stay, because an audit compares them with what it computes; bytes only save time and are
/// thinned out. All functions take the connection of a `read` or `write` that the caller holds on
/// ``DerivedDatabase``, so that a snapshot can be committed together with other projections.
public struct SnapshotStore: Sendable {
    /// A store.
    public init() {}

    /// The hash recorded for a state: SHA-256 of its bytes.
    public static func stateHash(of state: [UInt8]) -> Digest {
        HashChain.hash(state)
    }

    /// Saves a state and returns its hash. Saving the same state again changes nothing, save that
    /// bytes that were thinned out come back.
    ///
    /// - Throws: ``JournalError/stateHashDiffers(program:position:stored:computed:)`` if another
    ///   state is recorded for the position.
    @discardableResult
    public func save(program: String, position: UInt64, state: [UInt8], in db: Database) throws -> Digest {
        let hash = Self.stateHash(of: state)
        try record(program: program, position: position, stateHash: hash, in: db)
        try db.execute(
            sql: "UPDATE snapshots SET state = ? WHERE program = ? AND position = ?",
            arguments: [Data(state), program, position])
        return hash
    }

    /// The newest position of each program that a state is recorded for, in alphabetical order.
    public func newest(in db: Database) throws -> [(program: String, position: UInt64)] {
        try Row.fetchAll(db, sql: "SELECT program, max(position) FROM snapshots GROUP BY program ORDER BY program").map {
            ($0[0], UInt64(bitPattern: $0[1] as Int64))
        }
    }

    /// Records a state's hash without its bytes.
    ///
    /// - Throws: ``JournalError/stateHashDiffers(program:position:stored:computed:)`` if another
    ///   hash is recorded for the position.
    public func record(program: String, position: UInt64, stateHash: Digest, in db: Database) throws {
        if let stored = try self.stateHash(program: program, position: position, in: db) {
            guard stored == stateHash else {
                throw JournalError.stateHashDiffers(
                    program: program, position: position, stored: stored, computed: stateHash)
            }
            return
        }
        try db.execute(
            sql: "INSERT INTO snapshots(program, position, state_hash) VALUES (?, ?, ?)",
            arguments: [program, position, StoredBytes(stateHash)])
    }

    /// The newest snapshot at or before a position whose bytes are kept, or `nil`.
    ///
    /// - Throws: ``JournalError/snapshotDamaged(program:position:)`` if the bytes do not have the
    ///   recorded hash; ``discard(program:position:in:)`` it and ask again.
    public func latest(
        program: String, atOrBefore position: UInt64 = .max, in db: Database
    ) throws -> Snapshot? {
        guard let found = try nearest(program: program, atOrBefore: position, in: db)?.position else { return nil }
        let statement = try RawStatement.cached("SELECT state_hash, state FROM snapshots WHERE rowid = ?", in: db)
        defer { statement.reset() }
        try statement.bind(try row(program: program, position: found, in: db), at: 1)
        guard try statement.step() else { return nil }
        // A state may have hundreds of megabytes, so it is copied once.
        let state = unsafe statement.withBytes(1) { unsafe Array($0) }
        let hash = Self.stateHash(of: state)
        guard unsafe hash == statement.withBytes(0, { unsafe Digest($0) }) else {
            throw JournalError.snapshotDamaged(program: program, position: found)
        }
        return Snapshot(program: program, position: found, stateHash: hash, state: state)
    }

    private func row(program: String, position: UInt64, in db: Database) throws -> Int64 {
        let sql = "SELECT rowid FROM snapshots WHERE program = ? AND position = ?"
        return try Int64.fetchOne(db, sql: sql, arguments: [program, position]) ?? 0
    }

    /// Where the newest snapshot at or before a position stands, and how large it is; nil if there is none.
    public func nearest(program: String, atOrBefore position: UInt64, in db: Database) throws -> (
        position: UInt64, byteCount: Int
    )? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT position, length(state) FROM snapshots
                WHERE program = ? AND position <= ? AND state IS NOT NULL ORDER BY position DESC LIMIT 1
                """,
            arguments: [program, min(position, UInt64(Int64.max))]
        ).map { ($0[0], $0[1]) }
    }

    /// All recorded hashes of a program, by rising position.
    public func hashes(
        program: String, in db: Database
    ) throws -> [(position: UInt64, stateHash: Digest)] {
        try Row.fetchAll(
            db, sql: "SELECT position, state_hash FROM snapshots WHERE program = ? ORDER BY position",
            arguments: [program]
        ).map { row in
            let position: UInt64 = row[0]
            guard let hash = StoredBytes.digest(row, at: 1) else {
                throw JournalError.snapshotDamaged(program: program, position: position)
            }
            return (position, hash)
        }
    }

    /// Forgets a snapshot, hash and all.
    public func discard(program: String, position: UInt64, in db: Database) throws {
        try db.execute(
            sql: "DELETE FROM snapshots WHERE program = ? AND position = ?", arguments: [program, position])
    }

    /// Deletes states until the rest of the program's states fits into `keepBytes`, and returns how
    /// many it deleted. The newest state stays however large it is, and every hash stays.
    ///
    /// Each round deletes every second state, counted from the second newest, so that the far past
    /// is kept more thinly than the near past, yet is kept.
    @discardableResult
    public func thin(program: String, keepBytes: Int, in db: Database) throws -> Int {
        var kept = try Row.fetchAll(
            db,
            sql: """
                SELECT position, length(state) FROM snapshots
                WHERE program = ? AND state IS NOT NULL ORDER BY position DESC
                """,
            arguments: [program]
        ).map { (position: $0[0] as Int64, bytes: $0[1] as Int) }
        var deleted = 0
        while kept.count > 1 && kept.reduce(0, { $0 + $1.bytes }) > keepBytes {
            for index in stride(from: 1, to: kept.count, by: 2) {
                try dropState(program: program, position: kept[index].position, in: db)
                deleted += 1
            }
            kept = stride(from: 0, to: kept.count, by: 2).map { kept[$0] }
        }
        return deleted
    }
}

extension SnapshotStore {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("snapshots 1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE snapshots(
                      program TEXT NOT NULL,
                      position INTEGER NOT NULL,
                      state_hash BLOB NOT NULL,
                      state BLOB,
                      PRIMARY KEY (program, position)
                    ) STRICT
                    """)
        }
        return migrator
    }

    private func stateHash(program: String, position: UInt64, in db: Database) throws -> Digest? {
        let row = try Row.fetchOne(
            db, sql: "SELECT state_hash FROM snapshots WHERE program = ? AND position = ?",
            arguments: [program, position])
        return row.flatMap { StoredBytes.digest($0, at: 0) }
    }

    private func dropState(program: String, position: Int64, in db: Database) throws {
        try db.execute(
            sql: "UPDATE snapshots SET state = NULL WHERE program = ? AND position = ?",
            arguments: [program, position])
    }
}
