import Audit
import Dashboard
import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// What a lead's page is made of.
struct LeadGathering {
    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    /// - Parameter contact: what was read of its person; nil where nothing was.
    func answer(contact: ContactPanel? = nil) async throws -> Answer {
        let lead = try await LeadOperations.visible(call)
        let (grant, row) = (try call.grant, lead.history.row)
        let reader = try await page.reader(cursor: call.services.decisions.end(of: grant.program))
        let time: @Sendable (Timestamp) -> String = { reader.spoken($0) }
        let isUnderReview =
            grant.partner == nil && grant.allows(.reviewsRead)
            ? try await call.look { $0.isUnderReview(row.leadID) } : false
        let why = grant.allows(.decisionsRead) && grant.role != .producer ? try await why(lead, grant, time) : nil
        var shown = LeadPage(
            Edition.line(row, for: grant), why: why,
            steps: Edition.steps(lead, for: grant, time), skip: page.query("skip").flatMap { Int($0) } ?? 0,
            acts: Self.acts(lead, grant, isUnderReview: isUnderReview))
        shown.contact = try contact ?? ContactPanel(lead, grant, page)
        shown.isUnderReview = isUnderReview
        if isUnderReview {
            shown.reviewClaim = try await ReviewOperations.shownClaims(call, of: [row.leadID])[row.leadID]
        }
        if !shown.acts.filter({ $0 == LeadPage.Act.decline || $0 == LeadPage.Act.giveBack }).isEmpty {
            shown.reasons = try await reasons(reader)
        }
        if !Set(shown.acts).isDisjoint(with: [.override, .decideReview, .share]) {
            shown.candidates = try await candidates(shown.why)
        }
        say(&shown, lead, time)
        return PageCall.answer(shown.page(reader))
    }

    /// What the last form did, as its own entry says.
    private func say(_ shown: inout LeadPage, _ lead: VisibleLead, _ time: @escaping @Sendable (Timestamp) -> String) {
        shown.said = page.said
        guard let position = page.query("at").flatMap({ UInt64($0) }), call.bearer?.partner == nil,
            let entry = lead.history.steps.first(where: { $0.entry.position == position })?.entry
        else { return }
        for case .inputDisregarded(let event) in entry.events {
            shown.said = nil
            shown.refused =
                EventWords(currency: lead.history.currency, time: time).sentence(.inputDisregarded(event)) + "."
        }
    }

    // MARK: What can be done

    private static func acts(_ lead: VisibleLead, _ grant: Grant, isUnderReview: Bool) -> [LeadPage.Act] {
        let status = lead.history.row.status
        let isOpen = ["received", "offered", "assigned", "responded", "escalated"].contains(status)
        let isWithPartner = ["assigned", "responded"].contains(status)
        if grant.role == .producer { return [] }
        if grant.partner != nil {
            guard lead.isHeld, isWithPartner else { return [] }
            var acts: [LeadPage.Act] = []
            if grant.allows(.leadsAnswer) {
                if !lead.isAccepted { acts += [.accept, .decline] }
                if lead.isAccepted && status == "assigned" { acts.append(.respond) }
                if lead.isAccepted { acts.append(.giveBack) }
            }
            return acts + (grant.allows(.reviewsRequest) ? [.review] : [])
        }
        var acts: [LeadPage.Act] = []
        if grant.allows(.decisionsOverride) && isUnderReview { acts.append(.decideReview) }
        if grant.allows(.decisionsOverride) && isOpen && !isUnderReview { acts.append(.override) }
        if grant.allows(.leadsAnswer) && isWithPartner { acts.append(.giveBack) }
        if grant.allows(.reviewsRequest) && !isUnderReview { acts.append(.review) }
        if grant.allows(.partnersWrite) && (isWithPartner || status == "closed") { acts.append(.share) }
        return acts
    }

