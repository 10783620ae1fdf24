import AsyncHTTPClient
import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import NIOCore
import NIOHTTP1
import Testing
import UseCases

@testable import Gateway

/// Goal: pages show and do what their reader's scopes let, and nothing else; no page of another's makes them do it.
/// Method: a real server, asked as browsers ask, without following where answers lead.
@Suite struct DashboardTests {
    private static let origin = TestIssuer.resource

    /// Asks without following redirects.
    private struct Browser: Sendable {
        let served: ServedFolder
        let client: HTTPClient
        var cookie = ""

        func ask(_ method: HTTPMethodName, _ path: String, _ form: [(String, String)]? = nil, _ headers: [String: String] = [:]) async throws
            -> ServedFolder.Reply
        {
            var headers = headers
            if !cookie.isEmpty { headers["cookie"] = cookie }
            let plain = CharacterSet.alphanumerics.union(.init(charactersIn: "-._"))
            let body = form?.map { "\($0.0)=\($0.1.addingPercentEncoding(withAllowedCharacters: plain) ?? "")" }.joined(separator: "&")
            if body != nil { headers["content-type"] = "application/x-www-form-urlencoded" }
            let response = try await client.execute(served.request(method, path, nil, body, headers), timeout: .seconds(60))
            let bytes = try await response.body.collect(upTo: 4_000_000)
            return .init(
                status: Int(response.status.code),
                headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" }, text: String(buffer: bytes))
        }

        func post(_ path: String, _ form: [(String, String)], origin: String? = DashboardTests.origin) async throws -> ServedFolder.Reply {
            try await ask(.POST, path, form, origin.map { ["origin": $0] } ?? [:])
        }

        /// The hidden fields that every form of a page has.
        func fields(of path: String) async throws -> [(String, String)] {
            let page = try await ask(.GET, path)
            return try ["token", "once"].map { name in
                let found = try #require(page.text.firstMatch(of: try Regex(#"name="\#(name)" value="([0-9a-f]+)""#)), "\(path): \(page.text)")
                return (name, String(found.output[1].substring ?? ""))
            }
        }
    }

    private static func browsing(
        quota: Double? = nil, demo: DemoSignIn? = nil, patience: Duration? = nil,
        _ body: @escaping @Sendable (ServedFolder, Browser) async throws -> Void
    ) async throws {
        var signIn = SignInSettings()
        signIn.demo = demo
        signIn.publicURL = PublicURL(origin)
        let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: .init(redirectConfiguration: .disallow))
        let result: Result<Void, any Error>
        do {
            try await ServedFolder.serving({ if let quota { $0.quotaFactor = quota } }, signIn: signIn, explanationPatience: patience) { try await body($0, Browser(served: $0, client: client)) }
            result = .success(())
        } catch { result = .failure(error) }
        try await client.shutdown()
        try result.get()
    }

    /// Signs in by the form, as somebody with a new key of a role.
    private static func signedIn(_ role: Role, _ browser: Browser, partner: String? = nil) async throws -> Browser {
        try await signedIn(try browser.served.key(role, partner: partner, sources: role == .producer ? ["/own"] : []), browser)
    }

    private static func signedIn(_ key: KeyToken, _ browser: Browser) async throws -> Browser {
        let reply = try await browser.post("/app/sign-in", [("key", " \(key)\n"), ("next", "/app/leads")])
        try #require(reply.status == 303 && reply.headers["location"] == "/app/leads", "\(reply.status) \(reply.text)")
        let set = try #require(reply.headers["set-cookie"])
        var known = browser
        known.cookie = String(set.prefix { $0 != ";" })
        return known
    }

    private static var pages: [Gateway.Operation] { DashboardRoutes.all.filter { $0.method == .get && $0.scope != nil && $0.id != "followPage" } }

    @Test(arguments: [Role.admin, .manager, .partnerLead, .partner, .auditor, .producer, .agent])
    func aPageIsShownToThoseWithItsScope(_ role: Role) async throws {
        try await Self.browsing { served, browser in
            try await served.submit("shown-1")
            let holder = try await served.holder("shown-1")
            let known = try await Self.signedIn(role, browser, partner: role.isPartner ? holder : nil)
            for page in Self.pages {
                let path = page.path.replacing("{lead}", with: "shown-1").replacing("{partner}", with: holder)
                let reply = try await known.ask(.GET, path)
                // A producer sees its own leads alone, and none of them came from here.
                let expected = !page.roles.contains(role) ? [403] : role == .producer && page.id == "showLead" ? [404] : [200, 303]
                #expect(expected.contains(reply.status), "\(page.id) for \(role): \(reply.status)")
                #expect(reply.status == 303 || reply.text.hasPrefix("<!DOCTYPE html>"), "\(page.id): \(reply.text.prefix(200))")
                let policy = reply.headers["content-security-policy"] ?? ""
                #expect(reply.status == 303 || (policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'") && !policy.contains("unsafe")))
                #expect(reply.headers["cache-control"] == "no-store")
            }
            // Nobody is led where nothing is shown.
            let start = try await known.ask(.GET, "/app/leads")
            for section in start.text.matches(of: /<a href="(\/app[a-z\/]*)" data-key/).map({ String($0.1) }) {
                #expect([200, 303].contains(try await known.ask(.GET, section).status), "\(role): \(section)")
            }
        }
    }

