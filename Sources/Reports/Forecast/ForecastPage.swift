import Evaluation

/// A forecast as a page.
public enum ForecastPage {
    /// Partners in a plot.
    private static let plotRowsMost = 20

    /// The page.
    public static func page(_ document: ForecastDocument, program: String, _ style: TextStyle) -> Page {
        let forecast = document.forecast
        let scope =
            forecast.map {
                "\(style.day($0.from)) to \(style.lastDay(before: $0.to)), \(CountText.of($0.days, "day")), from what is known now."
            } ?? ""
        let enablement = document.enablement.map { report in
            HTML.section(
                "Enablement",
                [.worded(.h3, report.changes.joined(separator: "; "))] + ForecastText.lines(report).map { .p($0) })
        }
        return Page(
            title: "Forecast of \(program)", scope: scope, message: forecast.map(ForecastText.message) ?? "",
            figures: forecast.map(figures) ?? [],
            sections: [
                forecast.map(plots) ?? .nothing, forecast.map(partners) ?? .nothing,
                document.backtest.map { backtest($0, style) } ?? .nothing,
                enablement ?? .nothing,
            ])
    }

    private static func whole(_ value: Double) -> String { CountText.grouped(Int64(value)) }

    private static func figures(_ forecast: Forecast) -> [Page.Figure] {
        func money(_ value: Double) -> String { MoneyText.whole(value, forecast.currency) }
        let total = forecast.total
        return [
            .init(
                "Wins expected", NumberText.fixed(total.wins.expected, 1),
                basis:
                    "80 %: \(EstimateText.range(total.wins.interval80, whole)); 95 %: \(EstimateText.range(total.wins.interval95, whole))"
            ),
            .init(
                "Revenue expected", money(total.revenue.expected),
                basis: "80 %: \(EstimateText.range(total.revenue.interval80, money))"),
            .init(
                "Deals open now", CountText.grouped(total.open),
                basis: "\(NumberText.fixed(total.fromPipeline, 1)) of them expected to be won"),
            .init(
                "Season", forecast.hasSeason ? NumberText.factor(forecast.season) : "-",
                basis: forecast.hasSeason ? "" : "takes 67 weeks of history"),
            .init("Wins so far", NumberText.factor(forecast.calibration), basis: "of what the model had expected"),
            .init("Leads to come", NumberText.factor(forecast.growth), basis: "won as often as those before, as past quarters went"),
        ]
    }

    private static func plots(_ forecast: Forecast) -> HTML {
        let rows = forecast.partners.prefix(plotRowsMost)
        if rows.isEmpty { return .nothing }
        let which = forecast.partners.count > plotRowsMost ? " (the \(plotRowsMost) with most revenue expected)" : ""
        func money(_ value: Double) -> String { MoneyText.whole(value, forecast.currency) }
        let wins = rows.map { BarPlot.Row($0.partner, $0.wins.expected, $0.wins.interval80) }
        let revenue = rows.map { BarPlot.Row($0.partner, $0.revenue.expected, $0.revenue.interval80) }
        return .section(
            "At a glance",
            [
                .plots([
                    BarPlot.intervals("Wins by partner, with 80 % interval\(which)", wins, mark: nil) {
                        NumberText.fixed($0, 1)
                    },
                    BarPlot.intervals(
                        "Revenue by partner, with 80 % interval\(which)", revenue, mark: nil, text: money),
                ])
            ])
    }

    private static func partners(_ forecast: Forecast) -> HTML {
        func amount(_ value: Double) -> String { MoneyText.wholeAmount(value, forecast.currency) }
        let unit = forecast.currency.isEmpty ? "" : ", \(forecast.currency)"
        let heads: [HTML.Column] = [
            .init("Partner", isText: true), .init("Open", meaning: "Deals open now"), .init("Wins"),
            .init("Of them from open deals"), .init("80 %"), .init("95 %"), .init("Revenue\(unit)"), .init("80 %"),
            .init("95 %"),
        ]
        let rows = (forecast.partners + [forecast.total]).map { row in
            [
                row.partner.isEmpty ? "all" : row.partner, CountText.grouped(row.open),
                NumberText.fixed(row.wins.expected, 1), NumberText.fixed(row.fromPipeline, 1),
                EstimateText.range(row.wins.interval80, whole), EstimateText.range(row.wins.interval95, whole),
                amount(row.revenue.expected),
                EstimateText.range(row.revenue.interval80, amount), EstimateText.range(row.revenue.interval95, amount),
            ]
        }
        return .section("Partners", [.table(heads, rows)])
    }

    private static func backtest(_ backtest: ForecastBacktest, _ style: TextStyle) -> HTML {
        if backtest.quarters.isEmpty {
            return .section(
                "Past quarters", [.p("No past quarter can be forecast: that takes two quarters of history before it.")])
        }
        let heads: [HTML.Column] = [
            .init("From", isText: true), .init("To", isText: true), .init("Expected wins"), .init("80 %"),
            .init("95 %"), .init("Won"), .init("", isText: true),
        ]
        let rows = backtest.quarters.map {
            [
                style.day($0.from), style.day($0.to), NumberText.fixed($0.expectedWins, 1),
                EstimateText.range($0.winsInterval80, whole),
                EstimateText.range($0.winsInterval95, whole), CountText.grouped($0.wins),
                $0.takesOver ? ForecastText.takenOver : "",
            ]
        }
        let sizes: [HTML.Column] = [
            .init("Partners in quarters, by expected wins", isText: true), .init("How many"), .init("80 % held"),
            .init("Promised", meaning: "Whole numbers seldom allow just 80 %"), .init("95 % held"), .init("Promised"),
            .init("Width of 80 %"),
        ]
        let table = HTML.table(
            sizes,
            backtest.sizes.map {
                [
                    ForecastText.name($0), CountText.grouped($0.wins80.trials), NumberText.percent($0.wins80.share),
                    NumberText.percent($0.wins80Promised.share),
                    NumberText.percent($0.wins95.share), NumberText.percent($0.wins95Promised.share),
                    NumberText.fixed($0.meanWidth80, 1),
                ]
            })
        return .section(
            "Past quarters, each forecast from what was known at its start",
            [.table(heads, rows)] + ForecastText.notes(backtest).map { .p($0) } + [table])
    }
}
