import Dashboard
import Engine
import LeadlineCore
import Reports
import UseCases

/// What the page of today is made of.
struct TodayGathering {
    private static let rowsMost = 8
    private static let flowMost = 24

    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    func answer() async throws -> Answer {
        let grant = try call.grant
        guard grant.allows(.leadsRead), grant.allows(.decisionsRead) else {
            return PageCall.seeOther(PageCall.sections(grant).first?.path ?? "/app/preferences")
        }
        if grant.partner != nil { return try await PartnersDayGathering(page).answer() }
        let recent = try await call.services.activity.recent(grant.program, call.services.decisions)
        let reader = try page.reader(cursor: recent.cursor)
        var today = TodayPage()
        today.said = page.said
        try await count(&today, reader)
        today.answers = recent.answered(before: reader.now)
        let currency = try await call.read { try $0.currency() }
        today.flow = try recent.decisions.prefix(Self.flowMost).compactMap {
            try FlowRow($0, for: grant, currency: currency, reader)
        }
        return PageCall.answer(today.page(reader))
    }

    private func count(_ today: inout TodayPage, _ reader: Reader) async throws {
        let attention = try await call.read { [now = reader.now] in try $0.attention(at: now, limit: Self.rowsMost) }
        let grant = try call.grant
        let showsReviews = grant.allows(.reviewsRead)
        let state = try await call.services.live.look(grant.program) { state in
            (
                reviews: showsReviews ? state.leadsUnderReviewAlone(first: Self.rowsMost) : (count: 0, first: []),
                hasPolicy: state.policy != nil, hasPartners: state.hasPartners
            )
        }
        let counts = Dictionary(attention.counts.map { ($0.status, $0.count) }) { $0 + $1 }
        today.leads = counts.values.reduce(0, +)
        today.arrived = attention.arrived
        today.arrivedBefore = attention.arrivedBefore
        today.withPartners = (counts["assigned"] ?? 0) + (counts["responded"] ?? 0)
        today.escalated = counts["escalated"] ?? 0
        today.open = today.withPartners + today.escalated + (counts["received"] ?? 0)
        today.dueWithinHour = attention.dueWithinHour
        today.due = attention.due.compactMap { row in
            row.respondBy.map { .init(lead: row.leadID, partner: row.partnerID, respondBy: $0) }
        }
        today.hasPolicy = state?.hasPolicy ?? false
        today.hasPartners = state?.hasPartners ?? false
        today.underReview = state?.reviews.count ?? 0
        today.needs = attention.waiting.map { waiting in
            .init(
                lead: waiting.row.leadID, why: waiting.reason.map(DecisionReasonWords.escalation) ?? "",
                since: waiting.row.changedAt, path: "/app/leads/\(waiting.row.leadID)")
        }
        let reviews = state?.reviews.first ?? []
        today.needs += reviews.prefix(max(0, Self.rowsMost - today.needs.count)).map { review in
            .init(
                lead: review.leadID,
                why: FactWords().sentence(.reviewRequested(ReviewRequested(leadID: review.leadID))),
                since: review.submittedAt, path: "/app/leads/\(review.leadID)")
        }
    }
}

extension FlowRow {
    /// A decision as a line; nil for what its reader is not shown.
    init?(_ decision: PublishedDecision, for grant: Grant, currency: String, _ reader: Reader) throws {
        guard try Edition.decision(decision, for: grant) != nil else { return nil }
        let sentence = try Edition.sentence(decision, for: grant, currency: currency) { reader.spoken($0) }
        self.init(
            id: decision.id, time: decision.time, kind: Self.kind(try decision.event()), lead: decision.subject,
            sentence: sentence)
    }

    private static func kind(_ event: Event) -> Kind {
        switch event {
        case .leadAssigned, .shadowDecided: .assigned
        case .firstResponseMet: .responded
        case .leadEscalated, .reviewOpened, .partnerSuspended, .starvationAnnounced, .holderIneligible: .escalated
        case .assignmentExpired, .assignmentEnded: .expired
        case .leadClosed, .leadMerged: .closed
        default: .other
        }
    }
}
