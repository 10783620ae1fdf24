public import LeadlineCore

/// One header of a record, as bytes: what arrives need not be text.
public struct RecordHeader: Sendable, Equatable {
    public var name: [UInt8]
    public var value: [UInt8]
    public init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }
    /// A header of text.
    public init(_ name: String, _ value: String) { self.init(name: Array(name.utf8), value: Array(value.utf8)) }
}

/// A record as a producer hands it over, before the log gives it a place.
public struct NewRecord: Sendable, Equatable {
    public var topic: Topic
    /// The program's id, if the producer set it.
    public var key: [UInt8]?
    public var headers: [RecordHeader]
    /// Nil is a tombstone.
    public var value: [UInt8]?
    /// The past moment that the record speaks of, when history is imported; nil for live records.
    public var eventTime: Timestamp?
    public init(topic: Topic, key: [UInt8]?, headers: [RecordHeader], value: [UInt8]?, eventTime: Timestamp? = nil) {
        self.topic = topic
        self.key = key
        self.headers = headers
        self.value = value
        self.eventTime = eventTime
    }
}

/// A record in its place in the log.
public struct LogRecord: Sendable, Equatable {
    public var topic: Topic
    public var partition: UInt32
    public var offset: Int64
    /// The log's append time; on import the event's own time.
    public var received: Timestamp
    public var isImported: Bool
    /// False if the record stands in another partition than the one that its key belongs to.
    public var isInItsPartition = true
    public var key: [UInt8]?
    public var headers: [RecordHeader]
    public var value: [UInt8]?
    /// Bytes of key, headers and value.
    public var byteCount: Int { (key?.count ?? 0) + headerByteCount + (value?.count ?? 0) }
    /// Bytes of the headers' names and values.
    public var headerByteCount: Int {
        var count = 0
        for at in headers.indices { count += headers[at].name.count + headers[at].value.count }
        return count
    }
    public init(
        topic: Topic, partition: UInt32 = 0, offset: Int64, received: Timestamp, isImported: Bool = false,
        key: [UInt8]?, headers: [RecordHeader], value: [UInt8]?
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.received = received
        self.isImported = isImported
        self.key = key
        self.headers = headers
        self.value = value
    }
}
