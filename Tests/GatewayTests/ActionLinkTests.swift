import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Testing
import TextFormats
import UseCases

@testable import Gateway

/// Goal: a link answers for one assignment, once, for as long as that and the right to send it last; looking changes nothing, and nothing of
/// the person is shown. Method: a real server and a clock that the test moves; answers counted in the journal.
@Suite struct ActionLinkTests {
    private static let origin = "https://leads.vendor.example"
    private static let form = ["content-type": "application/x-www-form-urlencoded"]

    private static func serving(
        clock: MovedClock = MovedClock(), webhooks: WebhookSettings = WebhookSettings(), _ body: @Sendable (ServedFolder) async throws -> Void
    ) async throws {
        var signIn = SignInSettings()
        signIn.publicURL = PublicURL(origin)
        try await ServedFolder.serving(webhooks: webhooks, signIn: signIn, clock: clock, body)
    }

    /// A link's path.
    private static func link(_ served: ServedFolder, _ lead: String, _ key: KeyToken? = nil, days: Int? = nil) async throws -> String {
        let made = try await served.ask(.POST, "/v1/leads/\(lead)/action-links", key ?? served.admin, days.map { #"{"days":\#($0)}"# })
        try #require(made.status == 201, "\(made.text)")
        let url = try #require(made.json["url"] as? String)
        #expect(url.hasPrefix(origin + "/links/"))
        return String(url.dropFirst(origin.count))
    }

    private static func press(_ served: ServedFolder, _ path: String, _ form: String) async throws -> ServedFolder.Reply {
        try await served.ask(.POST, path, nil, form, Self.form)
    }

    /// What partners said to a lead, with who said it.
    private static func answers(_ served: ServedFolder, _ lead: String) throws -> [(fact: String, actor: String)] {
        let deployment = Deployment(served.folder, namedProgram: ServedFolder.program, asker: Asker(actor: "tester", reason: "test"))
        return try deployment.lead(lead, unseals: true).steps.compactMap { step in
            var actor = ""
            if case .fields(let fields) = step.opened { actor = fields.first { $0.path == "actor" }?.value ?? "" }
            switch step.entry.input.fact {
            case .leadAccepted: return ("accepted", actor)
            case .leadDeclined(let fact): return ("declined \(fact.reason)", actor)
            default: return nil
            }
        }
    }

    @Test func aPartnerAcceptsWithoutAnAccount() async throws {
        try await Self.serving { served in
            try await served.submit("own-1")
            let holder = try await served.holder("own-1")
            let made = try served.access.create(GrantRequest(program: ServedFolder.program, role: .manager))
            let path = try await Self.link(served, "own-1", made.token), other = try await Self.link(served, "own-1", days: 2)
            for _ in 0..<5 {
                let page = try await served.ask(.GET, path, nil)
                #expect(page.status == 200 && page.text.contains("Accept") && page.text.contains("no capacity"), "\(page.text)")
                for word in ["Marta", "officine", holder, "score"] { #expect(!page.text.contains(word), "\(word)") }
                #expect(page.headers["cache-control"] == "no-store" && page.headers["referrer-policy"] == "no-referrer")
                #expect(page.headers["x-robots-tag"] == "noindex, nofollow" && page.headers["etag"] == nil)
                #expect(page.headers["content-security-policy"] == "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
                #expect(page.text.contains(#"<meta name="viewport""#) && !page.text.contains("<style") && !page.text.contains("<script"))
                #expect(try await served.ask(.HEAD, path, nil).status == 200)
            }
            #expect(try Self.answers(served, "own-1").isEmpty)
            let done = try await Self.press(served, path, "answer=accept")
            #expect(done.status == 200 && done.text.contains("Accepted") && !done.text.contains("Marta"), "\(done.text)")
            #expect(try Self.answers(served, "own-1").map(\.actor) == ["link sent to partner \(holder) by \(made.grant.principal)"])
            // Spent, and so is every other link to the assignment.
            for spent in [path, other] {
                #expect(try await served.ask(.GET, spent, nil).status == 410)
                for form in ["answer=accept", "answer=decline&reason=other"] { #expect(try await Self.press(served, spent, form).status == 410) }
            }
            #expect(try Self.answers(served, "own-1").count == 1)
            let partner = try served.key(.partner, partner: holder)
            #expect(try await served.ask(.GET, "/v1/leads/own-1/contact", partner).status == 200)
        }
    }

    @Test func aDeclinedLeadGoesOnAndItsLinkDies() async throws {
        try await Self.serving { served in
            try await served.submit("own-1")
            let first = try await served.holder("own-1")
            let path = try await Self.link(served, "own-1")
            let done = try await Self.press(served, path, "reason=not-a-fit&answer=decline")
            #expect(done.status == 200 && done.text.contains("Declined"), "\(done.text)")
            #expect(try Self.answers(served, "own-1").map(\.fact) == ["declined notAFit"])
            let next = try await served.holder("own-1")
            #expect(next != first && !next.isEmpty)
            #expect(try await Self.press(served, path, "answer=accept").status == 410)
            // The next one's link is another, and works.
            let again = try await Self.link(served, "own-1")
            #expect(try await Self.press(served, again, "answer=accept").status == 200)
        }
    }

    /// Several press at once, each by a link of its own: the journal takes one.
    @Test func oneAnswerIsTaken() async throws {
        try await Self.serving { served in
            for round in 0..<4 {
                let lead = "race-\(round)"
                try await served.submit(lead)
                var paths: [String] = []
                for days in 1...4 { paths.append(try await Self.link(served, lead, days: days)) }
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for (number, path) in paths.enumerated() {
                        group.addTask { try await Self.press(served, path, number % 2 == 0 ? "answer=accept" : "answer=decline&reason=other").status }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.allSatisfy { $0 == 200 || $0 == 410 } && statuses.contains(200), "\(statuses)")
                #expect(try Self.answers(served, lead).count == 1, "\(statuses)")
            }
        }
    }

    /// Another gateway that has not seen the first use sends the same event: what is taken is decided by the journal alone.
    @Test func twoGatewaysCannotBothUseIt() async throws {
        try await Self.serving { served in
            try await served.submit("own-1")
            let holder = try await served.holder("own-1")
            let links = served.services.identities.links
            let one = ActionLink(program: ServedFolder.program, lead: "own-1", partner: holder, attempt: 1, until: 9_999_999_999, sender: .endpoint("wh-1"))
            var other = one
            (other.sender, other.until) = (.principal("p-1"), 1)
            #expect(links.answer(one) == links.answer(other))
            other.attempt = 2
            #expect(links.answer(one) != links.answer(other))
            func submission(_ link: ActionLink) -> Submission {
                let call = Call(services: served.services, bearer: nil, headers: [:], path: [:], query: [:], body: [])
                return Submission(call.acting(as: link.grant), by: link.grant, eventID: links.answer(link))
            }
            func accept(_ link: ActionLink) async throws -> Int {
                var message = WireLeadAccepted()
                (message.leadID, message.partnerID, message.actor) = (link.lead, link.partner, link.actor)
                return try await submission(link).send(message, .leadAccepted).status
            }
            #expect(try await accept(one) == 200)
            var decline = WireLeadDeclined()
            (decline.leadID, decline.partnerID, decline.actor, decline.reason) = ("own-1", holder, one.actor, .other)
            let message = decline
            await #expect { _ = try await submission(one).send(message, .leadDeclined) } throws: { ($0 as? Refusal)?.status == 422 }
            #expect(try await accept(one) == 200)
            #expect(try Self.answers(served, "own-1").map(\.fact) == ["accepted"])
        }
    }

    @Test(arguments: ["key", "withdrawn", "elsewhere", "time", "answered"]) func aLinkDies(_ cause: String) async throws {
        let clock = MovedClock()
        try await Self.serving(clock: clock) { served in
            try await served.submit("own-1")
            let holder = try await served.holder("own-1")
            let key = try served.key(.manager), partner = try served.key(.partner, partner: holder)
            let path = try await Self.link(served, "own-1", key, days: 1)
            #expect(try await served.ask(.GET, path, nil).status == 200)
            let wait = ["prefer": "wait=20"]
            switch cause {
            case "key": _ = try served.access.revoke(key.id, program: ServedFolder.program)
            case "withdrawn": #expect(try await served.ask(.POST, "/v1/leads/own-1/withdraw", served.admin, nil, wait).status == 200)
            case "elsewhere":
                let other = ["p-one", "p-two", "p-three"].first { $0 != holder } ?? ""
                let body = #"{"assignToPartnerId":"\#(other)"}"#
                #expect(try await served.ask(.POST, "/v1/leads/own-1/override", served.admin, body, wait).status == 200)
                #expect(try await served.holder("own-1") == other)
            case "time": clock.move(seconds: 86_401)
            default: #expect(try await served.ask(.POST, "/v1/leads/own-1/accept", partner, nil, wait).status == 200)
            }
            #expect(try await served.ask(.GET, path, nil).status == 410)
            #expect(try await Self.press(served, path, "answer=decline&reason=other").status == 410)
            #expect(try Self.answers(served, "own-1").count == (cause == "answered" ? 1 : 0))
        }
    }

    @Test func whatWasNotMadeHereIsNothing() async throws {
        try await Self.serving { served in
            try await served.submit("own-1")
            let path = try await Self.link(served, "own-1")
            let text = String(path.dropFirst("/links/".count))
            let parts = text.components(separatedBy: ".")
            let plain = String(decoding: try #require(Base64URL.bytes(parts[0].utf8)), as: UTF8.self)
            let longer = Base64URL.text(plain.replacing("/p/", with: "0/p/").utf8)
            let replies = try await ["x", text + "0", text + ".", parts[0], parts[0] + ".", longer + "." + parts[1], parts[0] + "=." + parts[1], "%2e", String(repeating: "A", count: 3_000)]
                .asyncMap { [try await served.ask(.GET, "/links/" + $0, nil).comparable, try await Self.press(served, "/links/" + $0, "answer=accept").comparable] }
            for pair in replies { #expect(pair[0].status == 404 && pair[0] == replies[0][0] && pair[1] == replies[0][1], "\(pair[0])") }
            for form in ["", "answer", "answer=", "answer=maybe", "answer=accept&answer=decline", "answer=accept&reason=other", "answer=decline&reason=x", "answer=accept&x=1", "answer=accept="] {
                let reply = try await Self.press(served, path, form)
                #expect((400..<500).contains(reply.status) && reply.status != 410, "\(form): \(reply.status)")
            }
            #expect(try await served.ask(.POST, path, nil, #"{"answer":"accept"}"#).status == 415)
            #expect(try Self.answers(served, "own-1").isEmpty)
        }
    }

    // MARK: By webhook

    @Test func aMessageBringsALink() async throws {
        var settings = WebhookSettings()
        settings.allowsLoopback = true
        let webhooks = settings
        try await Receiver.receiving { receiver in
            try await Self.serving(webhooks: webhooks) { served in
                func endpoint(_ path: String, _ more: String) async throws -> String {
                    let body = #"{"url":"\#(receiver.url(path))","kinds":["leadline.v1.LeadAssigned"]\#(more)}"#
                    let made = try await served.ask(.POST, "/v1/webhooks", served.admin, body)
                    guard made.status == 201 else { throw ServedFolder.Unexpected(reply: made) }
                    return made.json["webhook"] as? String ?? ""
                }
                let marked = try await endpoint("marked", #","partner":"p-one","actionLinks":true"#)
                #expect(try await served.ask(.GET, "/v1/webhooks/\(marked)", served.admin).json["actionLinks"] as? Bool == true)
                _ = try await endpoint("plain", #","partner":"p-one""#)
                _ = try await endpoint("vendor", "")
                for number in 0..<6 { try await served.submit("own-\(number)") }
                let mine = try await (0..<6).asyncMap { try await served.holder("own-\($0)") }.filter { $0 == "p-one" }.count
                try #require(mine > 1)
                let got = try await receiver.got("marked", mine)
                for message in got {
                    let body = try #require(try JSONSerialization.jsonObject(with: Data(message.body.utf8)) as? [String: Any])
                    let url = try #require(body["actionlink"] as? String)
                    #expect(url.hasPrefix(Self.origin + "/links/"))
                    #expect(try await served.ask(.GET, String(url.dropFirst(Self.origin.count)), nil).status == 200)
                }
                for path in ["plain", "vendor"] { for message in try await receiver.got(path, 1) { #expect(!message.body.contains("actionlink")) } }
                // Every replay has the same bytes.
                let id = got[0].id.replacing("~", with: ".")
                let replay = try await served.ask(.POST, "/v1/webhooks/\(marked)/replay", served.admin, #"{"after":"acme","through":"\#(id)"}"#)
                #expect(replay.status == 202, "\(replay.text)")
                #expect(try await receiver.got("marked", mine + 1)[mine].body == got[0].body)
                // Used, the journal says through whom; without its endpoint a link is dead.
                let first = try #require(try JSONSerialization.jsonObject(with: Data(got[0].body.utf8)) as? [String: Any])
                let paths = try got.map { try #require(try JSONSerialization.jsonObject(with: Data($0.body.utf8)) as? [String: Any])["actionlink"] as? String ?? "" }
                    .map { String($0.dropFirst(Self.origin.count)) }
                #expect(try await Self.press(served, paths[0], "answer=accept").status == 200)
                let lead = try #require(first["subject"] as? String)
                #expect(try Self.answers(served, lead).map(\.actor) == ["link sent to partner p-one by endpoint \(marked)"])
                #expect(try await served.ask(.PATCH, "/v1/webhooks/\(marked)", served.admin, #"{"format":"slack"}"#).status == 422)
                #expect(try await served.ask(.DELETE, "/v1/webhooks/\(marked)", served.admin).status == 200)
                #expect(try await Self.press(served, paths[1], "answer=accept").status == 410)
            }
        }
    }

    @Test func linksGoToOnePartnerAlone() async throws {
        try await Self.serving { served in
            for (body, status) in [
                (#"{"url":"https://crm.example/x","actionLinks":true}"#, 422),
                (#"{"url":"https://crm.example/x","actionLinks":true,"partner":"p-one","format":"slack"}"#, 422),
                (#"{"url":"https://crm.example/x","actionLinks":1,"partner":"p-one"}"#, 422),
                (#"{"url":"https://crm.example/x","actionLinks":true,"partner":"p-one"}"#, 201),
            ] {
                let made = try await served.ask(.POST, "/v1/webhooks", served.admin, body)
                #expect(made.status == status, "\(body): \(made.text)")
            }
            for role in Role.allCases where ![.admin, .manager].contains(role) {
                let made = try await served.ask(.POST, "/v1/leads/own-1/action-links", try served.key(role))
                #expect(made.status == 403)
            }
        }
        // Nobody can follow a link to nowhere.
        try await ServedFolder.serving { served in
            try await served.submit("own-1")
            let hook = try await served.ask(.POST, "/v1/webhooks", served.admin, #"{"url":"https://crm.example/x","actionLinks":true,"partner":"p-one"}"#)
            let link = try await served.ask(.POST, "/v1/leads/own-1/action-links", served.admin)
            #expect(hook.status == 409 && link.status == 409)
        }
    }
}

extension Sequence where Self: Sendable, Element: Sendable {
    /// One after another.
    func asyncMap<Value>(_ change: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await change(element)) }
        return values
    }
}
