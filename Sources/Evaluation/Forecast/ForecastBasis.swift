import LeadlineCore

/// What a forecast rests on: everything known at one moment, and nothing later.
struct ForecastBasis: Sendable {
    /// An open deal.
    struct Open: Sendable {
        var partner: Int
        /// Chance of a win within the horizon.
        var chance: Double
        var value: Double
    }

    /// Leads like those that will come: chance of a win at this partner, what it counts for, and value.
    struct Past: Sendable {
        var chance: Double
        var weight: Double
        var value: Double
    }

    /// Days that rates of arrival are taken from.
    private static let recentDays = 91.0
    /// Days after which a lead says half as much of how well chances are calibrated: the model goes on learning, and
    /// what it said at first would be held against what it says now.
    private static let calibrationHalfLife = 45.0
    /// Wins that a calibration of 1 weighs.
    private static let calibrationStrength = 10.0
    private static let halving = ElementaryFunctions.log(2)

    let at: Timestamp
    let days: Int
    var open: [Open] = []
    /// Awards a day that partners keep, and the leads they kept, by partner.
    var keptInRecent: [Int]
    var past: [[Past]]
    /// Days of history that arrivals were counted over.
    var recentDays = 0.0
    /// Factor for the season; 1 without enough history.
    var season = 1.0
    var hasSeason = false
    /// What was won over what had been expected, shrunk to 1; the variance of its logarithm; how many wins it rests on.
    var calibration = 1.0
    var calibrationVariance = 1.0
    var wins = 0
    /// Share of eventual wins that come within the horizon, of leads that arrive in it.
    var newWinShare = 0.0
    /// How far chances wander.
    var wander: PastQuarters
    /// Deviation of the level of arrivals from one quarter to the next, of its logarithm.
    var drift = 0.1
    /// Won amounts over deal values.
    var amountRatios: [Double] = []

    init(_ history: NetworkHistory, at moment: Timestamp, days: Int) {
        at = moment
        self.days = days
        keptInRecent = history.partnerIDs.map { _ in 0 }
        past = history.partnerIDs.map { _ in [] }
        let first = history.first ?? moment
        recentDays = min(Self.recentDays, max(1, Self.days(from: first, to: moment)))
        let table = ClosingTable(history.leads.lazy.compactMap { Self.life($0, at: moment) })
        var recent = Recent(), kept: [KeptLead] = []
        wander = PastQuarters([], partners: 0, days: days, historyDays: 0, table)
        for lead in history.leads { take(lead, table, &recent, &kept) }
        let takeOver = history.takeOver.flatMap { $0 <= moment ? Self.days(from: $0, to: moment) : nil }
        wander = PastQuarters(
            kept, partners: past.count, days: days, historyDays: Self.days(from: first, to: moment), takeOver: takeOver,
            table)
        let won = recent.wins + Self.calibrationStrength
        calibration = won / (recent.expected + Self.calibrationStrength)
        calibrationVariance = (recent.squares + Self.calibrationStrength) / (won * won)
        readArrivals(history.leads.lazy.filter { !$0.isMerged && $0.submittedAt <= moment }.map(\.submittedAt), table)
    }

    /// Wins that were expected and those that came, by what they say of today's, and the sum of its squares.
    private struct Recent {
        var expected = 0.0
        var wins = 0.0
        var squares = 0.0
    }

    private static func days(from: Timestamp, to: Timestamp) -> Double {
        Double(to.micros - from.micros) / Double(Timestamp.microsPerDay)
    }

    /// Days after which it says half as much of how deals close.
    private static let lifeHalving = 365.0

    /// The award by which a partner kept a lead, as known at a moment; nil for one that nobody kept, or of which nobody
    /// says how it ended.
    private static func keptAward(_ lead: LeadRecord, at: Timestamp) -> AwardRecord? {
        guard lead.submittedAt <= at, !lead.isMerged, let award = lead.awards.last(where: { $0.at <= at }),
            award.endedAt > at || award.end == .closed, lead.closedAt > at || lead.isDecided
        else { return nil }
        return award
    }

    /// A lead that a partner kept, as its life was known at a moment.
    private static func life(_ lead: LeadRecord, at: Timestamp) -> DealLife? {
        guard let award = keptAward(lead, at: at) else { return nil }
        let isOpen = lead.closedAt > at
        return DealLife(
            days: days(from: award.at, to: isOpen ? at : lead.closedAt),
            end: isOpen ? .open : lead.isWon ? .won : .lost,
            weight: ElementaryFunctions.exp(-days(from: award.at, to: at) / lifeHalving * halving))
    }

