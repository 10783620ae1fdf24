import CRdKafka
import Engine
import Synchronization

/// What the group asks of a member.
public enum GroupEvent: Sendable, Equatable {
    /// These partitions are this member's.
    case assigned([Int32])
    /// These must be given up. If `isLost`, they belong to another already: nothing of them can be committed.
    case revoking([Int32], isLost: Bool)
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
    private let group: String
    private let anchor: String
    /// Nil where a member that has this one's place cannot be told by its name.
    private let staticName: String?
    private var revoking: [TopicPartition]?
    /// Whether partitions are given and taken one by one.
    private var isCooperative = false
    /// The coordinator's name for this member when it last gave it partitions. A member that has ended has no name any
    /// more.
    private var lastID = ""

    /// Joins the group.
    public init(_ settings: KafkaSettings, anchor: String) throws(KafkaError) {
        let config = try ConfigHandle(settings.member, events: RD_KAFKA_EVENT_REBALANCE)
        let handle = QueuedClientHandle(consumer: try config.makeClient(RD_KAFKA_CONSUMER), settings, role: "member")
        let code = unsafe handle.call([TopicPartition(anchor, -1)]) { unsafe rd_kafka_subscribe($0, $1) }
        try KafkaError.check(code, "join the group")
        self.handle = handle
        self.anchor = anchor
        group = settings.group
        staticName = settings.instanceID.flatMap { settings.properties["client.id"] == nil ? $0 : nil }
    }

    /// The next thing the group asks; nil if nothing came for `waitMillis`.
    /// - Throws: what ended the membership; whatever else goes wrong.
    public func next(waitMillis: Int32) throws(KafkaError) -> GroupEvent? {
        handle.tend()
        if let event = handle.nextEvent(waitMillis: waitMillis), event.type == RD_KAFKA_EVENT_REBALANCE {
            return try rebalance(event)
        }
        // What ends a membership may come as any kind of event, so it is asked for.
        if let ending { throw ending }
        return nil
    }

    /// What ended the membership for good, if anything did.
    var ending: KafkaError? { handle.endingError("stay in the group") }

    /// Learns how partitions are given and taken. A client that is being closed says nothing any more; then it is as
    /// it was when they were given.
    private func learnProtocol() {
        let name = unsafe handle.withClient { unsafe String(lent: rd_kafka_rebalance_protocol($0)) }
        if !name.isEmpty { isCooperative = name == "COOPERATIVE" }
    }

    private func rebalance(_ event: borrowing EventHandle) throws(KafkaError) -> GroupEvent? {
        let partitions = event.partitions
        learnProtocol()
        guard event.error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS else {
            revoking = partitions
            let isLost = unsafe handle.withClient { unsafe rd_kafka_assignment_lost($0) } != 0
            return .revoking(partitions.map(\.partition), isLost: isLost)
        }
        try takeOn(partitions)
        try refreshMetadata()
        lastID = ownID
        return .assigned(partitions.map(\.partition))
    }

    /// The member fetches nothing. The eager protocols let it take on an empty list; the cooperative one reports what
    /// is held to the group, so there the partitions are held at their ends, paused.
    private func takeOn(_ partitions: [TopicPartition]) throws(KafkaError) {
        guard isCooperative else {
            return unsafe try handle.call([]) { (client, none) throws(KafkaError) in
                try KafkaError.check(unsafe rd_kafka_assign(client, none), "take partitions on")
            }
        }
        let held = partitions.map { TopicPartition($0.topic, $0.partition, offset: Int64(RD_KAFKA_OFFSET_END)) }
        unsafe try handle.call(held) { (client, held) throws(KafkaError) in
            unsafe try KafkaError.check(unsafe rd_kafka_incremental_assign(client, held), "take partitions on")
            try KafkaError.check(unsafe rd_kafka_pause_partitions(client, held), "pause partitions")
        }
    }

    private func refreshMetadata() throws(KafkaError) {
        unsafe try handle.withClient { (client) throws(KafkaError) in
            guard let group = unsafe rd_kafka_consumer_group_metadata(client) else { return }
            defer { unsafe rd_kafka_consumer_group_metadata_destroy(group) }
            var buffer: UnsafeMutableRawPointer?
            var size = 0
            unsafe try KafkaError.check(
                unsafe rd_kafka_consumer_group_metadata_write(group, &buffer, &size), "write the group's metadata")
            guard let buffer = unsafe buffer else { return }
            defer { unsafe rd_kafka_mem_free(client, buffer) }
            metadata.set(unsafe Array(UnsafeRawBufferPointer(start: buffer, count: size)))
        }
    }

