public import Journal
public import Logging
public import Metrics

/// Everything that works on one data folder beside each other: the processor decides, the projector keeps the lists,
/// the keeper signs. The same on every log.
public struct Runtime<Log: ShardLog>: Sendable {
    /// How often each part works.
    public struct Pace: Sendable {
        /// Most records in one batch.
        public var batchMax = 1_000
        /// How long the processor waits for records before it looks at the timers again.
        public var pause: Duration = .milliseconds(100)
        /// Files are tidied at most this often while batches are small and many.
        public var tidyEvery: Duration = .seconds(1)
        /// Projections follow the commits at most this often.
        public var projectEvery: Duration = .milliseconds(100)
        /// The usual pace.
        public init() {}
    }

    /// Decides.
    public let processor: Processor<Log>
    private let projector: Projector
    private let keeper: CheckpointKeeper
    private let companions: [Companion]
    private let pace: Pace

    /// Something else that works on the folder beside the processor, until cancelled. Its error ends the processor.
    public typealias Companion = @Sendable () async throws -> Void

    /// What runs beside `processor` on its folder.
    /// - Parameters:
    ///   - metrics: where the projector's figures go.
    ///   - companions: what else works on the folder.
    ///   - publish: told of each new checkpoint once it is durable here.
    /// - Throws: ``LogKeyError``; `JournalError` and SQLite's own failures.
    public init(
        _ folder: DataFolder, _ processor: Processor<Log>, pace: Pace = Pace(), logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory, companions: [Companion] = [],
        publish: @escaping @Sendable (StoredCheckpoint) throws -> Void = { _ in }
    ) throws {
        self.processor = processor
        self.pace = pace
        self.companions = companions
        projector = try Projector(folder, commits: processor.commits, metrics: metrics)
        keeper = try CheckpointKeeper.logging(folder, logger, publish: publish)
    }

    /// The decisions, as they are committed.
    public func decisions(_ folder: DataFolder) throws -> JournalDecisions {
        JournalDecisions(try folder.openJournalPool(), commits: processor.commits)
    }

    /// Works until cancelled, then tidies up and signs what is new. Projections may be left a little behind; whoever
    /// reads them next brings them up.
    /// - Parameter onBatch: told of every batch that was committed.
    /// - Throws: what ended it before that; then nothing is brought up.
    public func run(onBatch: @escaping @Sendable (StepReport) -> Void) async throws {
        let (processor, projector, keeper, pace) = (processor, projector, keeper, pace)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await projector.run(every: pace.projectEvery) }
            group.addTask { try await keeper.run() }
            for companion in companions { group.addTask { try await companion() } }
            group.addTask {
                try await processor.run(
                    batchMax: pace.batchMax, pause: pace.pause, tidyEvery: pace.tidyEvery, onBatch: onBatch)
            }
            // Whichever ends, by cancellation or by an error, ends the others.
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
        try await finish()
    }

    /// Works until the log has nothing more, then brings projections and checkpoints up to the journal.
    public func drain(onBatch: @Sendable (StepReport) -> Void) async throws -> StepReport {
        var total = StepReport()
        repeat {
            let report = try await processor.step(max: pace.batchMax)
            onBatch(report)
            total += report
        } while !total.isExhausted
        try await finish()
        return total
    }

    private func finish() async throws {
        try await processor.settle()
        try await keeper.finish()
    }
}
