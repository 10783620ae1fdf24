public import Evaluation

/// A pilot report for people.
public enum PilotText {
    /// The report.
    public static func of(_ report: PilotReport, _ style: TextStyle) -> String {
        if report.pilot.isEmpty && report.shadow == nil {
            return "\(Escaping.harmless(report.program)): \(PilotWords.nothing)\n"
        }
        var parts: [String] = []
        if !report.pilot.isEmpty {
            parts += [arms(report, style)] + report.arms.compactMap { uplift($0, report, style) }
        }
        if let shadow = report.shadow { parts.append(self.shadow(shadow, report.currency, style)) }
        return parts.joined(separator: "\n")
    }

    private static func arms(_ report: PilotReport, _ style: TextStyle) -> String {
        var table = TextTable(PilotWords.columns.map { ($0.title.uppercased(), $0.isText ? .left : .right) })
        for arm in report.arms { table.add(PilotWords.cells(arm, report)) }
        let head =
            "Pilot '\(Escaping.harmless(report.pilot))' of \(Escaping.harmless(report.program)), since \(style.time(report.from))"
        return style.styled(head, .bold) + "\n" + style.lines([PilotWords.message(report)]) + "\n" + table.text(style)
    }

    private static func uplift(_ arm: PilotReport.Arm, _ report: PilotReport, _ style: TextStyle) -> String? {
        guard let uplift = arm.uplift else { return nil }
        let head = style.styled("\(Escaping.harmless(arm.name)) against \(Escaping.harmless(report.incumbent))", .bold)
        return head + "\n" + style.lines(lines(uplift, report.currency).map { "  \($0)" }) + "\n"
    }

    /// An uplift in lines.
    static func lines(_ uplift: Uplift, _ currency: String) -> [String] {
        var lines = [
            "win rate       \(EstimateText.estimate(uplift.winRateDifference, NumberText.points)), ratio \(EstimateText.estimate(uplift.winRateRatio, NumberText.factor))"
        ]
        if uplift.revenueDifference != nil {
            lines.append(
                "revenue        \(EstimateText.estimate(uplift.revenueDifference) { MoneyText.whole($0, currency, sign: .always) }) per decided lead"
            )
        }
        if uplift.responseRatio != nil {
            lines.append(
                "response time  \(EstimateText.estimate(uplift.responseRatio, NumberText.factor)); below 1 is sooner")
        }
        lines.append("verdict        \(PilotWords.verdict(uplift))")
        return lines
    }

    private static func shadow(_ shadow: ShadowReport, _ currency: String, _ style: TextStyle) -> String {
        let facts = PilotWords.facts(shadow, currency), width = facts.reduce(0) { max($0, $1.name.count) }
        return style.styled(PilotWords.shadow, .bold) + "\n"
            + style.lines(
                facts.map { fact in
                    "  \(fact.name)\(String(repeating: " ", count: width - fact.name.count))  \(fact.value)"
                }) + "\n"
    }
}

/// What both the text and the page of a pilot report say.
enum PilotWords {
    static let nothing =
        "no pilot and no shadow decisions. Name arms under 'pilot' in the policy, or set 'shadow: true', and apply it with 'leadline policy apply'."

    static let shadow = "Where Leadline did not act: what it would have done"

    static let columns: [HTML.Column] = [
        .init("Arm", isText: true), .init("Method", isText: true), .init("Leads"), .init("To a partner"),
        .init("Accepted"),
        .init("Median response", meaning: "From arrival to the first response by anybody"),
        .init("Within SLA", meaning: "First promises kept, of those kept or broken"),
        .init("Decided", meaning: "Won or lost"), .init("Won"),
        .init("Win rate (95 %)"), .init("Revenue per decided lead (95 %)"),
    ]

    static func cells(_ arm: PilotReport.Arm, _ report: PilotReport) -> [String] {
        let f = arm.figures
        return [
            arm.name + (arm.name == report.incumbent ? " (incumbent)" : ""), DecisionReasonWords.method(named: arm.method),
            CountText.grouped(f.leads),
            CountText.grouped(f.routed), CountText.grouped(f.accepted),
            TimeText.duration(seconds: f.medianResponseSeconds), EstimateText.share(f.withinSLA),
            CountText.grouped(f.closed), CountText.grouped(f.won), EstimateText.estimate(f.winRate, NumberText.percent),
            EstimateText.estimate(f.revenuePerLead) { MoneyText.whole($0, report.currency) },
        ]
    }

    /// What the reader should know: each arm's verdict, with what it rests on.
    static func message(_ report: PilotReport) -> String {
        let verdicts = report.arms.compactMap { arm in
            arm.uplift.map { "\(arm.name) \(verdict($0)), over \(CountText.of(arm.figures.closed, "decided lead"))." }
        }
        return verdicts.isEmpty
            ? "No arm can be compared yet." : "Against \(report.incumbent): \(verdicts.joined(separator: " "))"
    }

    /// What may be said of the win rate.
    static func verdict(_ uplift: Uplift) -> String {
        switch uplift.verdict {
        case .better: return "wins more often"
        case .worse: return "wins less often"
        case .tooEarly:
            var parts = ["too early to tell"]
            if let smallest = uplift.detectableDifference {
                parts.append(
                    "this many decided leads show differences from \(NumberText.fixed(abs(smallest) * 100, 1)) points on"
                )
            }
            if let missing = uplift.leadsMissing, missing > 0 {
                parts.append(
                    "if the difference seen is real, it takes about \(CountText.grouped(missing)) more decided leads")
            }
            return parts.joined(separator: "; ")
        }
    }

    static func facts(_ shadow: ShadowReport, _ currency: String) -> [(name: String, value: String)] {
        func won(_ figures: ArmFigures) -> String {
            "\(EstimateText.estimate(figures.winRate, NumberText.percent)) of \(CountText.grouped(figures.closed)) decided"
        }
        var facts = [
            ("Leads with a suggestion", CountText.grouped(shadow.leads)),
            (
                "The same partner, another",
                "\(CountText.grouped(shadow.agreed)), \(CountText.grouped(shadow.leads - shadow.agreed))"
            ),
            ("Won where the same (95 %)", won(shadow.whereAgreed)),
            ("Won where another (95 %)", won(shadow.whereDiffered)),
        ]
        if shadow.compared > 0 {
            let leads = "by the model, over \(CountText.of(shadow.compared, "lead"))"
            facts.append(
                (
                    "Expected of those others as suggested",
                    "\(MoneyText.whole(Double(shadow.expectedSuggestedMinorUnits), currency)) \(leads)"
                ))
            facts.append(
                (
                    "Expected of them as happened",
                    "\(MoneyText.whole(Double(shadow.expectedHappenedMinorUnits), currency)) \(leads)"
                ))
        }
        return facts
    }
}
