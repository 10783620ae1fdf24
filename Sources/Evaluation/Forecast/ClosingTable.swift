import LeadlineCore

/// How many of the deals that are ever won or lost are so by an age, between the bands' ends by proportion.
struct ClosingTable: Sendable {
    private let shares: [ModelStanding.ClosingRow]

    /// Empty shares mean that deals close at once.
    init(_ shares: [ModelStanding.ClosingRow]) { self.shares = shares }

    func wins(by days: Double) -> Double { value(days, \.winsIn) }
    func losses(by days: Double) -> Double { value(days, \.lossesIn) }

    private func value(_ days: Double, _ share: KeyPath<ModelStanding.ClosingRow, Double>) -> Double {
        if days < 0 { return 0 }
        var (age, reached) = (0.0, 0.0)
        for next in shares {
            let end = Double(next.days)
            if days < end { return reached + (next[keyPath: share] - reached) * (days - age) / max(end - age, 1e-9) }
            (age, reached) = (end, next[keyPath: share])
        }
        return 1
    }

    /// The chance that a deal of this age, still open, is won within so many days more: the win's part of the two ends
    /// that have not come yet (Aalen and Johansen, 1978).
    func winsWithin(_ days: Double, chance p: Double, age: Double) -> Double {
        let winsLeft = 1 - wins(by: age), lossesLeft = 1 - losses(by: age)
        let open = p * winsLeft + (1 - p) * lossesLeft
        // Older than every deal that ever closed: nobody knows of any such win.
        if open <= 1e-9 { return 0 }
        return p * (wins(by: age + days) - wins(by: age)) / open
    }

    /// The share of the eventual wins, among leads that come over so many days, that are won by the end of them.
    /// - Parameter weeks: How many leads come in each week, which goes round after the last.
    func meanWins(over days: Int, arriving weeks: [Double] = [1]) -> Double {
        var (won, all) = (0.0, 0.0)
        for day in 0..<max(days, 0) {
            let leads = weeks[day / 7 % weeks.count]
            won += leads * wins(by: Double(days - day) - 0.5)
            all += leads
        }
        return all > 0 ? won / all : 0
    }
}
