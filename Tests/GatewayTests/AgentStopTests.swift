import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Testing
import UseCases

@testable import Gateway

/// Goal: an agent that is stopped does nothing any more, in no face, by nothing that it is known by; what it was offered counts as
/// declined, and what was agreed stands and is listed.
@Suite struct AgentStopTests {
    private static let policy =
        #"{"attemptsMax":3,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"periodDays":7,"negotiation":{"rounds":1,"answerMillis":86400000,"commissionMaxBasisPoints":1500},"hardRules":[{"name":"serves","require":{"partnerCovers":{"leadField":"LEAD_FIELD_COUNTRY","partnerList":"PARTNER_LIST_COUNTRIES"}}}]}"#

    private static func done(_ served: ServedFolder, _ method: HTTPMethodName, _ path: String, _ key: KeyToken, _ body: String) async throws -> ServedFolder.Reply {
        let headers = ["prefer": "wait=20", "idempotency-key": UUID().uuidString]
        var reply = try await served.ask(method, path, key, body, headers)
        while reply.status == 202 { reply = try await served.ask(method, path, key, body, headers) }
        try #require(reply.status == 200, "\(path): \(reply.text)")
        return reply
    }

    private static func offer(_ lead: String, _ served: ServedFolder) async throws -> String {
        _ = try await done(served, .POST, "/v1/leads", served.admin, #"{"leadId":"\#(lead)","country":"FR","dealValue":{"minorUnits":"50000","currency":"EUR"}}"#)
        let open = try await served.ask(.GET, "/v1/partners/p-one/offers", served.admin).json["offers"] as? [[String: Any]] ?? []
        return try #require(open.first { $0["lead"] as? String == lead }?["offer"] as? String)
    }

    @Test func whatItWasOfferedIsDeclinedAndWhatItAgreedStands() async throws {
        try await ServedFolder.serving(sends: false) { served in
            _ = try await Self.done(served, .PUT, "/v1/policy", served.admin, Self.policy)
            _ = try await Self.done(served, .PUT, "/v1/partners/p-one", served.admin, #"{"countries":["FR"]}"#)
            let made = try served.access.create(
                GrantRequest(program: ServedFolder.program, role: .partner, partner: "p-one", budgets: Budgets(offersPerDay: 2)))
            let key = made.token
            let session = try await served.ask(.POST, "/v1/session", nil, #"{"key":"\#(key)"}"#)
            let cookie = try #require(session.headers["set-cookie"]?.components(separatedBy: ";")[0])
            let first = try await Self.offer("s-1", served), second = try await Self.offer("s-2", served)
            let agreed = try await Self.done(served, .POST, "/v1/leads/s-1/offers/\(first)/answer", key, #"{"answer":"OFFER_ANSWER_ACCEPTED"}"#)
            #expect(agreed.text.contains(#""status":"agreed""#), "\(agreed.text)")
            // No partner says of itself that it was stopped.
            let stopped = #"{"answer":"OFFER_ANSWER_DECLINED","reason":"REFUSAL_REASON_AGENT_STOPPED"}"#
            let own = try await served.ask(.POST, "/v1/leads/s-2/offers/\(second)/answer", key, stopped)
            #expect(own.status == 422 && own.json["field"] as? String == "reason", "\(own.text)")
            // The second answer is within the budget, the third past it.
            _ = try await Self.done(served, .POST, "/v1/leads/s-2/offers/\(second)/answer", key, #"{"answer":"OFFER_ANSWER_CAPACITY_CONFIRMED"}"#)
            let past = try await served.ask(.POST, "/v1/leads/s-2/offers/\(second)/answer", key, #"{"answer":"OFFER_ANSWER_ACCEPTED"}"#)
            #expect(past.status == 429 && past.json["budget"] as? String == "offersPerDay", "\(past.text)")

            let path = "/v1/agents/\(key.id)"
            let before = try await served.ask(.GET, path, served.admin)
            #expect(before.json["openOffers"] as? Int == 1 && before.json["stopped"] == nil, "\(before.text)")
            #expect((before.json["usedToday"] as? [String: Any])?["offers"] as? Int == 2)
            for (body, status) in [("{}", 422), (#"{"reason":"ask kim@officine.example"}"#, 422), (#"{"reason":"x","by":"y"}"#, 422)] {
                #expect(try await served.ask(.POST, path + "/stop", served.admin, body).status == status, "\(body)")
            }
            #expect(try await served.ask(.POST, path + "/stop", try served.key(.manager), #"{"reason":"x"}"#).status == 403)

            let reply = try await served.ask(.POST, path + "/stop", served.admin, #"{"reason":"it accepts everything"}"#)
            #expect(reply.status == 200, "\(reply.text)")
            let agent = try #require(reply.json["agent"] as? String)
            #expect(agent == made.grant.principal && reply.json["openOffers"] as? Int == 0, "\(reply.text)")
            let stop = try #require(reply.json["stopped"] as? [String: Any])
            #expect(stop["reason"] as? String == "it accepts everything" && (stop["by"] as? String)?.hasPrefix("p-") == true)
            let stands = try #require(reply.json["agreed"] as? [[String: Any]])
            #expect(stands.map { $0["lead"] as? String } == ["s-1"] && stands.first?["stage"] as? String == "accepted", "\(reply.text)")

            // In no face, by key and by session.
            #expect(try await served.ask(.GET, "/v1/me", key).status == 401)
            #expect(try await served.ask(.POST, "/mcp", key, #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, ["mcp-protocol-version": "2025-11-25"]).status == 401)
            #expect(try await served.ask(.GET, "/a2a/tasks", key, nil, ["a2a-version": "1.0"]).status == 401)
            #expect(try await served.ask(.GET, "/v1/me", nil, nil, ["cookie": cookie, "sec-fetch-site": "same-origin"]).status == 401)
            #expect(throws: Problem.self) { try served.access.rotate(key.id, program: ServedFolder.program) }
            // The decision says why, and the lead went on.
            let decisions = try await served.ask(.GET, "/v1/decisions", served.admin).text
            #expect(decisions.contains("REFUSAL_REASON_AGENT_STOPPED"), "\(decisions.suffix(2_000))")
            #expect(try await served.holder("s-1") == "p-one")
            #expect(try await served.holder("s-2") != "p-one")
            // Stopping once more changes nothing, and the first reason stays.
            let again = try await served.ask(.POST, "/v1/agents/\(agent)/stop", served.admin, #"{"reason":"again"}"#)
            #expect((again.json["stopped"] as? [String: Any])?["reason"] as? String == "it accepts everything", "\(again.text)")
            #expect(try await served.ask(.GET, "/v1/agents", served.admin).text.contains(agent))
        }
    }

    /// Given a token that speaks for a partner, when its principal is stopped, then what that partner is offered counts as declined;
    /// by whom a partner was spoken for is listed, and forgotten a month after its last request.
    @Test func whatATokensPartnerWasOfferedIsDeclined() async throws {
        let issuer = try TestIssuer(), clock = MovedClock()
        try await ServedFolder.serving(signIn: try issuer.signIn(), clock: clock, sends: false) { served in
            _ = try await Self.done(served, .PUT, "/v1/policy", served.admin, Self.policy)
            _ = try await Self.done(served, .PUT, "/v1/partners/p-one", served.admin, #"{"countries":["FR"]}"#)
            func token(_ subject: String, _ partner: String) throws -> JWT {
                try issuer.sign(
                    TestIssuer.claims(at: served.folder.now(), ["sub": subject, "roles": ["reseller"], "org": ["partner": partner]]))
            }
            var principals: [String] = []
            for (subject, partner) in [("u-1", "p-one"), ("u-2", "p-two")] {
                let me = try await served.ask(.GET, "/v1/me", try token(subject, partner))
                principals.append(try #require(me.json["principal"] as? String, "\(me.text)"))
            }
            let offer = try await Self.offer("s-1", served)
            let listed = try await served.ask(.GET, "/v1/agents", served.admin).json["agents"] as? [[String: Any]] ?? []
            #expect(listed.first { $0["agent"] as? String == principals[0] }?["partner"] as? String == "p-one", "\(listed)")
            // Whoever speaks for another partner takes nothing along.
            let other = try await served.ask(.POST, "/v1/agents/\(principals[1])/stop", served.admin, #"{"reason":"a test"}"#)
            #expect(other.status == 200 && other.json["partner"] as? String == "p-two", "\(other.text)")
            #expect(try await served.ask(.GET, "/v1/partners/p-one/offers", served.admin).text.contains(offer))
            let reply = try await served.ask(.POST, "/v1/agents/\(principals[0])/stop", served.admin, #"{"reason":"a test"}"#)
            #expect(reply.status == 200 && reply.json["openOffers"] as? Int == 0, "\(reply.text)")
            #expect(try await served.ask(.GET, "/v1/decisions", served.admin).text.contains("REFUSAL_REASON_AGENT_STOPPED"))
            #expect(try await served.ask(.GET, "/v1/me", try token("u-1", "p-one")).status == 401)

            #expect(try served.access.speakers(program: ServedFolder.program).count == 2)
            clock.move(seconds: 31 * 86_400)
            try served.access.forgetSpeakers()
            #expect(try served.access.speakers(program: ServedFolder.program).count == 2)
            // One more request keeps a third one; the others are a month old by now.
            _ = try await served.ask(.GET, "/v1/me", try token("u-3", "p-one"))
            clock.move(seconds: 86_400)
            try served.access.forgetSpeakers()
            #expect(try served.access.speakers(program: ServedFolder.program).map(\.partner) == ["p-one"])
        }
    }

    /// With nothing decided the agent is stopped all the same, and its answers are durable.
    @Test func aTokensPrincipalIsStoppedToo() async throws {
        let issuer = try TestIssuer()
        try await ServedFolder.serving(signIn: try issuer.signIn(), sends: false) { served in
            let token = try issuer.sign(TestIssuer.claims(at: served.folder.now()))
            let known = try await served.ask(.GET, "/v1/me", token)
            let principal = try #require(known.json["principal"] as? String, "\(known.text)")
            let grant = try #require(
                try await Authentication(services: served.services).found(token.text))
            #expect(try await StandingGrant(grant, served.services).now() != nil)
            let reply = try await served.ask(.POST, "/v1/agents/\(principal)/stop", served.admin, #"{"reason":"a test"}"#)
            #expect(reply.status == 200 && reply.json["agent"] as? String == principal, "\(reply.text)")
            #expect(try await served.ask(.GET, "/v1/me", token).status == 401)
            #expect(try await StandingGrant(grant, served.services).now() == nil)
            let other = try issuer.sign(TestIssuer.claims(at: served.folder.now(), ["sub": "u-2"]))
            #expect(try await served.ask(.GET, "/v1/me", other).status == 200)
        }
    }
}

extension Authentication {
    /// Who a bearer's text makes known.
    fileprivate func found(_ text: String) async throws -> Grant? {
        if case .known(let grant) = try await finding([.authorization: "Bearer \(text)"]) { grant } else { nil }
    }
}
