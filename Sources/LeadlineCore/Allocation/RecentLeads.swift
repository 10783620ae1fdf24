/// The leads of the last three weeks with what they were worth at the partners that wanted them: a stand-in for the
/// leads still to come.
///
/// A ring of bounded size. A program with more leads than it holds keeps every second, third, ... one, so that it
/// always spans the whole time.
struct RecentLeads: Sendable, Equatable {
    /// Most leads kept.
    static let leadsMax = 4_096
    /// Most partners kept of a lead: the best and the best of those at a cap, as decisions name them.
    static let partnersMax = 16
    /// How long a lead is remembered.
    static let daysMax = 21.0

    /// One lead's expected value at one partner.
    struct Bid: Sendable, Equatable {
        var partner: UInt32
        /// In minor units.
        var gain: Float
    }

    /// When each lead was routed, days since 1970, oldest first from `head`.
    private(set) var days: [Double] = []
    /// Where each lead's bids start; one more than leads.
    private(set) var starts: [UInt32] = [0]
    private(set) var bids: [Bid] = []
    private(set) var head = 0
    /// One in so many leads is kept.
    private(set) var thinning: UInt32 = 1
    /// Leads since the last one that was kept.
    private(set) var skipped: UInt32 = 0

    init() {}

    /// Rebuilds what a snapshot holds.
    init(days: [Double], starts: [UInt32], bids: [Bid], thinning: UInt32, skipped: UInt32) {
        self.days = days
        self.starts = starts
        self.bids = bids
        self.thinning = thinning
        self.skipped = skipped
    }

    /// Rows in use.
    var rows: Range<Int> { head..<days.count }

    /// Bids of a row.
    func bids(of row: Int) -> Range<Int> { Int(starts[row])..<Int(starts[row + 1]) }

    /// Remembers a lead routed at `day`, never earlier than the last; `bids` are at most `partnersMax`.
    mutating func remember(at day: Double, _ newBids: [Bid]) {
        forget(before: day - Self.daysMax)
        skipped += 1
        if skipped < thinning { return }
        skipped = 0
        if rows.count == Self.leadsMax { thin() }
        days.append(day)
        bids.append(contentsOf: newBids.prefix(Self.partnersMax))
        starts.append(UInt32(bids.count))
    }

    private mutating func forget(before day: Double) {
        while head < days.count && days[head] < day { head += 1 }
        if head == days.count { thinning = 1 }
        // Storage is given back once half of it is the past.
        if head > 256 && head * 2 > days.count { compact { _ in true } }
    }

    /// Keeps every second lead, and from now on every second of those that come.
    private mutating func thin() {
        thinning *= 2
        compact { $0 & 1 == 0 }
    }

    private mutating func compact(_ keeps: (Int) -> Bool) {
        var kept = Self()
        kept.thinning = thinning
        kept.skipped = skipped
        for (index, row) in rows.enumerated() where keeps(index) {
            kept.days.append(days[row])
            kept.bids.append(contentsOf: bids[bids(of: row)])
            kept.starts.append(UInt32(kept.bids.count))
        }
        self = kept
    }

    /// Only what is in use counts.
    static func == (a: Self, b: Self) -> Bool {
        a.thinning == b.thinning && a.skipped == b.skipped && a.days[a.rows] == b.days[b.rows]
            && zip(a.rows, b.rows).allSatisfy { a.bids[a.bids(of: $0)] == b.bids[b.bids(of: $1)] }
    }
}
