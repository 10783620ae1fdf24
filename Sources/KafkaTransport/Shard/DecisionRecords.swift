import Engine
import LeadlineCore
import LeadlineSchemas

/// How decisions are written.
public enum DecisionFormat: String, Sendable, CaseIterable {
    case json, protobuf
}

/// Decisions as records of `leadline.decisions`: CloudEvents in binary mode, whose ids never change, so that a consumer
/// can tell a repeat whatever a broker did.
enum DecisionRecords {
    private static let specVersion = RecordHeader("ce_specversion", "1.0")
    private static let json = RecordHeader("content-type", "application/json")
    private static let protobuf = RecordHeader("content-type", "application/protobuf")
    private static let idName = Array("ce_id".utf8)
    private static let sourceName = Array("ce_source".utf8)
    private static let typeName = Array("ce_type".utf8)
    private static let timeName = Array("ce_time".utf8)

    /// Calls `body` with the headers and value of each decision of an entry.
    static func forEach(
        program: String, position: UInt64, stamp: Timestamp, entry: [UInt8], format: DecisionFormat,
        _ body: ([RecordHeader], [UInt8]) throws -> Void
    ) throws {
        let ranges = try EntryCodec.eventRanges(entry)
        if ranges.isEmpty { return }
        let time = RecordHeader(name: timeName, value: Array(RFC3339.format(stamp).utf8))
        let source = RecordHeader(name: sourceName, value: Array("/leadline/\(program)".utf8))
        for (ordinal, range) in ranges.enumerated() {
            let stored = Array(entry[range.bytes])
            guard let type = DecisionFeed.typeName(field: range.bodyField) else { continue }
            let headers = [
                specVersion, RecordHeader(name: idName, value: Array("\(program)/\(position)/\(ordinal)".utf8)), source,
                RecordHeader(name: typeName, value: Array(type.utf8)), time, format == .json ? json : protobuf,
            ]
            let value = format == .json ? try DecisionFeed.json(field: range.bodyField, stored) : stored
            try body(headers, value)
        }
    }
}
