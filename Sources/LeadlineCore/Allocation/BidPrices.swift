/// What one more lead at a partner costs the network: the price of one of its places left this period, less what its
/// floor adds while it is unmet, less what it is favoured with for lying behind in utilisation.
///
/// Prices are worked out once a logical day, when a period begins, and after a capacity changed (`solve`), from the
/// leads of the last three weeks (`RecentLeads`) and the arrivals still expected (`ArrivalRhythm`); between two
/// workings out they move with each assignment and with time. A partner without a cap has no price, one without a floor
/// no favour.
struct BidPrices: Sendable, Equatable {
    /// A table's place in `worths`, and how many places or leads a row stands for.
    struct Rows: Sendable, Equatable {
        var start: UInt32 = 0
        var count: UInt32 = 0
        var rowSize: UInt32 = 1
    }

    /// What a period has offered to a partner and what it took, since the beginning.
    struct Use: Sendable, Equatable {
        var taken = 0.0
        var offered = 0.0
        /// Places of the present period that are in `offered` already.
        var offeredNow = 0.0
    }

    var rhythm = ArrivalRhythm()
    var recent = RecentLeads()
    /// Running mean of what a lead is worth at its best partner, minor units, and over how many it runs.
    var meanGain = 0.0
    var meanCount = 0.0
    /// Running mean of a routed lead's deal value, minor units; kept from logic version 2 on, else 0.
    var meanValue = 0.0
    /// Mean gains that a partner is favoured with for each unit of utilisation it lies behind: a dual price of
    /// evenness.
    var evenness = Self.evennessMin
    /// Mean utilisation at the last working out.
    var meanUtilisation = 0.0
    /// When prices were worked out, and when they are next, in days since 1970.
    var solvedAt = 0.0
    var nextAt = 0.0
    /// The capacity period in which they were; nil before the first time.
    var period: Int64?
    /// True if a capacity, an absence or the policy changed since.
    var isStale = true

    // By partner.
    var use: [Use] = []
    /// Price of the next place and favour of the floor at the last working out, from which the next one starts.
    var prices: [Double] = []
    var favours: [Double] = []
    var placeRows: [Rows] = []
    var floorRows: [Rows] = []
    /// Worth now and worth when prices are next worked out, row by row.
    var worths: [SIMD2<Double>] = []

    static let evennessMin = 0.3
    static let evennessMax = 4.0
    /// Jain's index of utilisation that evenness aims at.
    static let evennessGoal = 0.984
    static let evennessRate = 2.0
    /// Leads over which the mean gain runs.
    private static let meanSpan = 500.0

    /// Leads that must be remembered before a lead is sent to a human for the sake of those expected.
    private static let reserveLeads = 50

    /// True once enough leads are remembered to keep places for better ones.
    var canReserve: Bool { recent.rows.count >= Self.reserveLeads }

    mutating func addPartner() {
        use.append(Use())
        prices.append(0)
        favours.append(0)
        placeRows.append(Rows())
        floorRows.append(Rows())
    }

    /// A lead was routed: what it was worth to whom, and its deal value.
    mutating func remember(
        at stamp: Timestamp, _ bids: [RecentLeads.Bid], value: Int64, logicVersion: UInt32
    ) {
        rhythm.arrive(on: Int64(Self.days(stamp).rounded(.down)), logicVersion: logicVersion)
        if bids.isEmpty { return }
        recent.remember(at: Self.days(stamp), bids)
        var best = 0.0
        for bid in bids { best = max(best, Double(bid.gain)) }
        meanCount = min(meanCount + 1, Self.meanSpan)
        meanGain += (best - meanGain) / meanCount
        if value > 0 { meanValue += (Double(value) - meanValue) / (meanValue == 0 ? 1 : meanCount) }
    }

    static func days(_ stamp: Timestamp) -> Double { Double(stamp.micros) / Double(Timestamp.microsPerDay) }

    /// Whether prices have to be worked out before a lead is routed. After a change of capacity that is done at most
    /// once an hour, unless a period has begun.
    func isDue(at stamp: Timestamp, period now: Int64) -> Bool {
        if period != now { return true }
        let today = Self.days(stamp)
        if today >= nextAt { return true }
        return isStale && today >= solvedAt + 1.0 / 24
    }

    /// How far time has gone from the last working out to the next, 0 to 1.
    func progress(at stamp: Timestamp) -> Double {
        nextAt > solvedAt ? min(max((Self.days(stamp) - solvedAt) / (nextAt - solvedAt), 0), 1) : 0
    }

    /// What the next place of a partner is worth to the leads still expected, with so many left.
    @inline(__always)
    func placePrice(_ partner: Int, left: UInt32, progress: Double) -> Double {
        worth(placeRows[partner], left, progress)
    }

    /// What its floor adds, with so many leads lacking.
    @inline(__always)
    func floorFavour(_ partner: Int, lacking: UInt32, progress: Double) -> Double {
        lacking == 0 ? 0 : worth(floorRows[partner], lacking, progress)
    }

    /// What its floor in value adds to a lead of this value, with so much value lacking: as leads of the usual value
    /// do, in proportion, but no more than what is lacking. A lead of the usual value where none is named.
    @inline(__always)
    func floorFavour(_ partner: Int, lackingValue: Int64, leadValue: Int64?, progress: Double) -> Double {
        let worth = worth(floorRows[partner], leads(worth: lackingValue), progress)
        guard let leadValue, meanValue > 0 else { return worth }
        return worth * (Double(min(leadValue, lackingValue)) / meanValue)
    }

    /// Leads of the usual value that come to this value.
    func leads(worth value: Int64) -> UInt32 {
        if value <= 0 { return 0 }
        return meanValue > 0 ? UInt32(min((Double(value) / meanValue).rounded(.up), Self.floorLeadsMax)) : 1
    }

    /// Leads that a floor in value is taken for at most.
    private static let floorLeadsMax = 1_000_000.0

    /// More left than the table knows is worth what its last row says; none of them where there is no table.
    @inline(__always)
    private func worth(_ rows: Rows, _ number: UInt32, _ progress: Double) -> Double {
        if rows.count == 0 || number == 0 { return 0 }
        let row = min((number - 1) / rows.rowSize, rows.count - 1)
        let pair = worths[Int(rows.start + row)]
        return pair.x + (pair.y - pair.x) * progress
    }

    /// Shares of their places that partners took, of those who were offered any.
    var utilisations: [Double] { use.compactMap { $0.offered > 0 ? $0.taken / $0.offered : nil } }

    /// What a partner is favoured with for having taken a smaller share of its places than others; negative for a
    /// larger.
    @inline(__always)
    func evennessFavour(_ partner: Int) -> Double {
        let use = use[partner]
        if use.offered == 0 || meanUtilisation == 0 { return 0 }
        return evenness * meanGain * (meanUtilisation - use.taken / use.offered)
    }
}
