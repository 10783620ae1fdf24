public import Evaluation

/// A channel report as a page.
public enum ChannelPage {
    /// Partners in a plot, and windows.
    private static let plotRowsMost = 20

    /// The page.
    public static func page(_ report: ChannelReport, _ style: TextStyle) -> Page {
        let title = "Channel health of \(report.program)"
        let privacy = "Partners are shown by their ids; the report holds no personal data."
        if report.whole.arrived == 0 && report.whole.figures.leads == 0 {
            return Page(
                title: title, scope: privacy,
                message: "No lead came in during this time. Send leads, or widen --from and --to.")
        }
        return Page(
            title: title, scope: "\(style.time(report.from)) to \(style.time(report.to)). \(privacy)",
            message: ChannelWords.message(report),
            figures: figures(report),
            sections: [
                plots(report, style), partners(report), windows(report, style), floors(report, style),
                starvation(report, style),
                balance(report.whole), rotation(report),
                report.pilot.map { PilotPage.section($0, style) } ?? .nothing,
            ])
    }

    private static func figures(_ report: ChannelReport) -> [Page.Figure] {
        let f = report.whole.figures, escalated = report.whole.escalations.reduce(0) { $0 + $1.count }
        return [
            .init("Leads that came in", CountText.grouped(report.whole.arrived)),
            .init(
                "Awards to partners", CountText.grouped(f.leads),
                basis: "to \(CountText.of(report.partners.count { $0.whole.leads > 0 }, "partner"))"),
            .init(
                "Win rate", f.winRate.map { NumberText.percent($0.value) } ?? "-",
                basis: f.winRate.map {
                    "of \(CountText.grouped(f.closed)) decided; 95 %: \(EstimateText.range($0.interval, NumberText.percent))"
                } ?? "no deal decided yet"),
            .init(
                "Revenue", MoneyText.whole(Double(f.revenueMinorUnits), report.currency),
                basis: "from \(CountText.of(f.won, "won deal"))"),
            .init(
                "Median first response", TimeText.duration(seconds: f.medianResponseSeconds),
                basis: f.responded > 0
                    ? "of \(CountText.of(f.responded, "response")); 90 % within \(TimeText.duration(seconds: f.p90ResponseSeconds))"
                    : "no response yet"),
            .init(
                "Responses in time", f.withinSLA.trials > 0 ? NumberText.percent(f.withinSLA.share) : "-",
                basis: f.withinSLA.trials > 0
                    ? "of \(CountText.grouped(f.withinSLA.trials)) promised" : "none promised yet"),
            .init(
                "Accepted", f.answersKnown > 0 ? NumberText.percent(f.acceptance.share) : "-",
                basis: f.answersKnown > 0 ? "of \(CountText.of(f.answersKnown, "known answer"))" : "no answer known yet"
            ),
            .init(
                "Escalated to humans", CountText.grouped(escalated),
                basis: escalated > 0 ? ChannelWords.escalations(report.whole) : "none"),
        ]
    }

    private static func plots(_ report: ChannelReport, _ style: TextStyle) -> HTML {
        let all = report.partners.filter { $0.whole.leads > 0 }, rows = all.prefix(plotRowsMost)
        let which = all.count > plotRowsMost ? " (the \(plotRowsMost) with most leads)" : ""
        let network = report.whole.figures.winRate?.value
        func rate(_ name: String, _ f: ChannelFigures) -> BarPlot.Row? {
            f.winRate.map { BarPlot.Row(name, $0.value, $0.interval, basis: "of \(CountText.grouped(f.closed))") }
        }
        let rates = rows.compactMap { rate($0.partner, $0.whole) }
        let speeds = rows.compactMap { row in
            row.whole.medianResponseSeconds.map {
                BarPlot.Row(row.partner, $0, basis: "of \(CountText.grouped(row.whole.responded))")
            }
        }
        let windows = report.windows.suffix(plotRowsMost).compactMap {
            rate("from \(style.day($0.from))", $0.figures.figures)
        }
        var plots: [HTML] = []
        if !rates.isEmpty {
            plots.append(
                BarPlot.intervals(
                    "Win rate by partner, with 95 % interval; dashed: the network\(which)", rates, mark: network,
                    text: NumberText.percent))
        }
        if !rows.isEmpty {
            plots.append(
                BarPlot.bars("Leads by partner\(which)", rows.map { BarPlot.Row($0.partner, Double($0.whole.leads)) }) {
                    NumberText.fixed($0, 0)
                })
        }
        if windows.count > 1 {
            plots.append(
                BarPlot.intervals(
                    "Win rate by window, with 95 % interval; dashed: all of the time", windows, mark: network,
                    text: NumberText.percent))
        }
        if !speeds.isEmpty {
            plots.append(BarPlot.bars("Median first response by partner", speeds) { TimeText.duration(seconds: $0) })
        }
        return .section("At a glance", [.plots(plots)])
    }

