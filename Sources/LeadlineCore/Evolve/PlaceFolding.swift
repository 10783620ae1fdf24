// The place that a lead takes at its holder, and gives back where it is as if it had not been there. Since logic
// version 5.

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
    mutating func uncount(_ place: CountedPlace, _ partner: Int, assignedAt: Timestamp) {
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
        if windows.wasPriced || !place.kinds.isEmpty { noteChance() }
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
        uncount(lead.place, partner, assignedAt: lead.assignedAt)
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
