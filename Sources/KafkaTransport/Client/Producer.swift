import CRdKafka
import Engine

/// A producer, with transactions or without. Belongs to one actor and is used from it alone.
@safe final class Producer {
    private let handle: QueuedClientHandle
    private var topics: [String: TopicHandle] = [:]
    private var failure: KafkaError?
    private var lastOffsets: [TopicPartition: Int64] = [:]
    /// Where records that were produced with a tag stand, by their tags.
    private(set) var taggedOffsets: [Int: Int64] = [:]
    /// When the open transaction began.
    private var began: ContinuousClock.Instant?
    private let transactionTimeoutMillis: Int
    private let grace: Duration
    /// When this task was first seen to be cancelled.
    private var cancelled: ContinuousClock.Instant?

    /// One try of a call that waits for the broker. Cancellation is seen between tries.
    private static let tryMillis: Int32 = 500
    /// Offsets cannot be sent again while a first answer is due, so their tries are longer.
    private static let offsetsTryMillis: Int32 = 3_000
    /// How long a call is tried again before it counts as failed.
    private static let patience = Duration.seconds(60)
    /// How long a batch that is under way may take once its task is cancelled.
    static let graceAfterCancellation = Duration.seconds(4)

    /// Owns an `rd_kafka_topic_t`.
    @safe private final class TopicHandle {
        private let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
        deinit { unsafe rd_kafka_topic_destroy(pointer) }
        /// Lends the topic to a call. The pointer is good inside the closure only.
        func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result { unsafe body(pointer) }
    }

    /// - Parameters:
    ///   - transactionalID: nil for a producer without transactions.
    ///   - grace: how long what is under way may take once its task is cancelled.
    init(
        _ settings: KafkaSettings, transactionalID: String?, grace: Duration = graceAfterCancellation
    ) throws(KafkaError) {
        self.grace = grace
        transactionTimeoutMillis = settings.transactionTimeoutMillis
        let config = try ConfigHandle(
            settings.producer(transactionalID: transactionalID), events: RD_KAFKA_EVENT_DR)
        handle = QueuedClientHandle(producer: try config.makeClient(RD_KAFKA_PRODUCER), settings, role: "producer")
    }

    deinit {
        // Topics before their client; what is still queued belongs to no transaction any more.
        topics.removeAll()
        purge()
    }

    /// Fences every other producer of this transactional id, and ends what it left open.
    /// - Throws: `CancellationError` as soon as the task is cancelled; `KafkaError`.
    func initTransactions() throws {
        unsafe try patiently("begin as the shard's producer", grace: .zero) { client in
            unsafe rd_kafka_init_transactions(client, Self.tryMillis)
        }
    }

    func begin() throws {
        forget()
        began = .now
        unsafe try patiently("begin a transaction") { unsafe rd_kafka_begin_transaction($0) }
    }

    /// Begins anew: what became of earlier records says nothing of those to come.
    func forget() {
        failure = nil
        lastOffsets.removeAll(keepingCapacity: true)
        taggedOffsets.removeAll(keepingCapacity: true)
    }

    /// Puts a record into the transaction, if there is one.
    /// - Parameter tag: greater than 0 to have its offset among `taggedOffsets` once it is delivered.
    func produce(
        _ topic: String, _ partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = [], tag: Int = 0
    ) throws {
        let handle = try self.topic(topic)
        while true {
            let code = unsafe handle.withPointer { topic in
                unsafe headers.isEmpty
                    ? enqueue(topic, partition, key: key, value: value, tag: tag)
                    : enqueue(topic, partition, key: key, value: value, headers: headers, tag: tag)
            }
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            if code != RD_KAFKA_RESP_ERR__QUEUE_FULL { throw try refusal(KafkaError(code, "produce to \(topic)")) }
            try serve(waitMillis: 100)
            try checkCancellation()
        }
    }

    /// Why a record was not taken. If the transaction has failed already, then because of the record that failed it, of
    /// which a report is on its way.
    private func refusal(_ error: KafkaError) throws -> KafkaError {
        for _ in 0..<20 where failure == nil && error.code == RD_KAFKA_RESP_ERR__STATE.rawValue {
            try serve(waitMillis: 50)
        }
        return cause(of: failure ?? error)
    }

