import CRdKafka

import Foundation

/// A token for SASL/OAUTHBEARER (RFC 7628).
public struct BearerToken: Sendable, Equatable {
    /// The token as it is sent.
    public var value: String
    /// When it ends, Unix milliseconds.
    public var expiresMillis: Int64
    /// Whose it is.
    public var principal: String

    public init(value: String, expiresMillis: Int64, principal: String) {
        self.value = value
        self.expiresMillis = expiresMillis
        self.principal = principal
    }

    /// A JSON Web Token (RFC 7519), whose claims `exp` and `sub` say the rest. Its signature is the broker's to check.
    /// - Throws: `KafkaTransportError.token`.
    public init(jwt text: String) throws(KafkaTransportError) {
        struct Claims: Decodable {
            var exp: Double
            var sub: String?
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= 65_536, parts.count == 3 else {
            throw .token("it is not three parts with dots between them")
        }
        var payload = Data(
            parts[1].map {
                $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0
            })
        payload += Data(repeating: UInt8(ascii: "="), count: (4 - payload.count % 4) % 4)
        guard let bytes = Data(base64Encoded: payload),
            let claims = try? JSONDecoder().decode(Claims.self, from: bytes),
            claims.exp > 0, claims.exp < 1e11
        else { throw .token("its second part does not hold the claim exp") }
        self.init(value: text, expiresMillis: Int64(claims.exp * 1_000), principal: claims.sub ?? "")
    }

    /// Reads a JSON Web Token from a file each time it is asked, since whoever renews tokens replaces the file.
    public static func file(_ path: String) -> @Sendable () throws(KafkaTransportError) -> BearerToken {
        { () throws(KafkaTransportError) in
            guard let data = FileManager.default.contents(atPath: path) else {
                throw .token("the file \(path) cannot be read")
            }
            return try BearerToken(
                jwt: String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
}
