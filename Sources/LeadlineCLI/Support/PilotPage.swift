import Evaluation
import Foundation

/// A pilot report as a page.
enum PilotPage {
    static func html(_ report: PilotReport, _ times: ReportTimes) -> String {
        let title = "Pilot of \(report.program)"
        if report.pilot.isEmpty && report.shadow == nil {
            return ReportPage.html(title: title, lead: "There is no pilot and no shadow decision: name arms under 'pilot' in the policy, or set 'shadow: true'.", [])
        }
        let lead = "Each arm against the incumbent, with 95 % intervals. Rates are of leads that were won or lost; open ones are not known yet."
        return ReportPage.html(title: title, lead: lead, [report.pilot.isEmpty ? "" : section(report, times), report.shadow.map { shadow($0, report.currency) } ?? ""])
    }

    /// The arms, as the channel's report shows them too.
    static func section(_ report: PilotReport, _ times: ReportTimes) -> String {
        let rates = report.arms.filter { $0.figures.winRate != nil }.map { BarPlot.Row($0.name, $0.figures.winRate?.value ?? 0, $0.figures.winRate?.interval) }
        let plot = rates.isEmpty ? "" : BarPlot.intervals("Win rate by arm with 95 % interval", rates, mark: nil, text: ReportText.percent)
        let body = [ReportPage.paragraph("Since \(times.moment(report.from))."), plot, arms(report), uplifts(report)]
        return ReportPage.section("Pilot \(report.pilot)", body.filter { !$0.isEmpty }.joined(separator: "\n"))
    }

    private static func arms(_ report: PilotReport) -> String {
        let heads: [ReportPage.Column] = [
            .init(title: "Arm", isText: true), .init(title: "Method", isText: true), .init(title: "Leads"), .init(title: "To a partner"), .init(title: "Accepted"),
            .init(title: "Median response", meaning: "From arrival to the first response by anybody"),
            .init(title: "Within SLA", meaning: "First promises kept, of those kept or broken"), .init(title: "Decided", meaning: "Won or lost"), .init(title: "Won"),
            .init(title: "Win rate (95 %)"), .init(title: "Revenue a decided lead (95 %)"),
        ]
        func count(_ value: Int) -> String { CountText.grouped(Int64(value)) }
        return ReportPage.table(heads, report.arms.map { arm in
            let f = arm.figures
            return [
                arm.name + (arm.name == report.incumbent ? " (incumbent)" : ""), ChannelText.words(arm.method), count(f.leads), count(f.routed), count(f.accepted),
                ReportText.seconds(f.medianResponseSeconds), f.withinSLA.trials > 0 ? ReportText.percent(f.withinSLA.share) : "-", count(f.closed), count(f.won),
                ReportText.estimate(f.winRate, ReportText.percent), ReportText.estimate(f.revenuePerLead) { ReportText.money($0, report.currency) },
            ]
        })
    }

    private static func uplifts(_ report: PilotReport) -> String {
        let rows = report.arms.compactMap { arm in arm.uplift.map { [arm.name] + cells($0, report.currency) } }
        let heads: [ReportPage.Column] = [
            .init(title: "Against \(report.incumbent)", isText: true), .init(title: "Ratio of win rates (95 %)"), .init(title: "Difference (95 %)"),
            .init(title: "Revenue a decided lead (95 %)"), .init(title: "Response time (95 %)", meaning: "Ratio; below 1 is sooner"), .init(title: "Verdict", isText: true),
        ]
        return rows.isEmpty ? "" : ReportPage.table(heads, rows)
    }

    private static func cells(_ uplift: Uplift, _ currency: String) -> [String] {
        [
            ReportText.estimate(uplift.winRateRatio, ReportText.factor), ReportText.estimate(uplift.winRateDifference, ReportText.points),
            ReportText.estimate(uplift.revenueDifference) { ReportText.money($0, currency, signed: true) },
            ReportText.estimate(uplift.responseRatio, ReportText.factor), PilotText.verdict(uplift),
        ]
    }

    private static func shadow(_ shadow: ShadowReport, _ currency: String) -> String {
        var rows = [
            ("Leads with a suggestion", CountText.grouped(Int64(shadow.leads))), ("The same partner", CountText.grouped(Int64(shadow.agreed))),
            ("Won where the same (95 %)", "\(ReportText.estimate(shadow.whereAgreed.winRate, ReportText.percent)) of \(CountText.grouped(Int64(shadow.whereAgreed.closed)))"),
            ("Won where another (95 %)", "\(ReportText.estimate(shadow.whereDiffered.winRate, ReportText.percent)) of \(CountText.grouped(Int64(shadow.whereDiffered.closed)))"),
        ]
        if shadow.compared > 0 {
            rows.append(("Expected of those others as suggested", ReportText.money(Double(shadow.expectedSuggestedMinorUnits), currency)))
            rows.append(("Expected of them as happened", ReportText.money(Double(shadow.expectedHappenedMinorUnits), currency)))
        }
        return ReportPage.section("Where Leadline did not act: what it would have done", ReportPage.facts(rows))
    }
}
