import AsyncHTTPClient
import Crypto
import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import NIOCore
import NIOHTTP1
import Synchronization
import Testing
import TextFormats
import UseCases

@testable import Gateway

/// Goal: a browser works under a cookie with the rights of whoever signed in, as they stand at every request; no page of another's works
/// under it, and it ends when it should. Method: a real server, headers as browsers send them, and a clock that the test moves.
@Suite struct SessionTests {
    private static let origin = TestIssuer.resource

    private static func serving(
        clock: MovedClock = MovedClock(), _ body: @Sendable (ServedFolder) async throws -> Void
    ) async throws {
        var signIn = SignInSettings()
        signIn.publicURL = PublicURL(origin)
        try await ServedFolder.serving(signIn: signIn, clock: clock, body)
    }

    /// Signs in by key, and gives the cookie that a browser would send.
    private static func signIn(_ served: ServedFolder, _ key: KeyToken) async throws -> String {
        let reply = try await served.ask(.POST, "/v1/session", nil, #"{"key":"\#(key)"}"#)
        try #require(reply.status == 201, "\(reply.text)")
        return cookie(reply, "__Host-leadline")
    }

    private static func cookie(_ reply: ServedFolder.Reply, _ name: String) -> String {
        let set = reply.headers["set-cookie"] ?? ""
        let value = set.components(separatedBy: name + "=").dropFirst().first?.components(separatedBy: ";")[0] ?? ""
        return "\(name)=\(value)"
    }

    private static func status(_ served: ServedFolder, _ cookie: String) async throws -> Int {
        try await served.ask(.GET, "/v1/me", nil, nil, ["cookie": cookie]).status
    }

    @Test func aCookieStandsForItsKey() async throws {
        try await Self.serving { served in
            let key = try served.key(.manager)
            let reply = try await served.ask(.POST, "/v1/session", nil, #"{"key":"\#(key)"}"#)
            let set = try #require(reply.headers["set-cookie"])
            #expect(set.hasPrefix("__Host-leadline=") && set.hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200"))
            #expect(reply.json["role"] as? String == "manager" && reply.headers["cache-control"] == "no-store")
            let cookie = Self.cookie(reply, "__Host-leadline")
            let me = try await served.ask(.GET, "/v1/me", nil, nil, ["cookie": "theme=dark; \(cookie)"])
            #expect(me.status == 200 && me.json["id"] as? String == key.id)
            // A session does what its grant lets do, and no more.
            #expect(try await served.ask(.GET, "/v1/keys", nil, nil, ["cookie": cookie]).status == 403)
            // Twice, changed, empty; and beside a key that is wrong it counts for nothing.
            for wrong in ["\(cookie); \(cookie)", cookie + "0", "__Host-leadline=", "__Host-leadline=" + String(repeating: "0", count: 64)] {
                #expect(try await Self.status(served, wrong) == 401, "\(wrong)")
            }
            #expect(try await served.ask(.GET, "/v1/me", JWT(text: "x"), nil, ["cookie": cookie]).status == 401)
            var bytes = Data()
            for name in ["access.db", "access.db-wal"] { bytes += FileManager.default.contents(atPath: served.folder.path + "/" + name) ?? Data() }
            #expect(bytes.range(of: Data(cookie.dropFirst("__Host-leadline=".count).utf8)) == nil)
        }
    }

    @Test func onlyRightKeysSignIn() async throws {
        try await Self.serving { served in
            let ended = try served.key(.manager)
            _ = try served.access.revoke(ended.id, program: ServedFolder.program)
            for key in ["\(ended)", "ll_x", "ll_0000000000000000_" + String(repeating: "0", count: 64)] {
                let reply = try await served.ask(.POST, "/v1/session", nil, #"{"key":"\#(key)"}"#)
                #expect(reply.status == 401 && reply.headers["set-cookie"] == nil, "\(key)")
            }
            // Another's page must not have somebody signed in as somebody else.
            let key = try served.key(.manager)
            for headers in [["origin": "https://evil.example"], ["sec-fetch-site": "cross-site"]] {
                let reply = try await served.ask(.POST, "/v1/session", nil, #"{"key":"\#(key)"}"#, headers)
                #expect(reply.status == 403 && reply.headers["set-cookie"] == nil)
            }
            let form = try await served.ask(.POST, "/v1/session", nil, "key=\(key)", ["content-type": "application/x-www-form-urlencoded"])
            #expect(form.status == 415)
        }
    }

    @Test(arguments: [
        (["origin": "https://leads.vendor.example"], true), (["sec-fetch-site": "same-origin"], true),
        (["origin": "https://leads.vendor.example", "sec-fetch-site": "same-origin"], true),
        ([:], false), (["origin": "null"], false), (["origin": "https://evil.example"], false), (["origin": "http://leads.vendor.example"], false),
        (["origin": "https://leads.vendor.example.evil.example"], false), (["origin": "https://leads.vendor.example:8443"], false),
        (["sec-fetch-site": "cross-site"], false), (["sec-fetch-site": "same-site"], false), (["sec-fetch-site": "none"], false),
        (["origin": "https://leads.vendor.example", "sec-fetch-site": "cross-site"], false),
    ] as [([String: String], Bool)]) func changesComeFromPagesOfThisService(_ headers: [String: String], _ isOwn: Bool) async throws {
        try await Self.serving { served in
            let key = try served.key(.manager)
            let cookie = try await Self.signIn(served, key)
            for (method, path, body) in [(HTTPMethodName.POST, "/v1/leads", #"{"country":"IT"}"#), (.PUT, "/v1/leads/own-1", #"{"country":"IT"}"#), (.DELETE, "/v1/session", nil)] {
                let reply = try await served.ask(method, path, nil, body, headers.merging(["cookie": cookie]) { $1 })
                #expect((200..<300).contains(reply.status) == isOwn, "\(method) \(path): \(reply.text)")
                if !isOwn { #expect(reply.status == 403 && reply.text.contains("foreign-origin")) }
            }
            // A key is sent by nobody's accord but its bearer's.
            #expect(try await served.ask(.POST, "/v1/leads", key, #"{"country":"IT"}"#, headers).status == 202)
        }
    }

    /// Every operation that a key opens its session opens, and no other.
    @Test(arguments: [Role.manager, .partnerLead, .auditor, .producer]) func aSessionOpensWhatItsKeyOpens(_ role: Role) async throws {
        try await Self.serving { served in
            let key = try served.key(role, sources: ["/web-form"])
            let cookie = try await Self.signIn(served, key)
            for operation in OperationTable.all where operation.scope != nil && operation.id != "followDecisions" {
                var path = operation.path
                for name in operation.pathParameters { path = path.replacing("{\(name)}", with: "lead-x") }
                var headers = ["cookie": cookie, "origin": Self.origin, "leadline-reason": "a test"]
                headers["content-type"] = operation.payload?.types[0]
                let method = try #require(HTTPMethodName(rawValue: operation.method.rawValue))
                let reply = try await served.ask(method, path, nil, operation.payload?.example, headers)
                #expect((reply.status != 403) == operation.roles.contains(role), "\(operation.id): \(reply.text)")
                #expect(reply.status != 401 && reply.status < 500, "\(operation.id): \(reply.text)")
            }
        }
    }

    /// A session that was begun at an issuer, where people sign in at none any more.
    @Test func aSessionEndsWithTheIssuersSignIn() async throws {
        try await Self.serving { served in
            var grant = try #require(try served.access.grant(id: try served.key(.manager).id))
            let token = SessionToken(served.folder.machine.random)
            grant.credential = .session("", ofKey: false)
            try served.access.beginSession(token, grant, SessionLimits())
            #expect(try served.access.grant(for: token, SessionLimits())?.role == .manager)
            #expect(try await Self.status(served, "__Host-leadline=" + token.text) == 401)
        }
    }

    @Test func aSessionEnds() async throws {
        let clock = MovedClock()
        try await Self.serving(clock: clock) { served in
            let own = ["origin": Self.origin]
            let key = try served.key(.manager), other = try served.key(.manager)
            let cookies = [try await Self.signIn(served, key), try await Self.signIn(served, key), try await Self.signIn(served, key)]
            let others = try await Self.signIn(served, other)
            // Signed out: this one alone.
            let out = try await served.ask(.DELETE, "/v1/session", nil, nil, own.merging(["cookie": cookies[0]]) { $1 })
            #expect(out.text == #"{"ended":1}"# && out.headers["set-cookie"]?.contains("__Host-leadline=; ") == true)
            #expect(try await Self.status(served, cookies[0]) == 401)
            #expect(try await Self.status(served, cookies[1]) == 200)
            // Everywhere: all of the principal's, nobody else's.
            let all = try await served.ask(.DELETE, "/v1/sessions", nil, nil, own.merging(["cookie": cookies[1]]) { $1 })
            #expect(all.text == #"{"ended":2}"#)
            for cookie in cookies { #expect(try await Self.status(served, cookie) == 401) }
            #expect(try await Self.status(served, others) == 200)
            // Idle: used every twenty-five minutes it lives, left alone for thirty it does not.
            for _ in 0..<3 {
                clock.move(seconds: 1_500)
                #expect(try await Self.status(served, others) == 200)
            }
            clock.move(seconds: 1_801)
            #expect(try await Self.status(served, others) == 401)
            // In any case after twelve hours.
            let last = try await Self.signIn(served, other)
            for _ in 0..<28 {
                clock.move(seconds: 1_500)
                #expect(try await Self.status(served, last) == 200)
            }
            clock.move(seconds: 1_500)
            #expect(try await Self.status(served, last) == 401)
            #expect(try await served.ask(.DELETE, "/v1/session", other).status == 404)
        }
    }

    @Test func aPrincipalHasSoManySessions() async throws {
        let clock = MovedClock()
        try await Self.serving(clock: clock) { served in
            let key = try served.key(.manager)
            var cookies: [String] = []
            for _ in 0..<21 {
                clock.move(seconds: 1)
                cookies.append(try await Self.signIn(served, key))
            }
            #expect(try await Self.status(served, cookies[0]) == 401)
            for cookie in cookies.dropFirst() { #expect(try await Self.status(served, cookie) == 200) }
        }
    }

    /// The end of the key, of the session and of its time reaches a stream that is open.
    @Test(arguments: ["key", "session", "everywhere", "time"]) func aStreamUnderACookieEnds(_ cause: String) async throws {
        let clock = MovedClock()
        try await Self.serving(clock: clock) { served in
            let key = try served.key(.manager)
            let cookie = try await Self.signIn(served, key)
            let headers = ["cookie": cookie, "origin": Self.origin]
            let response = try await HTTPClient.shared.execute(served.request(.GET, "/v1/feed", nil, nil, ["cookie": cookie]), timeout: .seconds(60))
            #expect(response.status.code == 200)
            // The stream ends by itself: nothing but the end of the right ends it.
            for try await _ in response.body {
                switch cause {
                case "key": _ = try served.access.revoke(key.id, program: ServedFolder.program)
                case "session": _ = try await served.ask(.DELETE, "/v1/session", nil, nil, headers)
                case "everywhere": _ = try await served.ask(.DELETE, "/v1/sessions", key)
                default: clock.move(seconds: 1_801)
                }
            }
            #expect(try await Self.status(served, cookie) == 401)
        }
    }

    // MARK: At the issuer

    private struct Round: Sendable {
        var state: String
        var nonce: String
        var challenge: String
        var cookie: String
    }

    /// The browser's way to the issuer.
    private static func start(
        _ served: ServedFolder, _ issuer: TestIssuer, _ client: HTTPClient, _ headers: [String: String] = [:]
    ) async throws -> Round {
        let response = try await client.execute(
            served.request(.GET, "/v1/session/start", nil, nil, headers), timeout: .seconds(60))
        try #require(response.status.code == 303)
        let location = try #require(response.headers.first(name: "location"))
        #expect(location.hasPrefix("http://127.0.0.1:\(issuer.port)/authorize?response_type=code&client_id=leadline-pages&redirect_uri=https%3A%2F%2Fleads.vendor.example%2Fv1%2Fsession%2Fcallback&scope=openid&"))
        let set = try #require(response.headers.first(name: "set-cookie"))
        #expect(set.hasPrefix("__Host-leadline-signin=") && set.hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"))
        let items = URLComponents(string: location)?.queryItems ?? []
        func item(_ name: String) -> String { items.first { $0.name == name }?.value ?? "" }
        #expect(item("code_challenge_method") == "S256")
        return Round(
            state: item("state"), nonce: item("nonce"), challenge: item("code_challenge"),
            cookie: set.components(separatedBy: ";")[0])
    }

    private static func issued(
        _ body: @escaping @Sendable (ServedFolder, TestIssuer, HTTPClient, MovedClock) async throws -> Void
    ) async throws {
        let issuer = try TestIssuer(), clock = MovedClock()
        let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: .init(redirectConfiguration: .disallow))
        let result: Result<Void, any Error>
        do {
            try await issuer.serving {
                var webhooks = WebhookSettings()
                webhooks.allowsLoopback = true
                try await ServedFolder.serving(webhooks: webhooks, signIn: try issuer.signIn(), clock: clock) {
                    try await body($0, issuer, client, clock)
                }
            }
            result = .success(())
        } catch { result = .failure(error) }
        try await client.shutdown()
        try result.get()
    }

    @Test func somebodySignsInAtTheIssuer() async throws {
        try await Self.issued { served, issuer, client, _ in
            let round = try await Self.start(served, issuer, client)
            issuer.expect("code-1") { form in
                // The issuer checks what PKCE has it check.
                let challenge = Base64URL.text(SHA256.hash(data: Data((form["code_verifier"] ?? "").utf8)))
                guard challenge == round.challenge, form["redirect_uri"] == "https://leads.vendor.example/v1/session/callback",
                    form["client_id"] == TestIssuer.clientID
                else { return "" }
                let claims = TestIssuer.claims(at: served.folder.now(), ["aud": TestIssuer.clientID, "nonce": round.nonce])
                do { return try issuer.sign(claims, header: ["typ": "JWT"]).text } catch { return "" }
            }
            // An issuer may add to the query.
            let path = "/v1/session/callback?code=code-1&state=\(round.state)&session_state=x&iss=https%3A%2F%2Flogin.vendor.example"
            let reply = try await served.ask(.GET, path, nil, nil, ["cookie": round.cookie])
            #expect(reply.status == 200 && reply.text.contains("signed in as manager"), "\(reply.status) \(reply.text)")
            #expect(reply.headers["content-security-policy"]?.hasPrefix("default-src 'none';") == true && reply.headers["cache-control"] == "no-store")
            #expect(reply.headers["set-cookie"]?.contains("__Host-leadline-signin=; ") == true)
            let cookie = Self.cookie(reply, "__Host-leadline")
            let me = try await served.ask(.GET, "/v1/me", nil, nil, ["cookie": cookie])
            #expect(me.json["role"] as? String == "manager" && (me.json["principal"] as? String)?.hasPrefix("o-") == true, "\(me.text)")
            // A code is worth something once.
            #expect(try await served.ask(.GET, path, nil, nil, ["cookie": round.cookie]).status == 401)
            let hook = try await served.ask(.POST, "/v1/webhooks", nil, #"{"url":"https://crm.example/x"}"#, ["cookie": cookie, "origin": Self.origin])
            #expect(hook.status == 409)
        }
    }

    /// Whoever signs in at the issuer in a browser that had a session leaves none behind that nobody can end; the way
    /// there alone ends nothing, and no cookie of one's own making ends another's.
    @Test func aSessionIsReplacedByTheIssuersWay() async throws {
        try await Self.issued { served, issuer, client, _ in
            func begun() async throws -> String {
                let reply = try await served.ask(
                    .POST, "/v1/session", nil, "{\"key\":\"\(try served.key(.manager))\"}", ["origin": Self.origin])
                return Self.cookie(reply, "__Host-leadline")
            }
            func isOver(_ cookie: String) async throws -> Bool {
                try await served.ask(.GET, "/v1/me", nil, nil, ["cookie": cookie]).status == 401
            }
            let (old, foreign) = (try await begun(), try await begun())
            let round = try await Self.start(served, issuer, client, ["cookie": old])
            let away = try await Self.start(served, issuer, client, ["cookie": foreign])
            #expect(try await isOver(old) == false)
            func come(_ cookie: String) async throws -> ServedFolder.Reply {
                let claims = TestIssuer.claims(at: served.folder.now(), ["aud": TestIssuer.clientID, "nonce": round.nonce])
                let token = try issuer.sign(claims, header: ["typ": "JWT"]).text
                issuer.expect("code") { _ in token }
                return try await served.ask(
                    .GET, "/v1/session/callback?code=code&state=\(round.state)", nil, nil, ["cookie": cookie])
            }
            // Another session in the cookie's place is another cookie.
            let session = away.cookie.components(separatedBy: ".").last ?? ""
            let forged = round.cookie.components(separatedBy: ".").dropLast().joined(separator: ".") + "." + session
            #expect(try await come(forged).status == 401)
            for cookie in [foreign, old] { #expect(try await isOver(cookie) == false) }
            let reply = try await come(round.cookie)
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try await isOver(old))
            for cookie in [foreign, Self.cookie(reply, "__Host-leadline")] { #expect(try await isOver(cookie) == false) }
        }
    }

    @Test func nobodyComesBackWhoDidNotGo() async throws {
        try await Self.issued { served, issuer, client, clock in
            let round = try await Self.start(served, issuer, client), other = try await Self.start(served, issuer, client)
            func come(_ state: String, _ cookie: String, _ changes: [String: any Sendable] = [:]) async throws -> ServedFolder.Reply {
                var changes = changes
                changes["aud"] = changes["aud"] ?? TestIssuer.clientID
                changes["nonce"] = changes["nonce"] ?? round.nonce
                let token = try issuer.sign(TestIssuer.claims(at: served.folder.now(), changes), header: ["typ": "JWT"]).text
                issuer.expect("code") { _ in token }
                return try await served.ask(.GET, "/v1/session/callback?code=code&state=\(state)", nil, nil, ["cookie": cookie])
            }
            let replies = [
                try await come(other.state, round.cookie), try await come(round.state, other.cookie), try await come(round.state, ""),
                try await come("", round.cookie), try await come(round.state, round.cookie + "0"),
                // Another's ID token, an access token, a foreign issuer's, an old one, one for two.
                try await come(round.state, round.cookie, ["nonce": other.nonce]), try await come(round.state, round.cookie, ["aud": TestIssuer.resource]),
                try await come(round.state, round.cookie, ["iss": "https://login.else.example"]), try await come(round.state, round.cookie, ["exp": 1]),
                try await come(round.state, round.cookie, ["aud": [TestIssuer.clientID, "x"]]), try await come(round.state, round.cookie, ["azp": "x"]),
            ]
            for (number, reply) in replies.enumerated() {
                // The fourth has no state at all, which no request of this form may lack.
                let expected = number == 3 ? 400 : 401
                #expect(reply.status == expected && reply.headers["set-cookie"]?.contains("__Host-leadline=") != true, "\(number): \(reply.text)")
            }
            #expect(try await come(round.state, round.cookie, ["roles": ["admin"]]).status == 403)
            #expect(try await come(round.state, round.cookie).status == 200)
            #expect(try await served.ask(.GET, "/v1/session/callback?error=access_denied&state=\(round.state)", nil, nil, ["cookie": round.cookie]).status == 401)
            clock.move(seconds: 601)
            #expect(try await come(round.state, round.cookie).status == 401)
        }
    }

    @Test func withoutAnIssuerNobodyIsSentAnywhere() async throws {
        try await Self.serving { served in
            for path in ["/v1/session/start", "/v1/session/callback?code=a&state=b"] {
                let reply = try await served.ask(.GET, path, nil)
                #expect(reply.status == 404)
            }
        }
    }
}
