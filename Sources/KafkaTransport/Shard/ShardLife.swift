import Engine
import Foundation
import Journal
import Logging

/// A shard from its takeover to its end, however often its memory has to be thrown away in between.
struct ShardLife: Sendable {
    let folder: DataFolder
    let settings: KafkaSettings
    let partition: Int32
    let options: KafkaLogOptions
    let member: GroupMember
    let batchMax: Int
    let logger: Logger
    let companion: (@Sendable (DataFolder) -> Runtime<KafkaLog>.Companion)?
    let traced: (@Sendable ([TracedDeciding]) -> Void)?
    let report: @Sendable (Int32, StepReport) -> Void

    private static let pauseMin = Duration.milliseconds(100)
    private static let pauseMax = Duration.seconds(5)
    /// A shard that worked so long before it failed starts over without delay.
    private static let soundAfter = Duration.seconds(30)
    /// How often the coordinator is asked whose a fenced shard is.
    private static let standingEvery = Duration.milliseconds(500)

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
                if Task.isCancelled { return }
                if began.duration(to: .now) > Self.soundAfter { pause = Self.pauseMin }
                if error.isFenced {
                    guard try await isStillOurs(error) else { return }
                } else {
                    warn("shard starts over", "\(error)")
                }
            }
            do { try await Task.sleep(for: pause) } catch { return }
            pause = min(pause * 2, Self.pauseMax)
        }
    }

    /// Finds out who fenced the shard's producer, by asking the group's coordinator until it says.
    /// - Returns: true if the shard is this instance's as before; false once the task is cancelled, as it is when the
    ///   group takes the partition away.
    /// - Throws: `KafkaTransportError.fenced` if another processor of this name is in the group.
    private func isStillOurs(_ error: KafkaError) async throws -> Bool {
        var isSaid = false
        while !Task.isCancelled {
            switch await member.standing(partition) {
            case .holds:
                warn("shard starts over", Self.whyFenced(error))
                return true
            case .replaced:
                warn("shard fenced", "\(error)")
                throw KafkaTransportError.fenced("shard \(partition): \(error.detail)")
            case .lost, .unknown:
                if !isSaid { warn("shard fenced", "\(error); the group will say who has the shard") }
                isSaid = true
            }
            do { try await Task.sleep(for: Self.standingEvery) } catch { return false }
        }
        return false
    }

    /// What happened to a producer that was fenced while its shard stayed where it is.
    private static func whyFenced(_ error: KafkaError) -> String {
        if let millis = error.transactionTimeoutMillis {
            return
                "a transaction stood open for more than \(millis) ms (transaction.timeout.ms), so the broker ended it; "
                + "nobody has taken the shard"
        }
        return
            "the broker ended this producer, though the group says that the shard is still this instance's (\(error.detail))"
    }

    private func warn(_ message: Logger.Message, _ why: String) {
        logger.warning(message, metadata: ["partition": "\(partition)", "why": "\(why)"])
    }

    private func once() async throws {
        // All of it waits for brokers and disks, so it has a thread of its own.
        let runtime = try await ThreadTaskExecutor("leadline.shard").run { try open() }
        logger.info("shard ready", metadata: ["partition": "\(partition)"])
        try await runtime.run { report(partition, $0) }
    }

    /// Fences the predecessor, catches up with the journal, and checks that the journal is the one that was signed;
    /// nothing has been decided yet.
    private func open() throws -> Runtime<KafkaLog> {
        let (logger, partition, metadata) = (logger, partition, member.metadata)
        let processor = try Processor(folder, timeSource: .wallClock, traced: traced) { journal, vault in
            var bar = CatchUpLines(logger: logger, partition: partition)
            return try KafkaLog(
                settings, partition: partition, options: options, metadata: metadata, journal: journal, vault: vault
            ) { bar.update($0, $1, $2) }
        }
        let reader = try PartitionReader(settings)
        try TakeoverCheck(partition: partition, reader: reader, signer: CheckpointSigner(folder), logger: logger).run()
        let publisher = CheckpointPublisher(settings, partitionCount: options.partitionCount, logger: logger)
        var pace = Runtime<KafkaLog>.Pace()
        pace.batchMax = batchMax
        pace.tidyEvery = .seconds(60)
        let companions = companion.map { [$0(folder)] } ?? []
        return try Runtime(folder, processor, pace: pace, logger: logger, companions: companions) {
            try publisher.publish($0)
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
        logger.info(
            "catching up",
            metadata: ["partition": "\(partition)", "entries": "\(entries)", "offset": "\(offset)", "end": "\(end)"])
    }
}
