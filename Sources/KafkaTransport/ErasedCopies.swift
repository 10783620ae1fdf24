public import Engine
import LeadlineCore

extension Topics {
    /// Where copies of an erased person's data stand on a cluster, and how long after the erasure they have ended at
    /// the latest.
    ///
    /// A record of an input is deleted once its segment is closed and older than the retention. A key is compacted away
    /// within the longest lag. What the journal, dead letters and decisions hold of the person is sealed under keys
    /// that the tombstones end, so it ends as data with them.
    /// - Parameter admin: the cluster, for its own settings; without it those that `topics create` gives count, and
    ///   Kafka's default of a week for a segment.
    public static func copiesOfErased(_ admin: ClusterAdmin?) throws(KafkaError) -> [TopicCopy] {
        var copies: [TopicCopy] = []
        for plan in plans(partitions: 1, replicas: 1) where plan.topic.isInput {
            let found = try admin?.settings(of: plan.topic) ?? plan.settings
            let retention = Int64(found["retention.ms"] ?? "") ?? -1
            let segment = Int64(found["segment.ms"] ?? "") ?? Int64(7 * dayMillis)
            guard retention >= 0 else {
                copies.append(
                    TopicCopy(
                        topic: plan.topic, holds: "inputs in clear, kept for ever by the topic's own setting",
                        micros: foreverMicros))
                continue
            }
            copies.append(
                TopicCopy(topic: plan.topic, holds: "inputs as they came in", micros: (retention + segment) * 1_000))
        }
        let keys = try admin?.settings(of: .keys) ?? [:]
        // Compaction takes closed segments, and a lag closes them in time.
        let lag =
            Int64(keys["max.compaction.lag.ms"] ?? "").flatMap { $0 < Int64.max / 1_000 ? $0 : nil } ?? Int64(dayMillis)
        copies.append(
            TopicCopy(topic: .keys, holds: "the destroyed keys, wrapped, before their tombstones", micros: lag * 1_000))
        copies.append(
            TopicCopy(
                topic: .deadletter,
                holds: "rejected records about the person, sealed under keys that end on \(Topic.keys.name)",
                micros: lag * 1_000))
        return copies
    }

    /// A century, where nothing ends.
    private static let foreverMicros = 36_525 * Timestamp.microsPerDay
}
