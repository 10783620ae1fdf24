import Foundation

/// The mean of values with a long tail, and an interval that knows of the tail.
///
/// The 95 % interval of Hall (1992, "On the removal of skewness by transformation"): Student's statistic goes through a
/// cubic that takes its skewness away, so that the interval reaches further to the side of the tail. It is never
/// shortened on the other side, for the skewness of few values is itself a guess. The quantile has as many degrees of
/// freedom as the kurtosis leaves to the variance (Satterthwaite, 1946): few where a handful of values carries all.
public struct SkewedMean: Sendable {
    /// Count, mean and variance.
    public let moments: Moments
    private let skewness: Double
    private let degrees: Double

    /// The mean of the values.
    public init(_ values: [Double]) {
        let moments = Moments(values)
        self.moments = moments
        let n = Double(values.count), deviation = moments.variance.squareRoot()
        if deviation == 0 {
            skewness = 0
            degrees = max(1, n - 1)
            return
        }
        var third = 0.0, fourth = 0.0
        for value in values {
            let x = (value - moments.mean) / deviation
            third += x * x * x
            fourth += x * x * x * x
        }
        skewness = third / n
        degrees = min(n - 1, max(2, 2 * n / max(fourth / n - 1, 2 / n)))
    }

    /// The 95 % interval of the mean.
    public var interval: Interval {
        let quantile = Quantiles.student975(degrees: degrees), error = moments.standardError
        return Interval(
            moments.mean - error * max(quantile, untransformed(quantile)),
            moments.mean - error * min(-quantile, untransformed(-quantile)))
    }

    /// Hall's cubic turned round: the value of Student's statistic that it takes to `x`.
    private func untransformed(_ x: Double) -> Double {
        let g = skewness / Double(max(moments.count, 1)).squareRoot()
        if abs(g) < 1e-6 { return x }
        return 3 / g * (cbrt(1 + g * (x - g / 6)) - 1)
    }
}
