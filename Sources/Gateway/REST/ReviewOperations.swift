import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Reviews: somebody asks that a human looks at a decision, and a human does.
enum ReviewOperations {
    static let all = [request, list, decide]

    private static let request = Operation(
        id: "requestReview", method: .post, path: "/v1/leads/{lead}/review", tag: "Reviews",
        summary: "Ask that a human looks at where a lead went; a partner asks for leads that it holds",
        scope: .reviewsRequest, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("ReviewRequestedRequest"),
            example: MessageSchemas.example("ReviewRequested", without: ["leadId", "requester"])),
        payloadIsOptional: true, isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let lead = try await LeadOperations.visible(call)
            guard try call.grant.partner == nil || lead.isHeld else { throw Refusal.nothingHere }
            let submission = try Submission(call, "requestReview")
            var request = try submission.message(WireReviewRequested.self, .reviewRequested)
            request.leadID = lead.history.row.leadID
            request.requester = submission.grant.principal
            return try await submission.send(request, .reviewRequested, lead: request.leadID)
        })

    private static let list = Operation(
        id: "listReviews", method: .get, path: "/v1/reviews", tag: "Reviews",
        summary: "Leads whose decision a human was asked to look at, by their ids", scope: .reviewsRead, rate: .read,
        query: [
            .init(name: "after", schema: .id, about: "Go on after this lead, the last of the page before."),
            .init(name: "limit", schema: .integer(1...200), about: "At most so many; 50 unless told."),
        ],
        successes: [.init(status: 200, about: "One page.", schema: .reference("ReviewPage"), headers: [.link])],
        work: .whole { call in
            let limit = try call.number("limit", in: 1...200, otherwise: 50)
            let after = call.query["after"]
            if let after, !FieldLimits.isID(after) { throw Refusal.badQuery("after", "It is the id of a lead.") }
            let open = try await call.look { $0.leadsUnderReview }.sorted { $0.leadID < $1.leadID }
            let page = open.filter { review in after.map { review.leadID > $0 } ?? true }.prefix(limit)
            var headers: [(HTTPField.Name, String)] = []
            if page.count == limit, let last = page.last {
                headers.append((.link, "</v1/reviews?limit=\(limit)&after=\(last.leadID)>; rel=\"next\""))
            }
            return .json("{\"reviews\":[\(page.map(json).joined(separator: ","))]}", headers)
        })

    private static func json(_ lead: LeadStanding) -> String {
        JSONText.object([
            ("lead", JSONText.quoted(lead.leadID)), ("status", JSONText.quoted(lead.stage.rawValue)),
            ("partner", lead.partnerID.map(JSONText.quoted)), ("attempt", "\(lead.attempt)"),
            ("submitted", JSONText.quoted(TimeText.utc(lead.submittedAt))),
        ])
    }

    private static let decide = Operation(
        id: "decideReview", method: .post, path: "/v1/reviews/{lead}/decision", tag: "Reviews",
        summary: "A person decides a review that is open: uphold, assign, close or route again",
        scope: .decisionsOverride, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("HumanDecisionRecordedRequest"),
            example: MessageSchemas.example("HumanDecisionRecorded", without: ["leadId", "reviewer"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let lead = try await LeadOperations.visible(call).history.row.leadID
            let submission = try Submission(call, "decideReview")
            var decision = try submission.message(WireHumanDecisionRecorded.self, .humanDecisionRecorded)
            decision.leadID = lead
            decision.reviewer = submission.grant.principal
            // A repeat is told by its entry, though the review is decided by then.
            let isOpen = try await call.look { $0.isUnderReview(lead) }
            guard isOpen || submission.isRepeatable else {
                throw Refusal(
                    409, "no-review", "Not possible as things stand",
                    "No review of the lead is open; an override decides without one.")
            }
            return try await submission.send(decision, .humanDecisionRecorded, lead: lead)
        })
}
