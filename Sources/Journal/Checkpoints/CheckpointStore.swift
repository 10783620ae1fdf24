import Foundation
import GRDB

/// A checkpoint as it was signed and kept.
public struct StoredCheckpoint: Sendable, Equatable {
    /// The program.
    public let program: String
    /// What was signed.
    public let checkpoint: Checkpoint
    /// The note, with every cosignature that was added since.
    public let note: SignedNote
    /// When it was signed, Unix microseconds by the signer's clock.
    public let signedMicros: Int64

    /// A checkpoint from its parts.
    public init(program: String, checkpoint: Checkpoint, note: SignedNote, signedMicros: Int64) {
        self.program = program
        self.checkpoint = checkpoint
        self.note = note
        self.signedMicros = signedMicros
    }
}

/// Keeps every checkpoint ever signed, cosignatures and statements of rotation. What is in it stays:
/// the tables refuse changes and deletions.
///
/// Not derived from the journal but a witness against it, so it is flushed at every commit and
/// belongs into every backup. All functions take the connection of a `read` or `write` that the
/// caller holds on ``open(path:)``.
public struct CheckpointStore: Sendable {
    /// A store.
    public init() {}

    /// The newest format this code reads and the one it writes.
    public static let formatVersion = 1

    /// Opens `checkpoints.db` to write; creates it if it is absent.
    ///
    /// - Throws: ``JournalError`` for a wrong file, `DatabaseError` for SQLite's own failures.
    public static func open(path: String) throws -> DatabaseQueue {
        try file.open(path: path, access: .create)
    }

    /// Opens the file to read, also while it is written to; `nil` where none was made yet.
    ///
    /// - Throws: ``JournalError`` for a wrong file, `DatabaseError` for SQLite's own failures.
    public static func openIfMade(path: String) throws -> DatabaseQueue? {
        try file.openIfMade(path: path)
    }

    /// Keeps a checkpoint that was just signed.
    public func add(_ note: SignedNote, size: UInt64, program: String, signedMicros: Int64, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO checkpoints(program, size, note, signed_micros) VALUES (?, ?, ?, ?)",
            arguments: [program, Int64(size), note.description, signedMicros])
    }

    /// Keeps the signature lines of a note whose text is stored, where they are not kept yet.
    /// Returns how many are new; `nil` if no checkpoint with this text is stored.
    public func addCosignatures(of note: SignedNote, in db: Database) throws -> Int? {
        for row in try rows("WHERE note LIKE ? ESCAPE '\\'", [Self.pattern(note.text)], in: db) {
            var stored = try stored(row, in: db).note
            guard stored.text == note.text else { continue }
            let before = stored.signatures
            for signature in note.signatures { stored.add(signature) }
            guard stored.signatures.count <= SignedNote.signaturesMax else {
                throw NoteError.badNote(reason: "it would have more than \(SignedNote.signaturesMax) signatures")
            }
            guard stored.signatures != before else { return 0 }
            try db.execute(
                sql: "INSERT INTO cosignatures(checkpoint, note) VALUES (?, ?)",
                arguments: [row[0] as Int64, stored.description])
            return stored.signatures.count - before.count
        }
        return nil
    }

    /// The newest checkpoint of a program, or `nil` if it has none.
    ///
    /// - Throws: ``NoteError`` if what is stored is no checkpoint.
    public func latest(program: String, in db: Database) throws -> StoredCheckpoint? {
        try rows("WHERE program = ? ORDER BY seq DESC LIMIT 1", [program], in: db).first.map { try stored($0, in: db) }
    }

    /// The smallest checkpoint of a program that covers `size` entries, the newest of that size, or `nil`.
    ///
    /// - Throws: ``NoteError`` if what is stored is no checkpoint.
    public func first(program: String, covering size: UInt64, in db: Database) throws -> StoredCheckpoint? {
        let end = Int64(clamping: size)
        return try rows("WHERE program = ? AND size >= ? ORDER BY size, seq DESC LIMIT 1", [program, end], in: db).first
            .map { try stored($0, in: db) }
    }

    /// The checkpoint of exactly this size, or `nil`.
    ///
    /// - Throws: ``NoteError`` if what is stored is no checkpoint.
    public func at(size: UInt64, program: String, in db: Database) throws -> StoredCheckpoint? {
        let found = try first(program: program, covering: size, in: db)
        return found?.checkpoint.size == size ? found : nil
    }

    /// All checkpoints of a program in the order in which they were signed. Rows that are no
    /// checkpoints are handed to `damaged` with their place in that order, from 1.
    public func all(
        program: String, in db: Database, damaged: (_ seq: Int64, NoteError) throws -> Void
    ) throws -> [StoredCheckpoint] {
        try rows("WHERE program = ? ORDER BY seq", [program], in: db).compactMap { row in
            do { return try stored(row, in: db) } catch let error as NoteError {
                try damaged(row[0], error)
                return nil
            }
        }
    }

    /// The programs that have checkpoints, in alphabetical order.
    public func programs(in db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT DISTINCT program FROM checkpoints ORDER BY program")
    }

    /// The largest size that was signed of each program, in alphabetical order.
    public func sizes(in db: Database) throws -> [(program: String, size: UInt64)] {
        try Row.fetchAll(db, sql: "SELECT program, max(size) FROM checkpoints GROUP BY program ORDER BY program").map {
            ($0[0], UInt64(bitPattern: $0[1] as Int64))
        }
    }

    /// Keeps a statement of rotation, if it is not kept yet.
    public func addRotation(_ note: SignedNote, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO rotations(note) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM rotations WHERE note = ?1)",
            arguments: [note.description])
    }

    /// Every statement of rotation, in order.
    ///
    /// - Throws: ``NoteError`` if what is stored is no statement.
    public func rotations(in db: Database) throws -> [SignedNote] {
        try String.fetchAll(db, sql: "SELECT note FROM rotations ORDER BY seq").map { try SignedNote(Array($0.utf8)) }
    }

    /// Keeps the log's first verifier key, if none is kept yet: where verification begins when no key is named.
    public func addFirstKey(_ key: VerifierKey, in db: Database) throws {
        try db.execute(sql: "INSERT OR IGNORE INTO first_key(id, key) VALUES (1, ?)", arguments: [key.description])
    }

    /// The key kept by ``addFirstKey(_:in:)``.
    ///
    /// - Throws: ``NoteError/badKey(reason:)`` if what is stored is no key.
    public func firstKey(in db: Database) throws -> VerifierKey? {
        try String.fetchOne(db, sql: "SELECT key FROM first_key").map { try VerifierKey($0) }
    }
}

