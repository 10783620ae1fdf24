// What partners do with the leads they get: counted, and learned from.

extension State {
    /// Counts what the holder of a lead did with it.
    mutating func count(_ what: WritableKeyPath<EngagementTally, UInt32>, _ leadID: String) {
        guard let slot = leads.slot(of: leadID), leads.leads[slot].holder != LeadTable.nowhere else { return }
        tallies.count(Int(leads.leads[slot].holder), what)
    }

    /// The holder took the lead, declined it or let it lie: that is counted, and teaches what partners accept, as the
    /// partner stood before.
    mutating func countAnswer(_ what: WritableKeyPath<EngagementTally, UInt32>, _ leadID: String, taken: Bool) {
        guard let slot = leads.slot(of: leadID), leads.leads[slot].holder != LeadTable.nowhere else { return }
        countAnswer(what, slot, Int(leads.leads[slot].holder), taken: taken)
    }

    /// The same of a partner that need not hold the lead.
    mutating func countAnswer(
        _ what: WritableKeyPath<EngagementTally, UInt32>, _ slot: Int, _ partner: Int, taken: Bool
    ) {
        if isLogic(2), let policy {
            let habit = Engagement(tallies.programEngagement).habit(tallies.engagement[partner])
            fitModel.learn(fitMatches(slot, partner, policy), habit: habit, taken: taken)
        }
        tallies.count(partner, what)
    }

    /// How far a lead and a partner match in each of fit's contributions, as things stand.
    private func fitMatches(_ slot: Int, _ partner: Int, _ policy: Policy) -> FitMatches {
        let fit = Fit(view(ofLeadAt: slot), self, policy, at: lastStamp)
        let rate = Segments.of(
            partner, tallies, column: nil, band: 0, Segments.Base(model),
            strength: Double(max(policy.priorStrengthDeals, 1))).partnerRate
        return fit.matches(of: partner, FitReadings(
            typicalDealMin: partners.typicalDealMin[partner], typicalDealMax: partners.typicalDealMax[partner],
            largestWonMinorUnits: tallies.largestWonMinorUnits[partner], winRate: rate,
            acceptance: Engagement(tallies.programEngagement).acceptance(tallies.engagement[partner]),
            all: tallies.partners[partner],
            inVertical: fit.living?.verticalColumn.map { tallies.verticals[$0].tallies[partner] } ?? Tally(),
            record: records.partners[partner]))
    }
}
