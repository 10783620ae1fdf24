import Engine
import Foundation
import HTTPTypes
import Testing
import UseCases

@testable import Gateway

/// Goal: a key can do what its role's row says and nothing else, and nobody learns what is another's. Method: every operation
/// of the table, asked by every role, of its own, a foreign and a missing object.
@Suite struct RightsTests {
    private static func filled(_ operation: Gateway.Operation, _ id: String) -> String {
        var path = operation.path
        for name in operation.pathParameters { path = path.replacing("{\(name)}", with: id) }
        return path
    }

    private static func ask(_ operation: Gateway.Operation, _ served: ServedFolder, _ key: KeyToken?, id: String) async throws
        -> ServedFolder.Reply
    {
        let method = try #require(HTTPMethodName(rawValue: operation.method.rawValue))
        var type = operation.payload.map { ["content-type": $0.types[0]] } ?? [:]
        type["leadline-reason"] = "a test"
        return try await served.ask(method, filled(operation, id), key, operation.payload?.example, type)
    }

    private static var asked: [Gateway.Operation] { OperationTable.all.filter { $0.id != "followDecisions" } }

    @Test func everyRoleMayDoWhatItsRowSays() async throws {
        try await ServedFolder.serving { served in
            for role in Role.allCases {
                let key = try served.key(role, sources: ["/web-form"])
                // What begins a session looks at the key in its body alone, and the example's is none.
                for operation in Self.asked where !operation.refusesForeignOrigins {
                    let reply = try await Self.ask(operation, served, key, id: "lead-x")
                    let isAllowed = operation.roles.contains(role)
                    #expect((reply.status != 403) == isAllowed, "\(role) \(operation.id): \(reply.text)")
                    #expect(reply.status < 500 && reply.status != 401, "\(role) \(operation.id): \(reply.status) \(reply.text)")
                }
            }
        }
    }

