import Foundation
import LeadlineCore
import LeadlineSchemas
import TextFormats

/// A CloudEvent (1.0.2) taken out of a record, in binary or structured mode (Kafka protocol binding).
struct CloudEvent {
    enum Encoding { case json, protobuf }

    var id = ""
    var source = ""
    var type = ""
    var time: Timestamp?
    var partitionKey: String?
    /// Where it stands in its producer's trace. What is no trace is ignored.
    var trace: TraceParent?
    var encoding = Encoding.json
    var data: [UInt8] = []

    /// Longest attribute that is read: an id of as many characters as it may have, whatever their script.
    private static let attributeBytesMax = 1024

    init(_ record: LogRecord, value: [UInt8]) throws(Rejection) {
        guard let contentType = try Self.header("content-type", record) else {
            throw Rejection(
                .unsupportedContentType,
                "the header content-type is missing; use application/json or application/protobuf for binary mode, application/cloudevents+json for structured mode",
                field: "content-type")
        }
        let media = Self.media(contentType)
        if media == EventBatch.contentType {
            throw Rejection(
                .unsupportedContentType,
                "a record holds one event; send each event of the batch as a record of its own, as 'leadline produce' and POST /v1/events do",
                field: "content-type")
        }
        if media == "application/cloudevents+json" {
            try readStructured(value)
        } else {
            encoding = try Self.encoding(media)
            try readBinary(record)
            data = value
        }
        if let header = Self.trace("traceparent", record) { trace = header }
        try check()
    }

    /// The media type without its parameters, in lower case. Most producers send it bare.
    private static func media(_ contentType: String) -> String {
        switch contentType {
        case "application/json", "application/protobuf", "application/cloudevents+json": contentType
        default:
            String(contentType.unicodeScalars.split(separator: ";", omittingEmptySubsequences: false)[0])
                .trimmingCharacters(in: .whitespaces).lowercased()
        }
    }

    private static func encoding(_ media: String) throws(Rejection) -> Encoding {
        switch media {
        case "application/json": return .json
        case _ where JSONSyntax.isOf(mediaType: media): return .json
        case "application/protobuf", "application/x-protobuf", "application/vnd.google.protobuf": return .protobuf
        default:
            throw Rejection(
                .unsupportedContentType,
                "the content type is not read; use application/json, application/protobuf or application/cloudevents+json",
                field: "content-type")
        }
    }

    private static func header(_ name: String, _ record: LogRecord) throws(Rejection) -> String? {
        guard let header = record.headers.last(where: { isNamed(name, $0.name) }) else { return nil }
        guard header.value.count <= attributeBytesMax, !header.value.contains(0),
            let text = String(validating: header.value, as: UTF8.self)
        else {
            throw Rejection(
                .invalidText, "the header \(name) is not UTF-8 text of at most \(attributeBytesMax) bytes", field: name)
        }
        return text.isEmpty ? nil : text
    }

    /// The producer's own span is nearer than the one that the event began with (the Distributed Tracing extension).
    private static func trace(_ name: String, _ record: LogRecord) -> TraceParent? {
        record.headers.last { isNamed(name, $0.name) }.flatMap { TraceParent(header: $0.value) }
    }

    /// Header names are compared without regard to the case of ASCII letters; `name` is in lower case.
    private static func isNamed(_ name: String, _ bytes: [UInt8]) -> Bool {
        bytes.count == name.utf8.count
            && name.utf8.elementsEqual(bytes) { $0 == ($1 >= 65 && $1 <= 90 ? $1 | 0x20 : $1) }
    }

    private mutating func readBinary(_ record: LogRecord) throws(Rejection) {
        try requireVersion(try Self.header("ce_specversion", record))
        id = try Self.header("ce_id", record) ?? ""
        source = try Self.header("ce_source", record) ?? ""
        type = try Self.header("ce_type", record) ?? ""
        partitionKey = try Self.header("ce_partitionkey", record)
        time = try Self.time(try Self.header("ce_time", record))
        trace = Self.trace("ce_traceparent", record)
    }

    private mutating func readStructured(_ value: [UInt8]) throws(Rejection) {
        let scan = try scanned(value)
        // A member that is null is one that is not there (CloudEvents JSON format 1.0.2, section 2.2).
        func member(_ name: String) -> Range<Int>? { scan.value(name).flatMap { scan.isNull($0) ? nil : $0 } }
        func text(_ name: String) throws(Rejection) -> String? {
            guard let range = member(name) else { return nil }
            guard let text = scan.string(range), text.utf8.count <= Self.attributeBytesMax else {
                throw Rejection(
                    .invalidEnvelope,
                    "the attribute \(name) must be a string of at most \(Self.attributeBytesMax) bytes", field: name)
            }
            return text.isEmpty ? nil : text
        }
        try requireVersion(try text("specversion"))
        id = try text("id") ?? ""
        source = try text("source") ?? ""
        type = try text("type") ?? ""
        partitionKey = try text("partitionkey")
        time = try Self.time(try text("time"))
        trace = member("traceparent").flatMap { scan.string($0) }.flatMap { TraceParent(header: $0.utf8) }
        let dataType = try text("datacontenttype").map(Self.media)
        switch (member("data"), member("data_base64")) {
        case (let range?, nil):
            if let dataType, try Self.encoding(dataType) != .json {
                throw Rejection(.invalidEnvelope, "protobuf data belongs in data_base64, not in data", field: "data")
            }
            encoding = .json
            data = Array(value[range])
        case (nil, let range?):
            encoding = try Self.encoding(dataType ?? "application/json")
            guard let text = scan.string(range), let bytes = Data(base64Encoded: text) else {
                throw Rejection(.malformed, "data_base64 is not base64", field: "data_base64")
            }
            data = Array(bytes)
        default:
            throw Rejection(.invalidEnvelope, "give exactly one of data and data_base64", field: "data")
        }
    }

    private func requireVersion(_ version: String?) throws(Rejection) {
        if version != "1.0" {
            throw Rejection(.invalidEnvelope, "specversion must be 1.0", field: "specversion")
        }
    }

    private func check() throws(Rejection) {
        try EventIDToken.check(id)
        if source.isEmpty {
            throw Rejection(.invalidEnvelope, "the CloudEvents attribute source is missing", field: "source")
        }
        if type.isEmpty {
            throw Rejection(
                .invalidEnvelope, "the CloudEvents attribute type is missing, e.g. leadline.v1.LeadSubmitted",
                field: "type")
        }
    }

    private static func time(_ text: String?) throws(Rejection) -> Timestamp? {
        guard let text else { return nil }
        guard let time = RFC3339.parse(text) else {
            throw Rejection(
                .invalidEnvelope, "time must be an RFC 3339 date-time such as 2026-03-01T09:30:00Z", field: "time")
        }
        return time
    }
}

/// Scans JSON and says in a producer's words what is wrong with it.
func scanned(_ json: [UInt8]) throws(Rejection) -> JSONScan {
    guard String(validating: json, as: UTF8.self) != nil else {
        throw Rejection(.invalidText, "the JSON is not valid UTF-8")
    }
    do {
        return try JSONScan(object: json)
    } catch {
        switch error {
        case .tooDeep(let at):
            throw Rejection(.tooDeep, "the JSON nests deeper than \(JSONScan.depthMax) levels at byte \(at)")
        case .containsNUL(let at):
            throw Rejection(.invalidText, "the JSON holds a NUL character at byte \(at)")
        case .malformed(let at):
            throw Rejection(.malformed, "not a JSON object, or cut off, at byte \(at) of \(json.count)")
        }
    }
}
