public import Audit
public import LeadlineCore

/// An explanation as a page of text.
public struct ExplanationPage {
    /// Partners of one kind that are named unless all are asked for.
    private static let othersMax = 15
    /// Announcements that are named likewise.
    private static let noticesMax = 5

    private let explanation: Explanation
    private let partnerID: String?
    private let showsAll: Bool
    private let time: @Sendable (Timestamp) -> String
    private let words: EventWords
    private let vertical: String?

    /// A page.
    /// - Parameters:
    ///   - partnerID: explains this partner's case alone; nil is everyone's.
    ///   - showsAll: names every other partner, however many there are.
    ///   - time: how moments are written.
    public init(
        _ explanation: Explanation, partnerID: String? = nil, showsAll: Bool = false,
        time: @escaping @Sendable (Timestamp) -> String = { TimeText.utc($0) }
    ) {
        self.explanation = explanation
        self.partnerID = partnerID
        self.showsAll = showsAll
        self.time = time
        words = EventWords(currency: explanation.currency, time: time)
        vertical = explanation.evaluation?.lead.first { $0.field == "vertical" }?.value
    }

    /// The page's lines.
    public var lines: [String] {
        var lines = head
        if let evaluation = explanation.evaluation {
            lines += lead(evaluation)
            if let partnerID {
                lines += one(partnerID, evaluation)
            } else {
                lines += chosen(evaluation) + runnerUp(evaluation) + others(evaluation)
            }
        }
        lines += announced
        return lines + (explanation.isSupposed ? [""] + basis : promise + basis + links + history + check)
    }

    private var head: [String] {
        if explanation.isSupposed { return supposed }
        return [outcome, "Decided \(time(explanation.decision.stamp)), decision \(explanation.decision.id)."]
    }

    // MARK: What happened

    private var supposed: [String] {
        let moment = "\(time(explanation.decision.stamp)), after \(explanation.decision.position) entries"
        let nobody = explanation.evaluation == nil ? ", and no partner was evaluated" : ""
        let what = chosenID.map { "would have gone to \($0)" } ?? "would have gone to a human\(nobody)"
        return [
            "At \(moment), the lead \(explanation.leadID) \(what).",
            "A supposition, not a record: the lead as it was submitted, under the state, policy and model of that moment; account ownership is left out.",
        ]
    }

    private var outcome: String {
        let event = explanation.decision.event
        return before + words.sentence(event) + "." + remark(event)
    }

    /// Beside imported history, what history did.
    private var before: String {
        guard case .shadowDecided = explanation.decision.event else { return "" }
        let past = explanation.history.first { $0.position == explanation.decision.position && $0.attempt != nil }
        return past.map { words.sentence($0.event) + ". " } ?? ""
    }

    private func remark(_ event: Event) -> String {
        switch event {
        case .leadAssigned(let event) where event.evaluation == nil: " No partner was evaluated."
        case .shadowDecided(let event) where event.evaluation == nil:
            " There was no policy or exchange rate to decide by."
        default: ""
        }
    }

    private func lead(_ evaluation: FullEvaluation) -> [String] {
        let value = MoneyText.exact(evaluation.summary.dealValueMinorUnits, explanation.currency)
        let known = evaluation.lead.map { "\($0.field) \($0.value)" } + ["deal value \(value)"]
            + (evaluation.summary.rate.map { ["counted at \(RateWords().rate($0))"] } ?? [])
        return ["Known of the lead: \(known.joined(separator: "; "))."] + sources
    }

    /// The event that each value came from.
    private var sources: [String] {
        let lines = SourceText.lines(explanation.sources, time: time)
        return lines.isEmpty ? [] : ["Where each value comes from:"] + lines.map { "  \($0)" }
    }

    // MARK: Who and why

    private var chosenID: String? {
        switch explanation.decision.event {
        case .leadAssigned(let event): event.partnerID
        case .offerMade(let event): event.partnerID
        case .shadowDecided(let event): event.partnerID.isEmpty ? nil : event.partnerID
        default: nil
        }
    }

    private func candidate(_ id: String?, _ evaluation: FullEvaluation) -> ScoredCandidate? {
        evaluation.candidates.first { $0.partnerID == id }
    }

