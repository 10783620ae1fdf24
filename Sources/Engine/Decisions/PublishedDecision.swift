import Crypto
public import LeadlineCore
public import LeadlineSchemas
import SwiftProtobuf
import TextFormats

/// How the data of a decision is written.
public enum DecisionFormat: String, Sendable, CaseIterable {
    case json, protobuf
}

/// One decision as the world sees it: a CloudEvent whose id and content never change, the same on every log and face.
public struct PublishedDecision: Sendable, Equatable {
    /// Where it stands; its text is the event's id.
    public let cursor: DecisionCursor
    /// Logical time of its entry.
    public let time: Timestamp
    /// The serialised message, as the journal keeps it.
    public let stored: [UInt8]
    /// The deciding in the trace of what was decided on; nil where the input named none.
    public let trace: TraceParent?
    private let body: WireEvent.OneOf_Body

    init(
        cursor: DecisionCursor, time: Timestamp, stored: [UInt8], body: WireEvent.OneOf_Body, trace: TraceParent? = nil
    ) {
        self.trace = trace
        self.cursor = cursor
        self.time = time
        self.stored = stored
        self.body = body
    }

    /// The program that decided.
    public var program: String { cursor.program }
    /// program/position/ordinal.
    public var id: String { cursor.description }
    /// The CloudEvents source, "/leadline/" and the program.
    public var source: String { "/leadline/\(program)" }
    /// Full message name, e.g. "leadline.v1.LeadAssigned".
    public var type: String { body.typeName }
    /// The lead that it is about; nil where it is about none.
    public var subject: String? { Self.nonEmpty(body.content.leadID) }

    private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }

    /// The decisions of an entry, in order.
    /// - Throws: `WireError` for bytes that are no entry.
    public static func all(program: String, entry: [UInt8]) throws -> [PublishedDecision] {
        let peek = try EntryCodec.peek(entry)
        return try all(program: program, position: peek.position, stamp: peek.stamp, entry: entry)
    }

    /// The decisions of an entry whose position and stamp are known, in order.
    public static func all(program: String, position: UInt64, stamp: Timestamp, entry: [UInt8]) throws
        -> [PublishedDecision]
    {
        let trace = try EntryCodec.trace(entry).flatMap { Self.deciding(program, position, in: $0) }
        return try EntryCodec.eventRanges(entry).enumerated().map { ordinal, range in
            let stored = Array(entry[range.bytes])
            return PublishedDecision(
                cursor: DecisionCursor(program: program, after: .init(position: position, ordinal: UInt32(ordinal))),
                time: stamp, stored: stored,
                body: try WireEvent.OneOf_Body(field: range.bodyField, stored), trace: trace)
        }
    }

    /// The span of deciding an entry: made of what the journal has, so that it is the same whoever tells of it, and
    /// again.
    static func deciding(_ program: String, _ position: UInt64, in trace: TraceParent) -> TraceParent? {
        var hash = SHA256()
        hash.update(data: trace.bytes)
        hash.update(data: Array("\(program)/\(position)".utf8))
        return trace.under(Array(hash.finalize().prefix(8)))
    }

    /// The message in the given form.
    public func data(_ format: DecisionFormat) throws -> [UInt8] {
        format == .protobuf ? stored : try body.content.message.jsonUTF8Bytes()
    }

    // MARK: Binary mode

    private static let specVersion = RecordHeader("ce_specversion", "1.0")
    private static let json = RecordHeader("content-type", "application/json")
    private static let protobuf = RecordHeader("content-type", "application/protobuf")

    /// Attributes as record headers (CloudEvents' Kafka binding, binary mode); the value is `data` in the same format.
    public func headers(_ format: DecisionFormat) -> [RecordHeader] {
        var headers = [
            Self.specVersion, RecordHeader("ce_id", id), RecordHeader("ce_source", source),
            RecordHeader("ce_type", type),
            RecordHeader("ce_time", RFC3339.format(time)), RecordHeader("ce_partitionkey", program),
        ]
        if let subject { headers.append(RecordHeader("ce_subject", subject)) }
        if let trace {
            // As the event's attribute, and as what follows traces from record to record reads it.
            headers += ["ce_traceparent", "traceparent"].map { RecordHeader($0, trace.description) }
        }
        headers.append(format == .json ? Self.json : Self.protobuf)
        return headers
    }

    // MARK: Structured mode

    /// The whole event as one line of JSON (CloudEvents' JSON format, structured mode).
    public func structuredJSON() throws -> [UInt8] {
        var attributes = [
            ("specversion", "1.0"), ("id", id), ("source", source), ("type", type), ("time", RFC3339.format(time)),
            ("partitionkey", program),
        ]
        if let subject { attributes.append(("subject", subject)) }
        if let trace { attributes.append(("traceparent", trace.description)) }
        attributes.append(("datacontenttype", "application/json"))
        var line = [UInt8(ascii: "{")]
        for (name, value) in attributes { line += "\"\(name)\":\(JSONEscapes.quoted(value)),".utf8 }
        line += #""data":"#.utf8
        line += try data(.json)
        line.append(UInt8(ascii: "}"))
        return line
    }
}