    private func topic(_ name: String) throws(KafkaError) -> TopicHandle {
        if let known = topics[name] { return known }
        let made: TopicHandle? = unsafe handle.withClient { client in
            guard let topic = unsafe rd_kafka_topic_new(client, name, nil) else { return nil }
            return unsafe TopicHandle(topic)
        }
        guard let made else { throw KafkaError(rd_kafka_last_error(), "produce to \(name)") }
        topics[name] = made
        return made
    }

    private func enqueue(
        _ topic: OpaquePointer, _ partition: Int32, key: [UInt8]?, value: [UInt8]?, tag: Int
    ) -> rd_kafka_resp_err_t {
        let result = unsafe withBytes(key) { key, keyCount in
            unsafe withBytes(value) { value, count in
                unsafe rd_kafka_produce(
                    topic, partition, RD_KAFKA_MSG_F_COPY, UnsafeMutableRawPointer(mutating: value), count, key,
                    keyCount,
                    UnsafeMutableRawPointer(bitPattern: tag))
            }
        }
        return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error()
    }

    private func enqueue(
        _ topic: OpaquePointer, _ partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader],
        tag: Int
    ) -> rd_kafka_resp_err_t {
        unsafe handle.withClient { client in
            unsafe enqueue(client, topic, partition, key: key, value: value, headers: headers, tag: tag)
        }
    }

    private func enqueue(
        _ client: OpaquePointer, _ topic: OpaquePointer, _ partition: Int32, key: [UInt8]?, value: [UInt8]?,
        headers: [RecordHeader], tag: Int
    ) -> rd_kafka_resp_err_t {
        let list = unsafe rd_kafka_headers_new(headers.count)
        for header in headers {
            unsafe header.name.withUnsafeBufferPointer { name in
                unsafe header.value.withUnsafeBytes { value in
                    unsafe name.withMemoryRebound(to: CChar.self) { name in
                        _ = unsafe rd_kafka_header_add(
                            list, name.baseAddress, name.count, value.baseAddress, value.count)
                    }
                }
            }
        }
        return unsafe withBytes(key) { key, keyCount in
            unsafe withBytes(value) { value, count in
                var parts = unsafe [rd_kafka_vu_t](repeating: rd_kafka_vu_t(), count: 7)
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
                unsafe parts[6].vtype = RD_KAFKA_VTYPE_OPAQUE
                unsafe parts[6].u.ptr = UnsafeMutableRawPointer(bitPattern: tag)
                let error = unsafe rd_kafka_produceva(client, parts, parts.count)
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
    func sendOffsets(_ offsets: [TopicPartition], metadata: [UInt8]) throws {
        var group: OpaquePointer?
        unsafe try KafkaError.check(
            unsafe metadata.withUnsafeBytes {
                unsafe rd_kafka_consumer_group_metadata_read(&group, $0.baseAddress, $0.count)
            },
            "read the group's metadata")
        defer { unsafe rd_kafka_consumer_group_metadata_destroy(group) }
        let list = PartitionListHandle(offsets)
        unsafe try patiently("put consumed offsets into the transaction") { client in
            unsafe list.withPointer {
                unsafe rd_kafka_send_offsets_to_transaction(client, $0, group, Self.offsetsTryMillis)
            }
        }
    }

    /// Waits until the broker has every record, then makes them all visible at once.
    /// - Returns: the offset of the last record delivered to each partition.
    /// - Throws: `KafkaError`, `CancellationError`; the outcome is unknown unless the error is abortable.
    func commit() throws -> [TopicPartition: Int64] {
        try flush()
        unsafe try patiently("commit the transaction") { unsafe rd_kafka_commit_transaction($0, Self.tryMillis) }
        began = nil
        return lastOffsets
    }

    /// Waits until the broker has every record.
    /// - Throws: the first record's error, if one was not delivered; `CancellationError`.
    func flush() throws {
        while queuedRecords > 0 {
            try serve(waitMillis: 100)
            try checkCancellation()
        }
        if let failure { throw cause(of: failure) }
    }

    /// Gives the transaction up.
    func abort() throws {
        purge()
        while queuedRecords > 0 {
            try serve(waitMillis: 100)
            try checkCancellation()
        }
        unsafe try patiently("abort the transaction") { unsafe rd_kafka_abort_transaction($0, Self.tryMillis) }
        began = nil
    }

    private var queuedRecords: Int32 { unsafe handle.withClient { unsafe rd_kafka_outq_len($0) } }

    private func purge() {
        _ = unsafe handle.withClient {
            unsafe rd_kafka_purge($0, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        }
    }

    /// The offset after the last record that `read_committed` shows, of each of the partitions, in their order.
    func ends(_ partitions: [TopicPartition]) throws -> [Int64] { try handle.offsets(partitions, at: .end) }

    /// Looks after the client while there is nothing to send.
    func tend() throws(KafkaError) { try serve(waitMillis: 0) }

    /// Takes delivery reports in.
    private func serve(waitMillis: Int32) throws(KafkaError) {
        handle.passLogsOn()
        guard let event = handle.nextEvent(waitMillis: waitMillis) else { return }
        switch event.type {
        case RD_KAFKA_EVENT_DR: deliveries(event)
        case RD_KAFKA_EVENT_ERROR:
            guard event.error == RD_KAFKA_RESP_ERR__FATAL else { return }
            throw cause(of: KafkaError(event.error, "go on producing"))
        default: handle.take(event)
        }
    }

    private func deliveries(_ event: borrowing EventHandle) {
        unsafe event.withPointer { pointer in
            while let message = unsafe rd_kafka_event_message_next(pointer) {
                let topic = unsafe String(lent: rd_kafka_topic_name(message.pointee.rkt))
                let code = unsafe message.pointee.err
                if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                    noteFailure(code, topic)
                    continue
                }
                unsafe lastOffsets[TopicPartition(topic, message.pointee.partition)] = message.pointee.offset
                let tag = unsafe Int(bitPattern: message.pointee._private)
                if tag > 0 { unsafe taggedOffsets[tag] = message.pointee.offset }
            }
        }
    }

    /// Keeps the first record's error: those after it fail because of it.
    private func noteFailure(_ code: rd_kafka_resp_err_t, _ topic: String) {
        guard failure == nil else { return }
        var error = KafkaError(code, "deliver a record to \(topic)")
        error.isAbortable = true
        failure = error
    }

    /// Calls in short tries while librdkafka says that the same call may be made again.
    /// - Throws: `CancellationError` once the task has been cancelled for `grace`; the last error once patience is
    ///   over.
    private func patiently(
        _ operation: String, grace: Duration? = nil, _ call: (OpaquePointer) -> OpaquePointer?
    ) throws {
        let giveUp = ContinuousClock.now + Self.patience
        while true {
            do {
                unsafe try KafkaError.check(unsafe handle.withClient { unsafe call($0) }, operation)
                return
            } catch {
                if !error.isRetriable || ContinuousClock.now > giveUp { throw cause(of: error) }
            }
            try checkCancellation(grace: grace)
            handle.passLogsOn()
        }
    }

    /// Lets what is under way come to its end for a while after the task was cancelled, and no longer: a broker that is
    /// away must not keep a process from stopping.
    private func checkCancellation(grace: Duration? = nil) throws {
        guard Task.isCancelled else { return }
        let since = cancelled ?? .now
        cancelled = since
        if ContinuousClock.now >= since + (grace ?? self.grace) { throw CancellationError() }
    }

    /// The error that ended the client, if one did: what fails afterwards, such as the delivery of what was queued, may
    /// be heard of first, but says nothing of why.
    private func cause(of error: KafkaError) -> KafkaError {
        var cause = handle.endingError(error.operation) ?? error
        if cause.isFenced, let began, began.duration(to: .now) > .milliseconds(transactionTimeoutMillis) {
            cause.transactionTimeoutMillis = transactionTimeoutMillis
        }
        return cause
    }
}
