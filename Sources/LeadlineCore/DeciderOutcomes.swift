// What partners and humans say about leads.

extension Decision {
    /// An outcome, fresh or one that waited for its lead.
    mutating func outcome(_ state: State, _ fact: Fact, imported: Bool, _ times: AnswerTimes) -> [Event] {
        guard let leadID = fact.outcomeLeadID else { return [] }
        if !state.knows(fact) { return disregard(leadID, .logicTooOld) }
        guard let slot = state.leads.slot(of: leadID) else {
            if state.waiting.count >= WaitingOutcomes.countMax { return disregard(leadID, .tooManyWaiting) }
            let until = stamp.adding(micros: WaitingOutcomes.patienceMicros)
            return [.outcomeWaiting(OutcomeWaiting(leadID: leadID, until: until))]
        }
        switch fact {
        case .leadAccepted(let fact):
            return ifHolder(state, fact.partnerID, slot) { decision, lead in
                lead.flags.contains(.accepted) ? decision.disregard(lead.id, .noChange) : []
            }
        case .firstResponseRecorded(let fact):
            if let credited = credited(state, slot, fact.partnerID, times) { return credited }
            return ifHolder(state, fact.partnerID, slot) { decision, lead in
                lead.flags.contains(.responded)
                    ? decision.disregard(lead.id, .noChange) : decision.responded(state, lead, times)
            }
        case .dealStageChanged(let fact):
            return ifHolder(state, fact.partnerID, slot) { decision, lead in
                lead.flags.contains(.responded) ? [] : decision.responded(state, lead, times)
            }
        case .leadDeclined(let fact):
            return ifHolder(state, fact.partnerID, slot) { decision, lead in
                decision.handedBack(state, lead, slot, fact, .declined)
            }
        case .leadReturned(let fact):
            return ifHolder(state, fact.partnerID, slot) { decision, lead in
                decision.handedBack(state, lead, slot, fact, .returned)
            }
        case .dealWon(let fact):
            return decided(state, slot, by: fact.partnerID, won: true, amount: fact.amount, imported: imported)
        case .dealLost(let fact):
            return decided(state, slot, by: fact.partnerID, won: false, amount: nil, imported: imported)
        default:
            return []
        }
    }

    private mutating func ifHolder(
        _ state: State, _ partnerID: String, _ slot: Int, _ body: (inout Decision, LeadTable.Lead) -> [Event]
    ) -> [Event] {
        let lead = state.leads.leads[slot]
        if !lead.isOpen { return disregard(lead.id, .leadClosed) }
        guard let partner = state.partners.index(of: partnerID) else { return disregard(lead.id, .partnerUnknown) }
        if lead.holder != UInt32(partner) { return disregard(lead.id, .notTheHolder) }
        return body(&self, lead)
    }

    /// A deal was won or lost. Only the outcome of the partner who held the lead teaches.
    private func decided(
        _ state: State, _ slot: Int, by partnerID: String, won: Bool, amount: Money?, imported: Bool
    ) -> [Event] {
        let lead = state.leads.leads[slot]
        guard let partner = state.partners.index(of: partnerID) else {
            let refused = disregard(lead.id, .partnerUnknown)
            // History says how the deal of a partner went whom the program never had: the lead is over likewise.
            return state.isLogic(7) && imported && lead.isOpen ? refused + close(state, slot, .withdrawn) : refused
        }
        if lead.status == .closed { return corrected(state, lead, partner, won: won, amount: amount) }
        if lead.holder != UInt32(partner) && (imported || !mayHaveDecided(state, lead, partner)) {
            let refused = disregard(lead.id, .notTheHolder)
            // History says how another partner's deal went. The lead is over; what Leadline's partner would have
            // made of it nobody knows, so it teaches nothing.
            return imported ? refused + close(state, slot, .withdrawn) : refused
        }
        return closing(state, lead, partner, won: won, amount: amount)
    }

    /// Whether a partner can have won or lost a lead that nobody holds: one before a human, since logic version 7 if it
    /// had it before. Where the policy decides nothing itself, whom humans chose Leadline is not told.
    private func mayHaveDecided(_ state: State, _ lead: LeadTable.Lead, _ partner: Int) -> Bool {
        guard lead.status == .escalated, lead.holder == LeadTable.nowhere else { return false }
        return !state.isLogic(7) || lead.recipients.contains(UInt32(partner)) || state.policy?.shadow == true
    }

    /// A closed lead's outcome changed after all; within the time that closed leads are kept.
    private func corrected(
        _ state: State, _ lead: LeadTable.Lead, _ partner: Int, won: Bool, amount: Money?
    ) -> [Event] {
        guard lead.flags.contains(.learned),
            lead.holder == UInt32(partner)
        else { return disregard(lead.id, .leadClosed) }
        if lead.flags.contains(.won) == won && !isOtherAmount(state, lead, won ? amount : nil) {
            return disregard(lead.id, .noChange)
        }
        return closing(state, lead, partner, won: won, amount: amount)
    }

