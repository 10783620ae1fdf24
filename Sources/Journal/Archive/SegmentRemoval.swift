import Foundation
public import GRDB

/// Takes the entries of an archived segment out of the journal, in steps that a crash may part.
///
/// ``begin(_:state:in:)`` keeps what is needed from then on: where the entries are, and the state after them. Each
/// ``step(_:limit:in:)`` then puts leaves where bytes were. Deleted bytes are overwritten (`secure_delete`), also in
/// the write-ahead log once that is truncated.
public struct SegmentRemoval: Sendable {
    /// A removal.
    public init() {}

    /// Records a segment that its stream states, with the state after it. The state of the segment before is let go of.
    ///
    /// - Throws: `DatabaseError`, also where the segment is recorded already.
    public func begin(_ segment: ArchivedSegment, state: [UInt8], in db: Database) throws {
        precondition(db.isInsideTransaction, "a segment is recorded inside a transaction")
        precondition(
            segment.first < segment.next && segment.next <= segment.statement, "a segment ends before its statement")
        precondition(
            SnapshotStore.stateHash(of: state) == segment.stateHash, "the state must be the one that was stated")
        try db.execute(sql: SegmentTable.schema)
        try db.execute(sql: "PRAGMA user_version = \(JournalDatabase.formatVersion)")
        let stream = try stream(of: segment.program, in: db)
        let last =
            try UInt64.fetchOne(db, sql: "SELECT max(next) FROM entries_archived WHERE stream = ?", arguments: [stream])
            ?? 0
        guard segment.first == last else {
            throw JournalError.positionGap(program: segment.program, expected: last, got: segment.first)
        }
        try db.execute(
            sql: "INSERT OR REPLACE INTO entries_archived_states VALUES (?, ?, ?)",
            arguments: [stream, segment.next, Data(state)])
        try db.execute(
            sql: "INSERT INTO entries_archived VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                stream, segment.first, segment.next, segment.first, segment.statement, StoredBytes(segment.chainLink),
                StoredBytes(segment.stateHash), StoredBytes(segment.archiveDigest), segment.path,
            ])
    }

    /// Puts leaves in the place of at most `limit` entries of the program's newest segment. True if more are left.
    public func step(_ program: String, limit: UInt64, in db: Database) throws -> Bool {
        precondition(db.isInsideTransaction, "entries leave inside a transaction")
        let stream = try stream(of: program, in: db)
        guard let segment = try JournalReader().archivedSegments(of: program, in: db).last,
            segment.removed < segment.next
        else { return false }
        let end = min(segment.next, segment.removed + limit)
        let read = try RawStatement.cached("SELECT bytes FROM main.entries WHERE stream = ? AND position = ?", in: db)
        let write = try RawStatement.cached(
            "UPDATE main.entries SET bytes = ? WHERE stream = ? AND position = ?", in: db)
        for position in segment.removed..<end {
            try read.bind(stream, at: 1)
            try read.bind(position, at: 2)
            guard try read.step() else { throw JournalError.entryAltered(program: program, position: position) }
            let leaf = unsafe read.withBytes(0) { unsafe HashChain.leaf(of: $0) }
            read.reset()
            try write.bind(stream, at: 2)
            try write.bind(position, at: 3)
            unsafe try leaf.withUnsafeBytes { bytes in
                unsafe try write.bind(bytes, at: 1)
                try write.run()
            }
        }
        try db.execute(
            sql: "UPDATE entries_archived SET removed = ? WHERE stream = ? AND next = ?",
            arguments: [end, stream, segment.next])
        return end < segment.next
    }

    private func stream(of program: String, in db: Database) throws -> Int64 {
        guard let stream = try JournalReader().streamRow(of: program, in: db) else {
            throw JournalError.unknownProgram(program)
        }
        return stream
    }
}
