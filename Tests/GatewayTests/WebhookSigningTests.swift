import Crypto
import Foundation
import Testing

@testable import Gateway

/// Goal: a receiver that follows Standard Webhooks can check what is sent. Method: its documentation's example, RFC 8032's
/// key, and codes reckoned by other code.
@Suite struct WebhookSigningTests {
    private static let body = Array(#"{"event_type":"ping","data":{"success":true}}"#.utf8)
    private static let shared = Array(Data(base64Encoded: "plJ3nmyCDGBKInavdOK15jsl") ?? Data())
    /// RFC 8032, section 7.1, the first test's.
    private static let seed: [UInt8] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b,
        0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ]

    @Test func theDocumentedExampleIsSignedAsDocumented() throws {
        let secret = WebhookSecret(shared: Self.shared, seed: Self.seed)
        let signatures = try secret.signatures(id: "msg_loFOjxBNrRLzqYUf", seconds: 1_731_705_121, body: Self.body)
        #expect(signatures[0] == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=")
        #expect(secret.sharedText == "whsec_plJ3nmyCDGBKInavdOK15jsl")
        #expect(try secret.publicText() == "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
        // Signatures of one message may differ from one library to the next; whoever has the public key checks either.
        let key = try Curve25519.Signing.PublicKey(rawRepresentation: Data(base64Encoded: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=") ?? Data())
        let message = Data("msg_loFOjxBNrRLzqYUf.1731705121.".utf8) + Self.body
        let other = "G9EqSJw1B3ndWNOgWUMgh56W+0nNxEWqX/egWPl+EXgMn6D/99aQk0r3QjMg5iZZ//usnYKC7W745w97PcpyDA=="
        for text in [signatures[1], "v1a," + other] {
            #expect(text.hasPrefix("v1a,"))
            #expect(key.isValidSignature(Data(base64Encoded: String(text.dropFirst(4))) ?? Data(), for: message))
        }
    }

    @Test func waitsGrowAndEnd() {
        let settings = WebhookSettings()
        let failed = WebhookOutcome(.refused, status: 500)
        let waits = (1...9).map { settings.waitMicros(after: $0, failed, chance: 0).map { $0 / 1_000_000 } }
        #expect(waits == [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400])
        #expect(settings.waitMicros(after: 10, failed, chance: 0) == nil)
        #expect(settings.waitMicros(after: 2, failed, chance: 255) == 330_000_000)
        // A receiver may ask for more time, up to a day, and for no less.
        for (asked, seconds) in [(1, 300), (4_000, 4_000), (Int64.max, 86_400)] as [(Int64, Int64)] {
            let outcome = WebhookOutcome(.refused, status: 429, retryAfterSeconds: asked)
            #expect(settings.waitMicros(after: 2, outcome, chance: 0) == seconds * 1_000_000)
        }
    }
}
