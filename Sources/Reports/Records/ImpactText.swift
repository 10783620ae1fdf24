import Audit

extension RecordsText {
    /// Facts that a data protection impact assessment begins with.
    public var impact: [String] { ImpactText(records).lines }
}

/// Words for what an impact assessment begins with.
struct ImpactText {
    private let records: ProgramRecords
    private let impact: ProgramRecords.ImpactInputs

    init(_ records: ProgramRecords) {
        self.records = records
        impact = records.impact
    }

    var lines: [String] {
        [
            "period: " + (impact.from.isEmpty ? "no entry yet" : "\(impact.from) to \(impact.through)"),
            "purpose: \(records.processing.purpose)", "scale: \(scale)", "decided by: \(deciders)",
            "to humans, by reason: \(reasons)", "humans: \(humans)", "policy: \(policy)", "model: \(model)",
            "requests executed: " + (records.executions.isEmpty ? "none" : RecordsText.counts(records.executions)),
        ] + impact.openPoints.map { "to assess: \(Self.point($0))" }
    }

    private var scale: String {
        let people = CountText.of(records.processing.persons, "person", plural: "people")
        return "\(CountText.of(impact.leads, "enquiry", plural: "enquiries")) of \(people), "
            + CountText.of(records.processing.recipients.count, "recipient")
    }

    private var deciders: String {
        let share = impact.automatedShare.map {
            "; Leadline alone made \(NumberText.percent($0)) of those that are not history's"
        }
        return impact.decisions.isEmpty ? "nobody yet" : RecordsText.counts(impact.decisions) + (share ?? "")
    }

    private var reasons: String {
        if impact.escalations.isEmpty { return "none" }
        return impact.escalations.sorted { $0.key < $1.key }
            .map { "\(DecisionReasonWords.escalation(named: $0.key)) \($0.value)" }.joined(separator: "; ")
    }

    private var humans: String {
        "\(CountText.of(impact.overridden, "lead")) taken away or closed, "
            + "\(CountText.of(impact.reviewsRequested, "review")) asked for, \(impact.reviewsDecided) decided, "
            + "\(impact.reviewsOverridden) of them against the decision"
    }

    private var policy: String {
        guard let policy = records.policies.last else { return "none" }
        return "\(policy.name.isEmpty ? "(without a name)" : policy.name) \(policy.version), "
            + "approver \(policy.approver ?? "not recorded")"
    }

    private var model: String {
        guard let model = records.models.last else { return "no decision has used it" }
        return "learned from \(model.won) won and \(model.lost) lost; see models for what its predictions were worth"
    }

    private static func point(_ point: ProgramRecords.ImpactInputs.OpenPoint) -> String {
        switch point {
        case .noPolicy: "no policy is in force"
        case .noApprover: "the policy in force names nobody who approved it"
        case .noBasisAsked: "the policy accepts leads without asking for a lawful basis"
        case .leadsWithoutBasis: "leads were submitted without a lawful basis"
        case .dealsKeptForEver: "sealed data of won and lost deals is kept without a limit"
        case .otherLeadsKeptForEver: "sealed data of leads closed otherwise is kept without a limit"
        case .deadLettersKeptForEver: "rejected records are kept without a limit"
        case .noReviewRule: "the policy keeps no lead for a human to decide"
        case .transfersOutside: "leads went to partners that do not keep data where the lead's must stay"
        case .leadsByLot: "some leads were given by lot"
        case .reviewsOpen: "reviews that were asked for are still open"
        }
    }
}
