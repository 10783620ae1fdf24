/// A partner's win rates from the coarse segment to the fine, as steps in log-odds from the program's rate.
struct Segments {
    var partnerRate: Double
    var partner: Double
    var vertical = 0.0
    var dealSize = 0.0

    /// The program's rate, from which the steps begin.
    struct Base: Sendable {
        let rate: Double
        let logOdds: Double

        init(_ model: borrowing WinModel) {
            rate = model.curve.baseRate
            logOdds = model.curve.baseLogOdds
        }
    }

    @inline(__always)
    static func of(
        _ partner: Int, _ tallies: OutcomeTallies, column verticalColumn: Int?, band: Int, _ base: Base,
        strength: Double
    ) -> Segments {
        let all = tallies.partners[partner]
        // Who has closed nothing stands where the program stands, in every segment.
        if all.closed == 0 { return Segments(partnerRate: base.rate, partner: 0) }
        let rate = rate(all, towards: base.rate, strength)
        let own = logOdds(rate)
        var segments = Segments(partnerRate: rate, partner: own - base.logOdds)
        if let column = verticalColumn {
            let tally = tallies.verticals[column].tallies[partner]
            if tally.closed > 0 { segments.vertical = logOdds(self.rate(tally, towards: rate, strength)) - own }
        }
        let tally = tallies.bands[band][partner]
        if tally.closed > 0 { segments.dealSize = logOdds(self.rate(tally, towards: rate, strength)) - own }
        return segments
    }

    /// All steps together.
    var sum: Double { (partner + vertical) + dealSize }

    @inline(__always)
    private static func rate(_ tally: Tally, towards prior: Double, _ strength: Double) -> Double {
        (Double(tally.won) + strength * prior) / (Double(tally.closed) + strength)
    }

    @inline(__always)
    private static func logOdds(_ rate: Double) -> Double { ElementaryFunctions.log(rate / (1 - rate)) }
}
