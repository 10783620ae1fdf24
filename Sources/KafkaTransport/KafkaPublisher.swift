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
    /// - Returns: where each stands, in the order given.
    /// - Throws: `KafkaError` if one was not delivered; others may have been. Sent again, what was delivered counts
    ///   once.
    @discardableResult
    public func send(_ records: [NewRecord]) throws -> [RecordPlace] {
        producer.forget()
        var partitions: [Int32] = []
        for (index, record) in records.enumerated() { partitions.append(try enqueue(record, tag: index + 1)) }
        try producer.flush()
        return try records.indices.map { index in
            guard let offset = producer.taggedOffsets[index + 1] else {
                throw KafkaError(
                    code: 0, operation: "deliver a record to \(records[index].topic.name)",
                    detail: "the broker did not say where it stands")
            }
            return RecordPlace(topic: records[index].topic, partition: UInt32(partitions[index]), offset: offset)
        }
    }

    /// Sends a record without waiting; `tend` or `send` must follow now and then.
    public func enqueue(_ record: NewRecord) throws { _ = try enqueue(record, tag: 0) }

    /// - Returns: the partition that its key belongs to.
    private func enqueue(_ record: NewRecord, tag: Int) throws -> Int32 {
        let partition = Partitioner.partition(of: record.key ?? [], count: partitionCount)
        try producer.produce(
            record.topic.name, partition, key: record.key, value: record.value, headers: record.headers, tag: tag)
        return partition
    }

    /// Takes in what became of enqueued records.
    public func tend() throws(KafkaError) { try producer.tend() }
}
