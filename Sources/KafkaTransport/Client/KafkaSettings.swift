import CRdKafka
import Foundation
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
    /// Told in words when something is waited for, such as a broker that does not answer.
    public var waiting: @Sendable (String) -> Void = { _ in }
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
        "fetch.wait.max.ms", "fetch.min.bytes", "fetch.message.max.bytes", "max.partition.fetch.bytes",
        "fetch.max.bytes",
        "queued.min.messages", "queued.max.messages.kbytes", "check.crcs", "fetch.error.backoff.ms",
    ]
    private static let producerOnly: Set<String> = [
        "linger.ms", "queue.buffering.max.ms", "batch.size", "batch.num.messages", "compression.type",
        "compression.codec",
        "compression.level", "queue.buffering.max.messages", "queue.buffering.max.kbytes", "acks",
        "request.required.acks",
        "message.timeout.ms", "delivery.timeout.ms", "transaction.timeout.ms", "retries", "message.send.max.retries",
        "retry.backoff.ms", "sticky.partitioning.linger.ms", "partitioner",
    ]

    public init(
        bootstrap: String, group: String = "leadline", instanceID: String? = nil, properties: [String: String] = [:]
    ) {
        self.properties = properties
        self.properties["bootstrap.servers"] = bootstrap
        self.group = group
        self.instanceID = instanceID
    }

    /// Under which name the cluster knows this instance's clients (client.id).
    public var clientName: String {
        properties["client.id"] ?? instanceID ?? "leadline-\(ProcessInfo.processInfo.hostName)-\(getpid())"
    }

    /// Checks every property by itself, then makes each kind of client once, so that librdkafka finds contradictions
    /// between properties before anything connects.
    /// - Throws: `KafkaError` that names the first property that is unknown, reserved or wrong, or those that
    ///   contradict each other.
    public func check() throws(KafkaError) {
        for name in properties.keys.sorted() where Self.reserved.contains(name) {
            throw KafkaError(
                code: -186, operation: "take the property \(name)",
                detail: "exactly-once processing depends on it, so Leadline sets it itself")
        }
        _ = try ConfigHandle(properties)
        for contradiction in Contradiction.all { try contradiction.check(self) }
        _ = try ConfigHandle(admin).makeClient(RD_KAFKA_PRODUCER)
        _ = try ConfigHandle(reader).makeClient(RD_KAFKA_CONSUMER)
        _ = try ConfigHandle(member).makeClient(RD_KAFKA_CONSUMER)
        _ = try ConfigHandle(producer(transactionalID: nil)).makeClient(RD_KAFKA_PRODUCER)
        _ = try ConfigHandle(producer(transactionalID: transactionalID(0))).makeClient(RD_KAFKA_PRODUCER)
    }

    /// The longest time a transaction may stand open, in milliseconds, before the broker ends it.
    var transactionTimeoutMillis: Int {
        Int(producer(transactionalID: "any")["transaction.timeout.ms"] ?? "") ?? Self.transactionTimeoutMillisDefault
    }

    /// What a client that does neither produce nor consume is told.
    var admin: [String: String] {
        var all = properties.filter { !Self.consumerOnly.contains($0.key) && !Self.producerOnly.contains($0.key) }
        all["client.id"] = clientName
        return all
    }

    /// What a member of the group is told.
    var member: [String: String] {
        var all = reader
        // A killed instance's partitions move after this time. Heartbeats come from a thread of librdkafka's own, so a
        // busy instance stays in the group; one that is frozen for longer loses its partitions.
        let session = all["session.timeout.ms"].flatMap { Int($0) } ?? Self.sessionTimeoutMillisDefault
        if all["session.timeout.ms"] == nil { all["session.timeout.ms"] = "\(session)" }
        if all["heartbeat.interval.ms"] == nil { all["heartbeat.interval.ms"] = "\(max(1, min(3_000, session / 5)))" }
        if all["max.poll.interval.ms"] == nil { all["max.poll.interval.ms"] = "\(rebalanceTimeoutMillis(session))" }
        if let instanceID { all["group.instance.id"] = instanceID }
        return all
    }

    /// How long the group waits for a member that gives nothing up. A member asks the group ten times a second, and
    /// giving a shard up takes no longer than its transaction may; whoever is silent for twice that hangs, and would
    /// hold up everybody else for librdkafka's five minutes.
    private func rebalanceTimeoutMillis(_ sessionMillis: Int) -> Int {
        min(Self.pollIntervalMillisMax, max(sessionMillis, 2 * transactionTimeoutMillis))
    }

    /// What a reader of assigned partitions is told. Small queues: an instance may have 64 readers.
    var reader: [String: String] {
        var all = [
            "statistics.interval.ms": "15000", "fetch.wait.max.ms": "100", "queued.min.messages": "20000",
            "queued.max.messages.kbytes": "16384",
        ]
        all.merge(properties.filter { !Self.producerOnly.contains($0.key) }) { $1 }
        all.merge([
            "client.id": clientName, "group.id": group, "enable.auto.commit": "false",
            "enable.auto.offset.store": "false",
            "isolation.level": "read_committed", "auto.offset.reset": "error", "enable.partition.eof": "true",
        ]) { $1 }
        return all
    }

    /// What the processor's decisions and dead letters need at least, in bytes a record.
    static let recordBytesMaxDefault = 8_388_608
    private static let transactionTimeoutMillisDefault = 30_000
    private static let sessionTimeoutMillisDefault = 10_000
    /// librdkafka's default of max.poll.interval.ms.
    private static let pollIntervalMillisMax = 300_000

    /// What a producer is told.
    func producer(transactionalID: String?) -> [String: String] {
        var all = [
            "linger.ms": "1", "compression.type": "lz4", "queue.buffering.max.messages": "1000000",
            "queue.buffering.max.kbytes": "262144", "batch.num.messages": "10000",
            "message.max.bytes": "\(Self.recordBytesMaxDefault)",
        ]
        all.merge(properties.filter { !Self.consumerOnly.contains($0.key) }) { $1 }
        all["client.id"] = clientName
        all["enable.idempotence"] = "true"
        guard let transactionalID else {
            if !Self.namesMessageTimeout(all) { all["message.timeout.ms"] = "30000" }
            return all
        }
        if all["statistics.interval.ms"] == nil { all["statistics.interval.ms"] = "15000" }
        all["transactional.id"] = transactionalID
        let stated = all["transaction.timeout.ms"].flatMap { Int($0) }
        let timeout = stated ?? Self.transactionTimeoutMillisDefault
        if stated == nil { all["transaction.timeout.ms"] = "\(timeout)" }
        // A record cannot be tried for longer than its transaction may last.
        if !Self.namesMessageTimeout(all) { all["message.timeout.ms"] = "\(min(30_000, timeout))" }
        return all
    }

    /// The transactional id of a shard.
    func transactionalID(_ partition: Int32) -> String { "\(group)-\(partition)" }

    /// librdkafka's two names for how long a record is tried.
    static let messageTimeoutNames = ["message.timeout.ms", "delivery.timeout.ms"]

    private static func namesMessageTimeout(_ all: [String: String]) -> Bool {
        messageTimeoutNames.contains { all[$0] != nil }
    }
}

