/// Decisions after a cursor, and the cursor to go on from.
public struct DecisionPage: Sendable, Equatable {
    /// In order.
    public var decisions: [PublishedDecision]
    /// After everything that was looked at.
    public var next: DecisionCursor
    /// Entries that the program's stream had.
    public var streamSize: UInt64
    /// True if nothing more was there.
    public var isEnd: Bool

    /// A page from its parts.
    public init(decisions: [PublishedDecision], next: DecisionCursor, streamSize: UInt64, isEnd: Bool) {
        self.decisions = decisions
        self.next = next
        self.streamSize = streamSize
        self.isEnd = isEnd
    }
}

/// What a program decided, read by a cursor that means the same on every log, machine and day.
///
/// A reader holds a cursor and nothing else: whatever it has not read is still there, so no queue fills and no reader
/// holds up another.
public protocol DecisionStream: Sendable {
    /// Decisions after a cursor, at most `limit` of them.
    /// - Throws: `JournalError.archived` where the cursor stands before entries that left for an archive.
    func read(after cursor: DecisionCursor, limit: Int) async throws -> DecisionPage
    /// Fires with every commit.
    var commits: CommitSignal { get }
}

extension DecisionStream {
    /// Decisions after a cursor, as soon as there are any.
    /// - Throws: `CancellationError`; what `read` throws.
    public func next(after cursor: DecisionCursor, limit: Int) async throws -> DecisionPage {
        var cursor = cursor
        while true {
            let page = try await read(after: cursor, limit: limit)
            if !page.decisions.isEmpty { return page }
            cursor = page.next
            if page.isEnd { try await commits.entries(of: cursor.program, past: page.streamSize) }
        }
    }
}
