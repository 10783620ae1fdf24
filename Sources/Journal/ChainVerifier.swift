import GRDB

/// The first thing that is wrong with a stream.
public enum ChainFault: Error, Equatable, Sendable {
    /// An entry's bytes do not lead to the link recorded beside them: the bytes, or the record,
    /// were changed. Both are the first eight bytes of the link.
    case altered(position: UInt64, expected: UInt64, found: UInt64)
    /// The entry at `position` is missing; the next one stored is `found`.
    case missing(position: UInt64, found: UInt64)
    /// The stream ends before `position`, but its head says that it has `expectedSize` entries.
    case truncated(position: UInt64, expectedSize: UInt64)
    /// The stream goes on at `position`, past the size its head records.
    case surplus(position: UInt64, expectedSize: UInt64)
    /// Every entry agrees with the record beside it, but the head is another.
    case headDiffers(expected: Digest, found: Digest)
    /// SQLite cannot read the entry.
    case unreadable(position: UInt64, message: String)

    /// The position of the first bad entry; `nil` if only the head is wrong.
    public var position: UInt64? {
        switch self {
        case .altered(let position, _, _), .missing(let position, _), .truncated(let position, _),
            .surplus(let position, _), .unreadable(let position, _):
            position
        case .headDiffers: nil
        }
    }
}

/// What verifying a stream showed.
public struct ChainReport: Equatable, Sendable {
    /// The program.
    public let program: String
    /// Entries found good, from position 0.
    public let entriesChecked: UInt64
    /// The link after those entries, recomputed from their bytes.
    public let link: Digest
    /// The first fault, or `nil` if the stream is whole.
    public let fault: ChainFault?
}

/// Recomputes a stream's hash chain from the stored bytes.
///
/// It trusts nothing but the bytes: the record beside each entry only names the place of a
/// change, the head says whether the whole is what was committed. Whoever can rewrite the file can
/// rewrite both; that shows against a signed checkpoint, which is compared with `link`.
public struct ChainVerifier: Sendable {
    /// A verifier.
    public init() {}

    /// Verifies a program's stream from its first entry to its head.
    ///
    /// `body` gets each entry that was found good, in order, so that the caller can fold the
    /// stream in the same pass. What it throws ends the pass and is thrown on.
    ///
    /// - Throws: ``JournalError/unknownProgram(_:)``; `DatabaseError` if the stream's head cannot
    ///   be read.
    public func verify(
        program: String, in db: Database,
        body: (_ position: UInt64, _ bytes: RawSpan) throws -> Void = { _, _ in }
    ) throws -> ChainReport {
        try JournalReader().checkReadable(program: program, in: db)
        return try verifyLeaves(program: program, in: db, archived: { _, _ in }) { position, _, bytes in
            try body(position, bytes)
        }
    }

    /// The same, and `body` gets each entry's leaf too, so that a tree can be built in the same pass. Of entries that
    /// stand in an archive which is not at hand, `archived` gets the leaf that the journal kept; the chain goes through
    /// them all.
    ///
    /// - Parameter known: the stream as it was found good before; only what follows is read, and held to lead from there
    ///   to the head. Nil for the whole.
    public func verifyLeaves(
        program: String, after known: StreamHead? = nil, in db: Database,
        archived: (_ position: UInt64, _ leaf: Digest) throws -> Void,
        body: (_ position: UInt64, _ leaf: Digest, _ bytes: RawSpan) throws -> Void
    ) throws -> ChainReport {
        let reader = JournalReader()
        guard let stream = try reader.streamRow(of: program, in: db),
            let head = try reader.head(of: program, in: db)
        else { throw JournalError.unknownProgram(program) }
        var chain = RecomputedChain(
            head: head, after: known, firstReadable: try reader.firstReadable(of: program, in: db))
        do {
            try chain.follow(stream, in: db, archived, body)
        } catch let fault as ChainFault {
            return chain.report(fault)
        }
        return chain.report(chain.faultAtEnd)
    }
}

private struct RecomputedChain {
    let head: StreamHead
    let firstReadable: UInt64
    var size: UInt64
    var link: Digest

    init(head: StreamHead, after known: StreamHead?, firstReadable: UInt64) {
        self.head = head
        self.firstReadable = firstReadable
        size = known?.size ?? 0
        link = known?.link ?? HashChain.start(program: head.program)
    }

    func report(_ fault: ChainFault?) -> ChainReport {
        ChainReport(program: head.program, entriesChecked: size, link: link, fault: fault)
    }

    var faultAtEnd: ChainFault? {
        if size < head.size { return .truncated(position: size, expectedSize: head.size) }
        if link != head.link { return .headDiffers(expected: head.link, found: link) }
        return nil
    }

    mutating func follow(
        _ stream: Int64, in db: Database, _ archived: (UInt64, Digest) throws -> Void,
        _ body: (UInt64, Digest, RawSpan) throws -> Void
    ) throws {
        let statement = try RawStatement.fresh(
            "SELECT position, link_prefix, bytes FROM entries WHERE stream = ? AND position >= ? ORDER BY position", in: db)
        defer { statement.reset() }
        try statement.bind(stream, at: 1)
        try statement.bind(size, at: 2)
        while try step(statement) {
            try checkPlace(statement.uint64(0))
            let recorded = statement.uint64(1)
            unsafe try statement.withBytes(2) { bytes in
                let isKept = size >= firstReadable
                // What is no leaf where one should be is as good as another leaf.
                let leaf = unsafe isKept ? HashChain.leaf(of: bytes) : Digest(bytes) ?? HashChain.leaf(of: bytes)
                try checkLink(leaf, recorded: recorded)
                if isKept { unsafe try body(size, leaf, bytes.bytes) } else { try archived(size, leaf) }
            }
            size += 1
        }
    }

    private func step(_ statement: RawStatement) throws -> Bool {
        do {
            return try statement.step()
        } catch let error as DatabaseError {
            throw ChainFault.unreadable(position: size, message: error.description)
        }
    }

    private func checkPlace(_ position: UInt64) throws(ChainFault) {
        if position != size { throw .missing(position: size, found: position) }
        if position >= head.size { throw .surplus(position: position, expectedSize: head.size) }
    }

    private mutating func checkLink(_ leaf: Digest, recorded: UInt64) throws(ChainFault) {
        let next = HashChain.link(after: link, leaf: leaf)
        if next.prefix != recorded {
            throw .altered(position: size, expected: recorded, found: next.prefix)
        }
        link = next
    }
}