    /// Since logic version 7 a won deal's amount is corrected by saying it again; one that cannot be counted is
    /// looked at further.
    private func isOtherAmount(_ state: State, _ lead: LeadTable.Lead, _ amount: Money?) -> Bool {
        guard state.isLogic(7), let amount else { return false }
        return state.valueInProgramCurrency(amount) != lead.learnedMinorUnits
    }

    /// What is taken back of a deal that was decided before comes between its new end and what accrues for that.
    func closing(_ state: State, _ lead: LeadTable.Lead, _ partner: Int, won: Bool, amount: Money?) -> [Event] {
        guard let worth = won ? worth(state, lead, amount) : 0 else { return disregard(lead.id, .currencyUnknown) }
        let partnerID = state.partners.profiles[partner].partnerID
        let closed = LeadClosed(
            leadID: lead.id, partnerID: partnerID, reason: won ? .won : .lost, amountMinorUnits: worth, learned: true,
            rate: won ? rateUsed(state, lead, amount) : nil)
        return [.leadClosed(closed)] + commission(state, lead, partner, won: won, worth: worth)
    }

    /// The rate by which the deal's amount, or the lead's value for want of one, was counted.
    private func rateUsed(_ state: State, _ lead: LeadTable.Lead, _ amount: Money?) -> RateUsed? {
        guard state.isLogic(7), let amount else { return state.rateUsed(lead) }
        return state.rate(of: amount.currency)
    }

    /// What a won deal comes to; nil where nobody can say. Before logic version 7 the lead's value stood in for an
    /// amount without a rate.
    private func worth(_ state: State, _ lead: LeadTable.Lead, _ amount: Money?) -> Int64? {
        let stated = amount.map { state.valueInProgramCurrency($0) }
        if state.isLogic(7) { return stated ?? state.value(of: lead) }
        return (stated ?? nil) ?? state.value(of: lead) ?? 0
    }
}

// MARK: - Humans

extension Decision {
    func reviewRequested(_ state: State, _ fact: ReviewRequested) -> [Event] {
        guard let slot = state.leads.slot(of: fact.leadID) else { return disregard(fact.leadID, .leadUnknown) }
        let lead = state.leads.leads[slot]
        if lead.flags.contains(.underReview) { return disregard(lead.id, .noChange) }
        return [.reviewOpened(ReviewOpened(leadID: lead.id, partnerID: holderID(state, lead)))]
    }

    func restrict(_ state: State, _ slot: Int) -> [Event] {
        let lead = state.leads.leads[slot]
        if lead.flags.contains(.restricted) { return disregard(lead.id, .noChange) }
        return escalate(state, lead.id, .processingRestricted)
    }

    mutating func humanDecided(_ state: State, _ fact: HumanDecisionRecorded) -> [Event] {
        guard let slot = state.leads.slot(of: fact.leadID) else { return disregard(fact.leadID, .leadUnknown) }
        let lead = state.leads.leads[slot]
        if case .uphold = fact.decision {
            return lead.flags.contains(.underReview) ? resolved(lead, overridden: false) : disregard(lead.id, .noChange)
        }
        guard lead.isOpen else { return disregard(lead.id, .leadClosed) }
        let review = lead.flags.contains(.underReview) ? resolved(lead, overridden: true) : []
        switch fact.decision {
        case .close: return close(state, slot, .human) + review
        case .reroute: return ended(state, lead, .human) + reroute(state, slot, .human) + review
        case .assign(let partnerID): return assign(state, lead, slot, to: partnerID, resolving: review)
        case .uphold: return review
        }
    }

    func resolved(_ lead: LeadTable.Lead, overridden: Bool) -> [Event] {
        [.reviewResolved(ReviewResolved(leadID: lead.id, overridden: overridden))]
    }

    /// The holder's assignment ends; nothing where nobody holds the lead.
    func ended(_ state: State, _ lead: LeadTable.Lead, _ cause: RoutingCause) -> [Event] {
        if lead.holder == LeadTable.nowhere { return [] }
        return [.assignmentEnded(AssignmentEnded(
            leadID: lead.id, partnerID: holderID(state, lead), attempt: UInt32(lead.attempt), cause: cause))]
    }

    /// A human may go past caps, never past a hard rule.
    private func assign(
        _ state: State, _ lead: LeadTable.Lead, _ slot: Int, to partnerID: String, resolving review: [Event]
    ) -> [Event] {
        guard let partner = state.partners.index(of: partnerID), state.partners.status[partner] != .removed else {
            return disregard(partnerID, .partnerUnknown)
        }
        if lead.holder == UInt32(partner) { return disregard(lead.id, .noChange) }
        let view = state.view(ofLeadAt: slot)
        let keepsRules = state.hardRules.allSatisfy { HardRules.holds($0, view, partner, state.partners) }
        if !keepsRules { return disregard(partnerID, .notEligible) }
        // Whoever approves what was agreed gives the lead to the partner it was agreed with.
        let agreed = state.offers.agreement(slot).flatMap { $0.partner == UInt32(partner) ? $0 : nil }
        var assigned = assignment(
            state, lead.id, view, to: partner, attempt: UInt32(lead.attempt) + 1, cause: .human, terms: agreed?.terms)
        assigned.offerID = agreed?.offerID ?? ""
        return ended(state, lead, .human) + [.leadAssigned(assigned)] + review
    }
}
