public import LeadlineCore
import Reports

/// How evenly leads are spread over partners, what became of enquiries by country, and whether floors were met.
public struct FairnessPage: Sendable {
    /// How a partner fared.
    public struct Partner: Sendable {
        public var partner: String
        public var considered: Int
        public var assigned: Int
        public var overridden: Int
        /// Of the decisions in which it was in question; nil without any.
        public var selection: Double?
        /// The same over the highest of any partner.
        public var disparity: Double?

        /// A partner's row from its parts.
        public init(
            partner: String, considered: Int, assigned: Int, overridden: Int, selection: Double?, disparity: Double?
        ) {
            self.partner = partner
            self.considered = considered
            self.assigned = assigned
            self.overridden = overridden
            self.selection = selection
            self.disparity = disparity
        }
    }

    /// What became of enquiries of a country.
    public struct Country: Sendable {
        public var country: String
        public var leads: Int
        public var toHuman: Int
        public var rate: Double
        public var disparity: Double?

        /// A country's row from its parts.
        public init(country: String, leads: Int, toHuman: Int, rate: Double, disparity: Double?) {
            self.country = country
            self.leads = leads
            self.toHuman = toHuman
            self.rate = rate
            self.disparity = disparity
        }
    }

    /// Floors of periods that are over.
    public struct Floors: Sendable {
        public var asked: Int
        public var met: Int
        public var outOfReach: Int

        /// Floors from their parts.
        public init(asked: Int, met: Int, outOfReach: Int) {
            self.asked = asked
            self.met = met
            self.outOfReach = outOfReach
        }
    }

    /// What was announced of a partner that has too little, or too much.
    public struct Announced: Sendable {
        public var partner: String
        /// When; nil for a moment that is not readable.
        public var at: Timestamp?
        /// What is the matter, what it comes from and what would help, in words.
        public var what: String
        public var cause: String
        public var remedy: String

        /// An announcement from its parts.
        public init(partner: String, at: Timestamp?, what: String, cause: String, remedy: String) {
            self.partner = partner
            self.at = at
            self.what = what
            self.cause = cause
            self.remedy = remedy
        }
    }

    /// What was found.
    public struct Found: Sendable {
        /// 1 where all partners have the same, 1 / n where one has all.
        public var jain: Double
        public var partners: [Partner]
        public var countries: [Country]
        public var floors: Floors
        /// The newest first.
        public var announced: [Announced]

        /// Figures from their parts.
        public init(
            jain: Double, partners: [Partner], countries: [Country], floors: Floors, announced: [Announced]
        ) {
            self.jain = jain
            self.partners = partners
            self.countries = countries
            self.floors = floors
            self.announced = announced
        }
    }

    /// Four fifths, below which a selection rate is looked at by custom.
    private static let least = 0.8
    private static let plotted = 20, rowsMost = 80, announcedMost = 24

    private let report: ReportStanding<Found>

