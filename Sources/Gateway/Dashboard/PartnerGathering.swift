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
    private static let changesMost = 6

    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    func board() async throws -> Answer {
        if let own = try call.grant.partner { return PageCall.seeOther("/app/partners/\(own)") }
        let reader = try await page.reader(cursor: call.services.decisions.end(of: try call.grant.program))
        let standings = try await call.look { $0.partnerStandings }
        let ids = standings.map(\.profile.partnerID)
        let promises = try await call.read { try $0.promises(of: ids) }
        let lines = standings.map { standing in
            let promise = promises[standing.profile.partnerID]
            return BoardPage.Line(standing, owed: promise?.count ?? 0, firstDue: promise?.first)
        }
        return PageCall.answer(BoardPage(lines).page(reader))
    }

    func one() async throws -> Answer {
        let (id, grant) = (try call.id("partner"), try call.grant)
        guard grant.partner == nil || grant.partner == id,
            let standing = try await call.look({ $0.partnerStanding(id) })
        else { throw Refusal.nothingHere }
        let (currency, promise) = try await call.read { (try $0.currency(), try $0.promises(of: [id])[id]) }
        let reader = try await page.reader(cursor: call.services.decisions.end(of: grant.program))
        let line = BoardPage.Line(standing, owed: promise?.count ?? 0, firstDue: promise?.first)
        var shown = PartnerPage(standing, line, currency: currency)
        if grant.allows(.leadsRead) {
            let held = try await call.read { try $0.held(by: id, limit: Self.heldMost) }
            shown.held = (held.assigned + held.responded).map { Edition.line($0, for: grant) }
            shown.heldLeft = held.assignedLeft + held.respondedLeft
        }
        shown.changes = try await call.read { try $0.profileChanges(of: id, limit: Self.changesMost) }?.map { change in
            .init(
                at: change.at, differences: change.differences.map { .init(field: $0.field, before: $0.before, after: $0.after) },
                isFirst: change.isFirst)
        }
        if grant.allows(.decisionsRead) { shown.lately = try await lately(id, grant, reader) }
        if grant.allows(.partnersWrite) && grant.partner == nil && standing.status != "removed" {
            shown.others = try await call.look { $0.activePartnerIDs }.filter { $0 != id }.sorted()
        }
        shown.canChange = grant.allows(.availabilityWrite) && standing.status != "removed"
        shown.said = page.said
        return PageCall.answer(shown.page(reader))
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

    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    func answer() async throws -> Answer {
        let grant = try call.grant
        guard let partner = grant.partner else { throw Refusal.nothingHere }
        let reader = try await page.reader(cursor: call.services.decisions.end(of: grant.program))
        let identities = call.services.identities
        let (held, waiting) = try await call.read { deployment in
            let held = try deployment.held(by: partner, limit: Self.most)
            let waiting = try held.assigned.filter {
                try !Edition.visible($0.leadID, grant, deployment, identities).isAccepted
            }
            return (held, waiting)
        }
        let standing = try await call.look { $0.partnerStanding(partner) }
        let inHand = held.assigned.filter { !waiting.contains($0) } + held.responded
        var day = PartnersDayPage(
            waiting: waiting.map { Edition.line($0, for: grant) }, inHand: inHand.map { Edition.line($0, for: grant) },
            line: standing.map { BoardPage.Line($0, owed: waiting.count, firstDue: nil) },
            canAnswer: grant.allows(.leadsAnswer))
        (day.waitingLeft, day.inHandLeft, day.said) = (held.assignedLeft, held.respondedLeft, page.said)
        return PageCall.answer(day.page(reader))
    }
}
