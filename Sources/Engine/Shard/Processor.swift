import Foundation
import GRDB
import Journal
public import LeadlineCore
public import Metrics
import Vault

private enum Upkeep {
    /// Without a pause in which to settle, the write-ahead log, which still holds deleted payloads, is emptied after
    /// so many batches.
    static let batchesBetweenTruncations = 100
    /// After so many tries in vain whoever writes waits for readers longer, once.
    static let hurriedTriesMax = 30
}

/// A processor on one data folder: a log, the journal, the vault and what is derived, under one lock. It works on a
/// thread of its own, for it waits for disks and brokers.
public actor Processor<Log: ShardLog> {
    private let executor = ThreadExecutor("leadline.processor")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let folder: DataFolder
    private let lock: FolderLock
    private let journal: DatabaseQueue
    private let derived: DatabaseQueue
    let log: Log
    private let projection: LeadsProjection
    private var shard: Shard
    private var earlierLookups: EarlierLookups
    private let machine: Machine
    /// Fires with every commit, once the entries are in the local journal.
    public nonisolated let commits: CommitSignal
    /// What becomes of records.
    public nonisolated let fates: RecordFates
    /// Told by whoever has appended records in this process, so that a processor at rest does not wait for its pause to
    /// end.
    public nonisolated let arrivals = CommitSignal()
    /// Records that this process made durable and has not decided yet.
    public nonisolated let backlog: DecidingBacklog

    /// Takes the folder's lock, applies erasures that a crash left undone, and recovers every program of the journal.
    /// - Parameters:
    ///   - clock: the time of day; nil for the folder's own clock.
    ///   - commits: fires with every commit.
    ///   - fates: told what becomes of records.
    ///   - metrics: where its figures go.
    ///   - traced: told of what was decided in traces, once it is durable.
    ///   - makeLog: makes the log; what it must catch up with first, it writes to the journal and the vault.
    public init(
        _ folder: DataFolder, clock: (any WallClock)? = nil, timeSource: Shard.TimeSource,
        commits: CommitSignal = CommitSignal(), fates: RecordFates = RecordFates(),
        metrics: any MetricsFactory = MetricsSystem.factory,
        traced: (@Sendable ([TracedDeciding]) -> Void)? = nil, makeLog: (DatabaseQueue, Vault) throws -> Log
    ) throws {
        self.folder = folder
        var machine = folder.machine
        if let clock { machine.clock = clock }
        self.machine = machine
        self.commits = commits
        self.fates = fates
        let backlog = DecidingBacklog(machine.passingTime)
        self.backlog = backlog
        lock = try folder.lock()
        let journal = try folder.openJournal()
        let derived = try folder.openDerived()
        self.journal = journal
        self.derived = derived
        let figures = BatchMetrics(partition: folder.partitionName, factory: metrics)
        let keyring = try folder.openVault(makingIt: folder.isShard)
        log = try makeLog(journal, keyring.vault)
        try folder.requireNewestJournal(journal)
        projection = LeadsProjection(journal: journal, derived: derived)
        try projection.repeatErasures(keyring)
        shard = try Shard(
            log: log, machine: machine, timeSource: timeSource, keyring: keyring,
            load: { program in try Self.load(program, journal, derived) },
            store: { snapshots in try Self.keep(snapshots, derived) },
            notesTraces: traced != nil,
            onCommit: { batch in
                figures.record(batch)
                commits.committed(batch.sizes)
                fates.report(batch.outcomes)
                backlog.decided(batch.outcomes.count)
                if !batch.traced.isEmpty { traced?(batch.traced) }
            })
        earlierLookups = try EarlierLookups(journal, derived, keyring)
        if timeSource == .wallClock { try Self.checkClock(journal, machine.clock) }
        let heads = try journal.read { try JournalReader().streams(in: $0) }
        for head in heads { try shard.open(head.program) }
        commits.committed(Dictionary(heads.map { ($0.program, $0.size) }) { first, _ in first })
    }

    /// One batch.
    /// - Parameter wait: how long to wait for records.
    public func step(max: Int, wait: Duration = .zero) throws -> StepReport {
        if earlierLookups.isDone { return try shard.step(max: max, wait: wait) }
        // At least some milliseconds' work, and more than the batch brings.
        try earlierLookups.advance(max: Swift.max(2_000, 2 * max))
        var report = try shard.step(max: max, wait: earlierLookups.isDone ? wait : .zero)
        try earlierLookups.note()
        report.isExhausted = report.isExhausted && earlierLookups.isDone
        return report
    }

    /// Batches until the log has nothing more.
    public func runUntilIdle(batchMax: Int, progress: (StepReport) -> Void = { _ in }) throws -> StepReport {
        var total = StepReport()
        repeat {
            total += try step(max: batchMax)
            progress(total)
        } while !total.isExhausted
        return total
    }

    /// Batches until stopped: works while there is work, then looks again after a pause, or when a timer fires.
    /// Ends when the task is cancelled, between batches: nothing is left half done.
    /// - Parameters:
    ///   - pause: how long to wait for records before looking at the timers again.
    ///   - tidyEvery: files are tidied at most this often while batches are small and many.
    public func run(
        batchMax: Int, pause: Duration, tidyEvery: Duration = .zero, onBatch: (StepReport) -> Void
    ) async throws {
        var isTidy = false
        var lastTidied = machine.passingTime.elapsed()
        var batchesSinceTruncation = 0
        var hurriedTries = 0
        while !Task.isCancelled {
            let seen = arrivals.commits
            let report = try step(max: batchMax, wait: pause)
            if report.entries + report.rejections > 0 {
                isTidy = false
                onBatch(report)
            }
            if !report.isExhausted {
                batchesSinceTruncation += 1
                if batchesSinceTruncation == Upkeep.batchesBetweenTruncations {
                    _ = try log.settle(.thorough)
                    batchesSinceTruncation = 0
                }
            } else {
                if !isTidy, machine.passingTime.elapsed() - lastTidied >= tidyEvery {
                    // Records may come at any moment, and those who bring them would wait as long as this does.
                    isTidy = try tidy(hurriedTries < Upkeep.hurriedTriesMax ? .busy : .thorough)
                    hurriedTries = isTidy || hurriedTries == Upkeep.hurriedTriesMax ? 0 : hurriedTries + 1
                    lastTidied = machine.passingTime.elapsed()
                }
                if !log.waitsForRecords {
                    do { try await arrivals.commit(past: seen, within: pause, machine.passingTime) } catch is CancellationError { return }
                }
            }
            // Lets others ask for the state between two batches.
            await Task.yield()
        }
    }

    /// Catches projections up and empties the write-ahead logs.
    public func settle() throws {
        try projection.catchUp()
        _ = try tidy(.thorough)
    }

    /// Empties the write-ahead logs: what was deleted leaves the disk. False if somebody reads it still.
    private func tidy(_ patience: WriteAheadLog.Patience) throws -> Bool {
        try earlierLookups.note()
        let isSettled = try log.settle(patience)
        return try WriteAheadLog.truncate(derived, patience) && isSettled
    }

    /// Runs `work` on the state of a program as of the last batch, between two batches. Nothing is copied: a copy that
    /// lived on would make the next entry copy the whole state. Deciding waits meanwhile, so work is short; what may
    /// take long asks its allowance on the way.
    /// - Parameter budget: how long the work may take.
    /// - Returns: what `work` returned; nil if there is no such program.
    /// - Throws: ``WorkAllowance/Exhausted``, and whatever else `work` throws.
    public func withState<Result: Sendable>(
        of program: String, budget: Duration = .milliseconds(50),
        _ work: @Sendable (borrowing State, WorkAllowance) throws -> Result
    ) throws -> Result? {
        let allowance = WorkAllowance(budget, machine.passingTime)
        return try shard.withState(of: program) { state in try work(state, allowance) }
    }

    /// When the next timer fires.
    public var nextDeadline: Timestamp? { shard.nextDeadline }

    private static func load(_ program: String, _ journal: DatabaseQueue, _ derived: DatabaseQueue) throws
        -> ProgramStream
    {
        try journal.read { db in
            guard let head = try JournalReader().head(of: program, in: db) else {
                return ProgramStream(program: program)
            }
            return try derived.read { snapshots in
                try ProgramStream.recover(program, through: head.size, journal: db, snapshots: snapshots)
            }
        }
    }

    private static func keep(_ snapshots: [DueSnapshot], _ derived: DatabaseQueue) throws {
        try derived.write { db in for snapshot in snapshots { try snapshot.keep(in: db) } }
    }

    /// Stamps never go back; a clock far behind the journal would freeze logical time until it has caught up.
    private static func checkClock(_ journal: DatabaseQueue, _ clock: any WallClock) throws {
        let last = try journal.read { try JournalReader().streams(in: $0) }.map(\.lastStampMicros).max() ?? 0
        let behind = (last - clock.now().micros) / 1_000_000
        if behind > 2 { throw EngineError.clockBehind(seconds: behind) }
    }
}

extension Processor where Log == EmbeddedLog {
    /// A processor on the embedded log.
    public init(
        _ folder: DataFolder, clock: (any WallClock)? = nil, timeSource: Shard.TimeSource = .wallClock,
        metrics: any MetricsFactory = MetricsSystem.factory, traced: (@Sendable ([TracedDeciding]) -> Void)? = nil
    ) throws {
        try self.init(folder, clock: clock, timeSource: timeSource, metrics: metrics, traced: traced) { journal, _ in
            try EmbeddedLog(journal)
        }
    }

    /// Puts records on topics; for commands that publish and process in one go.
    public func append(_ records: [NewRecord]) throws { try log.append(records, now: machine.clock.now()) }
}
