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
    /// By principal; of everybody else `settings` says it.
    private let budgets: [String: Budgets]

    init(_ settings: OAuthSettings, _ masterKey: MasterKey, _ outbound: WebhookSettings, _ time: any PassingTime) {
        self.settings = settings
        issuer = IssuerMetadata(settings.issuer, outbound, time)
        verifier = TokenVerifier(settings, TokenKeys(settings.keys, issuer, outbound, time))
        let subjects = KeyedDigest(masterKey, purpose: "OAuth subject")
        self.subjects = subjects
        budgets = settings.budgets.subjects.reduce(into: [:]) { budgets, line in
            let isPrincipal = AgentStanding.isIssuers(line.key)
            budgets[isPrincipal ? line.key : Self.principal(line.key, settings.issuer, subjects)] = line.value
        }
    }

    /// How much a principal of the issuer may have done a day, by token or session.
    func budgets(of principal: String) -> Budgets { budgets[principal] ?? settings.budgets.everyone }

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
        let principal = principal(token.subject)
        return Grant(
            id: "oauth", principal: principal, program: request.program, role: request.role,
            scopes: request.scopes ?? request.role.scopes, partner: request.partner, sources: request.sources,
            label: "", created: now, expires: token.expires, revoked: nil, budgets: budgets(of: principal))
    }

    /// Who it is, opaque and the same for ever, though nothing is kept of it.
    private func principal(_ subject: String) -> String { Self.principal(subject, settings.issuer, subjects) }

    private static func principal(_ subject: String, _ issuer: String, _ subjects: KeyedDigest) -> String {
        "o-" + Hexadecimal.text(subjects.digest([issuer, subject]).prefix(16))
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
