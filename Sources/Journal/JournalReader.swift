import GRDB

/// An entry's place, without its bytes.
public struct EntryPlace: Equatable, Sendable {
    /// Place in commit order over all streams, from 1, without gaps.
    public let seq: UInt64
    /// The program whose stream it is in.
    public let program: String
    /// Position in that stream, from 0.
    public let position: UInt64
    /// Offset of its first event in the decision topic; the next entry's if it has none.
    public let firstDecisionOffset: UInt64
    /// Number of its events.
    public let decisionCount: Int
}

/// An entry that holds decisions, with its bytes.
public struct DecisionEntry: Equatable, Sendable {
    /// Where it stands.
    public let place: EntryPlace
    /// The stored bytes.
    public let bytes: [UInt8]
}

/// Reads streams and the commit order.
///
/// Everything takes the connection of a `read` or `write` that the caller holds, so that several
/// questions are answered about one moment. Scans hand out the stored bytes without a copy; a body
/// that throws ends its scan.
public struct JournalReader: Sendable {
    /// A reader.
    public init() {}

    /// The heads of all streams, in the order in which they began.
    public func streams(in db: Database) throws -> [StreamHead] {
        try Row.fetchAll(db, sql: Self.headSQL + "ORDER BY stream").map(head)
    }

    /// The head of a program's stream, or `nil` if it has none.
    public func head(of program: String, in db: Database) throws -> StreamHead? {
        try Row.fetchOne(
            db.cachedStatement(sql: Self.headSQL + "WHERE program = ?"), arguments: [program]
        ).map(head)
    }

    /// Calls `body` with each entry of a stream from position `from` to position `through`, both
    /// included, in order. A program without a stream has no entries.
    ///
    /// - Throws: ``JournalError/archived(_:)`` if the first stands in an archive.
    public func forEachEntry(
        program: String, from: UInt64 = 0, through: UInt64 = .max, in db: Database,
        body: (_ position: UInt64, _ bytes: RawSpan) throws -> Void
    ) throws {
        guard let stream = try streamRow(of: program, in: db), from <= through else { return }
        try checkReadable(from, stream, of: program, in: db)
        let statement = try RawStatement.fresh(
            """
            SELECT position, bytes FROM entries
            WHERE stream = ? AND position BETWEEN ? AND ? ORDER BY position
            """, in: db)
        defer { statement.reset() }
        try statement.bind(stream, at: 1)
        try statement.bind(min(from, Self.largest), at: 2)
        try statement.bind(min(through, Self.largest), at: 3)
        while try statement.step() {
            unsafe try statement.withBytes(1) { unsafe try body(statement.uint64(0), $0.bytes) }
        }
    }

    /// The stored bytes of one entry, or `nil` if there is none.
    ///
    /// - Throws: ``JournalError/archived(_:)`` for one that stands in an archive.
    public func entry(program: String, position: UInt64, in db: Database) throws -> [UInt8]? {
        guard position <= Self.largest, let stream = try streamRow(of: program, in: db) else { return nil }
        try checkReadable(position, stream, of: program, in: db)
        let statement = try RawStatement.cached(
            "SELECT bytes FROM entries WHERE stream = ? AND position = ?", in: db)
        defer { statement.reset() }
        try statement.bind(stream, at: 1)
        try statement.bind(position, at: 2)
        guard try statement.step() else { return nil }
        return unsafe statement.withBytes(0) { unsafe Array($0) }
    }

    /// The leaf of one entry, also of one that stands in an archive; `nil` if there is none.
    public func leaf(program: String, position: UInt64, in db: Database) throws -> Digest? {
        var found: Digest?
        try forEachLeaf(program: program, from: position, limit: 1, in: db) { at, _, leaf in
            if at == position { found = leaf }
        }
        return found
    }

    /// Calls `body` with the entries of all streams in commit order, from `seq` on, at most
    /// `limit`: what a projection follows.
    ///
    /// - Parameter omittingArchived: passes over entries that stand in an archive which is not at hand.
    /// - Throws: ``JournalError/archived(_:)`` otherwise.
    public func forEachCommitted(
        fromSeq seq: UInt64, limit: Int = .max, omittingArchived: Bool = false, in db: Database,
        body: (_ place: EntryPlace, _ bytes: RawSpan) throws -> Void
    ) throws {
        try scan(where: "seq >= ?", first: seq, limit: limit, omittingArchived: omittingArchived, in: db, body: body)
    }

