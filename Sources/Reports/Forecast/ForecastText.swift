import Evaluation

/// A forecast for people.
public enum ForecastText {
    /// The forecast, and the backtest and the enablement where the document has them.
    public static func of(_ document: ForecastDocument, _ style: TextStyle) -> String {
        [
            document.forecast.map { forecast($0, style) },
            document.backtest.map { backtest($0, document.forecast?.currency ?? "", style) },
            document.enablement.map { enablement($0, style) },
        ]
        .compactMap { $0 }.joined(separator: "\n")
    }

    private static func forecast(_ forecast: Forecast, _ style: TextStyle) -> String {
        var table = TextTable([
            ("PARTNER", .left), ("OPEN", .right), ("WINS", .right), ("FROM PIPELINE", .right), ("80 %", .left),
            ("95 %", .left), ("REVENUE", .right),
            ("80 %", .left), ("95 %", .left),
        ])
        for row in forecast.partners { table.add(cells(row, row.partner, forecast.currency)) }
        table.add(cells(forecast.total, "all", forecast.currency))
        let season =
            forecast.hasSeason
            ? "season \(NumberText.factor(forecast.season))" : "no season: that takes 67 weeks of history"
        return style.styled(
            "Forecast of \(Escaping.harmless(forecast.program)), \(style.day(forecast.from)) to \(style.lastDay(before: forecast.to))",
            .bold)
            + "\n\(style.lines([message(forecast)]))\n\n\(table.text(style))Rates of the last 13 weeks; \(season); wins so far were \(NumberText.fixed(forecast.calibration, 2)) x what the model had expected; leads to come count \(NumberText.fixed(forecast.growth, 2)) x, as past quarters went.\n"
    }

    /// What the reader should know.
    static func message(_ forecast: Forecast) -> String {
        let wins = forecast.total.wins, revenue = forecast.total.revenue
        func money(_ value: Double) -> String { MoneyText.whole(value, forecast.currency) }
        return
            "\(NumberText.fixed(wins.expected, 1)) wins are expected (80 %: \(EstimateText.range(wins.interval80) { NumberText.fixed($0, 0) })), worth "
            + "\(money(revenue.expected)) (80 %: \(EstimateText.range(revenue.interval80, money))), \(NumberText.fixed(forecast.total.fromPipeline, 1)) of them "
            + "from the \(CountText.of(forecast.total.open, "deal")) open now."
    }

    private static func cells(_ row: Forecast.Row, _ name: String, _ currency: String) -> [String] {
        func whole(_ value: Double) -> String { NumberText.fixed(value, 0) }
        func money(_ value: Double) -> String { MoneyText.whole(value, currency) }
        return [
            name, "\(row.open)", NumberText.fixed(row.wins.expected, 1), NumberText.fixed(row.fromPipeline, 1),
            EstimateText.range(row.wins.interval80, whole), EstimateText.range(row.wins.interval95, whole),
            money(row.revenue.expected),
            EstimateText.range(row.revenue.interval80, money), EstimateText.range(row.revenue.interval95, money),
        ]
    }

    private static func backtest(_ backtest: ForecastBacktest, _ currency: String, _ style: TextStyle) -> String {
        if backtest.quarters.isEmpty {
            return "No past quarter can be forecast: that takes two quarters of history before it.\n"
        }
        var table = TextTable([
            ("FROM", .left), ("TO", .left), ("EXPECTED WINS", .right), ("80 %", .left), ("95 %", .left),
            ("WON", .right), ("EXPECTED REVENUE", .right),
            ("REVENUE", .right), ("", .left),
        ])
        for quarter in backtest.quarters {
            table.add([
                style.day(quarter.from), style.day(quarter.to), NumberText.fixed(quarter.expectedWins, 1),
                EstimateText.range(quarter.winsInterval80) { NumberText.fixed($0, 0) },
                EstimateText.range(quarter.winsInterval95) { NumberText.fixed($0, 0) },
                "\(quarter.wins)", MoneyText.whole(quarter.expectedRevenue, currency),
                MoneyText.whole(Double(quarter.revenueMinorUnits), currency), quarter.takesOver ? takenOver : "",
            ])
        }
        func held(_ rate: Rate) -> String { "\(Int(rate.successes)) of \(rate.trials)" }
        return style.styled("Past quarters, each forecast from what was known at its start", .bold) + "\n"
            + table.text(style) + "\n" + sizes(backtest, style) + """
                Intervals that held what came, partners in quarters: wins 80 % \(held(backtest.partnerWins80)), 95 % \
                \(held(backtest.partnerWins95)); revenue 80 % \(held(backtest.partnerRevenue80)), 95 % \
                \(held(backtest.partnerRevenue95)).
                Of whole quarters: wins 80 % \(held(backtest.totalWins80)), 95 % \(held(backtest.totalWins95)).

                """ + style.lines(notes(backtest)) + "\n"
    }

