import Engine
import Journal
import Logging
import Synchronization

/// Publishes checkpoints. One is durable here before it is published, and deciding does not wait for it: if the broker
/// is away the next one goes out.
final class CheckpointPublisher: Sendable {
    private let settings: KafkaSettings
    private let partitionCount: Int32
    private let logger: Logger
    /// A process that stops tries a broker that is away once, not once a program.
    private let gaveUp = Mutex(false)
    private static let graceWhileStopping = Duration.seconds(1)

    init(_ settings: KafkaSettings, partitionCount: Int32, logger: Logger) {
        self.settings = settings
        self.partitionCount = partitionCount
        self.logger = logger
    }

    /// Sends a checkpoint; says so where it does not go out.
    func publish(_ checkpoint: StoredCheckpoint) throws {
        if Task.isCancelled && gaveUp.withLock({ $0 }) { return }
        do {
            let publisher = try KafkaPublisher(settings, partitionCount: partitionCount, grace: Self.graceWhileStopping)
            try publisher.send([CheckpointRecords.record(checkpoint)])
        } catch let error as KafkaError {
            gaveUp.withLock { $0 = true }
            logger.warning(
                "checkpoint not published", metadata: ["program": "\(checkpoint.program)", "why": "\(error)"])
        } catch is CancellationError {
            gaveUp.withLock { $0 = true }
            logger.warning(
                "checkpoint not published",
                metadata: ["program": "\(checkpoint.program)", "why": "the broker is away; the next one goes out"])
        }
    }
}
