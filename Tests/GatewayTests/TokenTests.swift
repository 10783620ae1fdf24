import AsyncHTTPClient
import Crypto
import Engine
import Foundation
import LeadlineCore
import NIOCore
import NIOHTTP1
import Testing
import TextFormats
import UseCases
import Yams

@testable import Gateway

/// Goal: an access token lets do what the issuer's claims map to, and nothing else does. Method: tokens made here, right and wrong in
/// one thing each, at a real server.
@Suite struct TokenTests {
    private static func serving(_ body: @Sendable (ServedFolder, TestIssuer) async throws -> Void) async throws {
        let issuer = try TestIssuer()
        try await ServedFolder.serving(signIn: try issuer.signIn()) { try await body($0, issuer) }
    }

    @Test func eachAlgorithmAndClockSkewIsTaken() async throws {
        try await Self.serving { served, issuer in
            let now = served.folder.now()
            let seconds = now.micros / 1_000_000
            for algorithm in ["ES256", "EdDSA", "RS256"] {
                let reply = try await served.ask(.GET, "/v1/me", try issuer.sign(TestIssuer.claims(at: now), algorithm))
                #expect(reply.status == 200 && reply.json["role"] as? String == "manager", "\(algorithm): \(reply.text)")
                #expect(!reply.text.contains("u-1"))
            }
            // Within thirty seconds; with the header's type left out; for several audiences; with a claim that says nothing.
            let changes: [[String: any Sendable]] = [
                ["exp": seconds - 10], ["iat": seconds + 10, "nbf": seconds + 10], ["aud": ["other", TestIssuer.resource]], ["name": NSNull()],
                ["exp": Double(seconds) + 60.5], ["iat": Absent.claim],
            ]
            for change in changes {
                let token = try issuer.sign(TestIssuer.claims(at: now, change), header: ["typ": Absent.claim])
                #expect(try await served.ask(.GET, "/v1/me", token).status == 200, "\(change)")
            }
        }
    }

