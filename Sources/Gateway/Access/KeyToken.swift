import Engine

/// An API key as its bearer sends it: `ll_<id>_<secret>`. It is shown once, when it is made.
public struct KeyToken: Sendable, Equatable, CustomStringConvertible {
    static let idBytes = 8
    static let secretBytes = 32

    /// Lower-case hexadecimal digits.
    public let id: String
    /// The same, of 256 random bits.
    let secret: String

    /// A new one.
    init(_ random: any RandomSource) {
        id = Hexadecimal.text(random.bytes(Self.idBytes))
        secret = Hexadecimal.text(random.bytes(Self.secretBytes))
    }

    /// The key that a bearer sent; nil for any other text.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("ll".utf8),
            parts[1].count == Self.idBytes * 2, parts[2].count == Self.secretBytes * 2,
            parts[1].allSatisfy(Hexadecimal.isDigit), parts[2].allSatisfy(Hexadecimal.isDigit)
        else { return nil }
        id = String(decoding: Array(parts[1]), as: UTF8.self)
        secret = String(decoding: Array(parts[2]), as: UTF8.self)
    }

    public var description: String { "ll_\(id)_\(secret)" }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.underestimatedCount * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of lower-case digits; nil for any other text.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0, digits.allSatisfy(isDigit) else { return nil }
        func value(_ digit: UInt8) -> UInt8 {
            digit >= UInt8(ascii: "a") ? digit - UInt8(ascii: "a") + 10 : digit - UInt8(ascii: "0")
        }
        return stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
