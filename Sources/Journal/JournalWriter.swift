import GRDB

/// An entry that is about to be appended.
public struct PendingEntry: Equatable, Sendable {
    /// The program whose stream it joins.
    public var program: String
    /// Its position, which must be the stream's next.
    public var position: UInt64
    /// Its stamp, Unix microseconds; never earlier than the stream's last.
    public var stampMicros: Int64
    /// Its bytes, exactly as they are hashed, proven and read back.
    public var bytes: [UInt8]
    /// Events among its bytes, each of which takes one offset of the decision topic.
    public var eventCount: Int

    /// An entry from its parts.
    public init(program: String, position: UInt64, stampMicros: Int64, bytes: [UInt8], eventCount: Int) {
        self.program = program
        self.position = position
        self.stampMicros = stampMicros
        self.bytes = bytes
        self.eventCount = eventCount
    }
}

/// Appends entries inside a transaction that somebody else begins and commits.
///
/// A writer keeps nothing between two calls, so a transaction that is rolled back leaves no trace
/// in it. One process at a time may write.
public struct JournalWriter: Sendable {
    /// A writer.
    public init() {}

    /// Appends the entries in order, each to its program's stream, and returns the new heads of
    /// the streams it touched, in the order they were first touched.
    ///
    /// If it throws, part of the batch may be written: the transaction must be rolled back.
    ///
    /// - Throws: ``JournalError/positionGap(program:expected:got:)`` and
    ///   ``JournalError/stampDecreased(program:position:last:got:)``; `DatabaseError` for SQLite's
    ///   own failures.
    @discardableResult
    public func append(_ entries: [PendingEntry], in db: Database) throws -> [StreamHead] {
        precondition(db.isInsideTransaction, "entries are appended inside the transaction that commits them")
        var batch = try AppendingBatch(db)
        for entry in entries { try batch.append(entry) }
        try batch.writeHeads()
        return batch.heads
    }
}

/// One call's view of the streams it appends to.
private struct AppendingBatch {
    private struct OpenStream {
        let row: Int64
        let program: String
        var size: UInt64
        var link: Digest
        var lastStampMicros: Int64
    }

    private let db: Database
    private let insert: RawStatement
    private var streams: [OpenStream] = []
    private var indexes: [String: Int] = [:]
    private var current = 0
    private var nextSeq: Int64
    private var nextDecisionOffset: UInt64

    init(_ db: Database) throws {
        self.db = db
        insert = try .cached(
            """
            INSERT INTO main.entries(seq, stream, position, first_decision_offset, decisions, link_prefix, bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, in: db)
        let tail = try JournalTail(in: db)
        nextSeq = tail.seq + 1
        nextDecisionOffset = tail.nextDecisionOffset
    }

    var heads: [StreamHead] {
        streams.map {
            StreamHead(program: $0.program, size: $0.size, link: $0.link, lastStampMicros: $0.lastStampMicros)
        }
    }

    mutating func append(_ entry: PendingEntry) throws {
        precondition(entry.eventCount >= 0, "an entry cannot hold fewer than no events")
        try select(entry.program)
        try admit(entry)
        let leaf = HashChain.leaf(of: entry.bytes)
        streams[current].link = HashChain.link(after: streams[current].link, leaf: leaf)
        try write(entry)
        streams[current].size += 1
        streams[current].lastStampMicros = entry.stampMicros
        nextSeq += 1
        nextDecisionOffset += UInt64(entry.eventCount)
    }

    func writeHeads() throws {
        let update = try RawStatement.cached(
            "UPDATE streams SET size = ?, head = ?, last_stamp_micros = ? WHERE stream = ?", in: db)
        for stream in streams {
            try update.bind(stream.size, at: 1)
            try update.bind(stream.lastStampMicros, at: 3)
            try update.bind(stream.row, at: 4)
            unsafe try stream.link.withUnsafeBytes { link in
                unsafe try update.bind(link, at: 2)
                try update.run()
            }
        }
    }

    /// Neighbours in a batch often belong to one program, so the last stream is tried first.
    private mutating func select(_ program: String) throws {
        if current < streams.count && streams[current].program == program { return }
        if let known = indexes[program] {
            current = known
            return
        }
        let stream = try openStream(program)
        current = streams.count
        indexes[program] = current
        streams.append(stream)
    }

    private func openStream(_ program: String) throws -> OpenStream {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT stream, size, head, last_stamp_micros FROM streams WHERE program = ?"),
            arguments: [program])
        if let row { return try openStream(program, row) }
        let link = HashChain.start(program: program)
        try db.execute(
            sql: "INSERT INTO streams(program, size, head, last_stamp_micros) VALUES (?, 0, ?, ?)",
            arguments: [program, StoredBytes(link), Int64.min])
        return OpenStream(
            row: db.lastInsertedRowID, program: program, size: 0, link: link, lastStampMicros: .min)
    }

    private func openStream(_ program: String, _ row: Row) throws -> OpenStream {
        guard let link = StoredBytes.digest(row, at: 2) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the head of \(program) is not 32 bytes")
        }
        return OpenStream(row: row[0], program: program, size: row[1], link: link, lastStampMicros: row[3])
    }

    private func admit(_ entry: PendingEntry) throws {
        let stream = streams[current]
        guard entry.position == stream.size else {
            throw JournalError.positionGap(program: entry.program, expected: stream.size, got: entry.position)
        }
        guard entry.stampMicros >= stream.lastStampMicros else {
            throw JournalError.stampDecreased(
                program: entry.program, position: entry.position, last: stream.lastStampMicros,
                got: entry.stampMicros)
        }
    }

    /// Eight bytes of the link go with the entry, so that verification can name the first bad
    /// position: the stream's head alone says only that something before it changed. Eight are
    /// enough, because the head's full 32 bytes are what an attacker would have to forge.
    private func write(_ entry: PendingEntry) throws {
        let stream = streams[current]
        try insert.bind(nextSeq, at: 1)
        try insert.bind(stream.row, at: 2)
        try insert.bind(entry.position, at: 3)
        try insert.bind(nextDecisionOffset, at: 4)
        try insert.bind(Int64(entry.eventCount), at: 5)
        try insert.bind(Int64(bitPattern: stream.link.prefix), at: 6)
        unsafe try entry.bytes.withUnsafeBytes { bytes in
            unsafe try insert.bind(bytes, at: 7)
            try insert.run()
        }
    }
}

/// Where the commit order ends.
struct JournalTail {
    /// The last entry's `seq`; 0 in an empty journal.
    let seq: Int64
    /// The offset that the next decision takes.
    let nextDecisionOffset: UInt64

    init(in db: Database) throws {
        let statement = try RawStatement.cached(
            "SELECT seq, first_decision_offset + decisions FROM main.entries ORDER BY seq DESC LIMIT 1", in: db)
        defer { statement.reset() }
        let found = try statement.step()
        seq = found ? statement.int64(0) : 0
        nextDecisionOffset = found ? statement.uint64(1) : 0
    }
}
