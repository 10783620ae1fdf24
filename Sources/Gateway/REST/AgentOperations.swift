import Engine
import HTTPTypes
import LeadlineCore
import Logging
import Reports
import UseCases

/// Agents under the program's keys, and the switch that stops one at once.
enum AgentOperations {
    static let all = [list, show, stop]

    private static let list = Operation(
        id: "listAgents", method: .get, path: "/v1/agents", tag: "Agents",
        summary: "Everyone who asks under the program's keys, with budgets and what was used of them today",
        scope: .keysManage, rate: .read,
        successes: [
            .init(status: 200, about: "All of them.", schema: .object([("agents", .array(.reference("Agent")))]))
        ],
        work: .whole { call in
            let (access, program, now) = (call.services.access, try call.grant.program, call.services.folder.now())
            let agents = try await call.services.readers.run { try access.agents(program: program, at: now) }
                .map { budgeted($0, call) }
            let list = try JSONText.line(agents.map { AgentDocument($0, at: now) })
            return .json("{\"agents\":\(list)}", [(.cacheControl, "no-store")])
        })

    private static let show = Operation(
        id: "getAgent", method: .get, path: "/v1/agents/{agent}", tag: "Agents",
        summary: "One agent, by its principal or a key's id, with what its partner agreed to and stands",
        scope: .keysManage, rate: .read,
        successes: [.init(status: 200, about: "The agent.", schema: .reference("Agent"))],
        work: .whole { call in try await answer(known(call), call) })

    private static let stop = Operation(
        id: "stopAgent", method: .post, path: "/v1/agents/{agent}/stop", tag: "Agents",
        summary: "Stop an agent at once and for good: its keys end, and its partner's open offers count as declined",
        scope: .keysManage, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("AgentStopRequest"),
            example: #"{"reason":"it accepts whatever it is offered"}"#),
        successes: [.init(status: 200, about: "The agent, stopped.", schema: .reference("Agent"))],
        work: .whole { call in
            let standing = try await known(call)
            var fields = try BodyFields(call)
            let reason = try fields.required("reason", 1...AgentStop.reasonBytesMax)
            try fields.end()
            let (access, grant) = (call.services.access, try call.grant)
            _ = try await call.services.readers.runLong {
                try await access.stop(
                    standing.agent, program: grant.program, reason: reason, by: grant.principal)
            }
            try await declineOffers(of: standing.partners, reason, call)
            return try await answer(known(call), call)
        })

    /// Whatever the processor is at, the agent is stopped; answers that are not decided yet are durable.
    private static func declineOffers(of partners: [String], _ reason: String, _ call: Call) async throws {
        let open = try await call.look { $0.offerStandings }.filter { partners.contains($0.partnerID) }
        let submitting = try Submission(call, "stopAgent").submitting
        let asked = try call.asked(reason: reason, submitting: submitting)
        let actor = try call.grant.principal
        do { try await call.run(asked) { try await $0.declineOffers(open, by: actor) } } catch let problem as Problem
            where problem.kind == .unavailable
        {
            call.services.logger.warning("a stopped agent's offers are declined, and not decided on yet")
        }
    }

    private static func known(_ call: Call) async throws -> AgentStanding {
        let name = try call.id("agent")
        let (access, program, now) = (call.services.access, try call.grant.program, call.services.folder.now())
        let found = try await call.services.readers.run { try access.agent(name, program: program, at: now) }
        guard let found else { throw Refusal.nothingHere }
        return budgeted(found, call)
    }

    /// With the budgets that its issuer's settings give it.
    private static func budgeted(_ standing: AgentStanding, _ call: Call) -> AgentStanding {
        guard standing.keys.isEmpty, let oauth = call.services.oauth else { return standing }
        var standing = standing
        standing.issuersBudgets = oauth.budgets(of: standing.agent)
        return standing
    }

    private static func answer(_ standing: AgentStanding, _ call: Call) async throws -> Answer {
        let partner = standing.partner
        let (open, agreed) = try await call.look { $0.commitments(of: partner) }
        let document = AgentDocument(standing, at: call.services.folder.now(), openOffers: open, agreed: agreed)
        return .json(try JSONText.line(document), [(.cacheControl, "no-store")])
    }

    /// Components of the document.
    static let schemas: [(String, Schema)] = [
        ("Budgets", .request(Budgets.Name.allCases.map { ($0.rawValue + "?", .integer(0...Budgets.most)) })),
        (
            "Agent",
            .object([
                ("agent", .string), ("partner?", .id),
                ("keys", .array(.object([("id", .string), ("role", .string), ("state", .string)]))),
                ("budgets?", .reference("Budgets")),
                ("usedToday", .object([("leads", .integer), ("valueMinorUnits", .integer), ("offers", .integer)])),
                ("renews", .time),
                ("stopped?", .object([("at", .time), ("reason", .string), ("by", .string)])),
                ("openOffers?", .integer),
                (
                    "agreed?",
                    .array(.object([
                        ("lead", .id), ("stage", .string), ("commissionBasisPoints", .integer), ("waits", .boolean),
                    ]))
                ),
            ])
        ),
        (
            "AgentStopRequest",
            .request([
                (
                    "reason",
                    .text(1...AgentStop.reasonBytesMax).saying("Why, without an address: it is kept beside the keys.")
                )
            ])
        ),
    ]
}
