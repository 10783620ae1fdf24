import CRdKafka

/// What librdkafka or a broker refused, with the class that says what may be done about it.
public struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// librdkafka's number: negative ones are its own, others the broker's.
    public var code: Int32
    /// What was being done, e.g. "commit the transaction".
    public var operation: String
    /// librdkafka's words.
    public var detail: String
    /// The same call may be made again.
    public var isRetriable = false
    /// The transaction must be aborted; the producer goes on.
    public var isAbortable = false
    /// The client is done for and must be made anew.
    public var isFatal = false
    /// The transaction had stood open for longer than the broker allows, in milliseconds; nil where it had not.
    public var transactionTimeoutMillis: Int?

    public init(code: Int32, operation: String, detail: String) {
        self.code = code
        self.operation = operation
        self.detail = detail
    }

    init(_ code: rd_kafka_resp_err_t, _ operation: String) {
        self.init(code: code.rawValue, operation: operation, detail: unsafe String(lent: rd_kafka_err2str(code)))
    }

    /// The broker takes nothing more from this producer or member: another has its place, or its transaction stood open
    /// for too long and was ended. Which it is, the group's coordinator knows.
    public var isFenced: Bool {
        [
            RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
            RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
        ].contains { $0.rawValue == code }
    }

    /// It passes by itself: a leader or a coordinator moves, a broker is away or slow.
    var isPassing: Bool {
        [
            RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
        ].contains { $0.rawValue == code }
    }

    public var description: String {
        let name = unsafe String(lent: rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: code)))
        return "Kafka could not \(operation): \(detail) (\(name))"
    }
}

extension KafkaError {
    /// Throws what a call returned, and lets go of it.
    static func check(_ error: OpaquePointer?, _ operation: String) throws(KafkaError) {
        guard let error = unsafe error else { return }
        defer { unsafe rd_kafka_error_destroy(error) }
        var thrown = KafkaError(
            code: unsafe rd_kafka_error_code(error).rawValue, operation: operation,
            detail: unsafe String(lent: rd_kafka_error_string(error)))
        thrown.isFatal = unsafe rd_kafka_error_is_fatal(error) != 0
        thrown.isRetriable = unsafe rd_kafka_error_is_retriable(error) != 0
        thrown.isAbortable = unsafe rd_kafka_error_txn_requires_abort(error) != 0
        throw thrown
    }

    static func check(_ code: rd_kafka_resp_err_t, _ operation: String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, operation) }
    }
}
