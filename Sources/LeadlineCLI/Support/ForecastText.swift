import Evaluation
import Foundation

/// A forecast for people.
enum ForecastText {
    static func of(_ document: ForecastDocument, _ times: ReportTimes) -> String {
        [document.forecast.map { forecast($0, times) }, document.backtest.map { backtest($0, document.forecast?.currency ?? "", times) }, document.enablement.map(enablement)]
            .compactMap { $0 }.joined(separator: "\n")
    }

    private static func forecast(_ forecast: Forecast, _ times: ReportTimes) -> String {
        var table = TextTable([
            ("PARTNER", .left), ("OPEN", .right), ("WINS", .right), ("FROM PIPELINE", .right), ("80 %", .left), ("95 %", .left), ("REVENUE", .right),
            ("80 %", .left), ("95 %", .left),
        ])
        for row in forecast.partners { table.add(cells(row, row.partner, forecast.currency)) }
        table.add(cells(forecast.total, "all", forecast.currency))
        let season = forecast.hasSeason ? "season x \(String(format: "%.2f", forecast.season))" : "no season: that takes 67 weeks of history"
        return Terminal.styled("Forecast of \(Terminal.harmless(forecast.program)), \(times.day(forecast.from)) to \(times.day(forecast.to))", .bold)
            + "\n\(table.text())Rates of the last 13 weeks; \(season); wins so far were \(String(format: "%.2f", forecast.calibration)) x what the model had expected.\n"
    }

    private static func cells(_ row: Forecast.Row, _ name: String, _ currency: String) -> [String] {
        func whole(_ value: Double) -> String { String(Int(value)) }
        func money(_ value: Double) -> String { ReportText.money(value, currency) }
        return [
            name, "\(row.open)", String(format: "%.1f", row.wins.expected), String(format: "%.1f", row.fromPipeline),
            ReportText.range(row.wins.interval80, whole), ReportText.range(row.wins.interval95, whole), money(row.revenue.expected),
            ReportText.range(row.revenue.interval80, money), ReportText.range(row.revenue.interval95, money),
        ]
    }

    private static func backtest(_ backtest: ForecastBacktest, _ currency: String, _ times: ReportTimes) -> String {
        if backtest.quarters.isEmpty { return "No past quarter can be forecast: that takes two quarters of history before it.\n" }
        var table = TextTable([
            ("FROM", .left), ("TO", .left), ("EXPECTED WINS", .right), ("80 %", .left), ("95 %", .left), ("WON", .right), ("EXPECTED REVENUE", .right),
            ("REVENUE", .right),
        ])
        for quarter in backtest.quarters {
            table.add([
                times.day(quarter.from), times.day(quarter.to), String(format: "%.1f", quarter.expectedWins),
                ReportText.range(quarter.winsInterval80) { String(Int($0)) }, ReportText.range(quarter.winsInterval95) { String(Int($0)) },
                "\(quarter.wins)", ReportText.money(quarter.expectedRevenue, currency), ReportText.money(Double(quarter.revenueMinorUnits), currency),
            ])
        }
        func held(_ rate: Rate) -> String { "\(Int(rate.successes)) of \(rate.trials)" }
        return Terminal.styled("Past quarters, each forecast from what was known at its start", .bold) + "\n" + table.text() + "\n" + sizes(backtest) + """
            Intervals that held what came, partners in quarters: wins 80 % \(held(backtest.partnerWins80)), 95 % \(held(backtest.partnerWins95)); \
            revenue 80 % \(held(backtest.partnerRevenue80)), 95 % \(held(backtest.partnerRevenue95)).
            Of whole quarters: wins 80 % \(held(backtest.totalWins80)), 95 % \(held(backtest.totalWins95)).

            """
    }

    /// Small partners and large ones: whole numbers make the intervals of small ones hold more than they are named after.
    private static func sizes(_ backtest: ForecastBacktest) -> String {
        var table = TextTable([
            ("EXPECTED WINS", .left), ("PARTNERS IN QUARTERS", .right), ("80 % HELD", .right), ("PROMISED", .right), ("95 % HELD", .right), ("PROMISED", .right),
            ("WIDTH OF 80 %", .right), ("REVENUE 80 % HELD", .right), ("95 % HELD", .right), ("ERROR / FORECAST", .right),
        ])
        for size in backtest.sizes {
            table.add([
                name(size), "\(size.wins80.trials)", ReportText.percent(size.wins80.share), ReportText.percent(size.wins80Promised.share),
                ReportText.percent(size.wins95.share), ReportText.percent(size.wins95Promised.share), String(format: "%.1f", size.meanWidth80),
                ReportText.percent(size.revenue80.share), ReportText.percent(size.revenue95.share), String(format: "%.2f", size.dispersion),
            ])
        }
        return table.text() + "Promised: as the forecasts themselves put it. Error / forecast: squared error by forecast variance; below 1 intervals are too wide.\n"
    }

    /// "3 to 10".
    static func name(_ size: ForecastBacktest.Size) -> String {
        guard let below = size.expectedBelow else { return "\(Int(size.expectedFrom)) and more" }
        return size.expectedFrom > 0 ? "\(Int(size.expectedFrom)) to \(Int(below))" : "below \(Int(below))"
    }

    static func enablement(_ report: EnablementReport) -> String {
        func money(_ value: Double) -> String { ReportText.money(value, report.currency, signed: true) }
        var lines = [
            Terminal.styled(report.changes.map(Terminal.harmless).joined(separator: "; "), .bold),
            "\(money(report.difference.value)) expected in \(report.days) days (95 % \(ReportText.range(report.difference.interval, money))), "
                + "\(ReportText.money(report.expectedBefore, report.currency)) before",
            "\(CountText.of(report.leads, "lead")) routed again, \(CountText.grouped(Int64(report.moved))) went elsewhere",
        ]
        for row in report.partners.prefix(10) { lines.append("  \(Terminal.harmless(row.partner)): \(row.before) -> \(row.after) leads") }
        if report.partners.count > 10 { lines.append("  and \(CountText.of(report.partners.count - 10, "other partner"))") }
        return lines.joined(separator: "\n") + "\n"
    }
}
