import Foundation
public import LeadlineCore
import TextFormats

/// Wins and revenue of the coming quarter, by partner. As JSON its field names are a contract.
public struct Forecast: Encodable, Sendable {
    /// A number to come, with the ranges that hold it four times of five, and nineteen of twenty.
    public struct Figure: Encodable, Equatable, Sendable {
        public var expected: Double
        public var interval80: Interval
        public var interval95: Interval
        /// Chances that they hold it, as the forecast sees it: whole numbers seldom allow just that much.
        public var chance80: Double
        public var chance95: Double
        /// Standard deviation of what may come.
        public var deviation: Double
    }

    /// One partner, or all of them.
    public struct Row: Encodable, Sendable {
        /// Empty for all of them.
        public var partner: String
        /// Deals open now.
        public var open: Int
        /// Wins from those, and from leads still to come.
        public var fromPipeline: Double
        public var fromNewLeads: Double
        public var wins: Figure
        /// Won amounts in minor units.
        public var revenue: Figure
    }

    /// The program.
    public var program: String
    /// Currency of all amounts.
    public var currency: String
    /// The time that is forecast, RFC 3339 in UTC.
    public var from: String
    public var to: String
    /// Days of it.
    public var days: Int
    /// Factor for the season; 1 where the history is shorter than 67 weeks.
    public var season: Double
    public var hasSeason: Bool
    /// What was won over what the model had expected, shrunk to 1; expectations are multiplied by it.
    public var calibration: Double
    /// By how much more often leads to come are won than those before, as past quarters went; expectations of them are
    /// multiplied by it. 1 where no quarter has passed.
    public var growth: Double
    /// Partners, the largest expected revenue first.
    public var partners: [Row]
    public var total: Row

    /// Days of history and outcomes below which nothing is forecast.
    public static let daysLeast = 28.0
    public static let winsLeast = 5

    /// A forecast of the days after a moment, from what was known then.
    ///
    /// Open deals are won by their own chance, given their age and the closing curve; leads to come are Poisson at each
    /// partner's recent rate, times season, are like its recent ones, the last the most, and are won as far as there is
    /// time, and more or less often than those before as past quarters went. Uncertain are also: the level of arrivals,
    /// each partner's share of them (the Gamma posterior of its rate, and how far shares wander), how well chances are
    /// calibrated, and how far they wander (`PastQuarters`). The distribution is simulated, with a fixed seed.
    ///
    /// The intervals of wins are the shortest whole numbers that hold as much as they are named after: with equal tails
    /// those of a partner with two wins would hold far more. Those of revenue leave as much out at either end.
    /// - Throws: `EvaluationError` where history is too short.
    public init(_ history: NetworkHistory, program: String, at moment: Timestamp, days: Int, draws: Int = 2_000) throws
    {
        precondition(days > 0 && draws > 100, "settings are checked before")
        let age = Double(moment.micros - (history.first ?? moment).micros) / Double(Timestamp.microsPerDay)
        let basis = ForecastBasis(history, at: moment, days: days)
        if age < Self.daysLeast || basis.wins < Self.winsLeast {
            throw EvaluationError(
                "there is too little history to forecast from: \(Int(age)) days and \(basis.wins) wins of the last year",
                remedy:
                    "It takes \(Int(Self.daysLeast)) days and \(Self.winsLeast) wins; 'leadline import' brings a history in"
            )
        }
        self.program = program
        currency = history.currency
        from = RFC3339.format(moment)
        to = RFC3339.format(moment.adding(micros: Int64(days) * Timestamp.microsPerDay))
        self.days = days
        season = basis.season
        hasSeason = basis.hasSeason
        calibration = basis.calibration
        growth = exp(basis.wander.growth)
        var simulation = ForecastSimulation(basis)
        simulation.run(draws)
        let rows = history.partnerIDs.indices.map { simulation.row($0, history.partnerIDs[$0], basis) }
        partners = rows.filter { $0.open > 0 || $0.wins.expected > 0 }
            .sorted { ($1.revenue.expected, $0.partner) < ($0.revenue.expected, $1.partner) }
        total = simulation.total(basis)
    }
}

/// Draws of a quarter.
private struct ForecastSimulation {
    private let basis: ForecastBasis
    private let openByPartner: [[ForecastBasis.Open]]
    /// Leads like those to come, each with the weighted chances up to it in sum, and a lead's mean chance.
    private let pools: [[ForecastBasis.Past]]
    private let sums: [[Double]]
    private let means: [Double]
    private let ratios: [Double]
    private let growth: Double
    private var chance = SeededChance(seed: 0x1ead_11fe)
    private var wins: [[Double]]
    private var revenue: [[Double]]
    private var totalWins: [Double] = []
    private var totalRevenue: [Double] = []
    private var pipeline: [Double]

    init(_ basis: ForecastBasis) {
        self.basis = basis
        let count = basis.past.count
        var open = [[ForecastBasis.Open]](repeating: [], count: count)
        for deal in basis.open { open[deal.partner].append(deal) }
        openByPartner = open
        pools = basis.past
        sums = basis.past.map { pool in
            var sum = 0.0
            return pool.map {
                sum += $0.weight * $0.chance; return sum
            }
        }
        means = basis.past.map { pool in
            let weight = pool.reduce(0) { $0 + $1.weight }
            return weight > 0 ? pool.reduce(0) { $0 + $1.weight * $1.chance } / weight : 0
        }
        ratios = basis.amountRatios.isEmpty ? [1] : basis.amountRatios
        growth = exp(basis.wander.growth)
        wins = [[Double]](repeating: [], count: count)
        revenue = wins
        pipeline = [Double](repeating: 0, count: count)
    }

