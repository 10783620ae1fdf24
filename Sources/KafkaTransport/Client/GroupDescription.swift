import CRdKafka
import Foundation

/// A consumer group as its coordinator describes it.
struct GroupDescription: Sendable, Equatable {
    /// One member of the group.
    struct Member: Sendable, Equatable {
        /// The coordinator's name for it; another one after each joining.
        var id: String
        /// The client's own name.
        var clientID: String
        var host: String
        /// Partitions of the anchor topic that are its own.
        var partitions: [Int32]
    }

    var members: [Member]
    /// False while the group is moving partitions: what members hold is not known then.
    var isStable: Bool

    /// Asks the coordinator.
    static func read(
        _ handle: borrowing QueuedClientHandle, group: String, anchor: String, timeoutMillis: Int32
    ) throws(KafkaError) -> GroupDescription {
        unsafe try handle.withClient { (client) throws(KafkaError) in
            var list: UnsafePointer<rd_kafka_group_list>?
            let code = unsafe rd_kafka_list_groups(client, group, &list, timeoutMillis)
            try KafkaError.check(code, "ask for the group's members")
            guard let list = unsafe list else { return GroupDescription(members: [], isStable: true) }
            defer { unsafe rd_kafka_group_list_destroy(list) }
            guard unsafe list.pointee.group_cnt > 0 else { return GroupDescription(members: [], isStable: true) }
            let raw = unsafe list.pointee.groups[0]
            try KafkaError.check(unsafe raw.err, "ask for the group's members")
            let members = unsafe (0..<Int(raw.member_cnt)).map { unsafe member(raw.members[$0], anchor) }
            return GroupDescription(members: members, isStable: unsafe String(lent: raw.state) == "Stable")
        }
    }

    private static func member(_ raw: rd_kafka_group_member_info, _ anchor: String) -> Member {
        let assignment = unsafe raw.member_assignment.map {
            unsafe Array(UnsafeRawBufferPointer(start: $0, count: Int(raw.member_assignment_size)))
        }
        return unsafe Member(
            id: String(lent: raw.member_id), clientID: String(lent: raw.client_id),
            host: String(lent: raw.client_host),
            partitions: partitions(of: anchor, inAssignment: assignment ?? []))
    }

    /// The partitions of a topic in a member's assignment, as consumers write it: version, then topics, each with its
    /// name and partitions, all big-endian (Kafka's ConsumerProtocolAssignment). What cannot be read holds none.
    static func partitions(of topic: String, inAssignment bytes: [UInt8]) -> [Int32] {
        var rest = bytes[...]
        func integer(_ count: Int) -> Int? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            let unsigned = rest.prefix(count).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return count == 2 ? Int(Int16(truncatingIfNeeded: unsigned)) : Int(Int32(bitPattern: unsigned))
        }
        guard integer(2) != nil, let topics = integer(4), topics >= 0 else { return [] }
        var found: [Int32] = []
        for _ in 0..<topics {
            guard let length = integer(2), length >= 0, rest.count >= length else { return found }
            let name = rest.prefix(length)
            rest = rest.dropFirst(length)
            guard let count = integer(4), count >= 0, rest.count >= 4 * count else { return found }
            for _ in 0..<count {
                guard let partition = integer(4) else { return found }
                if name.elementsEqual(topic.utf8) { found.append(Int32(partition)) }
            }
        }
        return found.sorted()
    }
}