    /// What the group's coordinator says of this member's right to a partition.
    public enum Standing: Sendable, Equatable {
        /// The partition is this member's.
        case holds
        /// It is not: the group has moved it, or has put the member out, and the member will be told.
        case lost
        /// Another member of this one's name is in the group.
        case replaced
        /// The coordinator does not answer, or is moving partitions.
        case unknown
    }

    /// Asks the coordinator whether a partition is still this member's.
    public func standing(_ partition: Int32) -> Standing {
        let id = ownID
        guard !id.isEmpty,
            let described = try? GroupDescription.read(
                handle, group: group, anchor: anchor, timeoutMillis: Patience.longestTryMillis)
        else { return .unknown }
        return Self.standing(of: id, named: staticName, partition, described)
    }

    static func standing(of id: String, named name: String?, _ partition: Int32, _ described: GroupDescription)
        -> Standing
    {
        if let own = described.members.first(where: { $0.id == id }) {
            if !described.isStable { return .unknown }
            return own.partitions.contains(partition) ? .holds : .lost
        }
        if let name, described.members.contains(where: { $0.clientID == name }) { return .replaced }
        return .lost
    }

    /// Whether another process has this member's place, which has just been told so. A member whose session ran out on
    /// its own clock forgets its id and asks once more, and a coordinator that has not put it out yet takes it for an
    /// impostor of itself; then its old id still stands in the group, or nobody of its name.
    /// - Throws: `CancellationError`; `KafkaError` where the coordinator does not answer.
    func isReplaced() throws -> Bool {
        Self.isReplaced(lastID, named: staticName, try description())
    }

    static func isReplaced(_ lastID: String, named name: String?, _ described: GroupDescription) -> Bool {
        if described.members.contains(where: { $0.id == lastID }) { return false }
        guard let name else { return true }
        return described.members.contains { $0.clientID == name }
    }

    private func description() throws -> GroupDescription {
        try handle.answered("ask for the group's members") { timeoutMillis throws(KafkaError) in
            try GroupDescription.read(handle, group: group, anchor: anchor, timeoutMillis: timeoutMillis)
        }
    }

    /// The others in the group, as the coordinator describes them.
    func others() throws -> [GroupMemberStatus] {
        let id = ownID
        return try description().members.filter { $0.id != id }.map { GroupMemberStatus($0) }
    }

    /// The coordinator's name for this member; empty while it is joining.
    private var ownID: String {
        unsafe handle.withClient { client in
            guard let id = unsafe rd_kafka_memberid(client) else { return "" }
            defer { unsafe rd_kafka_mem_free(client, id) }
            return unsafe String(lent: id)
        }
    }

    /// Gives up what was asked for; only now does another member get it.
    public func acknowledgeRevocation() throws(KafkaError) {
        guard let partitions = revoking else { return }
        revoking = nil
        if isCooperative {
            unsafe try handle.call(partitions) { (client, held) throws(KafkaError) in
                unsafe try KafkaError.check(unsafe rd_kafka_incremental_unassign(client, held), "give partitions up")
            }
        } else {
            let code = unsafe handle.withClient { unsafe rd_kafka_assign($0, nil) }
            try KafkaError.check(code, "give partitions up")
        }
    }

    /// Leaves the group; the shards must have ended. A group whose broker does not answer is not waited for: it learns
    /// when the session is over.
    public func leave() throws(KafkaError) {
        unsafe try handle.withQueue { (client, queue) throws(KafkaError) in
            unsafe try KafkaError.check(unsafe rd_kafka_consumer_close_queue(client, queue), "leave the group")
        }
        let giveUp = ContinuousClock.now + Self.leavePatience
        while unsafe handle.withClient({ unsafe rd_kafka_consumer_closed($0) }) == 0, ContinuousClock.now < giveUp {
            if case .revoking? = try next(waitMillis: 100) { try acknowledgeRevocation() }
        }
    }

    private static let leavePatience = Duration.seconds(1)
}
