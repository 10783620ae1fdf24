import Reports

/// What the model is, how well what it said came true, whether it drifts, and what it learned.
public struct LearningPage: Sendable {
    /// What the model is by now.
    public struct Card: Sendable {
        public var version: String
        public var logic: UInt32
        public var baseRate: Double
        public var priorRate: Double
        public var awards: Int
        public var open: Int
        public var won: Int
        public var lost: Int

        /// A card from its parts.
        public init(
            version: String, logic: UInt32, baseRate: Double, priorRate: Double, awards: Int, open: Int, won: Int,
            lost: Int
        ) {
            self.version = version
            self.logic = logic
            self.baseRate = baseRate
            self.priorRate = priorRate
            self.awards = awards
            self.open = open
            self.won = won
            self.lost = lost
        }
    }

    /// What was said beside what came of it, over some awards.
    public struct Bin: Sendable {
        public var predicted: Double
        public var observed: Ranged
        public var count: Int

        /// A bin from its parts.
        public init(predicted: Double, observed: Ranged, count: Int) {
            self.predicted = predicted
            self.observed = observed
            self.count = count
        }
    }

    /// A month of the model.
    public struct Month: Sendable {
        /// "2026-03".
        public var month: String
        public var decisions: Int
        /// Deals that it learned from in that month.
        public var won: Int
        public var lost: Int
        /// Awards of the month whose outcome is known, what was said of them and what came of it.
        public var outcomes: Int
        public var predicted: Double
        public var observed: Double

        /// A month from its parts.
        public init(
            month: String, decisions: Int, won: Int, lost: Int, outcomes: Int, predicted: Double, observed: Double
        ) {
            self.month = month
            self.decisions = decisions
            self.won = won
            self.lost = lost
            self.outcomes = outcomes
            self.predicted = predicted
            self.observed = observed
        }
    }

    /// How far a partner or a value moves conversion.
    public struct Effect: Sendable {
        public var name: String
        public var logOdds: Ranged
        public var won: Int
        public var closed: Int

        /// An effect from its parts.
        public init(name: String, logOdds: Ranged, won: Int, closed: Int) {
            self.name = name
            self.logOdds = logOdds
            self.won = won
            self.closed = closed
        }
    }

    /// How well it said what came, beside simple rates; less is better.
    public struct Score: Sendable {
        /// "leadline", "base rate" or "partner rate".
        public var model: String
        public var logLoss: Double
        public var brier: Double

        /// A score from its parts.
        public init(model: String, logLoss: Double, brier: Double) {
            self.model = model
            self.logLoss = logLoss
            self.brier = brier
        }
    }

    /// What was found.
    public struct Found: Sendable {
        public var card: Card
        public var scored = 0
        public var scores: [Score] = []
        public var bins: [Bin] = []
        /// The oldest first.
        public var months: [Month] = []
        public var effects: [Effect] = []

        /// Nothing but the card.
        public init(card: Card) { self.card = card }
    }

    private static let monthsMost = 24, effectsMost = 20

    private let report: ReportStanding<Found>