/// Two properties that must not contradict each other, in words that name both, whichever of them was stated.
struct Contradiction {
    /// Of these the first must not be more than the second.
    var less: [String]
    var more: String
    var isStrict = false
    /// The client that both belong to.
    var client: @Sendable (KafkaSettings) -> [String: String]
    /// librdkafka's default of the second.
    var moreDefault: Int
    var lessDefault: Int

    static let all = [
        Contradiction(
            less: KafkaSettings.messageTimeoutNames, more: "transaction.timeout.ms",
            client: { $0.producer(transactionalID: "any") }, moreDefault: 60_000, lessDefault: 0),
        Contradiction(
            less: ["heartbeat.interval.ms"], more: "session.timeout.ms", isStrict: true, client: \.member,
            moreDefault: 45_000, lessDefault: 3_000),
        Contradiction(
            less: ["session.timeout.ms"], more: "max.poll.interval.ms", client: \.member, moreDefault: 300_000,
            lessDefault: 45_000),
        Contradiction(
            less: ["message.max.bytes"], more: "fetch.max.bytes", client: \.reader, moreDefault: 52_428_800,
            lessDefault: 1_000_000),
        Contradiction(
            less: ["fetch.max.bytes"], more: "receive.message.max.bytes", isStrict: true, client: \.reader,
            moreDefault: 100_000_000, lessDefault: 52_428_800),
        Contradiction(
            less: ["linger.ms", "queue.buffering.max.ms"], more: "message.timeout.ms", isStrict: true,
            client: { $0.producer(transactionalID: "any") }, moreDefault: 300_000, lessDefault: 1),
    ]

    /// - Throws: `KafkaError` that names both properties.
    func check(_ settings: KafkaSettings) throws(KafkaError) {
        guard ([more] + less).contains(where: { settings.properties[$0] != nil }) else { return }
        let all = client(settings)
        let name = less.first { all[$0] != nil } ?? less[0]
        let (low, high) = (all[name].flatMap { Int($0) } ?? lessDefault, all[more].flatMap { Int($0) } ?? moreDefault)
        if isStrict ? low < high : low <= high { return }
        // Where only one was stated, librdkafka or Leadline moves the other along.
        if settings.properties[more] == nil, more == "fetch.max.bytes" || more == "receive.message.max.bytes" { return }
        throw KafkaError(
            code: RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue,
            operation: "take the properties \(name) and \(more) together",
            detail: "\(name) is \(low)\(settings.properties[name] == nil ? " by default" : "") and \(more) is \(high)"
                + "\(settings.properties[more] == nil ? " by default" : ""); the first must be \(isStrict ? "less than" : "at most") the second"
        )
    }
}
