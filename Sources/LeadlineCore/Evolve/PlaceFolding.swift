// The place that a lead takes at its holder, and gives back where it is as if it had not been there. Since logic
// version 5; since version 7 one by one, so that counts go on when a policy changes the length of periods.

extension State {
    /// What a lead counts as at a partner that gets it now.
    func place(ofLeadAt slot: Int, _ partner: Int) -> CountedPlace {
        let view = view(ofLeadAt: slot)
        let kinds = partners.segmentCounts[partner].isEmpty ? [] : partners.countedKinds(view, at: partner)
        return CountedPlace(
            valueMinorUnits: max(value(of: leads.leads[slot]) ?? 0, 0), country: view.words.country, kinds: kinds)
    }

    /// The windows in which a lead that the partner gets at a moment counts. Since logic version 6.
    func windows(at stamp: Timestamp, _ partner: Int, _ policy: Policy) -> CountedPlace.Windows {
        .init(
            period: CapacityLimits.period(at: stamp, policy),
            floorPeriod: CapacityLimits.floorPeriod(at: stamp, policy),
            wasPriced: partners.leadsPerPeriodMax[partner] != PartnerTable.uncapped)
    }

    /// A lead counts neither against the partner's caps nor for its floor any more, as what it counted when it came.
    mutating func uncount(_ place: CountedPlace, ofLeadAt slot: Int?, _ partner: Int, assignedAt: Timestamp) {
        if isLogic(7) { return giveBackPlace(place, ofLeadAt: slot, partner, assignedAt: assignedAt) }
        guard let policy,
            let windows = isLogic(6) ? place.windows : windows(at: assignedAt, partner, policy)
        else { return }
        let period = windows.period
        if partners.period[partner] == period && partners.leadsInPeriod[partner] > 0 {
            partners.leadsInPeriod[partner] -= 1
        }
        if partners.floorPeriod[partner] == windows.floorPeriod {
            if partners.leadsInFloorPeriod[partner] > 0 { partners.leadsInFloorPeriod[partner] -= 1 }
            partners.valueInFloorPeriod[partner] -= min(place.valueMinorUnits, partners.valueInFloorPeriod[partner])
        }
        if windows.wasPriced {
            prices.use[partner].taken = max(prices.use[partner].taken - 1, 0)
        }
        partners.discountSegments(place.kinds, at: partner, in: period)
    }

    /// A link takes the lead from its holder, which is nobody's fault: the turn comes back where a decline would give
    /// it back, and the lead counts there no more. Changes partners alone; the lead itself is taken back after it.
    mutating func giveUpPlace(_ slot: Int) {
        let lead = leads.leads[slot]
        guard lead.holder != LeadTable.nowhere else { return }
        let partner = Int(lead.holder)
        if lead.declineKeepsTurn {
            giveTurnBack(lead.turn, strideMicros: lead.strideMicros, in: lead.place.country, to: partner)
        }
        uncount(lead.place, ofLeadAt: slot, partner, assignedAt: lead.assignedAt)
    }

    /// The partners as they are once a link has taken the lead from its holder, who may get it again.
    func withoutPlace(ofLeadAt slot: Int) -> State {
        guard leads.leads[slot].holder != LeadTable.nowhere else { return self }
        var after = self
        after.giveUpPlace(slot)
        after.partners.openLeads[Int(leads.leads[slot].holder)] -= 1
        return after
    }
}

// MARK: - One by one

extension State {
    /// From when on places are remembered.
    private func placesFrom(_ stamp: Timestamp) -> Timestamp {
        let days = max(policy?.periodDays ?? 0, policy?.floorPeriodDays ?? 0, TakenPlaces.daysMin)
        return stamp.adding(micros: -Int64(days) * Timestamp.microsPerDay)
    }

    /// The lead takes a place at its partner. False if it has one there already: the partner gets back what it lost by
    /// a deadline that it had kept.
    mutating func takePlace(_ slot: Int, _ partner: Int, _ cause: RoutingCause, at stamp: Timestamp) -> Bool {
        if !isLogic(5) { return true }
        let place = place(ofLeadAt: slot, partner)
        leads.leads[slot].place = place
        if isLogic(6), let policy { leads.leads[slot].place.windows = windows(at: stamp, partner, policy) }
        if !isLogic(7) { return true }
        if cause == .answeredInTime, let index = taken.index(of: slot, partner, at: stamp) {
            let first = taken.places(of: partner)[index]
            leads.leads[slot].place.valueMinorUnits = first.valueMinorUnits
            leads.leads[slot].place.kinds = first.kinds
            return false
        }
        let new = TakenPlaces.Place(
            at: stamp, lead: UInt32(slot), valueMinorUnits: place.valueMinorUnits, kinds: place.kinds)
        taken.take(new, partner, keepingFrom: placesFrom(stamp))
        return true
    }

