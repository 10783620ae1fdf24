import Reports

/// What it would be worth if a partner could do more than it can.
public struct EnablementPage: Sendable {
    /// Leads of a partner before and after.
    public struct Moved: Sendable {
        public var partner: String
        public var before: Int
        public var after: Int

        /// A row from its parts.
        public init(partner: String, before: Int, after: Int) {
            self.partner = partner
            self.before = before
            self.after = after
        }
    }

    /// What was found.
    public struct Found: Sendable {
        /// What was supposed, in words.
        public var changes: [String]
        public var days: Int
        public var currency: String
        public var leads: Int
        public var moved: Int
        /// In minor units.
        public var difference: Ranged
        public var partners: [Moved]

        /// A finding from its parts.
        public init(
            changes: [String], days: Int, currency: String, leads: Int, moved: Int, difference: Ranged,
            partners: [Moved]
        ) {
            self.changes = changes
            self.days = days
            self.currency = currency
            self.leads = leads
            self.moved = moved
            self.difference = difference
            self.partners = partners
        }
    }

    /// Lists of a profile that something can be put on.
    public static let lists = [
        "certifications", "verticals", "countries", "languages", "products", "technologies", "regions", "residencies",
    ]
    private static let rowsMost = 100

    private let report: ReportStanding<Found>
    /// Partners to choose from.
    private let partners: [String]

    /// A page of a report as it stands.
    public init(_ report: ReportStanding<Found>, partners: [String]) {
        self.report = report
        self.partners = partners
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        let form = ReportFrame.form(
            "/app/enablement", reader,
            [
                .field(
                    "partner", t("enablement.partner"),
                    [
                        .set(.required), .set(.list, "known-partners"), .set(.maxLength, "128"),
                        .set(.autocomplete, "off"), .set(.spellcheck, "false"),
                    ]), .suggestions("known-partners", partners),
                .select(
                    "list", t("enablement.list"), id: "f-list", Self.lists.map { ($0, t("column.\($0)")) }),
                .field(
                    "value", t("enablement.value"), hint: t("enablement.value.hint"),
                    [.set(.required), .set(.maxLength, "64"), .set(.spellcheck, "false")]),
                ReportFrame.days(reader, 91),
            ])
        return ReportFrame(section: .enablement).page(
            reader, report, about: t("enablement.about"), empty: (t("enablement.empty"), t("enablement.how")), form: form
        ) { content($0, reader) }
    }

    private func content(_ found: Found, _ reader: Reader) -> [HTML] {
        let t = reader.texts
        func money(_ value: Double) -> String { t.whole(value, found.currency) }
        let moved = found.partners.filter { $0.before != $0.after }
            .sorted { ($1.after - $1.before, $0.partner) < ($0.after - $0.before, $1.partner) }
        let rows = moved.prefix(Self.rowsMost).map { row in
            HTML.cells(
                row.partner,
                [
                    ("before", t.number(row.before)), ("after", t.number(row.after)),
                    ("difference", (row.after > row.before ? "+" : "−") + t.number(abs(row.after - row.before))),
                ], t)
        }
        return [
            .element(.p, [.look(.lead)], [reader.recorded(found.changes.joined(separator: "; "))]),
            .element(
                .dl, [.look(.tiles)],
                [
                    .tile(
                        t("enablement.worth"), money(found.difference.value),
                        t(
                            "forecast.within",
                            ["low": .text(money(found.difference.low)), "high": .text(money(found.difference.high))])),
                    .tile(
                        t("enablement.moved"), t.number(found.moved),
                        t("enablement.moved.of", ["count": .count(found.leads)])),
                    .tile(t("report.days"), t.number(found.days), t("enablement.again")),
                ]),
            rows.isEmpty
                ? .panel("moved", t("nav.partners"), [.empty(t("enablement.nothing"), t("enablement.nothing.how"))])
                : .panel(
                    "moved", t("nav.partners"),
                    [
                        .grid(
                            "moved-rows", caption: t("enablement.moved"),
                            [("partner", false), ("before", true), ("after", true), ("difference", true)],
                            Array(rows), t), .left(moved.count, rows.count, t),
                    ]),
        ]
    }
}

extension HTML {
    /// What a field suggests while somebody types.
    static func suggestions(_ id: String, _ values: [String]) -> HTML {
        .element(.datalist, [.set(.id, id)], values.map { .element(.option, [.set(.value, $0)], []) })
    }
}