    mutating func run(_ draws: Int) {
        let calibrationDeviation = (basis.calibrationVariance + basis.wander.program * basis.wander.program).squareRoot()
        for _ in 0..<draws {
            let level = exp(basis.drift * chance.normal() - basis.drift * basis.drift / 2) * basis.season
            let factor =
                basis.calibration
                * exp(calibrationDeviation * chance.normal() - calibrationDeviation * calibrationDeviation / 2)
            var (sum, amount) = (0.0, 0.0)
            for partner in pools.indices {
                let drawn = draw(partner, level: level, factor: factor)
                wins[partner].append(drawn.wins)
                revenue[partner].append(drawn.revenue)
                sum += drawn.wins
                amount += drawn.revenue
            }
            totalWins.append(sum)
            totalRevenue.append(amount)
        }
        for partner in pipeline.indices { pipeline[partner] /= Double(draws) }
    }

    private mutating func draw(_ partner: Int, level: Double, factor: Double) -> (wins: Double, revenue: Double) {
        if openByPartner[partner].isEmpty && pools[partner].isEmpty { return (0, 0) }
        let deviation = basis.wander.partners[partner]
        let own = factor * exp(deviation * chance.normal() - deviation * deviation / 2)
        var (wins, revenue) = (0.0, 0.0)
        for deal in openByPartner[partner] where chance.uniform() < min(1, deal.chance * own) {
            wins += 1
            revenue += deal.value * ratios[chance.below(ratios.count)]
        }
        pipeline[partner] += wins
        if means[partner] == 0 { return (wins, revenue) }
        let kept = Double(basis.keptInRecent[partner])
        let share = exp(basis.wander.share * chance.normal() - basis.wander.share * basis.wander.share / 2)
        let leads =
            (kept + 0.5) / basis.recentDays * Double(basis.days) * level * share
            * chance.gammaMeanOne(shape: kept + 0.5)
        let new = chance.poisson(leads * means[partner] * basis.newWinShare * growth * own)
        for _ in 0..<new { revenue += pick(partner).value * ratios[chance.below(ratios.count)] }
        return (wins + Double(new), revenue)
    }

    /// A lead like those to come that was won: by its chance.
    private mutating func pick(_ partner: Int) -> ForecastBasis.Past {
        let sum = sums[partner], target = chance.uniform() * (sum.last ?? 0)
        var (low, high) = (0, sum.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sum[middle] <= target { low = middle + 1 } else { high = middle }
        }
        return pools[partner][low]
    }

    func row(_ partner: Int, _ name: String, _ basis: ForecastBasis) -> Forecast.Row {
        row(name, wins[partner], revenue[partner], open: openByPartner[partner].count, pipeline: pipeline[partner])
    }

    func total(_ basis: ForecastBasis) -> Forecast.Row {
        row("", totalWins, totalRevenue, open: basis.open.count, pipeline: pipeline.reduce(0, +))
    }

    private func row(_ name: String, _ wins: [Double], _ revenue: [Double], open: Int, pipeline: Double) -> Forecast.Row
    {
        let wins = figure(wins, Self.shortest)
        return Forecast.Row(
            partner: name, open: open, fromPipeline: pipeline, fromNewLeads: max(0, wins.expected - pipeline),
            wins: wins, revenue: figure(revenue, Self.central))
    }

    private func figure(_ draws: [Double], _ range: ([Double], Double) -> Interval) -> Forecast.Figure {
        let sorted = draws.sorted(), moments = Moments(draws)
        let (inner, outer) = (range(sorted, 0.8), range(sorted, 0.95))
        func chance(_ interval: Interval) -> Double {
            Double(draws.count { interval.contains($0) }) / Double(draws.count)
        }
        return Forecast.Figure(
            expected: moments.mean, interval80: inner, interval95: outer, chance80: chance(inner),
            chance95: chance(outer),
            deviation: moments.variance.squareRoot())
    }

    /// The shortest range that holds a share of the draws; of equally short ones the one with the most even ends.
    private static func shortest(_ sorted: [Double], _ share: Double) -> Interval {
        let held = min(sorted.count, Int((share * Double(sorted.count)).rounded(.up))), last = sorted.count - held
        var best = (width: Double.infinity, unevenness: Int.max, from: 0)
        for from in 0...last {
            let width = sorted[from + held - 1] - sorted[from], unevenness = abs(2 * from - last)
            if (width, unevenness) < (best.width, best.unevenness) { best = (width, unevenness, from) }
        }
        return Interval(sorted[best.from], sorted[best.from + held - 1])
    }

    /// The range that leaves equally many draws out at either end.
    private static func central(_ sorted: [Double], _ share: Double) -> Interval {
        let n = Double(sorted.count - 1), tail = (1 - share) / 2
        return Interval(sorted[Int((tail * n).rounded(.down))], sorted[Int(((1 - tail) * n).rounded(.up))])
    }
}
