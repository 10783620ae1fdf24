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
    private static let timeoutMillis: Int32 = 15_000

    public init(_ settings: KafkaSettings) throws(KafkaError) {
        handle = QueuedClientHandle(producer: try ConfigHandle(settings.admin).makeClient(RD_KAFKA_PRODUCER), settings, role: "admin")
    }

    /// How many partitions each topic of the cluster has.
    public func partitionCounts() throws(KafkaError) -> [String: Int32] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try KafkaError.check(unsafe rd_kafka_metadata(handle.client, 1, nil, &metadata, Self.timeoutMillis), "ask for the topics")
        guard let metadata = unsafe metadata else { return [:] }
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        var counts: [String: Int32] = [:]
        for index in 0..<Int(unsafe metadata.pointee.topic_cnt) {
            let topic = unsafe metadata.pointee.topics[index]
            if unsafe topic.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                counts[unsafe String(cString: topic.topic)] = unsafe topic.partition_cnt
            }
        }
        return counts
    }

    /// Makes a topic. One that exists already is left as it is.
    /// - Returns: false if it existed.
    public func create(_ plan: TopicPlan) throws(KafkaError) -> Bool {
        var text = [CChar](repeating: 0, count: 512)
        var topic = unsafe rd_kafka_NewTopic_new(plan.topic.name, plan.partitions, plan.replicas, &text, text.count)
        guard unsafe topic != nil else {
            throw KafkaError(
                code: RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue, operation: "make \(plan.topic.name)",
                detail: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        defer { unsafe rd_kafka_NewTopic_destroy(topic) }
        for name in plan.settings.keys.sorted() {
            try KafkaError.check(unsafe rd_kafka_NewTopic_set_config(topic, name, plan.settings[name]), "set \(name) of \(plan.topic.name)")
        }
        let queue = unsafe rd_kafka_queue_new(handle.client)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        unsafe rd_kafka_CreateTopics(handle.client, &topic, 1, nil, queue)
        let event = unsafe EventHandle(try answer(queue, "make \(plan.topic.name)"))
        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.pointer), &count)
        guard count == 1, let result = unsafe results?[0] else { return true }
        let code = unsafe rd_kafka_topic_result_error(result)
        if code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { return false }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            let words = unsafe rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) } ?? ""
            throw KafkaError(code: code.rawValue, operation: "make \(plan.topic.name)", detail: words)
        }
        return true
    }

    /// The settings of a topic, defaults included.
    public func settings(of topic: Topic) throws(KafkaError) -> [String: String] {
        var resource = unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.name)
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        let queue = unsafe rd_kafka_queue_new(handle.client)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        unsafe rd_kafka_DescribeConfigs(handle.client, &resource, 1, nil, queue)
        let operation = "read the settings of \(topic.name)"
        let event = unsafe EventHandle(try answer(queue, operation))
        var count = 0
        let resources = unsafe rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.pointer), &count)
        guard count == 1, let described = unsafe resources?[0] else { return [:] }
        try KafkaError.check(unsafe rd_kafka_ConfigResource_error(described), operation)
        let entries = unsafe rd_kafka_ConfigResource_configs(described, &count)
        var settings: [String: String] = [:]
        for index in 0..<count {
            guard let entry = unsafe entries?[index], let name = unsafe rd_kafka_ConfigEntry_name(entry) else { continue }
            settings[unsafe String(cString: name)] = unsafe rd_kafka_ConfigEntry_value(entry).map { unsafe String(cString: $0) } ?? ""
        }
        return settings
    }

    private func answer(_ queue: OpaquePointer?, _ operation: String) throws(KafkaError) -> OpaquePointer {
        guard let event = unsafe rd_kafka_queue_poll(queue, Self.timeoutMillis) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, operation)
        }
        let code = unsafe rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            unsafe rd_kafka_event_destroy(event)
            throw KafkaError(code, operation)
        }
        return unsafe event
    }
}
