public import Journal
public import LeadlineCore
public import Vault

/// What one batch makes durable, all of it or none.
public struct Batch: Sendable {
    /// A dead letter that becomes one only if its outcome waits in vain.
    public struct Parked: Sendable, Equatable {
        public var program: String
        public var leadID: String
        public var position: UInt64
        public var deadLetter: [UInt8]
        public init(program: String, leadID: String, position: UInt64, deadLetter: [UInt8]) {
            self.program = program
            self.leadID = leadID
            self.position = position
            self.deadLetter = deadLetter
        }
    }
    /// Names a parked dead letter.
    public struct ParkedReference: Sendable, Equatable {
        public var program: String
        public var position: UInt64
        public init(program: String, position: UInt64) {
            self.program = program
            self.position = position
        }
    }

    public var entries: [PendingEntry] = []
    /// Serialised `DeadLetter` messages.
    public var deadLetters: [[UInt8]] = []
    /// Records consumed by this batch, in merge order.
    public var consumed: [LogRecord] = []
    /// Keys that the batch is the first to use, where the log carries keys.
    public var keys: [KeyRecord] = []
    /// Subjects that the batch erases, where the log carries keys.
    public var erased: [SubjectID] = []
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
///
/// A log belongs to one processor and is called from its actor alone. Its calls may wait for a disk or a broker on
/// the processor's own thread.
public protocol ShardLog: AnyObject, SendableMetatype {
    /// True if keys become durable with the batch, for the vaults of other machines to take in. Otherwise the vault's
    /// own file is written first.
    var carriesKeys: Bool { get }
    /// True if `poll` waits for records; the processor then does not pause by itself.
    var waitsForRecords: Bool { get }
    /// The next records that no batch has consumed, at most `max`. A log that can tell when records come waits for
    /// them up to `wait`; any other gives back at once what is there.
    func poll(max: Int, wait: Duration, now: Timestamp) throws -> Poll
    /// Makes a batch durable. After an error nothing is known of the batch: the processor's memory is worth
    /// nothing, and another starts from the journal.
    func commit(_ batch: Batch) throws
    /// Leads, by program, for which parked dead letters exist.
    func parkedLeads() throws -> [(program: String, leadID: String)]
    /// Called now and then, when little is to be done: deleted payloads leave the disk, files are tidied.
    /// - Parameter patience: how long it waits for readers.
    /// - Returns: False if somebody reads what is to leave; then it is called again soon.
    func settle(_ patience: WriteAheadLog.Patience) throws -> Bool
}
