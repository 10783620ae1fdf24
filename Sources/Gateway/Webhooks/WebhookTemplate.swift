import Engine
import Foundation
import LeadlineSchemas
import Reports

/// A message as its receiver wants it: JSON in whose strings names in double braces stand for what was decided, such as
/// `{"summary":"{{kind}}: {{lead}}"}`. A value is escaped for the string it stands in; a field that a decision has not
/// is empty.
struct WebhookTemplate: Sendable, Equatable {
    static let bytesMax = 4_096
    static let fieldsMax = 32
    /// Bytes of one value, before it is escaped.
    static let valueBytesMax = 512

    /// What a template can name.
    enum Field: String, CaseIterable, Sendable {
        case id, type, kind, time, program, lead, partner, attempt, respondBy, reason, status, sentence

        /// Where the reader's edition of the decision has it; nil where it is made of the decision otherwise.
        var dataName: String? {
            switch self {
            case .lead: "leadId"
            case .partner: "partnerId"
            case .attempt, .respondBy, .reason, .status: rawValue
            case .id, .type, .kind, .time, .program, .sentence: nil
            }
        }

        /// What names the decision: this much is always sent.
        var isName: Bool { [.id, .type, .kind, .time, .program, .lead].contains(self) }
    }

    /// Why a text is no template.
    enum Fault: Error, Equatable {
        case tooLong, tooManyFields, unclosed, noJSON
        case unknown(String)
    }

    private enum Part: Sendable, Equatable {
        case text([UInt8])
        case field(Field)
    }

    /// As it was given.
    let text: String
    private let parts: [Part]

    init(_ text: String) throws(Fault) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.bytesMax else { throw .tooLong }
        self.text = text
        parts = try Self.parts(bytes)
        guard parts.count(where: { if case .field = $0 { true } else { false } }) <= Self.fieldsMax else {
            throw .tooManyFields
        }
        // A letter fits into a string alone: a field that stands elsewhere, or behind a backslash, makes no JSON of it.
        guard Self.isObject(rendered { _ in Array("x".utf8) }) else { throw .noJSON }
    }

    private static func parts(_ bytes: [UInt8]) throws(Fault) -> [Part] {
        var parts: [Part] = []
        var rest = bytes[...]
        while let open = pair(UInt8(ascii: "{"), in: rest) {
            guard let close = pair(UInt8(ascii: "}"), in: rest[(open + 2)...]) else { throw .unclosed }
            let name = String(decoding: rest[(open + 2)..<close], as: UTF8.self)
            guard let field = Field(rawValue: name) else { throw .unknown(name) }
            parts += [.text(Array(rest[..<open])), .field(field)]
            rest = rest[(close + 2)...]
        }
        return parts + [.text(Array(rest))]
    }

    private static func pair(_ byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.dropLast().first { bytes[$0] == byte && bytes[$0 + 1] == byte }
    }

    private static func isObject(_ bytes: [UInt8]) -> Bool {
        do { return try JSONSerialization.jsonObject(with: Data(bytes)) is [String: Any] } catch { return false }
    }

    private func rendered(_ value: (Field) -> [UInt8]) -> [UInt8] {
        parts.flatMap { part in
            switch part {
            case .text(let bytes): bytes
            case .field(let field): value(field)
            }
        }
    }

    /// The message with these values; where it would be too long, with those alone that name the decision.
    func body(_ values: [Field: String]) -> [UInt8] {
        let whole = rendered { Self.escaped(values[$0] ?? "") }
        if whole.count <= WebhookBody.bytesMax { return whole }
        return rendered { $0.isName ? Self.escaped(values[$0] ?? "") : [] }
    }

    /// As it stands between the quotes of a string.
    private static func escaped(_ value: String) -> [UInt8] {
        var length = min(value.utf8.count, valueBytesMax)
        let bytes = Array(value.utf8)
        // Not in the middle of a scalar.
        while length < bytes.count, length > 0, bytes[length] & 0xC0 == 0x80 { length -= 1 }
        return Array(JSONText.quoted(String(decoding: bytes[..<length], as: UTF8.self)).utf8.dropFirst().dropLast())
    }
}

extension WebhookTemplate {
    /// The message for a decision, of what the reader's edition of it says.
    /// - Parameter event: that edition, a CloudEvent in JSON.
    func body(_ decision: PublishedDecision, _ event: [UInt8], sentence: String) throws -> [UInt8] {
        let edition = try JSONDecoder().decode(EditionData.self, from: Data(event))
        var values: [Field: String] = [
            .id: decision.id, .type: decision.type, .kind: Self.kind(decision.type), .time: TimeText.utc(decision.time),
            .program: decision.program, .lead: decision.subject ?? "", .sentence: sentence,
        ]
        for field in Field.allCases {
            if let name = field.dataName, let value = edition.data?[name]?.plain { values[field] = value }
        }
        return body(values)
    }

    /// The last part of a type's name.
    static func kind(_ type: String) -> String {
        type.utf8.split(separator: UInt8(ascii: ".")).last.map { String(decoding: Array($0), as: UTF8.self) } ?? ""
    }

    private struct EditionData: Decodable { var data: [String: JSONValue]? }
}

extension JSONValue {
    /// A value that is no list and no object, as text.
    fileprivate var plain: String? {
        switch self {
        case .text(let text): text
        case .whole(let number): "\(number)"
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list, .object, .null: nil
        }
    }
}
