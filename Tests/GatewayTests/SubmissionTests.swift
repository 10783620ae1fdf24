import Foundation
import LeadlineSchemas
import Testing
import UseCases

@testable import Gateway

/// Goal: a change is checked at once, durable before it is answered, and counts once however often it is sent.
@Suite struct SubmissionTests {
    @Test func aLeadIsTakenDecidedAndShown() async throws {
        try await ServedFolder.serving { served in
            let taken = try await served.ask(.POST, "/v1/leads", served.admin, #"{"leadId":"l-1","country":"IT"}"#)
            #expect(taken.status == 202 && taken.json["status"] as? String == "accepted")
            let decided = try await served.submit("l-2")
            #expect(decided.status == 200, "\(decided.text)")
            #expect(decided.headers["preference-applied"] == "wait=20")
            #expect(decided.text.contains("leadline.v1.LeadAssigned"))
            let story = try await served.ask(.GET, "/v1/leads/l-2", served.admin)
            #expect(story.status == 200 && story.text.contains("timeline"))
            #expect(!story.text.contains("officine"))
            let again = try await served.ask(.GET, "/v1/leads/l-2", served.admin, nil, ["if-none-match": story.headers["etag"] ?? ""])
            #expect(again.status == 304 && again.text.isEmpty)
            let list = try await served.ask(.GET, "/v1/leads?limit=1", served.admin)
            #expect(list.headers["link"]?.contains("rel=\"next\"") == true)
            let explained = try await served.ask(.GET, "/v1/leads/l-2/explanation", served.admin)
            #expect(explained.status == 200 && explained.text.contains("recomputedEqual"))
        }
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var body: String
        var status: Int
        var field: String?
        var type = "application/json"
        var testDescription: String { String(body.prefix(40)) }
    }

    @Test(arguments: [
        Wrong(body: #"{"leadId":"a b","country":"IT"}"#, status: 422, field: "leadId"),
        Wrong(body: #"{"country":"Italy"}"#, status: 422, field: "country"),
        Wrong(body: #"{"contact":{"email":"nobody"}}"#, status: 422, field: "contact.email"),
        Wrong(body: #"{"dealValue":{"minorUnits":"-5","currency":"EUR"}}"#, status: 422, field: "dealValue.minorUnits"),
        Wrong(body: #"{"deal_value":{"minor_units":"-5","currency":"EUR"}}"#, status: 422, field: "deal_value.minor_units"),
        Wrong(body: #"{"deal_value":{"minorUnits":"-5","currency":"EUR"}}"#, status: 422, field: "deal_value.minorUnits"),
        Wrong(body: #"{"dealValue":{"minorUnits":"5"}}"#, status: 422, field: "dealValue.currency"),
        Wrong(body: #"{"lawfulBasis":2}"#, status: 422, field: "lawfulBasis"),
        Wrong(body: #"{"lawful_basis":2}"#, status: 422, field: "lawful_basis"),
        Wrong(body: #"{"employees":"250"}"#, status: 422, field: "employees"),
        Wrong(body: #"{"message":"a\u0000b"}"#, status: 422, field: "message"),
        Wrong(body: #"{"contact":{"familyName":"\u0000"}}"#, status: 422, field: "contact.familyName"),
        Wrong(body: #"{"attributes":[{"name":"a","value":"\\\\\u0000"}]}"#, status: 422, field: "attributes.value"),
        Wrong(body: #"{"dealValue":{"minorUnits":"007","currency":"EUR"}}"#, status: 422, field: "dealValue.minorUnits"),
        Wrong(body: #"{"dealValue":{"minorUnits":"1e3","currency":"EUR"}}"#, status: 422, field: "dealValue.minorUnits"),
        Wrong(body: #"{"dealValue":{"minorUnits":"\u0037.0","currency":"EUR"}}"#, status: 422, field: "dealValue.minorUnits"),
        Wrong(body: #"{"dealValue":{"minorUnits":"","currency":"EUR"}}"#, status: 422, field: "dealValue.minorUnits"),
        Wrong(body: #"{"unknown":1}"#, status: 422, field: "unknown"),
        Wrong(body: #"{"country":null}"#, status: 422),
        Wrong(body: "[", status: 422),
        Wrong(body: "", status: 400),
        Wrong(body: String(repeating: "[", count: 100) + String(repeating: "]", count: 100), status: 400),
        Wrong(body: "{}", status: 415, type: "text/plain"),
    ]) func whatIsWrongIsSaidAtOnce(_ wrong: Wrong) async throws {
        try await ServedFolder.serving { served in
            let reply = try await served.ask(.POST, "/v1/leads", served.admin, wrong.body, ["content-type": wrong.type])
            #expect(reply.status == wrong.status, "\(reply.text)")
            #expect(reply.headers["content-type"] == "application/problem+json")
            if let field = wrong.field { #expect(reply.json["field"] as? String == field, "\(reply.text)") }
            #expect(reply.json["status"] as? Int == wrong.status)
        }
    }

    @Test(arguments: ["accept", "decline", "return", "first-response", "stage", "won", "lost"])
    func whomAKeyNamesABodyNamesByAnIDAllTheSame(_ verb: String) async throws {
        try await ServedFolder.serving { served in
            try await served.submit("l-1")
            let key = try served.key(.partner, partner: try await served.holder("l-1"))
            for (key, who) in [(key, "the partner"), (served.admin, "the vendor")] {
                let body = #"{"partnerId":"\u0084"}"#
                let reply = try await served.ask(.POST, "/v1/leads/l-1/\(verb)", key, body)
                #expect(reply.status == 422 && reply.json["field"] as? String == "partnerId", "\(who): \(reply.text)")
            }
        }
    }

    @Test func aKeyMakesARepeatOne() async throws {
        try await ServedFolder.serving { served in
            let body = #"{"country":"IT"}"#
            let headers = ["idempotency-key": "\"k-1\"", "prefer": "wait=20"]
            let made = try served.access.create(GrantRequest(program: "acme", role: .admin, sources: ["*"]))
            let first = try await served.ask(.POST, "/v1/leads", made.token, body, headers)
            // Bare and quoted name the same change; so does the key that took the place of the key.
            let next = try served.access.rotate(made.grant.id, program: "acme").token
            let second = try await served.ask(.POST, "/v1/leads", next, body, ["idempotency-key": "k-1", "prefer": "wait=20"])
            #expect(first.status == 200 && second.status == 200, "\(first.text) \(second.text)")
            #expect(first.json["lead"] as? String == second.json["lead"] as? String)
            #expect(first.json["event"] as? String == second.json["event"] as? String)
            #expect(second.json["repeated"] as? Bool == true, "\(second.text)")
            // The first answer again: the same entry, with what was decided then.
            #expect(first.json["position"] as? Int == second.json["position"] as? Int, "\(first.text) \(second.text)")
            let decisions = [first, second].map { reply in
                (reply.json["decisions"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
            }
            #expect(decisions[0] == decisions[1] && !decisions[0].isEmpty, "\(second.text)")
            let other = try await served.ask(.POST, "/v1/leads", next, #"{"country":"DE"}"#, headers)
            #expect(other.status == 422, "\(other.text)")
            // Somebody else's key of that name is another, and so is another program's.
            for key in [try served.key(.admin, sources: ["*"]), try served.foreignAdmin()] {
                let theirs = try await served.ask(.POST, "/v1/leads", key, body, headers)
                #expect(theirs.status == 200 && theirs.json["repeated"] as? Bool == false, "\(theirs.text)")
                #expect(theirs.json["lead"] as? String != first.json["lead"] as? String)
            }
        }
    }

    @Test func linesAreAnsweredByTheLine() async throws {
        try await ServedFolder.serving { served in
            let lines = [#"{"leadId":"b-1","country":"IT"}"#, #"{"leadId":"b-2","country":"Italy"}"#, "{", #"{"leadId":"b-4"}"#]
            let reply = try await served.ask(
                .POST, "/v1/bulk/leads", served.admin, lines.joined(separator: "\n"), ["content-type": "application/x-ndjson"])
            let results = reply.text.split(separator: "\n")
            #expect(reply.status == 200 && results.count == 4, "\(reply.text)")
            #expect(results.map { $0.contains("accepted") } == [true, false, false, true], "\(reply.text)")
            #expect(results[1].contains("country"))
        }
    }

    /// Under a key each line is an event of its own: repeated it is one, and with other content it is refused.
    @Test func linesUnderAKeyMakeRepeatsOne() async throws {
        try await ServedFolder.serving { served in
            let headers = ["content-type": "application/x-ndjson", "idempotency-key": "bulk-1"]
            func send(_ country: String) async throws -> [String] {
                let lines = [#"{"leadId":"b-1","country":"\#(country)"}"#, #"{"leadId":"b-2","country":"IT"}"#]
                let reply = try await served.ask(
                    .POST, "/v1/bulk/leads", served.admin, lines.joined(separator: "\n"), headers)
                #expect(reply.status == 200, "\(reply.text)")
                return reply.text.split(separator: "\n").map(String.init)
            }
            let (first, again) = (try await send("IT"), try await send("IT"))
            #expect(first.allSatisfy { $0.contains("accepted") && !$0.contains("repeated") }, "\(first)")
            #expect(again.allSatisfy { $0.contains(#""repeated":true"#) }, "\(again)")
            let other = try await send("DE")
            #expect(other[0].contains("refused") && other[1].contains(#""repeated":true"#), "\(other)")
        }
    }

    @Test(arguments: ["//v1/leads", "/v1//leads", "/v1/leads//"]) func aPathHasNoEmptyParts(path: String) async throws {
        try await ServedFolder.serving { served in
            let reply = try await served.ask(.GET, path, served.admin)
            #expect(reply.status == 404, "\(reply.text)")
        }
    }

    /// Given an id beyond ASCII, when it comes once in structured mode and then percent-encoded in binary mode, then it is
    /// one event; what is no text percent-decoded is none.
    @Test(arguments: [
        ("g\u{fc}n 1", "g%C3%BCn%201"), ("g\u{fc}n 1", "\"g%c3%bcn 1\""), ("50%", "50%"), ("50%", "50%25"), ("a%zz", "a%zz"),
        ("a\"b", #""a\"b""#),
    ])
    func aHeadersValueIsPercentDecoded(id: String, header: String) async throws {
        #expect(EventOperations.attribute(header) == id)
        try await ServedFolder.serving { served in
            let text = String(decoding: try JSONEncoder().encode(id), as: UTF8.self)
            let structured = #"{"specversion":"1.0","id":\#(text),"source":"/web","type":"leadline.v1.LeadSubmitted","data":{"leadId":"l-1","country":"IT"}}"#
            let ways = [
                (structured, ["content-type": "application/cloudevents+json"]),
                (#"{"leadId":"l-2","country":"IT"}"#, [
                    "content-type": "application/vnd.acme.lead+json", "ce-specversion": "1.0", "ce-id": header, "ce-source": "/web",
                    "ce-type": "leadline.v1.LeadSubmitted",
                ]),
            ]
            for (body, headers) in ways {
                let reply = try await served.ask(.POST, "/v1/events", served.admin, body, headers)
                #expect(reply.status == 202, "\(reply.text)")
            }
            // Another lead behind them, so that both are decided.
            try await served.submit("l-3")
            let leads = try await served.ask(.GET, "/v1/leads", served.admin)
            let ids = (leads.json["leads"] as? [[String: Any]] ?? []).compactMap { $0["lead"] as? String ?? $0["leadId"] as? String }
            #expect(Set(ids) == ["l-1", "l-3"], "\(leads.text)")
        }
    }

    /// Whoever may open what was sealed sees the id as it was sent.
    @Test func theIDAsSentIsOpenedWithTheLead() async throws {
        try await ServedFolder.serving { served in
            let event = #"{"specversion":"1.0","id":"order 24 #1","source":"/web","type":"leadline.v1.LeadSubmitted","data":{"leadId":"l-1","country":"IT"}}"#
            let reply = try await served.ask(.POST, "/v1/events", served.admin, event, ["content-type": "application/cloudevents+json"])
            #expect(reply.status == 202)
            try await served.submit("l-2")
            let deployment = Deployment(served.folder, namedProgram: ServedFolder.program, asker: Asker(actor: "tester", reason: "test"))
            var ids: [String] = []
            for step in try deployment.lead("l-1", unseals: true).steps {
                if case .fields(let fields) = step.opened { ids += fields.filter { $0.path == "ce_id" }.map(\.value) }
            }
            #expect(ids == ["order 24 #1"])
        }
    }

    /// What the vendor's own system knows of a lead is sealed with it, and read under its name with the person's data.
    @Test func ownAttributesAreReadUnderTheirNames() async throws {
        try await ServedFolder.serving { served in
            // A backslash before u0000 is no NUL.
            let sent = #"{"leadId":"l-1","country":"IT","message":"\\\\u0000","attributes":[{"name":"lead_score","value":"A2"},{"name":"empty"}]}"#
            _ = try await served.ask(.POST, "/v1/leads", served.admin, sent, ["prefer": "wait=20"])
            let update = #"{"attributes":[{"name":"lead_score","value":"A1"},{"name":"campaign.step","value":"2"},{"name":"campaign.step","value":"3"}]}"#
            let updated = try await served.ask(.PATCH, "/v1/leads/l-1", served.admin, update, ["prefer": "wait=20"])
            #expect(updated.status == 200, "\(updated.text)")
            let contact = try await served.ask(
                .GET, "/v1/leads/l-1/contact", served.admin, nil, ["leadline-reason": "case 1"])
            let fields = contact.json["fields"] as? [String: String] ?? [:]
            let own = fields.filter { $0.key.hasPrefix("attributes") }
            #expect(own == ["attributes.lead_score": "A1", "attributes.empty": "", "attributes.campaign.step": "3"], "\(contact.text)")
            let story = try await served.ask(.GET, "/v1/leads/l-1", served.admin)
            #expect(!story.text.contains("lead_score") && !story.text.contains("A1"))
        }
    }

    /// What the policy declares stands in clear, in the lead's story too; the contact has the newest of both.
    @Test func declaredAttributesStandInClear() async throws {
        try await ServedFolder.serving { served in
            var policy = try await served.ask(.GET, "/v1/policy", served.admin).json["policy"] as? [String: Any] ?? [:]
            policy["attributes"] = [["name": "lead_score", "type": "ATTRIBUTE_TYPE_CHOICE", "values": ["A1", "A2"]]]
            let body = String(decoding: try JSONSerialization.data(withJSONObject: policy), as: UTF8.self)
            let published = try await served.ask(.PUT, "/v1/policy", served.admin, body, ["prefer": "wait=20"])
            #expect(published.status == 200, "\(published.text)")
            let sent = #"{"leadId":"l-1","country":"IT","attributes":[{"name":"lead_score","value":"A9"},{"name":"origin","value":"fair"}]}"#
            _ = try await served.ask(.POST, "/v1/leads", served.admin, sent, ["prefer": "wait=20"])
            let update = #"{"attributes":[{"name":"lead_score","value":"A1"}]}"#
            let updated = try await served.ask(.PATCH, "/v1/leads/l-1", served.admin, update, ["prefer": "wait=20"])
            #expect(updated.status == 200, "\(updated.text)")
            let story = try await served.ask(.GET, "/v1/leads/l-1", served.admin)
            #expect(story.text.contains("lead_score A1") && !story.text.contains("A9") && !story.text.contains("origin"), "\(story.text)")
            let contact = try await served.ask(.GET, "/v1/leads/l-1/contact", served.admin, nil, ["leadline-reason": "case 1"])
            let fields = contact.json["fields"] as? [String: String] ?? [:]
            #expect(fields.filter { $0.key.hasPrefix("attributes") } == ["attributes.lead_score": "A1", "attributes.origin": "fair"])
        }
    }

    @Test func aHeaderThatIsNoTextIsRefused() async throws {
        #expect(EventOperations.attribute("%ff") == nil && EventOperations.attribute("%C3") == nil)
        try await ServedFolder.serving { served in
            let reply = try await served.ask(
                .POST, "/v1/events", served.admin, #"{"leadId":"l-1"}"#,
                ["content-type": "application/json", "ce-specversion": "1.0", "ce-id": "%ff", "ce-source": "/web", "ce-type": "leadline.v1.LeadSubmitted"])
            #expect(reply.status == 400 && reply.text.contains("ce-id"), "\(reply.text)")
            for type in ["application/cloudevents-avro+json", "application/+json", "text/x+json"] {
                let other = try await served.ask(.POST, "/v1/events", served.admin, "{}", ["content-type": type])
                #expect(other.status == 415, "\(type)")
            }
        }
    }

    /// Headers of binary mode beside an event in the body: well-formed ones say nothing, others are refused.
    @Test(arguments: [
        ("ce-specversion", "0.3"), ("ce-type", "leadline.v1.Nothing"), ("ce-id", String(repeating: "x", count: 257)), ("ce-source", String(repeating: "x", count: 129)), ("ce-time", "yesterday"),
    ]) func aHeaderBesideAnEventIsWellFormed(name: String, value: String) async throws {
        try await ServedFolder.serving { served in
            let one = #"{"specversion":"1.0","id":"e-1","source":"/web","type":"leadline.v1.LeadSubmitted","data":{"leadId":"l-1","country":"IT"}}"#
            for (type, body) in [(EventOperations.structured, one), (EventOperations.batch, "[\(one)]")] {
                let refused = try await served.ask(.POST, "/v1/events", served.admin, body, ["content-type": type, name: value])
                #expect(refused.status == 422 && refused.json["field"] as? String == name, "\(refused.text)")
                let taken = try await served.ask(
                    .POST, "/v1/events", served.admin, body,
                    ["content-type": type, "ce-specversion": "1.0", "ce-id": "other", "ce-source": "/other", "ce-time": "2026-01-02T03:04:05Z"])
                #expect(taken.status == 202, "\(taken.text)")
            }
        }
    }

    @Test func eventsComeInEveryMode() async throws {
        try await ServedFolder.serving { served in
            let key = try served.key(.producer, sources: ["/web"])
            func event(_ id: String, _ source: String = "/web") -> String {
                #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"leadline.v1.LeadSubmitted","data":{"leadId":"\#(id)","country":"IT"}}"#
            }
            let structured = ["content-type": "application/cloudevents+json; charset=UTF-8"]
            let batch = ["content-type": "application/cloudevents-batch+json"]
            let binary = [
                "content-type": "application/json", "ce-specversion": "1.0", "ce-id": "e4", "ce-source": "/web",
                "ce-type": "leadline.v1.LeadSubmitted",
            ]
            #expect(try await served.ask(.POST, "/v1/events", key, event("e1"), structured).status == 202)
            let two = try await served.ask(.POST, "/v1/events", key, "[\(event("e2")), \(event("e3"))]", batch)
            #expect(two.status == 202 && two.json["accepted"] as? Int == 2, "\(two.text)")
            #expect(try await served.ask(.POST, "/v1/events", key, #"{"leadId":"e4"}"#, binary).status == 202)
            // From where the key may not send; of what its scopes do not hold.
            #expect(try await served.ask(.POST, "/v1/events", key, event("e5", "/crm"), structured).status == 403)
            #expect(try await served.ask(.POST, "/v1/events", key, "[\(event("e6")),\(event("e7", "/crm"))]", batch).status == 403)
            // A name that comes twice: who is let in and what is kept read the same one.
            var statuses: [Int] = []
            for (id, twice) in [("e8", #""/web","source":"/crm""#), ("e10", #""/crm","source":"/web""#)] {
                let body = event(id).replacing(#""/web""#, with: twice)
                statuses.append(try await served.ask(.POST, "/v1/events", key, body, structured).status)
            }
            #expect(statuses.filter { $0 == 202 }.count <= 1, "\(statuses)")
            let policy = #"{"specversion":"1.0","id":"e9","source":"/web","type":"leadline.v1.PolicyPublished","data":{"policy":{}}}"#
            #expect(try await served.ask(.POST, "/v1/events", key, policy, structured).status == 403)
        }
    }

    /// Who publishes policies erases nobody: each kind of event needs the scope of what it does.
    @Test func eachKindOfEventNeedsItsScope() async throws {
        try await ServedFolder.serving { served in
            let structured = ["content-type": "application/cloudevents+json"]
            for role in [Role.admin, .manager, .producer, .partner] {
                let key = try served.key(role, partner: role.isPartner ? "alfa" : nil, sources: ["/web"])
                for kind in MessageKind.allCases {
                    let body = #"{"specversion":"1.0","id":"k","source":"/web","type":"\#(kind.fullName)","data":{"zzz":1}}"#
                    let reply = try await served.ask(.POST, "/v1/events", key, body, structured)
                    let mayTry = role.scopes.isSuperset(of: [.eventsSend, EventOperations.scope(for: kind)])
                    #expect((reply.status != 403) == mayTry, "\(role) \(kind): \(reply.status)")
                }
            }
            #expect(EventOperations.scope(for: .erasureRequested) == .rightsExercise)
            #expect(EventOperations.scope(for: .humanDecisionRecorded) == .decisionsOverride)
            #expect(EventOperations.scope(for: .offerAnswered) == .leadsAnswer)
        }
    }

    /// What is refused of a lead that is submitted is refused of one that is previewed, and a text that cannot be kept is
    /// refused by its field's name.
    @Test(arguments: [
        ("/v1/preview", #"{"country":"IT","contact":{"email":"0"}}"#, "contact.email"),
        ("/v1/preview", #"{"country":"IT","accountDomain":"a b"}"#, "accountDomain"),
        ("/v1/rights/lift", #"{"subject":"lead-1","requestedBy":"a\u0000b","reason":"case 4711"}"#, "requestedBy"),
        ("/v1/rights/restrict", #"{"subject":"a\u0000b","requestedBy":"by letter","reason":"case 4711"}"#, "subject"),
    ])
    func aFormThatNothingIsKeptOfIsHeldToTheSameRules(path: String, body: String, field: String) async throws {
        try await ServedFolder.serving { served in
            let answer = try await served.ask(.POST, path, served.admin, body)
            #expect(answer.status == 422 && answer.json["field"] as? String == field, "\(answer.status) \(answer.text)")
        }
    }

    @Test func pathsAndMethodsAreToldApart() async throws {
        try await ServedFolder.serving { served in
            let wrong = try await served.ask(.DELETE, "/v1/leads", served.admin)
            #expect(wrong.status == 405 && wrong.headers["allow"] == "POST, GET, HEAD, OPTIONS", "\(wrong.headers)")
            let options = try await served.ask(.OPTIONS, "/v1/preview", nil)
            #expect(options.status == 204 && options.headers["allow"] == "POST, QUERY, OPTIONS", "\(options.headers)")
            #expect(try await served.ask(.OPTIONS, "/v1/nothing", nil).status == 404)
            #expect(try await served.ask(.GET, "/v1/nothing", served.admin).status == 404)
            for path in ["/v1/leads/a%2Fb", "/v1/leads/%00", "/v1/leads/" + String(repeating: "a", count: 129)] {
                let answer = try await served.ask(.GET, path, served.admin)
                #expect(answer.status == 404, "\(path): \(answer.status) \(answer.text)")
            }
            for query in ["?limit=0", "?limit=01", "?limit=9999", "?nothing=1", "?limit=1&limit=2", "?status=x", "?after=%ff"] {
                #expect(try await served.ask(.GET, "/v1/leads" + query, served.admin).status == 400, "\(query)")
            }
            let head = try await served.ask(.HEAD, "/v1/me", served.admin)
            #expect(head.status == 200 && head.text.isEmpty)
            #expect(try await served.ask(.GET, "/healthz", nil).status == 200)
            #expect(try await served.ask(.GET, "/readyz", nil).status == 200)
        }
    }

    @Test func whoAsksTooOftenWaits() async throws {
        try await ServedFolder.serving { served in
            let limits = RateLimits(factor: 1.0 / 30)
            let standings = (0..<3).map { _ in limits.take(.heavy, for: "somebody") }
            #expect(standings.map(\.isAllowed) == [true, true, false])
            #expect(standings[2].seconds >= 1 && limits.take(.heavy, for: "another").isAllowed)
            let reply = try await served.ask(.GET, "/v1/me", served.admin)
            #expect(reply.headers["ratelimit"]?.contains("\"read\";r=") == true && reply.headers["ratelimit-policy"] != nil)
        }
    }
}
