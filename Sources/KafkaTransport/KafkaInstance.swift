public import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
public import Logging
import Synchronization

/// One machine's part of a deployment: a member of the group, and a processor for each partition that is its own.
public actor KafkaInstance {
    private let folder: DataFolder
    private let settings: KafkaSettings
    private let options: KafkaLogOptions
    private let batchMax: Int
    private let logger: Logger
    private let report: @Sendable (Int32, StepReport) -> Void
    private let member: GroupMember
    private var shards: [Int32: Task<Void, any Error>] = [:]
    private let failure = FirstFailure()
    /// The partitions this instance has, after each change.
    public nonisolated let assignments: AsyncStream<[Int32]>
    private let assignmentsChanged: AsyncStream<[Int32]>.Continuation

    /// Keeps the first error that ends the instance.
    private final class FirstFailure: Sendable {
        private let error = Mutex<(any Error)?>(nil)
        var current: (any Error)? { error.withLock { $0 } }
        func set(_ new: any Error) { error.withLock { $0 = $0 ?? new } }
    }

    /// At most so many shards work on one machine.
    public static let shardsMax = 64

    /// Joins the group.
    /// - Parameter report: told of every batch that was committed, and of which partition.
    /// - Throws: `KafkaError`, `KafkaTransportError.topics`, `EngineError.locked`.
    public init(
        _ folder: DataFolder, _ settings: KafkaSettings, options: KafkaLogOptions, batchMax: Int, logger: Logger,
        report: @escaping @Sendable (Int32, StepReport) -> Void
    ) throws {
        self.folder = folder
        self.settings = settings
        self.options = options
        self.batchMax = batchMax
        self.logger = logger
        self.report = report
        (assignments, assignmentsChanged) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
        member = try GroupMember(settings, anchor: Topic.controls.name)
    }

    /// Works until cancelled, then finishes the batches that are under way and leaves the group.
    /// - Throws: what ended it: `KafkaTransportError`, `KafkaError`, and whatever the data folder says.
    public func run() async throws {
        let lock = try folder.lock()
        try removeForeignVaults()
        do {
            while !Task.isCancelled {
                if let error = failure.current { throw error }
                if let event = try await member.next(waitMillis: 100) {
                    try await handle(event)
                    assignmentsChanged.yield(shards.keys.sorted())
                }
            }
        } catch {
            await stopAll()
            try? await member.leave()
            throw error
        }
        await stopAll()
        try await member.leave()
        if let error = failure.current { throw error }
        _ = consume lock
    }

    private func handle(_ event: GroupEvent) async throws {
        switch event {
        case .assigned(let partitions):
            logger.info("assigned", metadata: ["partitions": "\(partitions.sorted())"])
            for partition in partitions where shards[partition] == nil { try start(partition) }
        case .revoking(let partitions, let isLost):
            logger.info(isLost ? "lost" : "revoking", metadata: ["partitions": "\(partitions.sorted())"])
            for partition in partitions { shards[partition]?.cancel() }
            for partition in partitions {
                _ = await shards.removeValue(forKey: partition)?.result
                try folder.shard(partition).removeVault()
            }
            try await member.acknowledgeRevocation()
        case .failed(let error):
            throw error.isFenced ? KafkaTransportError.fenced(error.detail) : error
        }
    }

    private func start(_ partition: Int32) throws {
        guard shards.count < Self.shardsMax else {
            throw KafkaTransportError.topics(
                "more than \(Self.shardsMax) partitions fell to this machine; start more instances")
        }
        let life = ShardLife(
            folder: try folder.shard(partition), settings: settings, partition: partition, options: options, metadata: member.metadata,
            batchMax: batchMax, logger: logger, report: report)
        let failure = failure
        shards[partition] = Task {
            do { try await life.run() } catch {
                failure.set(error)
                throw error
            }
        }
    }

    private func stopAll() async {
        for shard in shards.values { shard.cancel() }
        for shard in shards.values { _ = await shard.result }
        shards.removeAll()
    }

    /// An instance holds the keys of its own shards only.
    private func removeForeignVaults() throws {
        for shard in folder.shards { try shard.removeVault() }
    }
}

