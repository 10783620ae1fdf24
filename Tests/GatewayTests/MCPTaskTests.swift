import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import NIOCore
import Testing
import UseCases

@testable import Gateway

/// Goal: what takes long, or waits for a person or a partner, is followed by a task, and what only a person may decide is
/// decided by none but a person. Method: an assistant's program that can follow and ask, and ones that cannot, in both eras.
@Suite struct MCPTaskTests {
    private static func structured(_ result: [String: Any]?) -> [String: Any] { result?["structuredContent"] as? [String: Any] ?? [:] }

    private static let negotiating =
        #"{"attemptsMax":3,"priorWinRateBasisPoints":2000,"priorStrengthDeals":8,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"periodDays":7,"negotiation":{"rounds":1,"answerMillis":86400000,"commissionMaxBasisPoints":1500,"when":{"leadIs":{"leadField":"LEAD_FIELD_PRODUCT","values":["negotiated"]}}}}"#

    static func negotiates(_ served: ServedFolder) async throws {
        let headers = ["prefer": "wait=30", "idempotency-key": UUID().uuidString]
        var reply = try await served.ask(.PUT, "/v1/policy", served.admin, negotiating, headers)
        while reply.status == 202 { reply = try await served.ask(.PUT, "/v1/policy", served.admin, negotiating, headers) }
        try #require(reply.status == 200, "\(reply.text)")
    }

    // MARK: Long work

