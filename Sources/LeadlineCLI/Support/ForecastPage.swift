import Evaluation
import Foundation

/// A forecast as a page.
enum ForecastPage {
    /// Partners in a plot.
    private static let plotRowsMost = 40

    static func html(_ document: ForecastDocument, program: String, _ times: ReportTimes) -> String {
        let forecast = document.forecast
        let lead = forecast.map { "\(times.day($0.from)) to \(times.day($0.to)), \(CountText.of($0.days, "day")), from what is known now." } ?? ""
        return ReportPage.html(title: "Forecast of \(program)", lead: lead, [
            forecast.map(summary) ?? "", forecast.map(plots) ?? "", forecast.map(partners) ?? "", document.backtest.map { backtest($0, times) } ?? "",
            document.enablement.map { ReportPage.section("Enablement", ReportPage.paragraph(ForecastText.enablement($0))) } ?? "",
        ])
    }

    private static func whole(_ value: Double) -> String { CountText.grouped(Int64(value)) }

    private static func summary(_ forecast: Forecast) -> String {
        func money(_ value: Double) -> String { ReportText.money(value, forecast.currency) }
        let total = forecast.total
        return ReportPage.facts([
            ("Deals open now", CountText.grouped(Int64(total.open))), ("Wins expected", String(format: "%.1f", total.wins.expected)),
            ("80 %, 95 %", "\(ReportText.range(total.wins.interval80, whole)), \(ReportText.range(total.wins.interval95, whole))"),
            ("Revenue expected", money(total.revenue.expected)),
            ("80 %, 95 %", "\(ReportText.range(total.revenue.interval80, money)), \(ReportText.range(total.revenue.interval95, money))"),
            ("Season", forecast.hasSeason ? "x \(String(format: "%.2f", forecast.season))" : "not told: that takes 67 weeks of history"),
            ("Wins so far over what the model had expected", ReportText.factor(forecast.calibration)),
        ])
    }

    private static func plots(_ forecast: Forecast) -> String {
        let rows = forecast.partners.prefix(plotRowsMost)
        if rows.isEmpty { return "" }
        let which = forecast.partners.count > plotRowsMost ? " (the \(plotRowsMost) with most revenue expected)" : ""
        func money(_ value: Double) -> String { ReportText.money(value, forecast.currency) }
        return ReportPage.plots([
            BarPlot.intervals("Wins by partner with 80 % interval\(which)", rows.map { BarPlot.Row($0.partner, $0.wins.expected, $0.wins.interval80) }, mark: nil) {
                String(format: "%.1f", $0)
            },
            BarPlot.intervals("Revenue by partner with 80 % interval\(which)", rows.map { BarPlot.Row($0.partner, $0.revenue.expected, $0.revenue.interval80) }, mark: nil, text: money),
        ])
    }

    private static func partners(_ forecast: Forecast) -> String {
        func amount(_ value: Double) -> String { CountText.grouped(Int64((value / Double(MoneyText.minorUnits(in: forecast.currency))).rounded())) }
        let unit = forecast.currency.isEmpty ? "" : ", \(forecast.currency)"
        let heads: [ReportPage.Column] = [
            .init(title: "Partner", isText: true), .init(title: "Open", meaning: "Deals open now"), .init(title: "Wins"),
            .init(title: "Of them from open deals"), .init(title: "80 %"), .init(title: "95 %"), .init(title: "Revenue\(unit)"), .init(title: "80 %"), .init(title: "95 %"),
        ]
        let rows = (forecast.partners + [forecast.total]).map { row in
            [
                row.partner.isEmpty ? "all" : row.partner, CountText.grouped(Int64(row.open)), String(format: "%.1f", row.wins.expected), String(format: "%.1f", row.fromPipeline),
                ReportText.range(row.wins.interval80, whole), ReportText.range(row.wins.interval95, whole), amount(row.revenue.expected),
                ReportText.range(row.revenue.interval80, amount), ReportText.range(row.revenue.interval95, amount),
            ]
        }
        return ReportPage.section("Partners", ReportPage.table(heads, rows))
    }

    private static func backtest(_ backtest: ForecastBacktest, _ times: ReportTimes) -> String {
        if backtest.quarters.isEmpty {
            return ReportPage.section("Past quarters", ReportPage.paragraph("No past quarter can be forecast: that takes two quarters of history before it."))
        }
        let heads: [ReportPage.Column] = [
            .init(title: "From", isText: true), .init(title: "To", isText: true), .init(title: "Expected wins"), .init(title: "80 %"), .init(title: "95 %"), .init(title: "Won"),
        ]
        let rows = backtest.quarters.map {
            [
                times.day($0.from), times.day($0.to), String(format: "%.1f", $0.expectedWins), ReportText.range($0.winsInterval80, whole),
                ReportText.range($0.winsInterval95, whole), CountText.grouped(Int64($0.wins)),
            ]
        }
        let sizes: [ReportPage.Column] = [
            .init(title: "Partners in quarters, by expected wins", isText: true), .init(title: "How many"), .init(title: "80 % held"),
            .init(title: "Promised", meaning: "Whole numbers seldom allow just 80 %"), .init(title: "95 % held"), .init(title: "Promised"), .init(title: "Width of 80 %"),
        ]
        let table = ReportPage.table(sizes, backtest.sizes.map {
            [
                ForecastText.name($0), CountText.grouped(Int64($0.wins80.trials)), ReportText.percent($0.wins80.share), ReportText.percent($0.wins80Promised.share),
                ReportText.percent($0.wins95.share), ReportText.percent($0.wins95Promised.share), String(format: "%.1f", $0.meanWidth80),
            ]
        })
        return ReportPage.section("Past quarters, each forecast from what was known at its start", ReportPage.table(heads, rows) + "\n" + table)
    }
}
