/// How far predictions are from what came, and how far they would seem to be by chance alone.
///
/// With bins of n rows the share won strays from even a perfect prediction by about 0.8 sqrt(p (1 - p) / n), and the
/// expected calibration error takes all of that for error: of 600 rows in ten bins it is 0.04 where nothing is wrong.
public struct CalibrationError: Encodable, Equatable, Sendable {
    /// Expected calibration error: mean over bins of equal mass of |mean predicted - share won|, weighted by rows.
    public var ece: Double
    /// What it would be on average if every prediction were right (Broecker and Smith, "Increasing the Reliability of
    /// Reliability Diagrams", 2007; in closed form, by the normal approximation in each bin).
    public var byChance: Double
    /// What it would exceed one time of twenty if every prediction were right.
    public var byChanceLimit: Double
    /// Root of the mean squared error over the same bins, less what chance adds to the square (Broecker, "Estimating
    /// Reliability and Resolution of Probability Forecasts", 2012; Kumar, Liang and Ma, "Verified Uncertainty
    /// Calibration", 2019): never below the true expected error but by chance; 0 where chance explains it all, nil with
    /// fewer than two rows a bin.
    public var debiased: Double?

    /// True if one would seldom see so much by chance.
    public var exceedsChance: Bool { ece > byChanceLimit }

    /// Mean of |x| for a standard normal x, and what is left of the variance.
    private static let meanAbsolute = (2 / Double.pi).squareRoot()
    private static let varianceOfAbsolute = 1 - 2 / Double.pi

    /// - Parameters:
    ///   - predictions: What was said.
    ///   - won: What came of each.
    public init(_ predictions: [Double], won: [Bool]) { self.init(predictions, won, Scores.order(predictions)) }

    init(_ predictions: [Double], _ won: [Bool], _ order: [Int]) {
        let bins = ReliabilityBin.bins(predictions, won, order), rows = Double(max(won.count, 1))
        ece = bins.reduce(0) { $0 + Double($1.count) * abs($1.predicted - $1.observed) } / rows
        var (expected, variance, start) = (0.0, 0.0, 0)
        for bin in bins {
            // The variance of the bin's wins, by the predictions themselves.
            let ofWins = order[start..<(start + bin.count)].reduce(0) { $0 + predictions[$1] * (1 - predictions[$1]) }
            expected += Self.meanAbsolute * ofWins.squareRoot() / rows
            variance += Self.varianceOfAbsolute * ofWins / (rows * rows)
            start += bin.count
        }
        byChance = expected
        byChanceLimit = expected + Quantiles.normal95 * variance.squareRoot()
        debiased = Self.debiased(bins, rows)
    }

    private static func debiased(_ bins: [ReliabilityBin], _ rows: Double) -> Double? {
        if bins.isEmpty || bins.contains(where: { $0.count < 2 }) { return nil }
        var square = 0.0
        for bin in bins {
            let gap = bin.predicted - bin.observed, n = Double(bin.count)
            let chance = bin.observed * (1 - bin.observed) / (n - 1)
            square += n / rows * (gap * gap - chance)
        }
        return max(0, square).squareRoot()
    }
}