    /// Partners that a person may choose from: those that were scored, the best first, then the other active ones.
    private func candidates(_ why: LeadPage.Why?) async throws -> [String] {
        let active = Set(try await call.look { $0.activePartnerIDs })
        let scored =
            [why?.comparison?.first, why?.comparison?.second].compactMap { $0 } + (why?.reasons.map(\.partner) ?? [])
        var seen: Set<String> = []
        return (scored + active.sorted()).filter { active.contains($0) && seen.insert($0).inserted }.prefix(200).map {
            $0
        }
    }

    private func reasons(_ reader: Reader) async throws -> [(value: String, text: String)] {
        ActionLinkPage.reasons(try await ReturnOperations.reasons(call), in: reader.texts.language.rawValue)
            .map { ($0.word, $0.label) }
    }

    // MARK: Why

    /// Deciding again costs what the operation for it costs, and is counted as that.
    private func mayExplain(_ grant: Grant) -> Bool {
        do { _ = try page.admission.admit(OperationTable.row("explainLead"), grant, address: "") } catch {
            return false
        }
        return true
    }

    /// The decision made again; while that takes its time, or may not be done now, what was recorded of it.
    private func why(_ lead: VisibleLead, _ grant: Grant, _ time: @escaping @Sendable (Timestamp) -> String)
        async throws -> LeadPage.Why?
    {
        let history = lead.history.steps.flatMap {
            LeadDecision.all(of: lead.history.row.leadID, in: $0.entry, grant.program)
        }
        guard let decision = LeadDecision.explained(of: history) else { return nil }
        var recorded = LeadPage.Why(decision, history, for: grant, currency: lead.history.currency, time)
        let question = try call.explanation(of: lead)
        guard await call.services.explained.isBegun(question) || mayExplain(grant) else {
            recorded.again = .tooOften
            return recorded
        }
        switch try await standing(lead) {
        case .known(.explained(let explanation))?:
            if let partner = grant.partner { return Edition.ownWhy(explanation, partner, isHeld: lead.isHeld) }
            return LeadPage.Why(explanation, time)
        case .known(.merged)?: return grant.partner == nil ? recorded : nil
        case .underWay?:
            recorded.again = .underWay
            return recorded
        case nil: return nil
        }
    }

    private func standing(_ lead: VisibleLead) async throws -> ExplainedDecisions.Standing? {
        do { return try await call.explained(lead, within: call.services.explanationPatience) } catch
            where Refusal(error).status == 404
        { return nil }
    }
}

extension LeadPage.Why {
    /// Reasons of other partners that are shown.
    private static let reasonsMost = 120

    /// A decision as it was recorded, and as its reader may see it: a partner is told of its own part once that is known.
    init(
        _ decision: LeadDecision, _ history: [LeadDecision], for grant: Grant, currency: String,
        _ time: @escaping @Sendable (Timestamp) -> String
    ) {
        self.init(sentence: "")
        if grant.partner != nil { return }
        tell(decision, history, EventWords(currency: currency, time: time))
        guard let summary = decision.event.evaluated?.summary else { return }
        let chosen = Self.chosen(decision.event)
        let first = summary.best.first { $0.partnerID == chosen } ?? summary.best.first
        let second = summary.best.first { $0.partnerID == summary.runnerUpPartnerID && $0.partnerID != first?.partnerID }
        comparison = first.map { .init($0, second, currency: currency) }
    }

    /// What was decided last, and the choice among partners before it.
    private mutating func tell(_ decision: LeadDecision, _ history: [LeadDecision], _ words: EventWords) {
        let latest = history.last ?? decision
        sentence = words.sentence(latest.event) + "."
        if latest != decision { earlier = words.sentence(decision.event) + "." }
    }

