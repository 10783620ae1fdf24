import Engine

/// How the topics of a cluster should be, and how they are.
public enum Topics {
    static let dayMillis = 86_400_000

    /// Every topic, with the settings that Leadline's guarantees rest on.
    ///
    /// Inputs carry the broker's append time and are kept for a bounded time, since personal data stands in them in
    /// clear. The journal is the truth and is kept. Keys are compacted, soon enough that an erasure reaches the disk.
    public static func plans(partitions: Int32, replicas: Int32, inputDays: Int = 7) -> [TopicPlan] {
        Topic.allCases.map { topic in
            var settings: [String: String] = ["message.timestamp.type": "LogAppendTime"]
            switch topic {
            case .controls, .partners, .intents, .outcomes, .leads:
                settings["cleanup.policy"] = "delete"
                settings["retention.ms"] = "\(inputDays * dayMillis)"
            case .keys:
                settings["cleanup.policy"] = "compact"
                settings["max.compaction.lag.ms"] = "\(dayMillis)"
            case .decisions, .journal, .checkpoints, .deadletter:
                settings["cleanup.policy"] = "delete"
                settings["retention.ms"] = "-1"
                settings["retention.bytes"] = "-1"
            }
            if topic == .journal || topic == .decisions || topic == .deadletter { settings["max.message.bytes"] = "8388608" }
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
    public static func drift(_ admin: ClusterAdmin) throws(KafkaError) -> [Drift] {
        let counts = try admin.partitionCounts()
        let wanted = counts[Topic.controls.name]
        var drift: [Drift] = []
        for plan in plans(partitions: wanted ?? 0, replicas: 1) {
            let name = plan.topic.name
            guard let count = counts[name] else {
                drift.append(Drift(topic: name, setting: "partitions", wanted: wanted.map { "\($0)" } ?? "any", found: "missing", isFatal: true))
                continue
            }
            if let wanted, count != wanted {
                drift.append(Drift(topic: name, setting: "partitions", wanted: "\(wanted)", found: "\(count)", isFatal: true))
            }
            let found = try admin.settings(of: plan.topic)
            for setting in plan.settings.keys.sorted() {
                guard let want = plan.settings[setting], let have = found[setting], !isMet(setting, want, have) else { continue }
                let isFatal = setting == "message.timestamp.type" && plan.topic.isInput
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

    /// How many partitions the topics have.
    /// - Throws: `KafkaTransportError.topics` if one is missing or their counts differ.
    public static func partitionCount(_ admin: ClusterAdmin) throws -> Int32 {
        let counts = try admin.partitionCounts()
        let missing = Topic.allCases.filter { counts[$0.name] == nil }.map(\.name)
        if !missing.isEmpty { throw KafkaTransportError.topics("there is no \(missing.joined(separator: ", "))") }
        let distinct = Set(Topic.allCases.compactMap { counts[$0.name] })
        guard let count = distinct.first, distinct.count == 1 else {
            throw KafkaTransportError.topics("their partition counts differ: \(distinct.sorted().map(String.init).joined(separator: ", "))")
        }
        return count
    }
}