    private func detail(_ candidate: ScoredCandidate, _ evaluation: FullEvaluation) -> [String] {
        [
            ExplanationText.evidence(candidate.evidence, vertical: vertical, currency: explanation.currency),
            ExplanationText.fit(candidate, currency: explanation.currency),
            ExplanationText.conversion(candidate, vertical: vertical),
            ExplanationText.doubt(candidate),
            candidate.voices.map(VoiceWords.counted),
            ExplanationText.engagement(candidate),
            ExplanationText.expectedValue(candidate, evaluation.summary, currency: explanation.currency),
            ExplanationText.place(candidate, currency: explanation.currency),
        ].compactMap { $0 }.map { "  \($0)" }
    }

    private func chosen(_ evaluation: FullEvaluation) -> [String] {
        guard let id = chosenID, let candidate = candidate(id, evaluation) else { return nobody(evaluation) }
        let basis = ExplanationText.basis(evaluation, chosen: id).map { ["  \($0)"] } ?? []
        return ["", "Why \(id)"] + basis + detail(candidate, evaluation)
    }

    private func nobody(_ evaluation: FullEvaluation) -> [String] {
        let counts = ExplanationText.exclusions(evaluation.summary.exclusions)
        return ["", "Why no partner", "  out: \(counts.isEmpty ? "none" : counts)"]
    }

    private func runnerUp(_ evaluation: FullEvaluation) -> [String] {
        guard let winner = candidate(chosenID, evaluation),
            let second = candidate(evaluation.summary.runnerUpPartnerID, evaluation)
        else { return [] }
        let text = ExplanationText.comparison(
            winner, second, evaluation.summary, vertical: vertical, currency: explanation.currency)
        return ["", "\(winner.partnerID) before \(second.partnerID), the runner-up", "  \(text)"]
    }

    private func others(_ evaluation: FullEvaluation) -> [String] {
        let winner = candidate(chosenID, evaluation)
        let scored = evaluation.candidates.filter { $0.partnerID != chosenID }
            .enumerated().sorted { ($1.element.net, $0.offset) < ($0.element.net, $1.offset) }.map(\.element)
        var lines = limited(
            scored.map { candidate in
                (
                    candidate.partnerID,
                    ExplanationText.behind(
                        candidate, winner, evaluation, explanation.policy, vertical: vertical,
                        currency: explanation.currency)
                )
            }, "scored")
        lines += limited(
            evaluation.excluded.map { partner in
                (
                    partner.partnerID,
                    ExplanationText.exclusion(
                        partner, standing(partner.partnerID), explanation.policy, currency: explanation.currency)
                )
            }, "out")
        lines += limited(
            explanation.partners.filter { $0.status == "removed" }.map {
                ($0.profile.partnerID, "out: \(DecisionReasonWords.removed)")
            }, "removed")
        return lines.isEmpty ? [] : ["", winner == nil ? "The partners" : "Why not the others"] + lines
    }

    private func limited(_ partners: [(id: String, text: String)], _ kind: String) -> [String] {
        let shown = showsAll ? partners.count : min(partners.count, Self.othersMax)
        let lines = partners.prefix(shown).map { "  \($0.id): \($0.text)" }
        let left = partners.count - shown
        return left == 0 ? lines : lines + ["  and \(left) more \(kind) (--all names every partner)"]
    }

    private func one(_ id: String, _ evaluation: FullEvaluation) -> [String] {
        let head = ["", id == chosenID ? "Why \(id)" : "Why not \(id)"]
        if let candidate = candidate(id, evaluation) {
            if id == chosenID { return chosen(evaluation) + runnerUp(evaluation) }
            let text = ExplanationText.behind(
                candidate, self.candidate(chosenID, evaluation), evaluation, explanation.policy, vertical: vertical,
                currency: explanation.currency)
            return head + ["  \(text)"] + detail(candidate, evaluation)
        }
        if let partner = evaluation.excluded.first(where: { $0.partnerID == id }) {
            return head + [
                "  \(ExplanationText.exclusion(partner, standing(id), explanation.policy, currency: explanation.currency))",
                "  \(ExplanationText.evidence(partner.evidence, vertical: vertical, currency: explanation.currency))",
            ]
        }
        return head + [
            "  " + (standing(id) == nil ? "it was not registered at that moment" : "out: \(DecisionReasonWords.removed)")
        ]
    }

