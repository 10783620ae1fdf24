public import Metrics
import Synchronization

/// Makes records durable, many at a time.
public protocol RecordSink: Sendable {
    /// Makes records durable, all of them or none, in one go.
    /// - Returns: where each stands, in the order given.
    func append(_ records: [NewRecord]) async throws -> [RecordPlace]
}

/// An inbox whose callers share commits: what comes while one commit is under way goes into the next, all of it
/// together. So a hundred callers wait for two flushes of a disk, not for a hundred, and a caller who is alone waits for
/// nobody. Records are checked by whoever brings them, so that callers on many cores do not wait for each other there.
public final class GroupedInbox: Inbox {
    /// Records that wait for a commit at most.
    public static let waitingMax = 100_000
    /// Records after which a commit takes no more callers.
    public static let groupMax = 10_000

    private struct Caller {
        var records: [NewRecord]
        var continuation: CheckedContinuation<[RecordPlace], any Error>
    }

    private struct State {
        var callers: [Caller] = []
        var isCommitting = false
        var waiting = 0
        var commits: UInt64 = 0
    }

    private let sink: any RecordSink
    private let clock: any WallClock
    private let fates: RecordFates?
    private let decisions: @Sendable (_ partition: UInt32) -> JournalDecisions?
    private let arrivals: CommitSignal?
    private let backlog: DecidingBacklog?
    private let time: any PassingTime
    private let metrics: any MetricsFactory
    private let rules = Mutex(IntakeRules())
    private let state = Mutex(State())

    /// Records that wait for a commit.
    public var waiting: Int { state.withLock { $0.waiting } }
    /// Commits so far.
    public var commits: UInt64 { state.withLock { $0.commits } }

    /// An inbox on `sink`.
    /// - Parameters:
    ///   - fates: told what becomes of records decided in this process; nil if none are.
    ///   - decisions: the journal in which a partition's entries can be read here; nil for one that is decided
    ///     elsewhere.
    ///   - arrivals: told when records are durable, so that a processor at rest looks at once.
    ///   - backlog: what waits to be decided in this process, by which commits are paced; nil where none is.
    ///   - time: how a commit that is paced waits.
    ///   - metrics: where its figures go.
    public init(
        _ sink: any RecordSink, clock: any WallClock = SystemClock(), fates: RecordFates? = nil,
        arrivals: CommitSignal? = nil, backlog: DecidingBacklog? = nil, time: any PassingTime = SystemTime(),
        metrics: any MetricsFactory = MetricsSystem.factory,
        decisions: @escaping @Sendable (_ partition: UInt32) -> JournalDecisions? = { _ in nil }
    ) {
        self.sink = sink
        self.clock = clock
        self.fates = fates
        self.arrivals = arrivals
        self.backlog = backlog
        self.time = time
        self.metrics = metrics
        self.decisions = decisions
    }

    public func append(_ records: [NewRecord], isWatched: Bool) async throws -> [AppendedRecord] {
        try check(records)
        if records.isEmpty { return [] }
        // Before the records can be seen by a processor.
        let listening = isWatched ? fates?.listen() : nil
        let places = try await durable(records)
        return places.map { place in
            guard let journal = decisions(place.partition) else {
                return AppendedRecord(place: place, watch: nil, decisions: nil)
            }
            return AppendedRecord(place: place, watch: listening?.watch([place]).first, decisions: journal)
        }
    }

    private func check(_ records: [NewRecord]) throws {
        let now = clock.now()
        var refused: [InboxRefusal.Refused] = []
        // Time zones that were looked up are known to whoever comes next.
        var rules = rules.withLock { $0 }
        let known = rules.zonesResolved
        for (index, record) in records.enumerated() {
            if let rejection = rules.rejection(of: record, now: now) {
                refused.append(.init(index: index, rejection: rejection))
            }
        }
        if rules.zonesResolved != known { self.rules.withLock { [rules] in $0 = rules } }
        for one in refused { EngineMetric.refused.add(1, one.rejection.reason.word, to: metrics) }
        if !refused.isEmpty { throw InboxRefusal(refused: refused) }
    }

    private func durable(_ records: [NewRecord]) async throws -> [RecordPlace] {
        try await withCheckedThrowingContinuation { continuation in
            let isFirst: Bool? = state.withLock { state in
                guard state.waiting + records.count <= Self.waitingMax else { return nil }
                state.waiting += records.count
                state.callers.append(Caller(records: records, continuation: continuation))
                defer { state.isCommitting = true }
                return !state.isCommitting
            }
            switch isFirst {
            case nil: continuation.resume(throwing: InboxFull(recordsMax: Self.waitingMax))
            // It belongs to no caller: whichever was first may go while others wait.
            case true?: Task.detached { await self.commitAll() }
            case false?: break
            }
        }
    }

    private func commitAll() async {
        while let group = nextGroup() {
            let count = await commit(group)
            await rest(after: count)
        }
    }

    /// Leaves deciding its time; who comes meanwhile goes into the next commit.
    private func rest(after count: Int) async {
        guard let rest = backlog?.rest(after: count), rest > .zero else { return }
        // The task is nobody's to cancel, and a wait cut short only means a commit sooner.
        try? await time.sleep(for: rest)
    }

    /// Nil once nobody waits: whoever comes next begins again.
    private func nextGroup() -> [Caller]? {
        state.withLock { state in
            var count = 0
            var records = 0
            while count < state.callers.count,
                count == 0 || records + state.callers[count].records.count <= Self.groupMax
            {
                records += state.callers[count].records.count
                count += 1
            }
            if count == 0 {
                state.isCommitting = false
                return nil
            }
            defer { state.callers.removeFirst(count) }
            return Array(state.callers.prefix(count))
        }
    }

    /// Commits what a group of callers brought, and tells them.
    /// - Returns: records that are durable now.
    private func commit(_ group: [Caller]) async -> Int {
        let records = group.count == 1 ? group[0].records : group.flatMap(\.records)
        let result: Result<[RecordPlace], any Error>
        do {
            // Before anybody can decide them.
            backlog?.appended(records.count)
            result = .success(try await sink.append(records))
            arrivals?.committed([:])
            EngineMetric.appended.add(records.count, to: metrics)
            EngineMetric.groups.add(1, to: metrics)
        } catch {
            backlog?.withdrawn(records.count)
            result = .failure(error)
        }
        state.withLock { state in
            state.commits += 1
            state.waiting -= records.count
        }
        var from = 0
        for caller in group {
            let range = from..<(from + caller.records.count)
            from = range.upperBound
            caller.continuation.resume(with: result.map { Array($0[range]) })
        }
        return (try? result.get().count) ?? 0
    }
}