    @Test func whoeverIsUnknownSignsInFirst() async throws {
        try await Self.browsing { served, browser in
            for path in ["/app", "/app/leads", "/app/leads/x", "/app/preferences"] {
                let reply = try await browser.ask(.GET, path)
                #expect(reply.status == 303 && reply.headers["location"] == "/app/sign-in?next=\(path)", "\(path): \(reply.status)")
            }
            #expect(try await browser.ask(.GET, "/").headers["location"] == "/app")
            #expect(try await browser.ask(.GET, "/app/live").status == 401)
            let wrong = try await browser.post("/app/sign-in", [("key", "ll_0123456789abcdef_" + String(repeating: "0", count: 64)), ("next", "/app")])
            #expect(wrong.status == 401 && wrong.text.contains("role=\"alert\"") && wrong.headers["set-cookie"] == nil)
            // Another's page has nobody signed in, and none is led elsewhere.
            let key = try served.key(.manager)
            #expect(try await browser.post("/app/sign-in", [("key", "\(key)"), ("next", "/app")], origin: "https://evil.example").status == 403)
            for next in ["https://evil.example", "//evil.example", "/v1/me", "/app\\evil", "/app/\r\nx: y", ""] {
                let reply = try await browser.post("/app/sign-in", [("key", "\(key)"), ("next", next)])
                #expect(reply.status == 303 && reply.headers["location"] == "/app", "\(next)")
            }
        }
    }

    /// A demonstration names as whom it can be looked at; nobody else's service has such an entrance.
    @Test func aDemonstrationLetsPeopleInAndLeadsThemRound() async throws {
        let wrong = try #require(KeyToken("ll_0123456789abcdef_" + String(repeating: "0", count: 64)))
        let demo = DemoSignIn(people: [.init(.admin, key: wrong), .init(.partnerLead, partner: "partner-1", key: wrong)], lead: "story-1")
        try await Self.browsing(demo: demo) { served, browser in
            let page = try await browser.ask(.GET, "/app/sign-in")
            #expect(page.text.contains("name=\"as\" value=\"admin\"") && page.text.contains("partner-1") && !page.text.contains("\(wrong)"))
            // The key that stands behind an entrance is looked at as every other.
            #expect(try await browser.post("/app/sign-in", [("as", "admin"), ("next", "/app")]).status == 401)
            #expect(try await browser.post("/app/sign-in", [("as", "nobody"), ("next", "/app")]).status == 401)
            try await served.submit("story-1")
            let known = try await Self.signedIn(.admin, browser)
            for (path, told) in [
                ("/app", "Stop 1 of 6"), ("/app/leads/story-1", "Stop 2 of 6"), ("/app/partners", "Stop 3 of 6"), ("/app/reviews", "Stop 4 of 6"),
                ("/app/rules", "Stop 5 of 6"), ("/app/proof", "Stop 6 of 6"), ("/app/leads", "You have left the tour"),
            ] {
                let page = try await known.ask(.GET, path)
                #expect(page.text.contains("id=\"tour\"") && page.text.contains(told), "\(path)")
            }
            // A role that does not see a page has no stop there.
            let manager = try await Self.signedIn(.manager, browser)
            #expect(try await manager.ask(.GET, "/app/rules").text.contains("Stop 5 of 5"))
            let fields = try await known.fields(of: "/app")
            let ended = try await known.post("/app/preferences", fields + [("tour", "off"), ("next", "/app/rules")])
            #expect(ended.status == 303 && ended.headers["location"] == "/app/rules")
            var without = known
            without.cookie += "; " + (ended.headers["set-cookie"].map { String($0.prefix { $0 != ";" }) } ?? "")
            #expect(!(try await without.ask(.GET, "/app").text.contains("id=\"tour\"")))
            #expect(try await without.ask(.GET, "/app/preferences").text.contains("id=\"f-tour\""))
        }
        try await Self.browsing { _, browser in
            let page = try await browser.ask(.GET, "/app/sign-in")
            let reply = try await browser.post("/app/sign-in", [("as", "admin"), ("next", "/app")])
            #expect(!page.text.contains("name=\"as\"") && reply.status == 401)
        }
    }

