import Foundation

/// Quantiles of the distributions that intervals are made from.
public enum Quantiles {
    /// Quantile of the standard normal that leaves 2.5 % above it.
    public static let normal975 = 1.959963984540054
    /// The one that leaves 5 % above it.
    public static let normal95 = 1.6448536269514722
    /// The one that leaves 10 % above it.
    public static let normal90 = 1.2815515655446004
    /// The one that leaves 20 % above it, for a power of 80 %.
    public static let normal80 = 0.8416212335729143

    /// Student's quantile that leaves 2.5 % above it.
    ///
    /// Expansion in powers of 1 / degrees (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5); below
    /// three degrees, where it fails, the exact values. Good to three digits.
    public static func student975(degrees: Double) -> Double {
        if degrees < 2 { return 12.706 }
        if degrees < 3 { return 4.303 }
        let x = normal975, x2 = x * x
        let g1 = x * (x2 + 1) / 4
        let g2 = x * (5 * x2 * x2 + 16 * x2 + 3) / 96
        let g3 = x * (((3 * x2 + 19) * x2 + 17) * x2 - 15) / 384
        let g4 = x * ((((79 * x2 + 776) * x2 + 1_482) * x2 - 1_920) * x2 - 945) / 92_160
        return x + (g1 + (g2 + (g3 + g4 / degrees) / degrees) / degrees) / degrees
    }

    /// The value below which a share of the sorted values lies, between neighbours by proportion (Hyndman and Fan,
    /// 1996, definition 7); nil without values.
    public static func of(_ share: Double, sorted values: [Double]) -> Double? {
        if values.isEmpty { return nil }
        let place = min(max(share, 0), 1) * Double(values.count - 1)
        let low = Int(place), high = min(low + 1, values.count - 1)
        return values[low] + (values[high] - values[low]) * (place - Double(low))
    }
}