    @Test func everyWrongTokenGetsTheSameAnswer() async throws {
        try await Self.serving { served, issuer in
            let other = try TestIssuer()
            let now = served.folder.now()
            let seconds = now.micros / 1_000_000
            func claims(_ changes: [String: any Sendable] = [:]) -> [String: any Sendable] { TestIssuer.claims(at: now, changes) }
            let right = try issuer.sign(claims()).text
            let parts = right.components(separatedBy: ".")
            // A secret that everybody knows: the public key.
            let symmetric = TestIssuer.encoded(["alg": "HS256", "kid": "k-ES256"]) + "." + parts[1]
            let code = HMAC<SHA256>.authenticationCode(for: Data(symmetric.utf8), using: SymmetricKey(data: issuer.ec.publicKey.x963Representation))
            let unsigned = TestIssuer.encoded(["alg": "none", "kid": "k-ES256"]) + "." + parts[1]
            let oversized = try issuer.sign(claims(["padding": String(repeating: "x", count: 9_000)])).text
            let deep = String(repeating: #"{"a":"#, count: 40) + "1" + String(repeating: "}", count: 40)
            let wrong: [(String, String)] = [
                ("expired", try issuer.sign(claims(["exp": seconds - 31])).text), ("no end", try issuer.sign(claims(["exp": Absent.claim])).text),
                ("end as text", try issuer.sign(claims(["exp": "\(seconds + 300)"])).text), ("end of no age", try issuer.sign(claims(["exp": 1e300])).text),
                ("not yet", try issuer.sign(claims(["nbf": seconds + 40])).text), ("from the future", try issuer.sign(claims(["iat": seconds + 40])).text),
                ("unsigned", unsigned + "."), ("unsigned with something", unsigned + ".AAAA"), ("symmetric", symmetric + "." + Base64URL.text(code)),
                ("symmetric of a published secret", try issuer.sign(claims(), "ES256", header: ["alg": "HS256", "kid": "k-HS256"]).text),
                ("another algorithm's name", try issuer.sign(claims(), "ES256", header: ["alg": "RS256"]).text),
                ("another algorithm's key", try issuer.sign(claims(), "ES256", header: ["kid": "k-RS256"]).text),
                ("an algorithm beside", try issuer.sign(claims(), "RS256", header: ["alg": "RS384"]).text),
                ("a key for encryption", try issuer.sign(claims(), "RS256", header: ["kid": "k-enc"]).text),
                ("unknown kid", try issuer.sign(claims(), header: ["kid": "k-none"]).text), ("no kid", try issuer.sign(claims(), header: ["kid": Absent.claim]).text),
                ("another's key of that kid", try other.sign(claims()).text), ("crit", try issuer.sign(claims(), header: ["crit": ["exp"]]).text),
                ("another type", try issuer.sign(claims(), header: ["typ": "dpop+jwt"]).text),
                ("wrong audience", try issuer.sign(claims(["aud": "https://else.example"])).text), ("audiences without", try issuer.sign(claims(["aud": ["a", "b"]])).text),
                ("no audience", try issuer.sign(claims(["aud": Absent.claim])).text), ("foreign issuer", try issuer.sign(claims(["iss": "https://login.else.example"])).text),
                ("nearly the issuer", try issuer.sign(claims(["iss": TestIssuer.name + "/"])).text), ("nobody", try issuer.sign(claims(["sub": Absent.claim])).text),
                ("changed", parts[0] + "." + TestIssuer.encoded(claims(["roles": ["root"]])) + "." + parts[2]),
                ("padded", right + "="), ("a part more", right + ".AA"), ("a part less", parts[0] + "." + parts[1]), ("oversized", oversized),
                ("deep", parts[0] + "." + Base64URL.text(deep.utf8) + "." + parts[2]), ("a key that is none", "ll_0000000000000000_" + String(repeating: "0", count: 64)),
            ]
            #expect(oversized.utf8.count < 16_384)
            var replies: [ServedFolder.Reply] = []
            for (name, token) in wrong {
                let reply = try await served.ask(.GET, "/v1/me", JWT(text: token)).comparable
                #expect(reply.status == 401, "\(name): \(reply.text)")
                if let first = replies.first { #expect(reply == first, "\(name)") }
                replies.append(reply)
            }
            let challenge = #"Bearer realm="leadline", error="invalid_token", resource_metadata="https://leads.vendor.example/.well-known/oauth-protected-resource""#
            #expect(replies.first?.headers["www-authenticate"] == challenge)
            #expect(try await served.ask(.GET, "/v1/me", JWT(text: right)).status == 200)
            try served.services.refusals.flush()
            let log = try String(contentsOfFile: served.folder.path + "/refusals.log", encoding: .utf8)
            #expect(log.contains(#""operation":"getGrant","status":401"#) && !log.contains("login") && !log.contains("u-1"))
        }
    }

    /// What the claims do not map to, they do not grant.
    @Test func nothingIsGrantedByDefault() async throws {
        try await Self.serving { served, issuer in
            let changes: [[String: any Sendable]] = [
                ["roles": Absent.claim], ["roles": ["admin"]], ["roles": ["vendor-manager", "root"]], ["roles": 7], ["roles": ["reseller"]],
                ["roles": ["reseller"], "org": ["partner": ["p-one", "p-two"]]], ["roles": ["reseller"], "org": ["partner": "no id"]],
                ["org": ["partner": "p-one"]], ["roles": ["web"], "sources": ["*"]],
            ]
            for change in changes {
                let reply = try await served.ask(.GET, "/v1/me", try issuer.sign(TestIssuer.claims(at: served.folder.now(), change)))
                #expect(reply.status == 403, "\(change): \(reply.text)")
            }
            try served.services.refusals.flush()
            let log = try String(contentsOfFile: served.folder.path + "/refusals.log", encoding: .utf8)
            #expect(log.contains(#""status":403,"problem":"forbidden","principal":"o-"#), "\(log)")
        }
    }

    @Test func aPartnersTokenSeesThatPartnerAlone() async throws {
        try await Self.serving { served, issuer in
            try await served.submit("own-1")
            let holder = try await served.holder("own-1")
            let other = ["p-one", "p-two", "p-three"].first { $0 != holder } ?? ""
            func token(_ partner: String) throws -> JWT {
                try issuer.sign(TestIssuer.claims(at: served.folder.now(), ["roles": ["reseller"], "org": ["partner": partner]]))
            }
            #expect(try await served.ask(.GET, "/v1/leads/own-1", try token(holder)).status == 200)
            let theirs = try await served.ask(.GET, "/v1/leads/own-1", try token(other)).comparable
            #expect(try await theirs == served.ask(.GET, "/v1/leads/nothing-1", try token(other)).comparable && theirs.status == 404)
            #expect(try await served.ask(.GET, "/v1/keys", try token(holder)).status == 403)
            #expect(try await served.ask(.GET, "/v1/leads/foreign-1", try issuer.sign(TestIssuer.claims(at: served.folder.now()))).status == 404)
        }
    }

    /// Whoever asks is the same with every token, so what is sent again counts once; and nobody else is.
    @Test func thePrincipalStaysTheSame() async throws {
        try await Self.serving { served, issuer in
            func submit(_ subject: String) async throws -> ServedFolder.Reply {
                let token = try issuer.sign(TestIssuer.claims(at: served.folder.now(), ["sub": subject, "roles": ["web"], "sources": ["/web"], "jti": UUID().uuidString]))
                return try await served.ask(.POST, "/v1/leads", token, #"{"country":"IT"}"#, ["idempotency-key": "form-1", "prefer": "wait=20"])
            }
            let first = try await submit("u-1"), again = try await submit("u-1"), other = try await submit("u-2")
            #expect(first.status == 200 && again.json["repeated"] as? Bool == true && first.json["lead"] as? String == again.json["lead"] as? String)
            #expect(other.json["repeated"] as? Bool == false && other.json["lead"] as? String != first.json["lead"] as? String, "\(other.text)")
        }
    }

    /// What lives longer than a token can't be judged by one.
    @Test func aTokenMakesNoWebhook() async throws {
        try await Self.serving { served, issuer in
            let token = try issuer.sign(TestIssuer.claims(at: served.folder.now(), ["roles": ["root"]]))
            let made = try await served.ask(.POST, "/v1/webhooks", token, #"{"url":"https://crm.example/leadline"}"#)
            #expect(made.status == 409 && made.text.contains("needs-key"), "\(made.text)")
        }
    }

    @Test func aStreamEndsWithItsToken() async throws {
        let issuer = try TestIssuer(), clock = MovedClock()
        try await ServedFolder.serving(signIn: try issuer.signIn(), clock: clock) { served in
            let token = try issuer.sign(TestIssuer.claims(at: served.folder.now()))
            let response = try await HTTPClient.shared.execute(served.request(.GET, "/v1/feed", token), timeout: .seconds(60))
            #expect(response.status.code == 200)
            // Five minutes and the leeway. The stream ends by itself: nothing else ends it.
            for try await _ in response.body { clock.move(seconds: 331) }
            #expect(try await served.ask(.GET, "/v1/feed", token).status == 401)
        }
    }

    @Test func theMetadataNamesTheIssuer() async throws {
        try await Self.serving { served, _ in
            let reply = try await served.ask(.GET, "/.well-known/oauth-protected-resource", nil)
            #expect(reply.status == 200 && reply.json["authorization_servers"] as? [String] == [TestIssuer.name])
            #expect(reply.json["resource"] as? String == TestIssuer.resource)
            #expect((reply.json["scopes_supported"] as? [String])?.contains("leads:submit") == true && !reply.text.contains("offline_access"))
            let below = try await served.ask(.GET, "/.well-known/oauth-protected-resource/mcp", nil)
            #expect(below.status == 200 && below.text == reply.text)
        }
        try await ServedFolder.serving { served in
            let none = try await served.ask(.GET, "/.well-known/oauth-protected-resource", nil)
            let refused = try await served.ask(.GET, "/v1/me", JWT(text: "a.b.c"))
            #expect(none.status == 404 && refused.headers["www-authenticate"]?.contains("resource_metadata") == false)
        }
    }

    // MARK: Keys by URL

    @Test func unknownKeysAreAskedForSeldom() async throws {
        let issuer = try TestIssuer()
        try await issuer.serving {
            var webhooks = WebhookSettings()
            webhooks.allowsLoopback = true
            try await ServedFolder.serving(webhooks: webhooks, signIn: try issuer.signIn()) { served in
                let claims = TestIssuer.claims(at: served.folder.now())
                let right = try await served.ask(.GET, "/v1/me", try issuer.sign(claims))
                #expect(right.status == 200 && issuer.keyFetches == 1)
                for number in 0..<40 {
                    let wrong = try await served.ask(.GET, "/v1/me", try issuer.sign(claims, header: ["kid": "k-\(number)"]))
                    #expect(wrong.status == 401)
                }
                // Rubbish does not make anybody ask, nor does what comes within the pause.
                #expect(issuer.keyFetches == 1)
            }
        }
    }

    /// Time that a test moves: a key that came new is found after the pause, and one that is gone ends after ten minutes.
    @Test func keysAreFetchedAgain() async throws {
        let issuer = try TestIssuer(), time = MovedTime()
        try await issuer.serving {
            var webhooks = WebhookSettings()
            webhooks.allowsLoopback = true
            let target = try #require(WebhookTarget("http://127.0.0.1:\(issuer.port)/keys"))
            let keys = TokenKeys(.url(target), nil, webhooks, time)
            #expect(await keys.key("k-ES256", .es256) != nil)
            #expect(await keys.key("k-ES256", .rs256) == nil)
            for _ in 0..<5 { #expect(await keys.key("k-new", .es256) == nil) }
            #expect(issuer.keyFetches == 1)
            time.move(.seconds(31))
            for _ in 0..<5 { #expect(await keys.key("k-new", .es256) == nil) }
            #expect(issuer.keyFetches == 2)
            time.move(.seconds(601))
            #expect(await keys.key("k-ES256", .es256) != nil)
            await keys.settle()
            #expect(issuer.keyFetches == 3)
            time.move(.seconds(86_401))
            #expect(await keys.key("k-ES256", .es256) != nil)
            #expect(issuer.keyFetches == 4)
            // Without the operator's word nothing on this machine is asked.
            let screened = TokenKeys(.url(target), nil, WebhookSettings(), time)
            #expect(await screened.key("k-ES256", .es256) == nil)
            #expect(issuer.keyFetches == 4)
        }
    }

    /// While the issuer is silent what it said serves for a day, and then no more.
    @Test func aSilentIssuerIsBelievedForADay() async throws {
        let issuer = try TestIssuer(), time = MovedTime()
        let kept = Holder<TokenKeys>()
        try await issuer.serving {
            var webhooks = WebhookSettings()
            webhooks.allowsLoopback = true
            let keys = TokenKeys(.url(try #require(WebhookTarget("http://127.0.0.1:\(issuer.port)/keys"))), nil, webhooks, time)
            #expect(await keys.key("k-ES256", .es256) != nil)
            kept.value = keys
        }
        let keys = try #require(kept.value)
        time.move(.seconds(86_000))
        #expect(await keys.key("k-ES256", .es256) != nil)
        await keys.settle()
        #expect(await keys.key("k-ES256", .es256) != nil)
        time.move(.seconds(401))
        #expect(await keys.key("k-ES256", .es256) == nil)
    }

    /// Settings that name the issuer alone: the rest it says itself, if it is the issuer that was named.
    @Test(arguments: [true, false]) func theIssuerSaysWhereItIs(_ isItself: Bool) async throws {
        let issuer = try TestIssuer()
        try await issuer.serving {
            let here = "http://127.0.0.1:\(issuer.port)"
            if !isItself { issuer.name(TestIssuer.name) }
            var webhooks = WebhookSettings()
            webhooks.allowsLoopback = true
            var signIn = SignInSettings()
            signIn.publicURL = PublicURL(TestIssuer.resource)
            signIn.oauth = try issuer.settings { text in
                text.replacing("issuer: \(TestIssuer.name)", with: "issuer: \(here)").replacing("jwksURL: \(here)/keys\n", with: "")
                    .replacing("authorizationEndpoint: \(here)/authorize, tokenEndpoint: \(here)/token, ", with: "")
            }
            #expect(signIn.oauth?.keys == .discovered && signIn.oauth?.signIn?.tokenEndpoint == nil)
            try await ServedFolder.serving(webhooks: webhooks, signIn: signIn) { served in
                let token = try issuer.sign(TestIssuer.claims(at: served.folder.now(), ["iss": here]))
                #expect(try await served.ask(.GET, "/v1/me", token).status == (isItself ? 200 : 401))
                #expect(issuer.keyFetches == (isItself ? 1 : 0))
                let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: .init(redirectConfiguration: .disallow))
                let response = try await client.execute(served.request(.GET, "/v1/session/start", nil), timeout: .seconds(60))
                try await client.shutdown()
                #expect(response.status.code == (isItself ? 303 : 503))
                #expect(response.headers.first(name: "location")?.hasPrefix(here + "/authorize?") == (isItself ? true : nil))
            }
        }
    }

    // MARK: Settings

    @Test func aFileWithSomethingUnknownIsRefused() throws {
        let issuer = try TestIssuer()
        let wrong: [(String, String, String)] = [
            ("issuer:", "isuer:", "issuer"), ("leewaySeconds: 30", "leewaySeconds: 61", "leewaySeconds"), ("leewaySeconds: 30", "leeway: 30", "leeway"),
            ("leewaySeconds: 30", "algorithms: [RS256, HS256]", "algorithms"), ("leewaySeconds: 30", "algorithms: [none]", "algorithms"),
            ("  program: acme\n", "", "claims.program"), ("    claim: roles", "    claims: roles", "claims.role"), ("sources:", "scope:", "claims.scope"),
            ("resource: https", "resource: http", "resource"), ("resource: \(TestIssuer.resource)", "resource: \(TestIssuer.resource)/path", "resource"),
            ("jwksFile:", "jwksURL: https://login.vendor.example/keys\njwksFile:", "jwksFile"),
            ("leewaySeconds: 30", "signIn: {clientID: x, tokenEndpoint: \"https://login.vendor.example/token\"}", "signIn"),
            ("issuer: \(TestIssuer.name)\n", "issuer: acme\nsignIn: {clientID: x}\n", "issuer"),
        ]
        for (part, instead, field) in wrong {
            #expect("\(instead)") { _ = try issuer.settings { $0.replacing(part, with: instead) } } throws: {
                ($0 as? Problem)?.place.hasSuffix("oauth.yaml: \(field)") == true
            }
        }
        #expect(throws: Never.self) { try issuer.settings() }
        for (text, origin) in [
            ("https://leads.acme.example", "https://leads.acme.example"), ("https://Leads.Acme.example:443/", "https://leads.acme.example"),
            ("https://leads.acme.example:8443", "https://leads.acme.example:8443"), ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ] { #expect(PublicURL(text)?.origin == origin) }
        for text in ["http://leads.acme.example", "https://a.example/x", "https://a.example/?x", "https://u@a.example", "leads.acme.example", ""] {
            #expect(PublicURL(text) == nil, "\(text)")
        }
    }
}