    /// A page of a report as it stands.
    public init(_ report: ReportStanding<Found>) { self.report = report }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return ReportFrame(section: .fairness).page(
            reader, report, about: t("fairness.about"), empty: (t("fairness.empty"), t("fairness.how")),
            form: ReportFrame.form("/app/fairness", reader, [])
        ) { [tiles($0, t), announced($0, reader), partners($0, t), countries($0, t)] }
    }

    private func tiles(_ found: Found, _ t: Texts) -> HTML {
        let low = found.partners.count { $0.disparity.map { $0 < Self.least } ?? false }
        let countries = found.countries.count { $0.disparity.map { $0 < Self.least } ?? false }
        return .element(
            .dl, [.look(.tiles)],
            [
                .tile(t("fairness.balance"), t.decimal(found.jain, 2), t("fairness.balance.about")),
                .tile(
                    t("fairness.low"), t.number(low), t("fairness.low.about", ["count": .count(found.partners.count)])),
                .tile(
                    t("fairness.countries.low"), t.number(countries),
                    t("fairness.countries.about", ["count": .count(found.countries.count)])),
                .tile(
                    t("fairness.floors"),
                    found.floors.asked == 0
                        ? "–"
                        : t(
                            "fairness.floors.of",
                            ["met": .count(found.floors.met), "asked": .count(found.floors.asked)]),
                    t("fairness.floors.about", ["count": .count(found.floors.outOfReach)])),
            ])
    }

    private func announced(_ found: Found, _ reader: Reader) -> HTML {
        let t = reader.texts
        let rows = found.announced.prefix(Self.announcedMost).map { one in
            func words(_ column: String, _ text: String) -> HTML {
                .cell(column, [.text(text)], t, [.words], reader.recordedLanguage)
            }
            return HTML.element(
                .tr, [],
                [
                    .element(.th, [.rowHead], [.link("/app/partners/\(one.partner)", [.mono], [.text(one.partner)])]),
                    .cell("announced", [one.at.map { reader.moment($0) } ?? .nothing], t),
                    words("what", one.what), words("cause", one.cause), words("remedy", one.remedy),
                ])
        }
        return .panel(
            "announced", t("fairness.announced"), count: rows.isEmpty ? nil : t.number(found.announced.count),
            rows.isEmpty
                ? [.empty(t("fairness.announced.empty"), t("fairness.announced.how"))]
                : [
                    .grid(
                        "announced-rows", caption: t("fairness.announced.about"),
                        [("partner", false), ("announced", false), ("what", false), ("cause", false), ("remedy", false)],
                        rows, t), .left(found.announced.count, rows.count, t),
                ])
    }

    private func partners(_ found: Found, _ t: Texts) -> HTML {
        let sorted = found.partners.filter { $0.considered > 0 || $0.assigned > 0 }
            .sorted { ($1.selection ?? -1, $0.partner) < ($0.selection ?? -1, $1.partner) }
        if sorted.isEmpty {
            return .panel(
                "partners", t("nav.partners"), [.empty(t("fairness.nobody"), t("fairness.nobody.how"))])
        }
        let plot = Chart.bars(
            t("fairness.plot"),
            sorted.prefix(Self.plotted).map { row in
                .init(row.partner, row.selection ?? 0, shown: row.selection.map { t.percent($0) } ?? "–")
            })
        let rows = sorted.prefix(Self.rowsMost).map { row in
            HTML.cells(
                row.partner,
                [
                    ("considered", t.number(row.considered)), ("assigned", t.number(row.assigned)),
                    ("selection", row.selection.map { t.percent($0) } ?? "–"),
                    ("disparity", row.disparity.map { t.decimal($0, 2) } ?? "–"),
                    ("overridden", t.number(row.overridden)),
                ], t)
        }
        let table = HTML.grid(
            "fairness-rows", caption: t("fairness.plot"),
            [
                ("partner", false), ("considered", true), ("assigned", true), ("selection", true), ("disparity", true),
                ("overridden", true),
            ], Array(rows), t)
        return .plotted(
            "partners", t("nav.partners"), plot, .all([table, .left(sorted.count, rows.count, t)]), t)
    }

    private func countries(_ found: Found, _ t: Texts) -> HTML {
        let sorted = found.countries.sorted { ($1.leads, $0.country) < ($0.leads, $1.country) }
        if sorted.isEmpty { return .nothing }
        func name(_ country: String) -> String { country.isEmpty ? t("fairness.unstated") : country }
        let plot = Chart.bars(
            t("fairness.countries.plot"),
            sorted.prefix(Self.plotted).map { .init(name($0.country), $0.rate, shown: t.percent($0.rate)) })
        let rows = sorted.prefix(Self.rowsMost).map { row in
            HTML.cells(
                name(row.country),
                [
                    ("leads", t.number(row.leads)), ("toHuman", t.number(row.toHuman)),
                    ("toPartner", t.percent(row.rate)), ("disparity", row.disparity.map { t.decimal($0, 2) } ?? "–"),
                ], t)
        }
        let table = HTML.grid(
            "countries-rows", caption: t("fairness.countries.plot"),
            [("country", false), ("leads", true), ("toHuman", true), ("toPartner", true), ("disparity", true)],
            Array(rows), t)
        return .plotted(
            "countries", t("column.countries"), plot, .all([table, .left(sorted.count, rows.count, t)]), t)
    }
}
