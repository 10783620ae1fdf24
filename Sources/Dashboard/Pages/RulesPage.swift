public import LeadlineCore
import Reports

/// The policy in force in words, and where it is changed.
public struct RulesPage: Sendable {
    /// The policy in force.
    public struct InForce: Sendable {
        public var version: String
        /// All of it, a line a rule, in the words that every face uses.
        public var lines: [String]

        /// A policy from its parts.
        public init(version: String, lines: [String]) {
            self.version = version
            self.lines = lines
        }
    }

    /// Nil where none is in force.
    public var policy: InForce?
    /// By currency and date, those to come among them.
    public var rates: [RateStanding]
    public var logic: UInt32
    public var canPublish: Bool
    public var said: Said?

    /// A page from its parts.
    public init(_ policy: InForce?, rates: [RateStanding], logic: UInt32, canPublish: Bool, said: Said?) {
        self.policy = policy
        self.rates = rates
        self.logic = logic
        self.canPublish = canPublish
        self.said = said
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("nav.rules"), section: .rules).page([
            .worded(.h1, [.look(.title)], t("nav.rules")), .worded(.p, [.look(.quiet)], t("rules.about")),
            RulesTabs.of(.inForce, t), Said.notice(said, t), inForce(reader),
            RatesPanel(rates, canPublish: canPublish).section(reader),
        ])
    }

    private func inForce(_ reader: Reader) -> HTML {
        let t = reader.texts
        guard let policy else {
            return .element(
                .section, [.set(.id, "policy"), .set(.live), .look(.panel)],
                [.empty(t("rules.none"), t("rules.none.how"))])
        }
        return .panel(
            "policy", t("rules.inForce"),
            [
                .element(
                    .dl, [.look(.facts, .left)],
                    [
                        .fact(t("rules.version"), .span(.mono, String(policy.version.unicodeScalars.prefix(12)))),
                        .fact(t("rules.logic"), .text("\(logic)")),
                    ]),
                .element(
                    .ul, [.look(.reasons)],
                    policy.lines.map { .element(.li, reader.recordedLanguage, [.text($0)]) }),
                canPublish
                    ? .link("/app/rules/proposal", [.button], [.text(t("rules.change"))]) : .nothing,
            ])
    }
}

/// The pages about rules, each one click from another.
enum RulesTabs: String, CaseIterable {
    case inForce, history, proposal, effect

    private var path: String { self == .inForce ? "/app/rules" : "/app/rules/\(rawValue)" }

    /// Links to all of them.
    static func of(_ current: RulesTabs, _ t: Texts) -> HTML {
        .element(
            .nav, [.set(.label, t("nav.rules")), .look(.filters)],
            [
                .element(
                    .ul, [],
                    allCases.map { tab in
                        .element(
                            .li, [],
                            [
                                .element(
                                    .a, [.leading(to: tab.path)] + (tab == current ? [.set(.current, "page")] : []),
                                    [.text(t("rules.tab.\(tab.rawValue)"))])
                            ])
                    })
            ])
    }
}

/// A field that a policy changes.
public struct PolicyDifference: Sendable {
    public var field: String
    /// Nil where it was not set.
    public var before: String?
    /// Nil where it is not set any more.
    public var after: String?

    /// A difference from its parts.
    public init(field: String, before: String?, after: String?) {
        self.field = field
        self.before = before
        self.after = after
    }

    private static let most = 120

    /// A table of differences.
    static func table(_ id: String, _ all: [PolicyDifference], most: Int = most, _ t: Texts) -> HTML {
        let rows = all.prefix(most).map { one in
            HTML.cells(
                one.field, [("before", one.before ?? "–"), ("after", one.after ?? "–")], numbers: false, t)
        }
        return .all([
            .grid(
                id, caption: t("rules.differences"), [("field", false), ("before", false), ("after", false)],
                Array(rows), t),
            all.count > most
                ? .worded(.p, [.look(.hint)], t("rules.left", ["count": .count(all.count - most)])) : .nothing,
        ])
    }
}

