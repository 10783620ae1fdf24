import Reports

/// Wins and revenue that are expected, and how well earlier forecasts held.
public struct ForecastsPage: Sendable {
    /// A partner's, or everybody's.
    public struct Row: Sendable {
        public var partner: String
        public var open: Int
        public var wins: Ranged
        public var revenue: Ranged

        /// A row from its parts; the ranges hold 80 of 100.
        public init(partner: String, open: Int, wins: Ranged, revenue: Ranged) {
            self.partner = partner
            self.open = open
            self.wins = wins
            self.revenue = revenue
        }
    }

    /// A past quarter, forecast from what was known at its start.
    public struct Quarter: Sendable {
        public var from: String
        public var wins: Ranged
        public var won: Int
        /// True where others routed until then and Leadline began to.
        public var takesOver: Bool

        /// A quarter from its parts.
        public init(from: String, wins: Ranged, won: Int, takesOver: Bool) {
            self.from = from
            self.wins = wins
            self.won = won
            self.takesOver = takesOver
        }

        var isWithin: Bool { Double(won) >= wins.low && Double(won) <= wins.high }
    }

    /// What was found.
    public struct Found: Sendable {
        public var from: String
        public var to: String
        public var currency: String
        public var total: Row
        public var partners: [Row]
        /// Nil where earlier forecasts were not asked for.
        public var quarters: [Quarter]?

        /// A forecast from its parts.
        public init(
            from: String, to: String, currency: String, total: Row, partners: [Row], quarters: [Quarter]?
        ) {
            self.from = from
            self.to = to
            self.currency = currency
            self.total = total
            self.partners = partners
            self.quarters = quarters
        }
    }

    private static let plotted = 20, rowsMost = 150

    private let report: ReportStanding<Found>

    /// A page of a report as it stands.
    public init(_ report: ReportStanding<Found>) { self.report = report }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        let form = ReportFrame.form(
            "/app/forecast", reader,
            [
                ReportFrame.days(reader, 91),
                .select(
                    "backtest", t("forecast.backtest"), id: "f-backtest",
                    [("no", t("forecast.backtest.no")), ("yes", t("forecast.backtest.yes"))]),
            ])
        return ReportFrame(section: .forecast).page(
            reader, report, about: t("forecast.about"), empty: (t("forecast.empty"), t("forecast.how")), form: form
        ) { [tiles($0, t), partners($0, t), quarters($0, t)] }
    }

    private func tiles(_ found: Found, _ t: Texts) -> HTML {
        func within(_ figure: Ranged, _ write: (Double) -> String) -> String {
            t("forecast.within", ["low": .text(write(figure.low)), "high": .text(write(figure.high))])
        }
        func money(_ value: Double) -> String { t.whole(value, found.currency) }
        func days(_ text: String) -> String { String(text.unicodeScalars.prefix(10)) }
        return .element(
            .dl, [.look(.tiles)],
            [
                .tile(
                    t("forecast.wins"), t.decimal(found.total.wins.value),
                    within(found.total.wins) { t.decimal($0, 0) }),
                .tile(t("forecast.revenue"), money(found.total.revenue.value), within(found.total.revenue, money)),
                .tile(t("forecast.open"), t.number(found.total.open), t("forecast.open.about")),
                .tile(
                    t("forecast.time"), days(found.from), t("forecast.until", ["day": .text(days(found.to))])),
            ])
    }

    private func partners(_ found: Found, _ t: Texts) -> HTML {
        func money(_ value: Double) -> String { t.whole(value, found.currency) }
        if found.partners.isEmpty {
            return .panel("partners", t("nav.partners"), [.empty(t("forecast.nobody"), t("forecast.nobody.how"))])
        }
        let shown = found.partners.prefix(Self.plotted)
        let wins = Chart.ranges(
            t("forecast.wins.plot"),
            shown.map { row in
                .init(row.partner, row.wins.value, range: row.wins.range, shown: t.decimal(row.wins.value))
            })
        let revenue = Chart.ranges(
            t("forecast.revenue.plot"),
            shown.map { row in
                .init(row.partner, row.revenue.value, range: row.revenue.range, shown: money(row.revenue.value))
            })
        let rows = found.partners.prefix(Self.rowsMost).map { row in
            HTML.cells(
                row.partner,
                [
                    ("open", t.number(row.open)), ("wins", row.wins.text { t.decimal($0) }),
                    ("revenue", row.revenue.text(money)),
                ], t)
        }
        let table = HTML.grid(
            "forecast-rows", caption: t("forecast.wins.plot"),
            [("partner", false), ("open", true), ("wins", true), ("revenue", true)], Array(rows), t)
        return .plotted(
            "partners", t("nav.partners"), .div(.plots, [wins, revenue]),
            .all([table, .left(found.partners.count, rows.count, t)]), t)
    }

    private func quarters(_ found: Found, _ t: Texts) -> HTML {
        guard let quarters = found.quarters else { return .nothing }
        if quarters.isEmpty {
            return .panel(
                "quarters", t("forecast.past"), [.empty(t("forecast.past.empty"), t("forecast.past.how"))])
        }
        let rows = quarters.reversed().map { one in
            HTML.cells(
                String(one.from.unicodeScalars.prefix(10)),
                [
                    ("wins", one.wins.text { t.decimal($0) }), ("won", t.number(one.won)),
                    ("held", t(one.takesOver ? "forecast.past.taken" : one.isWithin ? "report.yes" : "report.no")),
                ], t)
        }
        let counted = quarters.filter { !$0.takesOver }
        return .panel(
            "quarters", t("forecast.past"),
            [
                .worded(
                    .p, [.look(.quiet)],
                    t(
                        "forecast.past.held",
                        ["count": .count(counted.count), "held": .count(counted.count(where: \.isWithin))])),
                .grid(
                    "quarters-rows", caption: t("forecast.past"),
                    [("from", false), ("wins", true), ("won", true), ("held", false)], rows, t),
            ])
    }
}
