import CRdKafka
import Foundation
import Engine
import LeadlineCore

/// A record as a partition holds it, copied out once.
struct FetchedRecord {
    var topic: String
    var partition: Int32
    var offset: Int64
    /// Milliseconds since 1970, by the broker's clock if `isAppendTime`.
    var timestampMillis: Int64
    var isAppendTime: Bool
    var key: [UInt8]?
    var headers: [RecordHeader]
    /// Nil is a tombstone.
    var value: [UInt8]?
}

/// What a reader found.
enum Fetched {
    case record(FetchedRecord)
    /// Nothing more stands before this offset, transaction markers included.
    case end(topic: String, partition: Int32, offset: Int64)
}

/// Reads assigned partitions, `read_committed`, from given offsets. Belongs to one actor and is used from it alone.
@safe final class PartitionReader {
    private let handle: QueuedClientHandle
    private var slots: [UnsafeMutablePointer<rd_kafka_message_t>?]

    /// - Parameter seesOpen: asked where a partition ends, it counts what open transactions hold.
    init(_ settings: KafkaSettings, fetchMax: Int = 1_000, seesOpen: Bool = false) throws(KafkaError) {
        var properties = settings.reader
        if seesOpen { properties["isolation.level"] = "read_uncommitted" }
        handle = QueuedClientHandle(
            consumer: try ConfigHandle(properties).makeClient(RD_KAFKA_CONSUMER), settings, role: "reader")
        unsafe slots = Array(repeating: nil, count: fetchMax)
    }

    /// Reads these partitions from their offsets on, and no others.
    func assign(_ partitions: [TopicPartition]) throws(KafkaError) {
        unsafe try call("read the partitions of a shard", partitions) { unsafe rd_kafka_assign($0, $1) }
    }

    /// Reads no more of these partitions until they are resumed. What was fetched already may still come.
    func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        unsafe try call("pause partitions", partitions) { unsafe rd_kafka_pause_partitions($0, $1) }
    }

    func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        unsafe try call("resume partitions", partitions) { unsafe rd_kafka_resume_partitions($0, $1) }
    }

    private func call(
        _ operation: String, _ partitions: [TopicPartition],
        _ body: (OpaquePointer, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> rd_kafka_resp_err_t
    ) throws(KafkaError) {
        try KafkaError.check(unsafe handle.call(partitions) { unsafe body($0, $1) }, operation)
    }

    /// What has come, after waiting up to `waitMillis` for the first. Errors that pass by themselves (a broker that
    /// is down, a leader that moves) are librdkafka's to retry and end here as nothing.
    func fetch(waitMillis: Int32, _ body: (Fetched) throws -> Void) throws {
        let count = take(waitMillis)
        handle.tend()
        guard count > 0 else { return }
        defer { for index in 0..<count { unsafe rd_kafka_message_destroy(slots[index]) } }
        for index in 0..<count {
            guard let message = unsafe slots[index] else { continue }
            if let fetched = unsafe try Self.fetched(message) { try body(fetched) }
        }
    }

    /// Fills the slots with what is there, after waiting for the first only: librdkafka's call for many waits until
    /// they are as many as asked for.
    private func take(_ waitMillis: Int32) -> Int {
        unsafe handle.withQueue { _, queue in
            unsafe slots.withUnsafeMutableBufferPointer { slots in
                guard let first = slots.baseAddress else { return 0 }
                unsafe first.pointee = rd_kafka_consume_queue(queue, waitMillis)
                guard unsafe first.pointee != nil else { return 0 }
                let more = unsafe rd_kafka_consume_batch_queue(queue, 0, first + 1, slots.count - 1)
                return 1 + max(0, more)
            }
        }
    }

    private static func fetched(_ message: UnsafeMutablePointer<rd_kafka_message_t>) throws(KafkaError) -> Fetched? {
        let code = unsafe message.pointee.err
        let topic = unsafe message.pointee.rkt == nil ? "" : String(lent: rd_kafka_topic_name(message.pointee.rkt))
        switch code {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return .record(unsafe record(message, topic))
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            return .end(
                topic: topic, partition: unsafe message.pointee.partition, offset: unsafe message.pointee.offset)
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            throw KafkaError(
                code: code.rawValue, operation: "read \(topic)",
                detail:
                    "the next record to read is not there any more: retention deleted it, or the topic was made anew. Raise the topic's retention, and restore the topic or start a new group"
            )
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR__FATAL:
            throw KafkaError(code, "read \(topic)")
        default: return nil
        }
    }

    private static func record(_ message: UnsafeMutablePointer<rd_kafka_message_t>, _ topic: String) -> FetchedRecord {
        let raw = unsafe message.pointee
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = unsafe rd_kafka_message_timestamp(message, &type)
        return FetchedRecord(
            topic: topic, partition: unsafe raw.partition, offset: unsafe raw.offset, timestampMillis: timestamp,
            isAppendTime: type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME,
            key: unsafe bytes(raw.key, raw.key_len), headers: unsafe headers(message),
            value: unsafe bytes(raw.payload, raw.len))
    }

    private static func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
        guard let start = unsafe start else { return nil }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private static func headers(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> [RecordHeader] {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list = unsafe list
        else { return [] }
        var headers: [RecordHeader] = []
        headers.reserveCapacity(unsafe rd_kafka_header_cnt(list))
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while unsafe rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            guard let name = unsafe name else { break }
            let nameBytes = unsafe Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))
            let valueBytes = unsafe value.map { unsafe Array(UnsafeRawBufferPointer(start: $0, count: size)) } ?? []
            headers.append(RecordHeader(name: nameBytes, value: valueBytes))
        }
        return headers
    }

    /// The offset after the last record that is readable now, of each of the partitions, in their order.
    ///
    /// Slow beside a fetch that waits for records: a broker answers a connection's requests one after the other. A
    /// loop asks through its producer (`Producer.ends`).
    func ends(_ partitions: [TopicPartition]) throws -> [Int64] { try handle.offsets(partitions, at: .end) }

    /// The offset of the first record that is still there.
    func beginnings(_ partitions: [TopicPartition]) throws -> [Int64] { try handle.offsets(partitions, at: .beginning) }

    /// What the group has committed; nil where it has committed nothing.
    func committed(_ partitions: [TopicPartition]) throws -> [Int64?] {
        let operation = "read the group's committed offsets"
        return try handle.answered(operation) { timeoutMillis throws(KafkaError) in
            let list = PartitionListHandle(partitions)
            let code = unsafe handle.withClient { client in
                unsafe list.withPointer { unsafe rd_kafka_committed(client, $0, timeoutMillis) }
            }
            try KafkaError.check(code, operation)
            return try list.partitions(operation).map { $0.offset < 0 ? nil : $0.offset }
        }
    }
}