    /// A decision as vendor roles see it.
    init(_ explanation: Explanation, _ time: @escaping @Sendable (Timestamp) -> String) {
        self.init(sentence: "")
        tell(explanation.decision, explanation.history, EventWords(currency: explanation.currency, time: time))
        isEqual = explanation.isSupposed ? nil : explanation.recomputation.isEqual
        otherwise = explanation.counterfactuals.filter(\.differs).map {
            "With \(AuditWords().change($0.change)): \(AuditWords().outcome($0))."
        }
        guard let evaluation = explanation.evaluation else { return }
        let summary = evaluation.summary
        ruling =
            "Policy \(summary.policyVersion.prefix(12)), model \(summary.modelVersion.description.prefix(12)), "
            + "logic version \(explanation.decision.logicVersion)."
        let chosen = Self.chosen(explanation.decision.event)
        let vertical = evaluation.lead.first { $0.field == "vertical" }?.value
        let first = evaluation.candidates.first { $0.partnerID == chosen ?? summary.best.first?.partnerID }
        let second = evaluation.candidates.first {
            $0.partnerID == summary.runnerUpPartnerID && $0.partnerID != first?.partnerID
        }
        basis = chosen.flatMap { ExplanationText.basis(evaluation, chosen: $0) }.map { $0 + "." }
        if let first, let second {
            compared =
                ExplanationText.comparison(first, second, summary, vertical: vertical, currency: explanation.currency)
                + "."
        }
        comparison = first.map { .init($0, second, vertical: vertical, currency: explanation.currency) }
        tell(explanation, evaluation, except: [first?.partnerID], winner: chosen == nil ? nil : first, vertical)
    }

    private static func chosen(_ event: Event) -> String? {
        switch event {
        case .leadAssigned(let event): event.partnerID
        case .shadowDecided(let event): event.partnerID.isEmpty ? nil : event.partnerID
        default: nil
        }
    }

    /// Every other partner's reason, those that were scored first and the best of them before.
    private mutating func tell(
        _ explanation: Explanation, _ evaluation: FullEvaluation, except shown: [String?], winner: ScoredCandidate?,
        _ vertical: String?
    ) {
        let standings = Dictionary(explanation.partners.map { ($0.profile.partnerID, $0) }) { first, _ in first }
        let scored = evaluation.candidates.enumerated()
            .sorted { ($1.element.net, $0.offset) < ($0.element.net, $1.offset) }.map(\.element)
        let all =
            scored.filter { !shown.contains($0.partnerID) }.map { candidate in
                (
                    candidate.partnerID,
                    ExplanationText.behind(
                        candidate, winner, evaluation, explanation.policy, vertical: vertical,
                        currency: explanation.currency)
                )
            }
            + evaluation.excluded.map { partner in
                (
                    partner.partnerID,
                    ExplanationText.exclusion(
                        partner, standings[partner.partnerID], explanation.policy, currency: explanation.currency)
                )
            }
        reasons = Array(all.prefix(Self.reasonsMost)).map { (partner: $0.0, text: $0.1) }
        left = all.count - reasons.count
    }
}

extension LeadPage.Comparison {
    /// Two candidates side by side, or one, as a decision recorded them.
    init(_ first: Candidate, _ second: Candidate?, currency: String) {
        self.init(first: first.partnerID, second: second?.partnerID)
        func figure(_ name: String, _ text: (Candidate) -> String) {
            figures.append((name, text(first), second.map(text)))
        }
        figure("conversion") { NumberText.percent($0.conversion) }
        figure("fit") { NumberText.percent($0.fit) }
        figure("value") { MoneyText.exact($0.score, currency) }
        if first.net != first.score || second.map({ $0.net != $0.score }) ?? false {
            figure("net") { MoneyText.exact($0.net, currency) }
        }
    }

    /// Two candidates side by side, or one.
    init(_ first: ScoredCandidate, _ second: ScoredCandidate?, vertical: String?, currency: String) {
        self.init(first: first.partnerID, second: second?.partnerID)
        func figure(_ name: String, _ text: (ScoredCandidate) -> String) {
            figures.append((name, text(first), second.map(text)))
        }
        figure("conversion", Self.conversion)
        figure("fit") { NumberText.percent($0.fit) }
        if first.engagement != 1 || (second?.engagement ?? 1) != 1 {
            figure("engagement") { NumberText.percent($0.engagement) }
        }
        figure("value") { MoneyText.exact($0.score, currency) }
        if first.net != first.score || second.map({ $0.net != $0.score }) ?? false {
            figure("net") { MoneyText.exact($0.net, currency) }
        }
        func deals(_ candidate: ScoredCandidate) -> LeadPage.Deals {
            .init(won: Int(candidate.evidence.won), closed: Int(candidate.evidence.closed))
        }
        self.deals = (deals(first), second.map(deals))
        parts(first, second, vertical)
    }

