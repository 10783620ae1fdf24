/// Won and lost, counted.
struct Tally: Sendable, Equatable {
    var won: UInt32 = 0
    var lost: UInt32 = 0
    /// Sum over won deals of the days from submission to closing.
    var cycleDays: UInt64 = 0

    var closed: UInt32 { won + lost }

    mutating func count(won isWon: Bool, cycleDays days: UInt64) {
        if isWon {
            won += 1
            cycleDays += days
        } else {
            lost += 1
        }
    }

    /// Takes back what `count` did; used when an outcome is corrected.
    mutating func discount(won isWon: Bool, cycleDays days: UInt64) {
        if isWon {
            won -= min(won, 1)
            cycleDays -= min(days, cycleDays)
        } else {
            lost -= min(lost, 1)
        }
    }
}

/// Size class of a deal; a segment in which partners' win rates are counted.
enum SizeBand {
    /// Upper bounds in minor units of the program's currency (cents); the last band has none.
    static let upperBounds: [Int64] = [500_000, 2_000_000, 5_000_000, 10_000_000, 25_000_000]
    static let count = 6

    static func of(_ valueMinorUnits: Int64) -> Int {
        var band = 0
        while band < upperBounds.count && valueMinorUnits > upperBounds[band] { band += 1 }
        return band
    }
}

/// What this program's own outcomes taught, as columns over partners.
struct OutcomeTallies: Sendable, Equatable {
    var program = Tally()
    var partners: [Tally] = []
    /// One column per vertical in which a deal was decided.
    private(set) var columnByVertical: [Vocabulary.Code: Int] = [:]
    var verticals: [(code: Vocabulary.Code, tallies: [Tally])] = []
    /// One column per size band.
    var bands: [[Tally]] = Array(repeating: [], count: SizeBand.count)
    /// How partners treat leads, and all of them together.
    var engagement: [EngagementTally] = []
    var programEngagement = EngagementTally()
    /// Largest deal each partner has won, minor units.
    var largestWonMinorUnits: [Int64] = []
    /// The largest of those that are archived, and can be corrected no more; since logic version 7.
    var largestArchivedMinorUnits: [Int64] = []

    static func == (a: Self, b: Self) -> Bool {
        a.program == b.program && a.partners == b.partners && a.bands == b.bands && a.engagement == b.engagement
            && a.programEngagement == b.programEngagement
            && a.largestWonMinorUnits == b.largestWonMinorUnits
            && a.largestArchivedMinorUnits == b.largestArchivedMinorUnits
            && a.verticals.elementsEqual(b.verticals) { $0.code == $1.code && $0.tallies == $1.tallies }
    }

    mutating func addPartner() {
        partners.append(Tally())
        largestWonMinorUnits.append(0)
        largestArchivedMinorUnits.append(0)
        engagement.append(EngagementTally())
        for band in bands.indices { bands[band].append(Tally()) }
        for column in verticals.indices { verticals[column].tallies.append(Tally()) }
    }

    /// Counts what a partner did with a lead, for it and for the program.
    mutating func count(_ partner: Int, _ what: WritableKeyPath<EngagementTally, UInt32>) {
        engagement[partner][keyPath: what] += 1
        programEngagement[keyPath: what] += 1
    }

    /// A deadline that a partner seemed to miss was kept.
    mutating func takeBackMiss(_ partner: Int) {
        if engagement[partner].missed > 0 { engagement[partner].missed -= 1 }
        if programEngagement.missed > 0 { programEngagement.missed -= 1 }
    }

    /// The column of a vertical; nil where no deal was decided in it.
    func column(ofVertical code: Vocabulary.Code) -> Int? { columnByVertical[code] }

    /// One decided deal, as it is counted.
    struct Outcome {
        var partner: Int
        var vertical: Vocabulary.Code
        var band: Int
        var won: Bool
        var amountMinorUnits: Int64
        var cycleDays: UInt64
    }

    mutating func learn(_ outcome: Outcome) {
        apply(outcome) { $0.count(won: outcome.won, cycleDays: outcome.cycleDays) }
        if outcome.won {
            largestWonMinorUnits[outcome.partner] = max(largestWonMinorUnits[outcome.partner], outcome.amountMinorUnits)
        }
    }

    mutating func unlearn(_ outcome: Outcome) {
        apply(outcome) { $0.discount(won: outcome.won, cycleDays: outcome.cycleDays) }
    }

    private mutating func apply(_ outcome: Outcome, _ change: (inout Tally) -> Void) {
        change(&program)
        change(&partners[outcome.partner])
        change(&bands[outcome.band][outcome.partner])
        if outcome.vertical != Vocabulary.none && outcome.vertical != Vocabulary.unlisted {
            change(&verticals[columnOrInsert(outcome.vertical)].tallies[outcome.partner])
        }
    }

    private mutating func columnOrInsert(_ code: Vocabulary.Code) -> Int {
        if let known = columnByVertical[code] { return known }
        let column = verticals.count
        verticals.append((code, Array(repeating: Tally(), count: partners.count)))
        columnByVertical[code] = column
        return column
    }

    init() {}

    init(
        program: Tally, partners: [Tally], verticals: [(code: Vocabulary.Code, tallies: [Tally])], bands: [[Tally]],
        largestWonMinorUnits: [Int64], largestArchivedMinorUnits: [Int64]?,
        engagement: [EngagementTally], programEngagement: EngagementTally
    ) {
        self.program = program
        self.partners = partners
        self.verticals = verticals
        self.bands = bands
        self.largestWonMinorUnits = largestWonMinorUnits
        self.largestArchivedMinorUnits = largestArchivedMinorUnits ?? largestWonMinorUnits.map { _ in 0 }
        self.engagement = engagement
        self.programEngagement = programEngagement
        for column in verticals.indices { columnByVertical[verticals[column].code] = column }
    }
}
