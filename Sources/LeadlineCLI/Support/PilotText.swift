import Evaluation
import Foundation

/// A pilot report for people.
enum PilotText {
    static func of(_ report: PilotReport, _ times: ReportTimes) -> String {
        if report.pilot.isEmpty && report.shadow == nil {
            return "\(Terminal.harmless(report.program)) has no pilot and no shadow decisions. "
                + "Name arms under 'pilot' in the policy, or set 'shadow: true', and apply it with 'leadline policy apply'.\n"
        }
        var parts: [String] = []
        if !report.pilot.isEmpty { parts += [arms(report, times)] + report.arms.compactMap { uplift($0, report) } }
        if let shadow = report.shadow { parts.append(self.shadow(shadow, report.currency)) }
        return parts.joined(separator: "\n")
    }

    private static func arms(_ report: PilotReport, _ times: ReportTimes) -> String {
        var table = TextTable([
            ("ARM", .left), ("METHOD", .left), ("LEADS", .right), ("ROUTED", .right), ("ACCEPTED", .right), ("MEDIAN RESPONSE", .right),
            ("WITHIN SLA", .right), ("CLOSED", .right), ("WON", .right), ("WIN RATE (95 %)", .left), ("REVENUE A CLOSED LEAD (95 %)", .left),
        ])
        for arm in report.arms {
            let f = arm.figures
            table.add([
                arm.name + (arm.name == report.incumbent ? " *" : ""), arm.method, "\(f.leads)", "\(f.routed)", "\(f.accepted)",
                ReportText.seconds(f.medianResponseSeconds), f.withinSLA.trials > 0 ? ReportText.percent(f.withinSLA.share) : "-",
                "\(f.closed)", "\(f.won)", ReportText.estimate(f.winRate, ReportText.percent),
                ReportText.estimate(f.revenuePerLead) { ReportText.money($0, report.currency) },
            ])
        }
        return Terminal.styled("Pilot '\(Terminal.harmless(report.pilot))' of \(Terminal.harmless(report.program)), since \(times.moment(report.from))", .bold)
            + "\n\(table.text())* the incumbent\n"
    }

    private static func uplift(_ arm: PilotReport.Arm, _ report: PilotReport) -> String? {
        guard let uplift = arm.uplift else { return nil }
        return Terminal.styled("\(Terminal.harmless(arm.name)) against \(Terminal.harmless(report.incumbent))", .bold) + "\n"
            + lines(uplift, report.currency).map { "  \($0)\n" }.joined()
    }

    /// An uplift in lines.
    static func lines(_ uplift: Uplift, _ currency: String) -> [String] {
        var lines = [
            "win rate       \(ReportText.estimate(uplift.winRateDifference, ReportText.points)), ratio \(ReportText.estimate(uplift.winRateRatio, ReportText.factor))"
        ]
        if uplift.revenueDifference != nil {
            lines.append("revenue        \(ReportText.estimate(uplift.revenueDifference) { ReportText.money($0, currency, signed: true) }) a closed lead")
        }
        if uplift.responseRatio != nil {
            lines.append("response time  \(ReportText.estimate(uplift.responseRatio, ReportText.factor)); below 1 is sooner")
        }
        lines.append("verdict        \(verdict(uplift))")
        return lines
    }

    /// What may be said of the win rate, in words.
    static func verdict(_ uplift: Uplift) -> String {
        switch uplift.verdict {
        case .better: return "wins more often"
        case .worse: return "wins less often"
        case .tooEarly:
            var text = "too early to tell"
            if let smallest = uplift.detectableDifference { text += ": so many closed leads show differences from \(ReportText.points(smallest).dropFirst()) on" }
            if let missing = uplift.leadsMissing, missing > 0 {
                text += "; if the difference seen is real, it takes about \(CountText.grouped(Int64(missing))) more closed leads"
            }
            return text
        }
    }

    private static func shadow(_ shadow: ShadowReport, _ currency: String) -> String {
        let other = shadow.leads - shadow.agreed
        var lines = [
            Terminal.styled("Where Leadline did not act: what it would have done", .bold),
            "  \(CountText.of(shadow.leads, "lead")) with a suggestion; the partner was the same in \(shadow.agreed), another in \(other)",
            "  won where the same       \(ReportText.estimate(shadow.whereAgreed.winRate, ReportText.percent)) of \(shadow.whereAgreed.closed) closed",
            "  won where another        \(ReportText.estimate(shadow.whereDiffered.winRate, ReportText.percent)) of \(shadow.whereDiffered.closed) closed",
        ]
        if shadow.compared > 0 {
            lines.append(
                "  expected of those others \(ReportText.money(Double(shadow.expectedSuggestedMinorUnits), currency)) as suggested, "
                    + "\(ReportText.money(Double(shadow.expectedHappenedMinorUnits), currency)) as happened, by the model (\(CountText.of(shadow.compared, "lead")))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