extension CheckpointStore {
    private func rows(_ condition: String, _ arguments: StatementArguments, in db: Database) throws -> [Row] {
        try Row.fetchAll(
            db, sql: "SELECT seq, program, size, note, signed_micros FROM checkpoints \(condition)",
            arguments: arguments)
    }

    /// The newest note with cosignatures repeats all that came before.
    private func stored(_ row: Row, in db: Database) throws -> StoredCheckpoint {
        let note = try SignedNote(Array((row[3] as String).utf8))
        var newest = note
        let seq: Int64 = row[0]
        if let text = try String.fetchOne(
            db, sql: "SELECT note FROM cosignatures WHERE checkpoint = ? ORDER BY seq DESC LIMIT 1", arguments: [seq])
        {
            newest = try SignedNote(Array(text.utf8))
        }
        guard newest.text == note.text else { throw NoteError.badNote(reason: "its cosignatures are of another text") }
        let checkpoint = try Checkpoint(text: note.text)
        guard checkpoint.size == UInt64(bitPattern: row[2] as Int64) else {
            throw NoteError.badCheckpoint(reason: "its size differs from the one recorded beside it")
        }
        return StoredCheckpoint(program: row[1], checkpoint: checkpoint, note: newest, signedMicros: row[4])
    }

    private static func pattern(_ text: String) -> String {
        var pattern = ""
        for scalar in text.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { pattern.append("\\") }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern + "\n%"
    }

    private static let file = DatabaseFile(
        applicationID: 0x4C4C_4350, formatVersion: formatVersion, synchronous: "FULL", pageSize: 4096,
        schema: """
            CREATE TABLE checkpoints(
              seq INTEGER PRIMARY KEY, program TEXT NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL,
              signed_micros INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX checkpoints_by_size ON checkpoints(program, size);
            CREATE TABLE cosignatures(seq INTEGER PRIMARY KEY, checkpoint INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
            CREATE INDEX cosignatures_by_checkpoint ON cosignatures(checkpoint);
            CREATE TABLE rotations(seq INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
            CREATE TABLE first_key(id INTEGER PRIMARY KEY CHECK (id = 1), key TEXT NOT NULL) STRICT;
            """
                + ["checkpoints", "cosignatures", "rotations", "first_key"].map { table in
                    """
                    CREATE TRIGGER \(table)_stay BEFORE UPDATE ON \(table)
                      BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END;
                    CREATE TRIGGER \(table)_last BEFORE DELETE ON \(table)
                      BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END;
                    """
                }.joined())
}
