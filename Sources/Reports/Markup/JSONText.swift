import Engine
import Foundation

/// Small pieces of JSON, written by hand where the order of fields or the bytes of an inner document must stay.
public enum JSONText {
    /// A string in quotes, escaped as RFC 8259 asks.
    public static func quoted(_ text: String) -> String { JSONEscapes.quoted(text) }

    /// An object of fields whose values are JSON already, in this order; nil values are left out.
    public static func object(_ fields: [(name: String, json: String?)]) -> String {
        let parts = fields.compactMap { field in field.json.map { "\(quoted(field.name)):\($0)" } }
        return "{" + parts.joined(separator: ",") + "}"
    }

    /// A value in one line, keys in alphabetical order.
    public static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