    /// The `seq` that the next entry takes.
    public func nextSeq(in db: Database) throws -> UInt64 {
        UInt64(try JournalTail(in: db).seq) + 1
    }

    /// The offset that the next decision takes.
    public func nextDecisionOffset(in db: Database) throws -> UInt64 {
        try JournalTail(in: db).nextDecisionOffset
    }

    /// Calls `body` with the entries whose decisions stand at `offset` or later, in commit order,
    /// at most `limit` entries. The first one's decisions may begin before `offset`.
    ///
    /// The decision topic is not stored: it is this view of the entries.
    public func forEachDecisionEntry(
        fromOffset offset: UInt64, limit: Int = .max, in db: Database,
        body: (_ place: EntryPlace, _ bytes: RawSpan) throws -> Void
    ) throws {
        let seq = try firstSeq(reaching: offset, in: db)
        try scan(where: "seq >= ? AND decisions > 0", first: seq, limit: limit, in: db, body: body)
    }

    /// Calls `body` with a program's entries that hold decisions, from a position on, in order, at most `limit`.
    ///
    /// - Throws: ``JournalError/archived(_:)`` if the first stands in an archive.
    public func forEachDecisionEntry(
        program: String, from: UInt64, limit: Int, in db: Database,
        body: (_ position: UInt64, _ bytes: RawSpan) throws -> Void
    ) throws {
        guard let stream = try streamRow(of: program, in: db) else { return }
        try checkReadable(from, stream, of: program, in: db)
        let statement = try RawStatement.fresh(
            """
            SELECT position, bytes FROM entries
            WHERE stream = ? AND position >= ? AND decisions > 0 ORDER BY position LIMIT ?
            """, in: db)
        defer { statement.reset() }
        try statement.bind(stream, at: 1)
        try statement.bind(min(from, Self.largest), at: 2)
        try statement.bind(Int64(limit), at: 3)
        while try statement.step() {
            unsafe try statement.withBytes(1) { unsafe try body(statement.uint64(0), $0.bytes) }
        }
    }

    /// The entries whose decisions stand at `offset` or later, as
    /// ``forEachDecisionEntry(fromOffset:limit:in:body:)`` gives them.
    public func decisions(fromOffset offset: UInt64, limit: Int, in db: Database) throws -> [DecisionEntry] {
        var entries: [DecisionEntry] = []
        try forEachDecisionEntry(fromOffset: offset, limit: limit, in: db) { place, bytes in
            entries.append(DecisionEntry(place: place, bytes: unsafe bytes.withUnsafeBytes { unsafe Array($0) }))
        }
        return entries
    }
}

extension JournalReader {
    private static let headSQL = "SELECT program, size, head, last_stamp_micros FROM streams "
    private static let largest = UInt64(Int64.max)

