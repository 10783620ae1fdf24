import Engine

/// Ports that nothing stands behind.
struct NoInbox: Inbox {
    func append(_ records: [NewRecord], isWatched: Bool) async throws -> [AppendedRecord] { throw CancellationError() }
}

struct NoDecisions: DecisionStream {
    let commits = CommitSignal()
    func read(after cursor: DecisionCursor, limit: Int) async throws -> DecisionPage {
        DecisionPage(decisions: [], next: cursor, streamSize: 0, isEnd: true)
    }
}
