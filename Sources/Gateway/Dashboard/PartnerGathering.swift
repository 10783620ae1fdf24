import Dashboard
import DequeModule
import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// What the pages about partners are made of.
struct PartnerGathering {
    private static let heldMost = 40
    private static let latelyMost = 12

    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    /// Partners as they stand, with what they owe; a partner's own alone.
    private func standings() async throws -> [(standing: PartnerStanding, line: BoardPage.Line)] {
        let own = try call.grant.partner
        let standings = try await call.look { $0.partnerStandings }.filter { own == nil || $0.profile.partnerID == own }
        let promises = try await call.read { try $0.promises() }
        return standings.map { standing in
            let promise = promises[standing.profile.partnerID]
            return (standing, .init(standing, owed: promise?.count ?? 0, firstDue: promise?.first))
        }
    }

    func board() async throws -> Answer {
        if let own = try call.grant.partner { return PageCall.seeOther("/app/partners/\(own)") }
        let reader = try await page.reader(cursor: call.services.decisions.end(of: try call.grant.program))
        return PageCall.answer(BoardPage(try await standings().map(\.line)).page(reader))
    }

    func one() async throws -> Answer {
        let (id, grant) = (try call.id("partner"), try call.grant)
        guard let found = try await standings().first(where: { $0.standing.profile.partnerID == id }) else {
            throw Refusal.nothingHere
        }
        let currency = try await call.read { try $0.currency() }
        let reader = try await page.reader(cursor: call.services.decisions.end(of: grant.program))
        var shown = PartnerPage(found.standing, found.line, currency: currency)
        if grant.allows(.leadsRead) { shown.held = try await held(id, grant) }
        if grant.allows(.decisionsRead) { shown.lately = try await lately(id, grant, reader) }
        shown.canChange = grant.allows(.availabilityWrite) && found.standing.status != "removed"
        shown.said = page.query("said")
        return PageCall.answer(shown.page(reader))
    }

    /// Leads that it has now, the most urgent first.
    private func held(_ partner: String, _ grant: Grant) async throws -> [LeadListPage.Line] {
        let rows = try await call.read { deployment in
            try ["assigned", "responded"].flatMap {
                try deployment.leads(status: $0, partnerID: partner, after: nil, limit: Self.heldMost).rows
            }
        }
        let lines = rows.map { Edition.line($0, for: grant) }
        return lines.sorted { (Self.due($0), $0.lead) < (Self.due($1), $1.lead) }
    }

    private static func due(_ line: LeadListPage.Line) -> Int64 {
        line.status == "assigned" ? line.respondBy?.micros ?? .max : .max
    }

    // MARK: Lately

    private func lately(_ partner: String, _ grant: Grant, _ reader: Reader) async throws -> [PartnerPage.Lately] {
        let recent = try await call.services.activity.recent(grant.program, call.services.decisions)
        var lately: [PartnerPage.Lately] = []
        for decision in recent.decisions where lately.count < Self.latelyMost {
            guard let lead = decision.subject else { continue }
            let event = try decision.event()
            if grant.partner != nil {
                guard let text = PartnersStanding.sentence(event, partner, { reader.spoken($0) }) else {
                    continue
                }
                lately.append(.init(lead: lead, at: decision.time, isOwn: true, text: text))
            } else if let text = Self.standing(of: partner, event) {
                lately.append(.init(lead: lead, at: decision.time, isOwn: text.isOwn, text: lead + ": " + text.words))
            }
        }
        return lately
    }

    /// What a recorded choice says of one partner.
    private static func standing(of partner: String, _ event: Event) -> (isOwn: Bool, words: String)? {
        guard let summary = event.evaluated?.summary else {
            guard case .leadAssigned(let event) = event, event.partnerID == partner else { return nil }
            return (true, "got it, " + DecisionReasonWords.cause(event.cause))
        }
        if case .leadAssigned(let event) = event, event.partnerID == partner {
            return (true, "got it, \(DecisionReasonWords.cause(event.cause)), at \(figures(partner, summary))")
        }
        if let place = summary.best.firstIndex(where: { $0.partnerID == partner }) {
            return (false, "was number \(place + 1) of \(summary.scored) at \(figures(partner, summary))")
        }
        if summary.scored == 0 { return (false, "no partner was scored") }
        if summary.atCap.contains(where: { $0.partnerID == partner }) {
            return (false, "was out: \(DecisionReasonWords.exclusion(.openLeadsCap))")
        }
        return (false, "was not among the best \(summary.best.count) of \(summary.scored); the lead's page says why")
    }

    private static func figures(_ partner: String, _ summary: EvaluationSummary) -> String {
        guard let candidate = summary.best.first(where: { $0.partnerID == partner }) else { return "no score" }
        return "conversion \(NumberText.percent(candidate.conversion)), fit \(NumberText.percent(candidate.fit))"
    }
}

/// What a partner's own day is made of.
struct PartnersDayGathering {
    private static let most = 60

    private static func due(_ row: LeadRow) -> Int64 { row.respondBy?.micros ?? .max }

    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    func answer() async throws -> Answer {
        let grant = try call.grant
        guard let partner = grant.partner else { throw Refusal.nothingHere }
        let reader = try await page.reader(cursor: call.services.decisions.end(of: grant.program))
        let identities = call.services.identities
        let rows = try await call.read { deployment in
            let assigned = try deployment.leads(status: "assigned", partnerID: partner, after: nil, limit: Self.most).rows
            let responded = try deployment.leads(status: "responded", partnerID: partner, after: nil, limit: Self.most).rows
            let waiting = try assigned.filter {
                try !Edition.visible($0.leadID, grant, deployment, identities).isAccepted
            }
            return (waiting: waiting, inHand: assigned.filter { !waiting.contains($0) } + responded)
        }
        let standing = try await call.look { $0.partnerStandings }.first { $0.profile.partnerID == partner }
        let soonest = rows.waiting.sorted { Self.due($0) < Self.due($1) }
        let day = PartnersDayPage(
            waiting: soonest.map { Edition.line($0, for: grant) }, inHand: rows.inHand.map { Edition.line($0, for: grant) },
            line: standing.map { BoardPage.Line($0, owed: rows.waiting.count, firstDue: nil) },
            canAnswer: grant.allows(.leadsAnswer))
        return PageCall.answer(day.page(reader))
    }
}
