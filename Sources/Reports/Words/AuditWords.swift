public import Audit
public import LeadlineCore

/// The words for what Audit writes down: the same as everywhere, times in UTC.
public struct AuditWords: AuditWording {
    /// The words.
    public init() {}

    public func line(_ events: [Event], currency: String) -> String { EventWords(currency: currency).sentences(events) }

    public func rule(_ rule: HardRule) -> String { RuleWords.rule(rule) }

    public func exclusion(_ partner: ExcludedPartner, in explanation: Explanation) -> String {
        let standing = explanation.partners.first { $0.profile.partnerID == partner.partnerID }
        return ExplanationText.exclusion(partner, standing, explanation.policy, currency: explanation.currency)
    }

    public func explanation(_ explanation: Explanation) -> [String] {
        ExplanationPage(explanation, showsAll: true).lines
    }

    public func value(_ source: ValueSource) -> String { SourceText.value(source) }

    public func ending(_ event: Event?) -> String {
        switch event {
        case .assignmentExpired: ReasonWords.cause(.expired)
        case .assignmentEnded(let event): ReasonWords.cause(event.cause)
        case .leadEscalated(let event): "escalated: \(ReasonWords.escalation(event.reason))"
        case .leadClosed(let event): ReasonWords.closing(event.reason)
        default: "assigned to another partner"
        }
    }

    public func outcome(_ decision: HumanDecisionRecorded.Decision, _ events: [Event], currency: String) -> String {
        "\(ReasonWords.humanDecision(decision)): \(line(events, currency: currency))"
    }

    public func change(_ change: Counterfactual.Change) -> String {
        switch change {
        case .halfTheValue(let value): "half the deal value (\(MoneyText.exact(value.minorUnits, value.currency)))"
        case .smallValue(let value), .largeValue(let value):
            "a deal value of \(MoneyText.exact(value.minorUnits, value.currency))"
        case .country(let country, let before): "the country \(country) instead of \(before.isEmpty ? "none" : before)"
        }
    }

    public func outcome(_ counterfactual: Counterfactual) -> String {
        let words =
            switch counterfactual.event {
            case .leadAssigned(let event): "the lead would have gone to \(event.partnerID)"
            case .shadowDecided:
                counterfactual.first.map { "Leadline would have chosen \($0)" } ?? "Leadline would have asked a human"
            case .leadEscalated(let event): "a human would have received it: \(ReasonWords.escalation(event.reason))"
            default: "nothing would have been decided about the lead"
            }
        let second = counterfactual.second.map { ", with \($0) second" } ?? ""
        return words + second + (counterfactual.differs ? "" : "; the same as was decided")
    }

    public func account(_ dossier: Dossier) -> [String] { DossierAccount.lines(dossier) }

    public var method: String {
        "The state before each decision was rebuilt from the journal's entries (from the nearest snapshot whose hash is right), the recorded input "
            + "was decided again by the recorded logic version, and all events, with the digests of their evaluations, were compared."
    }
}
