import CRdKafka
import Foundation
import Logging

/// Owns an `rd_kafka_conf_t` until a client takes it over.
@safe struct ConfigHandle: ~Copyable {
    private let pointer: OpaquePointer

    init() { unsafe pointer = rd_kafka_conf_new() }

    /// A configuration with these properties.
    /// - Throws: `KafkaError` that names the property; never its value, which may be a secret.
    init(_ properties: [String: String], events: Int32 = 0) throws(KafkaError) {
        self.init()
        try set("log.queue", "true")
        for name in properties.keys.sorted() { try set(name, properties[name] ?? "") }
        unsafe rd_kafka_conf_set_events(pointer, events | QueuedClientHandle.events)
    }

    deinit { unsafe rd_kafka_conf_destroy(pointer) }

    func set(_ name: String, _ value: String) throws(KafkaError) {
        var why = ErrorText()
        let result = unsafe rd_kafka_conf_set(pointer, name, value, &why.buffer, why.buffer.count)
        if result == RD_KAFKA_CONF_OK { return }
        throw KafkaError(
            code: RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue, operation: "take the property \(name)",
            detail: result == RD_KAFKA_CONF_UNKNOWN
                ? "librdkafka knows no property of this name"
                : "its value is not allowed; see librdkafka's CONFIGURATION.md")
    }

    /// On success librdkafka owns the configuration, so our deinit must not run; on failure it still must.
    consuming func makeClient(_ type: rd_kafka_type_t) throws(KafkaError) -> ClientHandle {
        var why = ErrorText()
        guard let client = unsafe rd_kafka_new(type, pointer, &why.buffer, why.buffer.count) else {
            _ = consume self
            throw KafkaError(
                code: RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue, operation: "make a client", detail: why.text)
        }
        discard self
        return unsafe ClientHandle(client)
    }
}

/// Owns an `rd_kafka_t`.
@safe struct ClientHandle: ~Copyable {
    private let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
    deinit { unsafe rd_kafka_destroy(pointer) }
    /// Gives the client to whoever will destroy it.
    consuming func release() -> OpaquePointer {
        let out = unsafe pointer
        discard self
        return unsafe out
    }
}

/// Owns a client, the queue on which its work arrives, and those for its log lines, statistics and tokens.
@safe struct QueuedClientHandle: ~Copyable {
    /// Events that every client wants.
    static let events = RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH | RD_KAFKA_EVENT_ERROR

    private let client: OpaquePointer
    private let queue: OpaquePointer
    private let main: OpaquePointer
    private let logs: OpaquePointer
    private let logger: Logger
    private let bearerToken: (@Sendable () throws(KafkaTransportError) -> BearerToken)?
    private let role: String
    private let bootstrap: String
    private let waiting: @Sendable (String) -> Void

    /// A consumer with its consumer queue.
    init(consumer handle: consuming ClientHandle, _ settings: KafkaSettings, role: String) {
        let client = unsafe handle.release()
        unsafe self.init(client, queue: rd_kafka_queue_get_consumer(client)!, settings, role)
    }

    /// A producer with its main queue.
    init(producer handle: consuming ClientHandle, _ settings: KafkaSettings, role: String) {
        let client = unsafe handle.release()
        unsafe self.init(client, queue: rd_kafka_queue_get_main(client)!, settings, role)
    }

    private init(_ client: OpaquePointer, queue: OpaquePointer, _ settings: KafkaSettings, _ role: String) {
        unsafe self.client = client
        unsafe self.queue = queue
        unsafe main = rd_kafka_queue_get_main(client)
        unsafe logs = rd_kafka_queue_new(client)
        logger = settings.logger
        bearerToken = settings.bearerToken
        bootstrap = settings.properties["bootstrap.servers"] ?? ""
        waiting = settings.waiting
        self.role = role
        unsafe rd_kafka_set_log_queue(client, logs)
        renewToken()
    }

    deinit {
        passLogsOn()
        unsafe rd_kafka_set_log_queue(client, nil)
        unsafe rd_kafka_queue_destroy(logs)
        unsafe rd_kafka_queue_destroy(main)
        unsafe rd_kafka_queue_destroy(queue)
        unsafe ClientEnd.destroy(client)
    }

    /// Lends the client to a call. The pointer is good inside the closure only.
    func withClient<Result, Failure>(_ body: (OpaquePointer) throws(Failure) -> Result) throws(Failure) -> Result {
        unsafe try body(client)
    }

