public import LeadlineCore
public import LeadlineSchemas

/// Where a record stands in the log.
public struct RecordPlace: Hashable, Sendable {
    /// Its topic.
    public var topic: Topic
    /// Partition; 0 on the embedded log.
    public var partition: UInt32
    /// Offset in the partition.
    public var offset: Int64

    /// A place from its parts.
    public init(topic: Topic, partition: UInt32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    init(_ record: LogRecord) { self.init(topic: record.topic, partition: record.partition, offset: record.offset) }
}

/// What became of a record.
public enum RecordOutcome: Sendable, Equatable {
    /// It is an entry of the program's stream. A repeat is an entry too, which changes nothing.
    case entry(program: String, position: UInt64, isRepeat: Bool)
    /// It is a dead letter.
    case rejected(Rejection)
}

/// The deciding of one input that came with a place in a trace; durable by now.
public struct TracedDeciding: Sendable, Equatable {
    /// The deciding itself, as its decisions name it.
    public let place: TraceParent
    /// What caused it: the producer's span, or that of the request that brought it.
    public let cause: TraceParent
    /// Of its entry in the program's stream.
    public let position: UInt64
    /// When deciding began, by the clock.
    public let began: Timestamp
    /// When it was durable.
    public internal(set) var ended: Timestamp

    init?(_ cause: TraceParent, program: String, position: UInt64, began: Timestamp) {
        guard let place = PublishedDecision.deciding(program, position, in: cause) else { return nil }
        (self.place, self.cause, self.position, self.began, ended) = (place, cause, position, began, began)
    }
}

/// What one batch made durable; told once, right after its commit.
public struct CommittedBatch: Sendable {
    /// What became of each record of the batch, in merge order.
    public var outcomes: [(place: RecordPlace, outcome: RecordOutcome)] = []
    /// Sizes of the streams that grew.
    public var sizes: [String: UInt64] = [:]
    /// Events by their field number in `Event.body`.
    public var eventCounts: [Int: Int] = [:]
    /// Assignments whose deadline passed unanswered.
    public var breaches = 0
    /// What was decided on inputs that came with a trace.
    public var traced: [TracedDeciding] = []
    /// Records without a value.
    public var nullValues = 0
    /// For each live record, how long it had been in the log when it became durable.
    public var latencies: [Duration] = []
    /// How long making the batch durable took.
    public var commitDuration = Duration.zero
    /// How far behind the log this batch ended; zero if nothing more was there.
    public var lag = Duration.zero

    /// A batch of nothing.
    public init() {}
}
