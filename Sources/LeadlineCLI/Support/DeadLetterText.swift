import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Vault

/// Where a dead letter stands: an offset on the data folder's own topic, or partition:offset on a cluster's.
struct DeadLetterPlace: Sendable, Equatable, CustomStringConvertible {
    /// Nil on a data folder's own log, which has one partition.
    var partition: Int32?
    var offset: Int64

    var description: String { partition.map { "\($0):\(offset)" } ?? "\(offset)" }
}

extension DeadLetterPlace: ExpressibleByArgument {
    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard let last = parts.last, let offset = Int64(last), offset >= 0 else { return nil }
        switch parts.count {
        case 1: self.init(partition: nil, offset: offset)
        case 2:
            guard let partition = Int32(parts[0]), partition >= 0 else { return nil }
            self.init(partition: partition, offset: offset)
        default: return nil
        }
    }
}

/// A dead letter read from its topic, with what was opened of it.
struct DeadLetterView {
    let place: DeadLetterPlace
    let letter: WireDeadLetter

    /// Reads a stored dead letter.
    init(_ place: DeadLetterPlace, _ bytes: [UInt8]) throws {
        self.place = place
        letter = try WireDeadLetter(serializedBytes: bytes)
    }

    /// A dead letter that has been read.
    init(_ place: DeadLetterPlace, _ letter: WireDeadLetter) {
        self.place = place
        self.letter = letter
    }

    /// The reason in the words of the documentation, e.g. "unknown-program".
    var reason: String { Self.word(letter.reason) }

    static func word(_ reason: WireRejectionReason) -> String {
        "\(reason)".reduce(into: "") { text, character in
            text += character.isUppercase ? "-\(character.lowercased())" : "\(character)"
        }
    }

    var received: Timestamp { Timestamp(micros: letter.receivedMicros) }

    /// One object a letter; with `record` also the record that was refused.
    func json(_ record: OpenedRecord?) throws -> String {
        let origin = JSONText.object([
            ("topic", JSONText.quoted(letter.origin.topic)), ("partition", "\(letter.origin.partition)"), ("offset", "\(letter.origin.offset)"),
        ])
        return JSONText.object([
            ("partition", place.partition.map { "\($0)" }), ("offset", "\(place.offset)"), ("reason", JSONText.quoted(reason)), ("detail", JSONText.quoted(letter.detail)),
            ("field", letter.field.isEmpty ? nil : JSONText.quoted(letter.field)), ("origin", origin),
            ("recordBytes", letter.recordBytes > 0 ? "\(letter.recordBytes)" : nil),
            ("recordDigest", letter.recordDigest.isEmpty ? nil : JSONText.quoted(letter.recordDigest.base64EncodedString())),
            ("received", JSONText.quoted(TimeText.utc(received))), ("record", record?.json),
        ])
    }
}

/// What the vault says of a dead letter's record.
enum OpenedRecord {
    case record(WireDeadRecord)
    /// Its key was erased.
    case erased
    /// It was too large to be kept.
    case notKept

    /// Opens a dead letter's record.
    static func open(_ letter: WireDeadLetter, _ vault: Vault) throws -> OpenedRecord {
        do { return .record(try DeadLetters.open(letter, vault)) } catch VaultError.erased { return .erased } catch DeadLetterError.notKept {
            return .notKept
        }
    }

    var json: String {
        switch self {
        case .erased: return JSONText.object([("erased", "true")])
        case .notKept: return JSONText.object([("notKept", "true")])
        case .record(let record):
            let headers = record.headers.map { JSONText.object([("name", Self.json($0.name)), ("value", Self.json($0.value))]) }
            return JSONText.object([
                ("key", record.hasKey ? Self.json(record.key) : nil), ("headers", "[\(headers.joined(separator: ","))]"),
                ("value", record.hasValue ? Self.json(record.value) : nil),
            ])
        }
    }

    /// Bytes as base64, and as text where they are text.
    private static func json(_ bytes: Data) -> String {
        let text = String(validating: bytes, as: UTF8.self)
        return JSONText.object([("base64", JSONText.quoted(bytes.base64EncodedString())), ("text", text.map(JSONText.quoted))])
    }

    /// Lines for people.
    var lines: [String] {
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
        String(validating: bytes, as: UTF8.self).map(Terminal.harmless) ?? "base64 \(bytes.base64EncodedString())"
    }
}
