import Engine
import Foundation

/// What an issuer publishes of itself (OpenID Connect Discovery 1.0), for whatever the settings do not name.
struct IssuerMetadata: Sendable {
    /// Where it can be reached; nil for what it does not say, or not as a URL that is called.
    struct Endpoints: Sendable {
        var authorization: WebhookTarget?
        var token: WebhookTarget?
        var keys: WebhookTarget?
    }

    private static let bytesMax = 65_536

    private let target: WebhookTarget?
    private let document: FetchedDocument<Endpoints>

    init(_ issuer: String, _ outbound: WebhookSettings, _ time: any PassingTime) {
        target = Self.target(issuer)
        document = FetchedDocument(bytesMax: Self.bytesMax, outbound, time) { Self.endpoints($0, of: issuer) }
    }

    /// Where an issuer publishes it; nil for one that is no URL to be called.
    static func target(_ issuer: String) -> WebhookTarget? {
        let bare = issuer.utf8.last == UInt8(ascii: "/") ? String(issuer.unicodeScalars.dropLast()) : issuer
        return WebhookTarget(callable: bare + "/.well-known/openid-configuration")
    }

    /// What is known of it now.
    func endpoints() async -> Endpoints? {
        guard let target else { return nil }
        return await document.value(at: target)
    }

    /// A document that names another issuer is none.
    private static func endpoints(_ json: [UInt8], of issuer: String) -> Endpoints? {
        let values: [String: JSONValue]
        do {
            values = try JSONDecoder().decode([String: JSONValue?].self, from: Data(json)).compactMapValues { $0 }
        } catch { return nil }
        func text(_ name: String) -> String? { if case .text(let text)? = values[name] { text } else { nil } }
        guard let named = text("issuer"), named.utf8.elementsEqual(issuer.utf8) else { return nil }
        func target(_ name: String) -> WebhookTarget? { text(name).flatMap { WebhookTarget(callable: $0) } }
        return Endpoints(
            authorization: target("authorization_endpoint"), token: target("token_endpoint"), keys: target("jwks_uri"))
    }
}
