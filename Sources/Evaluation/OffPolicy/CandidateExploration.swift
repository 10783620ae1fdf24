import LeadlineCore

/// What a candidate's own lots would come to. As JSON its field names are a contract.
public struct CandidateExploration: Encodable, Equatable, Sendable {
    /// A partner's leads by lot.
    public struct PartnerLots: Encodable, Equatable, Sendable {
        /// The partner.
        public var partner: String
        /// Leads that it is expected to get by lot.
        public var leads: Double
    }

    /// Share of the leads that go by lot, and most of them a capacity period; 0 is no limit.
    public var shareBasisPoints: Int
    public var leadsPerPeriodMax: Int
    /// Decisions for which a lot could be drawn: at least two partners could be chosen, and no owner comes first.
    public var decisions: Int
    /// How many of them are expected to go by lot, and how many of those elsewhere than the candidate would choose.
    public var expectedLots: Double
    public var expectedElsewhere: Double
    /// Deal value x conversion that the lots are expected to cost, by the model of each moment; below 0 if they gain.
    public var expectedCostMinorUnits: Int64
    /// The same as a share of what the candidate expects without lots; nil where that is nothing.
    public var expectedCostShare: Double?
    /// Whom the lots fall on, most leads first.
    public var partners: [PartnerLots]
}

/// The probability with which the next lead goes by lot, under a share and a budget a period.
///
/// Whether the budget is spent depends on the lots before, so that a lead late in its period goes by lot less often:
/// the share, times the probability that fewer lots than the budget have fallen until then.
struct LotBudget: Sendable {
    let exploration: Exploration
    private let periodDays: Int
    private let anchor: Timestamp
    private var period: Int64?
    /// Probability of so many lots in this period, from `fewest` on; what is negligible is dropped at the lower end.
    private var probabilities: [Double] = []
    private var fewest = 0

    private static let negligible = 1e-12

    /// The lots of a policy.
    init(_ policy: Policy) {
        exploration = policy.exploration
        periodDays = max(1, Int(policy.periodDays))
        anchor = policy.periodAnchor
    }

    private var share: Double { Double(exploration.shareBasisPoints) / 10_000 }

    /// The probability for the next lead on which a lot could fall.
    mutating func next(at stamp: Timestamp) -> Double {
        if exploration.shareBasisPoints == 0 || exploration.leadsPerPeriodMax == 0 { return share }
        let now = TimeSpan.window(of: stamp, days: periodDays, anchor: anchor)
        if period != now { (period, probabilities, fewest) = (now, [1], 0) }
        let budget = Int(exploration.leadsPerPeriodMax)
        var unspent = 0.0
        for (place, probability) in probabilities.enumerated() where fewest + place < budget { unspent += probability }
        draw(budget)
        return share * unspent
    }

    private mutating func draw(_ budget: Int) {
        var after = [Double](repeating: 0, count: probabilities.count + 1)
        for (place, probability) in probabilities.enumerated() {
            let falls = fewest + place < budget ? share : 0
            after[place] += probability * (1 - falls)
            after[place + 1] += probability * falls
        }
        while let last = after.last, last < Self.negligible { after.removeLast() }
        let kept = after.firstIndex { $0 >= Self.negligible } ?? 0
        fewest += kept
        probabilities = Array(after[kept...])
    }
}

/// Counts what the candidate's lots come to, decision by decision.
struct ExplorationTally: Sendable {
    private var decisions = 0
    private var lots = 0.0
    private var elsewhere = 0.0
    private var cost = 0.0
    private var partners: [String: Double] = [:]

    mutating func count(
        _ drawnAmong: [String], usual: String?, explored: Double, value: Double, _ conversion: (String?) -> Double
    ) {
        if drawnAmong.isEmpty { return }
        decisions += 1
        lots += explored
        let lot = explored / Double(drawnAmong.count)
        for partner in drawnAmong {
            partners[partner, default: 0] += lot
            if partner == usual { continue }
            elsewhere += lot
            cost += lot * value * (conversion(usual) - conversion(partner))
        }
    }

    /// Nil where the candidate draws no lots.
    func report(_ budget: LotBudget, expected: Double) -> CandidateExploration? {
        let exploration = budget.exploration
        if exploration.shareBasisPoints == 0 { return nil }
        return CandidateExploration(
            shareBasisPoints: Int(exploration.shareBasisPoints), leadsPerPeriodMax: Int(exploration.leadsPerPeriodMax),
            decisions: decisions,
            expectedLots: lots, expectedElsewhere: elsewhere, expectedCostMinorUnits: MinorUnits.rounded(cost),
            expectedCostShare: expected > 0 ? cost / expected : nil,
            partners: partners.map { .init(partner: $0.key, leads: $0.value) }.sorted {
                ($1.leads, $0.partner) < ($0.leads, $1.partner)
            })
    }
}
