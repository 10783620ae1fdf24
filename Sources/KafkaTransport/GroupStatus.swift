import CRdKafka
import Engine

/// How far the group has come, as the cluster knows it.
public struct GroupStatus: Sendable, Codable, Equatable {
    public var partition: Int32
    /// Input records that nobody has consumed.
    public var lag: Int64
    /// Next offset to consume, by topic; a topic of which nothing was consumed stands at its beginning.
    public var nextOffsets: [String: Int64]
    /// End of the journal partition: entries, frames and markers.
    public var journalEnd: Int64

    /// One row a partition.
    public static func read(_ settings: KafkaSettings) throws -> [GroupStatus] {
        let count = try Topics.partitionCount(try ClusterAdmin(settings))
        let reader = try PartitionReader(settings)
        return try (0..<count).map { partition in
            let inputs = Topic.inputs.map { TopicPartition($0.name, partition) }
            let ends = try reader.ends(inputs)
            let beginnings = try reader.beginnings(inputs)
            let committed = try reader.committed(inputs)
            let next = zip(committed, beginnings).map { $0 ?? $1 }
            return GroupStatus(
                partition: partition, lag: zip(ends, next).reduce(0) { $0 + max(0, $1.0 - $1.1) },
                nextOffsets: Dictionary(zip(inputs.map(\.topic), next)) { $1 },
                journalEnd: try reader.ends([TopicPartition(Topic.journal.name, partition)])[0])
        }
    }

    /// Who is in the group: client id and host.
    public static func members(_ settings: KafkaSettings) throws(KafkaError) -> [String] {
        let client = QueuedClientHandle(producer: try ConfigHandle(settings.admin).makeClient(RD_KAFKA_PRODUCER), settings, role: "admin")
        var list: UnsafePointer<rd_kafka_group_list>?
        try KafkaError.check(unsafe rd_kafka_list_groups(client.client, settings.group, &list, 10_000), "ask for the group's members")
        guard let list = unsafe list else { return [] }
        defer { unsafe rd_kafka_group_list_destroy(list) }
        guard unsafe list.pointee.group_cnt > 0 else { return [] }
        let group = unsafe list.pointee.groups[0]
        return unsafe (0..<Int(group.member_cnt)).map { index in
            let member = unsafe group.members[index]
            return unsafe "\(String(cString: member.client_id)) at \(String(cString: member.client_host))"
        }.sorted()
    }
}
