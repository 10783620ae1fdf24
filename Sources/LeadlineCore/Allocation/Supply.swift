// What partners offer, as the state has it, for the working out of prices.

extension State {
    /// Prices as they hold for a lead that is routed at `stamp`: the state's own, or worked out afresh where they are
    /// due.
    func prices(at stamp: Timestamp, _ policy: Policy) -> BidPrices {
        let period = CapacityLimits.period(at: stamp, policy)
        if !prices.isDue(at: stamp, period: period) { return prices }
        var fresh = prices
        solve(&fresh, at: stamp, period: period, policy)
        return fresh
    }

    /// Works prices out where they are due; a lead is about to be folded that was routed by them.
    mutating func workOutPrices(at stamp: Timestamp) {
        guard let policy else { return }
        let period = CapacityLimits.period(at: stamp, policy)
        if !prices.isDue(at: stamp, period: period) { return }
        var fresh = BidPrices()
        swap(&fresh, &prices)
        solve(&fresh, at: stamp, period: period, policy)
        prices = fresh
    }

    private func solve(_ prices: inout BidPrices, at stamp: Timestamp, period: Int64, _ policy: Policy) {
        let span = CapacityLimits.span(ofPeriod: period, policy)
        let floorEnd = CapacityLimits.span(ofFloorPeriod: CapacityLimits.floorPeriod(at: stamp, policy), policy).end
        prices.solve(
            at: stamp, period: period, periodEnd: span.end, floorEnd: floorEnd,
            supplies(prices, at: stamp, period: period, policy), logicVersion: logicVersion)
    }

    private func supplies(
        _ prices: BidPrices, at stamp: Timestamp, period: Int64, _ policy: Policy
    ) -> [PartnerSupply] {
        let floorPeriod = CapacityLimits.floorPeriod(at: stamp, policy)
        let span = CapacityLimits.span(ofPeriod: period, policy)
        let floorSpan = CapacityLimits.span(ofFloorPeriod: floorPeriod, policy)
        return (0..<partners.count).map {
            supply(of: $0, prices, at: stamp, period: period, floorPeriod: floorPeriod, span, floorSpan)
        }
    }

    /// Which floors are out of reach, by the prices of a moment; none before logic version 8.
    func floorsOutOfReach(_ list: PriceList, at stamp: Timestamp, _ policy: Policy) -> [Bool] {
        guard isLogic(8) else { return [Bool](repeating: false, count: partners.count) }
        return list.prices.floorPlan(
            supplies(list.prices, at: stamp, period: list.period, policy), at: BidPrices.days(stamp),
            floorEnd: list.floorSpan.end
        ).prospects.map { $0 == .outOfReach }
    }

    private func supply(
        of partner: Int, _ prices: BidPrices, at stamp: Timestamp, period: Int64, floorPeriod: Int64, _ span: Window,
        _ floorSpan: Window
    ) -> PartnerSupply {
        var supply = PartnerSupply(placesLeft: nil, placesOffered: 0, floorLacking: 0, presence: 1, floorPresence: 1)
        let absences = partners.absences[partner]
        supply.presence = absences.isEmpty ? 1 : Window(start: stamp, end: span.end).presence(absences)
        supply.floorPresence = absences.isEmpty ? 1 : Window(start: stamp, end: floorSpan.end).presence(absences)
        let isHere = partners.status[partner] == .active && supply.presence > 0
        let cap = partners.leadsPerPeriodMax[partner]
        if isHere {
            supply.placesLeft = CapacityLimits.placesLeft(self, partner, in: period, daysLeft: span.daysLeft(at: stamp))
            supply.placesOffered = cap != PartnerTable.uncapped ? Double(cap) * span.presence(absences) : 0
        } else {
            supply.placesLeft = 0
        }
        supply.floorLacking = max(
            floorLacking(partner, in: floorPeriod, floorSpan),
            prices.leads(worth: floorValueLacking(partner, in: floorPeriod, floorSpan)))
        return supply
    }

    /// Leads that a partner's floor lacks in a floor period.
    func floorLacking(_ partner: Int, in floorPeriod: Int64, _ span: Window) -> UInt32 {
        let floor = partners.profiles[partner].capacity.leadsPerPeriodMin
        guard floor > 0, partners.status[partner] == .active else { return 0 }
        let promised = UInt32(promised(floor, to: partner, in: span)), got = gotForFloor(partner, in: floorPeriod).leads
        return promised > got ? promised - got : 0
    }

    /// Deal value that a partner's floor in value lacks in a floor period, minor units.
    func floorValueLacking(_ partner: Int, in floorPeriod: Int64, _ span: Window) -> Int64 {
        let floor = partners.profiles[partner].capacity.floorValueMinorUnitsPerPeriod
        guard floor > 0, partners.status[partner] == .active else { return 0 }
        let promised = Int64(promised(floor, to: partner, in: span)), got = gotForFloor(partner, in: floorPeriod).value
        return promised > got ? promised - got : 0
    }

    /// What a floor comes to in its period: a promise shrinks with the days that the partner is away.
    func promised(_ floor: some BinaryInteger, to partner: Int, in span: Window) -> Double {
        Double(floor) * span.presence(partners.absences[partner])
    }

    /// Leads that a partner got in a floor period, and what they are worth, minor units.
    @inline(__always)
    func gotForFloor(_ partner: Int, in floorPeriod: Int64) -> (leads: UInt32, value: Int64) {
        partners.floorPeriod[partner] == floorPeriod
            ? (partners.leadsInFloorPeriod[partner], partners.valueInFloorPeriod[partner]) : (0, 0)
    }
}

/// A stretch of logical time.
struct Window: Sendable {
    var start: Timestamp
    var end: Timestamp

    func contains(_ stamp: Timestamp) -> Bool { start <= stamp && stamp < end }

    /// Days from a moment in it to its end.
    func daysLeft(at stamp: Timestamp) -> Double { Double(end.micros - stamp.micros) / Double(Timestamp.microsPerDay) }

    /// The share of it in which a partner with these absences, in order, is there; 0 for an empty stretch.
    func presence(_ absences: [PartnerTable.Absence]) -> Double {
        guard start < end else { return 0 }
        var away: Int64 = 0
        var at = start
        for absence in absences where absence.until > at && absence.from < end {
            let from = max(absence.from, at)
            let until = min(absence.until, end)
            away += until.micros - from.micros
            at = until
        }
        return 1 - Double(away) / Double(end.micros - start.micros)
    }
}
