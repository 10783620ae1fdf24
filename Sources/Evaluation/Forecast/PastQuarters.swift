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
    private static let programDeviation = 0.1
    private static let programStrength = 4.0
    private static let partnerDeviation = 0.2
    private static let partnersStrength = 200.0
    /// What all partners' deviation weighs against one partner's, in squared expected wins.
    private static let ownStrength = 400.0
    private static let deviations = 0.05...0.6
    /// Wins that a quarter as expected weighs.
    private static let ratioStrength = 10.0

    /// Of the whole program, and of each partner: deviation of the logarithm of the chances.
    private(set) var program = Self.programDeviation
    private(set) var partners: [Double]

    /// One quarter by partner.
    private struct Quarter {
        var expected: [Double]
        var wins: [Double]
    }

    /// - Parameters:
    ///   - kept: Leads that partners kept.
    ///   - partners: How many partners there are.
    ///   - days: Length of a quarter.
    ///   - historyDays: Days of history.
    ///   - table: How deals close.
    init(_ kept: [KeptLead], partners count: Int, days: Int, historyDays: Double, _ table: ClosingTable) {
        partners = [Double](repeating: Self.partnerDeviation, count: count)
        // The oldest has nothing before it to forecast from.
        let quarters = min(Self.quartersMax, Int(historyDays) / days - 1)
        if quarters < 1 { return }
        judge((1...quarters).map { Self.quarter(kept, count, from: Double($0 * days), days: Double(days), table) })
    }

    /// The leads that came within `days` of `from` days ago: the wins of them, and those that the leads before had
    /// promised.
    private static func quarter(_ kept: [KeptLead], _ count: Int, from: Double, days: Double, _ table: ClosingTable)
        -> Quarter
    {
        var quarter = Quarter(
            expected: [Double](repeating: 0, count: count), wins: [Double](repeating: 0, count: count))
        var chances = quarter.wins, weights = quarter.wins
        for lead in kept {
            if lead.age >= from && lead.age < from + KeptLead.days {
                chances[lead.partner] += lead.weight * lead.chance
                weights[lead.partner] += lead.weight
            } else if lead.age < from && lead.age >= from - days {
                quarter.expected[lead.partner] += table.wins(by: lead.age)
                if lead.isWon { quarter.wins[lead.partner] += 1 }
            }
        }
        for partner in 0..<count {
            // Who had no leads before was not forecast.
            let chance = weights[partner] > 0 ? chances[partner] / weights[partner] : 0
            quarter.expected[partner] *= chance
            if chance == 0 { quarter.wins[partner] = 0 }
        }
        return quarter
    }

    private mutating func judge(_ quarters: [Quarter]) {
        var excess = [Double](repeating: 0, count: partners.count), weight = excess
        var ofProgram = Self.programDeviation * Self.programDeviation * Self.programStrength
        for quarter in quarters {
            let wins = quarter.wins.reduce(0, +) + Self.ratioStrength
            let ratio = wins / (quarter.expected.reduce(0, +) + Self.ratioStrength),
                log = ElementaryFunctions.log(ratio)
            ofProgram += max(0, log * log - 1 / wins)
            for partner in partners.indices {
                let expected = ratio * quarter.expected[partner], error = quarter.wins[partner] - expected
                excess[partner] += error * error - expected
                weight[partner] += expected * expected
            }
        }
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
