/// How the log-loss went from the first row on, for the model and for what it is compared with.
public struct LearningCurve: Encodable, Equatable, Sendable {
    /// Mean log-losses over some rows.
    public struct Point: Encodable, Equatable, Sendable {
        /// Where these rows end, counted from the first.
        public var rows: Int
        /// Rows among them whose outcome is known.
        public var scored: Int
        /// Of the model.
        public var model: Double
        /// Of the base rate.
        public var baseRate: Double
        /// Of the partner's rate.
        public var partnerRate: Double
        /// Mean prediction of the model over the rows whose outcome is known.
        public var predicted: Double
        /// Share of them that was won.
        public var observed: Double
    }

    /// Parts the rows are divided into for `cumulative`.
    static let parts = 100

    /// Each tenth of the rows by itself. Tenths without a known outcome are left out.
    public var tenths: [Point]
    /// All rows up to each of a hundred places.
    public var cumulative: [Point]

    init(model: [Double], baseRate: [Double], partnerRate: [Double], outcomes: [Bool?]) {
        let losses = outcomes.indices.map { row -> SIMD8<Double> in
            guard let won = outcomes[row] else { return .zero }
            return SIMD8(
                Scores.logLoss(model[row], won), Scores.logLoss(baseRate[row], won),
                Scores.logLoss(partnerRate[row], won), 1, model[row], won ? 1 : 0, 0, 0)
        }
        tenths = Self.points(losses, parts: 10, isCumulative: false)
        cumulative = Self.points(losses, parts: Self.parts, isCumulative: true)
    }

    /// The losses part by part; the fourth number of each counts the row.
    private static func points(_ losses: [SIMD8<Double>], parts: Int, isCumulative: Bool) -> [Point] {
        var points: [Point] = []
        var sum = SIMD8<Double>.zero
        var start = 0
        for part in 1...parts {
            let end = losses.count * part / parts
            if end == start { continue }
            if !isCumulative { sum = .zero }
            for row in start..<end { sum += losses[row] }
            start = end
            if sum[3] == 0 { continue }
            points.append(
                Point(
                    rows: end, scored: Int(sum[3]), model: sum[0] / sum[3], baseRate: sum[1] / sum[3],
                    partnerRate: sum[2] / sum[3], predicted: sum[4] / sum[3], observed: sum[5] / sum[3]))
        }
        return points
    }
}
