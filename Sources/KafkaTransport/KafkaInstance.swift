public import Engine
public import Logging
import Synchronization

/// One machine's part of a deployment: a member of the group, and a processor for each partition that is its own.
public actor KafkaInstance {
    private let folder: DataFolder
    private let settings: KafkaSettings
    private let options: KafkaLogOptions
    private let batchMax: Int
    private let logger: Logger
    private let companion: (@Sendable (DataFolder) -> Runtime<KafkaLog>.Companion)?
    private let traced: (@Sendable ([TracedDeciding]) -> Void)?
    private let report: @Sendable (Int32, StepReport) -> Void
    private var member: GroupMember
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

    /// How long clients may take to end when the instance stops.
    private static let endPatience = Duration.seconds(1)

    /// At most so many shards work on one machine.
    public static let shardsMax = 64

    /// Joins the group.
    /// - Parameters:
    ///   - companion: makes what else works on each shard's folder, run once the shard's databases are there.
    ///   - traced: told of what was decided in traces, once it is committed.
    ///   - report: told of every batch that was committed, and of which partition.
    /// - Throws: `KafkaError`, `KafkaTransportError.topics`, `EngineError.locked`.
    public init(
        _ folder: DataFolder, _ settings: KafkaSettings, options: KafkaLogOptions, batchMax: Int, logger: Logger,
        companion: (@Sendable (DataFolder) -> Runtime<KafkaLog>.Companion)? = nil,
        traced: (@Sendable ([TracedDeciding]) -> Void)? = nil,
        report: @escaping @Sendable (Int32, StepReport) -> Void
    ) throws {
        self.folder = folder
        self.settings = settings
        self.options = options
        self.batchMax = batchMax
        self.logger = logger
        self.companion = companion
        self.traced = traced
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
            var idle = IdleNotice(logger: logger)
            while !Task.isCancelled {
                if let error = failure.current { throw error }
                try await serveGroup()
                await idle.look(hasPartitions: !shards.isEmpty, member)
            }
        } catch is CancellationError {
        } catch {
            await stopAll()
            do { try await member.leave() } catch let leaving {
                logger.warning("did not leave the group", metadata: ["why": "\(leaving)"])
            }
            throw error
        }
        await stopAll()
        try await leaveGroup()
        await ClientEnd.wait(Self.endPatience)
        if let error = failure.current { throw error }
        _ = consume lock
    }

    /// Gives back what the group gave. Where the group took the instance for gone, and what was decided is committed,
    /// there is nothing left to give back.
    private func leaveGroup() async throws {
        do {
            try await member.leave()
        } catch {
            guard error.isFenced else { throw error }
            logger.warning("was out of the group already", metadata: ["why": "\(error)"])
        }
    }

    /// Does what the group asks next.
    private func serveGroup() async throws {
        do {
            guard let event = try await member.next(waitMillis: 100) else { return }
            try await handle(event)
        } catch let error as KafkaError {
            guard let ending = await member.ending, ending.isFenced else { throw error }
            try await joinAgain(after: ending)
        }
        assignmentsChanged.yield(shards.keys.sorted())
    }

    /// A member that was told that another has its place looks whether that is so, and otherwise comes back.
    /// - Throws: `KafkaTransportError.fenced` if it is so; `CancellationError`.
    private func joinAgain(after ending: KafkaError) async throws {
        await stopAll()
        try removeForeignVaults()
        while true {
            do {
                if try await member.isReplaced() { throw KafkaTransportError.fenced(ending.detail) }
                break
            } catch let error as KafkaError {
                logger.warning(
                    "the group does not say yet who has this instance's place", metadata: ["why": "\(error)"])
            }
        }
        logger.warning(
            "joins the group again",
            metadata: [
                "why":
                    "nothing was heard from the group for longer than session.timeout.ms; nobody has taken this instance's place"
            ])
        member = try GroupMember(settings, anchor: Topic.controls.name)
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
        }
    }

    private func start(_ partition: Int32) throws {
        guard shards.count < Self.shardsMax else {
            throw KafkaTransportError.topics(
                "more than \(Self.shardsMax) partitions fell to this machine; start more instances")
        }
        let life = ShardLife(
            folder: try folder.shard(partition), settings: settings, partition: partition, options: options,
            member: member,
            batchMax: batchMax, logger: logger, companion: companion, traced: traced, report: report)
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
