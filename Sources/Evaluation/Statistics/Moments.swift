/// Count, mean and variance of values, in two passes.
public struct Moments: Equatable, Sendable {
    /// How many values.
    public var count: Int
    /// Their mean; 0 without values.
    public var mean: Double
    /// Their variance with n - 1 below; 0 with fewer than two.
    public var variance: Double

    /// Moments of the values.
    public init(_ values: [Double]) {
        count = values.count
        let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        self.mean = mean
        variance = values.count < 2 ? 0 : values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }

    /// Standard error of the mean; 0 without values.
    public var standardError: Double { count == 0 ? 0 : (variance / Double(count)).squareRoot() }

    /// The mean with its 95 % interval by Student (1908); nil with fewer than two values.
    public var estimate: Estimate? {
        if count < 2 { return nil }
        let half = Quantiles.student975(degrees: Double(count - 1)) * standardError
        return Estimate(mean, Interval(around: mean, plusMinus: half))
    }

    /// Mean minus another one's mean, with the 95 % interval of Welch (1947), which takes no equal variances for
    /// granted; nil with fewer than two values on a side.
    public func minus(_ other: Moments) -> Estimate? {
        if count < 2 || other.count < 2 { return nil }
        let a = variance / Double(count), b = other.variance / Double(other.count)
        let difference = mean - other.mean
        if a + b == 0 { return Estimate(difference, Interval(difference, difference)) }
        let degrees = (a + b) * (a + b) / (a * a / Double(count - 1) + b * b / Double(other.count - 1))
        return Estimate(
            difference,
            Interval(around: difference, plusMinus: Quantiles.student975(degrees: degrees) * (a + b).squareRoot()))
    }
}
