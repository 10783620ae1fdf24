public import Engine

/// Appends to a cluster's topics by an idempotent producer, on a thread of its own. The records of one call are in
/// flight together; a call fails if one of them was not delivered, and sent again what was delivered counts once, by
/// its event id.
public actor KafkaRecordSink: RecordSink {
    private let executor = ThreadExecutor("leadline.inbox")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let settings: KafkaSettings
    private var publisher: KafkaPublisher?

    /// A sink on a cluster, which is first asked when the first record comes.
    public init(_ settings: KafkaSettings) { self.settings = settings }

    public func append(_ records: [NewRecord]) throws -> [RecordPlace] {
        do { return try connected().send(records) } catch let error as KafkaError where error.isFatal {
            // librdkafka has ended this client; the next call gets another.
            publisher = nil
            throw error
        }
    }

    private func connected() throws -> KafkaPublisher {
        if let publisher { return publisher }
        let made = try KafkaPublisher(settings, partitionCount: Topics.partitionCount(ClusterAdmin(settings)))
        publisher = made
        return made
    }
}
