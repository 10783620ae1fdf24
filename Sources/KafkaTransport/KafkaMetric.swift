public import Engine

/// What librdkafka counts about an instance's clients.
public enum KafkaMetric {
    private static func gauge(_ name: String, _ labels: [String], _ help: String) -> MetricDefinition {
        MetricDefinition("leadline_kafka_" + name, .gauge, labels: labels, help)
    }

    static let queuedRecords = gauge("queued_records", ["role"], "Records that wait to be sent.")
    static let queuedBytes = gauge("queued_bytes", ["role"], "Bytes that wait to be sent.")
    static let sentRecords = gauge("sent_records", ["role"], "Records sent since the client began.")
    static let sentBytes = gauge("sent_bytes", ["role"], "Bytes of records sent since the client began.")
    static let receivedRecords = gauge("received_records", ["role"], "Records received since the client began.")
    static let receivedBytes = gauge("received_bytes", ["role"], "Bytes of records received since the client began.")
    static let requestsWaiting = gauge(
        "requests_waiting", ["role", "broker"], "Requests that wait to be sent to a broker, or for its answer.")
    static let roundTripMean = gauge(
        "round_trip_micros_mean", ["role", "broker"], "Mean round trip to a broker, microseconds.")
    static let roundTripP99 = gauge(
        "round_trip_micros_p99", ["role", "broker"],
        "Round trip to a broker that one of a hundred exceeds, microseconds.")
    static let lagRecords = gauge(
        "lag_records", ["role", "topic", "partition"],
        "Records between the last one handed over and the last that can be read.")
    static let fetchedRecords = gauge(
        "fetched_records", ["role", "topic", "partition"], "Records fetched and not yet handed over.")

    /// All of them.
    public static let all = [
        queuedRecords, queuedBytes, sentRecords, sentBytes, receivedRecords, receivedBytes, requestsWaiting,
        roundTripMean, roundTripP99,
        lagRecords, fetchedRecords,
    ]
}
