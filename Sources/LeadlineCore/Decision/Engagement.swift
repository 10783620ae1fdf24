/// How likely a partner is to take a lead and answer in time, and what that does to the value expected of it.
///
/// A lead that is declined or left lying goes to the next best later, and by then is worth less: about half, since a
/// first response after more than five minutes halves the chance of a deal (Oldroyd, McElheran and Elkington, "The
/// Short Life of Online Sales Leads", Harvard Business Review, March 2011, on the odds of reaching anybody at all).
struct Engagement: Sendable {
    /// What a lead keeps of its value when it has to be routed again.
    static let retained = 0.5
    /// How many leads the program's habit weighs against a partner's own. A program that has seen nothing expects every
    /// lead to be taken, in time.
    private static let strength = 8.0

    private let programAcceptance: Double
    private let programPunctuality: Double

    init(_ program: EngagementTally) {
        programAcceptance = Self.rate(program.taken, program.declined, towards: 1)
        programPunctuality = Self.rate(program.inTime, program.missed, towards: 1)
    }

    /// P(accepted) for a partner.
    @inline(__always)
    func acceptance(_ tally: EngagementTally) -> Double {
        Self.rate(tally.taken, tally.declined, towards: programAcceptance)
    }

    /// Log-odds of a partner's taking a lead, against the program's; rates near 0 and 1 count as a fiftieth from there.
    func habit(_ tally: EngagementTally) -> Double { Self.logOdds(acceptance(tally)) - Self.logOdds(programAcceptance) }

    private static func logOdds(_ rate: Double) -> Double {
        let bounded = min(max(rate, 0.02), 0.98)
        return ElementaryFunctions.log(bounded / (1 - bounded))
    }

    /// P(first response in time) for a partner that took the lead.
    @inline(__always)
    func punctuality(_ tally: EngagementTally) -> Double {
        Self.rate(tally.inTime, tally.missed, towards: programPunctuality)
    }

    /// The share of a lead's value that is expected to be left once somebody works on it: 1 if it is surely taken in
    /// time.
    @inline(__always)
    func factor(_ tally: EngagementTally, acceptance: Double) -> Double {
        1 - (1 - acceptance * punctuality(tally)) * (1 - Self.retained)
    }

    @inline(__always)
    private static func rate(_ good: UInt32, _ bad: UInt32, towards prior: Double) -> Double {
        (Double(good) + strength * prior) / (Double(good) + Double(bad) + strength)
    }
}
