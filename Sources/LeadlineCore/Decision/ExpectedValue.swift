/// Score = deal value x conversion x fit^w x engagement.
enum ExpectedValue {
    /// Fit below this counts as this: the power of zero would hide every other difference.
    static let fitFloor = 0.01

    /// w = n0 / (n0 + closed outcomes): fit counts in full while there is no history and fades as outcomes teach.
    static func fitExponent(_ policy: Policy, _ tallies: OutcomeTallies) -> Double {
        let n0 = Double(policy.fitFadeOutcomes)
        let closed = Double(tallies.program.closed)
        return n0 + closed == 0 ? 0 : n0 / (n0 + closed)
    }

    /// fit^w, of four candidates at once.
    @inline(__always)
    static func fitFactors(_ fits: SIMD4<Double>, exponent: Double) -> SIMD4<Double> {
        if exponent == 0 { return SIMD4(repeating: 1) }
        let floored = fits.replacing(with: fitFloor, where: fits .< fitFloor)
        return exponent == 1 ? floored : ElementaryFunctions.exp(exponent * ElementaryFunctions.log(floored))
    }

    @inline(__always)
    static func score(value: Double, conversion: Double, fitFactor: Double, engagement: Double) -> Double {
        ((value * conversion) * fitFactor) * engagement
    }
}
