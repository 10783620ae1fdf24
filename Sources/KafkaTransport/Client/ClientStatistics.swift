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
    func record(role: String) {
        let client = [("role", role)]
        Gauge(label: "leadline_kafka_queued_records", dimensions: client).record(msg_cnt)
        Gauge(label: "leadline_kafka_queued_bytes", dimensions: client).record(msg_size)
        Gauge(label: "leadline_kafka_sent_records", dimensions: client).record(txmsgs)
        Gauge(label: "leadline_kafka_sent_bytes", dimensions: client).record(txmsg_bytes)
        Gauge(label: "leadline_kafka_received_records", dimensions: client).record(rxmsgs)
        Gauge(label: "leadline_kafka_received_bytes", dimensions: client).record(rxmsg_bytes)
        for broker in brokers.values where broker.nodeid >= 0 {
            let place = client + [("broker", String(broker.nodeid))]
            Gauge(label: "leadline_kafka_requests_waiting", dimensions: place).record(broker.outbuf_cnt + broker.waitresp_cnt)
            guard let rtt = broker.rtt else { continue }
            Gauge(label: "leadline_kafka_round_trip_micros_mean", dimensions: place).record(rtt.avg)
            Gauge(label: "leadline_kafka_round_trip_micros_p99", dimensions: place).record(rtt.p99)
        }
        for (name, topic) in topics {
            for (index, partition) in topic.partitions where partition.consumer_lag >= 0 && index != "-1" {
                let place = client + [("topic", name), ("partition", index)]
                Gauge(label: "leadline_kafka_lag_records", dimensions: place).record(partition.consumer_lag)
                Gauge(label: "leadline_kafka_fetched_records", dimensions: place).record(partition.fetchq_cnt)
            }
        }
    }
}
