import Dashboard
import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Reviews: somebody asks that a human looks at a decision, and a human does.
enum ReviewOperations {
    static let all = [request, list, claim, release, decide]

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
            let claims = try await claims(call)
            let rows = try page.map { json($0, try claims[$0.leadID].map { claim in claimJSON(claim, try call.grant) }) }
            return .json("{\"reviews\":[\(rows.joined(separator: ","))]}", headers)
        })

    private static func json(_ lead: LeadStanding, _ claim: String?) -> String {
        JSONText.object([
            ("lead", JSONText.quoted(lead.leadID)), ("status", JSONText.quoted(lead.stage.rawValue)),
            ("partner", lead.partnerID.map(JSONText.quoted)), ("attempt", "\(lead.attempt)"),
            ("submitted", JSONText.quoted(TimeText.utc(lead.submittedAt))), ("claim", claim),
        ])
    }

    // MARK: Who looks

    private static let claim = Operation(
        id: "claimReview", method: .put, path: "/v1/reviews/{lead}/claim", tag: "Reviews",
        summary: "Say that one looks at an open review, for \(ReviewClaim.minutes) minutes from now; others then leave it",
        scope: .decisionsOverride, rate: .write,
        payload: .init(
            types: ["application/json"],
            schema: .request([("takeOver?", .boolean)]), example: #"{"takeOver":false}"#),
        payloadIsOptional: true, successes: [claimed],
        work: .whole { call in
            let lead = try await LeadOperations.visible(call).history.row.leadID
            var fields = try BodyFields(call)
            let takesOver = try fields.flag("takeOver") ?? false
            try fields.end()
            let grant = try call.grant
            guard try await call.look({ $0.isUnderReview(lead) }) else { throw noReview }
            let claim = try await call.services.access.claimReview(
                lead, program: grant.program, by: grant.principal, takesOver: takesOver)
            guard claim.principal == grant.principal else { throw refusal(of: claim) }
            return .json(claimJSON(claim, grant), [(.cacheControl, "no-store")])
        })

    private static let release = Operation(
        id: "releaseReview", method: .delete, path: "/v1/reviews/{lead}/claim", tag: "Reviews",
        summary: "Give a review up that one claimed; another's claim stays", scope: .decisionsOverride, rate: .write,
        successes: [.init(status: 200, about: "The lead; this principal claims its review no more.", schema: .object([("lead", .id)]))],
        work: .whole { call in
            let lead = try await LeadOperations.visible(call).history.row.leadID
            let grant = try call.grant
            try await call.services.access.releaseReview(lead, program: grant.program, by: grant.principal)
            return .json(JSONText.object([("lead", JSONText.quoted(lead))]), [(.cacheControl, "no-store")])
        })

    private static let claimed = Operation.Success(
        status: 200, about: "The claim.", schema: .reference("ReviewClaim"))

    /// Who looks at which lead's review.
    static func claims(_ call: Call) async throws -> [String: ReviewClaim] {
        let (access, program) = (call.services.access, try call.grant.program)
        let claims = try await call.services.readers.run { try access.reviewClaims(program: program) }
        return Dictionary(claims.map { ($0.lead, $0) }) { first, _ in first }
    }

    /// Those of some leads as pages say it: by the labels of keys, where somebody has a key.
    static func shownClaims(_ call: Call, of leads: Set<String>) async throws -> [String: ReviewClaimPanel.Claim] {
        let claims = try await claims(call).filter { leads.contains($0.key) }
        let (access, grant) = (call.services.access, try call.grant)
        return try await call.services.readers.run {
            try claims.mapValues { claim in
                let key = try access.grants(of: claim.principal, program: grant.program).first
                return .init(
                    isOwn: claim.principal == grant.principal, holder: key?.label ?? claim.principal,
                    since: claim.since, until: claim.until)
            }
        }
    }

    private static func claimJSON(_ claim: ReviewClaim, _ grant: Grant) -> String {
        JSONText.object([
            ("own", claim.principal == grant.principal ? "true" : "false"),
            ("principal", JSONText.quoted(claim.principal)),
            ("since", JSONText.quoted(TimeText.utc(claim.since))), ("until", JSONText.quoted(TimeText.utc(claim.until))),
        ])
    }

    private static let noReview = Refusal(
        409, "no-review", "Not possible as things stand",
        "No review of the lead is open; an override decides without one.")

    private static func refusal(of claim: ReviewClaim) -> Refusal {
        Refusal(
            409, "review-claimed", "Not possible as things stand",
            "Somebody else has looked at it since \(TimeText.utc(claim.since)), and has it until "
                + "\(TimeText.utc(claim.until)). Wait, or claim it with takeOver.")
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
            guard isOpen || submission.isRepeatable else { throw noReview }
            let grant = submission.grant
            if isOpen, let claim = try await claims(call)[lead], claim.principal != grant.principal {
                throw refusal(of: claim)
            }
            return try await submission.send(decision, .humanDecisionRecorded, lead: lead)
        })
}