    /// Where making a decision again takes its time, the page shows what was recorded of it and looks again.
    @Test func aPageWaitsForNoExplanation() async throws {
        try await Self.browsing(patience: .zero) { served, browser in
            let submitted = try await served.submit("long-1")
            try #require(submitted.text.contains("leadline.v1.LeadAssigned"), "\(submitted.text)")
            let known = try await Self.signedIn(.manager, browser)
            let first = try await known.ask(.GET, "/app/leads/long-1")
            #expect(first.status == 200 && first.text.contains("data-refresh=\"1\""), "\(first.text)")
            #expect(first.text.contains("The chosen beside the runner-up") && !first.text.contains("Decided again from the journal"))
            // Whoever asks for it over the API waits until it is there; from then on the page has it.
            let explained = try await served.ask(.GET, "/v1/leads/long-1/explanation", served.admin)
            try #require(explained.status == 200, "\(explained.text)")
            let then = try await known.ask(.GET, "/app/leads/long-1")
            #expect(!then.text.contains("data-refresh") && then.text.contains("Decided again from the journal: equal"), "\(then.text)")
            let own = try await Self.signedIn(.partnerLead, browser, partner: try Self.holder(then.text))
            let theirs = try await own.ask(.GET, "/app/leads/long-1")
            #expect(theirs.status == 200 && theirs.text.contains("Assigned to you") && !theirs.text.contains("data-refresh"), "\(theirs.text)")
        }
    }

