import Engine
import HTTPTypes
import LeadlineCore
import UseCases

/// How people and machines may be known beside API keys.
public struct SignInSettings: Sendable {
    /// The issuer whose tokens count; nil for none.
    public var oauth: OAuthSettings?
    /// Where others reach this service; nil where that is not said.
    public var publicURL: PublicURL?
    public var sessions = SessionLimits()
    /// True if the service itself speaks TLS.
    public var isEncrypted = false
    /// As whom somebody at this machine may sign in without a key; nil but for a demonstration.
    public var demo: DemoSignIn?
    /// API keys alone.
    public init() {}
}

/// Who asks: found out from a request's headers, by an API key, an access token or a session.
struct Authentication: Sendable {
    /// What the headers tell.
    enum Finding: Sendable {
        case known(Grant)
        /// A token of the issuer that grants nothing here.
        case nothing(principal: String)
        /// Nothing was sent by which somebody could be known.
        case nobody
        /// Something was sent that holds no more, or never did.
        case wrong
    }

    let services: GatewayServices

    /// Judged anew at every request. Where a key or token is sent, a cookie beside it counts for nothing.
    func finding(_ headers: HTTPFields) async throws -> Finding {
        let now = services.folder.now()
        let values = headers[values: .authorization]
        if !values.isEmpty {
            guard values.count == 1, let text = Self.bearer(values[0]) else { return .wrong }
            return try await token(text, at: now)
        }
        guard let cookie = Cookie.session.value(headers) else { return .nobody }
        guard let token = SessionToken(cookie) else { return .wrong }
        let (access, limits) = (services.access, services.signIn.sessions)
        let grant = try await services.readers.runLong { try await access.grant(for: token, limits) }
        guard var grant, services.stillSigns(grant), try await mayAsk(grant) else { return .wrong }
        if !grant.credential.isOfKey, let oauth = services.oauth { grant.budgets = oauth.budgets(of: grant.principal) }
        return .known(grant)
    }

    private func token(_ text: String, at now: Timestamp) async throws -> Finding {
        if let grant = try await grant(ofKey: text) { return .known(grant) }
        switch await services.oauth?.read(text, at: now) {
        case .granted(let grant)?: return try await mayAsk(grant) ? .known(grant) : .wrong
        case .nothing(let principal)?: return .nothing(principal: principal)
        case nil: return .wrong
        }
    }

    /// False if whoever an issuer speaks for was stopped here; a key's principal is stopped by the key's end. For which
    /// partner it speaks is noted, so that its stop reaches what is offered to that one.
    private func mayAsk(_ grant: Grant) async throws -> Bool {
        if grant.credential.isOfKey { return true }
        let access = services.access
        return try await services.readers.runLong {
            if try access.isStopped(grant.principal, program: grant.program) { return false }
            if let partner = grant.partner {
                try await access.note(
                    IssuerSpeaker(program: grant.program, principal: grant.principal, partner: partner))
            }
            return true
        }
    }

    /// The grant of an API key that is in force.
    func grant(ofKey text: String) async throws -> Grant? {
        guard let token = KeyToken(text) else { return nil }
        let access = services.access
        var grant = access.trusted(for: token)
        if grant == nil { grant = try await services.readers.run { try access.grant(for: token) } }
        return grant.flatMap { $0.isInForce(at: services.folder.now()) ? $0 : nil }
    }

    /// Begins a session, which the answer's cookie names.
    func session(under grant: Grant) async throws -> (HTTPField.Name, String) {
        let token = SessionToken(services.folder.machine.random)
        let (access, limits) = (services.access, services.signIn.sessions)
        try await services.readers.runLong { try await access.beginSession(token, grant, limits) }
        return Cookie.session.setting(token.text, seconds: limits.wholeMicros / 1_000_000)
    }

    /// The session whose cookie a request has; nil where it has none, or one that is over. A session that is replaced
    /// is ended by it: nobody could end it any more.
    func session(sentWith headers: HTTPFields) async throws -> String? {
        guard let sent = Cookie.session.value(headers).flatMap({ SessionToken($0) }) else { return nil }
        let (access, limits) = (services.access, services.signIn.sessions)
        return try await services.readers.runLong {
            guard case .session(let id, _)? = try await access.grant(for: sent, limits)?.credential else { return nil }
            return id
        }
    }

    /// Ends a session by its id.
    func endSession(_ id: String) async throws {
        let access = services.access
        _ = try await services.readers.runLong { try await access.endSession(id) }
    }

    private static func bearer(_ value: String) -> String? {
        let parts = value.utf8.split(separator: UInt8(ascii: " ")).map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 2, MediaType.bare(parts[0]) == "bearer" else { return nil }
        return parts[1]
    }
}

/// Whether a browser's request comes from a page of this service, which another's page cannot pretend.
enum SameOrigin {
    /// True if the request says so. Without either header nothing says so.
    static func isProven(_ headers: HTTPFields, host: String, _ publicURL: PublicURL?) -> Bool {
        let (origin, site) = (headers[values: .origin], headers[values: .secFetchSite])
        return (!origin.isEmpty || !site.isEmpty) && !isForeign(headers, host: host, publicURL)
    }

    /// True if a request names this service as its host, as far as that is known. A page whose name was made to lead
    /// here names another (DNS rebinding).
    static func isOwn(host: String, _ publicURL: PublicURL?, isLocal: Bool) -> Bool {
        if let publicURL, publicURL.origin.utf8.reversed().starts(with: ("//" + host).utf8.reversed()) { return true }
        guard publicURL != nil || isLocal else { return true }
        return WebhookTarget("http://" + host + "/").map(\.isLocal) ?? false
    }

    /// True if the request says that it comes from elsewhere.
    static func isForeign(_ headers: HTTPFields, host: String, _ publicURL: PublicURL?) -> Bool {
        let own = publicURL.map { [$0.origin] } ?? ["http://" + host, "https://" + host]
        return !headers[values: .origin].allSatisfy(own.contains)
            || !headers[values: .secFetchSite].allSatisfy { $0 == "same-origin" }
    }
}

extension GatewayServices {
    /// False for a session that was begun at an issuer, where people sign in at none any more.
    func stillSigns(_ grant: Grant) -> Bool { grant.credential.isOfKey || oauth?.settings.signIn != nil }
}