/// Policies that were published, with what each changed and when.
public struct RulesHistoryPage: Sendable {
    /// A version of the policy.
    public struct Version: Sendable {
        public var version: String
        public var name: String
        /// When it came into force; nil for a moment that is not readable.
        public var from: Timestamp?
        /// Who approved it; nil if it names nobody.
        public var approver: String?
        public var decisions: Int
        public var changes: [PolicyDifference]

        /// A version from its parts.
        public init(
            version: String, name: String, from: Timestamp?, approver: String?, decisions: Int,
            changes: [PolicyDifference]
        ) {
            self.version = version
            self.name = name
            self.from = from
            self.approver = approver
            self.decisions = decisions
            self.changes = changes
        }
    }

    private static let most = 20

    /// The newest first.
    public var versions: [Version]

    /// A history, the newest first.
    public init(_ versions: [Version]) { self.versions = versions }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        let shown = versions.prefix(Self.most).enumerated().map { place, one in version(one, place, reader) }
        return Shell(reader, title: t("rules.tab.history"), section: .rules).page(
            [
                .worded(.h1, [.look(.title)], t("nav.rules")),
                .worded(.p, [.look(.quiet)], t("rules.history.about")), RulesTabs.of(.history, t),
            ]
                + (shown.isEmpty
                    ? [.element(.section, [.look(.panel)], [.empty(t("rules.history.empty"), t("rules.none.how"))])]
                    : shown)
                + (versions.count > Self.most
                    ? [
                        .worded(
                            .p, [.look(.hint)],
                            t("rules.history.left", ["count": .count(versions.count - Self.most)]))
                    ] : []))
    }

    private func version(_ one: Version, _ place: Int, _ reader: Reader) -> HTML {
        let t = reader.texts
        let title = one.name.isEmpty ? String(one.version.unicodeScalars.prefix(12)) : one.name
        return .element(
            .section, [.set(.id, "version-\(place)"), .set(.labelledBy, "version-\(place)-title"), .look(.panel)],
            [
                .div(
                    .head,
                    [
                        .element(.h2, [.set(.id, "version-\(place)-title")], [.text(title)]),
                        .element(.span, [.look(.quiet)], one.from.map { [reader.moment($0, seconds: true)] } ?? []),
                    ]),
                .worded(
                    .p, [.look(.hint)],
                    [
                        t("rules.decided", ["count": .count(one.decisions)]),
                        one.approver.map { t("rules.approver", ["who": .text($0)]) } ?? t("rules.nobody"),
                    ].joined(separator: " · ")),
                one.changes.isEmpty
                    ? .worded(.p, [.look(.quiet)], t(place == versions.count - 1 ? "rules.first" : "rules.same"))
                    : PolicyDifference.table("version-\(place)-rows", one.changes, t),
            ])
    }
}

/// A policy as somebody wants it: its text, what is wrong with it, how it differs from the one in force.
public struct RulesProposalPage: Sendable {
    /// What is wrong with a text.
    public struct Fault: Sendable {
        /// The field by its path; empty for the text as a whole.
        public var field: String
        /// The line of the text that names the field; nil where none does.
        public var line: Int?
        public var detail: String

        /// A fault from its parts.
        public init(field: String, line: Int?, detail: String) {
            self.field = field
            self.line = line
            self.detail = detail
        }
    }

    /// Longest text that is taken.
    public static let textMost = 60_000

    public var text: String
    public var fault: Fault?
    /// Nil before it was checked.
    public var differences: [PolicyDifference]?
    public var canPublish: Bool

