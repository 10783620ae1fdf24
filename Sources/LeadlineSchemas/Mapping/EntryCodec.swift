public import LeadlineCore

/// Where an input came from. The decider never sees it.
public struct OriginRecord: Sendable, Equatable {
    /// Topic, e.g. "leadline.leads".
    public var topic: String
    /// Partition.
    public var partition: UInt32
    /// Offset in the partition.
    public var offset: Int64
    /// CloudEvents id that the producer gave.
    public var eventID: String
    /// CloudEvents source, or "keyed:" and a keyed digest of it; empty in entries from before sources were kept.
    public var source: String
    /// Where it stands in its producer's trace, as `TraceParent` has it; empty where none was named.
    public var traceParent: [UInt8]

    /// An origin.
    public init(
        topic: String, partition: UInt32, offset: Int64, eventID: String, source: String = "", traceParent: [UInt8] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.eventID = eventID
        self.source = source
        self.traceParent = traceParent
    }
}

extension OriginRecord {
    /// The source; nil where none is recorded.
    public var sourceIfRecorded: String? { source.isEmpty ? nil : source }
}

/// Message `Origin`.
extension OriginRecord: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(topic: "", partition: 0, offset: 0, eventID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.topic = try reader.string("topic")
            case 2: value.partition = try reader.uint32("partition")
            case 3: value.offset = try reader.int64("offset")
            case 4: value.eventID = try reader.string("event_id")
            case 5: value.source = try reader.string("source")
            case 6: value.traceParent = try reader.bytes("trace_parent")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, topic)
        writer.uint(2, partition)
        writer.int(3, offset)
        writer.string(4, eventID)
        writer.string(5, source)
        writer.bytes(6, traceParent)
    }
}

/// One entry of a stream, read from its stored bytes.
public struct EntryRecord: Sendable, Equatable {
    /// Index in the program's stream, from 0.
    public var position: UInt64
    /// Logical time.
    public var stamp: Timestamp
    /// The logic that decided.
    public var logicVersion: UInt32
    /// Where the input came from; nil on Leadline's own inputs.
    public var origin: OriginRecord?
    /// The input as the decider sees it.
    public var input: Input
    /// Where message `Input` lies in the entry's bytes.
    public var inputRange: Range<Int>
    /// The input's sealed fields; empty where nothing is sealed.
    public var sealed: [UInt8]
    /// What came of it, in order.
    public var events: [Event]
}

extension EntryRecord {
    /// True if the entry takes back a lead's value, by the field's name in the schema. Earlier logic than version 7 knows
    /// of no value that is taken back.
    public func clears(_ field: String) -> Bool {
        guard logicVersion >= 7, case .leadUpdated(let fact) = input.fact else { return false }
        return fact.cleared.contains(field)
    }
}

/// The little of an entry that can be told without reading it.
public struct EntryPeek: Sendable, Equatable {
    /// Index in the program's stream.
    public var position: UInt64
    /// Logical time.
    public var stamp: Timestamp
    /// The fact's field number in `Input.body`.
    public var inputField: Int
}

/// Where an event lies in an entry's bytes.
public struct EventRange: Sendable, Equatable {
    /// The event's field number in `Event.body`.
    public var bodyField: Int
    /// Offsets of the event's own message, e.g. `LeadAssigned`, in the entry's bytes.
    public var bytes: Range<Int>
}

/// Journal entries to and from message `Entry`.
public enum EntryCodec {
    /// Appends message `Entry` to what the writer holds.
    ///
    /// `inputBytes` is message `Input` as InputCodec made it; it goes in as it stands.
    public static func encode(
        position: UInt64, stamp: Timestamp, logicVersion: UInt32, origin: OriginRecord?,
        inputBytes: UnsafeRawBufferPointer, events: [Event], into writer: inout WireWriter
    ) {
        writer.uint(1, position)
        writer.int(2, stamp.micros)
        writer.uint(3, logicVersion)
        writer.message(4, origin)
        unsafe writer.bytes(5, inputBytes, always: true)
        writer.messages(6, events)
    }

    /// Appends message `Entry` to what the writer holds.
    public static func encode(
        position: UInt64, stamp: Timestamp, logicVersion: UInt32, origin: OriginRecord?,
        inputBytes: [UInt8], events: [Event], into writer: inout WireWriter
    ) {
        unsafe inputBytes.withUnsafeBytes { input in
            unsafe encode(
                position: position, stamp: stamp, logicVersion: logicVersion, origin: origin, inputBytes: input,
                events: events, into: &writer)
        }
    }

