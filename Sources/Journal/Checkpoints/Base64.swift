import Foundation

/// Base 64 as RFC 4648 section 4 has it, and strictly: one text for one value, so that a note has one form.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// `nil` for anything that encoding would not have written.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard let data = Data(base64Encoded: String(text)), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }

    /// The digest in a line; `nil` if it is none.
    static func digest(_ text: some StringProtocol) -> Digest? { decode(text).flatMap { Digest($0) } }

    static func encode(_ digest: Digest) -> String { encode(digest.bytes) }
}
