import Evaluation
import Foundation

/// A channel report for people.
enum ChannelText {
    /// Missed floors that are written out.
    private static let floorsMost = 12

    static func of(_ report: ChannelReport, _ times: ReportTimes) -> String {
        if report.whole.arrived == 0 && report.whole.figures.leads == 0 {
            return "Nothing to report on \(Terminal.harmless(report.program)) in this time: no lead came in. "
                + "Send leads, or widen --from and --to.\n"
        }
        return [
            head(report, times), partners(report), windows(report, times), balance(report.whole), floors(report, times),
            escalations(report.whole), rotation(report), report.pilot.map { PilotText.of($0, times) } ?? "",
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func head(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let f = report.whole.figures
        return """
            \(Terminal.styled("Channel health of \(Terminal.harmless(report.program))", .bold)), \(times.moment(report.from)) to \(times.moment(report.to))
            \(CountText.of(report.whole.arrived, "lead")) came in, \(CountText.of(f.leads, "award")) to \(CountText.of(report.partners.count { $0.whole.leads > 0 }, "partner")); \
            \(CountText.of(f.closed, "deal")) decided, \(f.won) won: \(ReportText.estimate(f.winRate, ReportText.percent)), \(money(f.revenueMinorUnits, report))

            """
    }

    // MARK: Tables

    static let columns: [(title: String, alignment: TextTable.Alignment)] = [
        ("LEADS", .right), ("USED", .right), ("MEDIAN", .right), ("P90", .right), ("ACCEPTED", .right), ("BREACHES", .right),
        ("OVERRULED", .right), ("CLOSED", .right), ("WIN RATE (95 %)", .left), ("REVENUE", .right),
    ]

    static func cells(_ f: ChannelFigures, _ report: ChannelReport) -> [String] {
        [
            CountText.grouped(Int64(f.leads)), f.utilisation.map(ReportText.percent) ?? "-", ReportText.seconds(f.medianResponseSeconds),
            ReportText.seconds(f.p90ResponseSeconds), f.asked > 0 ? ReportText.percent(Double(f.accepted) / Double(f.asked)) : "-",
            "\(f.breaches)", "\(f.overrides)", "\(f.closed)", ReportText.estimate(f.winRate, ReportText.percent), money(f.revenueMinorUnits, report),
        ]
    }

    private static func partners(_ report: ChannelReport) -> String {
        if report.partners.isEmpty { return "" }
        var table = TextTable([("PARTNER", .left)] + columns)
        for row in report.partners where row.whole.leads > 0 || row.whole.closed > 0 {
            table.add([row.partner + (row.status == "active" ? "" : " (\(row.status))")] + cells(row.whole, report))
        }
        let idle = report.partners.count { $0.whole.leads == 0 && $0.whole.closed == 0 }
        return table.text() + (idle > 0 ? "\(CountText.of(idle, "partner")) without leads\n" : "")
    }

    private static func windows(_ report: ChannelReport, _ times: ReportTimes) -> String {
        var table = TextTable([("FROM", .left), ("TO", .left), ("ARRIVED", .right)] + columns)
        for window in report.windows {
            table.add([times.day(window.from), times.day(window.to), "\(window.figures.arrived)"] + cells(window.figures.figures, report))
        }
        return table.isEmpty ? "" : table.text()
    }

    private static func balance(_ network: NetworkFigures) -> String {
        func three(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "-" }
        return "Balance over partners: leads Gini \(three(network.giniOfLeads)), Jain \(three(network.jainOfLeads)); "
            + "utilisation Gini \(three(network.giniOfUtilisation)), Jain \(three(network.jainOfUtilisation))\n"
    }

    private static func floors(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let floors = report.floors
        if floors.asked == 0 { return "" }
        var text = "Floors: \(floors.met) of \(floors.asked) met over periods of \(floors.periodDays) days; "
            + "\(floors.asked - floors.met) short, \(floors.outOfReach) of them out of reach\n"
        if floors.short.isEmpty { return text }
        var table = TextTable([("SHORT", .left), ("FROM", .left), ("TO", .left), ("FLOOR", .right), ("GOT", .right), ("COULD HAVE GOT AT MOST", .right)])
        for row in floors.short.suffix(floorsMost) {
            table.add([row.partner, times.day(row.from), times.day(row.to), amount(row.floor, row, report), amount(row.got, row, report), amount(max(row.got, row.eligible), row, report)])
        }
        text += table.text()
        let left = floors.short.count - min(floorsMost, floors.short.count)
        return text + (left > 0 ? "and \(CountText.of(left, "earlier one")); --json has them all\n" : "")
    }

    /// What a floor counts: leads, or money.
    static func amount(_ value: Int, _ row: FloorReport.Row, _ report: ChannelReport) -> String {
        row.unit == .leads ? CountText.grouped(Int64(value)) : ReportText.money(Double(value), report.currency)
    }

    private static func escalations(_ network: NetworkFigures) -> String {
        if network.escalations.isEmpty { return "" }
        return "To humans: " + network.escalations.map { "\($0.count) \(words($0.reason))" }.joined(separator: ", ") + "\n"
    }

    /// "noEligiblePartner" as "no eligible partner".
    static func words(_ name: String) -> String {
        name.reduce(into: "") { text, letter in text += letter.isUppercase ? " \(letter.lowercased())" : String(letter) }
    }

    /// What the interval does not cover.
    static let rotationNote = "The interval is chance's alone. How far the model misjudges partners that were not chosen, only a pilot tells."

    private static func rotation(_ report: ChannelReport) -> String {
        guard let rotation = report.rotation else { return "" }
        let head = Terminal.styled("Against taking turns by country, over \(CountText.of(rotation.leads, "decided lead"))", .bold)
        let lines = [
            "won            \(ReportText.estimate(rotation.winRate, ReportText.percent)); the model had expected \(ReportText.percent(rotation.expectedWinRate))",
            "in turns       \(ReportText.percent(rotation.rotationWinRate)) expected by the same model",
        ] + PilotText.lines(rotation.uplift, report.currency) + [rotationNote]
        return head + "\n" + lines.map { "  \($0)\n" }.joined()
    }

    private static func money(_ value: Int64, _ report: ChannelReport) -> String { ReportText.money(Double(value), report.currency) }
}
