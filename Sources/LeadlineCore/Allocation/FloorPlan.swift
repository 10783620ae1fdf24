/// Which floors the leads still expected can meet together.
///
/// Where there are too few leads for all, a lead short everywhere would break every promise. So that most are kept,
/// floors are met one after the other, those that lack least first, each beside all before it: a maximum flow from the
/// leads of the last weeks, which stand for those to come, to the floors, found by augmenting paths (Edmonds and Karp,
/// "Theoretical Improvements in Algorithmic Efficiency for Network Flow Problems", Journal of the ACM 19, 1972). Which
/// set of floors is the largest is hard to find in general; going by what they lack is a rule of thumb, and right where
/// all lack one lead (Edmonds and Fulkerson, "Transversals and Matroid Partition", 1965).
struct FloorPlan {
    /// A lead in the flow's whole numbers.
    private static let unitsPerLead = 1_024.0
    /// Most steps of the search; what is not found by then counts as met.
    private static let stepsMax = 4_000_000

    /// What a partner may get of the leads of one kind, and gets.
    private struct Share {
        var partner: Int
        var kind: Int
        var unitsMax: Int
        var units = 0
    }

    /// What can become of a floor.
    enum Prospect {
        /// It can be met beside those that lack less.
        case met
        /// It cannot, but no floor that can be met wants its leads: it is pursued as far as they come.
        case partly
        /// It cannot, and its leads are wanted where floors can be met.
        case outOfReach
    }

    /// By partner; of one whose floor lacks nothing `met`.
    private(set) var prospects: [Prospect]
    /// Leads that are welcome at the same lacking partners are of one kind: its shares, and what of it nobody has yet.
    private var sharesOfKind: [Range<Int>] = []
    private var spare: [Int] = []
    private var shares: [Share] = []
    private var sharesOfPartner: [[Int]]
    private var steps = 0

    /// - Parameter arrivals: Leads expected until the floor period ends.
    init(_ recent: RecentLeads, _ supplies: [PartnerSupply], arrivals: Double) {
        prospects = [Prospect](repeating: .met, count: supplies.count)
        sharesOfPartner = [[Int]](repeating: [], count: supplies.count)
        let lacking = supplies.indices.filter { supplies[$0].floorLacking > 0 }
        if lacking.isEmpty || recent.rows.isEmpty { return }
        sort(recent, supplies, unitsPerRow: arrivals / Double(recent.rows.count) * Self.unitsPerLead)
        for partner in lacking.sorted(by: { (supplies[$0].floorLacking, $0) < (supplies[$1].floorLacking, $1) }) {
            let units = Int(supplies[partner].floorLacking) * Int(Self.unitsPerLead)
            if !meet(partner, units) { prospects[partner] = .partly }
            if steps > Self.stepsMax { break }
        }
        for partner in lacking where prospects[partner] == .partly && competesWithMet(partner) {
            prospects[partner] = .outOfReach
        }
    }

    /// True if a floor that can be met wants leads that this partner would get.
    private func competesWithMet(_ partner: Int) -> Bool {
        sharesOfPartner[partner].contains { share in
            sharesOfKind[shares[share].kind].contains { prospects[shares[$0].partner] == .met }
        }
    }

    /// Sorts the leads of the last weeks into kinds.
    private mutating func sort(_ recent: RecentLeads, _ supplies: [PartnerSupply], unitsPerRow: Double) {
        var kinds: [[UInt32]: Int] = [:]
        var partners: [[UInt32]] = []
        var rows: [Int] = []
        for row in recent.rows {
            var kind: [UInt32] = []
            for bid in recent.bids[recent.bids(of: row)] where supplies[Int(bid.partner)].floorLacking > 0 {
                kind.append(bid.partner)
            }
            if kind.isEmpty { continue }
            kind.sort()
            if let index = kinds[kind] {
                rows[index] += 1
            } else {
                kinds[kind] = rows.count
                partners.append(kind)
                rows.append(1)
            }
        }
        for (kind, partners) in partners.enumerated() {
            let units = Double(rows[kind]) * unitsPerRow
            let start = shares.count
            for partner in partners {
                sharesOfPartner[Int(partner)].append(shares.count)
                let unitsMax = Int(units * supplies[Int(partner)].floorPresence)
                shares.append(Share(partner: Int(partner), kind: kind, unitsMax: unitsMax))
            }
            sharesOfKind.append(start..<shares.count)
            spare.append(Int(units))
        }
    }

    /// Gives a partner what its floor lacks, moving others to other leads where that helps; if it cannot have all, it
    /// gets nothing.
    private mutating func meet(_ partner: Int, _ units: Int) -> Bool {
        var lacking = units
        while lacking > 0 {
            let more = augment(partner, atMost: lacking)
            if more == 0 { break }
            lacking -= more
        }
        if lacking == 0 || steps > Self.stepsMax { return true }
        for share in sharesOfPartner[partner] {
            spare[shares[share].kind] += shares[share].units
            shares[share].units = 0
        }
        return false
    }

    /// Finds a shortest way to more leads for a partner: of a kind that has some to spare, at once or by way of
    /// partners that take others instead. Returns what it brought.
    private mutating func augment(_ partner: Int, atMost units: Int) -> Int {
        // For each partner that was reached: the share that another would take more of, and its own that it would give.
        var ways: [Int: (takes: Int, gives: Int)] = [:]
        var isKindSeen = [Bool](repeating: false, count: spare.count)
        var queue = [partner], next = 0
        while next < queue.count {
            let reached = queue[next]
            next += 1
            for share in sharesOfPartner[reached] where shares[share].units < shares[share].unitsMax {
                steps += 1
                let kind = shares[share].kind
                if spare[kind] > 0 { return move(partner, ways, end: share, atMost: units) }
                if isKindSeen[kind] { continue }
                isKindSeen[kind] = true
                steps += sharesOfKind[kind].count
                for other in sharesOfKind[kind] where shares[other].units > 0 {
                    let holder = shares[other].partner
                    if holder == partner || ways[holder] != nil { continue }
                    ways[holder] = (share, other)
                    queue.append(holder)
                }
            }
            if steps > Self.stepsMax { break }
        }
        return 0
    }

    /// Moves as much along a way as it carries.
    private mutating func move(
        _ partner: Int, _ ways: [Int: (takes: Int, gives: Int)], end: Int, atMost units: Int
    ) -> Int {
        var amount = min(units, spare[shares[end].kind], shares[end].unitsMax - shares[end].units)
        var taken = [end], given: [Int] = []
        while let way = ways[shares[taken[taken.count - 1]].partner] {
            amount = min(amount, shares[way.gives].units, shares[way.takes].unitsMax - shares[way.takes].units)
            taken.append(way.takes)
            given.append(way.gives)
        }
        spare[shares[end].kind] -= amount
        for share in taken { shares[share].units += amount }
        for share in given { shares[share].units -= amount }
        return amount
    }
}
