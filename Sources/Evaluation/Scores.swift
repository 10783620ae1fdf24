import LeadlineCore

/// How good predictions were, once the outcomes were known.
public struct Scores: Encodable, Equatable, Sendable {
    /// Bins of the calibration error and of reliability tables.
    public static let binCount = 10
    /// Probabilities nearer to 0 or 1 count as this near, for the log-loss alone.
    public static let clip = 1e-6

    /// Mean of -log of the probability given to what happened.
    public var logLoss: Double
    /// Chance that a win was given more than a loss, ties half; nil without wins or without losses.
    public var auc: Double?
    /// Mean square of probability minus outcome.
    public var brier: Double
    /// Expected calibration error: mean over bins of equal mass of |mean predicted - share won|, weighted by rows.
    public var ece: Double
    /// The same error beside what chance makes of it.
    public var calibration: CalibrationError

    /// Scores of predictions; `won` has an outcome for each of them, and there is at least one.
    public init(_ predictions: [Double], won: [Bool]) {
        precondition(predictions.count == won.count && !won.isEmpty, "every prediction needs an outcome")
        let order = Self.order(predictions)
        logLoss = Self.meanLogLoss(predictions, won)
        auc = Self.areaUnderCurve(predictions, won, order)
        brier =
            zip(predictions, won).reduce(0) { $0 + ($1.0 - ($1.1 ? 1 : 0)) * ($1.0 - ($1.1 ? 1 : 0)) }
            / Double(won.count)
        calibration = CalibrationError(predictions, won, order)
        ece = calibration.ece
    }

    /// Loss of one prediction.
    static func logLoss(_ prediction: Double, _ won: Bool) -> Double {
        let clipped = min(max(prediction, clip), 1 - clip)
        return -ElementaryFunctions.log(won ? clipped : 1 - clipped)
    }

    private static func meanLogLoss(_ predictions: [Double], _ won: [Bool]) -> Double {
        zip(predictions, won).reduce(0) { $0 + logLoss($1.0, $1.1) } / Double(won.count)
    }

    /// Places of the predictions, ascending; equal ones stay in order.
    static func order(_ predictions: [Double]) -> [Int] {
        predictions.indices.sorted { predictions[$0] == predictions[$1] ? $0 < $1 : predictions[$0] < predictions[$1] }
    }

    /// Mann and Whitney's statistic with mean ranks for ties.
    private static func areaUnderCurve(_ predictions: [Double], _ won: [Bool], _ order: [Int]) -> Double? {
        let wins = Double(won.reduce(0) { $0 + ($1 ? 1 : 0) }), losses = Double(won.count) - wins
        if wins == 0 || losses == 0 { return nil }
        var rankSum = 0.0
        var start = 0
        while start < order.count {
            var end = start
            var winsHere = 0
            while end < order.count && predictions[order[end]] == predictions[order[start]] {
                if won[order[end]] { winsHere += 1 }
                end += 1
            }
            rankSum += Double(winsHere) * Double(start + 1 + end) / 2
            start = end
        }
        return (rankSum - wins * (wins + 1) / 2) / (wins * losses)
    }
}

/// Predictions of about the same height, and what came of them.
public struct ReliabilityBin: Encodable, Equatable, Sendable {
    /// Mean prediction.
    public var predicted: Double
    /// Share won.
    public var observed: Double
    /// Rows in the bin.
    public var count: Int

    /// Ten bins of equal mass, lowest predictions first; the first ones take the remainder, as numpy.array_split does.
    /// Bins without rows are left out.
    public static func bins(_ predictions: [Double], won: [Bool]) -> [ReliabilityBin] {
        bins(predictions, won, Scores.order(predictions))
    }

    static func bins(_ predictions: [Double], _ won: [Bool], _ order: [Int]) -> [ReliabilityBin] {
        var bins: [ReliabilityBin] = []
        var start = 0
        for k in 0..<Scores.binCount {
            let count = order.count / Scores.binCount + (k < order.count % Scores.binCount ? 1 : 0)
            if count == 0 { continue }
            let members = order[start..<(start + count)]
            let predicted = members.reduce(0) { $0 + predictions[$1] }
            let wins = members.reduce(0) { $0 + (won[$1] ? 1 : 0) }
            bins.append(
                ReliabilityBin(
                    predicted: predicted / Double(count), observed: Double(wins) / Double(count), count: count))
            start += count
        }
        return bins
    }
}
