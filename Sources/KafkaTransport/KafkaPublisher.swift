public import Engine

/// Puts records on a cluster's topics, as any producer would.
public final class KafkaPublisher {
    private let producer: Producer
    private let partitionCount: Int32

    /// - Parameter grace: how long what is under way may take once its task is cancelled.
    public init(_ settings: KafkaSettings, partitionCount: Int32, grace: Duration = .seconds(4)) throws(KafkaError) {
        producer = try Producer(settings, transactionalID: nil, grace: grace)
        self.partitionCount = partitionCount
    }

    /// Sends the records and waits until the broker has them.
    public func send(_ records: [NewRecord]) throws {
        for record in records { try enqueue(record) }
        try producer.flush()
    }

    /// Sends a record without waiting; `tend` or `send` must follow now and then.
    public func enqueue(_ record: NewRecord) throws {
        let partition = Partitioner.partition(of: record.key ?? [], count: partitionCount)
        try producer.produce(record.topic.name, partition, key: record.key, value: record.value, headers: record.headers)
    }

    /// Takes in what became of enqueued records.
    public func tend() throws(KafkaError) { try producer.tend() }
}
