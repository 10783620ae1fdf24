import Foundation
public import GRDB

/// A stretch of a stream whose entries stand in an archive. Of each the journal keeps the leaf alone, so that chain,
/// tree and every proof go on as before; what was in it only the archive tells.
public struct ArchivedSegment: Equatable, Sendable {
    /// The program.
    public let program: String
    /// Position of its first entry.
    public let first: UInt64
    /// The position after its last.
    public let next: UInt64
    /// Entries before this position have left already; it is `next` once all have.
    public let removed: UInt64
    /// Position of the entry that states it.
    public let statement: UInt64
    /// The chain's link after its last entry.
    public let chainLink: Digest
    /// SHA-256 of the state after its last entry.
    public let stateHash: Digest
    /// SHA-256 of the archive's manifest.
    public let archiveDigest: Digest
    /// Where the archive was when its entries left.
    public let path: String

    /// A segment that is stated and has not begun to leave.
    public init(
        program: String, first: UInt64, next: UInt64, statement: UInt64, chainLink: Digest, stateHash: Digest,
        archiveDigest: Digest,
        path: String
    ) {
        self.init(
            program: program, first: first, next: next, removed: first, statement: statement, chainLink: chainLink,
            stateHash: stateHash,
            archiveDigest: archiveDigest, path: path)
    }

    /// As it is recorded.
    init(
        program: String, first: UInt64, next: UInt64, removed: UInt64, statement: UInt64, chainLink: Digest,
        stateHash: Digest,
        archiveDigest: Digest, path: String
    ) {
        self.program = program
        self.first = first
        self.next = next
        self.removed = removed
        self.statement = statement
        self.chainLink = chainLink
        self.stateHash = stateHash
        self.archiveDigest = archiveDigest
        self.path = path
    }
}

extension ArchivedSegment: CustomStringConvertible {
    /// Which entries, and where they are.
    public var description: String {
        "entries \(first) to \(next - 1) of \(program) are in the archive \(archiveDigest) (stated at position \(statement), written to \(path))"
    }
}

extension JournalReader {
    /// Segments of a program that have left, or begun to, in order.
    public func archivedSegments(of program: String, in db: Database) throws -> [ArchivedSegment] {
        guard try SegmentTable.exists(in: db), let stream = try streamRow(of: program, in: db) else { return [] }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT first, next, removed, statement, chain_link, state_hash, archive_digest, path
                FROM entries_archived WHERE stream = ? ORDER BY next
                """, arguments: [stream]
        ).map { row in
            let (first, next, removed, statement): (Int64, Int64, Int64, Int64) = (row[0], row[1], row[2], row[3])
            guard 0 <= first, first < next, first <= removed, removed <= next, next <= statement,
                let link = StoredBytes.digest(row, at: 4), let state = StoredBytes.digest(row, at: 5),
                let archive = StoredBytes.digest(row, at: 6)
            else {
                throw DatabaseError(
                    resultCode: .SQLITE_CORRUPT,
                    message: "what is recorded of an archived segment of \(program) is none")
            }
            return ArchivedSegment(
                program: program, first: UInt64(first), next: UInt64(next), removed: UInt64(removed),
                statement: UInt64(statement),
                chainLink: link, stateHash: state, archiveDigest: archive, path: row[7])
        }
    }

    /// The state after the newest archived segment, from which a program is recovered without its archives; nil where
    /// nothing was archived.
    ///
    /// - Throws: ``JournalError/snapshotDamaged(program:position:)`` if the bytes do not have the hash that was stated.
    public func archivedState(of program: String, in db: Database) throws -> Snapshot? {
        guard let segment = try archivedSegments(of: program, in: db).last,
            let stream = try streamRow(of: program, in: db)
        else { return nil }
        let state = try Data.fetchOne(
            db, sql: "SELECT state FROM entries_archived_states WHERE stream = ? AND next = ?",
            arguments: [stream, segment.next]
        ).map { [UInt8]($0) }
        guard let state, SnapshotStore.stateHash(of: state) == segment.stateHash else {
            throw JournalError.snapshotDamaged(program: program, position: segment.next)
        }
        return Snapshot(program: program, position: segment.next, stateHash: segment.stateHash, state: state)
    }

    /// The first position whose entry can be read here: 0 where nothing was archived, or the archives are at hand.
    public func firstReadable(of program: String, in db: Database) throws -> UInt64 {
        guard let stream = try streamRow(of: program, in: db) else { return 0 }
        return try SegmentTable.firstReadable(stream, in: db)
    }

    /// - Throws: ``JournalError/archived(_:)`` if entries of a program stand in an archive that is not at hand.
    public func checkReadable(program: String, in db: Database) throws {
        guard let stream = try streamRow(of: program, in: db) else { return }
        try checkReadable(0, stream, of: program, in: db)
    }

    /// - Throws: ``JournalError/archived(_:)`` if the entry at the position stands in an archive that is not at hand.
    func checkReadable(_ position: UInt64, _ stream: Int64, of program: String, in db: Database) throws {
        guard try position < SegmentTable.firstReadable(stream, in: db) else { return }
        let segments = try archivedSegments(of: program, in: db)
        guard let segment = segments.first(where: { position < $0.next }) else { return }
        throw JournalError.archived(segment)
    }
}

/// The table of archived segments. It is made with the first of them, and raises the file's format, so that a program
/// that knows nothing of archives refuses the journal rather than take a leaf for an entry. States have a table of
/// their own, for one may have hundreds of megabytes, and a row is written anew whenever a field of it changes.
enum SegmentTable {
    static let schema = """
        CREATE TABLE IF NOT EXISTS entries_archived(
          stream INTEGER NOT NULL,
          first INTEGER NOT NULL,
          next INTEGER NOT NULL,
          removed INTEGER NOT NULL,
          statement INTEGER NOT NULL,
          chain_link BLOB NOT NULL,
          state_hash BLOB NOT NULL,
          archive_digest BLOB NOT NULL,
          path TEXT NOT NULL,
          PRIMARY KEY (stream, next)
        ) STRICT;
        CREATE TABLE IF NOT EXISTS entries_archived_states(
          stream INTEGER PRIMARY KEY,
          next INTEGER NOT NULL,
          state BLOB NOT NULL
        ) STRICT
        """

    static func exists(in db: Database) throws -> Bool {
        let statement = try RawStatement.cached(
            "SELECT 1 FROM main.sqlite_schema WHERE name = 'entries_archived'", in: db)
        defer { statement.reset() }
        return try statement.step()
    }

    static func firstReadable(_ stream: Int64, in db: Database) throws -> UInt64 {
        guard try exists(in: db) else { return 0 }
        let removed = try RawStatement.cached(
            "SELECT coalesce(max(removed), 0) FROM entries_archived WHERE stream = ?", in: db)
        defer { removed.reset() }
        try removed.bind(stream, at: 1)
        guard try removed.step() else { return 0 }
        let first = removed.uint64(0)
        return first == 0 ? 0 : try ArchivedEntries.firstHeld(stream, below: first, in: db)
    }
}