    /// "18.0 % (14.2–22.6 %)": with the range that holds the share of many deals like it four times of five.
    private static func conversion(_ candidate: ScoredCandidate) -> String {
        let chance = NumberText.percent(candidate.conversion)
        guard let interval = candidate.voices?.interval80 else { return chance }
        return chance
            + " (\(NumberText.fixed(100 * interval.lowerBound, 1))–\(NumberText.percent(interval.upperBound)))"
    }

    mutating func parts(_ first: ScoredCandidate, _ second: ScoredCandidate?, _ vertical: String?) {
        for kind in ConversionContribution.allCases.prefix(first.conversionContributions.count) {
            let (a, b) = (first.conversionContributions[kind.rawValue], second?.conversionContributions[kind.rawValue])
            // What rounds to nothing for both says nothing.
            if abs(a) < 0.005 && abs(b ?? 0) < 0.005 { continue }
            conversion.append(.init(ContributionWords.conversion(kind, vertical), a, b))
        }
        for kind in FitContribution.allCases.prefix(first.fitContributions.count) {
            let (a, b) = (
                first.fitContributions[kind.rawValue] * 100, second.map { $0.fitContributions[kind.rawValue] * 100 }
            )
            if abs(a) < 0.05 && abs(b ?? 0) < 0.05 { continue }
            fit.append(.init(ContributionWords.fit(kind), a, b))
        }
    }
}

extension Edition {
    /// A lead's story as pages tell it: what ``story(_:for:)`` tells, with moments as its reader has them.
    static func steps(_ lead: VisibleLead, for grant: Grant, _ time: @escaping @Sendable (Timestamp) -> String)
        -> [LeadPage.Step]
    {
        if grant.role == .producer { return [] }
        return lead.history.steps.compactMap { step in
            guard let told = Self.step(of: step.entry, lead.history.currency, grant, time) else { return nil }
            return .init(position: step.entry.position, at: step.entry.stamp, input: told.input, events: told.events)
        }
    }

    /// A decision as the partner is told of it: its own part, as in ``explanation(_:for:)``.
    static func ownWhy(_ explanation: Explanation, _ partner: String, isHeld: Bool) -> LeadPage.Why {
        let own = OwnCase(explanation, partner, isHeld: isHeld)
        var why = LeadPage.Why(sentence: own.sentence)
        why.comparison = own.candidate.map { candidate in
            var comparison = LeadPage.Comparison(first: partner, second: nil)
            let vertical = explanation.evaluation?.lead.first { $0.field == "vertical" }?.value
            comparison.parts(candidate, nil, vertical)
            return comparison
        }
        return why
    }
}

/// What a decision was to one partner.
struct OwnCase {
    let candidate: ScoredCandidate?
    let sentence: String

    init(_ explanation: Explanation, _ partner: String, isHeld: Bool) {
        candidate = explanation.evaluation?.candidates.first { $0.partnerID == partner }
        let excluded = explanation.evaluation?.excluded.first { $0.partnerID == partner }
        if case .leadAssigned(let event) = explanation.decision.event, event.partnerID == partner {
            let cause = DecisionReasonWords.cause(event.cause)
            sentence =
                isHeld ? "Assigned to you, \(cause)." : "It was assigned to you, \(cause), and is yours no longer."
        } else if let excluded {
            sentence = "Not yours: \(DecisionReasonWords.exclusion(excluded.reason))."
        } else {
            sentence = "Another was chosen."
        }
    }
}
