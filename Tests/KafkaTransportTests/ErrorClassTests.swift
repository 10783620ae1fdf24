import CRdKafka
import Engine
import GRDB
import Journal
import LeadlineCore
import Testing

@testable import KafkaTransport

/// Every error that a broker can answer with, once, in every request of a batch's way: what becomes of it, and that
/// nothing is lost or doubled. The mock cluster injects them.
@Suite(.serialized) struct ErrorClassTests {
    enum Outcome: Equatable { case retried, startedOver, stopped }

    struct Row: CustomTestStringConvertible {
        var request: String
        var api: Int16
        var error: rd_kafka_resp_err_t
        var outcome: Outcome
        var testDescription: String { unsafe "\(request): \(String(cString: rd_kafka_err2name(error)))" }

        init(_ request: String, _ api: Int16, _ error: rd_kafka_resp_err_t, _ outcome: Outcome) {
            self.request = request
            self.api = api
            self.error = error
            self.outcome = outcome
        }
    }

    static let rows: [Row] = [
        Row("produce", 0, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, .retried),
        Row("produce", 0, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, .retried),
        Row("produce", 0, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, .retried),
        Row("produce", 0, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, .retried),
        Row("produce", 0, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, .retried),
        Row("produce", 0, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, .retried),
        Row("produce", 0, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, .retried),
        Row("produce", 0, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, .startedOver),
        Row("produce", 0, RD_KAFKA_RESP_ERR_INVALID_MSG, .startedOver),
        Row("produce", 0, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, .startedOver),
        Row("produce", 0, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, .startedOver),
        Row("produce", 0, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, .startedOver),
        Row("produce", 0, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, .startedOver),
        Row("produce", 0, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, .stopped),
        Row("add partitions", 24, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, .retried),
        Row("add partitions", 24, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, .retried),
        Row("add partitions", 24, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, .retried),
        Row("add partitions", 24, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, .retried),
        Row("add partitions", 24, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, .stopped),
        Row("add partitions", 24, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, .stopped),
        Row("add partitions", 24, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, .startedOver),
        Row("add partitions", 24, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, .startedOver),
        Row("add offsets", 25, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, .retried),
        Row("add offsets", 25, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, .retried),
        Row("add offsets", 25, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, .stopped),
        Row("add offsets", 25, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, .startedOver),
        Row("offset commit", 28, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, .retried),
        Row("offset commit", 28, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, .retried),
        Row("offset commit", 28, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, .retried),
        Row("offset commit", 28, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, .startedOver),
        Row("offset commit", 28, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, .startedOver),
        Row("offset commit", 28, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, .stopped),
        Row("offset commit", 28, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, .startedOver),
        Row("offset commit", 28, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, .stopped),
        Row("end transaction", 26, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, .retried),
        Row("end transaction", 26, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, .retried),
        Row("end transaction", 26, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, .retried),
        Row("end transaction", 26, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, .retried),
        Row("end transaction", 26, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, .stopped),
        Row("end transaction", 26, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, .stopped),
        Row("end transaction", 26, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, .startedOver),
        Row("end transaction", 26, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, .startedOver),
        Row("fetch", 1, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, .retried),
        Row("fetch", 1, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, .retried),
        Row("fetch", 1, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, .retried),
        Row("fetch", 1, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, .retried),
        Row("list offsets", 2, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, .retried),
        Row("list offsets", 2, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, .retried),
        Row("find coordinator", 10, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, .retried),
        Row("find coordinator", 10, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, .retried),
        Row("begin as producer", 22, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, .retried),
        Row("begin as producer", 22, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, .retried),
    ]

    @Test(arguments: rows) func isHandledAsItsClassDemands(_ row: Row) throws {
        let place = try LogPlace(.mock)
        try place.append((0..<3).map { record(.leads, "\($0)") })
        let early = ["find coordinator", "begin as producer"].contains(row.request)
        if early { place.inject(row.api, [row.error]) }
        var run = Run(place)
        if !early {
            try run.oneRecord()
            place.inject(row.api, [row.error])
        }
        while run.consumed < 3 { try run.oneRecord() }
        #expect(run.outcome == row.outcome)
        // A reader of the topic finds every position once. The mock shows aborted batches too, so the local copy of
        // the last takeover is what is asked: it would have stopped at a gap, a repeat or other content.
        let size = try place.journal.read { try JournalReader().head(of: "acme", in: $0)?.size }
        #expect(size == 3)
        try place.takeNewDisk()
        _ = try place.open()
        #expect(try place.journal.read { try JournalReader().head(of: "acme", in: $0)?.size } == 3)
    }

    /// What a shard's life does, one batch at a time.
    private struct Run {
        let place: LogPlace
        var log: (any ShardLog)?
        var outcome = Outcome.retried
        var consumed: UInt64 = 0

        init(_ place: LogPlace) { self.place = place }

        mutating func oneRecord() throws {
            for _ in 0..<20 {
                do {
                    let open = try log ?? place.open()
                    log = open
                    consumed = try place.journal.read { try JournalReader().head(of: "acme", in: $0)?.size ?? 0 }
                    if consumed == 3 { return }
                    var batch = Batch()
                    batch.consumed = try open.pollAll(1, max: 1)
                    batch.entries = [entry(consumed)]
                    try open.commit(batch)
                    consumed += 1
                    return
                } catch let error as KafkaError {
                    outcome = error.isFenced ? .stopped : outcome == .stopped ? .stopped : .startedOver
                    log = nil
                }
            }
            Issue.record("gave up after 20 attempts")
            consumed = 3
        }
    }
}
