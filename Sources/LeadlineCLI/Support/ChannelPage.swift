import Evaluation
import Foundation

/// A channel report as a page.
enum ChannelPage {
    /// Partners in a plot.
    private static let plotRowsMost = 40

    static func html(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let title = "Channel health of \(report.program)", privacy = "Partners go by their ids; nothing personal is in this report."
        if report.whole.arrived == 0 && report.whole.figures.leads == 0 {
            return ReportPage.html(title: title, lead: "No lead came in during this time. Send leads, or widen --from and --to.", [])
        }
        return ReportPage.html(title: title, lead: "\(times.moment(report.from)) to \(times.moment(report.to)). \(privacy)", [
            summary(report), plots(report, times), partners(report), windows(report, times), floors(report, times), rotation(report),
            report.pilot.map { PilotPage.section($0, times) } ?? "",
        ])
    }

    private static func summary(_ report: ChannelReport) -> String {
        let f = report.whole.figures, n = report.whole
        func three(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "-" }
        return ReportPage.facts([
            ("Leads that came in", CountText.grouped(Int64(n.arrived))), ("Awards to partners", CountText.grouped(Int64(f.leads))),
            ("Median first response", ReportText.seconds(f.medianResponseSeconds)), ("Nine of ten responses within", ReportText.seconds(f.p90ResponseSeconds)),
            ("Promises of a response kept", f.withinSLA.trials > 0 ? "\(ReportText.percent(f.withinSLA.share)) of \(CountText.grouped(Int64(f.withinSLA.trials)))" : "-"),
            ("Deals decided, won", "\(CountText.grouped(Int64(f.closed))), \(CountText.grouped(Int64(f.won)))"),
            ("Win rate (95 %)", ReportText.estimate(f.winRate, ReportText.percent)),
            ("Revenue", ReportText.money(Double(f.revenueMinorUnits), report.currency)),
            ("Leads over partners: Gini, Jain (even: 0, 1)", "\(three(n.giniOfLeads)), \(three(n.jainOfLeads))"),
            ("Capacity used over partners: Gini, Jain", "\(three(n.giniOfUtilisation)), \(three(n.jainOfUtilisation))"),
            ("To humans", n.escalations.isEmpty ? "0" : n.escalations.map { "\($0.count) \(ChannelText.words($0.reason))" }.joined(separator: ", ")),
        ])
    }

    private static func plots(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let all = report.partners.filter { $0.whole.leads > 0 }, rows = all.prefix(plotRowsMost)
        let which = all.count > plotRowsMost ? " (the \(plotRowsMost) with most leads)" : ""
        let rates = rows.filter { $0.whole.winRate != nil }.map { BarPlot.Row($0.partner, $0.whole.winRate?.value ?? 0, $0.whole.winRate?.interval) }
        let speeds = rows.filter { $0.whole.medianResponseSeconds != nil }.map { BarPlot.Row($0.partner, $0.whole.medianResponseSeconds ?? 0) }
        var plots: [String] = []
        if !rows.isEmpty {
            plots.append(BarPlot.bars("Leads by partner\(which)", rows.map { BarPlot.Row($0.partner, Double($0.whole.leads)) }) { CountText.grouped(Int64($0)) })
        }
        if !rates.isEmpty {
            plots.append(BarPlot.intervals("Win rate by partner with 95 % interval; dashed: the network's", rates, mark: report.whole.figures.winRate?.value, text: ReportText.percent))
        }
        if !speeds.isEmpty { plots.append(BarPlot.bars("Median first response by partner", speeds) { ReportText.seconds($0) }) }
        let windows = report.windows.suffix(plotRowsMost).filter { $0.figures.figures.winRate != nil }
        if windows.count > 1 {
            plots.append(BarPlot.intervals("Win rate by window with 95 % interval; dashed: all of the time", windows.map {
                BarPlot.Row("from \(times.day($0.from))", $0.figures.figures.winRate?.value ?? 0, $0.figures.figures.winRate?.interval)
            }, mark: report.whole.figures.winRate?.value, text: ReportText.percent))
        }
        return plots.isEmpty ? "" : ReportPage.section("At a glance", ReportPage.plots(plots))
    }

    // MARK: Tables