    @Test func longWorkIsATaskForThoseWhoCanFollowOne() async throws {
        try await ServedFolder.serving { served in
            let able = Assistant.able(served)
            let begun = try await able.call("verify_audit", ["quick": true], served.admin)
            #expect(begun["resultType"] as? String == "task" && begun["status"] as? String == "working", "\(begun)")
            #expect(begun["ttlMs"] as? Int != nil && begun["result"] == nil)
            let task = try #require(begun["taskId"] as? String)
            let over = try await able.finished(task, served.admin)
            #expect(over["status"] as? String == "completed" && over["resultType"] as? String == "complete")
            let output = Self.structured(over["result"] as? [String: Any])["output"] as? [String: Any]
            #expect(output?["good"] as? Bool == true, "\(over)")
            // Whoever cannot follow one gets the job, and is told what it would have to be able to.
            let unable = Assistant(served: served)
            let job = Self.structured(try await unable.call("verify_audit", ["quick": true], served.admin))
            #expect(job["kind"] as? String == "verify" && job["output"] == nil)
            for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
                let reply = try await unable(method, served.admin, ["taskId": task])
                #expect(reply.status == 400 && (reply.json["error"] as? [String: Any])?["code"] as? Int == -32_021, "\(reply.text)")
            }
            // What ended is ended; a list of tasks is none's to see.
            #expect(try await able.result("tasks/cancel", served.admin, ["taskId": task])["resultType"] as? String == "complete")
            #expect(try await able.code("tasks/list", served.admin) == -32_601)
            #expect(try await able.code("tasks/result", served.admin, ["taskId": task]) == -32_601)
        }
    }

    @Test func theEraBeforeAsksForATask() async throws {
        try await ServedFolder.serving { served in
            let old = Assistant(served: served, isStateless: false)
            let listed = try await old.result("tools/list", served.admin)["tools"] as? [[String: Any]] ?? []
            let support = listed.filter { ($0["execution"] as? [String: Any])?["taskSupport"] as? String == "optional" }
            #expect(support.compactMap { $0["name"] as? String } == ToolTable.all.filter { $0.follows != nil }.map(\.name))
            let begun = try await old.call("verify_audit", ["quick": true], served.admin, ["task": ["ttl": 60_000]])
            let task = try #require(begun["task"] as? [String: Any], "\(begun)")
            let id = try #require(task["taskId"] as? String)
            #expect(task["ttl"] as? Int != nil && task["status"] as? String == "working")
            let result = try await old.result("tasks/result", served.admin, ["taskId": id])
            #expect((Self.structured(result)["output"] as? [String: Any])?["good"] as? Bool == true)
            let related = (result["_meta"] as? [String: Any])?["io.modelcontextprotocol/related-task"] as? [String: Any]
            #expect(related?["taskId"] as? String == id)
            #expect(try await old.result("tasks/get", served.admin, ["taskId": id])["status"] as? String == "completed")
            #expect(try await old.code("tasks/cancel", served.admin, ["taskId": id]) == -32_602)
            // A tool that is done at once is no task.
            let listing: [String: Any] = ["name": "list_leads", "arguments": [String: Any](), "task": [String: Any]()]
            #expect(try await old.code("tools/call", served.admin, listing) == -32_601)
        }
    }

    @Test func aTaskIsItsPrincipalsAlone() async throws {
        try await ServedFolder.serving { served in
            let able = Assistant.able(served)
            let task = try #require(try await able.call("verify_audit", ["quick": true], served.admin)["taskId"] as? String)
            var changed = Array(task)
            changed[20] = changed[20] == "A" ? "B" : "A"
            let others: [(any Bearer, String)] = [
                (try served.key(.admin), task), (try served.key(.auditor), task), (try served.foreignAdmin(), task),
                (served.admin, String(changed)), (served.admin, "none"), (served.admin, ""), (served.admin, String(repeating: "A", count: 9_000)),
            ]
            var replies: Set<String> = []
            for (key, id) in others {
                for method in ["tasks/get", "tasks/cancel"] {
                    replies.insert(try await able(method, key, ["taskId": id], headers: ["mcp-name": id.isEmpty ? nil : id]).text)
                }
            }
            // One that is empty or too long for a header is refused before.
            #expect(replies.contains { $0.contains("There is no such task") })
            #expect(replies.allSatisfy { !$0.contains("working") && !$0.contains("completed") }, "\(replies)")
            // A handle is no confirmation, and the other way round.
            let state: [String: Any] = ["name": "decide_review", "arguments": ["lead": "x"], "requestState": task, "inputResponses": [String: Any]()]
            #expect(try await able.code("tools/call", served.admin, state) == -32_602)
        }
    }

    /// The messages of a stream.
    private static func messages(_ text: String) throws -> [[String: Any]] {
        try text.components(separatedBy: "\n\n").filter { $0.hasPrefix("event: message\ndata: ") }.map { event in
            let data = Data(event.dropFirst("event: message\ndata: ".count).utf8)
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
    }

    @Test func longWorkTellsHowFarItIs() async throws {
        try await ServedFolder.serving { served in
            for number in 0..<20 { try await served.submit("far-\(number)") }
            for isStateless in [true, false] {
                let ask = Assistant(served: served, isStateless: isStateless)
                for (tool, arguments) in [("verify_audit", [:]), ("forecast", ["days": 30]), ("simulate_policy", Self.candidate)] as [(String, [String: Any])] {
                    let reply = try await ask(
                        "tools/call", served.admin, ["name": tool, "arguments": arguments], headers: ["accept": "application/json, text/event-stream"],
                        meta: ["progressToken": "news-1"])
                    #expect(reply.headers["content-type"] == "text/event-stream", "\(reply.text)")
                    let all = try Self.messages(reply.text)
                    let last = try #require(all.last, "\(reply.text)")
                    let messages = all.dropLast()
                    #expect(last["id"] as? String == "a-1")
                    let result = last["result"] as? [String: Any]
                    let structured = Self.structured(result)
                    if tool == "forecast" {
                        // A young program has nothing to forecast from, which the result says.
                        #expect(result?["isError"] as? Bool == true && "\(last)".contains("too little history"), "\(last)")
                    } else {
                        #expect(structured["status"] as? String == "done" && structured["output"] is [String: Any], "\(last)")
                    }
                    let told = messages.compactMap { $0["params"] as? [String: Any] }
                    #expect(told.allSatisfy { $0["progressToken"] as? String == "news-1" } && messages.allSatisfy { $0["id"] == nil })
                    let counts = told.compactMap { $0["progress"] as? Int }
                    #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 < $1 }, "\(counts)")
                }
                // Where it is wrong, or nobody takes several messages, there is one.
                let wrong = try await ask(
                    "tools/call", served.admin, ["name": "forecast", "arguments": ["days": 0]],
                    headers: ["accept": "application/json, text/event-stream"], meta: ["progressToken": 7])
                #expect((wrong.json["result"] as? [String: Any])?["isError"] as? Bool == true, "\(wrong.text)")
                let plain = try await ask(
                    "tools/call", served.admin, ["name": "forecast", "arguments": [String: Any]()], headers: ["accept": "application/json"],
                    meta: ["progressToken": 7])
                #expect(Self.structured(plain.json["result"] as? [String: Any])["job"] is String, "\(plain.text)")
            }
        }
    }

    /// An answer that ends before the server has read the end of its request leaves the server standing.
    @Test func streamsThatEndAtOnceEndNothingElse() async throws {
        try await ServedFolder.serving { served in
            try await served.submit("short-1")
            let ask = Assistant(served: served, isStateless: true)
            for _ in 0..<60 {
                let reply = try await ask(
                    "tools/call", served.admin, ["name": "forecast", "arguments": ["days": 30]],
                    headers: ["accept": "application/json, text/event-stream"], meta: ["progressToken": "n"])
                #expect(reply.text.contains("too little history") || reply.text.contains("Retry"), "\(reply.text)")
            }
            #expect(try await served.ask(.GET, "/healthz", nil).status == 200)
        }
    }

    /// A policy as a tool's arguments: other than the one in force.
    private static var candidate: [String: Any] {
        ["attemptsMax": 2, "fitWeights": ["language": 10], "sla": ["firstResponseMinutes": 60], "periodDays": 7]
    }

    /// Given leads that were routed, when an assistant of either era has a policy simulated, then it is a task that says what differs and
    /// what would have gone elsewhere; one that is called off brings nothing; nothing is published.
    @Test(arguments: [true, false]) func aPolicyIsSimulatedAsATask(isStateless: Bool) async throws {
        try await ServedFolder.serving { served in
            for number in 0..<5 { try await served.submit("far-\(number)") }
            let before = try await served.ask(.GET, "/v1/policy", served.admin)
            let ask = isStateless ? Assistant.able(served) : Assistant(served: served, isStateless: false)
            func begin(_ arguments: [String: Any]) async throws -> [String: Any] {
                let result = try await ask.call("simulate_policy", arguments, served.admin, isStateless ? [:] : ["task": ["ttl": 60_000]])
                return isStateless ? result : result["task"] as? [String: Any] ?? [:]
            }
            let task = try #require(try await begin(Self.candidate)["taskId"] as? String)
            let over = try await ask.finished(task, served.admin)
            #expect(over["status"] as? String == "completed", "\(over)")
            let result = isStateless ? over["result"] as? [String: Any] : try await ask.result("tasks/result", served.admin, ["taskId": task])
            let output = try #require(Self.structured(result)["output"] as? [String: Any], "\(String(describing: result))")
            let change = output["change"] as? [String: Any], replay = output["replay"] as? [String: Any]
            #expect(change?["published"] as? Bool == false && (change?["differences"] as? [Any])?.isEmpty == false, "\(output)")
            #expect(replay?["decisions"] as? Int == 5 && replay?["verdict"] as? String == "refused", "\(output)")
            let wrong = try await ask.call("simulate_policy", Self.candidate.merging(["days": 0]) { $1 }, served.admin)
            #expect(wrong["isError"] as? Bool == true, "\(wrong)")

            // It may be done before it is called off.
            let cancelled = try #require(try await begin(Self.candidate)["taskId"] as? String)
            let reply = try await ask("tasks/cancel", served.admin, ["taskId": cancelled])
            let standing = try await ask.finished(cancelled, served.admin)["status"] as? String ?? ""
            #expect(standing == "completed" || standing == "cancelled" && reply.json["result"] != nil, "\(standing) \(reply.text)")
            #expect(try await served.ask(.GET, "/v1/policy", served.admin).text == before.text)
        }
    }

    /// Whoever is called off reads a long history no further.
    @Test func aReplayThatIsCalledOffEnds() async throws {
        try await ServedFolder.serving { served in
            for number in 0..<3 { try await served.submit("off-\(number)") }
            let grant = try #require(try served.access.grant(for: served.admin))
            let call = Call(services: served.services, bearer: grant, headers: [:], path: [:], query: [:], body: [])
            let deployment = try call.asked(reason: nil, progress: { _ in })
            let replay = Task { () -> Problem? in
                // Ends as soon as it is called off.
                do { try await Task.sleep(for: .seconds(3_600)) } catch {}
                do throws(Problem) { _ = try deployment.replay(against: CandidateRequest()) } catch { return error }
                return nil
            }
            replay.cancel()
            let problem = await replay.value
            #expect(problem?.kind == .unavailable, "\(String(describing: problem))")
        }
    }

    /// Work that never ends by itself.
    private static func endless(_ served: ServedFolder) async throws -> (Call, Job) {
        let grant = try #require(try served.access.grant(for: served.admin))
        let call = Call(services: served.services, bearer: grant, headers: [:], path: [:], query: [:], body: [])
        let job = try await served.services.jobs.begin(call, "endless", .auditRead) { _ in
            try await Task.sleep(for: .seconds(86_400))
            return .init(body: [])
        }
        return (call, job)
    }

    private static func status(_ job: Job, _ call: Call) throws -> Job.Status {
        try call.services.jobs.job(job.id, try call.grant, now: call.services.folder.now()).status
    }

    /// Given work that somebody waits for, when the wait ends, then the work does where that is what going means, and goes on
    /// where it is not.
    @Test(arguments: [true, false]) func whoGoesEndsTheWork(_ endsWithClient: Bool) async throws {
        try await ServedFolder.serving { served in
            let (call, job) = try await Self.endless(served)
            do {
                let watch = try served.services.watchedCalls.enter(job.id, requestID: "1", call, endsWithClient: endsWithClient)
                #expect(!watch.isCalledBack)
            }
            let status = try Self.status(job, call)
            #expect((status == .cancelled) == endsWithClient, "\(status)")
            _ = try served.services.jobs.cancel(job.id, try call.grant)
        }
    }

    /// Given work under way, when a notification calls its request back, then it ends, and nothing more is told; of two with one
    /// id neither does, and another principal's notification ends nothing.
    @Test func aNotificationCallsLongWorkBack() async throws {
        try await ServedFolder.serving { served in
            let old = Assistant(served: served, isStateless: false)
            let (call, job) = try await Self.endless(served)
            let watched = served.services.watchedCalls
            let watch = try watched.enter(job.id, requestID: "\"r-1\"", call, endsWithClient: false)
            let twin = try watched.enter(job.id, requestID: "\"r-1\"", call, endsWithClient: false)
            func cancel(_ key: KeyToken) async throws {
                let reply = try await old("notifications/cancelled", key, ["requestId": "r-1"], id: nil)
                #expect(reply.status == 202)
            }
            try await cancel(served.admin)
            #expect(!watch.isCalledBack && !twin.isCalledBack)
            withExtendedLifetime(twin) {}
            let (other, theirs) = try await Self.endless(served)
            let single = try watched.enter(theirs.id, requestID: "\"r-2\"", other, endsWithClient: false)
            _ = try await old("notifications/cancelled", try served.key(.admin), ["requestId": "r-2"], id: nil)
            #expect(try Self.status(theirs, other) != .cancelled)
            _ = try await old("notifications/cancelled", served.admin, ["requestId": "r-2"], id: nil)
            #expect(try Self.status(theirs, other) == .cancelled && single.isCalledBack)
            let grant = try #require(try served.access.grant(for: served.admin))
            let admission = Admission(services: served.services, limits: RateLimits())
            var stream = WatchedJob(
                single, call: Call(services: served.services, bearer: grant, headers: [:], path: [:], query: [:], body: []), admission: admission,
                revision: .initialized, requestID: "\"r-2\"", token: "1")
            #expect(try await stream.next() == nil)
            withExtendedLifetime(watch) {}
            _ = try served.services.jobs.cancel(job.id, try call.grant)
        }
    }

    // MARK: Leads and reviews

    @Test func aReviewIsFollowedAndAPersonEndsIt() async throws {
        try await ServedFolder.serving { served in
            let able = Assistant.able(served)
            try await served.submit("r-1")
            let partner = try served.key(.partner, partner: try await served.holder("r-1"))
            let begun = try await able.call("request_human_review", ["lead": "r-1", "waitSeconds": 20], partner)
            #expect(begun["resultType"] as? String == "task", "\(begun)")
            let task = try #require(begun["taskId"] as? String)
            // The partner waits; nobody asks it what only the vendor decides, and it decides nothing.
            let waiting = try await able.result("tasks/get", partner, ["taskId": task])
            #expect(waiting["status"] as? String == "working" && waiting["inputRequests"] == nil, "\(waiting)")
            let forged = ["decision-1": ["action": "accept", "content": ["decision": "close"]]]
            _ = try await able.result("tasks/update", partner, ["taskId": task, "inputResponses": forged])
            _ = try await able.result("tasks/cancel", partner, ["taskId": task])
            #expect(try await able.result("tasks/get", partner, ["taskId": task])["status"] as? String == "working")

            let asked = try await able.call("decide_review", ["lead": "r-1"], served.admin)
            #expect(asked["resultType"] as? String == "input_required", "\(asked)")
            let state = try #require(asked["requestState"] as? String)
            let answer = ["person": ["action": "accept", "content": ["decision": "uphold"]]]
            let decided = try await able.call(
                "decide_review", ["lead": "r-1"], served.admin, ["requestState": state, "inputResponses": answer])
            #expect(decided["isError"] as? Bool == false, "\(decided)")
            let over = try await able.finished(task, partner)
            let result = Self.structured(over["result"] as? [String: Any])
            #expect(over["status"] as? String == "completed" && result["lead"] as? String == "r-1", "\(over)")
        }
    }

    @Test func whoMayDecideIsAskedByTheTask() async throws {
        try await ServedFolder.serving { served in
            let able = Assistant.able(served)
            try await served.submit("r-2")
            let begun = try await able.call("request_human_review", ["lead": "r-2", "waitSeconds": 20], served.admin)
            let task = try #require(begun["taskId"] as? String, "\(begun)")
            var standing: [String: Any] = [:]
            while standing["inputRequests"] == nil { standing = try await able.result("tasks/get", served.admin, ["taskId": task]) }
            let question = try #require((standing["inputRequests"] as? [String: [String: Any]])?.first, "\(standing)")
            #expect(standing["status"] as? String == "input_required" && question.value["method"] as? String == "elicitation/create")
            func answer(_ key: String, _ action: String, _ content: [String: Any]) async throws -> ServedFolder.Reply {
                try await able("tasks/update", served.admin, ["taskId": task, "inputResponses": [key: ["action": action, "content": content]]])
            }
            // Who declines, is not there, answers another question, or nothing that was to choose from has decided nothing.
            for (key, action, content, status) in [
                (question.key, "decline", [:], 200), (question.key, "cancel", [:], 200), ("decision-0", "accept", ["decision": "close"], 200),
                (question.key, "accept", ["decision": "erase"], 400), (question.key, "accept", ["decision": "assign", "partner": "no id"], 400),
            ] as [(String, String, [String: Any], Int)] {
                #expect(try await answer(key, action, content).status == status, "\(action) \(content)")
            }
            #expect(try await able.result("tasks/get", served.admin, ["taskId": task])["status"] as? String == "input_required")
            #expect(try await answer(question.key, "accept", ["decision": "uphold"]).status == 200)
            #expect(try await able.finished(task, served.admin)["status"] as? String == "completed")
            #expect(try await answer(question.key, "accept", ["decision": "close"]).status == 200)
            let story = try await served.ask(.GET, "/v1/leads/r-2", served.admin)
            #expect((story.json["lead"] as? [String: Any])?["status"] as? String == "assigned", "\(story.text)")
        }
    }

    @Test func aLeadThatIsOfferedIsFollowedUntilSomebodyHasIt() async throws {
        try await ServedFolder.serving { served in
            try await Self.negotiates(served)
            let able = Assistant.able(served)
            let agent = try served.key(.agent, sources: ["/assistant"])
            // What is decided at once is no task.
            let plain = try await able.call("submit_lead", ["leadId": "n-0", "country": "IT", "waitSeconds": 30], agent)
            #expect(Self.structured(plain)["status"] as? String == "decided", "\(plain)")
            let begun = try await able.call(
                "submit_lead", ["leadId": "n-1", "country": "IT", "product": "negotiated", "waitSeconds": 30], agent)
            let task = try #require(begun["taskId"] as? String, "\(begun)")
            while try await able.result("tasks/get", agent, ["taskId": task])["statusMessage"] as? String != "Partners are asked." {}
            var answered = false
            for partner in ["p-one", "p-two", "p-three"] {
                let key = try served.key(.partner, partner: partner)
                let offers = Self.structured(try await able.call("list_offers", [:], key))["offers"] as? [[String: Any]] ?? []
                for offer in offers {
                    let terms: [String: Any] = ["lead": "n-1", "offer": offer["offer"] ?? "", "answer": "OFFER_ANSWER_ACCEPTED", "waitSeconds": 30]
                    let result = try await able.call("negotiate", terms, key)
                    #expect(result["isError"] as? Bool == false, "\(result)")
                    answered = true
                }
            }
            try #require(answered)
            let over = try await able.finished(task, agent)
            let decisions = Self.structured(over["result"] as? [String: Any])["decisions"] as? [[String: Any]] ?? []
            #expect(decisions.last?["type"] as? String == "leadline.v1.LeadAssigned", "\(over)")
        }
    }

    // MARK: Persons

    @Test func aPersonIsAskedBeforeAReviewEnds() async throws {
        try await ServedFolder.serving { served in
            let able = Assistant.able(served)
            for lead in ["q-1", "q-2"] {
                try await served.submit(lead)
                let reply = try await served.ask(.POST, "/v1/leads/\(lead)/review", served.admin, "{}", ["prefer": "wait=30"])
                #expect(reply.status == 200)
            }
            let arguments: [String: Any] = ["lead": "q-1"]
            // Whoever cannot ask a person decides nothing, whatever else it says.
            let unable = Assistant(served: served)
            #expect(try await unable.code("tools/call", served.admin, ["name": "decide_review", "arguments": arguments]) == -32_021)
            let old = Assistant(served: served, isStateless: false)
            #expect(try await old.call("decide_review", arguments, served.admin)["isError"] as? Bool == true)
            for said in [["uphold": true], ["close": true], ["assignToPartnerId": "p-one"]] as [[String: Any]] {
                let result = try await able.call("decide_review", arguments.merging(said) { $1 }, served.admin)
                #expect(result["isError"] as? Bool == true, "\(result)")
            }
            let listed = try #require(ToolSchemas.listed["decide_review"])
            #expect(!listed.contains("uphold\":{") && !listed.contains("assignToPartnerId"))

            let state = try #require(try await able.call("decide_review", arguments, served.admin)["requestState"] as? String)
            let other = try #require(try await able.call("decide_review", ["lead": "q-2"], served.admin)["requestState"] as? String)
            func answer(_ state: Any, _ response: [String: Any], _ key: KeyToken? = nil) async throws -> ServedFolder.Reply {
                try await able(
                    "tools/call", key ?? served.admin,
                    ["name": "decide_review", "arguments": arguments, "requestState": state, "inputResponses": ["person": response]])
            }
            let yes: [String: Any] = ["action": "accept", "content": ["decision": "close"]]
            var flipped = Array(state)
            flipped[30] = flipped[30] == "A" ? "B" : "A"
            for (wrong, key) in [(other, nil), (String(flipped), nil), ("", nil), (7, nil), (state, try served.key(.admin))] as [(Any, KeyToken?)] {
                let reply = try await answer(wrong, yes, key)
                #expect((reply.json["error"] as? [String: Any])?["code"] as? Int == -32_602, "\(reply.text)")
            }
            for no in [["action": "decline"], ["action": "cancel"], [:], ["action": "accept"]] as [[String: Any]] {
                let result = try await answer(state, no).json["result"] as? [String: Any]
                #expect(result?["isError"] as? Bool == true, "\(no)")
            }
            let open = try await served.ask(.GET, "/v1/reviews", served.admin)
            #expect((open.json["reviews"] as? [Any])?.count == 2)
            let done = try await answer(state, yes).json["result"] as? [String: Any]
            #expect(done?["isError"] as? Bool == false, "\(done ?? [:])")
            // The same answer once more is the same change.
            let again = try await answer(state, yes).json["result"] as? [String: Any]
            #expect(Self.structured(again)["repeated"] as? Bool == true, "\(again ?? [:])")
        }
    }

    @Test func aPersonIsAskedBeforeAnErasure() async throws {
        let clock = MovedClock()
        try await ServedFolder.serving(clock: clock) { served in
            try await served.submit("e-1")
            let able = Assistant.able(served)
            let arguments: [String: Any] = ["subjects": ["e-1"], "requestedBy": "by letter", "reason": "case 4711"]
            let asked = try await able.call("erase_people", arguments, served.admin)
            let state = try #require(asked["requestState"] as? String, "\(asked)")
            // How many, and neither who nor by what name.
            let form = "\(asked["inputRequests"] ?? "")"
            #expect(form.contains("1 lead") && !form.contains("e-1") && !form.contains("officine"), "\(form)")
            func answer(_ content: [String: Any], _ arguments: [String: Any]) async throws -> ServedFolder.Reply {
                try await able(
                    "tools/call", served.admin,
                    [
                        "name": "erase_people", "arguments": arguments, "requestState": state,
                        "inputResponses": ["person": ["action": "accept", "content": content]],
                    ])
            }
            let no = try await answer(["confirmed": false], arguments).json["result"] as? [String: Any]
            #expect(no?["isError"] as? Bool == true)
            let more = try await answer(["confirmed": true], arguments.merging(["subjects": ["e-1", "e-2"]]) { $1 })
            #expect((more.json["error"] as? [String: Any])?["code"] as? Int == -32_602)
            clock.move(seconds: 400)
            let yes = try await answer(["confirmed": true], arguments).json["result"] as? [String: Any]
            #expect(Self.structured(yes)["erased"] as? Bool == true, "\(yes ?? [:])")
            clock.move(seconds: 201)
            let late = try await answer(["confirmed": true], arguments)
            #expect((late.json["error"] as? [String: Any])?["code"] as? Int == -32_602)
            // Only who may do it is asked anything.
            let agent = try await able("tools/call", try served.key(.agent), ["name": "erase_people", "arguments": arguments])
            #expect(agent.status == 403 && agent.headers["www-authenticate"]?.contains("rights:exercise") == true)
        }
    }
}
