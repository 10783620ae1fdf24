import Foundation

/// Small pieces of JSON, written by hand where the order of fields or the bytes of an inner document must stay.
public enum JSONText {
    /// A string in quotes, escaped as RFC 8259 asks.
    public static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

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
