import Engine
import Foundation
import LeadlineCore
import Reports
import UseCases
import Vault

/// The issuer whose tokens count here: what they let do, and who bears them.
struct OAuth: Sendable {
    let settings: OAuthSettings
    let verifier: TokenVerifier
    /// What the issuer says of itself.
    let issuer: IssuerMetadata
    private let subjects: KeyedDigest

    init(_ settings: OAuthSettings, _ masterKey: MasterKey, _ outbound: WebhookSettings, _ time: any PassingTime) {
        self.settings = settings
        issuer = IssuerMetadata(settings.issuer, outbound, time)
        verifier = TokenVerifier(settings, TokenKeys(settings.keys, issuer, outbound, time))
        subjects = KeyedDigest(masterKey, purpose: "OAuth subject")
    }

    /// What a bearer's text is.
    enum Reading: Sendable {
        /// A token that holds, and what it lets do.
        case granted(Grant)
        /// A token that holds, by which the rules grant nothing.
        case nothing(principal: String)
    }

    /// Reads an access token; nil for one that does not hold.
    func read(_ text: String, at now: Timestamp) async -> Reading? {
        guard let token = await verifier.verified(text, audience: settings.audience, at: now) else { return nil }
        guard var grant = grant(token, at: now) else { return .nothing(principal: principal(token.subject)) }
        grant.expires = token.expires
        grant.credential = .token(signedBy: token.keyID)
        return .granted(grant)
    }

    /// What the claims of a token let do by the rules; nil if nothing.
    func grant(_ token: VerifiedToken, at now: Timestamp) -> Grant? {
        guard let request = settings.claims.request(token.claims) else { return nil }
        return Grant(
            id: "oauth", principal: principal(token.subject), program: request.program, role: request.role,
            scopes: request.scopes ?? request.role.scopes, partner: request.partner, sources: request.sources,
            label: "", created: now, expires: token.expires, revoked: nil)
    }

    /// Who it is, opaque and the same for ever, though nothing is kept of it.
    private func principal(_ subject: String) -> String {
        "o-" + Hexadecimal.text(subjects.digest([settings.issuer, subject]).prefix(16))
    }

    // MARK: What is said of it

    static let metadataPath = "/.well-known/oauth-protected-resource"

    /// Where clients find which issuer to ask (RFC 9728).
    var metadataURL: String { settings.resource + Self.metadataPath }

    /// What they find there.
    var metadata: String {
        JSONText.object([
            ("resource", JSONText.quoted(settings.resource)),
            ("authorization_servers", "[\(JSONText.quoted(settings.issuer))]"),
            (
                "scopes_supported",
                "[" + Scope.allCases.map(\.rawValue).sorted().map(JSONText.quoted).joined(separator: ",") + "]"
            ),
            ("bearer_methods_supported", #"["header"]"#), ("resource_name", #""Leadline""#),
        ])
    }
}