    /// The whole entry. One without an input is an error.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> EntryRecord {
        var reader = unsafe WireReader(bytes)
        var position: UInt64 = 0
        var stamp = Timestamp.epoch
        var logicVersion: UInt32 = 0
        var origin: OriginRecord?
        var input: Input?
        var inputRange = 0..<0
        var sealed: [UInt8] = []
        var events: [Event] = []
        while let field = try reader.next() {
            switch field {
            case 1: position = try reader.uint64("position")
            case 2: stamp = Timestamp(micros: try reader.int64("stamp_micros"))
            case 3: logicVersion = try reader.uint32("logic_version")
            case 4: origin = try reader.message("origin")
            case 5:
                var inner = try reader.nested("input")
                inputRange = inner.offset..<inner.end
                input = try readInput(from: &inner, sealed: &sealed)
            case 6: events.append(try reader.message("events"))
            default: try reader.skip()
            }
        }
        return EntryRecord(
            position: position, stamp: stamp, logicVersion: logicVersion, origin: origin,
            input: try required(input, "input"), inputRange: inputRange, sealed: sealed, events: events)
    }

    private static func readInput(
        from reader: inout WireReader, sealed: inout [UInt8]
    ) throws(WireError) -> Input {
        do {
            return try InputCodec.read(from: &reader, sealed: &sealed)
        } catch {
            throw error.inside("input")
        }
    }

    /// The whole entry. One without an input is an error.
    public static func decode(_ bytes: [UInt8]) throws(WireError) -> EntryRecord {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(WireError) in try unsafe decode(raw) }
    }

    /// Position, stamp and kind of input, without allocating. Nothing inside the input's body nor inside
    /// the events is looked at.
    public static func peek(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> EntryPeek {
        var reader = unsafe WireReader(bytes)
        var position: UInt64 = 0
        var stamp = Timestamp.epoch
        var inputField: Int?
        while let field = try reader.next() {
            switch field {
            case 1: position = try reader.uint64("position")
            case 2: stamp = Timestamp(micros: try reader.int64("stamp_micros"))
            case 5:
                var input = try reader.nested("input")
                inputField = try bodyField(of: &input)
            default: try reader.skip()
            }
        }
        return EntryPeek(
            position: position, stamp: stamp, inputField: try required(inputField, "input.body"))
    }

    /// Position, stamp and kind of input.
    public static func peek(_ bytes: [UInt8]) throws(WireError) -> EntryPeek {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(WireError) in try unsafe peek(raw) }
    }

    private static func bodyField(of input: inout WireReader) throws(WireError) -> Int? {
        var body: Int?
        while let field = try input.next() {
            if FactCodec.isBody(field) { body = field }
            try input.skip()
        }
        return body
    }

    /// Where the input stands in its producer's trace; nil where none is recorded.
    public static func trace(_ bytes: [UInt8]) throws(WireError) -> TraceParent? {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(WireError) in
            var reader = unsafe WireReader(raw)
            while let field = try reader.next() {
                guard field == 4 else {
                    try reader.skip()
                    continue
                }
                let origin: OriginRecord = try reader.message("origin")
                return TraceParent(bytes: origin.traceParent)
            }
            return nil
        }
    }

    /// Where the entry's events lie, in order, so that the decisions topic hands out the stored bytes.
    public static func eventRanges(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> [EventRange] {
        var reader = unsafe WireReader(bytes)
        var ranges: [EventRange] = []
        while let field = try reader.next() {
            guard field == 6 else {
                try reader.skip()
                continue
            }
            var event = try reader.nested("events")
            ranges.append(try required(try eventRange(in: &event), "events.body"))
        }
        return ranges
    }

    /// Where the entry's events lie, in order.
    public static func eventRanges(_ bytes: [UInt8]) throws(WireError) -> [EventRange] {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(WireError) in try unsafe eventRanges(raw) }
    }

    private static func eventRange(in event: inout WireReader) throws(WireError) -> EventRange? {
        var found: EventRange?
        while let field = try event.next() {
            if EventCodec.isBody(field) {
                found = EventRange(bodyField: field, bytes: try event.range("body"))
            } else {
                try event.skip()
            }
        }
        return found
    }
}
