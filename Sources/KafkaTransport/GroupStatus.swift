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
}

/// A member of the group, as the coordinator describes it.
public struct GroupMemberStatus: Sendable, Codable, Equatable, CustomStringConvertible {
    /// The instance's own name (client.id).
    public var name: String
    /// The address it connects from.
    public var host: String
    /// Partitions that are its own; empty while the group moves them.
    public var partitions: [Int32]

    /// Who is in the group, by name.
    public static func read(_ settings: KafkaSettings) throws -> [GroupMemberStatus] {
        let config = try ConfigHandle(settings.admin)
        let client = QueuedClientHandle(producer: try config.makeClient(RD_KAFKA_PRODUCER), settings, role: "admin")
        let described = try client.answered("ask for the group's members") { timeoutMillis throws(KafkaError) in
            try GroupDescription.read(
                client, group: settings.group, anchor: Topic.controls.name, timeoutMillis: timeoutMillis)
        }
        return described.members.map { GroupMemberStatus($0) }.sorted { ($0.name, $0.host) < ($1.name, $1.host) }
    }

    init(_ member: GroupDescription.Member) {
        name = member.clientID
        host = member.host.hasPrefix("/") ? String(member.host.dropFirst()) : member.host
        partitions = member.partitions
    }

    /// E.g. "leadline-1 at 10.0.0.7 (partitions 0 to 3)".
    public var description: String {
        let held =
            switch partitions.count {
            case 0: "no partitions"
            case 1: "partition \(partitions[0])"
            default: "partitions \(partitions.map(String.init).joined(separator: ", "))"
            }
        return "\(name) at \(host) (\(held))"
    }
}
