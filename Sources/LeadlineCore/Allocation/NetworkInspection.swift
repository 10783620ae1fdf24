/// What one more lead at a partner costs the network and what speaks for the partner, at one moment.
public struct PartnerPrice: Sendable, Equatable {
    public var partnerID: String
    /// "active", "paused" or "removed".
    public var status: String
    /// Leads got in the capacity period that runs, and the cap; nil without one.
    public var leads: UInt32
    public var leadsMax: UInt32?
    /// Leads held open, and the cap; nil without one.
    public var openLeads: UInt32
    public var openLeadsMax: UInt32?
    /// Leads got in the floor period that runs, what the floor promises in it, absence taken off, and what it lacks.
    public var floorLeads: UInt32
    public var floor: UInt32
    public var floorLacking: UInt32
    /// True if the leads expected now are too few for it beside the floors of others that want the same leads and lack
    /// less: if that stands when prices are next worked out, nothing is added for it.
    public var isFloorOutOfReach: Bool
    /// The same of its floor in value, minor units.
    public var floorValueGot: Int64
    public var floorValue: Int64
    public var floorValueLacking: Int64
    /// Share of its places that it took since the beginning; nil if none were offered.
    public var utilisation: Double?
    /// What its next place is worth to the leads still expected this period, minor units.
    public var placePrice: Double
    /// What its floor adds, and what having taken a smaller share than others adds (or a larger one takes off), minor
    /// units.
    public var floorFavour: Double
    public var evennessFavour: Double
    /// What ties owe it (positive) or it owes (negative), in millionths of a lead.
    public var tieDebtMicros: Int64
    /// The leads between equals in which it takes part, until one of them is its own at the latest, as debts stand; nil
    /// where it gets none now, or partners take turns in rotation.
    public var turnWithin: UInt32?
}

/// The network as allocation sees it, at one moment.
public struct NetworkStanding: Sendable, Equatable {
    /// The moment.
    public var at: Timestamp
    /// When the capacity period and the floor period that run end.
    public var periodEnd: Timestamp
    public var floorPeriodEnd: Timestamp
    /// Leads that prices are worked out from, and those expected until the period ends.
    public var leadsRemembered: Int
    public var leadsExpected: Double
    /// What a lead is worth at its best partner on average, minor units.
    public var meanGain: Double
    /// Jain's index of utilisation; 1 is even.
    public var jainOfUtilisation: Double
    /// The most of `turnWithin`: how long anybody may be passed over between equals; nil where nobody can be.
    public var turnWithinMax: UInt32?
    /// True if what ties owe to some is what others owe, so that no turn was lost; what the bound rests on.
    public var debtsBalance: Bool
    /// What is left of the chance of winning after waiting for a response, and the deals that say so.
    public var waiting: [WaitingShare]
    /// What stands announced of partners that get too little, or too much.
    public var announced: [StarvationNotice]
    /// Partners whose profile names a holiday calendar that the policy does not have: they keep no holidays.
    public var calendarsUnknown: [String]
    /// In order of registration.
    public var partners: [PartnerPrice]
}

/// What waiting for a first response for so long leaves of the chance of winning.
public struct WaitingShare: Sendable, Equatable {
    /// Waits of less; nil for all that are longer than those before.
    public var belowMinutes: Int64?
    /// 0 to 1.
    public var kept: Double
    public var won: UInt32
    public var closed: UInt32
}

extension State {
    /// Prices, floors and debts as they hold at a moment not before the last entry; nil without a policy.
    public func network(at moment: Timestamp) -> NetworkStanding? {
        guard let policy else { return nil }
        let stamp = max(moment, lastStamp)
        let list = PriceList(self, policy, at: stamp)
        let prices = list.prices
        let end = CapacityLimits.span(ofPeriod: list.period, policy).end
        let turns = turnsWithin(policy)
        let isOutOfReach = floorsOutOfReach(list, at: stamp, policy)
        return NetworkStanding(
            at: stamp, periodEnd: end, floorPeriodEnd: list.floorSpan.end, leadsRemembered: prices.recent.rows.count,
            leadsExpected: prices.rhythm.expected(from: BidPrices.days(stamp), until: BidPrices.days(end)),
            meanGain: prices.meanGain, jainOfUtilisation: JainIndex.of(prices.utilisations),
            turnWithinMax: turns.compactMap { $0 }.max(),
            debtsBalance: partners.tieDebtMicros.reduce(0, +) == 0, waiting: waitingShares(policy),
            announced: starvationNotices(at: stamp), calendarsUnknown: calendarsUnknown,
            partners: partners.profiles.indices.map {
                price(of: $0, list, turnWithin: turns[$0], isFloorOutOfReach: isOutOfReach[$0])
            })
    }