    /// What stands beside a quarter in which Leadline began to route.
    static let takenOver = "Leadline took over"

    /// How far forecasts were off on the whole, and which quarters do not count.
    static func notes(_ backtest: ForecastBacktest) -> [String] {
        let off = backtest.bias.map { bias in
            "In all, \(NumberText.percent(abs(bias))) \(bias < 0 ? "fewer" : "more") wins were expected than came."
        }
        let isTaken = backtest.quarters.contains(where: \.takesOver)
        let left =
            "The quarter in which Leadline took over from whoever routed before counts in none of these figures: what that "
            + "brings no forecast from before can know."
        return [off, isTaken ? left : nil].compactMap { $0 }
    }

    /// Small partners and large ones: whole numbers make the intervals of small ones hold more than they are named
    /// after.
    private static func sizes(_ backtest: ForecastBacktest, _ style: TextStyle) -> String {
        var table = TextTable([
            ("EXPECTED WINS", .left), ("PARTNERS IN QUARTERS", .right), ("80 % HELD", .right), ("PROMISED", .right),
            ("95 % HELD", .right), ("PROMISED", .right),
            ("WIDTH OF 80 %", .right), ("REVENUE 80 % HELD", .right), ("95 % HELD", .right),
            ("ERROR / FORECAST", .right),
        ])
        for size in backtest.sizes {
            table.add([
                name(size), "\(size.wins80.trials)", NumberText.percent(size.wins80.share),
                NumberText.percent(size.wins80Promised.share),
                NumberText.percent(size.wins95.share), NumberText.percent(size.wins95Promised.share),
                NumberText.fixed(size.meanWidth80, 1),
                NumberText.percent(size.revenue80.share), NumberText.percent(size.revenue95.share),
                NumberText.fixed(size.dispersion, 2),
            ])
        }
        return table.text(style)
            + "Promised: as the forecasts themselves put it. Error / forecast: squared error by forecast variance; below 1 intervals are too wide.\n"
    }

    /// "3 to 10".
    static func name(_ size: ForecastBacktest.Size) -> String {
        guard let below = size.expectedBelow else { return "\(Int(size.expectedFrom)) and more" }
        return size.expectedFrom > 0 ? "\(Int(size.expectedFrom)) to \(Int(below))" : "below \(Int(below))"
    }

    private static func enablement(_ report: EnablementReport, _ style: TextStyle) -> String {
        style.styled(report.changes.map(Escaping.harmless).joined(separator: "; "), .bold) + "\n"
            + style.lines(lines(report)) + "\n"
    }

    /// What an enablement would be worth, in lines.
    static func lines(_ report: EnablementReport) -> [String] {
        func money(_ value: Double) -> String { MoneyText.whole(value, report.currency, sign: .always) }
        var lines = [
            "\(money(report.difference.value)) expected in \(report.days) days (95 % \(EstimateText.range(report.difference.interval, money))), "
                + "\(MoneyText.whole(report.expectedBefore, report.currency)) before",
            "\(CountText.of(report.leads, "lead")) routed again, \(CountText.grouped(report.moved)) went elsewhere",
        ]
        for row in report.partners.prefix(10) { lines.append("  \(row.partner): \(row.before) -> \(row.after) leads") }
        if report.partners.count > 10 {
            lines.append("  and \(CountText.of(report.partners.count - 10, "other partner"))")
        }
        return lines
    }
}
