import Engine

/// How the topics of a cluster should be, and how they are.
public enum Topics {
    static let dayMillis = 86_400_000

    /// Every topic, with the settings that Leadline's guarantees rest on.
    ///
    /// Inputs carry the broker's append time and are kept for a bounded time, since personal data stands in them in
    /// clear. The journal is the truth and is kept. Keys are compacted, soon enough that an erasure reaches the disk, and so
    /// is what gateways share.
    /// - Parameter inputBytesMax: largest record that producers may send, in bytes; nil leaves it to the cluster.
    ///   Whatever is larger than intake reads becomes a dead letter.
    public static func plans(
        partitions: Int32, replicas: Int32, inputDays: Int = 7, inputBytesMax: Int? = nil
    ) -> [TopicPlan] {
        Topic.allCases.map { topic in
            var settings: [String: String] = ["message.timestamp.type": "LogAppendTime"]
            switch topic {
            case .controls, .partners, .intents, .outcomes, .leads:
                settings["cleanup.policy"] = "delete"
                settings["retention.ms"] = "\(inputDays * dayMillis)"
                if let inputBytesMax { settings["max.message.bytes"] = "\(inputBytesMax)" }
            case .keys, .gateway, .webhooks:
                settings["cleanup.policy"] = "compact"
                settings["max.compaction.lag.ms"] = "\(dayMillis)"
            case .decisions, .journal, .checkpoints, .deadletter:
                settings["cleanup.policy"] = "delete"
                settings["retention.ms"] = "-1"
                settings["retention.bytes"] = "-1"
            }
            if topic == .journal || topic == .decisions || topic == .deadletter {
                settings["max.message.bytes"] = "\(KafkaSettings.recordBytesMaxDefault)"
            }
            return TopicPlan(topic: topic, partitions: partitions, replicas: replicas, settings: settings)
        }
    }

    /// One thing that is not as it should be.
    public struct Drift: Sendable, Equatable, Codable {
        public var topic: String
        /// "partitions", or a setting's name.
        public var setting: String
        public var wanted: String
        /// "missing" where there is nothing.
        public var found: String
        /// True if the processor refuses to run on it; otherwise a promise about keeping or deleting is weaker.
        public var isFatal: Bool
    }

    /// Where a cluster differs from what Leadline wants. The count of partitions is the controls topic's.
    public static func drift(_ admin: ClusterAdmin) throws -> [Drift] {
        let counts = try admin.partitionCounts()
        let wanted = counts[Topic.controls.name]
        var drift: [Drift] = []
        for plan in plans(partitions: wanted ?? 0, replicas: 1) {
            let name = plan.topic.name
            guard let count = counts[name] else {
                drift.append(
                    Drift(
                        topic: name, setting: "partitions", wanted: wanted.map { "\($0)" } ?? "any", found: "missing",
                        isFatal: true))
                continue
            }
            if let wanted, count != wanted {
                drift.append(
                    Drift(topic: name, setting: "partitions", wanted: "\(wanted)", found: "\(count)", isFatal: true))
            }
            let found = try admin.settings(of: plan.topic)
            for setting in plan.settings.keys.sorted() {
                guard let want = plan.settings[setting], let have = found[setting], !isMet(setting, want, have) else {
                    continue
                }
                let isFatal =
                    setting == "message.timestamp.type" && plan.topic.isInput
                    || setting == "max.message.bytes" && (Int(have) ?? .max) < bytesNeeded(plan.topic)
                drift.append(Drift(topic: name, setting: setting, wanted: want, found: have, isFatal: isFatal))
            }
        }
        return drift
    }

    /// How long inputs are kept is the operator's choice, as long as it is bounded.
    private static func isMet(_ setting: String, _ wanted: String, _ found: String) -> Bool {
        if wanted == found { return true }
        if setting == "retention.ms", wanted != "-1" { return (Int(found) ?? -1) > 0 }
        if setting == "max.compaction.lag.ms" || setting == "max.message.bytes" {
            guard let want = Int(wanted), let have = Int(found) else { return false }
            return setting == "max.message.bytes" ? have >= want : have <= want
        }
        return false
    }

    /// Bytes that one record of a topic must be able to have. An entry holds its input and what came of it; a batch
    /// frame holds what is said of a whole batch.
    private static func bytesNeeded(_ topic: Topic) -> Int {
        switch topic {
        case .journal, .decisions: 4_194_304
        case .deadletter: 65_536
        default: 0
        }
    }

    /// What one record of `leadline.deadletter` may have, as the topic and this client are set.
    /// - Throws: `KafkaTransportError.topics` where a topic or the client takes less than the processor needs.
    public static func deadLetterBytesMax(_ admin: ClusterAdmin, _ settings: KafkaSettings) throws -> Int {
        let client =
            Int(settings.producer(transactionalID: "any")["message.max.bytes"] ?? "")
            ?? KafkaSettings.recordBytesMaxDefault
        var limit = client
        for topic in [Topic.journal, .decisions, .deadletter] {
            guard let most = Int(try admin.settings(of: topic)["max.message.bytes"] ?? "") else { continue }
            for (name, bytes) in [
                ("max.message.bytes of \(topic.name)", most), ("the property message.max.bytes", client),
            ]
            where bytes < bytesNeeded(topic) {
                throw KafkaTransportError.topics(
                    "\(name) is \(bytes), but records of \(bytesNeeded(topic)) bytes must fit")
            }
            if topic == .deadletter { limit = min(limit, most) }
        }
        // A batch has a header of its own, and a record its key and headers.
        return min(limit, deadLetterBytesMost) - 2_048
    }

    /// More than this is spread over several dead letters even where it would fit.
    private static let deadLetterBytesMost = 4_194_304
}
