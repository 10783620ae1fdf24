import Foundation
import TextFormats

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
