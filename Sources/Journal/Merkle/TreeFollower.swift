import GRDB

/// Brings stored trees up to the journal.
///
/// A tree follows the stream as a projection does. What it takes in it checks against the chain
/// first, so that no tree, and no checkpoint signed over one, vouches for bytes that were changed
/// after their commit.
public struct TreeFollower: Sendable {
    private let journal: DatabaseQueue
    private let trees: DatabaseQueue
    /// Leaves a transaction.
    private static let batch: UInt64 = 65_536

    /// A follower of `journal` that keeps its trees in `trees` (``TreeDatabase``).
    public init(journal: DatabaseQueue, trees: DatabaseQueue) {
        self.journal = journal
        self.trees = trees
    }

    /// Appends what the program's stream has and the tree has not, and returns how far it came.
    ///
    /// A tree of another or longer stream, as after restoring an older journal, is made again from
    /// the first entry.
    ///
    /// - Throws: ``JournalError/unknownProgram(_:)``, ``JournalError/entryAltered(program:position:)``;
    ///   `DatabaseError` for SQLite's own failures.
    @discardableResult
    public func catchUp(
        program: String, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> TreeHead {
        while true {
            let (head, total) = try appendBatch(program)
            progress(head.size, total)
            if head.size >= total { return head }
        }
    }

    private func appendBatch(_ program: String) throws -> (TreeHead, total: UInt64) {
        try journal.read { source in
            guard let stream = try JournalReader().head(of: program, in: source) else {
                throw JournalError.unknownProgram(program)
            }
            // The common case by far costs no write.
            if let known = try trees.read({ try TreeStore(program: program).head(in: $0) }),
                known.size == stream.size, known.link == stream.link
            {
                return (known, stream.size)
            }
            let head = try trees.write { db in try append(stream, source, db) }
            return (head, stream.size)
        }
    }

    private func append(_ stream: StreamHead, _ source: Database, _ db: Database) throws -> TreeHead {
        let store = TreeStore(program: stream.program)
        if let old = try store.head(in: db), try !follows(old, stream, source) { try store.discard(in: db) }
        let start =
            try store.head(in: db)
            ?? TreeHead(program: stream.program, size: 0, link: HashChain.start(program: stream.program))
        var link = start.link
        var leaves: [Digest] = []
        leaves.reserveCapacity(Int(min(Self.batch, stream.size - start.size)))
        try JournalReader().forEachLeaf(
            program: stream.program, from: start.size, limit: Self.batch, in: source
        ) { position, recorded, leaf in
            link = HashChain.link(after: link, leaf: leaf)
            guard position == start.size + UInt64(leaves.count), link.prefix == recorded else {
                throw JournalError.entryAltered(program: stream.program, position: start.size + UInt64(leaves.count))
            }
            leaves.append(leaf)
        }
        let size = start.size + UInt64(leaves.count)
        // An empty batch before the head, or an end that is not the head, means missing entries.
        guard size == stream.size ? link == stream.link : leaves.count == Self.batch else {
            throw JournalError.entryAltered(program: stream.program, position: size)
        }
        try store.append(leaves, link: link, in: db)
        return TreeHead(program: stream.program, size: size, link: link)
    }

    /// True if the stream begins with the entries that the tree was made of, as far as its links tell.
    private func follows(_ tree: TreeHead, _ stream: StreamHead, _ source: Database) throws -> Bool {
        if tree.size > stream.size { return false }
        if tree.size == stream.size { return tree.link == stream.link }
        if tree.size == 0 { return true }
        return try JournalReader().linkPrefix(program: stream.program, position: tree.size - 1, in: source)
            == tree.link.prefix
    }
}