    /// Lends the client and the queue on which its work arrives to a call. The pointers are good inside the closure
    /// only.
    func withQueue<Result, Failure>(
        _ body: (_ client: OpaquePointer, _ queue: OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe try body(client, queue)
    }

    /// Calls librdkafka with the client and a list of partitions, both of which live until the call has returned.
    func call<Result, Failure>(
        _ partitions: [TopicPartition],
        _ body: (OpaquePointer, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let list = PartitionListHandle(partitions)
        return unsafe try list.withPointer { (list) throws(Failure) in unsafe try body(client, list) }
    }

    /// The next event of the client's queue; nil if none came for `waitMillis`.
    func nextEvent(waitMillis: Int32) -> EventHandle? {
        guard let raw = unsafe rd_kafka_queue_poll(queue, waitMillis) else { return nil }
        return unsafe EventHandle(raw)
    }

    /// What ended the client for good, if anything did.
    func endingError(_ operation: String) -> KafkaError? {
        let code = unsafe rd_kafka_fatal_error(client, nil, 0)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
        var error = KafkaError(code, operation)
        error.isFatal = true
        return error
    }

    /// A consumer's own affairs: log lines, statistics, tokens. Its records come on another queue.
    func tend() {
        passLogsOn()
        while let raw = unsafe rd_kafka_queue_poll(main, 0) { take(unsafe EventHandle(raw)) }
    }

    /// Takes an event that concerns the client itself.
    func take(_ event: borrowing EventHandle) {
        switch event.type {
        case RD_KAFKA_EVENT_STATS: recordStatistics(event)
        case RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH: renewToken()
        default: return
        }
    }

    private func recordStatistics(_ event: borrowing EventHandle) {
        let bytes: Data? = unsafe event.withPointer { pointer in
            guard let text = unsafe rd_kafka_event_stats(pointer) else { return nil }
            return unsafe Data(bytes: text, count: strlen(text))
        }
        guard let bytes else { return }
        do {
            try JSONDecoder().decode(ClientStatistics.self, from: bytes).record(role: role)
        } catch { logger.debug("librdkafka's statistics could not be read", metadata: ["why": "\(error)"]) }
    }

    /// Hands librdkafka a token; without one it asks again by itself after 10 s.
    private func renewToken() {
        guard let bearerToken else { return }
        var why: String
        do {
            let token = try bearerToken()
            var refusal = ErrorText()
            let code = unsafe rd_kafka_oauthbearer_set_token(
                client, token.value, token.expiresMillis, token.principal, nil, 0, &refusal.buffer, refusal.buffer.count
            )
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            why = refusal.text
        } catch { why = "\(error)" }
        unsafe rd_kafka_oauthbearer_set_token_failure(client, why)
        logger.error("no token", metadata: ["why": "\(why)"])
    }

    /// Hands librdkafka's log lines to the logger. They name brokers, topics and errors, never a record.
    func passLogsOn(waitMillis: Int32 = 0) {
        var wait = waitMillis
        while let raw = unsafe rd_kafka_queue_poll(logs, wait) {
            wait = 0
            let event = unsafe EventHandle(raw)
            if let (level, line) = event.logLine { logger.log(level: Self.level(level), "\(line)") }
        }
    }

    /// A place in a partition that only the broker knows, as the protocol's ListOffsets names it.
    enum Edge: Int64 {
        /// After the last record that `read_committed` shows.
        case end = -1
        /// Before the first record that is still there.
        case beginning = -2
    }

    /// Where partitions begin or end, in their order.
    /// - Throws: `CancellationError` in a task that is cancelled; `KafkaError`.
    func offsets(_ partitions: [TopicPartition], at edge: Edge) throws -> [Int64] {
        let operation = "ask where partitions end"
        let places = partitions.map { TopicPartition($0.topic, $0.partition, offset: edge.rawValue) }
        return try answered(operation) { timeoutMillis throws(KafkaError) in
            let list = PartitionListHandle(places)
            try KafkaError.check(
                unsafe list.withPointer { unsafe rd_kafka_offsets_for_times(client, $0, timeoutMillis) }, operation)
            return try list.partitions(operation).map(\.offset)
        }
    }

    /// Asks the broker until it answers, in short tries, so that a task that is cancelled meanwhile ends soon. A leader
    /// that moves or is just elected answers later; librdkafka asks for the new one meanwhile.
    /// - Throws: `CancellationError`; the last try's error once `Patience.answer` is over.
    func answered<Answer>(_ operation: String, _ ask: (_ timeoutMillis: Int32) throws(KafkaError) -> Answer) throws
        -> Answer
    {
        let giveUp = ContinuousClock.now + Patience.answer
        var tryMillis = Patience.firstTryMillis
        var isSaid = false
        while true {
            try Task.checkCancellation()
            do { return try ask(tryMillis) } catch {
                if !error.isPassing || ContinuousClock.now > giveUp { throw error }
                if !isSaid, error.code < 0 {
                    waiting("no answer from the brokers (\(bootstrap)) yet; still trying to \(operation)")
                }
                isSaid = true
                tryMillis = min(2 * tryMillis, Patience.longestTryMillis)
                wait(millis: 100)
            }
        }
    }

    /// Waits, and passes on what is logged meanwhile.
    func wait(millis: Int32) { passLogsOn(waitMillis: millis) }

    /// syslog's levels as swift-log's. What librdkafka calls fatal ends its client, not this process.
    private static func level(_ syslog: Int32) -> Logger.Level {
        switch syslog {
        case ...3: .error
        case 4: .warning
        case 5, 6: .info
        default: .debug
        }
    }
}

/// How long a broker is waited for.
enum Patience {
    /// In all, before a question counts as not answered.
    static let answer = Duration.seconds(30)
    /// One try. Cancellation is seen between tries, so none may be long.
    static let firstTryMillis: Int32 = 1_000
    static let longestTryMillis: Int32 = 2_000
}

/// Owns one event taken from a queue; what it holds may only be read while it lives.
@safe struct EventHandle: ~Copyable {
    private let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
    deinit { unsafe rd_kafka_event_destroy(pointer) }

    /// Lends the event to a call. The pointer, and what it leads to, is good inside the closure only.
    func withPointer<Result, Failure>(_ body: (OpaquePointer) throws(Failure) -> Result) throws(Failure) -> Result {
        unsafe try body(pointer)
    }

    var type: Int32 { unsafe rd_kafka_event_type(pointer) }
    /// What went wrong, if it tells of an error.
    var error: rd_kafka_resp_err_t { unsafe rd_kafka_event_error(pointer) }
    /// The partitions that a rebalance speaks of.
    var partitions: [TopicPartition] {
        unsafe PartitionListHandle.read(rd_kafka_event_topic_partition_list(pointer)).map(\.0)
    }

    /// syslog's level and the line, if it is librdkafka's log line.
    var logLine: (level: Int32, text: String)? {
        var facility: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        var level: Int32 = 6
        guard type == RD_KAFKA_EVENT_LOG, unsafe rd_kafka_event_log(pointer, &facility, &text, &level) == 0,
            let text = unsafe text, let facility = unsafe facility
        else { return nil }
        return (level, unsafe "\(String(lent: facility)): \(String(lent: text))")
    }
}

/// A partition of a topic, and an offset in it where one is meant.
public struct TopicPartition: Sendable, Hashable {
    public var topic: String
    public var partition: Int32
    public var offset: Int64
    public init(_ topic: String, _ partition: Int32, offset: Int64 = -1001) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}

/// Owns an `rd_kafka_topic_partition_list_t`.
@safe struct PartitionListHandle: ~Copyable {
    private let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: [TopicPartition]) {
        unsafe pointer = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for partition in partitions {
            let element = unsafe rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
            unsafe element?.pointee.offset = partition.offset
        }
    }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(pointer) }

    /// Lends the list to a call. The pointer is good inside the closure only.
    func withPointer<Result, Failure>(
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe try body(pointer)
    }

    /// The partitions with their offsets.
    /// - Throws: the first partition's error, if one has one.
    func partitions(_ operation: String) throws(KafkaError) -> [TopicPartition] {
        let found = unsafe Self.read(pointer)
        for (_, code) in found where code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, operation) }
        return found.map(\.0)
    }

    static func read(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>?) -> [(TopicPartition, rd_kafka_resp_err_t)]
    {
        guard let list = unsafe list else { return [] }
        return unsafe (0..<Int(list.pointee.cnt)).map { index in
            let element = unsafe list.pointee.elems[index]
            return unsafe (
                TopicPartition(String(lent: element.topic), element.partition, offset: element.offset), element.err
            )
        }
    }
}
