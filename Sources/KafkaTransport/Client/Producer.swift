import CRdKafka
import Engine

/// A producer, with transactions or without. Belongs to one actor and is used from it alone.
@safe final class Producer {
    private let handle: QueuedClientHandle
    private var topics: [String: TopicHandle] = [:]
    private var failure: KafkaError?
    private var lastOffsets: [TopicPartition: Int64] = [:]
    private static let timeoutMillis: Int32 = 30_000

    /// Owns an `rd_kafka_topic_t`.
    @safe private final class TopicHandle {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
        deinit { unsafe rd_kafka_topic_destroy(pointer) }
    }

    /// - Parameter transactionalID: nil for a producer without transactions.
    init(_ settings: KafkaSettings, transactionalID: String?) throws(KafkaError) {
        let config = try ConfigHandle(
            settings.producer(transactionalID: transactionalID), events: RD_KAFKA_EVENT_DR)
        handle = QueuedClientHandle(producer: try config.makeClient(RD_KAFKA_PRODUCER), settings, role: "producer")
    }

    deinit {
        // Topics before their client; what is still queued belongs to no transaction any more.
        topics.removeAll()
        unsafe rd_kafka_purge(handle.client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    }

    /// Fences every other producer of this transactional id, and ends what it left open.
    func initTransactions() throws(KafkaError) {
        unsafe try retried { unsafe rd_kafka_init_transactions(handle.client, Self.timeoutMillis) } named: { "begin as the shard's producer" }
    }

    func begin() throws(KafkaError) {
        failure = nil
        lastOffsets.removeAll(keepingCapacity: true)
        unsafe try retried { unsafe rd_kafka_begin_transaction(handle.client) } named: { "begin a transaction" }
    }

    /// Puts a record into the transaction.
    func produce(_ topic: String, _ partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = []) throws(KafkaError) {
        while true {
            let code = unsafe headers.isEmpty
                ? enqueue(try self.topic(topic), partition, key, value)
                : enqueue(try self.topic(topic), partition, key, value, headers)
            if code != RD_KAFKA_RESP_ERR__QUEUE_FULL {
                if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
                throw cause(of: KafkaError(code, "produce to \(topic)"))
            }
            try serve(waitMillis: 100)
        }
    }

    private func topic(_ name: String) throws(KafkaError) -> OpaquePointer {
        if let known = topics[name] { return unsafe known.pointer }
        guard let made = unsafe rd_kafka_topic_new(handle.client, name, nil) else {
            throw KafkaError(rd_kafka_last_error(), "produce to \(name)")
        }
        topics[name] = unsafe TopicHandle(made)
        return unsafe made
    }

    private func enqueue(_ topic: OpaquePointer, _ partition: Int32, _ key: [UInt8]?, _ value: [UInt8]?) -> rd_kafka_resp_err_t {
        let result = unsafe withBytes(key) { key, keyCount in
            unsafe withBytes(value) { value, count in
                unsafe rd_kafka_produce(
                    topic, partition, RD_KAFKA_MSG_F_COPY, UnsafeMutableRawPointer(mutating: value), count, key, keyCount, nil)
            }
        }
        return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error()
    }

    private func enqueue(
        _ topic: OpaquePointer, _ partition: Int32, _ key: [UInt8]?, _ value: [UInt8]?, _ headers: [RecordHeader]
    ) -> rd_kafka_resp_err_t {
        let list = unsafe rd_kafka_headers_new(headers.count)
        for header in headers {
            unsafe header.name.withUnsafeBufferPointer { name in
                unsafe header.value.withUnsafeBytes { value in
                    unsafe name.withMemoryRebound(to: CChar.self) { name in
                        _ = unsafe rd_kafka_header_add(list, name.baseAddress, name.count, value.baseAddress, value.count)
                    }
                }
            }
        }
        return unsafe withBytes(key) { key, keyCount in
            unsafe withBytes(value) { value, count in
                var parts = unsafe [rd_kafka_vu_t](repeating: rd_kafka_vu_t(), count: 6)
                unsafe parts[0].vtype = RD_KAFKA_VTYPE_RKT
                unsafe parts[0].u.rkt = topic
                unsafe parts[1].vtype = RD_KAFKA_VTYPE_PARTITION
                unsafe parts[1].u.i32 = partition
                unsafe parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS
                unsafe parts[2].u.i = RD_KAFKA_MSG_F_COPY
                unsafe parts[3].vtype = RD_KAFKA_VTYPE_VALUE
                unsafe parts[3].u.mem.ptr = UnsafeMutableRawPointer(mutating: value)
                unsafe parts[3].u.mem.size = count
                unsafe parts[4].vtype = RD_KAFKA_VTYPE_KEY
                unsafe parts[4].u.mem.ptr = UnsafeMutableRawPointer(mutating: key)
                unsafe parts[4].u.mem.size = keyCount
                unsafe parts[5].vtype = RD_KAFKA_VTYPE_HEADERS
                unsafe parts[5].u.headers = list
                let error = unsafe rd_kafka_produceva(handle.client, parts, parts.count)
                guard let error = unsafe error else { return RD_KAFKA_RESP_ERR_NO_ERROR }
                // Only on success does librdkafka own the headers.
                unsafe rd_kafka_headers_destroy(list)
                defer { unsafe rd_kafka_error_destroy(error) }
                return unsafe rd_kafka_error_code(error)
            }
        }
    }

    private func withBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> Result) -> Result {
        guard let bytes else { return body(nil, 0) }
        // An empty value is not a tombstone: it keeps an address.
        if bytes.isEmpty { return unsafe withUnsafeBytes(of: UInt8(0)) { unsafe body($0.baseAddress, 0) } }
        return unsafe bytes.withUnsafeBytes { unsafe body($0.baseAddress, $0.count) }
    }

