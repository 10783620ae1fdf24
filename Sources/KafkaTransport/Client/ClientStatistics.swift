import Engine
import Foundation
import Metrics

/// What librdkafka counts about one of its clients, of which these are kept (STATISTICS.md of librdkafka).
struct ClientStatistics: Decodable, Equatable {
    struct Broker: Decodable, Equatable {
        struct Window: Decodable, Equatable {
            /// Microseconds.
            var avg: Int64
            var p99: Int64
        }
        var nodeid: Int64
        var rtt: Window?
        /// Requests that wait to be sent, and for their answer.
        var outbuf_cnt: Int64
        var waitresp_cnt: Int64
    }

    struct Topic: Decodable, Equatable {
        struct Partition: Decodable, Equatable {
            /// Records between the last one handed over and the last readable one; -1 is unknown.
            var consumer_lag: Int64
            var fetchq_cnt: Int64
        }
        var partitions: [String: Partition]
    }

    var type: String
    /// Records and bytes that wait to be sent.
    var msg_cnt: Int64
    var msg_size: Int64
    /// Since the client began.
    var txmsg_bytes: Int64
    var rxmsg_bytes: Int64
    var txmsgs: Int64
    var rxmsgs: Int64
    var brokers: [String: Broker]
    var topics: [String: Topic]

    /// Puts the figures on the process's metrics. `role` says which of an instance's clients they are from.
    func record(role: String, to factory: any MetricsFactory = MetricsSystem.factory) {
        func set(_ metric: MetricDefinition, _ value: Int64, _ place: [String] = []) {
            metric.set(Double(value), [role] + place, to: factory)
        }
        set(KafkaMetric.queuedRecords, msg_cnt)
        set(KafkaMetric.queuedBytes, msg_size)
        set(KafkaMetric.sentRecords, txmsgs)
        set(KafkaMetric.sentBytes, txmsg_bytes)
        set(KafkaMetric.receivedRecords, rxmsgs)
        set(KafkaMetric.receivedBytes, rxmsg_bytes)
        for broker in brokers.values where broker.nodeid >= 0 {
            let place = [String(broker.nodeid)]
            set(KafkaMetric.requestsWaiting, broker.outbuf_cnt + broker.waitresp_cnt, place)
            guard let rtt = broker.rtt else { continue }
            set(KafkaMetric.roundTripMean, rtt.avg, place)
            set(KafkaMetric.roundTripP99, rtt.p99, place)
        }
        for (name, topic) in topics {
            for (index, partition) in topic.partitions where partition.consumer_lag >= 0 && index != "-1" {
                set(KafkaMetric.lagRecords, partition.consumer_lag, [name, index])
                set(KafkaMetric.fetchedRecords, partition.fetchq_cnt, [name, index])
            }
        }
    }
}
