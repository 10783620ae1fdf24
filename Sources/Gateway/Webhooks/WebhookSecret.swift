import Crypto
import Engine
import Foundation
import LeadlineCore

/// What an endpoint's messages are signed with (Standard Webhooks): a key that both sides hold, and a key pair of which
/// the receiver gets the public half.
struct WebhookSecret: Sendable, Equatable, Codable {
    private let shared: Data
    private let seed: Data
    /// When it signs no more; nil for the one that is in force.
    var until: Int64?

    /// A new one.
    init(_ random: any RandomSource) {
        self.init(shared: random.bytes(32), seed: random.bytes(32))
    }

    init(shared: [UInt8], seed: [UInt8]) {
        self.shared = Data(shared)
        self.seed = Data(seed)
    }

    /// As the receiver keeps it, secret.
    var sharedText: String { "whsec_" + shared.base64EncodedString() }

    /// As anybody may know it.
    func publicText() throws -> String {
        "whpk_" + (try pair().publicKey.rawRepresentation.base64EncodedString())
    }

    private func pair() throws -> Curve25519.Signing.PrivateKey {
        try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    }

    /// The signatures of a message, as `webhook-signature` lists them.
    func signatures(id: String, seconds: Int64, body: [UInt8]) throws -> [String] {
        let message = Data("\(id).\(seconds).".utf8) + body
        let code = Data(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: shared)))
        return [
            "v1," + code.base64EncodedString(),
            "v1a," + (try pair().signature(for: message).base64EncodedString()),
        ]
    }
}
