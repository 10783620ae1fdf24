public import Audit
public import LeadlineCore

/// The words for what Audit writes down: the same as everywhere, times in UTC.
public struct AuditWords: AuditWording {
    /// The words.
    public init() {}

    public func line(_ events: [Event], currency: String) -> String { EventWords(currency: currency).sentences(events) }

    public func rule(_ rule: HardRule) -> String { RuleWords.rule(rule) }

    public func policy(_ policy: Policy, currency: String) -> [String] {
        PolicyWords(policy, currency: currency).lines.map(\.text)
    }

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
        case .assignmentExpired: DecisionReasonWords.cause(.expired)
        case .assignmentEnded(let event): DecisionReasonWords.cause(event.cause)
        case .leadEscalated(let event): "escalated: \(DecisionReasonWords.escalation(event.reason))"
        case .leadClosed(let event): DecisionReasonWords.closing(event.reason)
        default: "assigned to another partner"
        }
    }

    public func outcome(_ decision: HumanDecisionRecorded.Decision, _ events: [Event], currency: String) -> String {
        "\(DecisionReasonWords.humanDecision(decision)): \(line(events, currency: currency))"
    }

    public func change(_ change: Counterfactual.Change) -> String {
        switch change {
        case .dealValue(let value): "a deal value of \(MoneyText.exact(value.minorUnits, value.currency))"
        case .country(let country, let before): "the country \(country) instead of \(before.isEmpty ? "none" : before)"
        case .lawfulBasis(let basis): "the lawful basis \(basis.name) stated"
        case .partnerAway(let partner): "\(partner) away"
        case .partnerUncapped(let partner): "no caps on \(partner)"
        case .partnerResumed(let partner): "\(partner) back from its pause"
        case .withoutRule(let rule): "the hard rule \(rule) left out of the policy"
        case .withoutMinimum: "no minimum conversion in the policy"
        case .withoutOwnership: "no precedence for owners of accounts in the policy"
        case .withoutLots: "no lots drawn"
        case .withoutReview: "no lead kept for a human by the policy"
        case .withoutShadow: "the policy out of shadow mode"
        case .withoutReserve: "no place kept for later leads by the policy"
        case .oneMoreAttempt: "one more attempt allowed by the policy"
        }
    }

    public func outcome(_ counterfactual: Counterfactual) -> String {
        let words =
            switch counterfactual.event {
            case .leadAssigned(let event): "the lead would have gone to \(event.partnerID)"
            case .leadEscalated(let event):
                "a human would have received it: \(DecisionReasonWords.escalation(event.reason))"
                    + (event.suggestedPartnerID.isEmpty ? "" : "; Leadline would have suggested \(event.suggestedPartnerID)")
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
