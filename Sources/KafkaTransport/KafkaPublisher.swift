public import Engine

/// Puts records on a cluster's topics, as any producer would.
public final class KafkaPublisher {
    private let producer: Producer
    private let partitionCount: Int32

    public init(_ settings: KafkaSettings, partitionCount: Int32) throws(KafkaError) {
        producer = try Producer(settings, transactionalID: nil)
        self.partitionCount = partitionCount
    }

    /// Sends the records and waits until the broker has them.
    public func send(_ records: [NewRecord]) throws(KafkaError) {
        for record in records {
            let partition = Partitioner.partition(of: record.key ?? [], count: partitionCount)
            try producer.produce(record.topic.name, partition, key: record.key, value: record.value, headers: record.headers)
        }
        try producer.flush()
    }
}