    private static func columns(_ report: ChannelReport) -> [ReportPage.Column] {
        [
            .init(title: "Leads", meaning: "Awards to the partner"), .init(title: "Capacity used", meaning: "Awards over the leads that period caps allowed"),
            .init(title: "Median response", meaning: "Time from the award to the first response, of half of the answered ones at most"),
            .init(title: "90 % within", meaning: "The same of nine of ten"), .init(title: "Accepted", meaning: "Of the awards that asked for an answer"),
            .init(title: "Breaches", meaning: "Awards not answered in time"), .init(title: "Overruled", meaning: "Leads that a human took away"),
            .init(title: "Decided", meaning: "Deals won or lost"), .init(title: "Win rate"), .init(title: "95 % interval"),
            .init(title: "Revenue\(report.currency.isEmpty ? "" : ", \(report.currency)")", meaning: "Won amounts"),
        ]
    }

    private static func cells(_ f: ChannelFigures, _ report: ChannelReport) -> [String] {
        let cells = ChannelText.cells(f, report)
        return cells.dropLast(2) + [
            f.winRate.map { ReportText.percent($0.value) } ?? "-", f.winRate.map { ReportText.range($0.interval, ReportText.percent) } ?? "-",
            amount(f.revenueMinorUnits, report),
        ]
    }

    /// The currency stands in the column's title.
    private static func amount(_ minorUnits: Int64, _ report: ChannelReport) -> String {
        CountText.grouped(Int64((Double(minorUnits) / Double(MoneyText.minorUnits(in: report.currency))).rounded()))
    }

    private static func partners(_ report: ChannelReport) -> String {
        let rows = report.partners.map { [$0.partner + ($0.status == "active" ? "" : " (\($0.status))")] + cells($0.whole, report) }
        return rows.isEmpty ? "" : ReportPage.section("Partners", ReportPage.table([.init(title: "Partner", isText: true)] + columns(report), rows))
    }

    private static func windows(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let rows = report.windows.map {
            ["\(times.day($0.from)) to \(times.lastDay(before: $0.to))", CountText.grouped(Int64($0.figures.arrived))] + cells($0.figures.figures, report)
        }
        if rows.isEmpty { return "" }
        let heads = [ReportPage.Column(title: "Window", isText: true), ReportPage.Column(title: "Arrived", meaning: "Leads that came in")]
        return ReportPage.section("Windows", ReportPage.table(heads + columns(report), rows)
            + ReportPage.notes("Speed and acceptance are of the leads awarded in a window, wins and revenue of the deals decided in it. The newest window may not be over yet."))
    }

    private static func floors(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let f = report.floors
        if f.asked == 0 { return "" }
        let rows = f.short.map { [$0.partner, times.day($0.from), times.lastDay(before: $0.to), ChannelText.amount($0.floor, $0, report), ChannelText.amount($0.got, $0, report), ChannelText.amount(max($0.got, $0.eligible), $0, report)] }
        let text = ReportPage.paragraph(
            "\(CountText.grouped(Int64(f.met))) of \(CountText.grouped(Int64(f.asked))) met over periods of \(f.periodDays) days; \(f.asked - f.met) short, \(f.outOfReach) of them out of reach.")
        let heads = [
            ReportPage.Column(title: "Short", isText: true), .init(title: "From", isText: true), .init(title: "To", isText: true), .init(title: "Floor"), .init(title: "Got"),
            .init(title: "Could have got at most", meaning: "What it could have been chosen for when it came"),
        ]
        return ReportPage.section("Floors", rows.isEmpty ? text : text + "\n" + ReportPage.table(heads, rows))
    }

    private static func rotation(_ report: ChannelReport) -> String {
        guard let rotation = report.rotation else { return "" }
        return ReportPage.section("Against taking turns by country", ReportPage.paragraph("Over \(CountText.of(rotation.leads, "decided lead")).") + "\n" + ReportPage.facts([
            ("Won (95 %)", ReportText.estimate(rotation.winRate, ReportText.percent)),
            ("Expected by the model", ReportText.percent(rotation.expectedWinRate)),
            ("Expected in turns, by the same model", ReportText.percent(rotation.rotationWinRate)),
            ("Ratio, won over in turns (95 %)", ReportText.estimate(rotation.uplift.winRateRatio, ReportText.factor)),
            ("Difference (95 %)", ReportText.estimate(rotation.uplift.winRateDifference, ReportText.points)),
        ]) + ReportPage.notes(ChannelText.rotationNote))
    }
}
