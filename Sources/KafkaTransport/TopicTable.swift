public import Engine
public import Logging
import Synchronization

/// A compacted topic that is followed from its beginning: the newest value of every key, given to whoever keeps them.
public actor TopicTable: SharedTable, TopicFollower {
    private let executor = ThreadExecutor("leadline.table")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Takes the next record of a partition; a value of nil ends the key's.
    public typealias Take = @Sendable (_ key: String, _ value: [UInt8]?) throws -> Void

    private let topic: Topic
    var name: String { topic.name }
    let logger: Logger
    private let take: Take
    private let reader: PartitionReader
    /// Asks where the topic ends, on connections of its own: none of a connection's questions is answered while a fetch on
    /// it waits for records.
    private let ends: PartitionReader
    private let sink: KafkaRecordSink
    /// Where the next record of each partition will stand.
    private var next: [Int64]
    /// What must be reached for everything to be here that was there at a moment.
    private var goal: (ends: [Int64], at: ContinuousClock.Instant)?
    private nonisolated let reached = CommitSignal()
    private nonisolated let whole: Mutex<ContinuousClock.Instant>

    /// How often it is asked whether anything is missing.
    static let askEvery = Duration.milliseconds(300)

    /// - Parameter take: given every record in the order of its partition, the first time by `load`.
    /// - Throws: `KafkaTransportError.topics`; `KafkaError`; `CancellationError`.
    public init(_ settings: KafkaSettings, _ topic: Topic, logger: Logger, take: @escaping Take) throws {
        self.topic = topic
        self.logger = logger
        self.take = take
        next = Array(repeating: 0, count: Int(try Topics.partitionCount(try ClusterAdmin(settings))))
        reader = try PartitionReader(settings)
        ends = try PartitionReader(settings)
        sink = KafkaRecordSink(settings)
        whole = Mutex(.now)
    }

    public nonisolated var age: Duration { whole.withLock { $0 }.duration(to: .now) }

    private var places: [TopicPartition] { next.indices.map { TopicPartition(topic.name, Int32($0)) } }

    /// Takes everything that is there now.
    /// - Throws: `KafkaError`; `CancellationError`; what `take` throws.
    public func load() throws {
        next = try reader.beginnings(places)
        try begin()
        try ask()
        while goal != nil { try step() }
    }

    /// Follows until cancelled. While the brokers are away it waits for them, and `age` grows.
    /// - Throws: what `take` throws.
    public func run() async throws { try await followUntilCancelled() }

    public nonisolated func put(_ records: [(key: String, value: [UInt8]?)]) async throws {
        let places = try await sink.append(
            records.map { NewRecord(topic: topic, key: Array($0.key.utf8), headers: [], value: $0.value) })
        for place in places { try await reached.entries(of: "\(place.partition)", past: UInt64(place.offset)) }
    }

    func begin() throws {
        goal = nil
        try reader.assign(next.indices.map { TopicPartition(topic.name, Int32($0), offset: next[$0]) })
    }

    private func ask() throws {
        let now = ContinuousClock.now
        goal = (try ends.ends(places), now)
        look()
    }

    /// Notes that everything is here that was there when it was asked.
    private func look() {
        guard let goal, zip(next, goal.ends).allSatisfy({ $0 >= $1 }) else { return }
        whole.withLock { $0 = goal.at }
        self.goal = nil
    }

    func step() throws {
        try Task.checkCancellation()
        try reader.fetch(waitMillis: 100) { fetched in
            switch fetched {
            case .record(let record):
                if let key = record.key.flatMap({ String(validating: $0, as: UTF8.self) }) { try take(key, record.value) }
                advance(Int(record.partition), to: record.offset + 1)
            case .end(_, let partition, let offset): advance(Int(partition), to: offset)
            }
        }
        look()
        if goal == nil, age >= Self.askEvery { try ask() }
    }

    private func advance(_ partition: Int, to offset: Int64) {
        guard offset > next[partition] else { return }
        next[partition] = offset
        reached.committed(["\(partition)": UInt64(offset)])
    }
}