    /// A page with a text.
    public init(text: String, canPublish: Bool) {
        self.text = text
        self.canPublish = canPublish
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("rules.tab.proposal"), section: .rules).page([
            .worded(.h1, [.look(.title)], t("nav.rules")), .worded(.p, [.look(.quiet)], t("rules.proposal.about")),
            RulesTabs.of(.proposal, t), told(reader), editor(reader),
        ])
    }

    private func told(_ reader: Reader) -> HTML {
        let t = reader.texts
        if let fault {
            let place = [
                fault.field, fault.line.map { t("rules.line", ["line": .count($0)]) } ?? "",
            ].filter { !$0.isEmpty }.joined(separator: ", ")
            return .element(
                .p, [.look(.notice, .bad), .set(.role, "alert"), .set(.id, "fault")],
                [
                    .span(.mono, place), .text(place.isEmpty ? "" : ": "), reader.recorded(fault.detail),
                ])
        }
        guard let differences else { return .nothing }
        return .element(
            .section, [.set(.id, "differences"), .set(.labelledBy, "differences-title"), .look(.panel)],
            [
                .div(
                    .head,
                    [.worded(.h2, [.set(.id, "differences-title")], t("rules.differences"))]),
                differences.isEmpty
                    ? .worded(.p, [.set(.role, "status")], t("rules.equal"))
                    : PolicyDifference.table("differences-rows", differences, t),
            ])
    }

    private func editor(_ reader: Reader) -> HTML {
        let t = reader.texts
        let described = (fault == nil ? "" : "fault ") + "f-policy-hint"
        let isReady = differences.map { !$0.isEmpty } ?? false
        return .form(
            "/app/rules/proposal", reader, [.form],
            [
                .div(
                    .field,
                    [
                        .worded(.label, [.set(.for, "f-policy")], t("rules.text")),
                        .worded(.p, [.look(.hint), .set(.id, "f-policy-hint")], t("rules.text.hint")),
                        .element(
                            .textarea,
                            [
                                .set(.id, "f-policy"), .set(.name, "policy"), .set(.rows, "24"), .set(.required),
                                .set(.maxLength, "\(Self.textMost)"), .set(.spellcheck, "false"),
                                .set(.describedBy, described), .look(.mono),
                            ] + (fault == nil ? [] : [.set(.invalid, "true")]), [.lines(text)]),
                    ]),
                .div(
                    .choices,
                    [
                        .submit(t("rules.check"), isReady ? .sub : .primary, named: ("do", "check")),
                        .submit(t("rules.effect"), .sub, named: ("do", "effect")),
                        isReady && canPublish
                            ? .submit(t("rules.publish"), .danger, named: ("do", "publish")) : .nothing,
                    ]),
                isReady && canPublish ? .worded(.p, [.look(.hint)], t("rules.publish.hint")) : .nothing,
            ])
    }
}

/// What a policy would have changed in the history that there is, lead by lead.
public struct RulesEffectPage: Sendable {
    /// A lead that would have gone elsewhere.
    public struct Difference: Sendable {
        public var lead: String
        /// A partner, or why it went to none, in words.
        public var before: String
        public var after: String
        /// Expected value, in minor units.
        public var gain: Int64

        /// A difference from its parts.
        public init(lead: String, before: String, after: String, gain: Int64) {
            self.lead = lead
            self.before = before
            self.after = after
            self.gain = gain
        }
    }

    /// What may be said of what it would have earned.
    public enum Verdict: String, Sendable, CaseIterable { case refused, same, better, worse, undecided }

    /// What was found.
    public struct Found: Sendable {
        public var version: String
        public var currency: String
        public var decisions: Int
        public var changed: Int
        /// Expected by the model of each moment, in minor units.
        public var expectedBefore: Int64
        public var expectedAfter: Int64
        public var verdict: Verdict
        public var differences: [Difference]
        public var partners: [EnablementPage.Moved]
        /// The policy's text, to be published or changed further.
        public var text: String

        /// A finding from its parts.
        public init(
            version: String, currency: String, decisions: Int, changed: Int, expectedBefore: Int64,
            expectedAfter: Int64, verdict: Verdict, differences: [Difference], partners: [EnablementPage.Moved],
            text: String
        ) {
            self.version = version
            self.currency = currency
            self.decisions = decisions
            self.changed = changed
            self.expectedBefore = expectedBefore
            self.expectedAfter = expectedAfter
            self.verdict = verdict
            self.differences = differences
            self.partners = partners
            self.text = text
        }
    }

    /// Differences that are shown, and so kept.
    public static let most = 100

    private let report: ReportStanding<Found>

