// Partners that keep missing deadlines are suspended, and come back. Since logic version 5.

extension Decision {
    /// The holder of a lead that did not answer is suspended if that is one missed deadline too many.
    func suspension(_ state: State, _ lead: LeadTable.Lead) -> [Event] {
        guard lead.dueCause == .expired, let rule = state.policy?.suspension,
            let missed = state.missedDeadlines(with: lead, at: stamp), missed.count >= Int(rule.missedDeadlines)
        else { return [] }
        let until = stamp.adding(micros: Int64(rule.lastsDays) * Timestamp.microsPerDay)
        return [.partnerSuspended(PartnerSuspended(
            partnerID: holderID(state, lead), until: until, missedDeadlines: UInt32(missed.count),
            withinDays: rule.windowDays))]
    }

    func reinstated(
        _ state: State, _ partner: Int, byVendor: Bool, answeredInTime: Bool = false
    ) -> [Event] {
        [.partnerReinstated(PartnerReinstated(
            partnerID: state.partners.profiles[partner].partnerID, byVendor: byVendor, answeredInTime: answeredInTime))]
    }

    /// A deadline that seemed to be missed was kept: a suspension for it is over.
    func suspensionLifted(_ state: State, _ partner: Int, kept deadline: Timestamp) -> [Event] {
        let standing = state.suspensions[partner]
        guard standing.until > .epoch, standing.causes.contains(deadline) else { return [] }
        return reinstated(state, partner, byVendor: false, answeredInTime: true)
    }

    /// The vendor wants a partner to get leads again: it ends a pause, a suspension, or both.
    func partnerResumed(_ state: State, _ id: String) -> [Event] {
        if state.partners.isMerged(id) { return disregard(id, .partnerMerged) }
        guard let partner = state.partners.index(of: id), state.suspensions[partner].until > .epoch else {
            return ifPartner(state, id, becomes: .active)
        }
        return reinstated(state, partner, byVendor: true)
    }
}
