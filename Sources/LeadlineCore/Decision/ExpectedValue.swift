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

    @inline(__always)
    static func score(value: Double, conversion: Double, fit: Double, exponent: Double, engagement: Double) -> Double {
        if exponent == 0 { return (value * conversion) * engagement }
        let factor = exponent == 1 ? max(fit, fitFloor)
            : ElementaryFunctions.exp(exponent * ElementaryFunctions.log(max(fit, fitFloor)))
        return ((value * conversion) * factor) * engagement
    }
}