    /// A page of a report as it stands.
    public init(_ report: ReportStanding<Found>) { self.report = report }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("rules.tab.effect"), section: .rules, refresh: report.refresh).page([
            .worded(.h1, [.look(.title)], t("nav.rules")), .worded(.p, [.look(.quiet)], t("rules.effect.about")),
            RulesTabs.of(.effect, t), report.state(reader),
            .element(.div, [.set(.id, "report"), .set(.live), .look(.main)], content(reader)),
        ])
    }

    private func content(_ reader: Reader) -> [HTML] {
        let t = reader.texts
        guard let found = report.found else {
            return [
                .element(.section, [.look(.panel)], [.empty(t("rules.effect.empty"), t("rules.effect.how"))]),
                .link("/app/rules/proposal", [.button], [.text(t("rules.change"))]),
            ]
        }
        return [
            report.moment(reader),
            .worded(
                .p, [.look(.lead)],
                t("rules.effect.said", ["count": .count(found.decisions), "changed": .count(found.changed)])
                    + " " + t("rules.verdict.\(found.verdict.rawValue)")),
            tiles(found, t), leads(found, reader), partners(found, t),
            .form(
                "/app/rules/proposal", reader, [.form],
                [.hidden("policy", found.text), .submit(t("rules.goOn"), .primary, named: ("do", "check"))]),
        ]
    }

    private func tiles(_ found: Found, _ t: Texts) -> HTML {
        func money(_ value: Int64) -> String { t.whole(Double(value), found.currency) }
        let gain = found.expectedAfter - found.expectedBefore
        let sign = gain > 0 ? "+" : ""
        return .element(
            .dl, [.look(.tiles)],
            [
                .tile(t("rules.expected.before"), money(found.expectedBefore), t("rules.expected.about")),
                .tile(t("rules.expected.after"), money(found.expectedAfter), sign + money(gain)),
            ])
    }

    private func leads(_ found: Found, _ reader: Reader) -> HTML {
        let t = reader.texts
        if found.differences.isEmpty {
            return .panel("leads", t("nav.leads"), [.worded(.p, t("rules.effect.same"))])
        }
        let rows = found.differences.prefix(Self.most).map { one in
            HTML.element(
                .tr, [.set(.row, one.lead)],
                [
                    .element(.th, [.rowHead], [.link("/app/leads/\(one.lead)", [.mono], [.text(one.lead)])]),
                    cell("before", one.before, t), cell("after", one.after, t),
                    cell("difference", (one.gain > 0 ? "+" : "") + t.whole(Double(one.gain), found.currency), t),
                ])
        }
        let left = found.changed - rows.count
        return .panel(
            "leads", t("nav.leads"), count: t.number(found.changed),
            [
                .grid(
                    "effect-rows", caption: t("rules.effect.about"),
                    [("lead", false), ("before", false), ("after", false), ("difference", true)], Array(rows), t),
                left > 0 ? .worded(.p, [.look(.hint)], t("rules.effect.left", ["count": .count(left)])) : .nothing,
            ])
    }

    private func cell(_ column: String, _ text: String, _ t: Texts) -> HTML {
        .cell(column, [.text(text)], t, [column == "difference" ? .num : .words])
    }

    private func partners(_ found: Found, _ t: Texts) -> HTML {
        let moved = found.partners.filter { $0.before != $0.after }
        if moved.isEmpty { return .nothing }
        let shown = moved.sorted { abs($0.after - $0.before) > abs($1.after - $1.before) }.prefix(20)
        let plot = Chart.ranges(
            t("rules.partners.plot"),
            shown.map { row in
                let gain = row.after - row.before
                let (low, high) = (Double(min(0, gain)), Double(max(0, gain)))
                return .init(
                    row.partner, Double(gain), range: low...high, shown: (gain > 0 ? "+" : "−") + t.number(abs(gain)))
            }, mark: 0)
        let rows = shown.map { row in
            HTML.cells(row.partner, [("before", t.number(row.before)), ("after", t.number(row.after))], t)
        }
        let table = HTML.grid(
            "shift-rows", caption: t("rules.partners.plot"),
            [("partner", false), ("before", true), ("after", true)], Array(rows), t)
        return .plotted("partners", t("nav.partners"), plot, table, t)
    }
}