    private func standing(_ id: String) -> PartnerStanding? {
        explanation.partners.first { $0.profile.partnerID == id }
    }

    /// One sentence on what stood announced of partners with too little, or too much; of one partner alone where it is
    /// asked about.
    private var announced: [String] {
        let notices = explanation.notices.filter { partnerID == nil || $0.announced.partnerID == partnerID }
        if notices.isEmpty { return [] }
        let shown = showsAll ? notices.count : min(notices.count, Self.noticesMax)
        let facts = notices.prefix(shown).map { "\(words.announced($0.announced)), said \(time($0.at))" }
        let left = notices.count - shown
        let more = left == 0 ? "" : "; and \(left) more (--all names every partner)"
        return ["", "Announced by then: \(facts.joined(separator: "; "))\(more)."]
    }

    // MARK: The rest

    private var promise: [String] {
        guard case .leadAssigned(let event) = explanation.decision.event else { return [] }
        guard let due = event.respondBy else { return ["", "First response: no deadline."] }
        return ["", "First response due by \(time(due))\(promised(event))."]
    }

    /// The promise that ruled: of the service level that the decision names, else the policy's own.
    private func promised(_ event: LeadAssigned) -> String {
        let level = event.serviceLevel.isEmpty ? [] : ["service level \(event.serviceLevel)"]
        let parts = (ruling(event).map { [length($0)] } ?? []) + level + (event.terms == nil ? [] : ["as agreed"])
        return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }

    private func length(_ sla: SLA) -> String {
        TimeText.duration(seconds: Int64(sla.firstResponseMinutes) * 60)
            + (sla.inWorkingHours ? " of the partner's working time" : "")
    }

    /// Nil where the policy here does not tell: it does not know the service level, or several go by its name.
    private func ruling(_ event: LeadAssigned) -> SLA? {
        guard let policy = explanation.policy else { return nil }
        let levels =
            policy.serviceLevels.filter { $0.name == event.serviceLevel }.map(\.sla)
            + (event.serviceLevel.isEmpty ? [policy.sla] : [])
        guard var sla = levels.first, levels.allSatisfy({ $0 == sla }) else { return nil }
        if let terms = event.terms { sla.firstResponseMinutes = terms.promiseMinutes }
        return sla
    }

    private var basis: [String] {
        guard let summary = explanation.evaluation?.summary else { return [] }
        let name = explanation.policy.map { $0.name.isEmpty ? "" : "\($0.name), " } ?? ""
        return [
            "Policy \(name)version \(summary.policyVersion); model version \(summary.modelVersion); fit counts with the exponent "
                + "\(NumberText.fixed(summary.fitExponent, 3))\(weights); logic version \(explanation.decision.logicVersion)."
        ]
    }

    private var weights: String {
        explanation.policy?.fitWeights.mode == .learned && explanation.decision.logicVersion >= 2
            ? ", its weights learned from what partners accept" : ""
    }

    private var links: [String] {
        let lines = LinkText.lines(explanation.links, time: time)
        return lines.isEmpty ? [] : ["", "Links of \(explanation.leadID)"] + lines.map { "  \($0)" }
    }

    private var history: [String] {
        if explanation.history.count < 2 { return [] }
        return ["", "All decisions about \(explanation.leadID)"]
            + explanation.history.map { decision in
                let mark = decision == explanation.decision ? "> " : "  "
                return
                    "\(mark)position \(decision.position), \(time(decision.stamp)): \(words.sentence(decision.event))"
            }
    }

    private var check: [String] {
        let result = explanation.recomputation
        if !result.isEqual {
            return [
                "",
                "NOT EQUAL: recorded digest \(result.recorded?.description ?? "none"), recomputed "
                    + "\(result.recomputed?.description ?? "none"). The journal was changed or this program decides differently; run 'leadline verify'.",
            ]
        }
        let snapshot =
            result.snapshotWasWrong ? " A snapshot was wrong and was not used; delete derived.db to rebuild it." : ""
        guard let digest = result.recorded else {
            return ["", "Decided again from the journal: equal to what was recorded.\(snapshot)"]
        }
        return ["", "Recomputed and equal to the recorded digest \(digest).\(snapshot)"]
    }
}
