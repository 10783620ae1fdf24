import LeadlineCore

/// A lead that a partner kept, as a forecast sees it.
struct KeptLead: Sendable {
    var partner: Int
    /// Days since its award.
    var age: Double
    /// Chance of a win that the model gave it then.
    var chance: Double
    /// True if it is won by now.
    var isWon: Bool
    /// What it counts for when leads to come are taken to be like it: half as much every 30 days. A partner's leads of
    /// half a year ago were often routed by less knowledge, or by somebody else.
    var weight: Double { ElementaryFunctions.exp(-age * Self.decay) }

    private static let decay = ElementaryFunctions.log(2) / 30
    /// Leads older than that are not looked at for what comes.
    static let days = 182.0
}

/// How far the wins of past quarters were from what would have been forecast of them, beyond chance: how much the
/// chances of the whole program wander from one quarter to the next, and those of each partner about them.
///
/// A partner whose wins strayed gets wider intervals, as far as its own quarters can say; what they cannot say is taken
/// from all partners together, and while there are few quarters, from a first guess (variance components by moments, as
/// in DerSimonian and Laird, "Meta-Analysis in Clinical Trials", 1986).
struct PastQuarters: Sendable {
    private static let quartersMax = 8
    /// Deviations, in logarithms, before anything is known, and what they weigh: in quarters, and in squared expected
    /// wins.
    private static let programDeviation = 0.03
    private static let programStrength = 4.0
    private static let partnerDeviation = 0.25
    private static let partnersStrength = 3_000.0
    /// What all partners' deviation weighs against one partner's, in squared expected wins.
    private static let ownStrength = 2_000.0
    private static let deviations = 0.05...0.6
    /// Wins that a quarter as expected weighs.
    private static let ratioStrength = 10.0

    /// Of the whole program, and of each partner: deviation of the logarithm of the chances.
    private(set) var program = Self.programDeviation
    private(set) var partners: [Double]

    /// By what, of its logarithm, leads to come are won more often than those before them: as past quarters were, half
    /// believed with as many quarters as say so.
    private(set) var growth = 0.0
    private static let growthStrength = 4.0
    /// Days after which the leads before a quarter are mostly Leadline's own.
    private static let settlingDays = 60.0
    private static let growthMost = 0.2

    /// How far each partner's share of the leads wanders: deviation of its logarithm.
    private(set) var share = Self.shareDeviation
    private static let shareDeviation = 0.12
    /// What the first guess weighs, in squared expected leads.
    private static let shareStrength = 500_000.0

    /// One quarter by partner.
    private struct Quarter {
        var expected: [Double]
        /// How far chance alone moves the wins, squared.
        var variance: [Double]
        var wins: [Double]
        /// Leads that came in it, and in as many days before.
        var leads: [Double]
        var before: [Double]
        /// Wins among the leads before it over what their chances said, shrunk to 1.
        var calibration = 1.0
    }

    /// - Parameters:
    ///   - kept: Leads that partners kept.
    ///   - partners: How many partners there are.
    ///   - days: Length of a quarter.
    ///   - historyDays: Days of history.
    ///   - takeOver: Days since Leadline began to route where others had before; nil where it did not. What that changed
    ///     says nothing of how chances wander.
    ///   - table: How deals close.
    init(
        _ kept: [KeptLead], partners count: Int, days: Int, historyDays: Double, takeOver: Double? = nil,
        _ table: ClosingTable
    ) {
        partners = [Double](repeating: Self.partnerDeviation, count: count)
        // The oldest has nothing before it to forecast from.
        let quarters = min(Self.quartersMax, Int(historyDays) / days - 1)
        if quarters < 1 { return }
        let starts = (1...quarters).map { Double($0 * days) }.filter { from in
            takeOver.map { $0 < from - Double(days) || $0 >= from + Self.settlingDays } ?? true
        }
        if starts.isEmpty { return }
        let past = starts.map { Self.quarter(kept, count, from: $0, days: Double(days), table) }
        judge(past)
        judgeShares(past)
    }

