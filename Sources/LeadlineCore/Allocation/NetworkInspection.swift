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
    /// In order of registration.
    public var partners: [PartnerPrice]
}

extension State {
    /// Prices, floors and debts as they hold at a moment not before the last entry; nil without a policy.
    public func network(at moment: Timestamp) -> NetworkStanding? {
        guard let policy else { return nil }
        let stamp = max(moment, lastStamp)
        let list = PriceList(self, policy, at: stamp)
        let prices = list.prices
        let end = CapacityLimits.span(ofPeriod: list.period, policy).end
        return NetworkStanding(
            at: stamp, periodEnd: end, floorPeriodEnd: list.floorSpan.end, leadsRemembered: prices.recent.rows.count,
            leadsExpected: prices.rhythm.expected(from: BidPrices.days(stamp), until: BidPrices.days(end)),
            meanGain: prices.meanGain, jainOfUtilisation: JainIndex.of(prices.utilisations),
            partners: partners.profiles.indices.map { price(of: $0, list) })
    }

    private func price(of partner: Int, _ list: PriceList) -> PartnerPrice {
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
            floorLacking: floorLacking(partner, in: list.floorPeriod, list.floorSpan), floorValueGot: got.value,
            floorValue: Int64(promised(capacity.floorValueMinorUnitsPerPeriod, to: partner, in: list.floorSpan)),
            floorValueLacking: floorValueLacking(partner, in: list.floorPeriod, list.floorSpan),
            utilisation: use.offered > 0 ? use.taken / use.offered : nil, placePrice: cost.place,
            floorFavour: cost.floor, evennessFavour: cost.evenness, tieDebtMicros: partners.tieDebtMicros[partner])
    }
}
