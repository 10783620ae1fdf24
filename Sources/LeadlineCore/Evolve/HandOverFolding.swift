// A partner that names deputies goes away: what it holds and has not answered is noted, and each lead of it is an entry
// of its own, so that no absence waits for all leads of its partner. Since logic version 7.

extension State {
    /// True if the policy hands the leads of those who are away to deputies, and the partner has some.
    func hasDeputies(_ partner: Int) -> Bool {
        isLogic(7) && policy?.absenceAhead == .deputies && !partners.profiles[partner].deputies.isEmpty
            && partners.status[partner] != .removed
    }

    /// When the partner is away, who stands in for it, or whether anybody does, changed. One that is away by now is
    /// looked at once more, at once.
    mutating func planDeputies(_ partner: Int) {
        guard isLogic(7) else { return }
        guard hasDeputies(partner) else { return handOvers.setAbsence(nil, of: partner) }
        let ahead = partners.absences[partner].filter { $0.until > lastStamp }
        waitForAbsence(of: partner, ahead.map { max($0.from, lastStamp) }.min())
    }

    mutating func planDeputies() {
        for partner in 0..<partners.count where partners.withAbsences[partner] { planDeputies(partner) }
    }

    private mutating func waitForAbsence(of partner: Int, _ moment: Timestamp?) {
        handOvers.setAbsence(moment, of: partner)
        if let moment { agenda.add(.absence, UInt32(partner), at: moment) }
    }

    /// An absence began. What is over before it is looked at, after an outage, hands nothing over.
    mutating func takeDueAbsence(_ through: Timestamp, at stamp: Timestamp) {
        guard let item = agenda.first, item.at <= through, item.kind == .absence else { return }
        let partner = Int(item.index)
        waitForAbsence(of: partner, partners.absences[partner].map(\.from).filter { $0 > item.at }.min())
        guard partners.openLeads[partner] > 0, hasDeputies(partner), partners.isAbsent(partner, at: stamp) else {
            return
        }
        for slot in leads.assigned(to: partner)
        where isUnanswered(leads.leads[slot]) && handOvers[slot] == nil {
            handOvers[slot] = .init(at: stamp, cause: .partnerAbsent)
            agenda.add(.handOver, UInt32(slot), at: stamp)
        }
    }

    /// It is dealt with in this entry.
    mutating func takeDueHandOver(_ through: Timestamp) {
        guard let item = agenda.first, item.at <= through, item.kind == .handOver else { return }
        handOvers[Int(item.index)] = nil
    }

    /// True if a partner has the lead and has said nothing of it; one that is taken back in any case is let be.
    func isUnanswered(_ lead: LeadTable.Lead) -> Bool {
        lead.status == .assigned && lead.holder != LeadTable.nowhere && lead.dueCause == .expired
            && lead.flags.isDisjoint(with: [.accepted, .responded, .imported, .restricted])
    }

    /// The first of a partner's deputies that is there, keeps the hard rules and has a place.
    func deputy(of partner: Int, _ view: LeadView, at stamp: Timestamp) -> Int? {
        guard let policy else { return nil }
        let period = CapacityLimits.period(at: stamp, policy)
        return partners.profiles[partner].deputies.lazy.compactMap { partners.index(of: $0) }.first { deputy in
            deputy != partner && partners.active[deputy] && !view.tried.contains(UInt32(deputy))
                && !partners.isAbsent(deputy, at: stamp) && !leavesBeforePromise(deputy, view, at: stamp)
                && partners.coolingUntil[deputy] <= stamp && suspensions[deputy].until <= stamp
                && CapacityLimits.reached(partners, deputy, view, in: period) == nil
                && hardRules.allSatisfy { HardRules.holds($0, view, deputy, partners) }
        }
    }
}
