import Foundation

/// A share of trials that succeeded. Successes may be a fraction where a model expects them.
public struct Rate: Encodable, Equatable, Sendable {
    /// Trials that succeeded.
    public var successes: Double
    /// Trials.
    public var trials: Int

    /// So many successes in so many trials.
    public init(_ successes: Double, of trials: Int) {
        self.successes = successes
        self.trials = trials
    }

    /// So many successes in so many trials.
    public init(_ successes: Int, of trials: Int) { self.init(Double(successes), of: trials) }

    /// The share; 0 without trials.
    public var share: Double { trials == 0 ? 0 : successes / Double(trials) }

    /// 95 % interval of the share (Wilson, 1927), which stays within 0 and 1; nil without trials.
    public var interval: Interval? {
        if trials == 0 { return nil }
        let z = Quantiles.normal975, n = Double(trials), p = share
        let scale = 1 + z * z / n
        let middle = (p + z * z / (2 * n)) / scale
        let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
        return Interval(max(0, middle - half), min(1, middle + half))
    }

    /// The share with its interval; nil without trials.
    public var estimate: Estimate? { interval.map { Estimate(share, $0) } }

    /// Share minus another share, with the 95 % interval of Newcombe (1998, method 10), which joins both Wilson
    /// intervals; nil without trials on a side.
    public func minus(_ other: Rate) -> Estimate? {
        guard let a = interval, let b = other.interval else { return nil }
        let d = share - other.share
        let below = ((share - a.low) * (share - a.low) + (b.high - other.share) * (b.high - other.share)).squareRoot()
        let above = ((a.high - share) * (a.high - share) + (other.share - b.low) * (other.share - b.low)).squareRoot()
        return Estimate(d, Interval(d - below, d + above))
    }

    /// Share over another share, with the 95 % interval of Katz et al. (1978) on the logarithm; nil without successes
    /// on a side.
    public func over(_ other: Rate) -> Estimate? {
        guard successes > 0, other.successes > 0, trials > 0, other.trials > 0 else { return nil }
        let ratio = share / other.share
        let variance = max(0, (1 - share) / successes) + max(0, (1 - other.share) / other.successes)
        let factor = exp(Quantiles.normal975 * variance.squareRoot())
        return Estimate(ratio, Interval(ratio / factor, ratio * factor))
    }
}

/// How large a difference samples can show, and how large samples must be (Fleiss, Levin and Paik, Statistical Methods
/// for Rates and Proportions, 3rd ed., ch. 4): 5 % two-sided, 80 % power.
public enum Power {
    private static let z = Quantiles.normal975 + Quantiles.normal80

    /// The smallest difference from a share of `base` that two samples of these sizes would show four times of five;
    /// nil where one is empty.
    public static func detectable(base: Double, _ first: Int, _ second: Int) -> Double? {
        if first == 0 || second == 0 { return nil }
        return z * (base * (1 - base) * (1 / Double(first) + 1 / Double(second))).squareRoot()
    }

    /// Trials a side needed to show the difference between two shares four times of five; nil where they are equal.
    public static func trialsNeeded(_ first: Double, _ second: Double) -> Int? {
        let d = first - second
        if d == 0 { return nil }
        let needed = z * z * (first * (1 - first) + second * (1 - second)) / (d * d)
        return needed < 1e12 ? Int(needed.rounded(.up)) : nil
    }
}
