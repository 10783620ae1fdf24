import Crypto
import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import Logging
import TextFormats
import UseCases
import Vault

/// Sign-in of a person at the issuer: OpenID Connect's authorization code with PKCE (RFC 7636). Between the way there
/// and the way back nothing is kept here: `state`, `nonce` and the verifier hang on a random number that the browser's
/// cookie holds and on a key of the deployment.
struct IssuerSignIn: Sendable {
    /// How long somebody may take at the issuer.
    static let patienceSeconds: Int64 = 600
    static let path = "/v1/session/callback"

    /// One way there and back.
    private struct Round {
        var seed: String
        /// Seconds since 1970.
        var until: Int64
        /// The session that the browser had before, which the new one replaces; nil where it had none.
        var session: String?
        let digests: KeyedDigest

        var cookie: String { "\(seed).\(until)" + (session.map { "." + $0 } ?? "") }
        var state: String { derived("state") }
        var nonce: String { derived("nonce") }
        var verifier: String { derived("verifier") }

        private func derived(_ what: String) -> String { Hexadecimal.text(digests.digest([what, cookie])) }

        init(_ machine: Machine, _ digests: KeyedDigest, replacing session: String?) {
            seed = Hexadecimal.text(machine.random.bytes(32))
            until = machine.clock.now().micros / 1_000_000 + IssuerSignIn.patienceSeconds
            self.session = session
            self.digests = digests
        }

        init?(_ cookie: String, _ digests: KeyedDigest) {
            let parts = cookie.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard (2...3).contains(parts.count), parts[0].count == 64, parts[0].allSatisfy(Hexadecimal.isDigit),
                parts.count == 2 || (parts[2].count == 64 && parts[2].allSatisfy(Hexadecimal.isDigit)),
                let until = Int64(String(decoding: Array(parts[1]), as: UTF8.self))
            else { return nil }
            seed = String(decoding: Array(parts[0]), as: UTF8.self)
            self.until = until
            session = parts.count == 3 ? String(decoding: Array(parts[2]), as: UTF8.self) : nil
            self.digests = digests
        }
    }

    private let services: GatewayServices
    private let oauth: OAuth
    private let signIn: OAuthSettings.SignIn
    private let callback: String
    private let digests: KeyedDigest

    /// Nil where nobody can sign in at an issuer.
    init?(_ services: GatewayServices) {
        guard let oauth = services.oauth, let signIn = oauth.settings.signIn, let url = services.signIn.publicURL else {
            return nil
        }
        self.services = services
        self.oauth = oauth
        self.signIn = signIn
        callback = url.origin + Self.path
        digests = services.identities.signIns
    }

    /// Where to send the browser, and the cookie for the way back. The session's own cookie does not come along from
    /// the issuer's page, so the other one tells which session is replaced; `state` hangs on all of it.
    func start(_ headers: HTTPFields) async throws -> [(HTTPField.Name, String)] {
        let session = try await Authentication(services: services).session(sentWith: headers)
        let round = Round(services.folder.machine, digests, replacing: session)
        let query = Self.form([
            ("response_type", "code"), ("client_id", signIn.clientID), ("redirect_uri", callback),
            ("scope", signIn.scopes.joined(separator: " ")), ("state", round.state), ("nonce", round.nonce),
            ("code_challenge", Base64URL.text(SHA256.hash(data: Data(round.verifier.utf8)))),
            ("code_challenge_method", "S256"),
        ])
        let endpoint = try await endpoint(signIn.authorizationEndpoint, { $0.authorization }).url
        let sign = endpoint.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return [
            (.location, endpoint + sign + query), Cookie.signIn.setting(round.cookie, seconds: Self.patienceSeconds),
        ]
    }

