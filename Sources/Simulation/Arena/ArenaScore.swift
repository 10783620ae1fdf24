import LeadlineCore

/// What assignments are worth by the arena's truth, beside what hindsight could have made of the year.
public struct ArenaScore: Sendable, Codable, Equatable {
    /// Sum of value x true probability, in % of the optimum's; and of the second half of the leads.
    public var revenuePercentOfOptimum: Double
    public var revenuePercentSecondHalf: Double
    /// Mean true probability over all leads.
    public var winRate: Double
    /// Floors met, in % of all.
    public var floorsMetPercent: Double
    /// Leads that floors lack, in % of what they promise.
    public var floorShortfallPercent: Double
    /// Leads above a week's capacity.
    public var capViolations: Int
    /// Leads that nobody got, in %.
    public var unassignedPercent: Double
    /// Jain's index of the year's utilisation.
    public var jainOfUtilisation: Double

    /// Scores one partner, or nil, a lead.
    public init(_ arena: Arena, _ partners: [Int?]) {
        var (revenue, second, wins, unassigned) = (0.0, 0.0, 0.0, 0)
        for (index, lead) in arena.leads.enumerated() {
            guard let partner = partners[index], let at = lead.eligible.firstIndex(of: partner) else {
                unassigned += 1
                continue
            }
            // The optimum is in whole units of the currency.
            let worth = Double(lead.attributes.dealValue?.minorUnits ?? 0) / 100 * lead.probabilities[at]
            revenue += worth
            if index >= arena.leads.count / 2 { second += worth }
            wins += lead.probabilities[at]
        }
        let leads = Double(max(arena.leads.count, 1))
        revenuePercentOfOptimum = 100 * revenue / arena.optimum.revenue
        revenuePercentSecondHalf = 100 * second / arena.optimum.revenueSecondHalf
        winRate = wins / leads
        unassignedPercent = 100 * Double(unassigned) / leads
        let load = ArenaLoad(arena, partners)
        capViolations = load.capViolations
        jainOfUtilisation = load.jain
        floorsMetPercent = load.floorsMetPercent
        floorShortfallPercent = load.floorShortfallPercent
    }
}

/// Who got how much of what it takes.
private struct ArenaLoad {
    var capViolations = 0
    var jain = 1.0
    var floorsMetPercent = 100.0
    var floorShortfallPercent = 0.0

    init(_ arena: Arena, _ partners: [Int?]) {
        let got = zip(arena.leads, partners).reduce(into: [[Timestamp]](repeating: [], count: arena.profiles.count)) {
            if let partner = $1.1 { $0[partner].append($1.0.at) }
        }
        var utilisations: [Double] = []
        for partner in arena.profiles.indices {
            let weeks = arena.capacities.filter { $0.partner == partner }
            for (week, next) in zip(weeks, weeks.dropFirst().map(\.at) + [.distantFuture]) {
                let count = Self.count(got[partner], from: week.at, until: next)
                capViolations += max(0, count - Int(week.capacity.leadsPerPeriodMax ?? .max))
            }
            let offered = weeks.reduce(0) { $0 + Int($1.capacity.leadsPerPeriodMax ?? 0) }
            utilisations.append(offered > 0 ? Double(got[partner].count) / Double(offered) : 0)
        }
        jain = JainIndex.of(utilisations)
        var (met, lacking, promised) = (0, 0, 0)
        for floor in arena.floors {
            let count = Self.count(got[floor.partner], from: floor.from, until: floor.until)
            if count >= floor.least { met += 1 }
            lacking += max(0, floor.least - count)
            promised += floor.least
        }
        if !arena.floors.isEmpty { floorsMetPercent = 100 * Double(met) / Double(arena.floors.count) }
        if promised > 0 { floorShortfallPercent = 100 * Double(lacking) / Double(promised) }
    }

    /// Moments in a stretch of a sorted list.
    private static func count(_ moments: [Timestamp], from: Timestamp, until: Timestamp) -> Int {
        moments.partitioningIndex { $0 >= until } - moments.partitioningIndex { $0 >= from }
    }
}

extension Array {
    /// The first index whose element meets a condition that all later ones meet too.
    fileprivate func partitioningIndex(_ belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
