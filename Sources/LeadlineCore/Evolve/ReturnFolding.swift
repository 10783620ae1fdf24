// Leads that come back: credit for the partner, a mark against the source. Since logic version 5.

extension State {
    /// True if a return can give a partner its turn back, so that what a lead cost is remembered.
    var creditsReturns: Bool { (policy?.returns.creditsPerPeriodMax ?? 0) > 0 }

    /// Credits that the policy gave a partner in the capacity period of a moment.
    func creditsUsed(_ partner: Int, at stamp: Timestamp) -> UInt32 {
        policy.map { returns.credits(of: partner, in: CapacityLimits.period(at: stamp, $0)) } ?? 0
    }

    /// The credit that waits for a lead; since logic version 7 also by the id of one that was merged into it.
    func returnWaiting(for leadID: String, of partner: Int) -> ReturnTable.Waiting? {
        if let own = returns.waiting(for: leadID, of: partner) { return own }
        guard isLogic(7), let slot = leads.slot(of: leadID) else { return nil }
        return returns.waiting(for: leads.leads[slot].id, of: partner)
    }

    mutating func change(_ event: ReturnChanged, at stamp: Timestamp) {
        guard let partner = partners.index(of: event.partnerID) else { return }
        switch event.status {
        case .taken, .credited, .waiting: handBack(event, partner, at: stamp)
        case .approved, .refused, .lapsed: settle(event, partner)
        }
    }

    /// The partner still holds the lead here; that it does no longer is the next event.
    private mutating func handBack(_ event: ReturnChanged, _ partner: Int, at stamp: Timestamp) {
        guard let slot = leads.slot(of: event.leadID), leads.leads[slot].holder == UInt32(partner) else { return }
        if event.meaning == .badData { blameSource(slot) }
        switch event.status {
        case .credited:
            if let policy { returns.countCredit(of: partner, in: CapacityLimits.period(at: stamp, policy)) }
            noteCredit(partner, at: stamp)
            leads.leads[slot].isExcused = true
            giveBack(cost(ofLeadAt: slot), ofLeadAt: slot, to: partner)
            forgetTurn(slot)
        case .waiting:
            leads.leads[slot].isExcused = true
            if declineGivesTurnBack(slot) { giveTurnBack(slot) }
            let until = event.until ?? .distantFuture
            let ticket = returns.add(.init(
                ticket: 0, leadID: event.leadID, partner: UInt32(partner), reasonID: event.reasonID,
                cost: cost(ofLeadAt: slot),
                countsAsDecline: leads.leads[slot].flags.isDisjoint(with: [.accepted, .responded]), until: until))
            agenda.add(.returnCredit, ticket, at: until)
        default: break
        }
    }

    private mutating func settle(_ event: ReturnChanged, _ partner: Int) {
        guard let waiting = returns.waiting(for: event.leadID, of: partner) else { return }
        returns.remove(waiting.ticket)
        if event.status == .approved {
            giveBack(waiting.cost, ofLeadAt: leads.ownSlot(of: waiting.leadID).map { Int($0) }, to: partner)
            return
        }
        if waiting.countsAsDecline { tallies.count(partner, \.declined) }
        if event.status == .refused, let slot = leads.ownSlot(of: event.leadID) { clearSource(Int(slot)) }
    }

    // MARK: What a lead cost

    private func cost(ofLeadAt slot: Int) -> ReturnTable.Cost {
        let lead = leads.leads[slot]
        return .init(turn: lead.turn, strideMicros: lead.strideMicros, place: lead.place, assignedAt: lead.assignedAt)
    }

    /// The turn, and the place in the period in which the partner got the lead.
    private mutating func giveBack(_ cost: ReturnTable.Cost, ofLeadAt slot: Int?, to partner: Int) {
        giveTurnBack(cost.turn, strideMicros: cost.strideMicros, in: cost.place.country, to: partner)
        uncount(cost.place, ofLeadAt: slot, partner, assignedAt: cost.assignedAt)
    }

    // MARK: Sources

    /// A partner gets the lead: it counts once for its source, the one that it states then.
    mutating func countSource(_ slot: Int) {
        let source = leads.leads[slot].words.source
        guard leads.leads[slot].countedSource == Vocabulary.none, sources.countLead(source) else { return }
        leads.leads[slot].countedSource = source
    }

    /// However many partners give a lead back, it is one bad lead.
    private mutating func blameSource(_ slot: Int) {
        // A lead that counts for no source has nothing to be taken off it later.
        guard leads.leads[slot].countedSource != Vocabulary.none else { return }
        if leads.leads[slot].badDataReturns == 0 { sources.countReturn(leads.leads[slot].countedSource) }
        leads.leads[slot].badDataReturns = min(leads.leads[slot].badDataReturns, .max - 1) + 1
    }

    private mutating func clearSource(_ slot: Int) {
        guard leads.leads[slot].badDataReturns > 0 else { return }
        leads.leads[slot].badDataReturns -= 1
        if leads.leads[slot].badDataReturns == 0 {
            sources.countReturn(leads.leads[slot].countedSource, isTakenBack: true)
        }
    }
}
