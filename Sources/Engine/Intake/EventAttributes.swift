public import LeadlineCore
public import LeadlineSchemas

/// Who sends an event and what it says it is, read by the decoder that intake reads it with: whoever must know before it is
/// appended sees what the journal will.
public struct EventAttributes: Sendable, Equatable {
    public let id: String
    public let source: String
    /// Full name of the message.
    public let type: String
    /// When it happened, if it says so.
    public let time: Timestamp?
    /// Its partition key, if it has one.
    public let partitionKey: String?
    /// The message, in JSON or else in protobuf.
    public let data: [UInt8]
    public let isJSON: Bool
    /// Where it stands in its sender's trace, if it says so.
    public let trace: TraceParent?

    /// Reads the attributes of an event in binary or structured mode.
    /// - Parameter headers: as on a topic, `ce_` before the attributes' names.
    /// - Throws: what the producer must mend.
    public init(headers: [RecordHeader], value: [UInt8]) throws(Rejection) {
        let record = LogRecord(topic: .leads, offset: 0, received: .epoch, key: nil, headers: headers, value: value)
        let event = try CloudEvent(record, value: value)
        id = event.id
        source = event.source
        type = event.type
        time = event.time
        partitionKey = event.partitionKey
        data = event.data
        isJSON = event.encoding == .json
        trace = event.trace
    }
}
