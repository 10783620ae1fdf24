import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports

/// Leads that partners gave back: for which reasons they may, which credits wait for a person, and what returns say of
/// the sources of leads.
enum ReturnOperations {
    static let all = [listReasons, list, decide, sources]

    private static let listReasons = Operation(
        id: "listReturnReasons", method: .get, path: "/v1/return-reasons", tag: "Returns",
        summary: "The policy's reasons for which leads are declined or given back", scope: .leadsRead, rate: .read,
        successes: [.init(status: 200, about: "The reasons.", schema: .reference("ReturnReasonList"))],
        work: .whole { call in
            let documents = try await reasons(call).map(ReturnReasonDocument.init)
            return .json("{\"reasons\":\(try JSONText.line(documents))}")
        })

    private static let list = Operation(
        id: "listReturns", method: .get, path: "/v1/returns", tag: "Returns",
        summary: "Returns whose credit waits for a person, by partner and lead; a partner sees its own",
        scope: .decisionsRead, rate: .read,
        query: [
            .init(name: "partner", schema: .id, about: "Those of this partner; for vendor roles."),
            .init(
                name: "after",
                schema: Schema(json: #"{"type":"string","pattern":"^[A-Za-z0-9._:-]{1,128}/[A-Za-z0-9._:-]{1,128}$"}"#),
                about: "Go on after this return, partner/lead, the last of the page before."),
            .init(name: "limit", schema: .integer(1...200), about: "At most so many; 50 unless told."),
        ],
        successes: [.init(status: 200, about: "One page.", schema: .reference("ReturnPage"))],
        work: .whole { call in
            let (page, headers) = try await PartnersPage("/v1/returns", "lead", call).of(standings(call)) {
                ($0.partnerID, $0.leadID)
            }
            return .json("{\"returns\":\(try JSONText.line(page.map(ReturnDocument.init)))}", headers)
        })

    private static let decide = Operation(
        id: "decideReturn", method: .post, path: "/v1/partners/{partner}/returns/{lead}/decision", tag: "Returns",
        summary: "A person gives the credit for a return, or refuses it for the lead's data was good",
        scope: .decisionsOverride, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("ReturnDecidedRequest"),
            example: #"{"approved":true,"reason":"nobody of that name works there"}"#),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let partner = try await PartnerOperations.visible(call).partner
            let lead = try call.id("lead")
            guard try await standings(call).contains(where: { $0.partnerID == partner && $0.leadID == lead }) else {
                throw Refusal.nothingHere
            }
            let submission = try Submission(call, "decideReturn")
            var decision = try submission.message(WireReturnDecided.self, .returnDecided)
            (decision.leadID, decision.partnerID, decision.decider) = (lead, partner, submission.grant.principal)
            return try await submission.send(decision, .returnDecided, lead: lead)
        })

    private static let sources = Operation(
        id: "getSourceReport", method: .get, path: "/v1/reports/sources", tag: "Reports",
        summary: "How many of each source's latest leads came back for bad data", scope: .reportsRead, rate: .read,
        successes: [.init(status: 200, about: "The sources, the worst first.", schema: .reference("SourceList"))],
        work: .whole { call in
            let qualities = try await call.look { $0.sourceQualities }
            return .json("{\"sources\":\(try JSONText.line(SourceDocument.worstFirst(qualities)))}")
        })

    // MARK: What there is

    /// The reasons of the policy in force; none under a logic version that knows none.
    static func reasons(_ call: Call) async throws -> [ReturnReason] {
        try await call.look { $0.policy?.returns.reasons ?? [] }
    }

    private static func standings(_ call: Call) async throws -> [ReturnStanding] {
        try await call.look { $0.returnStandings }
    }
}
