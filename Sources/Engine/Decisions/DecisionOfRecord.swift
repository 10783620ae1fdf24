public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import TextFormats

/// Why a record is no decision.
public enum DecisionRecordError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A header is missing, or says what no decision's does.
    case header(String)
    /// The value is not the message that ce_type names.
    case value(type: String)

    public var description: String {
        switch self {
        case .header(let name): "the record is no decision: its header \(name) is missing or not valid"
        case .value(let type): "the record is no decision: its value is no \(type)"
        }
    }
}

extension PublishedDecision {
    /// A decision as it stands on `leadline.decisions`, in binary mode and either format.
    public init(headers: [RecordHeader], value: [UInt8]) throws(DecisionRecordError) {
        func text(_ name: String) throws(DecisionRecordError) -> String {
            guard let header = headers.last(where: { $0.name.elementsEqual(name.utf8) }),
                let text = String(validating: header.value, as: UTF8.self)
            else { throw .header(name) }
            return text
        }
        guard let cursor = DecisionCursor(try text("ce_id")), cursor.place?.ordinal != nil else {
            throw .header("ce_id")
        }
        guard let time = RFC3339.parse(try text("ce_time")) else { throw .header("ce_time") }
        let type = try text("ce_type")
        guard let kind = EventKind(fullName: type) else { throw .header("ce_type") }
        do {
            let isJSON = try text("content-type") == "application/json"
            let body = isJSON ? try Self.body(kind, json: value) : try WireEvent.OneOf_Body(field: kind.rawValue, value)
            self.init(
                cursor: cursor, time: time, stored: isJSON ? try body.content.message.serializedBytes() : value,
                body: body,
                trace: headers.last { $0.name.elementsEqual("ce_traceparent".utf8) }
                    .flatMap { TraceParent(header: $0.value) })
        } catch let error as DecisionRecordError { throw error } catch { throw .value(type: type) }
    }

    /// The message in its JSON form, read as the body of an event, whose fields are named as the kinds are.
    private static func body(_ kind: EventKind, json: [UInt8]) throws -> WireEvent.OneOf_Body {
        guard let text = String(validating: json, as: UTF8.self) else {
            throw WireError(.unknownBody, field: "events.body")
        }
        let name = kind.name.prefix(1).lowercased() + kind.name.dropFirst()
        guard let body = try WireEvent(jsonString: "{\"\(name)\":\(text)}").body else {
            throw WireError(.unknownBody, field: "events.body")
        }
        return body
    }

    /// What was decided.
    /// - Throws: `WireError` for bytes that are no such event.
    public func event() throws(WireError) -> Event {
        guard let kind = EventKind(fullName: type) else { throw WireError(.unknownBody, field: "events.body") }
        return try EventCodec.decode(bodyField: kind.rawValue, stored)
    }
}

extension EventKind {
    /// The kind whose message has this full name; nil if none has.
    fileprivate init?(fullName: String) {
        guard let kind = Self.allCases.first(where: { $0.fullName == fullName }) else { return nil }
        self = kind
    }
}
