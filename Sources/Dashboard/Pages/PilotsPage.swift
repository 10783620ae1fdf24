import Reports

/// What a pilot shows so far: each arm against the one that is in place.
public struct PilotsPage: Sendable {
    /// What may be said of an arm's win rate.
    public enum Verdict: String, Sendable, CaseIterable { case better, worse, tooEarly, incumbent }

    /// An arm.
    public struct Arm: Sendable {
        public var name: String
        public var leads: Int
        public var closed: Int
        public var won: Int
        public var winRate: Ranged?
        /// Against the incumbent, as a share.
        public var difference: Ranged?
        /// So many more leads are needed to tell; nil where that is not known.
        public var missing: Int?
        public var verdict: Verdict

        /// An arm from its parts.
        public init(
            name: String, leads: Int, closed: Int, won: Int, winRate: Ranged?, difference: Ranged?, missing: Int?,
            verdict: Verdict
        ) {
            self.name = name
            self.leads = leads
            self.closed = closed
            self.won = won
            self.winRate = winRate
            self.difference = difference
            self.missing = missing
            self.verdict = verdict
        }
    }

    /// What a shadow shows: the same leads, where both would have sent them.
    public struct Shadow: Sendable {
        public var leads: Int
        public var agreed: Int

        /// A shadow from its parts.
        public init(leads: Int, agreed: Int) {
            self.leads = leads
            self.agreed = agreed
        }
    }

    /// What was found.
    public struct Found: Sendable {
        /// Empty where the policy names none.
        public var pilot: String
        public var incumbent: String
        public var arms: [Arm]
        public var shadow: Shadow?

        /// A pilot from its parts.
        public init(pilot: String, incumbent: String, arms: [Arm], shadow: Shadow?) {
            self.pilot = pilot
            self.incumbent = incumbent
            self.arms = arms
            self.shadow = shadow
        }
    }

    private let report: ReportStanding<Found>

    /// A page of a report as it stands.
    public init(_ report: ReportStanding<Found>) { self.report = report }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        let short: [HTML.Attribute] = [.set(.maxLength, "64"), .set(.spellcheck, "false")]
        let form = ReportFrame.form(
            "/app/pilot", reader,
            [
                .field("pilot", t("pilot.name"), hint: t("pilot.name.hint"), short),
                .field("incumbent", t("pilot.incumbent"), hint: t("pilot.incumbent.hint"), short),
            ])
        return ReportFrame(section: .pilot).page(
            reader, report, about: t("pilot.about"), empty: (t("pilot.empty"), t("pilot.how")), form: form
        ) { content($0, t) }
    }

    private func content(_ found: Found, _ t: Texts) -> [HTML] {
        let shadow = found.shadow.map { shadow in
            HTML.panel(
                "shadow", t("pilot.shadow"),
                [
                    .worded(
                        .p, [.look(.lead)],
                        t(
                            "pilot.shadow.said",
                            ["leads": .count(shadow.leads), "others": .count(shadow.leads - shadow.agreed)]))
                ])
        }
        if found.arms.isEmpty {
            return [
                shadow
                    ?? .element(.section, [.look(.panel)], [.empty(t("pilot.none"), t("pilot.none.how"))])
            ]
        }
        return [arms(found, t), shadow ?? .nothing]
    }

    private func arms(_ found: Found, _ t: Texts) -> HTML {
        let known = found.arms.filter { $0.winRate != nil }
        let plot: HTML =
            known.isEmpty
            ? .empty(t("pilot.undecided"), t("pilot.undecided.how"))
            : Chart.ranges(
                t("pilot.plot"),
                known.compactMap { arm in
                    arm.winRate.map { .init(arm.name, $0.value, range: $0.range, shown: t.percent($0.value)) }
                })
        let rows = found.arms.map { arm in
            HTML.cells(
                arm.name,
                [
                    ("leads", t.number(arm.leads)), ("closed", t.number(arm.closed)), ("won", t.number(arm.won)),
                    ("winRate", arm.winRate?.text { t.percent($0) } ?? "–"),
                    ("difference", arm.difference?.text { t.decimal($0 * 100) } ?? "–"),
                    ("verdict", verdict(arm, t)),
                ], t)
        }
        let table = HTML.grid(
            "arms-rows", caption: t("pilot.plot"),
            [
                ("arm", false), ("leads", true), ("closed", true), ("won", true), ("winRate", true),
                ("difference", true), ("verdict", false),
            ], rows, t)
        let sentences = found.arms.filter { $0.verdict != .incumbent }.map { arm in
            HTML.worded(.li, arm.name + ": " + verdict(arm, t))
        }
        return .all([
            .panel(
                "verdicts", t("pilot.of", ["pilot": .text(found.pilot)]),
                [
                    .worded(.p, [.look(.quiet)], t("pilot.against", ["arm": .text(found.incumbent)])),
                    .element(.ul, [.look(.reasons)], sentences),
                ]), .plotted("arms", t("pilot.arms"), plot, table, t),
        ])
    }

    private func verdict(_ arm: Arm, _ t: Texts) -> String {
        let words = t("pilot.verdict.\(arm.verdict.rawValue)")
        guard arm.verdict == .tooEarly, let missing = arm.missing, missing > 0 else { return words }
        return words + " " + t("pilot.missing", ["count": .count(missing)])
    }
}
