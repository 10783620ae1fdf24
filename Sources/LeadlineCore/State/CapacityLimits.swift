/// Caps on open leads, on leads a period, and on leads of one kind a period.
enum CapacityLimits {
    /// Number of the tumbling window that `stamp` falls into.
    static func period(at stamp: Timestamp, _ policy: Policy) -> Int64 {
        window(at: stamp, policy.periodDays, policy)
    }

    /// Number of the floor's tumbling window that `stamp` falls into.
    static func floorPeriod(at stamp: Timestamp, _ policy: Policy) -> Int64 {
        window(at: stamp, policy.floorPeriodDays, policy)
    }

    private static func window(at stamp: Timestamp, _ days: UInt32, _ policy: Policy) -> Int64 {
        let length = Int64(max(days, 1)) * Timestamp.microsPerDay
        let since = stamp.micros - policy.periodAnchor.micros
        return since >= 0 ? since / length : (since - length + 1) / length
    }

    /// The stretch of a capacity period.
    static func span(ofPeriod period: Int64, _ policy: Policy) -> Window { span(period, policy.periodDays, policy) }

    /// The stretch of a floor's period.
    static func span(ofFloorPeriod period: Int64, _ policy: Policy) -> Window {
        span(period, policy.floorPeriodDays, policy)
    }

    private static func span(_ window: Int64, _ days: UInt32, _ policy: Policy) -> Window {
        let length = Int64(max(days, 1)) * Timestamp.microsPerDay
        let start = policy.periodAnchor.adding(micros: window * length)
        return Window(start: start, end: start.adding(micros: length))
    }

    /// Leads that a partner got in the period.
    @inline(__always)
    static func leads(_ partners: PartnerTable, _ partner: Int, in period: Int64) -> UInt32 {
        partners.period[partner] == period ? partners.leadsInPeriod[partner] : 0
    }

    /// Places that a partner has for the leads of the rest of the period; nil where nothing limits them.
    @inline(__always)
    static func placesLeft(_ state: State, _ partner: Int, in period: Int64, daysLeft: Double) -> UInt32? {
        var left: UInt32?
        let cap = state.partners.leadsPerPeriodMax[partner]
        if cap != PartnerTable.uncapped {
            let got = leads(state.partners, partner, in: period) + state.partners.offered[partner]
            left = cap > got ? cap - got : 0
        }
        guard state.isLogic(2), let open = openPlaces(state, partner, days: daysLeft) else { return left }
        return min(left ?? open, open)
    }

    /// Places that the cap on open leads leaves for so many days: those free now, and those that come free as deals
    /// close. A place is held for `meanOpenDays`, so that a cap of n lets n / meanOpenDays leads through a day (Little,
    /// 1961). Nil without a cap, and where it is not known yet how long leads stay open.
    @inline(__always)
    private static func openPlaces(_ state: State, _ partner: Int, days: Double) -> UInt32? {
        let most = state.partners.openLeadsMax[partner], open = taken(state.partners, partner)
        if most == PartnerTable.uncapped || !state.model.curve.isKnown { return nil }
        if open >= most { return 0 }
        let through = Double(most) * days / max(state.model.curve.meanOpenDays, 1)
        return (most - open) + UInt32(min(through, 1_000_000))
    }

    /// Leads that a partner holds, with those that it is offered.
    @inline(__always)
    private static func taken(_ partners: PartnerTable, _ partner: Int) -> UInt32 {
        partners.openLeads[partner] + partners.offered[partner]
    }

    /// The cap that the partner is at, if any.
    /// - Parameter own: Offers of the very lead that is asked for; they take no place from it.
    @inline(__always)
    static func reached(
        _ partners: PartnerTable, _ partner: Int, besides own: UInt32 = 0, in period: Int64
    ) -> ExclusionReason? {
        if taken(partners, partner) - own >= partners.openLeadsMax[partner] { return .openLeadsCap }
        let got = leads(partners, partner, in: period) + partners.offered[partner] - own
        return got >= partners.leadsPerPeriodMax[partner] ? .periodCap : nil
    }

    /// The cap that the partner is at for this lead, if any.
    static func reached(
        _ partners: PartnerTable, _ partner: Int, _ lead: LeadView, in period: Int64
    ) -> ExclusionReason? {
        if let reason = reached(partners, partner, besides: lead.offers(to: partner), in: period) { return reason }
        return partners.withSegments[partner] && partners.isSegmentFull(partner, lead, in: period) ? .segmentCap : nil
    }
}