    private func head(_ row: Row) throws -> StreamHead {
        let program: String = row[0]
        guard let link = StoredBytes.digest(row, at: 2), let size = UInt64(exactly: row[1] as Int64) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the head of \(program) is not one")
        }
        return StreamHead(program: program, size: size, link: link, lastStampMicros: row[3])
    }

    /// Calls `body` with the leaves of at most `limit` entries of a stream from a position on, archived ones too, and
    /// with the first eight bytes of the link recorded beside each.
    public func forEachLeaf(
        program: String, from: UInt64, limit: UInt64, in db: Database,
        body: (_ position: UInt64, _ linkPrefix: UInt64, _ leaf: Digest) throws -> Void
    ) throws {
        guard let stream = try streamRow(of: program, in: db) else { return }
        let readable = try SegmentTable.firstReadable(stream, in: db)
        let statement = try RawStatement.fresh(
            """
            SELECT position, link_prefix, bytes FROM entries
            WHERE stream = ? AND position >= ? ORDER BY position LIMIT ?
            """, in: db)
        defer { statement.reset() }
        try statement.bind(stream, at: 1)
        try statement.bind(min(from, Self.largest), at: 2)
        try statement.bind(min(limit, Self.largest), at: 3)
        while try statement.step() {
            let position = statement.uint64(0)
            let leaf = unsafe statement.withBytes(2) {
                unsafe position < readable ? Digest($0) : HashChain.leaf(of: $0)
            }
            guard let leaf else { throw JournalError.entryAltered(program: program, position: position) }
            try body(position, statement.uint64(1), leaf)
        }
    }

    /// The first eight bytes of the link recorded beside an entry, or `nil` if there is none.
    func linkPrefix(program: String, position: UInt64, in db: Database) throws -> UInt64? {
        guard let stream = try streamRow(of: program, in: db) else { return nil }
        let statement = try RawStatement.cached(
            "SELECT link_prefix FROM entries WHERE stream = ? AND position = ?", in: db)
        defer { statement.reset() }
        try statement.bind(stream, at: 1)
        try statement.bind(position, at: 2)
        return try statement.step() ? statement.uint64(0) : nil
    }

    func streamRow(of program: String, in db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT stream FROM streams WHERE program = ?"), arguments: [program])
    }

    private func scan(
        where condition: String, first: UInt64, limit: Int, omittingArchived: Bool = false, in db: Database,
        body: (EntryPlace, RawSpan) throws -> Void
    ) throws {
        let statement = try RawStatement.fresh(
            """
            SELECT seq, stream, position, first_decision_offset, decisions, bytes
            FROM entries WHERE \(condition) ORDER BY seq LIMIT ?
            """, in: db)
        defer { statement.reset() }
        try statement.bind(min(first, Self.largest), at: 1)
        try statement.bind(Int64(limit), at: 2)
        var names = ProgramNames()
        while try statement.step() {
            let place = try place(statement, &names, in: db)
            if place.position < names.firstReadable {
                do {
                    try checkReadable(place.position, statement.int64(1), of: place.program, in: db)
                } catch JournalError.archived where omittingArchived { continue }
            }
            unsafe try statement.withBytes(5) { unsafe try body(place, $0.bytes) }
        }
    }

    private func place(
        _ statement: RawStatement, _ names: inout ProgramNames, in db: Database
    ) throws -> EntryPlace {
        EntryPlace(
            seq: statement.uint64(0), program: try names.program(statement.int64(1), in: db),
            position: statement.uint64(2), firstDecisionOffset: statement.uint64(3),
            decisionCount: Int(statement.int64(4)))
    }

    /// The first entry that has a decision at `offset` or later; one past the last if none has.
    ///
    /// Offsets grow with `seq`, and `seq` has no gaps, so halving finds it in about twenty look-ups
    /// and the entries need no second index.
    private func firstSeq(reaching offset: UInt64, in db: Database) throws -> UInt64 {
        let probe = try RawStatement.cached(
            "SELECT first_decision_offset + decisions FROM entries WHERE seq = ?", in: db)
        var low = UInt64(1)
        var high = try nextSeq(in: db)
        while low < high {
            let middle = low + (high - low) / 2
            try probe.bind(middle, at: 1)
            defer { probe.reset() }
            let reaches = try probe.step() && probe.uint64(0) > offset
            if reaches { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// The programs of the streams that a scan has met so far, and from where on each can be read.
private struct ProgramNames {
    private var streams: [Int64: (program: String, firstReadable: UInt64)] = [:]
    private var last: (stream: Int64, program: String)?
    /// Of the stream that was asked for last.
    private(set) var firstReadable: UInt64 = 0

    /// Neighbours often belong to one program, so the last one is tried first.
    mutating func program(_ stream: Int64, in db: Database) throws -> String {
        if let last, last.stream == stream { return last.program }
        let found = try streams[stream] ?? (Self.fetch(stream, in: db), SegmentTable.firstReadable(stream, in: db))
        streams[stream] = found
        last = (stream, found.program)
        firstReadable = found.firstReadable
        return found.program
    }

    private static func fetch(_ stream: Int64, in db: Database) throws -> String {
        let statement = try db.cachedStatement(sql: "SELECT program FROM streams WHERE stream = ?")
        guard let program = try String.fetchOne(statement, arguments: [stream]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an entry belongs to no stream (\(stream))")
        }
        return program
    }
}
