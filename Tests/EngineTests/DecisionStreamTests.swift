import Engine
import GRDB
import Journal
import LeadlineCore
import Simulation
import Testing

/// Goal: a reader that holds a cursor misses nothing, reads nothing twice, and does not poll.
@Suite struct DecisionStreamTests {
    /// Method: the whole stream by pages of different sizes, beside what the log publishes by offset.
    @Test(arguments: [1, 2, 7, 10_000]) func pagesTogetherAreTheWhole(_ limit: Int) async throws {
        let folder = try TestFolder()
        try folder.append(try DeterminismTests.records(seed: 11, leads: 120))
        try await folder.process()
        let published = try await folder.folder.openJournalReadOnly().read {
            try DecisionFeed.read(from: 0, entryLimit: 100_000, in: $0)
        }
        .decisions.map(\.decision)
        let stream = JournalDecisions(try folder.folder.openJournalPool(), commits: CommitSignal())
        var cursor = DecisionCursor(program: "acme")
        var read: [PublishedDecision] = []
        while true {
            let page = try await stream.read(after: cursor, limit: limit)
            #expect(page.decisions.count <= limit)
            read += page.decisions
            // A cursor survives its way through text.
            cursor = try #require(DecisionCursor(page.next.description))
            if page.isEnd { break }
        }
        #expect(published.count > 120)
        #expect(read == published)
        let size = try #require(try folder.head()?.size)
        #expect(cursor.place == .init(position: size - 1))
        let after = try await stream.read(after: cursor, limit: limit)
        #expect(after.decisions.isEmpty && after.isEnd && after.next == cursor)
        // Going on from any decision's id.
        for index in stride(from: 0, to: published.count, by: 17) {
            let page = try await stream.read(after: published[index].cursor, limit: 3)
            #expect(page.decisions == Array(published.dropFirst(index + 1).prefix(3)))
        }
    }

    @Test func aProgramSeesItsOwnDecisionsAlone() async throws {
        let folder = try TestFolder()
        try folder.append(try DeterminismTests.records(seed: 12, leads: 20))
        try await folder.process()
        let stream = JournalDecisions(try folder.folder.openJournalPool(), commits: CommitSignal())
        let page = try await stream.read(after: DecisionCursor(program: "other"), limit: 100)
        #expect(page.decisions.isEmpty && page.isEnd && page.streamSize == 0)
    }

    /// Method: a reader waits at the end of the stream; it is seen waiting before anything is committed.
    @Test(.timeLimit(.minutes(10))) func aWaitingReaderWakesWithTheCommit() async throws {
        let folder = try TestFolder()
        let records = try DeterminismTests.records(seed: 13, leads: 3)
        let processor = try Processor(folder.folder, clock: FixedClock(TestFolder.start), timeSource: .eventTime)
        let stream = JournalDecisions(try folder.folder.openJournalPool(), commits: processor.commits)
        let reader = Task { try await stream.next(after: DecisionCursor(program: "acme"), limit: 100) }
        while processor.commits.waiting == 0 { await Task.yield() }
        try await processor.append(records)
        _ = try await processor.runUntilIdle(batchMax: 1_000)
        let page = try await reader.value
        #expect(page.decisions.first?.program == "acme")
        #expect(processor.commits.waiting == 0)
    }

    @Test(.timeLimit(.minutes(10))) func aReaderThatGivesUpIsForgotten() async throws {
        let folder = try TestFolder()
        let commits = CommitSignal()
        let stream = JournalDecisions(try folder.folder.openJournalPool(), commits: commits)
        let reader = Task { try await stream.next(after: DecisionCursor(program: "acme"), limit: 1) }
        while commits.waiting == 0 { await Task.yield() }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        #expect(commits.waiting == 0)
        // Cancelled before it began.
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            try await commits.commit(past: 1_000)
        }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(commits.waiting == 0)
    }

    @Test(.timeLimit(.minutes(10))) func aSignalThatCameBeforeTheWaitIsNotMissed() async throws {
        let commits = CommitSignal()
        let seen = commits.commits
        commits.committed(["a": 3])
        #expect(try await commits.commit(past: seen) == 1)
        #expect(try await commits.entries(of: "a", past: 2) == 3)
        let other = Task { try await commits.entries(of: "b", past: 0) }
        while commits.waiting == 0 { await Task.yield() }
        commits.committed(["a": 9])
        #expect(commits.waiting == 1)
        commits.committed(["b": 1])
        #expect(try await other.value == 1)
        try await commits.commit(past: 1_000, within: .milliseconds(1))
        #expect(commits.waiting == 0)
    }
}