/// A shard from its takeover to its end, however often its memory has to be thrown away in between.
struct ShardLife: Sendable {
    let folder: DataFolder
    let settings: KafkaSettings
    let partition: Int32
    let options: KafkaLogOptions
    let metadata: GroupMetadata
    let batchMax: Int
    let logger: Logger
    let report: @Sendable (Int32, StepReport) -> Void

    private static let pauseMin = Duration.milliseconds(100)
    private static let pauseMax = Duration.seconds(5)
    /// A shard that worked so long before it failed starts over without delay.
    private static let soundAfter = Duration.seconds(30)
    /// A member that is still in the group so long after its shard was fenced has a right to the shard.
    private static let revocationDueAfter = Duration.seconds(60)

    /// Ends when cancelled.
    /// - Throws: what somebody must mend; everything else is tried again from the journal.
    func run() async throws {
        var pause = Self.pauseMin
        while !Task.isCancelled {
            let began = ContinuousClock.now
            do {
                try await once()
                return
            } catch is CancellationError {
                return
            } catch let error as KafkaError {
                if error.isFenced {
                    logger.warning("shard fenced", metadata: ["partition": "\(partition)", "why": "\(error)"])
                    // A name is taken for good. Without one, the group has moved the shard and will say so.
                    if settings.instanceID != nil { throw KafkaTransportError.fenced("shard \(partition): \(error.detail)") }
                    pause = Self.revocationDueAfter
                } else {
                    if Task.isCancelled { return }
                    logger.warning("shard starts over", metadata: ["partition": "\(partition)", "why": "\(error)"])
                    if began.duration(to: .now) > Self.soundAfter { pause = Self.pauseMin }
                }
            }
            do { try await Task.sleep(for: pause) } catch { return }
            pause = min(pause * 2, Self.pauseMax)
        }
    }

    @concurrent private func once() async throws {
        let logger = logger
        let partition = partition
        let processor = try Processor(folder, clock: SystemClock(), timeSource: .wallClock) { journal, vault in
            var bar = CatchUpLines(logger: logger, partition: partition)
            return try KafkaLog(
                settings, partition: partition, options: options, metadata: metadata, journal: journal, vault: vault
            ) { bar.update($0, $1, $2) }
        }
        // The journal is caught up and its predecessor fenced; nothing has been decided yet.
        try TakeoverCheck(partition: partition, reader: PartitionReader(settings), signer: CheckpointSigner(folder), logger: logger).run()
        logger.info("shard ready", metadata: ["partition": "\(partition)"])
        var pace = Runtime<KafkaLog>.Pace()
        pace.batchMax = batchMax
        pace.tidyEvery = .seconds(60)
        let runtime = try Runtime(folder, processor, pace: pace, logger: logger) { try publish($0) }
        try await runtime.run { report(partition, $0) }
    }

    /// A checkpoint is durable here before it is published, and deciding does not wait for it: if the broker is away
    /// the next one goes out.
    private func publish(_ checkpoint: StoredCheckpoint) throws {
        do {
            try KafkaPublisher(settings, partitionCount: options.partitionCount).send([CheckpointRecords.record(checkpoint)])
        } catch let error as KafkaError {
            logger.warning("checkpoint not published", metadata: ["program": "\(checkpoint.program)", "why": "\(error)"])
        }
    }
}

/// Says now and then how far catching up is.
private struct CatchUpLines {
    let logger: Logger
    let partition: Int32
    private var last = ContinuousClock.now

    init(logger: Logger, partition: Int32) {
        self.logger = logger
        self.partition = partition
    }

    mutating func update(_ entries: UInt64, _ offset: Int64, _ end: Int64) {
        guard offset >= end || last.duration(to: .now) > .seconds(1) else { return }
        last = .now
        logger.info("catching up", metadata: ["partition": "\(partition)", "entries": "\(entries)", "offset": "\(offset)", "end": "\(end)"])
    }
}
