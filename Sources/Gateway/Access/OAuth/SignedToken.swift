import Foundation

/// Algorithms that tokens may be signed by. None that needs no key, and none whose key both sides hold.
enum TokenAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
}

/// A JSON Web Token in its compact form (RFC 7519, RFC 7515), taken apart and not believed yet. Stricter than the
/// library that checks signatures, which reads what nobody should send: padding, unknown `crit`, no `kid`.
struct SignedToken: Sendable {
    /// Longest token.
    static let bytesMax = 8_192
    static let keyIDBytesMax = 256

    let algorithm: TokenAlgorithm
    let keyID: String
    let claims: [String: JSONValue]
    /// What the signature is of.
    let signed: [UInt8]
    let signature: [UInt8]

    /// Nil for anything else.
    init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Base64URL.bytes(parts[2]), !signature.isEmpty
        else { return nil }
        guard case .text(let name)? = header["alg"], let algorithm = TokenAlgorithm(rawValue: name),
            case .text(let keyID)? = header["kid"], (1...Self.keyIDBytesMax).contains(keyID.utf8.count),
            header["crit"] == nil, Self.isToken(header["typ"])
        else { return nil }
        self.algorithm = algorithm
        self.keyID = keyID
        self.claims = claims
        self.signature = signature
        signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
    }

    private static func isToken(_ type: JSONValue?) -> Bool {
        guard let type else { return true }
        guard case .text(let text) = type else { return false }
        return ["jwt", "at+jwt", "application/at+jwt"].contains(MediaType.bare(text))
    }

    private static func object(_ part: Substring.UTF8View) -> [String: JSONValue]? {
        guard let bytes = Base64URL.bytes(part), String(validating: bytes, as: UTF8.self) != nil,
            JSONElements.isShallow(bytes)
        else { return nil }
        // A claim without a value is as good as none.
        do {
            return try JSONDecoder().decode([String: JSONValue?].self, from: Data(bytes)).compactMapValues { $0 }
        } catch { return nil }
    }
}

/// Base 64 with the alphabet of URLs (RFC 4648, section 5), without padding.
enum Base64URL {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
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
    static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
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
