import Engine
import Foundation
public import LeadlineCore
public import LeadlineSchemas

/// Where a dead letter stands: an offset on the data folder's own topic, or partition:offset on a cluster's.
public struct DeadLetterPlace: Sendable, Equatable, CustomStringConvertible {
    /// Nil on a data folder's own log, which has one partition.
    public var partition: Int32?
    /// Its offset.
    public var offset: Int64

    /// A place from its parts.
    public init(partition: Int32? = nil, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    /// The place that a text names; nil if it names none.
    public init?(_ text: String) {
        let parts = text.unicodeScalars.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
        guard let last = parts.last, let offset = Int64(last), offset >= 0 else { return nil }
        switch parts.count {
        case 1: self.init(offset: offset)
        case 2:
            guard let partition = Int32(parts[0]), partition >= 0 else { return nil }
            self.init(partition: partition, offset: offset)
        default: return nil
        }
    }

    public var description: String { partition.map { "\($0):\(offset)" } ?? "\(offset)" }
}

/// A dead letter read from its topic.
public struct DeadLetterView: Sendable {
    /// Where it stands.
    public let place: DeadLetterPlace
    /// What is stored.
    public let letter: WireDeadLetter

    /// A stored dead letter.
    public init(_ place: DeadLetterPlace, _ letter: WireDeadLetter) {
        self.place = place
        self.letter = letter
    }

    /// The reason as options and the documentation name it, e.g. "unknown-program".
    public var reason: String { letter.reason.word }

    /// True if its contents were removed: neither sealed bytes nor the size of a record too large to be kept are there.
    public var isErased: Bool { letter.sealed.isEmpty && letter.recordBytes == 0 }

    /// When the record came in.
    public var received: Timestamp { Timestamp(micros: letter.receivedMicros) }

    /// Where the record came from: "leadline.leads@17".
    public var origin: String { "\(letter.origin.topic)@\(letter.origin.offset)" }

    /// One line: "unknown-program in leadId: ...".
    public var sentence: String {
        Escaping.harmless("\(reason)\(letter.field.isEmpty ? "" : " in \(letter.field)"): \(letter.detail)")
    }

    /// What it means that records could not be searched whole.
    public static func unsearchableNote(_ count: Int) -> String {
        "\(CountText.of(count, "record")) marked [not searchable] may mention people whom no search finds in them: 'leadline deadletter erase' erases such records by place or by age."
    }

    /// Size and digest of a record that was too large to be kept; nil of any other.
    public var sizeAndDigest: [String]? {
        guard letter.recordBytes > 0 else { return nil }
        let digest = letter.recordDigest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return ["The record was too large to be kept: \(letter.recordBytes) bytes.", "SHA-256 of its value: \(digest)"]
    }

    /// One object a letter; with `record` also the record that was refused. Field names are a contract.
    public func json(_ record: OpenedRecord?) -> String {
        let origin = JSONText.object([
            ("topic", JSONText.quoted(letter.origin.topic)), ("partition", "\(letter.origin.partition)"),
            ("offset", "\(letter.origin.offset)"),
        ])
        return JSONText.object([
            ("partition", place.partition.map { "\($0)" }), ("offset", "\(place.offset)"),
            ("reason", JSONText.quoted(reason)), ("detail", JSONText.quoted(letter.detail)),
            ("field", letter.field.isEmpty ? nil : JSONText.quoted(letter.field)), ("origin", origin),
            ("recordBytes", letter.recordBytes > 0 ? "\(letter.recordBytes)" : nil),
            (
                "recordDigest",
                letter.recordDigest.isEmpty ? nil : JSONText.quoted(letter.recordDigest.base64EncodedString())
            ),
            ("unsearchable", letter.unsearchable ? "true" : nil), ("erased", isErased ? "true" : nil),
            ("received", JSONText.quoted(TimeText.utc(received))), ("record", record?.json),
        ])
    }
}

/// What the vault says of a dead letter's record.
public enum OpenedRecord: Sendable {
    /// What was refused, byte for byte.
    case record(WireDeadRecord)
    /// Its key was erased.
    case erased
    /// It was too large to be kept.
    case notKept

    /// The record as JSON.
    public var json: String {
        switch self {
        case .erased: return JSONText.object([("erased", "true")])
        case .notKept: return JSONText.object([("notKept", "true")])
        case .record(let record):
            let headers = record.headers.map {
                JSONText.object([("name", Self.json($0.name)), ("value", Self.json($0.value))])
            }
            return JSONText.object([
                ("key", record.hasKey ? Self.json(record.key) : nil),
                ("headers", "[\(headers.joined(separator: ","))]"),
                ("value", record.hasValue ? Self.json(record.value) : nil),
            ])
        }
    }

    /// Bytes as base64, and as text where they are text.
    private static func json(_ bytes: Data) -> String {
        let text = String(validating: bytes, as: UTF8.self)
        return JSONText.object([
            ("base64", JSONText.quoted(bytes.base64EncodedString())), ("text", text.map(JSONText.quoted)),
        ])
    }

    /// Lines for people.
    public var lines: [String] {
        switch self {
        case .erased: return ["its key was erased; it stays sealed for ever"]
        case .notKept: return ["it was too large to be kept"]
        case .record(let record):
            return [record.hasKey ? "key: \(Self.text(record.key))" : "no key"]
                + record.headers.map { "header \(Self.text($0.name)): \(Self.text($0.value))" }
                + [record.hasValue ? "value (\(record.value.count) bytes): \(Self.text(record.value))" : "no value"]
        }
    }

    private static func text(_ bytes: Data) -> String {
        String(validating: bytes, as: UTF8.self).map(Escaping.harmless) ?? "base64 \(bytes.base64EncodedString())"
    }
}