    /// What the issuer says that whoever came back may do, and the session that the browser had before.
    /// - Throws: `Refusal` for a way back that did not begin here, and for a code or a token that do not hold.
    func finish(_ code: String, _ state: String, _ headers: HTTPFields) async throws
        -> (grant: Grant, replaced: String?)
    {
        let now = services.folder.now()
        guard let cookie = Cookie.signIn.value(headers), let round = Round(cookie, digests),
            now.micros / 1_000_000 < round.until,
            ConstantTime.isEqual(Array(state.utf8), Array(round.state.utf8))
        else { throw Refusal.signInFailed }
        guard let text = try await idToken(code, round.verifier),
            let token = await oauth.verifier.verified(text, audience: signIn.clientID, at: now),
            case .text(let nonce)? = token.claims["nonce"],
            ConstantTime.isEqual(Array(nonce.utf8), Array(round.nonce.utf8)), isForUs(token.claims)
        else { throw Refusal.signInFailed }
        guard var grant = oauth.grant(token, at: now) else { throw Refusal.nothingGranted }
        grant.credential = .session("", ofKey: false)
        return (grant, round.session)
    }

    /// A token for several audiences names the one that asked for it (OpenID Connect Core, 3.1.3.7).
    private func isForUs(_ claims: [String: JSONValue]) -> Bool {
        guard let party = claims["azp"] else {
            if case .list(let list)? = claims["aud"] { return list.count == 1 }
            return true
        }
        return party == .text(signIn.clientID)
    }

    /// Has the issuer give the ID token for a code; nil where it does not.
    private func idToken(_ code: String, _ verifier: String) async throws -> String? {
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback),
            ("code_verifier", verifier),
        ]
        var headers = [
            ("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json"),
            ("user-agent", "Leadline"),
        ]
        if let secret = signIn.clientSecret {
            let pair = Self.escaped(signIn.clientID) + ":" + Self.escaped(secret)
            headers.append(("authorization", "Basic " + Data(pair.utf8).base64EncodedString()))
        } else {
            fields.append(("client_id", signIn.clientID))
        }
        let target = try await endpoint(signIn.tokenEndpoint, { $0.token })
        let request = ScreenedClient.Request(method: .post, headers: headers, body: Array(Self.form(fields).utf8))
        do {
            let reply = try await ScreenedClient.once(
                request, to: target, .init(bytesMax: 65_536, limit: .seconds(10)),
                services.webhookSettings, services.folder.machine.passingTime)
            guard reply.status == 200, let body = reply.body, JSONElements.isShallow(body) else { return nil }
            struct Tokens: Decodable { var id_token: String }
            do { return try JSONDecoder().decode(Tokens.self, from: Data(body)).id_token } catch { return nil }
        } catch is ScreenedClient.Failure {
            services.logger.warning("the issuer does not answer", metadata: ["issuer": "\(oauth.settings.issuer)"])
            throw Refusal.unavailable
        }
    }

    /// Where the issuer is asked: where the settings say, else where it says itself.
    private func endpoint(
        _ named: WebhookTarget?, _ discovered: @Sendable (IssuerMetadata.Endpoints) -> WebhookTarget?
    ) async throws -> WebhookTarget {
        if let named { return named }
        if let found = await oauth.issuer.endpoints().flatMap(discovered) { return found }
        services.logger.warning("the issuer's metadata is missing", metadata: ["issuer": "\(oauth.settings.issuer)"])
        throw Refusal.unavailable
    }

    // MARK: Forms

    private static func form(_ fields: [(String, String)]) -> String {
        fields.map { escaped($0.0) + "=" + escaped($0.1) }.joined(separator: "&")
    }

    /// By bytes: all but RFC 3986's unreserved characters.
    private static func escaped(_ text: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        let bytes = text.utf8.flatMap { byte -> [UInt8] in
            plain.contains(byte) ? [byte] : Array("%\(Hexadecimal.text([byte]).uppercased())".utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Refusal {
    /// The same for whatever went wrong on the way there and back.
    static let signInFailed: Refusal = {
        var refusal = Refusal(
            401, "sign-in-failed", "Who are you?",
            "The sign-in was not finished in time, or not begun here; begin again.")
        refusal.headers = [(.wwwAuthenticate, #"Bearer realm="leadline""#), Cookie.signIn.clearing]
        return refusal
    }()
}
