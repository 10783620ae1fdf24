import LeadlineCore

/// A deal as far as it is known: won or lost at an age, or open at it.
struct DealLife: Sendable {
    enum End: Sendable {
        case won, lost, open
    }

    /// Days from the award to the end, or to now.
    var days: Double
    var end: End
    /// What it counts for.
    var weight = 1.0
}

/// How many of the deals that are ever won or lost are so by an age, between the ages by proportion.
struct ClosingTable: Sendable {
    /// Share of the eventual wins, and of the losses, that are in by an age.
    struct Row: Sendable {
        var days: Double
        var wins: Double
        var losses: Double
    }

    /// Deals at risk below which an age says nothing, and ages beyond which nobody looks.
    private static let atRiskLeast = 10.0
    private static let daysMost = 1_500
    /// Ends from which it is read how deals close that outlive every age with enough deals.
    private static let lateEnds = 60.0
    /// Ends that the share won of all weighs against the share won late.
    private static let lateStrength = 4.0

    private let rows: [Row]

    /// Rows by rising age; none mean that deals close at once.
    init(_ rows: [Row] = []) { self.rows = rows }

    /// From how deals closed: the cumulative incidence of two competing ends by day (Aalen and Johansen, 1978). An open
    /// deal is no loss: it counts for the days that it has survived.
    ///
    /// What outlives the days with enough deals closes at the pace, and with the share won, of the last of them: where
    /// losses take longer than wins, few of those are wins.
    init(_ lives: some Sequence<DealLife>) {
        var days: [Day] = []
        for life in lives where life.days >= 0 {
            let day = min(Int(life.days), Self.daysMost)
            while days.count <= day { days.append(Day()) }
            switch life.end {
            case .won: days[day].won += life.weight
            case .lost: days[day].lost += life.weight
            case .open: days[day].open += life.weight
            }
        }
        // Half of those that are open on a day were so for the whole of it.
        var outlived = 0.0
        for day in days.indices.reversed() {
            days[day].atRisk = outlived + days[day].won + days[day].lost + days[day].open / 2
            outlived += days[day].won + days[day].lost + days[day].open
        }
        rows = Self.rows(Array(days.prefix { $0.atRisk >= Self.atRiskLeast }))
    }

    private struct Day {
        var won = 0.0
        var lost = 0.0
        var open = 0.0
        var atRisk = 0.0
    }

    private static func rows(_ days: [Day]) -> [Row] {
        var (rows, left) = ([Row](), 1.0), (won, lost) = (0.0, 0.0)
        for (number, day) in days.enumerated() {
            won += left * day.won / day.atRisk
            lost += left * day.lost / day.atRisk
            left *= max(0, 1 - (day.won + day.lost) / day.atRisk)
            rows.append(Row(days: Double(number + 1), wins: won, losses: lost))
        }
        if won + lost <= 0 { return [] }
        let (share, pace) = late(days, ofAll: won / (won + lost))
        // Four times the mean of what is left lies behind the last row.
        for step in 1...8 {
            let closed = left * (1 - ElementaryFunctions.exp(-Double(step) / 2))
            rows.append(
                Row(
                    days: Double(days.count) + Double(step) / 2 / pace, wins: won + share * closed,
                    losses: lost + (1 - share) * closed))
        }
        let (wins, losses) = (won + share * left, lost + (1 - share) * left)
        return rows.map {
            Row(
                days: $0.days, wins: wins > 0 ? $0.wins / wins : 1, losses: losses > 0 ? $0.losses / losses : 1)
        }
    }

    /// How deals close that are older than most: the share won of those that end, and how many end a day.
    private static func late(_ days: [Day], ofAll all: Double) -> (share: Double, pace: Double) {
        var (won, lost, atRisk) = (0.0, 0.0, 0.0)
        for day in days.reversed() {
            won += day.won
            lost += day.lost
            atRisk += day.atRisk
            if won + lost >= lateEnds { break }
        }
        return ((won + lateStrength * all) / (won + lost + lateStrength), max(won + lost, 0.5) / atRisk)
    }

    func wins(by days: Double) -> Double { value(days, \.wins) }
    func losses(by days: Double) -> Double { value(days, \.losses) }

    private func value(_ days: Double, _ share: KeyPath<Row, Double>) -> Double {
        if days < 0 { return 0 }
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].days <= days { low = middle + 1 } else { high = middle }
        }
        if low == rows.count { return 1 }
        let (age, reached) = low == 0 ? (0, 0) : (rows[low - 1].days, rows[low - 1][keyPath: share])
        return reached + (rows[low][keyPath: share] - reached) * (days - age) / max(rows[low].days - age, 1e-9)
    }

    /// The chance that a deal of this age, still open, is won within so many days more: the win's part of the two ends
    /// that have not come yet.
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
