/// JSON's escapes: written into text that becomes JSON, and taken out of bytes that need not be JSON.
public enum JSONEscapes {
    /// The text in quotes, escaped as RFC 8259 asks, scalar by scalar.
    public static func quoted(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain) { return "\"\(text)\"" }
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

    /// True for a byte that stands in a string as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// The bytes with escapes of single characters resolved, so that a search finds "kim\u0040acme.example"; nil if
    /// there are none.
    public static func resolved(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(UInt8(ascii: "\\")) else { return nil }
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                plain.append(bytes[index])
                index += 1
                continue
            }
            if bytes[index + 1] == UInt8(ascii: "u"), index + 6 <= bytes.count,
                let scalar = scalar(bytes[(index + 2)..<(index + 6)])
            {
                plain.append(contentsOf: String(Character(scalar)).utf8)
                index += 6
            } else {
                plain.append(control(bytes[index + 1]) ?? bytes[index + 1])
                index += 2
            }
        }
        return plain
    }

    private static func control(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        default: nil
        }
    }

    private static func scalar(_ digits: ArraySlice<UInt8>) -> UnicodeScalar? {
        UInt32(String(decoding: digits, as: UTF8.self), radix: 16).flatMap { UnicodeScalar($0) }
    }
}
