public import Logging

/// How to reach a cluster, and what librdkafka is told.
public struct KafkaSettings: Sendable {
    /// librdkafka's properties by name, `bootstrap.servers` among them. Values may be secrets: they are never printed.
    public var properties: [String: String]
    /// The consumer group; also the prefix of every shard's transactional id.
    public var group: String
    /// Names this instance for static membership; nil for a dynamic member.
    public var instanceID: String?
    /// Gives tokens for SASL/OAUTHBEARER, whenever one is needed; nil where librdkafka needs none or gets them itself
    /// (`sasl.oauthbearer.method=oidc`).
    public var bearerToken: (@Sendable () throws(KafkaTransportError) -> BearerToken)?
    /// Takes librdkafka's own log lines.
    public var logger = Logger(label: "leadline.kafka") { _ in SwiftLogNoOpLogHandler() }

    /// Properties that exactly-once depends on, and which are therefore not anyone's to set.
    public static let reserved: Set<String> = [
        "group.id", "group.instance.id", "transactional.id", "enable.idempotence", "enable.auto.commit",
        "enable.auto.offset.store", "isolation.level", "auto.offset.reset", "enable.partition.eof",
    ]

    /// Properties that a consumer alone, or a producer alone, knows; the other would warn about them.
    private static let consumerOnly: Set<String> = [
        "session.timeout.ms", "heartbeat.interval.ms", "max.poll.interval.ms", "partition.assignment.strategy",
        "fetch.wait.max.ms", "fetch.min.bytes", "fetch.message.max.bytes", "max.partition.fetch.bytes", "fetch.max.bytes",
        "queued.min.messages", "queued.max.messages.kbytes", "check.crcs", "fetch.error.backoff.ms",
    ]
    private static let producerOnly: Set<String> = [
        "linger.ms", "queue.buffering.max.ms", "batch.size", "batch.num.messages", "compression.type", "compression.codec",
        "compression.level", "queue.buffering.max.messages", "queue.buffering.max.kbytes", "acks", "request.required.acks",
        "message.timeout.ms", "delivery.timeout.ms", "transaction.timeout.ms", "retries", "message.send.max.retries",
        "retry.backoff.ms", "sticky.partitioning.linger.ms", "partitioner",
    ]

    public init(bootstrap: String, group: String = "leadline", instanceID: String? = nil, properties: [String: String] = [:]) {
        self.properties = properties
        self.properties["bootstrap.servers"] = bootstrap
        self.group = group
        self.instanceID = instanceID
    }

    /// Checks every property against librdkafka, before anything connects.
    /// - Throws: `KafkaError` that names the first property that is unknown, reserved or wrong.
    public func check() throws(KafkaError) {
        for name in properties.keys.sorted() where Self.reserved.contains(name) {
            throw KafkaError(
                code: -186, operation: "take the property \(name)",
                detail: "exactly-once processing depends on it, so Leadline sets it itself")
        }
        _ = try ConfigHandle(properties)
    }

    /// What a client that does neither produce nor consume is told.
    var admin: [String: String] {
        properties.filter { !Self.consumerOnly.contains($0.key) && !Self.producerOnly.contains($0.key) }
    }

    /// What a member of the group is told.
    var member: [String: String] {
        var all = reader
        if let instanceID { all["group.instance.id"] = instanceID }
        return all
    }

    /// What a reader of assigned partitions is told. Small queues: an instance may have 64 readers.
    var reader: [String: String] {
        var all = [
            "statistics.interval.ms": "15000", "fetch.wait.max.ms": "100", "queued.min.messages": "20000", "queued.max.messages.kbytes": "16384",
        ]
        all.merge(properties.filter { !Self.producerOnly.contains($0.key) }) { $1 }
        all.merge([
            "group.id": group, "enable.auto.commit": "false", "enable.auto.offset.store": "false",
            "isolation.level": "read_committed", "auto.offset.reset": "error", "enable.partition.eof": "true",
        ]) { $1 }
        return all
    }

    /// What a producer is told.
    func producer(transactionalID: String?) -> [String: String] {
        var all = [
            "linger.ms": "1", "compression.type": "lz4", "message.timeout.ms": "30000",
            "queue.buffering.max.messages": "1000000", "queue.buffering.max.kbytes": "262144", "batch.num.messages": "10000",
        ]
        all.merge(properties.filter { !Self.consumerOnly.contains($0.key) }) { $1 }
        all["enable.idempotence"] = "true"
        guard let transactionalID else { return all }
        if all["statistics.interval.ms"] == nil { all["statistics.interval.ms"] = "15000" }
        all["transactional.id"] = transactionalID
        if all["transaction.timeout.ms"] == nil { all["transaction.timeout.ms"] = "30000" }
        return all
    }

    /// The transactional id of a shard.
    func transactionalID(_ partition: Int32) -> String { "\(group)-\(partition)" }
}
