import Engine
import Foundation
import HTTPTypes
import Synchronization
import Testing
import UseCases

@testable import Gateway

/// Goal: every operation of the table answers somebody who asks rightly, and tells who asks wrongly what is wrong. Method: one
/// program's work from its first lead to an erasure, each answer counted to its row; then a request that no row takes.
@Suite struct EveryOperationTests {
    /// Streams are other tests', and so is what needs an issuer or a cookie.
    private static let apart: Set<String> = [
        "followDecisions", "getProtectedResource", "beginSession", "startSignIn", "finishSignIn", "endSession",
    ]

    /// Which rows have answered.
    private final class Answered: Sendable {
        private let ids = Mutex<Set<String>>([])
        func note(_ id: String) { ids.withLock { _ = $0.insert(id) } }
        var missing: [String] { ids.withLock { ids in OperationTable.all.map(\.id).filter { !ids.contains($0) && !apart.contains($0) } } }
    }

    private struct Asking: Sendable {
        let served: ServedFolder
        let answered: Answered

        /// Asks by a row's method and path, and expects a success.
        @discardableResult
        func callAsFunction(
            _ id: String, _ parts: [String] = [], _ query: String = "", body: String? = nil, type: String? = nil,
            key: KeyToken? = nil, headers: [String: String] = [:]
        ) async throws -> ServedFolder.Reply {
            let operation = try #require(OperationTable.all.first { $0.id == id }, "\(id)")
            var path = operation.path
            for (name, part) in zip(operation.pathParameters, parts) { path = path.replacing("{\(name)}", with: part) }
            var headers = headers.merging(["leadline-reason": "case 4711"]) { one, _ in one }
            if operation.isWrite { headers["prefer"] = "wait=20" }
            if let type = type ?? (body == nil ? nil : operation.payload?.types[0]) { headers["content-type"] = type }
            let method = try #require(HTTPMethodName(rawValue: operation.method.rawValue))
            let reply = try await served.ask(method, path + query, key ?? served.admin, body, headers)
            #expect(operation.successes.contains { $0.status == reply.status }, "\(id): \(reply.status) \(reply.text.prefix(600))")
            let type = operation.successes.first { $0.status == reply.status }?.type
            Self.checkHeaders(of: reply, operation)
            if id != "getJobResult" { #expect(reply.headers["content-type"] == type, "\(id)") }
            answered.note(id)
            return reply
        }

        /// Headers of HTTP itself and of what browsers heed: no client of the operation acts on them.
        private static let usual: Set<String> = [
            "content-type", "content-length", "date", "connection", "transfer-encoding", "cache-control", "x-content-type-options",
            "referrer-policy", "x-robots-tag", "content-security-policy",
        ]

        /// An answer has the headers that the document says it always has, and no other that a client acts on.
        private static func checkHeaders(of reply: ServedFolder.Reply, _ operation: Gateway.Operation) {
            guard let success = operation.successes.first(where: { $0.status == reply.status }) else { return }
            let described = Set(operation.headers(of: success).map { $0.rawValue.lowercased() })
            let extra = Set(reply.headers.keys).subtracting(described).subtracting(usual)
            #expect(extra == [], "\(operation.id)")
            for header in AnswerHeader.ofEvery { #expect(reply.headers[header.rawValue.lowercased()] != nil, "\(operation.id): \(header)") }
        }

        /// Waits for a job by asking for it.
        func finished(_ begun: ServedFolder.Reply, as status: String = "done") async throws -> String {
            let job = try #require(begun.json["job"] as? String)
            #expect(begun.headers["location"] == "/v1/jobs/\(job)")
            while true {
                let reply = try await self("getJob", [job])
                if reply.json["status"] as? String == status { return job }
                try #require(["queued", "running"].contains(reply.json["status"] as? String ?? ""), "\(reply.text)")
            }
        }
    }

    @Test func eachSucceedsOnce() async throws {
        var signIn = SignInSettings()
        signIn.publicURL = PublicURL("https://leads.vendor.example")
        try await ServedFolder.serving(signIn: signIn) { served in
            let ask = Asking(served: served, answered: Answered())
            for id in ["getHealth", "getReadiness", "getDocument", "getGrant", "listKeys", "getProgram", "getStylesheet", "endSessions"] { try await ask(id) }
            try await Self.settings(ask)
            try await Self.leads(ask)
            try await Self.reviewsAndClaims(ask)
            try await Self.returns(ask)
            try await Self.offers(ask)
            try await Self.deadLetters(ask)
            try await Self.audit(ask)
            try await Self.rights(ask)
            try await Self.webhooks(ask)
            let spare = try served.key(.agent)
            try await ask("setKeyBudgets", [spare.id], body: #"{"leadsPerDay":3}"#)
            #expect(try await ask("listAgents").text.contains(#""budgets":{"leadsPerDay":3}"#))
            #expect(try await ask("stopAgent", [spare.id], body: #"{"reason":"a test"}"#).text.contains(#""reason":"a test""#))
            #expect(try await ask("getAgent", [spare.id]).text.contains(#""state":"ended""#))
            try await ask("revokeKey", [spare.id])
            #expect(ask.answered.missing == [])
        }
    }

    private static func settings(_ ask: Asking) async throws {
        let policy = #"{"attemptsMax":3,"priorWinRateBasisPoints":2000,"priorStrengthDeals":8,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"periodDays":7,"samePersonDays":30,"negotiation":{"rounds":1,"answerMillis":86400000,"commissionMaxBasisPoints":1500,"when":{"leadIs":{"leadField":"LEAD_FIELD_PRODUCT","values":["negotiated"]}}},"claims":{"protectedDays":30},"returns":{"creditsPerPeriodMax":1,"reasons":[{"id":"wrong-number","meaning":"REFUSAL_REASON_BAD_DATA","wordings":[{"language":"en","text":"The number is wrong"}]}]},"pilot":{"name":"spring","arms":[{"name":"new","method":"ROUTING_METHOD_BID_PRICE","shareBasisPoints":5000},{"name":"old","method":"ROUTING_METHOD_ROUND_ROBIN","shareBasisPoints":5000}]}}"#
        try await ask("validatePolicy", body: policy)
        try await ask("publishPolicy", body: policy)
        try await ask("getPolicy")
        try await ask("publishRates", body: #"{"validFrom":"2026-01-01T00:00:00Z","rates":[{"currency":"USD","rateMicros":"900000"}]}"#)
        try await ask("listRates")
        try await ask("putProgramProfile", body: MessageSchemas.example("ProgramProfileSet"))
        #expect(try await ask("getProgramProfile").text.contains("dpo@acme.example"))
        try await ask("listPartners")
        try await ask("getPartner", ["p-one"])
        try await ask("putPartner", ["p-four"], body: #"{"countries":["FR"],"name":"Name of p-four"}"#)
        try await ask("setCapacity", ["p-four"], body: #"{"capacity":{"openLeadsMax":5}}"#)
        try await ask("setCommissionTerms", ["p-four"], body: MessageSchemas.example("PartnerCommissionTermsSet", without: ["partnerId"]))
        try await ask("pausePartner", ["p-four"], body: #"{"note":"stocktaking"}"#)
        try await ask("resumePartner", ["p-four"])
        try await ask("setAbsence", ["p-four", "a-1"], body: #"{"from":"2036-08-08T22:00:00Z","until":"2036-08-23T22:00:00Z"}"#)
        try await ask("cancelAbsence", ["p-four", "a-1"])
        try await ask("putPartner", ["p-five"], body: #"{"countries":["FR"],"name":"Name of p-five"}"#)
        try await ask("mergePartner", ["p-five"], body: #"{"intoPartnerId":"p-one","reason":"PARTNER_MERGE_REASON_DUPLICATE"}"#)
    }

    private static func leads(_ ask: Asking) async throws {
        func lead(_ id: String) -> String { #"{"leadId":"\#(id)","country":"IT","contact":{"email":"\#(id)@officine.example"}}"# }
        for number in 1...7 { try await ask("submitLead", body: lead("d-\(number)")) }
        try await ask("submitLeads", body: lead("b-1"), type: "application/x-ndjson")
        try await ask("listLeads")
        try await ask("getLead", ["d-1"])
        try await ask("putLead", ["d-8"], body: #"{"country":"IT"}"#)
        let made = try await ask("createActionLink", ["d-8"], body: #"{"days":3}"#)
        let link = try #require((made.json["url"] as? String)?.components(separatedBy: "/").last)
        try await ask("showActionLink", [link])
        #expect(try await ask("answerActionLink", [link], body: "answer=accept").text.contains("Accepted"))
        try await ask("updateLead", ["d-1"], body: #"{"employees":250}"#)
        try await ask("shareCommission", ["d-1"], body: #"{"shares":[{"partnerId":"p-one","basisPoints":2500}]}"#)
        try await ask("explainLead", ["d-1"])
        try await ask("getLeadContact", ["d-1"])
        try await ask("previewLead", body: #"{"country":"IT"}"#)
        try await ask("queryPreview", body: #"{"country":"IT"}"#)
        let known = try await ask("previewLead", [], "?preLead=true", body: #"{"country":"IT"}"#)
        let preLead = try #require(known.json["preLead"] as? String)
        try await ask(
            "convertPreLead", body: #"{"preLead":"\#(preLead)","lawfulBasis":"LAWFUL_BASIS_CONSENT","contact":{"email":"pre@officine.example"}}"#)
        try await ask("acceptLead", ["d-1"])
        try await ask("recordFirstResponse", ["d-1"])
        try await ask("changeStage", ["d-1"], body: #"{"stage":"offer"}"#)
        try await ask("winDeal", ["d-1"], body: #"{"amount":{"minorUnits":"5000000","currency":"EUR"}}"#)
        try await ask("declineLead", ["d-2"], body: #"{"reason":"REFUSAL_REASON_NO_CAPACITY"}"#)
        let month = "2026-03"
        let earned = try await ask("getCommissionStatement", ["p-one", month], "?timeZone=Europe/Rome")
        #expect((earned.json["period"] as? [String: Any])?["timeZone"] as? String == "Europe/Rome", "\(earned.text)")
        let signed = try await ask("getSignedCommissionStatement", ["p-one", month])
        let keys = try await ask("getStatementKeys")
        let checked = try Deployment.checkStatement(Array(signed.text.utf8), keySet: Array(keys.text.utf8))
        #expect(checked.text.contains(#""partnerId":"p-one""#))
        try await ask("loseDeal", ["d-3"], body: #"{"reason":"REFUSAL_REASON_COMPETITOR"}"#)
        try await ask("withdrawLead", ["d-4"])
        let same = #"{"country":"IT","accountDomain":"officine.example","contact":{"email":"info-2@officine.example"}}"#
        for id in ["t-1", "t-2"] { try await ask("putLead", [id], body: same) }
        let apart = #"{"otherLeadId":"t-1","link":"LEAD_LINK_SAME_ENQUIRY","reason":"two plants"}"#
        #expect(try await ask("unlinkLead", ["t-2"], body: apart).text.contains("LeadAssigned"))
        #expect(try await ask("linkLead", ["t-2"], body: apart).text.contains("LeadMerged"))
        try await ask("overrideDecision", ["d-5"], body: #"{"reroute":true}"#)
        let event = #"{"specversion":"1.0","id":"e-1","source":"/web","type":"leadline.v1.LeadSubmitted","data":{"leadId":"d-9","country":"IT"}}"#
        try await ask("sendEvents", body: event)
        try await ask("listDecisions")
        try await ask("getChannelReport")
        try await ask("getPilotReport")
        // A young program has nothing to forecast from, which the job says.
        let forecast = try await ask.finished(try await ask("forecast", body: #"{"days":30}"#), as: "failed")
        #expect(try await ask.served.ask(.GET, "/v1/jobs/\(forecast)/result", ask.served.admin).status == 409)
        #expect(try await ask("listJobs").text.contains("too little history"))
        #expect(try await ask("cancelJob", [forecast]).json["result"] == nil)
        let candidate = #"{"attemptsMax":2,"fitWeights":{"language":10},"sla":{"firstResponseMinutes":60},"periodDays":7}"#
        let simulated = try await ask.finished(try await ask("simulatePolicy", [], "?days=30", body: candidate))
        let found = try await ask("getJobResult", [simulated])
        #expect((found.json["replay"] as? [String: Any])?["decisions"] as? Int ?? 0 > 0, "\(found.text.prefix(600))")
    }

    private static func reviewsAndClaims(_ ask: Asking) async throws {
        try await ask("requestReview", ["d-6"], body: #"{"note":"the other partner is nearer"}"#)
        #expect(try await ask("listReviews").text.contains("d-6"))
        try await ask("claimReview", ["d-6"], body: "{}")
        #expect(try await ask("listReviews").text.contains(#""own":true"#))
        try await ask("releaseReview", ["d-6"])
        #expect(try await !ask("listReviews").text.contains(#""claim""#))
        try await ask("decideReview", ["d-6"], body: #"{"uphold":true}"#)
        #expect(try await !ask("listReviews").text.contains("d-6"))
        let none = try await ask.served.ask(.POST, "/v1/reviews/d-6/decision", ask.served.admin, #"{"uphold":true}"#)
        #expect(none.status == 409, "\(none.text)")
        try await ask("makeClaim", ["p-one", "c-1"], body: #"{"accountDomain":"ferraris.example"}"#)
        #expect(try await ask("getClaim", ["p-one", "c-1"]).json["status"] as? String == "submitted")
        #expect(try await ask("listClaims").text.contains("c-1"))
        try await ask("decideClaim", ["p-one", "c-1"], body: #"{"approved":true,"reason":"theirs"}"#)
        #expect(try await ask("getClaim", ["p-one", "c-1"]).json["status"] as? String == "approved")
        try await ask("withdrawClaim", ["p-one", "c-1"])
        #expect(try await ask.served.ask(.GET, "/v1/partners/p-one/claims/c-1", ask.served.admin).status == 404)
    }

    /// One credit a period: the second return waits for a person.
    private static func returns(_ ask: Asking) async throws {
        #expect(try await ask("listReturnReasons").text.contains("The number is wrong"))
        for lead in ["r-1", "r-2"] {
            let holder = #"{"leadId":"\#(lead)","country":"IT","source":"fair","accountDomain":"\#(lead).example","contact":{"email":"\#(lead)@officine.example"}}"#
            try await ask("submitLead", body: holder)
            try await ask("overrideDecision", [lead], body: #"{"assignToPartnerId":"p-four"}"#)
        }
        let unknown = try await ask.served.ask(.POST, "/v1/leads/r-1/return", ask.served.admin, #"{"reasonId":"gone"}"#)
        #expect(unknown.status == 422 && unknown.json["field"] as? String == "reasonId", "\(unknown.text)")
        #expect(unknown.text.contains("wrong-number"), "\(unknown.text)")
        #expect(try await ask("returnLead", ["r-1"], body: #"{"reasonId":"wrong-number"}"#).text.contains("RETURN_STATUS_CREDITED"))
        #expect(try await ask("returnLead", ["r-2"], body: #"{"reasonId":"wrong-number"}"#).text.contains("RETURN_STATUS_WAITING"))
        let waiting = try await ask("listReturns").json["returns"] as? [[String: Any]]
        #expect(waiting?.map { $0["lead"] as? String } == ["r-2"] && waiting?.first?["partner"] as? String == "p-four")
        try await ask("decideReturn", ["p-four", "r-2"], body: #"{"approved":false,"reason":"we reached them"}"#)
        #expect(try await ask("listReturns").text == #"{"returns":[]}"#)
        let again = try await ask.served.ask(.POST, "/v1/partners/p-four/returns/r-2/decision", ask.served.admin, #"{"approved":true}"#)
        #expect(again.status == 404, "\(again.text)")
        let sources = try await ask("getSourceReport").json["sources"] as? [[String: Any]]
        let fair = sources?.first { $0["source"] as? String == "fair" }
        #expect(fair?["leads"] as? Int == 2 && fair?["returned"] as? Int == 1, "\(String(describing: sources))")
    }

    /// A lead is offered before it is assigned: nobody at the partner sees more of it than the offer says until it agrees.
    private static func offers(_ ask: Asking) async throws {
        let preview = try await ask("previewLead", body: #"{"country":"IT","product":"negotiated"}"#)
        #expect(preview.json["partner"] as? String != nil && preview.text.contains("offer"), "\(preview.text)")
        let body = #"{"leadId":"o-1","country":"IT","product":"negotiated","contact":{"email":"o-1@officine.example"}}"#
        #expect(try await ask("submitLead", body: body).text.contains("leadline.v1.OfferMade"))
        let holders = try await ask.served.ask(.GET, "/v1/partners", ask.served.admin).json["partners"] as? [[String: Any]] ?? []
        var found: (partner: String, offer: [String: Any])?
        for partner in holders.compactMap({ $0["partner"] as? String }) {
            let open = try await ask("listOffers", [partner]).json["offers"] as? [[String: Any]] ?? []
            if let first = open.first { found = (partner, first) }
        }
        let (partner, offer) = try #require(found)
        let id = try #require(offer["offer"] as? String)
        #expect((offer["features"] as? [String: Any])?["country"] as? String == "IT", "\(offer)")
        let key = try ask.served.key(.partner, partner: partner)
        for path in ["/v1/leads/o-1", "/v1/leads/o-1/contact"] {
            let reply = try await ask.served.ask(.GET, path, key, nil, ["leadline-reason": "a test"])
            #expect(reply.status == 404 && !reply.text.contains("officine"), "\(path): \(reply.text)")
        }
        let counter = #"{"answer":"OFFER_ANSWER_COUNTERED","terms":{"commissionBasisPoints":400},"note":"as agreed"}"#
        let agreed = try await ask("answerOffer", ["o-1", id], body: counter)
        #expect(agreed.text.contains("OFFER_STATUS_AGREED") && agreed.text.contains("leadline.v1.LeadAssigned"), "\(agreed.text)")
        let late = try await ask.served.ask(
            .POST, "/v1/leads/o-1/offers/\(id)/answer", key, #"{"answer":"OFFER_ANSWER_ACCEPTED"}"#, ["prefer": "wait=20"])
        #expect(late.status == 200 && late.text.contains(#""disregarded":{"reason":"offerOver""#), "\(late.text)")
        let contact = try await ask.served.ask(.GET, "/v1/leads/o-1/contact", key, nil, ["leadline-reason": "a test"])
        #expect(contact.status == 200 && contact.text.contains("o-1@officine.example"), "\(contact.text)")
    }

    /// A record of a program that is not there yet; once it is, the record can be sent again.
    private static func deadLetters(_ ask: Asking) async throws {
        let early = NewRecord(
            topic: .leads, key: Array("third".utf8),
            headers: [
                RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", "early"), RecordHeader("ce_source", "/early"),
                RecordHeader("ce_type", "leadline.v1.LeadSubmitted"), RecordHeader("content-type", "application/json"),
            ], value: Array(#"{"leadId":"early-1","country":"IT","contact":{"email":"early@officine.example"}}"#.utf8))
        try EmbeddedLog(ask.served.folder.openJournal()).append([early], now: ask.served.folder.now())
        try await ask.served.submit("after-early")
        let list = try await ask("listDeadLetters")
        let letters = try #require(list.json["deadLetters"] as? [[String: Any]])
        let offset = try #require(letters.first?["offset"] as? Int, "\(list.text)")
        #expect(!list.text.contains("officine"))
        #expect(try await !ask("getDeadLetter", ["\(offset)"]).text.contains("officine"))
        let unasked = try await ask.served.ask(.GET, "/v1/dead-letters/\(offset)/record", ask.served.admin)
        #expect(unasked.status == 400 && unasked.json["field"] as? String == "Leadline-Reason")
        #expect(try await ask("openDeadLetter", ["\(offset)"]).text.contains("early@officine.example"))
        let log = try await ask("getRecords", ["access"])
        #expect(log.text.contains("deadletter show") && log.text.contains("case 4711"), "\(log.text)")
        let third = try ask.served.access.create(GrantRequest(program: "third", role: .admin, sources: ["*"])).token
        let registered = #"{"specversion":"1.0","id":"r3","source":"/test","type":"leadline.v1.ProgramRegistered","data":{"name":"third","currency":"EUR"}}"#
        try await ask("sendEvents", body: registered, key: third)
        try await ask("resubmitDeadLetter", ["\(offset)"])
        #expect(try await ask.served.ask(.GET, "/v1/leads/early-1", third).status == 200)
        // Nobody else's letters are shown.
        for path in ["/v1/dead-letters/\(offset)", "/v1/dead-letters/99999", "/v1/dead-letters/x"] {
            #expect(try await ask.served.ask(.GET, path, try ask.served.foreignAdmin()).status == 404)
        }
    }

    private static func audit(_ ask: Asking) async throws {
        for section in ["processing", "policies", "models", "fairness", "sla", "transfers", "access", "retention", "dpia"] {
            try await ask("getRecords", [section])
        }
        let checkpoint = try await ask("getCheckpoint")
        let size = try #require(checkpoint.json["size"] as? Int)
        try await ask("getLogKey")
        #expect(try await ask("proveEntry", ["0"]).text.contains("tlog-proof"))
        #expect(try await ask("getEntry", ["0"]).headers["content-type"] == "application/octet-stream")
        #expect(try await ask.served.ask(.GET, "/v1/audit/entries/99999", ask.served.admin).status == 404)
        try await ask.served.submit("after-checkpoint")
        try await ask("getCheckpoint")
        try await ask("proveConsistency", [], "?from=\(size)")
        let job = try await ask.finished(try await ask("verify", body: #"{"quick":true}"#, key: ask.served.admin))
        #expect(try await ask("getJobResult", [job]).json["good"] as? Bool == true)
    }

    /// Nobody answers at the address, which the operations tell.
    private static func webhooks(_ ask: Asking) async throws {
        let made = try await ask("createWebhook", body: #"{"url":"https://crm.example/leadline"}"#)
        let id = try #require(made.json["webhook"] as? String)
        #expect(try await ask("listWebhooks").text.contains(id))
        #expect(try await ask("getWebhook", [id]).json["url"] as? String == "https://crm.example/leadline")
        try await ask("changeWebhook", [id], body: #"{"kinds":["leadline.v1.LeadAssigned"]}"#)
        try await ask("testWebhook", [id])
        try await ask("listDeliveries", [id])
        let decisions = try await ask.served.ask(.GET, "/v1/decisions", ask.served.admin).json["decisions"] as? [[String: Any]]
        let first = try #require(decisions?.first?["id"] as? String)
        try await ask("replayWebhook", [id], body: #"{"after":"\#(first)","through":"\#(first)"}"#)
        try await ask("rotateWebhook", [id], body: "{}")
        try await ask("deleteWebhook", [id])
    }

    private static func rights(_ ask: Asking) async throws {
        func person(_ subject: String, _ more: String = "") -> String {
            #"{"subject":"\#(subject)","requestedBy":"the person","reason":"case 4711"\#(more)}"#
        }
        #expect(try await ask("restrictPerson", body: person("d-7")).text.contains("restrict"))
        try await ask("liftPerson", body: person("d-7"))
        try await ask("rectifyPerson", body: person("d-7", #","fields":{"contact":{"familyName":"Ferraris"}}"#))
        try await ask("linkPerson", body: person("d-7", #","other":"d-6""#))
        try await ask("unlinkPerson", body: person("d-7", #","other":"d-6""#))
        try await ask("objectPerson", body: person("d-5", #","suppress":true"#))
        #expect(try await ask("showPerson", body: #"{"subject":"d-5","reason":"case 4711"}"#).json["objected"] as? Bool == true)
        let order = #"{"subject":"d-7","reason":"case 4711","edition":"subject","language":"it","format":"html"}"#
        let letter = try await ask.finished(try await ask("makeDossier", body: order))
        let page = try await ask("getJobResult", [letter])
        #expect(page.headers["content-type"] == "text/html; charset=utf-8" && page.text.contains("Ferraris"))
        let dossier = try await ask.finished(try await ask("makeDossier", body: #"{"subject":"d-7","reason":"case 4711"}"#))
        #expect(try await ask("getJobResult", [dossier]).text.contains("d-7@officine.example"))
        try await erasure(ask, [letter, dossier])
    }

    private static func erasure(_ ask: Asking, _ jobs: [String]) async throws {
        func body(_ subject: String, _ confirm: String?) -> String {
            #"{"subjects":["\#(subject)"],"requestedBy":"the person","reason":"case 4711"\#(confirm.map { #","confirm":"\#($0)""# } ?? "")}"#
        }
        let listed = try await ask("erasePeople", body: body("d-7", nil))
        #expect(listed.json["erased"] as? Bool == false && listed.text.contains("d-7"))
        let confirm = try #require(listed.json["confirm"] as? String)
        // The token is of what was listed and of whoever asked.
        let other = try ask.served.key(.admin)
        for (key, subject, token) in [
            (ask.served.admin, "d-1", confirm), (other, "d-7", confirm), (ask.served.admin, "d-7", "0" + confirm),
            (ask.served.admin, "d-7", "9" + confirm),
        ] {
            let refused = try await ask.served.ask(.POST, "/v1/rights/erase", key, body(subject, token))
            #expect(refused.status == 409, "\(refused.text)")
        }
        #expect(try await ask("getLeadContact", ["d-7"]).text.contains("officine"))
        let erased = try await ask("erasePeople", body: body("d-7", confirm))
        #expect(erased.json["erased"] as? Bool == true && erased.json["count"] as? Int == 1, "\(erased.text)")
        #expect(erased.text.contains("erasure certificate"))
        #expect(try await ask.served.ask(.GET, "/v1/leads/d-7/contact", ask.served.admin).status == 404)
        for job in jobs {
            for path in ["/v1/jobs/\(job)", "/v1/jobs/\(job)/result"] {
                #expect(try await ask.served.ask(.GET, path, ask.served.admin).status == 404, "\(path)")
            }
        }
    }

    /// What no row takes: a field that the body does not have, a parameter that the query does not have.
    @Test func eachTellsWhatIsWrong() async throws {
        try await ServedFolder.serving { served in
            try await served.submit("own-1")
            for operation in OperationTable.all where operation.id != "followDecisions" && !operation.passesOverQuery {
                let method = try #require(HTTPMethodName(rawValue: operation.method.rawValue))
                var path = operation.path
                for name in operation.pathParameters {
                    path = path.replacing("{\(name)}", with: name == "lead" ? "own-1" : name == "partner" ? "p-one" : "x-1")
                }
                let wrong = try await served.ask(method, path + "?zzz=1", operation.asksWho ? served.admin : nil)
                #expect(wrong.status == 400 && wrong.headers["content-type"] == "application/problem+json", "\(operation.id)")
                guard let payload = operation.payload, payload.types[0] != "application/x-ndjson" else { continue }
                let field = try await served.ask(
                    method, path, served.admin, #"{"zzz":1}"#, ["content-type": payload.types[0], "leadline-reason": "x"])
                #expect((400..<500).contains(field.status) && ![401, 403].contains(field.status), "\(operation.id): \(field.text)")
                #expect(field.json["detail"] is String)
            }
        }
    }
}
