import Foundation

/// Base 64 with the alphabet of URLs (RFC 4648, section 5), without padding.
public enum Base64URL {
    /// Bytes as text.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        let encoded = Data(bytes).base64EncodedString().utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: byte
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Nil for anything that `text` does not make, so that what is signed can be written in one way only.
    public static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
        var plain = text.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        plain += [UInt8](repeating: UInt8(ascii: "="), count: (4 - plain.count % 4) % 4)
        guard let data = Data(base64Encoded: Data(plain)) else { return nil }
        let bytes = Array(data)
        return Self.text(bytes).utf8.elementsEqual(text) ? bytes : nil
    }
}
