public import Evaluation

/// A pilot report as a page.
public enum PilotPage {
    /// The page.
    public static func page(_ report: PilotReport, _ style: TextStyle) -> Page {
        let title = "Pilot of \(report.program)"
        if report.pilot.isEmpty && report.shadow == nil {
            return Page(title: title, scope: "", message: "\(report.program): \(PilotWords.nothing)")
        }
        let scope =
            "Each arm against the incumbent, with 95 % intervals. Rates are of leads that were won or lost; open ones are not known yet."
        return Page(
            title: title, scope: scope,
            message: report.pilot.isEmpty ? message(report.shadow) : PilotWords.message(report),
            figures: report.pilot.isEmpty ? report.shadow.map { figures($0, report.currency) } ?? [] : figures(report),
            sections: [
                report.pilot.isEmpty ? .nothing : section(report, style),
                report.shadow.map { .section(PilotWords.shadow, [.facts(PilotWords.facts($0, report.currency))]) }
                    ?? .nothing,
            ])
    }

    private static func message(_ shadow: ShadowReport?) -> String {
        guard let shadow else { return "" }
        return
            "Of \(CountText.of(shadow.leads, "lead")) Leadline would have sent \(CountText.grouped(shadow.leads - shadow.agreed)) to another partner than the one who received it."
    }

    private static func figures(_ report: PilotReport) -> [Page.Figure] {
        report.arms.prefix(6).map { arm in
            let f = arm.figures
            return .init(
                "Win rate, \(arm.name)", f.winRate.map { NumberText.percent($0.value) } ?? "-",
                basis: f.winRate.map {
                    "of \(CountText.grouped(f.closed)) decided; 95 %: \(EstimateText.range($0.interval, NumberText.percent))"
                } ?? "no lead decided yet")
        }
    }

    private static func figures(_ shadow: ShadowReport, _ currency: String) -> [Page.Figure] {
        func rate(_ name: String, _ f: ArmFigures) -> Page.Figure {
            .init(
                name, f.winRate.map { NumberText.percent($0.value) } ?? "-",
                basis: f.winRate.map {
                    "of \(CountText.grouped(f.closed)) decided; 95 %: \(EstimateText.range($0.interval, NumberText.percent))"
                } ?? "no lead decided yet")
        }
        return [
            .init(
                "The same partner", CountText.grouped(shadow.agreed), basis: "of \(CountText.of(shadow.leads, "lead"))"),
            rate("Won where the same", shadow.whereAgreed), rate("Won where another", shadow.whereDiffered),
        ]
    }

    /// The arms, as the channel's report shows them too.
    static func section(_ report: PilotReport, _ style: TextStyle) -> HTML {
        let rates = report.arms.compactMap { arm in
            arm.figures.winRate.map {
                BarPlot.Row(arm.name, $0.value, $0.interval, basis: "of \(CountText.grouped(arm.figures.closed))")
            }
        }
        let plot =
            rates.isEmpty
            ? HTML.nothing
            : BarPlot.intervals("Win rate by arm, with 95 % interval", rates, mark: nil, text: NumberText.percent)
        let arms = HTML.table(PilotWords.columns, report.arms.map { PilotWords.cells($0, report) })
        return .section(
            "Pilot \(report.pilot)", [.p("Since \(style.time(report.from))."), .plots([plot]), arms, uplifts(report)])
    }

    private static func uplifts(_ report: PilotReport) -> HTML {
        let rows = report.arms.compactMap { arm in arm.uplift.map { [arm.name] + cells($0, report.currency) } }
        let heads: [HTML.Column] = [
            .init("Against \(report.incumbent)", isText: true), .init("Ratio of win rates (95 %)"),
            .init("Difference (95 %)"),
            .init("Revenue per decided lead (95 %)"),
            .init("Response time (95 %)", meaning: "Ratio; below 1 is sooner"), .init("Verdict", isText: true),
        ]
        return rows.isEmpty ? .nothing : .table(heads, rows)
    }

    private static func cells(_ uplift: Uplift, _ currency: String) -> [String] {
        [
            EstimateText.estimate(uplift.winRateRatio, NumberText.factor),
            EstimateText.estimate(uplift.winRateDifference, NumberText.points),
            EstimateText.estimate(uplift.revenueDifference) { MoneyText.whole($0, currency, sign: .always) },
            EstimateText.estimate(uplift.responseRatio, NumberText.factor), PilotWords.verdict(uplift),
        ]
    }
}
