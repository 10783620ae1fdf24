public import GRDB
import Journal

/// The decisions in a journal: the embedded log's, or the local copy that a shard of a Kafka deployment follows.
public struct JournalDecisions: DecisionStream {
    private let journal: any DatabaseReader
    public let commits: CommitSignal

    /// Decisions of `journal`, whose processor tells `commits` of every commit.
    public init(_ journal: any DatabaseReader, commits: CommitSignal) {
        self.journal = journal
        self.commits = commits
    }

    public func read(after cursor: DecisionCursor, limit: Int) async throws -> DecisionPage {
        precondition(limit > 0, "a page holds at least one decision")
        let page = try await journal.read { try Self.read(after: cursor, limit: limit, in: $0) }
        commits.noticed(page.streamSize, of: cursor.program)
        return page
    }

    /// The decisions of one entry, in order; none where there is no such entry.
    /// - Throws: `JournalError.archived` for an entry that left for an archive.
    public func decisions(of program: String, at position: UInt64) async throws -> [PublishedDecision] {
        try await journal.read { db in
            guard let entry = try JournalReader().entry(program: program, position: position, in: db) else { return [] }
            return try PublishedDecision.all(program: program, entry: entry)
        }
    }

    /// One moment of the journal: the stream's size is that of the entries looked at.
    private static func read(after cursor: DecisionCursor, limit: Int, in db: Database) throws -> DecisionPage {
        let size = try JournalReader().head(of: cursor.program, in: db)?.size ?? 0
        var page = DecisionPage(decisions: [], next: cursor, streamSize: size, isEnd: true)
        try JournalReader().forEachDecisionEntry(
            program: cursor.program, from: cursor.place?.position ?? 0, limit: limit + 2, in: db
        ) { _, bytes in
            guard page.isEnd else { return }
            let entry = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
            for decision in try PublishedDecision.all(program: cursor.program, entry: entry)
            where !cursor.covers(decision) {
                if page.decisions.count == limit {
                    page.isEnd = false
                    return
                }
                page.decisions.append(decision)
                page.next = decision.cursor
            }
        }
        // Entries without decisions need not be looked at again.
        if page.isEnd, size > 0, page.next.place.map({ $0.position < size }) ?? true {
            page.next = DecisionCursor(program: cursor.program, after: .init(position: size - 1))
        }
        return page
    }
}

extension DecisionCursor {
    fileprivate func covers(_ decision: PublishedDecision) -> Bool {
        guard let place = decision.cursor.place, let ordinal = place.ordinal else { return false }
        return covers(place.position, ordinal)
    }
}