    /// The leads that came within `days` of `from` days ago: the wins of them, and those that the leads before had
    /// promised.
    private static func quarter(_ kept: [KeptLead], _ count: Int, from: Double, days: Double, _ table: ClosingTable)
        -> Quarter
    {
        let none = [Double](repeating: 0, count: count)
        var quarter = Quarter(
            expected: none, variance: none, wins: none, leads: none, before: none)
        var chances = quarter.wins, weights = quarter.wins, (won, said) = (ratioStrength, ratioStrength)
        for lead in kept {
            if lead.age >= from && lead.age < from + KeptLead.days {
                won += lead.isWon ? 1 : 0
                said += lead.chance * table.wins(by: lead.age)
                chances[lead.partner] += lead.weight * lead.chance
                weights[lead.partner] += lead.weight
                if lead.age < from + days { quarter.before[lead.partner] += 1 }
            } else if lead.age < from && lead.age >= from - days {
                let share = table.wins(by: lead.age)
                quarter.expected[lead.partner] += share
                quarter.variance[lead.partner] += share * share
                quarter.leads[lead.partner] += 1
                if lead.isWon { quarter.wins[lead.partner] += 1 }
            }
        }
        quarter.calibration = won / said
        for partner in 0..<count {
            // Who had no leads before was not forecast.
            let chance = weights[partner] > 0 ? chances[partner] / weights[partner] : 0
            quarter.expected[partner] *= chance
            quarter.variance[partner] = quarter.expected[partner] - chance * chance * quarter.variance[partner]
            if chance == 0 { quarter.wins[partner] = 0 }
        }
        return quarter
    }

    /// How far partners' shares of the leads wandered, beyond what chance moves in both quarters.
    private mutating func judgeShares(_ quarters: [Quarter]) {
        var excess = 0.0, weight = 0.0
        for quarter in quarters {
            let before = quarter.before.reduce(0, +)
            if before == 0 { continue }
            let ratio = quarter.leads.reduce(0, +) / before
            for (leads, before) in zip(quarter.leads, quarter.before) {
                let expected = ratio * before, error = leads - expected
                excess += error * error - expected - ratio * expected
                weight += expected * expected
            }
        }
        let first = Self.shareDeviation * Self.shareDeviation * Self.shareStrength
        share = max(0, (first + excess) / (Self.shareStrength + weight)).squareRoot()
    }

    private mutating func judge(_ quarters: [Quarter]) {
        var excess = [Double](repeating: 0, count: partners.count), weight = excess
        var ofProgram = Self.programDeviation * Self.programDeviation * Self.programStrength
        for quarter in quarters {
            let wins = quarter.wins.reduce(0, +) + Self.ratioStrength
            let ratio = wins / (quarter.expected.reduce(0, +) + Self.ratioStrength),
                log = ElementaryFunctions.log(ratio)
            // Forecasts are calibrated by the leads before; what is left is what they could not know.
            let strayed = log - ElementaryFunctions.log(quarter.calibration)
            ofProgram += max(0, strayed * strayed - 1 / wins)
            growth += strayed
            for partner in partners.indices {
                let expected = ratio * quarter.expected[partner], error = quarter.wins[partner] - expected
                excess[partner] += error * error - ratio * quarter.variance[partner]
                weight[partner] += expected * expected
            }
        }
        growth = growth / (Double(quarters.count) + Self.growthStrength)
        growth = min(max(growth, -Self.growthMost), Self.growthMost)
        program = (ofProgram / (Double(quarters.count) + Self.programStrength)).squareRoot()
        let least = Self.deviations.lowerBound * Self.deviations.lowerBound,
            most = Self.deviations.upperBound * Self.deviations.upperBound
        let first = Self.partnerDeviation * Self.partnerDeviation * Self.partnersStrength
        let all = max(least, (first + excess.reduce(0, +)) / (Self.partnersStrength + weight.reduce(0, +)))
        for partner in partners.indices {
            let own = (all * Self.ownStrength + excess[partner]) / (Self.ownStrength + weight[partner])
            partners[partner] = min(max(own, least), most).squareRoot()
        }
    }
}