    /// A page of a report as it stands.
    public init(_ report: ReportStanding<Found>) { self.report = report }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return ReportFrame(section: .learning).page(
            reader, report, about: t("learning.about"), empty: (t("learning.empty"), t("learning.how")),
            form: ReportFrame.form("/app/learning", reader, [])
        ) { [tiles($0, t), calibration($0, t), drift($0, t), learned($0, t), effects($0, t)] }
    }

    private func tiles(_ found: Found, _ t: Texts) -> HTML {
        let card = found.card
        let closed = card.won + card.lost
        return .element(
            .dl, [.look(.tiles)],
            [
                .tile(
                    t("learning.base"), t.percent(card.baseRate),
                    t("learning.prior", ["share": .text(t.percent(card.priorRate))])),
                .tile(
                    t("learning.outcomes"), t.number(closed), t("learning.won", ["count": .count(card.won)])),
                .tile(
                    t("learning.awards"), t.number(card.awards), t("learning.open", ["count": .count(card.open)])),
                .tile(
                    t("learning.version"), String(card.version.unicodeScalars.prefix(8)),
                    t("learning.logic", ["version": .text("\(card.logic)")])),
            ])
    }

    // MARK: Calibration

    private func calibration(_ found: Found, _ t: Texts) -> HTML {
        if found.bins.isEmpty {
            return .panel(
                "calibration", t("learning.calibration"),
                [.empty(t("learning.calibration.empty"), t("learning.calibration.how"))])
        }
        let most = min(1, max(0.05, found.bins.map { max($0.predicted, $0.observed.high) }.max() ?? 1))
        let points = found.bins.map { bin in
            Chart.Point(
                across: bin.predicted / most, up: bin.observed.value / most,
                range: bin.observed.range.map { $0.lowerBound / most...$0.upperBound / most },
                told: t(
                    "learning.bin",
                    [
                        "predicted": .text(t.percent(bin.predicted)),
                        "observed": .text(bin.observed.text { t.percent($0) }), "count": .count(bin.count),
                    ]))
        }
        let ticks = [0, 0.25, 0.5, 0.75, 1].map { (at: $0, name: t.percent($0 * most)) }
        let plot = Chart.plane(
            t("learning.calibration.about"), [.init(isFirst: true, isJoined: false, points)], across: ticks, up: ticks,
            isDiagonal: true)
        let rows = found.bins.map { bin in
            HTML.cells(
                t.percent(bin.predicted),
                [("observed", bin.observed.text { t.percent($0) }), ("count", t.number(bin.count))], t)
        }
        let table = HTML.grid(
            "calibration-rows", caption: t("learning.calibration.about"),
            [("predicted", false), ("observed", true), ("count", true)], rows, t)
        return .all([
            .plotted("calibration", t("learning.calibration"), plot, table, t), scores(found, t),
        ])
    }

    private func scores(_ found: Found, _ t: Texts) -> HTML {
        if found.scores.isEmpty { return .nothing }
        let rows = found.scores.map { score in
            HTML.cells(
                t.label("learning.model", score.model.unicodeScalars.map { $0 == " " ? "-" : String($0) }.joined()),
                [("logLoss", t.decimal(score.logLoss, 4)), ("brier", t.decimal(score.brier, 4))], t)
        }
        return .panel(
            "scores", t("learning.scores"),
            [
                .worded(.p, [.look(.hint)], t("learning.scores.about", ["count": .count(found.scored)])),
                .grid(
                    "scores-rows", caption: t("learning.scores"),
                    [("model", false), ("logLoss", true), ("brier", true)], rows, t),
            ])
    }

    // MARK: Drift

    private func drift(_ found: Found, _ t: Texts) -> HTML {
        let months = found.months.filter { $0.outcomes > 0 }.suffix(Self.monthsMost)
        if months.count < 2 {
            return .panel(
                "drift", t("learning.drift"), [.empty(t("learning.drift.empty"), t("learning.drift.how"))])
        }
        let most = max(0.05, months.map { max($0.predicted, $0.observed) }.max() ?? 1)
        let last = Double(months.count - 1)
        func points(_ value: (Month) -> Double, _ name: String) -> [Chart.Point] {
            months.enumerated().map { place, month in
                Chart.Point(
                    across: Double(place) / last, up: value(month) / most,
                    told: "\(month.month), \(name): \(t.percent(value(month)))")
            }
        }
        let named = [0, months.count / 2, months.count - 1]
        let across = Set(named).sorted().map { place in
            (at: Double(place) / last, name: months[months.startIndex + place].month)
        }
        let plot = Chart.plane(
            t("learning.drift.about"),
            [
                .init(isFirst: false, isJoined: true, points({ $0.observed }, t("column.observed"))),
                .init(isFirst: true, isJoined: true, points({ $0.predicted }, t("column.predicted"))),
            ], across: across, up: [0, 0.5, 1].map { (at: $0, name: t.percent($0 * most)) })
        let rows = months.reversed().map { month in
            HTML.cells(
                month.month,
                [
                    ("predicted", t.percent(month.predicted)), ("observed", t.percent(month.observed)),
                    ("count", t.number(month.outcomes)),
                ], t)
        }
        let table = HTML.grid(
            "drift-rows", caption: t("learning.drift.about"),
            [("month", false), ("predicted", true), ("observed", true), ("count", true)], rows, t)
        return .plotted("drift", t("learning.drift"), plot, table, t)
    }

    // MARK: What was learned

    private func learned(_ found: Found, _ t: Texts) -> HTML {
        let lines = found.months.suffix(Self.monthsMost).reversed().map { month in
            HTML.worded(
                .li,
                t(
                    "learning.month",
                    [
                        "month": .text(month.month), "won": .count(month.won), "lost": .count(month.lost),
                        "decisions": .count(month.decisions),
                    ]))
        }
        return .panel(
            "learned", t("learning.learned"),
            [
                lines.isEmpty
                    ? .empty(t("learning.learned.empty"), t("learning.learned.how"))
                    : .element(.ul, [.look(.reasons)], Array(lines))
            ])
    }

    private func effects(_ found: Found, _ t: Texts) -> HTML {
        let strongest = found.effects.sorted { abs($0.logOdds.value) > abs($1.logOdds.value) }.prefix(Self.effectsMost)
        if strongest.isEmpty { return .nothing }
        let plot = Chart.ranges(
            t("learning.effects.about"),
            strongest.map { effect in
                .init(
                    effect.name, effect.logOdds.value, range: effect.logOdds.range,
                    shown: t.decimal(effect.logOdds.value, 2))
            }, mark: 0)
        let rows = strongest.map { effect in
            HTML.cells(
                effect.name,
                [
                    ("logOdds", effect.logOdds.text { t.decimal($0, 2) }), ("won", t.number(effect.won)),
                    ("closed", t.number(effect.closed)),
                ], t)
        }
        let table = HTML.grid(
            "effects-rows", caption: t("learning.effects.about"),
            [("name", false), ("logOdds", true), ("won", true), ("closed", true)], Array(rows), t)
        return .plotted("effects", t("learning.effects"), plot, table, t)
    }
}
