import LeadlineCore

/// How often the intervals of past forecasts held what came. Each forecast knows what was known at its time only.
public struct ForecastBacktest: Encodable, Sendable {
    /// One quarter that has passed.
    public struct Quarter: Encodable, Sendable {
        /// The time that was forecast, RFC 3339 in UTC.
        public var from: String
        public var to: String
        public var expectedWins: Double
        public var wins: Int
        public var winsInterval80: Interval
        public var winsInterval95: Interval
        public var expectedRevenue: Double
        public var revenueMinorUnits: Int64
        public var revenueInterval95: Interval
        /// True where others routed until then and Leadline began to: what that brings no forecast from before can know,
        /// and the quarter counts in no rate.
        public var takesOver: Bool
    }

    /// Partners in quarters that were expected to win about as much.
    public struct Size: Encodable, Sendable {
        /// Wins expected at least, and less than; nil is no end.
        public var expectedFrom: Double
        public var expectedBelow: Double?
        /// Wins within their intervals, and how many should have been by the forecasts' own chances.
        public var wins80 = Rate(0, of: 0)
        public var wins95 = Rate(0, of: 0)
        public var wins80Promised = Rate(0, of: 0)
        public var wins95Promised = Rate(0, of: 0)
        /// Revenue within its intervals.
        public var revenue80 = Rate(0, of: 0)
        public var revenue95 = Rate(0, of: 0)
        /// Mean width of the 80 % interval of wins.
        public var meanWidth80 = 0.0
        /// Mean of the squared error over the variance that was forecast: 1 where forecasts are as sure as they may be,
        /// below where their intervals are too wide.
        public var dispersion = 0.0
    }

    /// By size, the smallest first; only those that came up.
    public var sizes: [Size] = []
    /// The quarters, oldest first.
    public var quarters: [Quarter] = []
    /// Of partners in quarters, and of whole quarters: wins and revenue within their intervals.
    public var partnerWins80 = Rate(0, of: 0)
    public var partnerWins95 = Rate(0, of: 0)
    public var partnerRevenue80 = Rate(0, of: 0)
    public var partnerRevenue95 = Rate(0, of: 0)
    public var totalWins80 = Rate(0, of: 0)
    public var totalWins95 = Rate(0, of: 0)
    /// Wins expected over those that came, less 1, of the quarters that count; nil before any win.
    public private(set) var bias: Double?

    /// Quarters back from the last entry, as far as two of them lie before.
    public init(_ history: NetworkHistory, program: String, days: Int, draws: Int = 2_000, quartersMost: Int = 40) {
        sizes = zip([0, 1, 3, 10], [1, 3, 10, nil]).map { Size(expectedFrom: $0, expectedBelow: $1) }
        guard let first = history.first, let last = history.last else { return }
        let length = Int64(days) * Timestamp.microsPerDay
        for back in (1...quartersMost).reversed() {
            let at = last.adding(micros: -Int64(back) * length)
            if at.micros - first.micros < 2 * length { continue }
            guard let forecast = try? Forecast(history, program: program, at: at, days: days, draws: draws) else {
                continue
            }
            judge(forecast, history, from: at, until: at.adding(micros: length))
        }
        sizes.removeAll { $0.wins80.trials == 0 }
        let counted = quarters.filter { !$0.takesOver }, wins = counted.reduce(0) { $0 + $1.wins }
        if wins > 0 { bias = counted.reduce(0) { $0 + $1.expectedWins } / Double(wins) - 1 }
    }

    private mutating func judge(_ forecast: Forecast, _ history: NetworkHistory, from: Timestamp, until: Timestamp) {
        var wins: [String: Int] = [:], revenue: [String: Int64] = [:]
        for lead in history.leads where lead.isWon && lead.closedAt > from && lead.closedAt <= until && !lead.isMerged {
            guard let partner = lead.closedBy else { continue }
            wins[history.partnerIDs[partner], default: 0] += 1
            revenue[history.partnerIDs[partner], default: 0] += lead.amountMinorUnits
        }
        let takesOver = history.takeOver.map { from < $0 && $0 <= until } ?? false
        for row in forecast.partners where !takesOver {
            let won = Double(wins[row.partner] ?? 0), amount = Double(revenue[row.partner] ?? 0)
            partnerWins80.count(row.wins.interval80.contains(won))
            partnerWins95.count(row.wins.interval95.contains(won))
            partnerRevenue80.count(row.revenue.interval80.contains(amount))
            partnerRevenue95.count(row.revenue.interval95.contains(amount))
            if let size = sizes.lastIndex(where: { $0.expectedFrom <= row.wins.expected }) {
                sizes[size].count(row, won, amount)
            }
        }
        let total = wins.values.reduce(0, +)
        if !takesOver {
            totalWins80.count(forecast.total.wins.interval80.contains(Double(total)))
            totalWins95.count(forecast.total.wins.interval95.contains(Double(total)))
        }
        quarters.append(
            Quarter(
                from: forecast.from, to: forecast.to, expectedWins: forecast.total.wins.expected, wins: total,
                winsInterval80: forecast.total.wins.interval80, winsInterval95: forecast.total.wins.interval95,
                expectedRevenue: forecast.total.revenue.expected, revenueMinorUnits: revenue.values.reduce(0, +),
                revenueInterval95: forecast.total.revenue.interval95, takesOver: takesOver))
    }
}

extension ForecastBacktest.Size {
    fileprivate mutating func count(_ row: Forecast.Row, _ won: Double, _ amount: Double) {
        let wins = row.wins, error = won - wins.expected
        wins80.count(wins.interval80.contains(won))
        wins95.count(wins.interval95.contains(won))
        wins80Promised = Rate(wins80Promised.successes + wins.chance80, of: wins80.trials)
        wins95Promised = Rate(wins95Promised.successes + wins.chance95, of: wins95.trials)
        revenue80.count(row.revenue.interval80.contains(amount))
        revenue95.count(row.revenue.interval95.contains(amount))
        let count = Double(wins80.trials)
        meanWidth80 += (wins.interval80.high - wins.interval80.low - meanWidth80) / count
        dispersion += (error * error / max(wins.deviation * wins.deviation, 1e-9) - dispersion) / count
    }
}

extension Rate {
    fileprivate mutating func count(_ success: Bool) {
        trials += 1
        if success { successes += 1 }
    }
}
