import CRdKafka
import Engine

/// A topic as it should be made.
public struct TopicPlan: Sendable, Equatable {
    public var topic: Topic
    public var partitions: Int32
    public var replicas: Int32
    /// Topic settings by name.
    public var settings: [String: String]
}

/// Asks a cluster about its topics and makes them. Belongs to one actor and is used from it alone.
@safe public final class ClusterAdmin {
    private let handle: QueuedClientHandle
    private let settings: KafkaSettings
    private static let timeoutMillis: Int32 = 15_000

    public init(_ settings: KafkaSettings) throws(KafkaError) {
        self.settings = settings
        let client = try ConfigHandle(settings.admin).makeClient(RD_KAFKA_PRODUCER)
        handle = QueuedClientHandle(producer: client, settings, role: "admin")
    }

    /// How many partitions each topic of the cluster has. A partition that no broker leads yet does not count.
    /// - Throws: `CancellationError` in a task that is cancelled; `KafkaError`.
    public func partitionCounts() throws -> [String: Int32] { try metadata().partitionCounts }

    /// The brokers' addresses, as they name them.
    func brokers() throws -> [String] { try metadata().brokers }

    private struct Metadata {
        var partitionCounts: [String: Int32] = [:]
        var brokers: [String] = []
    }

    private func metadata() throws -> Metadata {
        try handle.answered("ask for the topics") { timeoutMillis throws(KafkaError) in
            unsafe try handle.withClient { (client) throws(KafkaError) in
                var metadata: UnsafePointer<rd_kafka_metadata>?
                let code = unsafe rd_kafka_metadata(client, 1, nil, &metadata, timeoutMillis)
                try KafkaError.check(code, "ask for the topics")
                guard let metadata = unsafe metadata else { return Metadata() }
                defer { unsafe rd_kafka_metadata_destroy(metadata) }
                return unsafe Self.read(metadata.pointee)
            }
        }
    }

    private static func read(_ raw: rd_kafka_metadata) -> Metadata {
        var found = Metadata()
        for index in 0..<Int(unsafe raw.broker_cnt) {
            let broker = unsafe raw.brokers[index]
            found.brokers.append(unsafe "\(String(lent: broker.host)):\(broker.port)")
        }
        for index in 0..<Int(unsafe raw.topic_cnt) {
            let topic = unsafe raw.topics[index]
            guard unsafe topic.err == RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let led = unsafe (0..<Int(topic.partition_cnt)).filter { unsafe topic.partitions[$0].leader >= 0 }.count
            found.partitionCounts[unsafe String(lent: topic.topic)] = Int32(led)
        }
        return found
    }

    /// Makes a topic. One that exists already is left as it is.
    /// - Returns: false if it existed.
    public func create(_ plan: TopicPlan) throws(KafkaError) -> Bool {
        let operation = "make \(plan.topic.name)"
        return unsafe try handle.withClient { (client) throws(KafkaError) in
            var topic = unsafe try Self.newTopic(plan)
            defer { unsafe rd_kafka_NewTopic_destroy(topic) }
            let queue = unsafe rd_kafka_queue_new(client)
            defer { unsafe rd_kafka_queue_destroy(queue) }
            unsafe rd_kafka_CreateTopics(client, &topic, 1, nil, queue)
            let event = unsafe try answer(queue, operation)
            return unsafe try event.withPointer { (event) throws(KafkaError) in
                unsafe try Self.isNew(event, operation)
            }
        }
    }

    private static func newTopic(_ plan: TopicPlan) throws(KafkaError) -> OpaquePointer? {
        var why = ErrorText()
        let topic = unsafe rd_kafka_NewTopic_new(
            plan.topic.name, plan.partitions, plan.replicas, &why.buffer, why.buffer.count)
        guard unsafe topic != nil else {
            throw KafkaError(
                code: RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue, operation: "make \(plan.topic.name)", detail: why.text)
        }
        for name in plan.settings.keys.sorted() {
            let code = unsafe rd_kafka_NewTopic_set_config(topic, name, plan.settings[name])
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                unsafe rd_kafka_NewTopic_destroy(topic)
                throw KafkaError(code, "set \(name) of \(plan.topic.name)")
            }
        }
        return unsafe topic
    }

    /// What an answer says of the one topic that was to be made.
    private static func isNew(_ event: OpaquePointer, _ operation: String) throws(KafkaError) -> Bool {
        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        guard count == 1, let result = unsafe results?[0] else { return true }
        let code = unsafe rd_kafka_topic_result_error(result)
        if code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { return false }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            let words = unsafe String(lent: rd_kafka_topic_result_error_string(result))
            throw KafkaError(code: code.rawValue, operation: operation, detail: words)
        }
        return true
    }

    /// The settings of a topic, defaults included.
    public func settings(of topic: Topic) throws(KafkaError) -> [String: String] {
        let operation = "read the settings of \(topic.name)"
        return unsafe try handle.withClient { (client) throws(KafkaError) in
            var resource = unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.name)
            defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
            let queue = unsafe rd_kafka_queue_new(client)
            defer { unsafe rd_kafka_queue_destroy(queue) }
            unsafe rd_kafka_DescribeConfigs(client, &resource, 1, nil, queue)
            let event = unsafe try answer(queue, operation)
            return unsafe try event.withPointer { (event) throws(KafkaError) in
                unsafe try Self.settings(event, operation)
            }
        }
    }

    private static func settings(_ event: OpaquePointer, _ operation: String) throws(KafkaError) -> [String: String] {
        var count = 0
        let resources = unsafe rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count)
        guard count == 1, let described = unsafe resources?[0] else { return [:] }
        try KafkaError.check(unsafe rd_kafka_ConfigResource_error(described), operation)
        let entries = unsafe rd_kafka_ConfigResource_configs(described, &count)
        var settings: [String: String] = [:]
        for index in 0..<count {
            guard let entry = unsafe entries?[index], let name = unsafe rd_kafka_ConfigEntry_name(entry) else {
                continue
            }
            settings[unsafe String(lent: name)] = unsafe String(lent: rd_kafka_ConfigEntry_value(entry))
        }
        return settings
    }

    private func answer(_ queue: OpaquePointer?, _ operation: String) throws(KafkaError) -> EventHandle {
        guard let raw = unsafe rd_kafka_queue_poll(queue, Self.timeoutMillis) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, operation)
        }
        let event = unsafe EventHandle(raw)
        if event.error != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(event.error, operation) }
        return event
    }

    /// Waits a little before the next question.
    /// - Throws: `CancellationError`.
    func wait() throws {
        handle.wait(millis: 250)
        try Task.checkCancellation()
    }

    /// Tells a person what is waited for.
    func say(_ line: String) { settings.waiting(line) }

    /// A client that knows one broker only, and asks it what it knows.
    func asking(_ broker: String) throws(KafkaError) -> ClusterAdmin {
        var alone = settings
        alone.properties["bootstrap.servers"] = broker
        return try ClusterAdmin(alone)
    }
}