    private mutating func take(
        _ lead: LeadRecord, _ table: ClosingTable, _ recent: inout Recent, _ kept: inout [KeptLead]
    ) {
        guard let award = Self.keptAward(lead, at: at), let chance = award.conversion else { return }
        let age = Self.days(from: award.at, to: at), value = Double(lead.valueMinorUnits)
        if age <= recentDays { keptInRecent[award.partner] += 1 }
        let isWon = lead.isWon && lead.closedAt <= at,
            like = KeptLead(partner: award.partner, age: age, chance: chance, isWon: isWon)
        kept.append(like)
        if age <= KeptLead.days { past[award.partner].append(Past(chance: chance, weight: like.weight, value: value)) }
        if age <= 2 * KeptLead.days {
            let weight = ElementaryFunctions.exp(-age / Self.calibrationHalfLife * Self.halving)
            recent.expected += weight * (chance * table.wins(by: age))
            if isWon {
                recent.wins += weight
                recent.squares += weight * weight
            }
        }
        if lead.closedAt > at {
            open.append(
                Open(
                    partner: award.partner, chance: table.winsWithin(Double(days), chance: chance, age: age),
                    value: value))
        } else if lead.isWon {
            if age <= 2 * KeptLead.days { wins += 1 }
            if value > 0 { amountRatios.append(Double(lead.amountMinorUnits) / value) }
        }
    }

    // MARK: Arrivals

    /// Arrivals a week back from the moment, the newest week first.
    private mutating func readArrivals(_ arrivals: some Sequence<Timestamp>, _ table: ClosingTable) {
        var weeks: [Int] = []
        for arrival in arrivals {
            let week = Int(Self.days(from: arrival, to: at) / 7)
            while weeks.count <= week { weeks.append(0) }
            weeks[week] += 1
        }
        readDrift(weeks)
        readSeason(weeks)
        newWinShare = table.meanWins(over: days, arriving: Self.rhythm(weeks))
    }

    /// How leads spread over the weeks of a quarter: where they come early in it, more of them are won by its end. As a
    /// year ago, as far as leads of then say; else on average of the last four quarters, as far as there are so many.
    private static func rhythm(_ weeks: [Int]) -> [Double] {
        let usual = usualRhythm(weeks)
        if weeks.count < yearWeeks + 2 { return usual }
        let then = (0..<13).map { smoothed(weeks, yearWeeks - 1 - $0) }, leads = then.reduce(0, +)
        if leads <= 0 { return usual }
        let trust = leads / (leads + rhythmStrength)
        return zip(then, usual).map { trust * 13 * $0 / leads + (1 - trust) * $1 }
    }

    private static let yearWeeks = 52
    /// Leads of a year ago that say as much as the quarters since.
    private static let rhythmStrength = 500.0

    private static func usualRhythm(_ weeks: [Int]) -> [Double] {
        let quarters = min(4, weeks.count / 13)
        return (0..<13).map { week in
            if quarters == 0 { return 1 }
            return (1...quarters).reduce(0) { sum, back in
                let all = weeks[13 * (back - 1)..<13 * back].reduce(0, +)
                return sum + (all == 0 ? 1 : 13 * Double(weeks[13 * back - 1 - week]) / Double(all)) / Double(quarters)
            }
        }
    }

    /// Leads of a week, on average of five about it.
    private static func smoothed(_ weeks: [Int], _ week: Int) -> Double {
        let about = weeks[max(0, week - 2)...min(weeks.count - 1, week + 2)]
        return Double(about.reduce(0, +)) / Double(about.count)
    }

    /// How far the sums of neighbouring quarters differ beyond chance.
    private mutating func readDrift(_ weeks: [Int]) {
        let quarters = stride(from: 0, to: weeks.count - 12, by: 13).map { Double(weeks[$0..<$0 + 13].reduce(0, +)) }
            .filter { $0 > 0 }
        if quarters.count < 3 { return }
        var excess = 0.0
        for (later, earlier) in zip(quarters, quarters.dropFirst()) {
            let ratio = ElementaryFunctions.log(later / earlier)
            excess += ratio * ratio - 1 / later - 1 / earlier
        }
        drift = min(0.5, max(0.03, max(0, excess / Double(quarters.count - 1)).squareRoot()))
    }

    /// A year ago: the quarter to come over the one before it, weeks smoothed over five, the logarithm shrunk by how
    /// many leads it rests on.
    private mutating func readSeason(_ weeks: [Int]) {
        let ahead = (days + 6) / 7
        if weeks.count < Self.yearWeeks + 13 + 2 || ahead > 48 { return }
        let coming = (0..<ahead).reduce(0) { $0 + Self.smoothed(weeks, Self.yearWeeks - 1 - $1) } / Double(ahead)
        let before = (0..<13).reduce(0) { $0 + Self.smoothed(weeks, Self.yearWeeks + $1) } / 13
        if coming <= 0 || before <= 0 { return }
        let leads = 13 * min(coming, before)
        season = ElementaryFunctions.exp(ElementaryFunctions.log(coming / before) * leads / (leads + 100))
        hasSeason = true
    }
}
