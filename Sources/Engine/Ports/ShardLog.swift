public import Journal
public import LeadlineCore

/// What one batch makes durable, all of it or none.
public struct Batch: Sendable {
    /// A dead letter that becomes one only if its outcome waits in vain.
    public struct Parked: Sendable, Equatable {
        public var program: String
        public var leadID: String
        public var position: UInt64
        public var deadLetter: [UInt8]
    }
    /// Names a parked dead letter.
    public struct ParkedReference: Sendable, Equatable {
        public var program: String
        public var position: UInt64
    }

    public var entries: [PendingEntry] = []
    /// Serialised `DeadLetter` messages.
    public var deadLetters: [[UInt8]] = []
    /// Records consumed by this batch, in merge order.
    public var consumed: [LogRecord] = []
    public var parked: [Parked] = []
    /// Parked dead letters that are now real ones.
    public var unmatched: [ParkedReference] = []
    /// Leads that came, whose parked dead letters are not needed any more.
    public var arrived: [(program: String, leadID: String)] = []

    public init() {}

    /// True if there is nothing to commit.
    public var isEmpty: Bool { entries.isEmpty && deadLetters.isEmpty && consumed.isEmpty }
}

/// Records in merge order, and how far time may advance after them.
public struct Poll: Sendable {
    /// By (`received`, topic rank, offset).
    public var records: [LogRecord]
    /// Every record received before this moment has been handed over.
    public var frontier: Timestamp
    /// True if nothing more was there when the log was asked.
    public var isExhausted: Bool
    public init(records: [LogRecord], frontier: Timestamp, isExhausted: Bool) {
        self.records = records
        self.frontier = frontier
        self.isExhausted = isExhausted
    }
}

/// Where a shard's inputs come from and where its work becomes durable.
///
/// `commit` is the only commit point: entries, dead letters and consumed offsets become durable together. A crash
/// before it leaves everything to be done again, with the same result; a crash after it leaves nothing to be done.
public protocol ShardLog {
    /// The next records that no batch has consumed, at most `max`.
    func poll(max: Int, now: Timestamp) throws -> Poll
    /// Makes a batch durable.
    func commit(_ batch: Batch) throws -> [StreamHead]
    /// Leads, by program, for which parked dead letters exist.
    func parkedLeads() throws -> [(program: String, leadID: String)]
}
