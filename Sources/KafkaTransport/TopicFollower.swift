import Logging

/// What reads topics bit by bit for as long as it runs, on a thread of its own.
protocol TopicFollower: Actor {
    /// What is not followed while the brokers are away, for the log.
    var name: String { get }
    var logger: Logger { get }
    /// How long it waits for the brokers before it tries again.
    static var askEvery: Duration { get }
    /// Reads on from what is kept: what was read of a fetch that failed in its middle is read again.
    func begin() throws
    /// Reads what comes in a moment.
    func step() throws
}

extension TopicFollower {
    /// Follows until cancelled. While the brokers are away it waits for them.
    /// - Throws: what `step` and `begin` throw, but for what a broker may mend.
    func followUntilCancelled() async throws {
        while !Task.isCancelled {
            do { try step() } catch is CancellationError { return } catch {
                guard let error = error as? KafkaError, !error.isFatal else { throw error }
                logger.warning("\(name) is not followed", metadata: ["why": "\(error)"])
                do {
                    try await Task.sleep(for: Self.askEvery)
                    try begin()
                } catch is CancellationError { return } catch let again as KafkaError where !again.isFatal { continue }
            }
            await Task.yield()
        }
    }
}
