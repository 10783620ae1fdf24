/// Contributions to the estimated conversion, in log-odds.
public enum ConversionContribution: Int, Sendable, CaseIterable {
    case program = 0, partner, partnerVertical, partnerDealSize

    /// Name in explanations.
    public var name: String {
        switch self {
        case .program: "program"
        case .partner: "partner"
        case .partnerVertical: "partner-vertical"
        case .partnerDealSize: "partner-deal-size"
        }
    }
}

/// P(won | lead, partner): win rates from the coarse segment to the fine, each shrunk towards the one above.
///
/// A segment's rate is (won + m q) / (closed + m), with q the rate of the segment above and m the policy's prior
/// strength: the posterior mean of a Beta prior centred on q (Gelman et al., "Bayesian Data Analysis", 3rd ed.,
/// sec. 2.4). In log-odds the steps from segment to segment are contributions that add up:
/// program + (partner - program) + (partner in vertical - partner) + (partner at deal size - partner).
struct Conversion {
    static let count = ConversionContribution.allCases.count

    private let strength: Double
    private let programRate: Double
    private let programLogOdds: Double
    private let verticalColumn: Int?
    private let band: Int

    /// Borrows what it reads: an initialiser would otherwise be given copies of its own.
    init(_ lead: borrowing LeadView, _ state: borrowing State, _ policy: borrowing Policy) {
        strength = Double(max(policy.priorStrengthDeals, 1))
        let prior = min(max(Double(policy.priorWinRateBasisPoints) / 10_000, 0.0001), 0.9999)
        programRate = Self.rate(state.tallies.program, towards: prior, strength)
        programLogOdds = Self.logOdds(programRate)
        verticalColumn = state.tallies.column(ofVertical: lead.vertical)
        band = SizeBand.of(lead.valueMinorUnits ?? 0)
    }

    /// What an estimate needs of one partner.
    struct Estimate {
        /// The partner's own rate, over all its deals.
        var partnerRate: Double
        /// P(won), the logistic of the contributions' sum.
        var conversion: Double
    }

    /// Writes the partner's contributions to `into[at...]`; the estimate is the logistic of their sum in that order.
    @inline(__always)
    func estimate(of partner: Int, _ tallies: OutcomeTallies, into: inout MutableSpan<Double>, at start: Int) -> Estimate {
        let partnerRate = Self.rate(tallies.partners[partner], towards: programRate, strength)
        let partnerLogOdds = Self.logOdds(partnerRate)
        var vertical = 0.0
        if let column = verticalColumn {
            let tally = tallies.verticals[column].tallies[partner]
            if tally.closed > 0 { vertical = Self.logOdds(Self.rate(tally, towards: partnerRate, strength)) - partnerLogOdds }
        }
        var size = 0.0
        let tally = tallies.bands[band][partner]
        if tally.closed > 0 { size = Self.logOdds(Self.rate(tally, towards: partnerRate, strength)) - partnerLogOdds }
        let step = partnerLogOdds - programLogOdds
        into[start] = programLogOdds
        into[start + 1] = step
        into[start + 2] = vertical
        into[start + 3] = size
        let sum = ((programLogOdds + step) + vertical) + size
        return Estimate(partnerRate: partnerRate, conversion: ElementaryFunctions.logistic(sum))
    }

    @inline(__always)
    private static func rate(_ tally: Tally, towards prior: Double, _ strength: Double) -> Double {
        (Double(tally.won) + strength * prior) / (Double(tally.closed) + strength)
    }

    @inline(__always)
    private static func logOdds(_ rate: Double) -> Double { ElementaryFunctions.log(rate / (1 - rate)) }
}
