import CRdKafka
import Foundation
public import Engine

/// A processor that decides nothing: it reads a partition, writes each record as it is into another topic, and commits
/// both in a transaction. What Kafka itself allows on a machine, to hold the real processor against.
public enum RawLoop {
    /// Moves `count` records.
    /// - Returns: the seconds from the first fetch to the last commit.
    public static func run(
        _ settings: KafkaSettings, partition: Int32, from source: Topic, to sink: Topic, count: Int, batchMax: Int
    ) throws -> Double {
        let metadata = try GroupMetadata.outsideOfGroup(settings)
        let producer = try Producer(settings, transactionalID: "\(settings.group)-raw-\(partition)")
        try producer.initTransactions()
        let reader = try PartitionReader(settings)
        var place = TopicPartition(source.name, partition)
        place.offset = try reader.beginnings([place])[0]
        let began = ContinuousClock.now
        try reader.assign([place])
        var moved = 0
        while moved < count {
            var batch: [FetchedRecord] = []
            while batch.count < batchMax, moved + batch.count < count {
                let before = batch.count
                try reader.fetch(waitMillis: 100) { if case .record(let record) = $0 { batch.append(record) } }
                if batch.count == before, !batch.isEmpty { break }
            }
            guard let last = batch.last else { continue }
            try producer.begin()
            for record in batch {
                try producer.produce(
                    sink.name, partition, key: record.key, value: record.value, headers: record.headers)
            }
            place.offset = last.offset + 1
            try producer.sendOffsets([place], metadata: metadata)
            _ = try producer.commit()
            moved += batch.count
        }
        let time = began.duration(to: .now)
        return Double(time.micros) / 1_000_000
    }
}

extension GroupMetadata {
    /// What a consumer that is in no generation of the group sends along.
    static func outsideOfGroup(_ settings: KafkaSettings) throws(KafkaError) -> [UInt8] {
        let group = unsafe rd_kafka_consumer_group_metadata_new(settings.group)
        defer { unsafe rd_kafka_consumer_group_metadata_destroy(group) }
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        unsafe try KafkaError.check(
            rd_kafka_consumer_group_metadata_write(group, &buffer, &size), "write the group's metadata")
        defer { unsafe free(buffer) }
        return unsafe Array(UnsafeRawBufferPointer(start: buffer, count: size))
    }
}
