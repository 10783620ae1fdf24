import Foundation
import LeadlineSchemas
import Reports

/// A request's body that is no message of the schemas: a JSON object of a few fields. A field that nobody asks for is
/// refused.
struct BodyFields {
    private var values: [String: JSONValue]

    /// The fields of an object that was read already.
    init(_ values: [String: JSONValue]) { self.values = values }

    /// - Throws: `Refusal` for a body that is no object.
    init(_ call: Call) throws(Refusal) {
        if call.body.isEmpty {
            values = [:]
            return
        }
        try JSONElements.refuseNull(call.body)
        do { values = try JSONDecoder().decode([String: JSONValue].self, from: Data(call.body)) } catch {
            throw Refusal.invalid("The body is not a JSON object of the documented form.")
        }
    }

    /// Text of so many characters, counted as JSON Schema does; nil where it is absent.
    mutating func text(_ name: String, _ characters: ClosedRange<Int>) throws(Refusal) -> String? {
        guard let value = values.removeValue(forKey: name) else { return nil }
        guard case .text(let text) = value, characters.contains(text.unicodeScalars.count) else {
            throw .invalid(
                "It is text of \(characters.lowerBound) to \(characters.upperBound) characters.", field: name)
        }
        guard !text.utf8.contains(0) else { throw .invalid("It holds a NUL character.", field: name) }
        return text
    }

    /// The same, where it must be there.
    mutating func required(_ name: String, _ characters: ClosedRange<Int>) throws(Refusal) -> String {
        guard let text = try text(name, characters) else { throw .invalid("It is missing.", field: name) }
        return text
    }

    /// An id; nil where it is absent.
    mutating func id(_ name: String) throws(Refusal) -> String? {
        guard let text = try text(name, 1...128) else { return nil }
        guard FieldLimits.isID(text) else { throw .invalid("It is no id.", field: name) }
        return text
    }

    /// One of a few words; nil where it is absent.
    mutating func choice(_ name: String, _ words: [String]) throws(Refusal) -> String? {
        guard let text = try text(name, 0...64) else { return nil }
        guard words.contains(text) else {
            throw .invalid("It is one of \(words.joined(separator: ", ")).", field: name)
        }
        return text
    }

    /// True or false; nil where it is absent.
    mutating func flag(_ name: String) throws(Refusal) -> Bool? {
        guard let value = values.removeValue(forKey: name) else { return nil }
        guard case .flag(let flag) = value else { throw .invalid("It is true or false.", field: name) }
        return flag
    }

    /// A whole number; nil where it is absent.
    mutating func number(_ name: String, _ range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let value = values.removeValue(forKey: name) else { return nil }
        guard case .whole(let number) = value, let whole = Int(exactly: number), range.contains(whole) else {
            throw .invalid("It is a whole number from \(range.lowerBound) to \(range.upperBound).", field: name)
        }
        return whole
    }

    /// Texts, at most so many of so many characters each; empty where it is absent.
    mutating func texts(_ name: String, count: ClosedRange<Int>, _ characters: ClosedRange<Int>) throws(Refusal)
        -> [String]
    {
        guard let value = values.removeValue(forKey: name) else { return [] }
        let list = if case .list(let list) = value { list } else { [JSONValue]() }
        let texts = list.compactMap { value -> String? in if case .text(let text) = value { text } else { nil } }
        guard count.contains(texts.count), texts.count == list.count,
            texts.allSatisfy({ characters.contains($0.unicodeScalars.count) && !$0.utf8.contains(0) })
        else {
            throw .invalid(
                "It is a list of \(count.lowerBound) to \(count.upperBound) texts of \(characters.lowerBound) to "
                    + "\(characters.upperBound) characters, none of them NUL.", field: name)
        }
        return texts
    }

    /// An object as JSON; nil where it is absent.
    mutating func object(_ name: String) throws(Refusal) -> [UInt8]? {
        guard let value = values.removeValue(forKey: name) else { return nil }
        guard case .object = value else { throw .invalid("It is an object.", field: name) }
        do { return Array(try JSONEncoder().encode(value)) } catch {
            throw .invalid("It is an object.", field: name)
        }
    }

    /// The fields of an object in it; nil where it is absent.
    mutating func fields(_ name: String) throws(Refusal) -> BodyFields? {
        guard let value = values.removeValue(forKey: name) else { return nil }
        guard case .object(let fields) = value else { throw .invalid("It is an object.", field: name) }
        return BodyFields(fields)
    }

    /// A field of whatever kind; nil where it is absent.
    mutating func any(_ name: String) -> JSONValue? { values.removeValue(forKey: name) }

    /// Names of the fields that nobody asked for yet.
    var rest: [String] { values.keys.sorted() }

    /// Refuses what nobody asked for.
    func end() throws(Refusal) { if let name = rest.first { throw .unknownField(name) } }
}

/// Any JSON value, its kinds told apart as the text has them.
enum JSONValue: Codable, Sendable, Equatable {
    case null
    case flag(Bool)
    case whole(Int64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let one = try decoder.singleValueContainer()
        // In this order: none of the readers takes what an earlier one does, and the last says what is wrong.
        if one.decodeNil() {
            self = .null
        } else if let value = try? one.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? one.decode(Int64.self) {
            self = .whole(value)
        } else if let value = try? one.decode(Double.self) {
            self = .number(value)
        } else if let value = try? one.decode(String.self) {
            self = .text(value)
        } else if let value = try? one.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try one.decode([String: JSONValue].self))
        }
    }

    /// Nil for text that is no JSON.
    init?(json: [UInt8]) {
        do { self = try JSONDecoder().decode(JSONValue.self, from: Data(json)) } catch { return nil }
    }

    /// Text, where it is one.
    var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The members, where it is an object.
    var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }

    func encode(to encoder: any Encoder) throws {
        var one = encoder.singleValueContainer()
        switch self {
        case .null: try one.encodeNil()
        case .flag(let value): try one.encode(value)
        case .whole(let value): try one.encode(value)
        case .number(let value): try one.encode(value)
        case .text(let value): try one.encode(value)
        case .list(let value): try one.encode(value)
        case .object(let value): try one.encode(value)
        }
    }
}
