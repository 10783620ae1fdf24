public import Evaluation

/// A channel report for people.
public enum ChannelText {
    /// Missed floors that are written out.
    private static let floorsMost = 12
    /// Announcements that are.
    private static let announcedMost = 12

    /// The report.
    public static func of(_ report: ChannelReport, _ style: TextStyle) -> String {
        if report.whole.arrived == 0 && report.whole.figures.leads == 0 {
            return "Nothing to report on \(Escaping.harmless(report.program)) in this time: no lead came in. "
                + "Send leads, or widen --from and --to.\n"
        }
        return [
            head(report, style), partners(report, style), windows(report, style), balance(report.whole),
            floors(report, style), starvation(report, style),
            escalations(report.whole), rotation(report, style), report.pilot.map { PilotText.of($0, style) } ?? "",
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func head(_ report: ChannelReport, _ style: TextStyle) -> String {
        let title = style.styled("Channel health of \(Escaping.harmless(report.program))", .bold)
        return
            "\(title), \(style.time(report.from)) to \(style.time(report.to))\n\(style.lines([ChannelWords.message(report)]))\n"
    }

    // MARK: Tables

    private static var columns: [(title: String, alignment: TextTable.Alignment)] {
        ChannelColumn.allCases.map { ($0.title.uppercased(), $0.isText ? .left : .right) }
    }

    private static func partners(_ report: ChannelReport, _ style: TextStyle) -> String {
        if report.partners.isEmpty { return "" }
        var table = TextTable([("PARTNER", .left)] + columns)
        for row in report.partners where row.whole.leads > 0 || row.whole.closed > 0 {
            table.add([ChannelWords.name(row)] + ChannelColumn.cells(row.whole, report.currency))
        }
        let idle = report.partners.count { $0.whole.leads == 0 && $0.whole.closed == 0 }
        return (table.isEmpty ? "" : table.text(style))
            + (idle > 0 ? "\(CountText.of(idle, "partner")) without leads\n" : "")
    }

    private static func windows(_ report: ChannelReport, _ style: TextStyle) -> String {
        var table = TextTable([("WINDOW", .left), ("ARRIVED", .right)] + columns)
        for window in report.windows {
            table.add(
                [ChannelWords.days(window.from, window.to, style), CountText.grouped(window.figures.arrived)]
                    + ChannelColumn.cells(window.figures.figures, report.currency))
        }
        return table.isEmpty ? "" : table.text(style)
    }

    private static func balance(_ network: NetworkFigures) -> String {
        "Balance over partners: leads \(ChannelWords.balance(network.giniOfLeads, network.jainOfLeads)); "
            + "capacity used \(ChannelWords.balance(network.giniOfUtilisation, network.jainOfUtilisation))\n"
    }

    private static func floors(_ report: ChannelReport, _ style: TextStyle) -> String {
        let floors = report.floors
        if floors.asked == 0 { return "" }
        let text = "Floors: \(ChannelWords.floors(floors))\n"
        if floors.short.isEmpty { return text }
        var table = TextTable([
            ("SHORT", .left), ("WINDOW", .left), ("FLOOR", .right), ("RECEIVED", .right), ("AT MOST POSSIBLE", .right),
        ])
        for row in floors.short.suffix(floorsMost) { table.add(ChannelWords.cells(row, report.currency, style)) }
        let left = floors.short.count - min(floorsMost, floors.short.count)
        return text + table.text(style)
            + (left > 0 ? "and \(CountText.of(left, "earlier one")); --json has them all\n" : "")
    }

    /// What was announced of partners, the newest last.
    private static func starvation(_ report: ChannelReport, _ style: TextStyle) -> String {
        if report.starvation.isEmpty { return "" }
        var table = TextTable([
            ("ANNOUNCED", .left), ("DAY", .left), ("WHAT", .left), ("KEPT BY", .left), ("WHAT WOULD HELP", .left),
        ])
        for row in report.starvation.suffix(announcedMost) { table.add(ChannelWords.cells(row, report.currency, style)) }
        let left = report.starvation.count - min(announcedMost, report.starvation.count)
        return "Announced of partners with too little, or too much: \(CountText.grouped(report.starvation.count))\n" + table.text(style)
            + (left > 0 ? "and \(CountText.of(left, "earlier one")); --json has them all\n" : "")
    }

    private static func escalations(_ network: NetworkFigures) -> String {
        network.escalations.isEmpty
            ? "" : "Escalated to humans: \(Escaping.harmless(ChannelWords.escalations(network)))\n"
    }

    private static func rotation(_ report: ChannelReport, _ style: TextStyle) -> String {
        guard let rotation = report.rotation else { return "" }
        let head = style.styled("\(ChannelWords.rotation), over \(CountText.of(rotation.leads, "decided lead"))", .bold)
        let lines =
            [
                "won            \(EstimateText.estimate(rotation.winRate, NumberText.percent)); the model had expected \(NumberText.percent(rotation.expectedWinRate))",
                "in turns       \(NumberText.percent(rotation.rotationWinRate)) expected by the same model",
            ] + PilotText.lines(rotation.uplift, report.currency) + [ChannelWords.rotationNote]
        return head + "\n" + style.lines(lines.map { "  \($0)" }) + "\n"
    }
}

/// What both the text and the page of a channel report say.
enum ChannelWords {
    /// What the reader should know, in a few sentences.
    static func message(_ report: ChannelReport) -> String {
        let f = report.whole.figures
        let partners = report.partners.count { $0.whole.leads > 0 }
        let arrived =
            "\(CountText.of(report.whole.arrived, "lead")) came in; \(CountText.of(f.leads, "award")) went to \(CountText.of(partners, "partner"))."
        let won =
            f.winRate.map { rate in
                "\(CountText.of(f.closed, "deal")) \(f.closed == 1 ? "is" : "are") decided, \(CountText.grouped(f.won)) won: "
                    + "\(NumberText.percent(rate.value)) (95 %: \(EstimateText.range(rate.interval, NumberText.percent))), "
                    + "\(MoneyText.whole(Double(f.revenueMinorUnits), report.currency))."
            } ?? "No deal is decided yet."
        let late =
            f.withinSLA.trials == 0
            ? ""
            : " \(EstimateText.share(f.withinSLA)) promised first \(f.withinSLA.trials == 1 ? "response" : "responses") came in time."
        return "\(arrived) \(won)\(late)"
    }

    static func name(_ row: PartnerFigures) -> String {
        row.partner + (row.status == "active" ? "" : " (\(row.status))")
    }

    static func days(_ from: String, _ to: String, _ style: TextStyle) -> String {
        "\(style.day(from)) to \(style.lastDay(before: to))"
    }

    static func balance(_ gini: Double?, _ jain: Double?) -> String {
        func three(_ value: Double?) -> String { value.map { NumberText.fixed($0, 3) } ?? "-" }
        return "Gini \(three(gini)), Jain \(three(jain))"
    }

    static func floors(_ floors: FloorReport) -> String {
        "\(CountText.grouped(floors.met)) of \(CountText.grouped(floors.asked)) met over periods of \(CountText.of(floors.periodDays, "day")); "
            + "\(CountText.grouped(floors.asked - floors.met)) short, \(CountText.grouped(floors.outOfReach)) of them out of reach"
    }

    static func cells(_ row: FloorReport.Row, _ currency: String, _ style: TextStyle) -> [String] {
        func amount(_ value: Int) -> String {
            row.unit == .leads ? CountText.grouped(value) : MoneyText.whole(Double(value), currency)
        }
        return [
            row.partner, days(row.from, row.to, style), amount(row.floor), amount(row.got),
            amount(max(row.got, row.eligible)),
        ]
    }

    /// The partner, the day, what was announced, what kept it or the others, and what would help.
    static func cells(_ row: AnnouncedStarvation, _ currency: String, _ style: TextStyle) -> [String] {
        let told = StarvationText(row, currency) { style.day($0) }
        return [row.partner, style.day(row.at), told.what, told.cause, told.remedy]
    }

    static func escalations(_ network: NetworkFigures) -> String {
        network.escalations.map { "\(CountText.grouped($0.count)) (\(DecisionReasonWords.escalation(named: $0.reason)))" }
            .joined(separator: ", ")
    }

    static let rotation = "Compared with taking turns by country"

    /// What the interval does not cover.
    static let rotationNote =
        "The interval covers chance alone. How far the model misjudges partners that were not chosen, only a pilot shows."
}