    /// Puts consumed offsets into the transaction, in the name of the group's member.
    /// - Parameter metadata: `GroupMember.metadata`, as written by librdkafka.
    func sendOffsets(_ offsets: [TopicPartition], metadata: [UInt8]) throws(KafkaError) {
        var group: OpaquePointer?
        unsafe try KafkaError.check(
            unsafe metadata.withUnsafeBytes { unsafe rd_kafka_consumer_group_metadata_read(&group, $0.baseAddress, $0.count) },
            "read the group's metadata")
        defer { unsafe rd_kafka_consumer_group_metadata_destroy(group) }
        let list = PartitionListHandle(offsets)
        unsafe try retried {
            unsafe rd_kafka_send_offsets_to_transaction(handle.client, list.pointer, group, Self.timeoutMillis)
        } named: { "put consumed offsets into the transaction" }
    }

    /// Waits until the broker has every record, then makes them all visible at once.
    /// - Returns: the offset of the last record delivered to each partition.
    /// - Throws: `KafkaError`; the outcome is unknown unless it is abortable.
    func commit() throws(KafkaError) -> [TopicPartition: Int64] {
        try flush()
        unsafe try retried { unsafe rd_kafka_commit_transaction(handle.client, Self.timeoutMillis) } named: { "commit the transaction" }
        return lastOffsets
    }

    /// Waits until the broker has every record.
    /// - Throws: the first record's error, if one was not delivered.
    func flush() throws(KafkaError) {
        while unsafe rd_kafka_outq_len(handle.client) > 0 { try serve(waitMillis: 100) }
        if let failure { throw cause(of: failure) }
    }

    /// Gives the transaction up.
    func abort() throws(KafkaError) {
        unsafe rd_kafka_purge(handle.client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        while unsafe rd_kafka_outq_len(handle.client) > 0 { try serve(waitMillis: 100) }
        unsafe try retried { unsafe rd_kafka_abort_transaction(handle.client, Self.timeoutMillis) } named: { "abort the transaction" }
    }

    /// The offset after the last record that `read_committed` shows, of each of the partitions, in their order.
    func ends(_ partitions: [TopicPartition]) throws(KafkaError) -> [Int64] { try handle.offsets(partitions, at: .end) }

    /// Looks after the client while there is nothing to send.
    func tend() throws(KafkaError) { try serve(waitMillis: 0) }

    /// Takes delivery reports in.
    private func serve(waitMillis: Int32) throws(KafkaError) {
        handle.passLogsOn()
        guard let raw = unsafe rd_kafka_queue_poll(handle.queue, waitMillis) else { return }
        let event = unsafe EventHandle(raw)
        switch event.type {
        case RD_KAFKA_EVENT_DR: deliveries(event)
        case RD_KAFKA_EVENT_ERROR:
            let code = unsafe rd_kafka_event_error(event.pointer)
            guard code == RD_KAFKA_RESP_ERR__FATAL else { return }
            throw cause(of: KafkaError(code, "go on producing"))
        default: handle.take(event)
        }
    }

    private func deliveries(_ event: borrowing EventHandle) {
        while let message = unsafe rd_kafka_event_message_next(event.pointer) {
            let code = unsafe message.pointee.err
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                if failure == nil {
                    var error = KafkaError(code, "deliver a record")
                    error.isAbortable = true
                    failure = error
                }
                continue
            }
            let topic = unsafe String(cString: rd_kafka_topic_name(message.pointee.rkt))
            unsafe lastOffsets[TopicPartition(topic, message.pointee.partition)] = message.pointee.offset
        }
    }

    /// Calls again while the error says that the call may be made again, a bounded number of times.
    private func retried(_ call: () -> OpaquePointer?, named operation: () -> String) throws(KafkaError) {
        var attempts = 0
        while true {
            do {
                unsafe try KafkaError.check(unsafe call(), operation())
                return
            } catch {
                attempts += 1
                if !error.isRetriable || attempts == 10 { throw cause(of: error) }
            }
        }
    }

    /// The error that ended the client, if one did: what fails afterwards, such as the delivery of what was queued, may be
    /// heard of first, but says nothing of why.
    private func cause(of error: KafkaError) -> KafkaError {
        var text = [CChar](repeating: 0, count: 512)
        let fatal = unsafe rd_kafka_fatal_error(handle.client, &text, text.count)
        if fatal == RD_KAFKA_RESP_ERR_NO_ERROR { return error }
        var cause = KafkaError(fatal, error.operation)
        cause.isFatal = true
        return cause
    }
}
