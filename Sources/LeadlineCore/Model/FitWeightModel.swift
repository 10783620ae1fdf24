/// What partners accept, learned online: the log-odds of taking a lead in time as a sum over fit's matches.
///
///     log-odds = habit + bias + sum of weight x (match - 1/2)
///
/// A partner's habit, how readily it takes leads at all against the others, says nothing of this lead, so it stands
/// beside the weights, and the share that acceptance has in fit stays as the policy says. Learned as one more weight it
/// would take the place of all others where partners differ much: fit would be the partner's record, which engagement
/// counts already.
///
/// A Bayesian logistic regression, filtered: weights are jointly Gaussian and an answer moves them by one closed-form
/// step (assumed-density filtering, Opper 1998, with MacKay's 1992 moderation). They start at the policy's fixed
/// weights, so that nothing changes before answers have spoken. As weights of fit they are cut off at zero, for a match
/// that partners shun makes no fit, and normalised by their sum: fit stays a sum of contributions from 0 to 100 %.
/// Since logic version 2.
struct FitWeightModel: Sendable, Equatable {
    private static let count = FitContribution.allCases.count
    /// The contribution that is the partner's habit.
    private static let habit = FitContribution.acceptance.rawValue
    /// Columns: the bias, then the matches.
    private static let width = count + 1
    /// Most leads are taken; log-odds of 1.5 are 82 %.
    private static let biasMean = 1.5
    private static let biasVariance = 4.0
    /// The log-odds that all of fit's weights together stand for at the start, and the variance of each.
    private static let scale = 4.0
    private static let variance = 0.25

    /// The fixed weights from which it started.
    private(set) var start: FitMatches
    private(set) var means: [Double]
    private(set) var covariance: [Double]
    /// Answers learned from: leads taken; leads declined or left lying.
    private(set) var taken: UInt32 = 0
    private(set) var refused: UInt32 = 0

    /// A model that has seen nothing, at the fixed weights, which sum to 1.
    init(from weights: FitMatches) {
        start = weights
        means = [Self.biasMean]
        covariance = Array(repeating: 0, count: Self.width * Self.width)
        covariance[0] = Self.biasVariance
        for column in 1..<Self.width {
            means.append(Self.scale * weights[column - 1])
            covariance[column * Self.width + column] = Self.variance
        }
    }

    init(start: FitMatches, means: [Double], covariance: [Double], taken: UInt32, refused: UInt32) {
        self.start = start
        self.means = means
        self.covariance = covariance
        self.taken = taken
        self.refused = refused
    }

    static func == (a: Self, b: Self) -> Bool {
        (0..<count).allSatisfy { a.start[$0] == b.start[$0] } && a.means == b.means && a.covariance == b.covariance
            && a.taken == b.taken && a.refused == b.refused
    }

    /// Starts again if the policy's fixed weights are others than it started from.
    mutating func follow(_ weights: FitMatches) {
        for k in 0..<Self.count where weights[k] != start[k] {
            self = Self(from: weights)
            return
        }
    }

    /// The weights of fit; the fixed ones while none of the learned is above zero.
    var weights: FitMatches {
        let sum = sum
        if sum <= 0 { return start }
        var weights = start
        for k in 0..<Self.count where k != Self.habit { weights[k] = max(means[k + 1], 0) / sum }
        return weights
    }

    /// Of the learned weights above zero, so that divided by it they are the share that the policy leaves to them.
    private var sum: Double {
        var sum = 0.0
        for k in 0..<Self.count where k != Self.habit { sum += max(means[k + 1], 0) }
        return start[Self.habit] < 1 ? sum / (1 - start[Self.habit]) : 0
    }

    /// Standard deviation of a weight, on the scale of `weights`.
    func deviation(_ contribution: FitContribution) -> Double {
        let sum = sum, column = contribution.rawValue + 1
        return sum <= 0 || contribution.rawValue == Self.habit
            ? 0 : covariance[column * Self.width + column].squareRoot() / sum
    }

    /// A partner with these matches took a lead, or declined it or left it lying.
    /// - Parameter habit: Log-odds of this partner's taking a lead, against the program's.
    mutating func learn(_ matches: FitMatches, habit: Double, taken isTaken: Bool) {
        if isTaken { taken += 1 } else { refused += 1 }
        var row = [1.0]
        row.reserveCapacity(Self.width)
        for k in 0..<Self.count { row.append(k == Self.habit ? 0 : matches[k] - 0.5) }
        var product = [Double](repeating: 0, count: Self.width)
        var (mean, variance) = (0.0, 0.0)
        for i in 0..<Self.width {
            for k in 0..<Self.width { product[i] += covariance[i * Self.width + k] * row[k] }
            mean += means[i] * row[i]
            variance += product[i] * row[i]
        }
        let p = ElementaryFunctions.logistic(mean: habit + mean, variance: variance)
        let curvature = max(p * (1 - p), 0.001), gain = 1 / (1 + curvature * variance)
        let gradient = ((isTaken ? 1 : 0) - p) * gain, shrink = curvature * gain
        for i in 0..<Self.width {
            means[i] += product[i] * gradient
            for k in 0..<Self.width { covariance[i * Self.width + k] -= (product[i] * product[k]) * shrink }
        }
    }
}

extension FitWeightModel {
    func write(to w: inout StateWriter) {
        for k in 0..<Self.count { w.put(start[k].bitPattern) }
        for mean in means { w.put(mean.bitPattern) }
        for cell in covariance { w.put(cell.bitPattern) }
        w.put(taken)
        w.put(refused)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        var start = FitMatches(repeating: 0)
        for k in 0..<Self.count { start[k] = try r.double() }
        var means: [Double] = [], covariance: [Double] = []
        for _ in 0..<Self.width { means.append(try r.double()) }
        for _ in 0..<Self.width * Self.width { covariance.append(try r.double()) }
        self.init(start: start, means: means, covariance: covariance, taken: try r.get(), refused: try r.get())
    }
}