    /// A request that is several records is one under its key: each record is an event of its own, and a repeat changes nothing.
    @Test(arguments: ["object", "erase"]) func aRightThatSuppressesIsExercised(_ verb: String) async throws {
        try await ServedFolder.serving { served in
            let wait = ["prefer": "wait=20"]
            let lead = #"{"leadId":"l-1","country":"IT","contact":{"email":"m@officine.example"}}"#
            #expect(try await served.ask(.POST, "/v1/leads", served.admin, lead, wait).status == 200)
            let other = #"{"contact":{"email":"n@officine.example"}}"#
            #expect(try await served.ask(.PATCH, "/v1/leads/l-1", served.admin, other, wait).status == 200)
            let whom = verb == "object" ? #""subject":"l-1""# : #""subjects":["l-1"]"#
            func ask(_ more: String = "") async throws -> ServedFolder.Reply {
                let body = #"{\#(whom),"requestedBy":"the person","reason":"case 1","suppress":true\#(more)}"#
                return try await served.ask(.POST, "/v1/rights/\(verb)", served.admin, body, verb == "object" ? ["idempotency-key": "k-1"] : [:])
            }
            var reply = try await ask()
            if verb == "erase" {
                let token = try #require(reply.json["confirm"] as? String, "\(reply.text)")
                reply = try await ask(#","confirm":"\#(token)""#)
            }
            #expect(reply.status == 200, "\(reply.text)")
            let deployment = Deployment(served.folder, namedProgram: ServedFolder.program, asker: Asker(actor: "tester", reason: "test"))
            #expect(try deployment.suppressions().count == 2)
            if verb == "object" {
                let again = try await ask()
                #expect(again.status == 200, "\(again.text)")
                let standing = try await served.ask(.POST, "/v1/rights/standing", served.admin, #"{"subject":"l-1","reason":"case 1"}"#)
                #expect(standing.json["objected"] as? Bool == true, "\(standing.text)")
            }
        }
    }

    @Test func withoutAKeyNothingIsTold() async throws {
        try await ServedFolder.serving { served in
            let ended = try served.key(.admin)
            _ = try served.access.revoke(ended.id, program: ServedFolder.program)
            for operation in OperationTable.all where operation.asksWho {
                var replies: [ServedFolder.Reply] = []
                for key in [nil, ended] { replies.append(try await Self.ask(operation, served, key, id: "lead-x").comparable) }
                // RFC 6750 has it said that something was sent and does not hold.
                #expect(replies[0].headers.removeValue(forKey: "www-authenticate") == #"Bearer realm="leadline""#)
                #expect(replies[1].headers.removeValue(forKey: "www-authenticate") == #"Bearer realm="leadline", error="invalid_token""#)
                #expect(replies[0].status == 401 && replies[0] == replies[1], "\(operation.id)")
                #expect(replies[0].headers["content-type"] == "application/problem+json")
            }
        }
    }

    @Test func foreignAndMissingAreTheSame() async throws {
        try await ServedFolder.serving { served in
            for number in 0..<3 { try await served.submit("own-\(number)") }
            let leads = Self.asked.filter { $0.pathParameters.first == "lead" && $0.id != "putLead" }
            #expect(leads.count > 10)
            for role in Role.allCases {
                let key = try served.key(role, sources: ["/web-form"])
                for operation in leads where operation.roles.contains(role) {
                    let missing = try await Self.ask(operation, served, key, id: "nothing-1").comparable
                    let foreign = try await Self.ask(operation, served, key, id: "foreign-1").comparable
                    #expect(missing.status == 404, "\(role) \(operation.id): \(missing.text)")
                    #expect(missing == foreign, "\(role) \(operation.id)")
                    #expect(!missing.text.contains("nothing-1"))
                }
            }
            // Another partner's lead is one that is not there, for reads and for answers.
            let holder = try await served.holder("own-0")
            let other = ["p-one", "p-two", "p-three"].first { $0 != holder } ?? ""
            let key = try served.key(.partnerLead, partner: other)
            for operation in leads where operation.roles.contains(.partnerLead) {
                let theirs = try await Self.ask(operation, served, key, id: "own-0").comparable
                let missing = try await Self.ask(operation, served, key, id: "nothing-1").comparable
                #expect(theirs == missing, "\(operation.id): \(theirs.text)")
            }
            // And another partner itself.
            for operation in Self.asked where operation.path.utf8.starts(with: "/v1/partners/{".utf8) {
                guard operation.roles.contains(.partnerLead) else { continue }
                let theirs = try await Self.ask(operation, served, key, id: holder).comparable
                let missing = try await Self.ask(operation, served, key, id: "nothing-1").comparable
                #expect(theirs == missing && missing.status == 404, "\(operation.id): \(theirs.text)")
            }
        }
    }

    /// Objects that no path of leads or partners names: claims, jobs, rejected records, people.
    @Test func nothingOfOthersIsTold() async throws {
        try await ServedFolder.serving { served in
            try await served.allowClaims()
            let claimed = try await served.ask(
                .PUT, "/v1/partners/p-one/claims/c-1", served.admin, #"{"accountDomain":"ferraris.example"}"#, ["prefer": "wait=20"])
            #expect(claimed.status == 200, "\(claimed.text)")
            let begun = try await served.ask(.POST, "/v1/audit/verifications", served.admin, #"{"quick":true}"#)
            let job = begun.json["job"] as? String ?? ""
            let auditor = try served.key(.auditor)
            let partner = try served.key(.partnerLead, partner: "p-two")
            let table: [(key: KeyToken, id: String, theirs: [String], missing: [String])] = [
                (partner, "getClaim", ["p-one", "c-1"], ["p-none", "c-1"]), (partner, "withdrawClaim", ["p-one", "c-1"], ["p-two", "c-9"]),
                (partner, "makeClaim", ["p-one", "c-1"], ["p-none", "c-1"]), (auditor, "getClaim", ["p-none", "c-1"], ["p-one", "c-9"]),
                (auditor, "getJob", [job], ["0"]), (auditor, "getJobResult", [job], ["0"]), (auditor, "cancelJob", [job], ["0"]),
                (try served.foreignAdmin(), "getJob", [job], ["0"]),
            ]
            for row in table {
                let operation = try #require(OperationTable.all.first { $0.id == row.id })
                var replies: [ServedFolder.Reply] = []
                for ids in [row.theirs, row.missing] {
                    var one = operation
                    for (name, id) in zip(operation.pathParameters, ids) { one.path = one.path.replacing("{\(name)}", with: id) }
                    replies.append(try await Self.ask(one, served, row.key, id: "").comparable)
                }
                #expect(replies[0].status == 404 && replies[0] == replies[1], "\(row.id): \(replies[0].text) \(replies[1].text)")
            }
            for operation in Self.asked where operation.tag == "Rights" && operation.id != "makeDossier" {
                var replies: [ServedFolder.Reply] = []
                for subject in ["foreign-1", "nothing-1"] {
                    let body = operation.payload?.example.replacing("lead-1", with: subject)
                    replies.append(try await served.ask(.POST, operation.path, served.admin, body).comparable)
                }
                #expect(replies[0].status == 404 && replies[0] == replies[1], "\(operation.id): \(replies[0].text)")
            }
            #expect(try await served.ask(.GET, "/v1/jobs", auditor).text == #"{"jobs":[]}"#)
        }
    }

    /// Whoever sends leads in learns nothing of what partners of its own program are offered, and answers for none.
    @Test func aProducerHasNoPartInOffers() async throws {
        try await ServedFolder.serving { served in
            let path = "/v1/partners/p-one/offers"
            let producer = try served.key(.producer, sources: ["/web-form"])
            let list = try await served.ask(.GET, path, producer)
            #expect(list.status == 403, "\(list.text)")
            let answer =
                #"{"specversion":"1.0","id":"o-1","source":"/web-form","type":"leadline.v1.OfferAnswered","data":{"leadId":"l-1","partnerId":"p-one","offerId":"o","answer":"OFFER_ANSWER_ACCEPTED"}}"#
            let sent = try await served.ask(.POST, "/v1/events", producer, answer, ["content-type": EventOperations.structured])
            #expect(sent.status == 403, "\(sent.text)")
            var others = try [Role.manager, .auditor, .agent].map { try served.key($0) }
            others += try [Role.partner, .partnerLead].map { try served.key($0, partner: "p-one") }
            for key in others {
                let reply = try await served.ask(.GET, path, key)
                #expect(reply.status == 200 && reply.text == #"{"offers":[]}"#, "\(reply.text)")
            }
        }
    }

    /// Two partners claim one account: each hears of its own claim, and of another's only that it stands against it.
    @Test func aClaimTellsNothingOfAnother() async throws {
        try await ServedFolder.serving { served in
            try await served.allowClaims()
            let account = #"{"accountDomain":"ferraris.example"}"#
            let keys = try ["p-one", "p-two"].map { try served.key(.partner, partner: $0) }
            for (key, partner) in zip(keys, ["p-one", "p-two"]) {
                let path = "/v1/partners/\(partner)/claims/c-1"
                #expect(try await served.ask(.PUT, path, key, account, ["prefer": "wait=20"]).status == 200)
            }
            let mine = try await served.ask(.GET, "/v1/claims", keys[1])
            #expect(mine.text.contains("conflicting") && mine.text.contains("p-two"), "\(mine.text)")
            let told = try await served.ask(.GET, "/v1/decisions?limit=500", keys[1])
            #expect(told.text.contains("ClaimChanged") && told.text.contains(#""reason":"held""#), "\(told.text)")
            #expect(!told.text.contains("conflictingPartner") && !told.text.contains("accountDigest"))
            for text in [mine.text, told.text] { #expect(!text.contains("p-one"), "\(text)") }
            #expect(try await served.ask(.GET, "/v1/decisions?limit=500", served.admin).text.contains("conflictingPartnerId"))
            // Claims by leads tell nothing of leads that are another's.
            try await served.submit("own-1")
            let holder = try await served.holder("own-1")
            let (other, key) = holder == "p-one" ? ("p-two", keys[1]) : ("p-one", keys[0])
            var replies: [ServedFolder.Reply] = []
            for lead in ["own-1", "nothing-1"] {
                let path = "/v1/partners/\(other)/claims/c-2"
                replies.append(try await served.ask(.PUT, path, key, #"{"leadId":"\#(lead)"}"#).comparable)
            }
            #expect(replies[0].status == 404 && replies[0] == replies[1])
        }
    }

    /// Leads that are linked and told apart: their holder hears that a person decided, and of no other lead.
    @Test func aLinkTellsNoPartnerOfAnotherLead() async throws {
        try await ServedFolder.serving { served in
            let wait = ["prefer": "wait=20"]
            let policy = #"{"attemptsMax":3,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"samePersonDays":30}"#
            #expect(try await served.ask(.PUT, "/v1/policy", served.admin, policy, wait).status == 200)
            let same = #"{"country":"IT","accountDomain":"ferraris.example","contact":{"email":"ada@ferraris.example"}}"#
            for id in ["one-1", "two-2"] {
                #expect(try await served.ask(.PUT, "/v1/leads/\(id)", served.admin, same, wait).status == 200)
            }
            let other = #"{"otherLeadId":"one-1","link":"LEAD_LINK_SAME_ENQUIRY","reason":"two plants"}"#
            let told = try await served.ask(.POST, "/v1/leads/two-2/unlink", served.admin, other, wait)
            #expect(told.status == 200 && told.text.contains("LeadLinkChanged") && told.text.contains("LeadAssigned"), "\(told.text)")
            let holder = try await served.holder("two-2")
            let key = try served.key(.partnerLead, partner: holder)
            for what in ["unlink", "link"] {
                #expect(try await served.ask(.POST, "/v1/leads/two-2/\(what)", key, other, wait).status == 403)
            }
            #expect(try await served.ask(.POST, "/v1/leads/two-2/link", served.admin, other, wait).text.contains("LeadMerged"))
            let vendor = try await served.ask(.GET, "/v1/leads/two-2", served.admin)
            #expect(vendor.text.contains("told apart from one-1") && vendor.text.contains("linked to another lead by a person"))
            let story = try await served.ask(.GET, "/v1/leads/two-2", key)
            #expect(story.status == 200 && story.text.contains("no longer yours: human"), "\(story.text)")
            let decisions = try await served.ask(.GET, "/v1/decisions?limit=500", key)
            #expect(decisions.text.contains(#""cause":"human""#), "\(decisions.text)")
            #expect(!story.text.contains("one-1"))
            for text in [story.text, decisions.text] {
                for word in ["linked", "Link", "Merged", "merged", "told apart"] { #expect(!text.contains(word), "\(word): \(text)") }
            }
            let asked = try await served.ask(.GET, "/v1/leads/two-2/explanation", key)
            #expect(!asked.text.contains("one-1") && !asked.text.contains("link"), "\(asked.text)")
            #expect(try await served.ask(.GET, "/v1/leads/two-2/explanation", served.admin).text.contains("sameAddress"))
        }
    }

    /// Whoever a body says did something, whoever sent it by its key did.
    @Test func aBodyNamesNobody() async throws {
        try await ServedFolder.serving { served in
            try await served.submit("own-1")
            let holder = try await served.holder("own-1")
            let made = try served.access.create(GrantRequest(program: ServedFolder.program, role: .admin, sources: ["*"]))
            let event = #"{"specversion":"1.0","id":"a-1","source":"/crm","type":"leadline.v1.LeadAccepted","data":{"leadId":"own-1","partnerId":"\#(holder)","actor":"Somebody Else"}}"#
            let sent = try await served.ask(.POST, "/v1/events", made.token, event, ["content-type": "application/cloudevents+json"])
            #expect(sent.status == 202, "\(sent.text)")
            try await served.submit("own-2")
            let deployment = Deployment(served.folder, namedProgram: ServedFolder.program, asker: Asker(actor: "tester", reason: "test"))
            var actors: [String] = []
            for step in try deployment.lead("own-1", unseals: true).steps {
                if case .fields(let fields) = step.opened { actors += fields.filter { $0.path == "actor" }.map(\.value) }
            }
            #expect(actors == [made.grant.principal])
        }
    }

    @Test func refusalsAreCountedAndBounded() async throws {
        try await ServedFolder.serving { served in
            #expect(try await served.ask(.GET, "/v1/keys", try served.key(.agent)).status == 403)
            let log = RefusalLog(served.folder)
            for number in 0..<10_000 {
                log.note(.init(operation: "getLead", status: 401, problem: "unauthorized", principal: "p-\(number % 1_000)"))
            }
            try log.flush()
            let path = served.folder.path + "/refusals.log"
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(lines.filter { $0.contains("getLead") || $0.contains("others") }.count == RefusalLog.subjectsMax + 1)
            for _ in 0..<200 {
                for number in 0..<RefusalLog.subjectsMax {
                    log.note(.init(operation: "getLead", status: 401, problem: "unauthorized", principal: "p-\(number)"))
                }
                try log.flush()
            }
            for name in [path, path + ".1"] {
                let size = try FileManager.default.attributesOfItem(atPath: name)[.size] as? Int ?? .max
                #expect(size <= RefusalLog.bytesMax, "\(name)")
            }
        }
    }

    @Test func aProducerListsWhatItSent() async throws {
        try await ServedFolder.serving { served in
            let keys = try ["/web", "/fair"].map { try served.key(.producer, sources: [$0]) }
            for (index, key) in keys.enumerated() { for number in 0..<3 { try await served.submit("s-\(index)-\(number)", key) } }
            let first = try await served.ask(.GET, "/v1/leads?limit=2", keys[0])
            #expect(first.text.contains("s-0-2") && first.text.contains("s-0-1") && !first.text.contains("s-1"), "\(first.text)")
            #expect(first.headers["link"]?.contains("after=s-0-1") == true)
            let rest = try await served.ask(.GET, "/v1/leads?limit=2&after=s-0-1", keys[0])
            #expect(rest.text.contains("s-0-0") && !rest.text.contains("s-1") && rest.headers["link"] == nil, "\(rest.text)")
            let theirs = try await served.ask(.GET, "/v1/leads?after=s-0-1", keys[1]).comparable
            #expect(try await theirs == served.ask(.GET, "/v1/leads?after=none", keys[1]).comparable && theirs.status == 404)
        }
    }

    @Test func aPartnerSeesItsEditionAlone() async throws {
        try await ServedFolder.serving { served in
            for number in 0..<6 { try await served.submit("own-\(number)") }
            let partners = ["p-one", "p-two", "p-three"]
            for partner in partners {
                let key = try served.key(.partnerLead, partner: partner)
                var texts: [String] = []
                for path in ["/v1/leads", "/v1/partners", "/v1/decisions", "/v1/claims"] { texts.append(try await served.ask(.GET, path, key).text) }
                for number in 0..<6 where try await served.holder("own-\(number)") == partner {
                    for path in ["/v1/leads/own-\(number)", "/v1/leads/own-\(number)/explanation"] {
                        let reply = try await served.ask(.GET, path, key)
                        #expect(reply.status == 200, "\(path): \(reply.text)")
                        texts.append(reply.text)
                    }
                    let early = try await served.ask(.GET, "/v1/leads/own-\(number)/contact", key)
                    #expect(early.status == 409 && !early.text.contains("officine"))
                    let accepted = try await served.ask(.POST, "/v1/leads/own-\(number)/accept", key, nil, ["prefer": "wait=20"])
                    #expect(accepted.status == 200, "\(accepted.text)")
                    let contact = try await served.ask(.GET, "/v1/leads/own-\(number)/contact", key)
                    #expect(contact.status == 200 && contact.text.contains("own-\(number)@officine.example"), "\(contact.text)")
                }
                for text in texts {
                    for other in partners where other != partner { #expect(!text.contains(other), "\(partner) sees \(other): \(text)") }
                    for word in ["score", "placePrice", "runnerUp", "engagement"] { #expect(!text.contains(word), "\(partner): \(text)") }
                }
            }
        }
    }
}
