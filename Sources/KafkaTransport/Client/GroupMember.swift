import CRdKafka
import Engine
import Synchronization

/// What the group asks of a member.
public enum GroupEvent: Sendable, Equatable {
    /// These partitions are this member's.
    case assigned([Int32])
    /// These must be given up. If `isLost`, they belong to another already: nothing of them can be committed.
    case revoking([Int32], isLost: Bool)
    /// The membership has ended.
    case failed(KafkaError)
}

/// The member's generation, for transactions: written by the member, read by every shard.
public final class GroupMetadata: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    var current: [UInt8] { bytes.withLock { $0 } }
    func set(_ new: [UInt8]) { bytes.withLock { $0 = new } }
}

/// A member of the consumer group. It reads nothing itself: it learns which partitions are its own, one of the
/// topic `anchor` for each shard. A shard reads the same partition of every input topic, so however the group's
/// protocol spreads partitions, a program's inputs stay together.
@safe public actor GroupMember {
    private let executor = ThreadExecutor("leadline.kafka.member")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
    /// What transactions carry along.
    public nonisolated let metadata = GroupMetadata()
    private let handle: QueuedClientHandle
    private var revoking: [TopicPartition]?

    /// Joins the group.
    public init(_ settings: KafkaSettings, anchor: String) throws(KafkaError) {
        let config = try ConfigHandle(settings.member, events: RD_KAFKA_EVENT_REBALANCE)
        let handle = QueuedClientHandle(consumer: try config.makeClient(RD_KAFKA_CONSUMER), settings, role: "member")
        let list = PartitionListHandle([TopicPartition(anchor, -1)])
        try KafkaError.check(unsafe rd_kafka_subscribe(handle.client, list.pointer), "join the group")
        self.handle = handle
    }

    /// The next thing the group asks; nil if nothing came for `waitMillis`.
    public func next(waitMillis: Int32) throws(KafkaError) -> GroupEvent? {
        handle.tend()
        guard let raw = unsafe rd_kafka_queue_poll(handle.queue, waitMillis) else { return fatal().map { .failed($0) } }
        let event = unsafe EventHandle(raw)
        if event.type == RD_KAFKA_EVENT_REBALANCE { return try rebalance(event) }
        return fatal().map { .failed($0) }
    }

    /// What ended the membership for good, if anything did. It may come as any kind of event, so it is asked for.
    private func fatal() -> KafkaError? {
        var text = [CChar](repeating: 0, count: 512)
        let code = unsafe rd_kafka_fatal_error(handle.client, &text, text.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var error = KafkaError(code, "stay in the group")
        error.isFatal = true
        return error
    }

    private var isCooperative: Bool { unsafe String(cString: rd_kafka_rebalance_protocol(handle.client)) == "COOPERATIVE" }

    private func rebalance(_ event: borrowing EventHandle) throws(KafkaError) -> GroupEvent? {
        let list = unsafe rd_kafka_event_topic_partition_list(event.pointer)
        let partitions = unsafe PartitionListHandle.read(list).map(\.0)
        guard unsafe rd_kafka_event_error(event.pointer) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS else {
            revoking = partitions
            return .revoking(partitions.map(\.partition), isLost: unsafe rd_kafka_assignment_lost(handle.client) != 0)
        }
        try takeOn(partitions)
        try refreshMetadata()
        return .assigned(partitions.map(\.partition))
    }

    /// The member fetches nothing. The eager protocols let it take on an empty list; the cooperative one reports what
    /// is held to the group, so there the partitions are held at their ends, paused.
    private func takeOn(_ partitions: [TopicPartition]) throws(KafkaError) {
        guard isCooperative else {
            let none = PartitionListHandle([])
            try KafkaError.check(unsafe rd_kafka_assign(handle.client, none.pointer), "take partitions on")
            return
        }
        let held = PartitionListHandle(partitions.map { TopicPartition($0.topic, $0.partition, offset: Int64(RD_KAFKA_OFFSET_END)) })
        unsafe try KafkaError.check(unsafe rd_kafka_incremental_assign(handle.client, held.pointer), "take partitions on")
        try KafkaError.check(unsafe rd_kafka_pause_partitions(handle.client, held.pointer), "pause partitions")
    }

    private func refreshMetadata() throws(KafkaError) {
        guard let group = unsafe rd_kafka_consumer_group_metadata(handle.client) else { return }
        defer { unsafe rd_kafka_consumer_group_metadata_destroy(group) }
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        unsafe try KafkaError.check(unsafe rd_kafka_consumer_group_metadata_write(group, &buffer, &size), "write the group's metadata")
        guard let buffer = unsafe buffer else { return }
        defer { unsafe rd_kafka_mem_free(handle.client, buffer) }
        metadata.set(unsafe Array(UnsafeRawBufferPointer(start: buffer, count: size)))
    }

    /// Gives up what was asked for; only now does another member get it.
    public func acknowledgeRevocation() throws(KafkaError) {
        guard let partitions = revoking else { return }
        revoking = nil
        if isCooperative {
            let held = PartitionListHandle(partitions)
            unsafe try KafkaError.check(unsafe rd_kafka_incremental_unassign(handle.client, held.pointer), "give partitions up")
        } else {
            try KafkaError.check(unsafe rd_kafka_assign(handle.client, nil), "give partitions up")
        }
    }

    /// Leaves the group; the shards must have ended.
    public func leave() throws(KafkaError) {
        unsafe try KafkaError.check(unsafe rd_kafka_consumer_close_queue(handle.client, handle.queue), "leave the group")
        while unsafe rd_kafka_consumer_closed(handle.client) == 0 {
            if case .revoking? = try next(waitMillis: 100) { try acknowledgeRevocation() }
        }
    }
}
