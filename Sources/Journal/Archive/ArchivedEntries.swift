import Foundation
public import GRDB

/// Archived entries at hand: a file beside which a journal is opened, so that every reader finds them where they were.
///
/// It is made of archives, each entry held against the leaf that the journal kept of it, and goes with the value.
public final class ArchivedEntries: Sendable {
    /// Where the file is.
    public let path: String
    /// The segments it holds, in order of program and position.
    public let segments: [ArchivedSegment]

    /// Calls its argument with each entry of a segment, in order.
    public typealias Entries = ((_ position: UInt64, _ bytes: [UInt8]) throws -> Void) throws -> Void

    /// Makes the file.
    /// - Parameters:
    ///   - path: where nothing is yet.
    ///   - journal: the journal that the segments left.
    ///   - segments: with the archives' entries; of each program without a gap up to its newest segment.
    /// - Throws: ``JournalError/archiveDiffers(_:position:)`` for an entry that is not the one that left;
    ///   ``JournalError/archived(_:)`` for a segment between that is not there; what `entries` throws.
    public init(at path: String, of journal: DatabaseQueue, _ segments: [(segment: ArchivedSegment, entries: Entries)])
        throws
    {
        self.path = path
        self.segments = segments.map(\.segment).sorted { ($0.program, $0.first) < ($1.program, $1.first) }
        do {
            let file = try DatabaseQueue(path: path)
            try file.writeWithoutTransaction { try $0.execute(sql: Self.schema) }
            for (segment, entries) in segments { try Self.fill(file, journal, segment, entries) }
            try file.close()
            try journal.read { try Self.checkGaps(self.segments, in: $0) }
        } catch {
            _ = try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    deinit { _ = try? FileManager.default.removeItem(atPath: path) }

    /// A scratch file: what a crash leaves of it is worth nothing.
    private static let schema = """
        PRAGMA journal_mode = OFF;
        PRAGMA synchronous = OFF;
        CREATE TABLE archived(stream INTEGER NOT NULL, position INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE UNIQUE INDEX archived_by_position ON archived(stream, position);
        CREATE TABLE held(stream INTEGER NOT NULL, first INTEGER NOT NULL, next INTEGER NOT NULL) STRICT;
        """

    private static func fill(
        _ file: DatabaseQueue, _ journal: DatabaseQueue, _ segment: ArchivedSegment, _ entries: Entries
    ) throws {
        try journal.read { source in
            guard let stream = try JournalReader().streamRow(of: segment.program, in: source) else {
                throw JournalError.unknownProgram(segment.program)
            }
            let kept = try RawStatement.cached(
                "SELECT bytes FROM main.entries WHERE stream = ? AND position = ?", in: source)
            try file.write { db in
                let insert = try RawStatement.cached("INSERT INTO archived VALUES (?, ?, ?)", in: db)
                try entries { position, bytes in
                    guard position >= segment.first, position < segment.next,
                        try leaf(kept, stream, position, segment) == HashChain.leaf(of: bytes)
                    else { throw JournalError.archiveDiffers(segment, position: position) }
                    try insert.bind(stream, at: 1)
                    try insert.bind(position, at: 2)
                    unsafe try bytes.withUnsafeBytes { bytes in
                        unsafe try insert.bind(bytes, at: 3)
                        try insert.run()
                    }
                }
                let count =
                    try UInt64.fetchOne(
                        db, sql: "SELECT count(*) FROM archived WHERE stream = ? AND position BETWEEN ? AND ?",
                        arguments: [stream, segment.first, segment.next - 1]) ?? 0
                guard count == segment.next - segment.first else {
                    throw JournalError.archiveDiffers(segment, position: segment.first + count)
                }
                try db.execute(
                    sql: "INSERT INTO held VALUES (?, ?, ?)", arguments: [stream, segment.first, segment.next])
            }
        }
    }

    /// What the journal kept of an entry; where it has not left yet, the entry's own leaf.
    private static func leaf(
        _ kept: RawStatement, _ stream: Int64, _ position: UInt64, _ segment: ArchivedSegment
    ) throws -> Digest? {
        defer { kept.reset() }
        try kept.bind(stream, at: 1)
        try kept.bind(position, at: 2)
        guard try kept.step() else { return nil }
        return unsafe kept.withBytes(0) { unsafe position < segment.removed ? Digest($0) : HashChain.leaf(of: $0) }
    }

    /// Readers know one position from which on everything is there.
    private static func checkGaps(_ held: [ArchivedSegment], in db: Database) throws {
        for program in Set(held.map(\.program)).sorted() {
            let all = try JournalReader().archivedSegments(of: program, in: db)
            guard let lowest = held.first(where: { $0.program == program }) else { continue }
            if let missing = all.last(where: { $0.first >= lowest.first && !held.contains($0) }) {
                throw JournalError.archived(missing)
            }
        }
    }
}

extension ArchivedEntries {
    /// Attaches the file to a connection. A view takes the place of the table for whoever reads `entries`; writers name
    /// `main.entries`.
    func attach(to db: Database) throws {
        try db.execute(sql: "ATTACH ? AS archive", arguments: [path])
        try db.execute(
            sql: """
                CREATE TEMP VIEW entries AS
                  SELECT e.seq, e.stream, e.position, e.first_decision_offset, e.decisions, e.link_prefix, coalesce(a.bytes, e.bytes) AS bytes
                  FROM main.entries e LEFT JOIN archive.archived a ON a.stream = e.stream AND a.position = e.position
                """)
    }

    /// The first position that is at hand with all after it, where those below `first` are archived.
    static func firstHeld(_ stream: Int64, below first: UInt64, in db: Database) throws -> UInt64 {
        let attached = try RawStatement.cached("SELECT 1 FROM temp.sqlite_schema WHERE name = 'entries'", in: db)
        defer { attached.reset() }
        guard try attached.step() else { return first }
        let below = try RawStatement.cached(
            "SELECT min(first) FROM archive.held WHERE stream = ? AND first < ? AND next >= ?", in: db)
        var held = first
        while true {
            defer { below.reset() }
            try below.bind(stream, at: 1)
            try below.bind(held, at: 2)
            try below.bind(held, at: 3)
            guard try below.step(), !below.isNull(0) else { return held }
            held = below.uint64(0)
        }
    }
}
