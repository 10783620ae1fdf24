import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import Testing
import UseCases

@testable import Gateway

/// Goal: nobody commits a program to more a day than its key's budgets say, by whatever face it asks, and a refusal says which
/// budget and until when. Method: a server at a moment, its clock set by hand.
@Suite struct BudgetTests {
    private static func key(_ served: ServedFolder, _ budgets: Budgets, _ role: Role = .agent, partner: String? = nil) throws -> KeyToken {
        try served.access.create(
            GrantRequest(
                program: ServedFolder.program, role: role, partner: partner, sources: role == .producer ? ["/web"] : [],
                budgets: budgets)
        ).token
    }

    private static func lead(_ id: String, euros: Int? = nil, currency: String = "EUR") -> String {
        let worth = euros.map { #","dealValue":{"minorUnits":"\#($0 * 100)","currency":"\#(currency)"}"# } ?? ""
        return #"{"leadId":"\#(id)","country":"IT"\#(worth)}"#
    }

    private static func expectExceeded(_ reply: ServedFolder.Reply, _ budget: String, at location: SourceLocation = #_sourceLocation) {
        #expect(reply.status == 429 && reply.json["type"] as? String == "urn:leadline:problem:budget-exceeded", "\(reply.text)", sourceLocation: location)
        #expect(reply.json["budget"] as? String == budget, "\(reply.text)", sourceLocation: location)
        let renews = reply.json["renews"] as? String ?? ""
        #expect(renews.hasSuffix("T00:00:00Z") && reply.text.contains("anew at \(renews)"), "\(reply.text)", sourceLocation: location)
        let seconds = Int(reply.headers["retry-after"] ?? "") ?? 0
        #expect((1...86_400).contains(seconds), sourceLocation: location)
    }

    @Test func leadsADayByEveryFace() async throws {
        let clock = MovedClock()
        try await ServedFolder.serving(clock: clock, sends: false) { served in
            let key = try Self.key(served, Budgets(leadsPerDay: 3), .producer)
            #expect(try await served.ask(.POST, "/v1/leads", key, Self.lead("b-1"), ["idempotency-key": "once"]).status < 300)
            // Sent again it takes nothing again, and what intake refuses takes nothing.
            #expect(try await served.ask(.POST, "/v1/leads", key, Self.lead("b-1"), ["idempotency-key": "once"]).status < 300)
            #expect(try await served.ask(.POST, "/v1/leads", key, #"{"leadId":"b-0","country":"Italy"}"#).status == 422)
            // A bulk is as its lines one by one.
            let lines = [Self.lead("b-2"), #"{"leadId":"b-0","country":"Italy"}"#, Self.lead("b-3"), Self.lead("b-4")].joined(separator: "\n")
            let bulk = try await served.ask(.POST, "/v1/bulk/leads", key, lines, ["content-type": "application/x-ndjson"])
            #expect(bulk.status == 200, "\(bulk.text)")
            let fates = bulk.text.split(separator: "\n").map { $0.contains("accepted") ? "in" : $0.contains("leadsPerDay") ? "past" : "bad" }
            #expect(fates == ["in", "bad", "in", "past"], "\(bulk.text)")
            Self.expectExceeded(try await served.ask(.POST, "/v1/leads", key, Self.lead("b-5")), "leadsPerDay")
            Self.expectExceeded(try await served.ask(.PUT, "/v1/leads/b-6", key, #"{"country":"IT"}"#), "leadsPerDay")
            for data in [#""data":{"leadId":"b-7","country":"IT"}"#, #""data_base64":"eyJsZWFkSWQiOiJiLTciLCJjb3VudHJ5IjoiSVQifQ==""#] {
                let event = #"{"specversion":"1.0","id":"e-1","source":"/web","type":"leadline.v1.LeadSubmitted",\#(data)}"#
                Self.expectExceeded(try await served.ask(.POST, "/v1/events", key, event, ["content-type": "application/cloudevents+json"]), "leadsPerDay")
            }
            // Budgets are kept, and a key that takes another's place goes on where that one was.
            let again = try AccessFile(served.folder)
            let grant = try #require(try again.grant(for: key))
            #expect(grant.budgets == Budgets(leadsPerDay: 3))
            #expect(try again.used(by: grant.principal, program: grant.program, day: BudgetCharge.day(served.folder.now())).leads == 3)
            let next = try again.rotate(key.id, program: ServedFolder.program).token
            Self.expectExceeded(try await served.ask(.POST, "/v1/leads", next, Self.lead("b-8")), "leadsPerDay")
            clock.move(seconds: 86_400)
            #expect(try await served.ask(.POST, "/v1/leads", next, Self.lead("b-8")).status == 202)
        }
    }

    @Test func leadsADayByTheProtocolsOfAgents() async throws {
        try await ServedFolder.serving(sends: false) { served in
            let key = try Self.key(served, Budgets(leadsPerDay: 1))
            let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"submit_lead","arguments":{"leadId":"m-1","country":"IT"}}}"#
            let headers = ["mcp-protocol-version": "2025-11-25"]
            let first = try await served.ask(.POST, "/mcp", key, call, headers)
            #expect(first.status == 200 && !first.text.contains("leadsPerDay"), "\(first.text)")
            let second = try await served.ask(.POST, "/mcp", key, call.replacing("m-1", with: "m-2"), headers)
            #expect(second.text.contains("leadsPerDay") && second.text.contains("anew at"), "\(second.text)")
            let message = #"{"message":{"messageId":"m-3","role":"ROLE_USER","parts":[{"data":{"skill":"route_lead","country":"IT"}}]}}"#
            let task = try await served.ask(.POST, "/a2a/message:send", key, message, ["a2a-version": "1.0"])
            #expect(task.text.contains("leadsPerDay"), "\(task.text)")
            let leads = try await served.ask(.GET, "/v1/leads", served.admin)
            #expect(!leads.text.contains("m-2"))
        }
    }

    @Test func valueADay() async throws {
        try await ServedFolder.serving(sends: false) { served in
            let key = try Self.key(served, Budgets(valueMinorUnitsPerDay: 100_000))
            #expect(try await served.ask(.POST, "/v1/leads", key, Self.lead("v-1", euros: 600), ["prefer": "wait=20"]).status == 200)
            Self.expectExceeded(try await served.ask(.POST, "/v1/leads", key, Self.lead("v-2", euros: 500)), "valueMinorUnitsPerDay")
            // What a lead is said to be worth later counts too.
            Self.expectExceeded(
                try await served.ask(.PATCH, "/v1/leads/v-1", key, #"{"dealValue":{"minorUnits":"50000","currency":"EUR"}}"#), "valueMinorUnitsPerDay")
            #expect(try await served.ask(.PATCH, "/v1/leads/v-1", key, #"{"employees":5}"#).status == 202)
            let large = try await served.ask(.POST, "/v1/leads", key, Self.lead("v-3", euros: 1_001))
            #expect(large.status == 403 && large.json["budget"] as? String == "valueMinorUnitsPerDay", "\(large.text)")
            let strange = try await served.ask(.POST, "/v1/leads", key, Self.lead("v-4", euros: 1, currency: "ISK"))
            #expect(strange.status == 403 && strange.json["field"] as? String == "dealValue", "\(strange.text)")
            #expect(try await served.ask(.POST, "/v1/leads", key, Self.lead("v-5", euros: 400)).status == 202)
            // Raised by an admin, it holds at once.
            let raised = try await served.ask(.PUT, "/v1/keys/\(key.id)/budgets", served.admin, #"{"valueMinorUnitsPerDay":150000}"#)
            #expect(raised.status == 200 && (raised.json["budgets"] as? [String: Any])?["valueMinorUnitsPerDay"] as? Int == 150_000, "\(raised.text)")
            #expect(try await served.ask(.POST, "/v1/leads", key, Self.lead("v-2", euros: 500)).status == 202)
            for body in [#"{"leadsPerDay":-1}"#, #"{"leadsPerDay":1.5}"#, #"{"leads":1}"#, #"{"offersPerDay":1000000000000001}"#] {
                #expect(try await served.ask(.PUT, "/v1/keys/\(key.id)/budgets", served.admin, body).status == 422, "\(body)")
            }
            #expect(try await served.ask(.PUT, "/v1/keys/\(key.id)/budgets", served.admin, "{}").json["budgets"] == nil)
        }
    }

    /// Whom an issuer names has the budgets of its settings, by token and by session: its own line's, or everyone's.
    @Test func whatAnIssuersSettingsSay() async throws {
        let issuer = try TestIssuer()
        try await issuer.serving {
            var signIn = try issuer.signIn()
            signIn.oauth = try issuer.settings {
                $0 + "\nbudgets:\n  everyone: {leadsPerDay: 2}\n  subjects:\n    u-2: {leadsPerDay: 1, offersPerDay: 5}\n    u-3: {}\n"
            }
            try await ServedFolder.serving(webhooks: WebhookTests.settings(), signIn: signIn, sends: false) { served in
                for (subject, most) in [("u-1", 2), ("u-2", 1), ("u-3", nil)] as [(String, Int?)] {
                    let token = try issuer.sign(TestIssuer.claims(at: served.folder.now(), ["sub": subject]))
                    for number in 0..<(most ?? 4) {
                        let reply = try await served.ask(.POST, "/v1/leads", token, Self.lead("\(subject)-\(number)"))
                        #expect(reply.status == 202, "\(reply.text)")
                    }
                    let me = try await served.ask(.GET, "/v1/me", token)
                    let principal = try #require(me.json["principal"] as? String)
                    #expect((me.json["budgets"] as? [String: Any])?["leadsPerDay"] as? Int == most, "\(me.text)")
                    let agent = try await served.ask(.GET, "/v1/agents/\(principal)", served.admin)
                    #expect((agent.json["budgets"] as? [String: Any])?["leadsPerDay"] as? Int == most, "\(agent.text)")
                    guard let most else { continue }
                    #expect((agent.json["usedToday"] as? [String: Any])?["leads"] as? Int == most, "\(agent.text)")
                    Self.expectExceeded(try await served.ask(.POST, "/v1/leads", token, Self.lead("\(subject)-more")), "leadsPerDay")
                    // A session goes on where tokens were.
                    guard case .known(var grant) = try await Authentication(services: served.services).finding([.authorization: "Bearer \(token.text)"])
                    else { throw CancellationError() }
                    grant.credential = .session("", ofKey: false)
                    grant.budgets = Budgets()
                    let cookie = try await Authentication(services: served.services).session(under: grant).1.components(separatedBy: ";")[0]
                    let headers = ["cookie": cookie, "sec-fetch-site": "same-origin"]
                    #expect(try await served.ask(.GET, "/v1/me", nil, nil, headers).status == 200)
                    Self.expectExceeded(try await served.ask(.POST, "/v1/leads", nil, Self.lead("\(subject)-page"), headers), "leadsPerDay")
                }
            }
        }
    }

    /// Settings that say something else than budgets are refused, with the place.
    @Test(arguments: [
        ("everyone: {leadsPerDay: -1}", "budgets.everyone.leadsPerDay"), ("everyone: {leads: 1}", "budgets.everyone.leads"),
        ("everyone: 3", "everyone"), ("anybody: {}", "budgets.anybody"), ("subjects: [u-1]", "budgets.subjects"),
        ("subjects: {u-1: 3}", "budgets.subjects"), ("subjects: {u-1: {offersPerDay: x}}", "budgets.subjects.offersPerDay"),
        ("subjects: {u-1: {offers: 3}}", "budgets.subjects.offers"), ("subjects: {\"\": {}}", "budgets.subjects"),
    ]) func settingsThatAreNone(_ line: String, _ place: String) throws {
        let issuer = try TestIssuer()
        do {
            _ = try issuer.settings { $0 + "\nbudgets:\n  \(line)\n" }
            Issue.record("\(line) is taken")
        } catch let problem as Problem { #expect(problem.place.hasSuffix(": " + place), "\(problem.place)") }
    }

    /// Of two changes at once that one alone has room for, one goes through.
    @Test func changesAtOnceDoNotPassEachOther() async throws {
        try await ServedFolder.serving(sends: false) { served in
            let key = try Self.key(served, Budgets(leadsPerDay: 5))
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    group.addTask { try await served.ask(.POST, "/v1/leads", key, Self.lead("c-\(number)")).status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 202 } == 5 && statuses.count { $0 == 429 } == 15, "\(statuses)")
        }
    }
}