    /// Which partner a lead's page says that it is with.
    private static func holder(_ page: String) throws -> String {
        String(try #require(page.firstMatch(of: /\/app\/partners\/([a-z0-9-]+)/)).output.1)
    }

    /// A lead that is offered is open: whoever may override decides about it on its page.
    @Test func anOfferedLeadCanBeDecidedAbout() async throws {
        try await Self.browsing { served, browser in
            let policy =
                #"{"attemptsMax":3,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"negotiation":{"rounds":1,"answerMillis":86400000}}"#
            let published = try await served.ask(.PUT, "/v1/policy", served.admin, policy, ["prefer": "wait=20"])
            try #require(published.status == 200, "\(published.text)")
            let offered = try await served.submit("offered-1")
            try #require(offered.text.contains("leadline.v1.OfferMade"), "\(offered.text)")
            let known = try await Self.signedIn(.manager, browser)
            let page = try await known.ask(.GET, "/app/leads/offered-1")
            #expect(page.status == 200 && page.text.contains("/app/leads/offered-1/override"), "\(page.text)")
        }
    }

    @Test func aFormCountsOnceAndForItsSessionAlone() async throws {
        try await Self.browsing { served, browser in
            try await served.submit("form-1")
            let known = try await Self.signedIn(.manager, browser), other = try await Self.signedIn(.manager, browser)
            let fields = try await known.fields(of: "/app/leads/form-1")
            let form = fields + [("decision", "close"), ("note", "twice \u{301}<b> & more")]
            let path = "/app/leads/form-1/override"
            // Without the token, with another session's, from another's page, from nowhere.
            #expect(try await known.post(path, Array(form.dropFirst())).status == 403)
            #expect(try await known.post(path, [try await other.fields(of: "/app/leads/form-1")[0]] + form.dropFirst()).status == 403)
            #expect(try await known.post(path, form, origin: "https://evil.example").status == 403)
            #expect(try await known.post(path, form, origin: nil).status == 403)
            #expect(try await served.holder("form-1") != "")
            // A reason is asked for, and a choice that the page names.
            #expect(try await known.post(path, fields + [("decision", "close")]).status == 422)
            #expect(try await known.post(path, fields + [("decision", "burn"), ("note", "x")]).status == 422)
            let once = try await known.post(path, form)
            #expect(once.status == 303 && once.headers["location"]?.hasPrefix("/app/leads/form-1?said=") == true, "\(once.text)")
            let twice = try await known.post(path, form)
            #expect(twice.status == 303)
            let story = try await served.ask(.GET, "/v1/leads/form-1", served.admin)
            #expect(story.text.components(separatedBy: "a human decided about form-1").count == 2, "\(story.text)")
            // Who did it is who signed in, whatever a form says.
            let page = try await known.ask(.GET, once.headers["location"] ?? "")
            #expect(page.status == 200 && page.text.contains("class=\"notice good\""))
        }
    }

    /// What is another's, another program's or nowhere is one page.
    @Test func nobodyLearnsWhatIsThere() async throws {
        try await Self.browsing { served, browser in
            try await served.submit("held-1")
            let holder = try await served.holder("held-1")
            let other = ["p-one", "p-two", "p-three"].first { $0 != holder } ?? ""
            let partner = try await Self.signedIn(.partner, browser, partner: other)
            let vendor = try await Self.signedIn(.manager, browser)
            func comparable(_ reply: ServedFolder.Reply) -> String {
                "\(reply.status) " + reply.text.replacing(/(once" value="[0-9a-f]+|data-cursor="[^"]*")/, with: "")
            }
            let nowhere = comparable(try await partner.ask(.GET, "/app/leads/nothing-1"))
            #expect(nowhere.hasPrefix("404"))
            for lead in ["held-1", "foreign-1", "%3Cx%3E"] {
                #expect(comparable(try await partner.ask(.GET, "/app/leads/\(lead)")) == nowhere, "\(lead)")
            }
            #expect(comparable(try await vendor.ask(.GET, "/app/leads/foreign-1")) == comparable(try await vendor.ask(.GET, "/app/leads/nothing-1")))
            #expect(comparable(try await partner.ask(.GET, "/app/partners/\(holder)")) == comparable(try await partner.ask(.GET, "/app/partners/nobody")))
            for path in ["/app", "/app/leads", "/app/partners/\(other)"] {
                let page = try await partner.ask(.GET, path)
                #expect(page.status == 200 && !page.text.contains(holder) && !page.text.contains("held-1"), "\(path)")
            }
        }
    }

    /// A page shows nothing of a kind that its reader's scopes leave out, and nobody waits twice.
    @Test func reviewsAreShownToThoseWhoMayReadThem() async throws {
        try await Self.browsing { served, browser in
            try await served.submit("asked-1")
            let manager = try await Self.signedIn(.manager, browser), agent = try await Self.signedIn(.agent, browser)
            let asked = try await manager.post("/app/leads/asked-1/review", try await manager.fields(of: "/app/leads/asked-1"))
            #expect(asked.status == 303, "\(asked.text)")
            func needs(_ reader: Browser) async throws -> String {
                let page = try await reader.ask(.GET, "/app")
                try #require(page.status == 200)
                let panel = try #require(page.text.components(separatedBy: "<section id=\"needs\"").last)
                return panel.components(separatedBy: "</section>")[0]
            }
            #expect(try await needs(manager).contains("data-row=\"asked-1\""))
            #expect(try await !needs(agent).contains("asked-1"))
            #expect(try await agent.ask(.GET, "/app").text.contains("Nothing waits for a person."))
        }
    }

    /// What an operation may not be asked for now no page does in its stead.
    @Test func pagesCostWhatTheirOperationsCost() async throws {
        // One heavy call, and the next most of a minute later.
        try await Self.browsing(quota: 0.02) { served, browser in
            for lead in ["dear-1", "dear-2"] { try await served.submit(lead) }
            let known = try await Self.signedIn(.manager, browser)
            #expect(try await known.ask(.GET, "/app/leads/dear-1").text.contains("equal to what was recorded"))
            let busy = try await known.ask(.GET, "/app/leads/dear-2")
            #expect(busy.status == 200 && busy.text.contains("Open the page again shortly") && busy.text.contains("id=\"story\""))
            // What was decided is there all the same; what is known already costs nothing.
            #expect(busy.text.contains("The chosen beside the runner-up"))
            #expect(try await known.ask(.GET, "/app/leads/dear-1").text.contains("equal to what was recorded"))
            let refused = try await known.ask(.GET, "/app/partners")
            #expect(refused.status == 429 && refused.headers["retry-after"] != nil)
            // Whoever is known keeps the navigation.
            #expect(refused.text.contains("data-key=\"l\"") && !refused.text.contains("href=\"/app/sign-in\""))
        }
    }

    @Test func whatChangedNothingIsNotSaidToBeDone() async throws {
        try await Self.browsing { served, browser in
            let known = try await Self.signedIn(.manager, browser)
            let path = "/app/partners/p-two"
            // It takes leads already.
            let reply = try await known.post(path + "/resume", try await known.fields(of: path))
            #expect(reply.headers["location"]?.hasPrefix(path + "?said=disregarded") == true, "\(reply.headers)")
            let page = try await known.ask(.GET, reply.headers["location"] ?? "")
            #expect(page.text.contains("class=\"notice warn\" role=\"alert\"") && !page.text.contains("notice good"))
            let pause = try await known.post(path + "/pause", try await known.fields(of: path))
            #expect(pause.headers["location"]?.hasPrefix(path + "?said=pause") == true, "\(pause.headers)")
            // An address says nothing of its own.
            for said in ["Call+0800", "%3Cb%3E", "later%00", ""] {
                let page = try await known.ask(.GET, path + "?said=" + said)
                #expect(page.status == 200 && !page.text.contains("class=\"notice"), "\(said)")
            }
        }
    }

    @Test func aPartnersDeclineIsConfirmed() async throws {
        try await Self.browsing { served, browser in
            try await served.submit("declined-1")
            let holder = try await served.holder("declined-1")
            let known = try await Self.signedIn(.partner, browser, partner: holder)
            let page = try await known.ask(.GET, "/app/leads/declined-1")
            let reason = try #require(page.text.firstMatch(of: /<option value="([a-z-]+)"/)).output.1
            let form = try await known.fields(of: "/app/leads/declined-1") + [("reason", String(reason))]
            let reply = try await known.post("/app/leads/declined-1/decline", form)
            #expect(reply.headers["location"] == "/app?said=decline", "\(reply.headers) \(reply.text)")
            #expect(try await known.ask(.GET, "/app?said=decline").text.contains("class=\"notice good\""))
        }
    }

    /// An absence that is sent twice is one.
    @Test func anAbsenceIsSetOnce() async throws {
        try await Self.browsing { served, browser in
            let known = try await Self.signedIn(.manager, browser)
            let path = "/app/partners/p-one"
            let form = try await known.fields(of: path) + [("from", "2031-03-01T09:00"), ("until", "2031-03-05T18:30")]
            for _ in 0..<2 {
                let reply = try await known.post(path + "/absences", form)
                #expect(reply.status == 303, "\(reply.text)")
            }
            let page = try await known.ask(.GET, path)
            #expect(page.text.components(separatedBy: "/cancel\"").count == 2)
        }
    }

    @Test func aSessionThatIsReplacedIsOver() async throws {
        try await Self.browsing { _, browser in
            let first = try await Self.signedIn(.manager, browser)
            let second = try await Self.signedIn(.manager, first)
            #expect(first.cookie != second.cookie)
            #expect(try await first.ask(.GET, "/app").status == 303)
            #expect(try await second.ask(.GET, "/app").status == 200)
        }
    }

    /// Tabs of one session share one stream, those of two share nothing.
    @Test func tabsAreOfTheirSession() async throws {
        try await Self.browsing { _, browser in
            let one = try await Self.signedIn(.manager, browser), other = try await Self.signedIn(.manager, browser)
            func who(_ reader: Browser, _ path: String) async throws -> String {
                let page = try await reader.ask(.GET, path)
                return String(try #require(page.text.firstMatch(of: /data-who="([0-9a-f]{16})"/)).output.1)
            }
            let name = try await who(one, "/app")
            #expect(try await who(one, "/app/leads") == name)
            #expect(try await who(other, "/app") != name)
            #expect(!one.cookie.contains(name))
        }
    }

    /// Whoever is known gets somewhere, with whatever scopes.
    @Test func nobodyIsStuckAtTheStart() async throws {
        try await Self.browsing { served, browser in
            for (scopes, role, place) in [
                ([Scope.auditRead], Role.auditor, "/app/proof"), ([.leadsRead], .agent, "/app/leads"), ([.decisionsRead], .agent, "/app/preferences"),
            ] {
                let known = try await Self.signedIn(try served.key(role, scopes: Set(scopes)), browser)
                let start = try await known.ask(.GET, "/app")
                #expect(start.status == 303 && start.headers["location"] == place, "\(scopes)")
                #expect(try await known.ask(.GET, place).status == 200, "\(scopes)")
            }
            let partner = try await Self.signedIn(.partner, browser)
            let refused = try await partner.ask(.GET, "/app/reviews")
            #expect(refused.status == 403 && refused.text.contains("data-key=\"l\"") && !refused.text.contains("data-stream"))
            // Where somebody wanted to go outlasts a key that is wrong.
            let wrong = try await browser.post("/app/sign-in", [("key", "ll_wrong"), ("next", "/app/leads/x?status=won")])
            #expect(wrong.status == 401 && wrong.text.contains("name=\"next\" value=\"/app/leads/x?status=won\""), "\(wrong.text)")
        }
    }

    @Test func filesAreNamedByWhatTheyHold() async throws {
        try await Self.browsing { served, browser in
            let page = try await browser.ask(.GET, "/app/sign-in")
            let paths = page.text.matches(of: /(?:href|src)="(\/app\/assets\/[^"]+)"/).map { String($0.1) }
            #expect(paths.count == 3, "\(paths)")
            for path in paths {
                let file = try await browser.ask(.GET, path)
                let tag = try #require(file.headers["etag"])
                #expect(file.status == 200 && file.headers["cache-control"] == "public, max-age=31536000, immutable")
                #expect(try await browser.ask(.GET, path, nil, ["if-none-match": tag]).status == 304)
            }
            #expect(try await browser.ask(.GET, "/app/assets/access.db").status == 404)
        }
    }

    /// Waits until no work of a key is under way.
    private static func finished(_ key: KeyToken, _ served: ServedFolder) async throws {
        while true {
            let jobs = try await served.ask(.GET, "/v1/jobs", key).text
            if !jobs.contains("\"running\"") && !jobs.contains("\"queued\"") { return }
        }
    }

    /// A report is asked for by a form and shown once it is found, to whoever asked for it and nobody else.
    @Test func reportsAreFoundForWhoeverAsks() async throws {
        try await Self.browsing { served, browser in
            try await served.submit("reported-1")
            let (key, otherKey) = (try served.key(.manager), try served.key(.manager))
            let known = try await Self.signedIn(key, browser), other = try await Self.signedIn(otherKey, browser)
            let asked: [(path: String, form: [(String, String)], found: String)] = [
                ("/app/learning", [], "Base win rate"), ("/app/forecast", [("days", "91"), ("backtest", "yes")], "there is too little history to forecast from"),
                ("/app/fairness", [], "Balance"), ("/app/pilot", [("pilot", ""), ("incumbent", "")], "The arms of a pilot"),
                ("/app/enablement", [("partner", "p-one"), ("list", "certifications"), ("value", "iso"), ("days", "30")], "Leads that go elsewhere"),
            ]
            for (path, form, found) in asked {
                let before = try await known.ask(.GET, path)
                #expect(before.status == 200 && before.text.contains("class=\"empty\""), "\(path)")
                let reply = try await known.post(path, try await known.fields(of: path) + form)
                try #require(reply.status == 303 && reply.headers["location"] == path, "\(path): \(reply.text)")
                try await Self.finished(key, served)
                let after = try await known.ask(.GET, path)
                #expect(after.text.contains(found), "\(path): \(after.text)")
                let others = try await other.ask(.GET, path)
                #expect(!others.text.contains("Asked for at"), "\(path) is another's")
            }
            // What a form says must be what its page offers.
            for form in [
                [("partner", "p-one"), ("list", "names"), ("value", "x"), ("days", "30")],
                [("partner", "p one"), ("list", "verticals"), ("value", "x"), ("days", "30")],
                [("partner", "p-one"), ("list", "verticals"), ("value", ""), ("days", "30")],
                [("partner", "p-one"), ("list", "verticals"), ("value", "x"), ("days", "9999")],
            ] {
                let reply = try await known.post("/app/enablement", try await known.fields(of: "/app/enablement") + form)
                #expect(reply.status == 422, "\(form): \(reply.status)")
            }
            // Without the token nothing begins.
            #expect(try await known.post("/app/learning", [("days", "1")]).status == 403)
        }
    }

    /// A policy is checked, held against history, and published by those who may; what is wrong is told at its field.
    @Test func rulesAreChangedAsTheOperationsSay() async throws {
        try await Self.browsing { served, browser in
            try await served.submit("ruled-1")
            let key = try served.key(.manager)
            let known = try await Self.signedIn(key, browser), agent = try await Self.signedIn(.agent, browser)
            let path = "/app/rules/proposal"
            #expect(try await known.ask(.GET, "/app/rules").text.contains("a lead is offered to at most 3 partners"))
            let text = #"{"attemptsMax":2,"name":"n\u0301<b>","fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"periodDays":7}"#
            func sent(_ one: Browser, _ policy: String, _ act: String) async throws -> ServedFolder.Reply {
                try await one.post(path, try await one.fields(of: path) + [("policy", policy), ("do", act)])
            }
            let checked = try await sent(known, text, "check")
            #expect(checked.status == 200 && checked.text.contains("attempts_max") && checked.text.contains("value=\"publish\""), "\(checked.text)")
            // What is wrong is told with its line, and what was written stays.
            let wrong = try await sent(known, "{\r\n  \"attemptsMax\": \"many\"\r\n}", "publish")
            #expect(wrong.status >= 400 && wrong.text.contains("id=\"fault\"") && wrong.text.contains("line 2"), "\(wrong.text)")
            #expect(wrong.text.contains("{&#10;  &quot;attemptsMax&quot;: &quot;many&quot;&#10;}"))
            for nonsense in ["", "[]", "null", "{", String(repeating: "[", count: 30_000)] {
                let reply = try await sent(known, nonsense, "check")
                #expect([400, 422].contains(reply.status) && reply.text.contains("id=\"fault\""), "\(nonsense.prefix(9)): \(reply.status)")
            }
            let effect = try await sent(known, text, "effect")
            try #require(effect.headers["location"] == "/app/rules/effect", "\(effect.text)")
            try await Self.finished(key, served)
            let found = try await known.ask(.GET, "/app/rules/effect")
            #expect(found.text.contains("made again") && found.text.contains("name=\"policy\""), "\(found.text)")
            // Whoever reads policies may look at what they would do, and publishes none.
            let refused = try await sent(agent, text, "publish")
            #expect(refused.status == 403, "\(refused.status)")
            let read = try await agent.ask(.GET, "/app/rules")
            #expect(!read.text.contains("/app/rules/proposal\" class=\"button"))
            let published = try await sent(known, text, "publish")
            #expect(published.headers["location"] == "/app/rules?said=publish", "\(published.text)")
            let history = try await known.ask(.GET, "/app/rules/history")
            #expect(history.text.contains("attempts_max") && !history.text.contains("<b>"), "\(history.text)")
        }
    }

    /// All that match are changed, if they are those that the reader saw, and counted.
    @Test func allThatMatchAreChangedOnce() async throws {
        try await Self.browsing { served, browser in
            for lead in ["all-1", "all-2", "all-3"] { try await served.submit(lead) }
            let known = try await Self.signedIn(.manager, browser)
            let path = "/app/bulk?status=assigned"
            let page = try await known.ask(.GET, path)
            let match = try #require(page.text.firstMatch(of: /name="leads" value="([0-9a-f]+)"/), "\(page.text)")
            let count = try #require(page.text.firstMatch(of: /Type ([0-9]+) to confirm/))
            let fields = try await known.fields(of: path)
            func form(_ leads: String, _ count: String) -> [(String, String)] {
                fields + [("status", "assigned"), ("of", ""), ("leads", leads), ("act", "close"), ("note", "moved"), ("partner", ""), ("count", count)]
            }
            for (leads, count) in [(String(match.1), "1000"), (String(repeating: "0", count: 32), String(count.1))] {
                let reply = try await known.post("/app/bulk", form(leads, count))
                #expect(reply.status == 409 && reply.text.contains("role=\"alert\""), "\(reply.status)")
            }
            #expect(try await served.holder("all-1") != "")
            let done = try await known.post("/app/bulk", form(String(match.1), String(count.1)))
            #expect(done.headers["location"] == "/app/leads?said=bulk&status=assigned", "\(done.text)")
            // What is sent later is decided later: by then all of them are.
            try await served.submit("all-4")
            for lead in ["all-1", "all-2", "all-3"] {
                let story = try await served.ask(.GET, "/v1/leads/\(lead)", served.admin)
                #expect(story.text.components(separatedBy: "a human decided about \(lead)").count == 2, "\(story.text)")
            }
            #expect(try await known.post("/app/bulk", Array(form(String(match.1), String(count.1)).dropFirst())).status == 403)
            let partner = try await Self.signedIn(.partner, browser)
            #expect(try await partner.ask(.GET, "/app/bulk").status == 403)
        }
    }

    /// Who read what is the auditor's; where decisions go is its owner's, without what a token may stand in.
    @Test func logsAreShownToTheirReaders() async throws {
        try await Self.browsing { served, browser in
            try await served.submit("read-1")
            _ = try await served.ask(.GET, "/v1/leads/read-1/contact", served.admin, nil, ["leadline-reason": "a call"])
            let auditor = try await Self.signedIn(.auditor, browser), manager = try await Self.signedIn(.manager, browser)
            let log = try await auditor.ask(.GET, "/app/proof/access")
            #expect(log.status == 200 && log.text.contains("class=\"notice good\""), "\(log.text)")
            #expect(try await auditor.ask(.GET, "/app/proof/access?person=nobody").text.contains("No read is like that"))
            #expect(try await manager.ask(.GET, "/app/proof/access").status == 403)
            let key = try served.key(.admin)
            let made = try await WebhookTests.make(served, "https://hooks.partner.example/secret-path", key: key, "").id
            let admin = try await Self.signedIn(key, browser)
            let page = try await admin.ask(.GET, "/app/system/webhooks?endpoint=\(made)")
            #expect(page.status == 200 && page.text.contains("hooks.partner.example") && !page.text.contains("secret-path"), "\(page.text)")
            let path = "/app/webhooks/\(made)/replay"
            let form = try await admin.fields(of: "/app/system/webhooks?endpoint=\(made)") + [("after", "\(ServedFolder.program)/1"), ("through", "")]
            let replayed = try await admin.post(path, form)
            #expect(replayed.headers["location"] == "/app/system/webhooks?said=replay&endpoint=\(made)", "\(replayed.text)")
            // Another's is not there.
            let lead = try await Self.signedIn(.partnerLead, browser)
            #expect(try await lead.ask(.GET, "/app/system/webhooks?endpoint=\(made)").status == 404)
        }
    }

    /// Nothing of a person stands on a page unasked; whoever asks says why, once a visit; a partner asks once it accepted.
    @Test func aPersonIsReadOnRequest() async throws {
        try await Self.browsing { served, browser in
            try await served.submit("read-2")
            let address = "read-2@officine.example", path = "/app/leads/read-2", holder = try await served.holder("read-2")
            let manager = try await Self.signedIn(.manager, browser), auditor = try await Self.signedIn(.auditor, browser)
            #expect(try await !manager.ask(.GET, path).text.contains(address))
            // Whoever may not read it is not asked why.
            #expect(try await !auditor.ask(.GET, path).text.contains(path + "/contact"))
            #expect(try await auditor.post(path + "/contact", try await auditor.fields(of: path) + [("reason", "x")]).status == 403)
            let fields = try await manager.fields(of: path)
            for reason in ["", "  ", "call ann@person.example", "line\nbreak", String(repeating: "x", count: 513)] {
                #expect(try await manager.post(path + "/contact", fields + [("reason", reason)]).status == 422, "\(reason)")
            }
            let why = "Rückfrage, case 4711 <b>"
            let read = try await manager.post(path + "/contact", fields + [("reason", why)])
            #expect(read.status == 200 && read.text.contains(address) && read.headers["cache-control"] == "no-store", "\(read.text)")
            // The next page has the reason of this visit, and shows nothing by itself; another session's has none.
            let kept = try #require(read.headers["set-cookie"])
            #expect(kept.contains("HttpOnly; SameSite=Strict"))
            func asked(_ reader: Browser) async throws -> String {
                var reader = reader
                reader.cookie += "; " + String(kept.prefix { $0 != ";" })
                return try await reader.ask(.GET, path).text
            }
            let next = try await asked(manager)
            #expect(next.contains("Rückfrage, case 4711 &lt;b&gt;") && !next.contains(address))
            #expect(try await !asked(try await Self.signedIn(.manager, browser)).contains("4711"))
            #expect(try await manager.ask(.GET, path + "/contact").headers["location"] == path)
            #expect(try await auditor.ask(.GET, "/app/proof/access").text.contains("Rückfrage, case 4711"))
            // The partner that holds it, before and after it accepts; another one never.
            let partner = try await Self.signedIn(.partner, browser, partner: holder)
            let own = try await partner.fields(of: path)
            #expect(try await partner.post(path + "/contact", own).status == 409)
            #expect(try await !partner.ask(.GET, path).text.contains(path + "/contact"))
            #expect(try await partner.post(path + "/accept", own).status == 303)
            #expect(try await partner.ask(.GET, path).text.contains(path + "/contact"))
            let held = try await partner.post(path + "/contact", own)
            #expect(held.status == 200 && held.text.contains(address), "\(held.text)")
            let other = ["p-one", "p-two", "p-three"].first { $0 != holder } ?? ""
            let stranger = try await Self.signedIn(.partner, browser, partner: other)
            #expect(try await stranger.post(path + "/contact", try await stranger.fields(of: "/app")).status == 404)
        }
    }

    /// A partner is told that what it asked for changed nothing, although no decision of it is its to see.
    @Test func aPartnersPauseThatChangedNothingIsTold() async throws {
        try await Self.browsing { served, browser in
            let known = try await Self.signedIn(.partnerLead, browser, partner: "p-two")
            let path = "/app/partners/p-two"
            for said in ["pause", "disregarded"] {
                let reply = try await known.post(path + "/pause", try await known.fields(of: path))
                #expect(reply.headers["location"] == path + "?said=" + said, "\(said): \(reply.headers) \(reply.text)")
            }
        }
    }

    /// A form asks for an operation that is there, under its scope.
    @Test func everyFormIsAnOperation() {
        #expect(!DashboardForm.all.isEmpty)
        for form in DashboardForm.all {
            let operation = OperationTable.row(form.operation)
            let route = DashboardRoutes.all.first { $0.path == "/app" + form.path && $0.method == .post }
            #expect(route?.scope == operation.scope && route?.refusesForeignOrigins == true, "\(form.path)")
            let made: Set<String> = form.operation == "setAbsence" ? ["absence"] : []
            #expect(Set(operation.pathParameters) == Set(route?.pathParameters ?? []).union(made), "\(form.path)")
        }
    }
}
