import Engine
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
    }

    /// The quarters, oldest first.
    public var quarters: [Quarter] = []
    /// Of partners in quarters, and of whole quarters: wins and revenue within their intervals.
    public var partnerWins80 = Rate(0, of: 0)
    public var partnerWins95 = Rate(0, of: 0)
    public var partnerRevenue80 = Rate(0, of: 0)
    public var partnerRevenue95 = Rate(0, of: 0)
    public var totalWins80 = Rate(0, of: 0)
    public var totalWins95 = Rate(0, of: 0)

    /// Quarters back from the last entry, as far as two of them lie before.
    public init(_ history: NetworkHistory, program: String, days: Int, draws: Int = 2_000, quartersMost: Int = 40) {
        guard let first = history.first, let last = history.last else { return }
        let length = Int64(days) * Timestamp.microsPerDay
        for back in (1...quartersMost).reversed() {
            let at = last.adding(micros: -Int64(back) * length)
            if at.micros - first.micros < 2 * length { continue }
            guard let forecast = try? Forecast(history, program: program, at: at, days: days, draws: draws) else { continue }
            judge(forecast, history, from: at, until: at.adding(micros: length))
        }
    }

    private mutating func judge(_ forecast: Forecast, _ history: NetworkHistory, from: Timestamp, until: Timestamp) {
        var wins: [String: Int] = [:], revenue: [String: Int64] = [:]
        for lead in history.leads where lead.isWon && lead.closedAt > from && lead.closedAt <= until && !lead.isMerged {
            guard let partner = lead.closedBy else { continue }
            wins[history.partnerIDs[partner], default: 0] += 1
            revenue[history.partnerIDs[partner], default: 0] += lead.amountMinorUnits
        }
        for row in forecast.partners {
            let won = Double(wins[row.partner] ?? 0), amount = Double(revenue[row.partner] ?? 0)
            partnerWins80.count(row.wins.interval80.contains(won))
            partnerWins95.count(row.wins.interval95.contains(won))
            partnerRevenue80.count(row.revenue.interval80.contains(amount))
            partnerRevenue95.count(row.revenue.interval95.contains(amount))
        }
        let total = wins.values.reduce(0, +)
        totalWins80.count(forecast.total.wins.interval80.contains(Double(total)))
        totalWins95.count(forecast.total.wins.interval95.contains(Double(total)))
        quarters.append(Quarter(
            from: forecast.from, to: forecast.to, expectedWins: forecast.total.wins.expected, wins: total,
            winsInterval80: forecast.total.wins.interval80, winsInterval95: forecast.total.wins.interval95,
            expectedRevenue: forecast.total.revenue.expected, revenueMinorUnits: revenue.values.reduce(0, +),
            revenueInterval95: forecast.total.revenue.interval95))
    }
}

extension Rate {
    fileprivate mutating func count(_ success: Bool) {
        trials += 1
        if success { successes += 1 }
    }
}