    private var calendarsUnknown: [String] {
        partners.profiles.indices.filter { partners.status[$0] != .removed }.map { partners.profiles[$0] }
            .filter { !$0.holidayCalendar.isEmpty && !holidays.has($0.holidayCalendar) }.map(\.partnerID)
    }

    private func waitingShares(_ policy: Policy) -> [WaitingShare] {
        let kept = keptAfterWaiting(policy), ends = WaitingCost.endMinutes
        return kept.indices.map {
            let bucket = waitingCost.buckets[$0]
            return WaitingShare(
                belowMinutes: $0 < ends.count ? ends[$0] : nil, kept: kept[$0], won: bucket.won, closed: bucket.closed)
        }
    }

    /// By partner, after how many leads between equals it has its turn at the latest. Of two in a tie the one that is
    /// owed more gets the lead and pays for it with one, so that whoever lies k leads ahead passes another at most
    /// k + 1 times. Debts in whole leads, rounded down, are subtracted: no less than the difference rounded down.
    private func turnsWithin(_ policy: Policy) -> [UInt32?] {
        var within = [UInt32?](repeating: nil, count: partners.count)
        if policy.method.takesTurns { return within }
        let there = (0..<partners.count).filter { partners.status[$0] == .active }
            .sorted { partners.tieDebtMicros[$0] > partners.tieDebtMicros[$1] }
        var ahead: Int64 = 0, passed: Int64 = 0
        var first = 0
        while first < there.count {
            let debt = partners.tieDebtMicros[there[first]]
            var end = first
            while end < there.count && partners.tieDebtMicros[there[end]] == debt { end += 1 }
            let whole = debt.floorDivided(by: 1_000_000)
            // Those ahead, those level with it but itself, and its own turn.
            let count = ahead - passed * whole + passed + Int64(end - first)
            for index in first..<end { within[there[index]] = UInt32(clamping: count) }
            ahead += whole * Int64(end - first)
            passed += Int64(end - first)
            first = end
        }
        return within
    }

    private func price(
        of partner: Int, _ list: PriceList, turnWithin: UInt32?, isFloorOutOfReach: Bool
    ) -> PartnerPrice {
        let cap = partners.leadsPerPeriodMax[partner], openCap = partners.openLeadsMax[partner]
        let cost = list.cost(of: partner, value: nil, self)
        let use = list.prices.use[partner]
        let capacity = partners.profiles[partner].capacity, got = gotForFloor(partner, in: list.floorPeriod)
        return PartnerPrice(
            partnerID: partners.profiles[partner].partnerID, status: "\(partners.status[partner])",
            leads: CapacityLimits.leads(partners, partner, in: list.period), leadsMax: cap != PartnerTable.uncapped
                ? cap : nil,
            openLeads: partners.openLeads[partner], openLeadsMax: openCap != PartnerTable.uncapped ? openCap : nil,
            floorLeads: got.leads, floor: UInt32(promised(capacity.leadsPerPeriodMin, to: partner, in: list.floorSpan)),
            floorLacking: floorLacking(partner, in: list.floorPeriod, list.floorSpan),
            isFloorOutOfReach: isFloorOutOfReach, floorValueGot: got.value,
            floorValue: Int64(promised(capacity.floorValueMinorUnitsPerPeriod, to: partner, in: list.floorSpan)),
            floorValueLacking: floorValueLacking(partner, in: list.floorPeriod, list.floorSpan),
            utilisation: use.offered > 0 ? use.taken / use.offered : nil, placePrice: cost.place,
            floorFavour: cost.floor, evennessFavour: cost.evenness, tieDebtMicros: partners.tieDebtMicros[partner],
            turnWithin: turnWithin)
    }
}