    // MARK: Tables

    private static var columns: [HTML.Column] { ChannelColumn.allCases.map { .init($0.title, meaning: $0.meaning) } }

    private static func partners(_ report: ChannelReport) -> HTML {
        let rows = report.partners.map { [ChannelWords.name($0)] + ChannelColumn.cells($0.whole, report.currency) }
        return rows.isEmpty
            ? .nothing : .section("Partners", [.table([.init("Partner", isText: true)] + columns, rows)])
    }

    private static func windows(_ report: ChannelReport, _ style: TextStyle) -> HTML {
        let rows = report.windows.map {
            [ChannelWords.days($0.from, $0.to, style), CountText.grouped($0.figures.arrived)]
                + ChannelColumn.cells($0.figures.figures, report.currency)
        }
        if rows.isEmpty { return .nothing }
        let heads: [HTML.Column] = [.init("Window", isText: true), .init("Arrived", meaning: "Leads that came in")]
        let note =
            "Speed and acceptance are those of the leads awarded in a window; wins and revenue are those of the deals decided in it. The newest window may not be over yet."
        return .section("Windows", [.table(heads + columns, rows), .notes(note)])
    }

    private static func floors(_ report: ChannelReport, _ style: TextStyle) -> HTML {
        if report.floors.asked == 0 { return .nothing }
        let rows = report.floors.short.map { ChannelWords.cells($0, report.currency, style) }
        let heads: [HTML.Column] = [
            .init("Short", isText: true), .init("Window", isText: true), .init("Floor"), .init("Received"),
            .init("At most possible", meaning: "What it could have been chosen for when it came"),
        ]
        return .section(
            "Floors", [.p(ChannelWords.floors(report.floors) + "."), rows.isEmpty ? .nothing : .table(heads, rows)])
    }

    private static func starvation(_ report: ChannelReport, _ style: TextStyle) -> HTML {
        if report.starvation.isEmpty { return .nothing }
        let heads: [HTML.Column] = [
            .init("Partner", isText: true), .init("Announced", isText: true), .init("What", isText: true),
            .init("Kept by", meaning: "What kept it, or of a share the others, from leads", isText: true),
            .init("What would help", isText: true),
        ]
        return .section(
            "Too little, or too much", [.table(heads, report.starvation.map { ChannelWords.cells($0, report.currency, style) })])
    }

    private static func balance(_ network: NetworkFigures) -> HTML {
        .section(
            "Balance over partners",
            [
                .facts([
                    ("Leads", ChannelWords.balance(network.giniOfLeads, network.jainOfLeads)),
                    ("Capacity used", ChannelWords.balance(network.giniOfUtilisation, network.jainOfUtilisation)),
                ]),
                .notes("Gini is 0 and Jain is 1 where all partners have the same."),
            ])
    }

    private static func rotation(_ report: ChannelReport) -> HTML {
        guard let rotation = report.rotation else { return .nothing }
        return .section(
            ChannelWords.rotation,
            [
                .p("Over \(CountText.of(rotation.leads, "decided lead"))."),
                .facts([
                    ("Won (95 %)", EstimateText.estimate(rotation.winRate, NumberText.percent)),
                    ("Expected by the model", NumberText.percent(rotation.expectedWinRate)),
                    ("Expected in turns, by the same model", NumberText.percent(rotation.rotationWinRate)),
                    (
                        "Ratio, won over in turns (95 %)",
                        EstimateText.estimate(rotation.uplift.winRateRatio, NumberText.factor)
                    ),
                    ("Difference (95 %)", EstimateText.estimate(rotation.uplift.winRateDifference, NumberText.points)),
                ]),
                .notes(ChannelWords.rotationNote),
            ])
    }
}