    private mutating func giveBackPlace(
        _ place: CountedPlace, ofLeadAt slot: Int?, _ partner: Int, assignedAt: Timestamp
    ) {
        if place.windows?.wasPriced == true {
            prices.use[partner].taken = max(prices.use[partner].taken - 1, 0)
        }
        guard let slot, let index = taken.index(of: slot, partner, at: assignedAt) else { return }
        let place = taken.remove(index, of: partner)
        guard let policy else { return }
        let period = CapacityLimits.period(at: place.at, policy)
        if partners.period[partner] == period && partners.leadsInPeriod[partner] > 0 {
            partners.leadsInPeriod[partner] -= 1
        }
        if partners.floorPeriod[partner] == CapacityLimits.floorPeriod(at: place.at, policy) {
            if partners.leadsInFloorPeriod[partner] > 0 { partners.leadsInFloorPeriod[partner] -= 1 }
            partners.valueInFloorPeriod[partner] -= min(place.valueMinorUnits, partners.valueInFloorPeriod[partner])
        }
        partners.discountSegments(place.kinds, at: partner, in: period)
        noteChance()
    }

    /// A return was credited, or a lot was drawn: it counts in the window of its moment.
    mutating func noteCredit(_ partner: Int, at stamp: Timestamp) {
        if isLogic(7) { taken.credit(partner, at: stamp, keepingFrom: placesFrom(stamp)) }
    }

    mutating func noteLot(wasExplored: Bool, at stamp: Timestamp) {
        if isLogic(7) && wasExplored { taken.explore(at: stamp, keepingFrom: placesFrom(stamp)) }
    }

    /// A policy with other windows comes into force: what lies in the new ones, as far as it is remembered, counts in
    /// them.
    mutating func recount(before: Policy?) {
        guard isLogic(7), let policy, policy.hasOtherWindows(than: before) else { return }
        let period = CapacityLimits.period(at: lastStamp, policy)
        let floorPeriod = CapacityLimits.floorPeriod(at: lastStamp, policy)
        let span = CapacityLimits.span(ofPeriod: period, policy)
        let floorSpan = CapacityLimits.span(ofFloorPeriod: floorPeriod, policy)
        for partner in 0..<partners.count {
            let inFloorPeriod = taken.places(of: partner).filter { floorSpan.contains($0.at) }
            let inPeriod = taken.places(of: partner).filter { span.contains($0.at) }
            partners.period[partner] = period
            partners.leadsInPeriod[partner] = UInt32(clamping: inPeriod.count)
            partners.floorPeriod[partner] = floorPeriod
            partners.leadsInFloorPeriod[partner] = UInt32(clamping: inFloorPeriod.count)
            partners.valueInFloorPeriod[partner] = inFloorPeriod.reduce(0) { sum, place in
                sum + min(place.valueMinorUnits, .max - sum)
            }
            partners.recountSegments(inPeriod.map(\.kinds), at: partner, in: period)
            returns.recount(taken.credits(of: partner).count { span.contains($0) }, of: partner, in: period)
        }
        lots.recount(taken.explored.count { span.contains($0) }, in: period)
        // The period in which prices were worked out goes on under its new number, if it was the present one.
        let isPresent = before.map { prices.period == CapacityLimits.period(at: lastStamp, $0) } ?? false
        prices.period = isPresent ? period : nil
    }

    /// Of leads that were there before, those that are at a partner tell what they took; so do returns that wait.
    mutating func beginPlaces() {
        for one in returns.waiting {
            guard let slot = leads.ownSlot(of: one.leadID) else { continue }
            restore(one.cost.place, ofLeadAt: slot, Int(one.partner), at: one.cost.assignedAt)
        }
        for slot in leads.leads.indices {
            let lead = leads.leads[slot]
            guard lead.status == .assigned, lead.holder != LeadTable.nowhere else { continue }
            restore(lead.place, ofLeadAt: UInt32(slot), Int(lead.holder), at: lead.assignedAt)
        }
        taken.sort()
    }

    private mutating func restore(_ place: CountedPlace, ofLeadAt slot: UInt32, _ partner: Int, at stamp: Timestamp) {
        let new = TakenPlaces.Place(
            at: stamp, lead: slot, valueMinorUnits: place.valueMinorUnits, kinds: place.kinds)
        taken.take(new, partner, keepingFrom: Timestamp(micros: .min))
    }
}

extension Policy {
    /// True if moments fall into other periods than by another policy.
    func hasOtherWindows(than other: Policy?) -> Bool {
        guard let other else { return true }
        return periodDays != other.periodDays || floorPeriodDays != other.floorPeriodDays
            || periodAnchor != other.periodAnchor
    }
}
