// What is offered to partners, and how they answer. Since logic version 6.

extension State {
    mutating func make(_ event: OfferMade, at stamp: Timestamp) {
        guard let slot = leads.slot(of: event.leadID), let partner = partners.index(of: event.partnerID) else { return }
        if event.evaluation != nil { begin(event, slot, at: stamp) }
        offers[slot]?.asked.append(UInt32(partner))
        offers[slot]?.open.append(.init(id: event.offerID, partner: UInt32(partner), terms: event.terms))
        leads.leads[slot].offersMade = min(leads.leads[slot].offersMade, .max - 1) + 1
        partners.offered[partner] += 1
        offers.count(partner) { $0.made += 1 }
    }

    /// The first offer of a round: until it is over the lead is nobody's.
    private mutating func begin(_ event: OfferMade, _ slot: Int, at stamp: Timestamp) {
        // What a lead was worth to whom is remembered once a routing.
        if event.round == 1 { remember(event.evaluation, at: stamp) }
        let asked = event.round == 1 ? [] : offers[slot]?.asked ?? []
        let basis = event.evaluation?.basis ?? .none
        let isByValue = event.round == 1 ? basis == .score || basis == .tieDebt : offers[slot]?.isByValue ?? false
        // A later round was chosen, and may have been drawn, like the first.
        if let evaluation = event.evaluation, evaluation.propensity > 0 {
            lots.draw(
                wasExplored: evaluation.basis == .exploration,
                period: policy.map { CapacityLimits.period(at: stamp, $0) } ?? 0)
            noteLot(wasExplored: evaluation.basis == .exploration, at: stamp)
        }
        offers.set(nil, slot)
        leaveQueue(slot)
        offers[slot] = .init(
            round: event.round, answerBy: event.answerBy, cause: event.cause, isByValue: isByValue, asked: asked)
        leads.leads[slot].status = .offered
        leads.leads[slot].note(byOwnership: basis == .ownership)
        leads.leads[slot].rung = 0
        leads.leads[slot].dueAt = event.answerBy
        leads.leads[slot].dueCause = .expired
        agenda.add(.lead, UInt32(slot), at: event.answerBy)
    }

    mutating func close(_ event: OfferClosed) {
        guard let slot = leads.slot(of: event.leadID),
            let offer = offers[slot]?.open.first(where: { $0.id == event.offerID })
        else { return }
        let partner = Int(offer.partner)
        offers[slot]?.open.removeAll { $0.id == event.offerID }
        let wasFull = isFull(partner)
        partners.offered[partner] -= 1
        noteFreePlace(wasFull)
        count(event, offer, slot, partner)
        if event.status == .agreed, let terms = event.terms {
            let agreement = OfferTable.Agreement(
                offerID: event.offerID, partner: UInt32(partner), round: event.round, terms: terms)
            offers.set(agreement, slot)
        }
        if event.status == .declined { leads.leads[slot].tried.append(UInt32(partner)) }
        waitOn(slot)
    }

    private mutating func count(
        _ event: OfferClosed, _ offer: OfferTable.Offer, _ slot: Int, _ partner: Int
    ) {
        let asked = UInt64(event.terms?.commissionBasisPoints ?? 0)
        let usual = UInt64(offer.terms.commissionBasisPoints ?? 0)
        let isCounter = event.terms.map { $0 != offer.terms } ?? false
        offers.count(partner) { tally in
            if isCounter {
                tally.countered += 1
                tally.askedBasisPoints += asked > usual ? asked - usual : 0
            }
            switch event.status {
            case .agreed: tally.agreed += 1
            case .declined: tally.declined += 1
            case .expired: tally.lapsed += 1
            case .withdrawn, .lostToAnother, .counterOutOfRange, .counterNotWorth, .notEligible: break
            }
        }
        if event.status == .declined { countAnswer(\.declined, slot, partner, taken: false) }
    }

    /// Who is gone is asked no longer; the others have until the round ends.
    private mutating func waitOn(_ slot: Int) {
        guard let negotiation = offers[slot], !negotiation.open.isEmpty,
            !negotiation.open.contains(where: \.isGone), leads.leads[slot].dueAt != negotiation.answerBy
        else { return }
        leads.leads[slot].dueAt = negotiation.answerBy
        agenda.add(.lead, UInt32(slot), at: negotiation.answerBy)
    }

    /// The lead is at a partner, before a human, or over: nothing of it is offered any more.
    mutating func endOffers(_ slot: Int) {
        offers.set(nil, slot)
        if offers.isEmpty { return }
        offers[slot] = nil
    }

    /// A lead goes to a partner; one that agreed to it has taken it, and has what was agreed.
    mutating func agree(_ event: LeadAssigned, _ slot: Int) {
        leads.leads[slot].agreedBasisPoints = event.terms?.commissionBasisPoints ?? LeadTable.Lead.nothingAgreed
        if event.terms == nil { return }
        countAnswer(\.taken, slot, Int(leads.leads[slot].holder), taken: true)
        leads.leads[slot].flags.insert(.accepted)
    }

    /// The lead whose offer is answered. An offer of a lead that is merged by now was its own; since logic version 7
    /// any other is one of the lead that goes on.
    func negotiated(_ fact: OfferAnswered) -> Int? {
        guard let own = leads.ownSlot(of: fact.leadID).map({ Int($0) }) else { return nil }
        if !isLogic(7) || wasMade(fact.offerID, own, to: fact.partnerID) { return own }
        return leads.slot(of: fact.leadID)
    }

    /// A partner said that it has room.
    mutating func confirm(_ fact: OfferAnswered) {
        guard isLogic(6), fact.answer == .capacityConfirmed, let partner = partners.index(of: fact.partnerID),
            let slot = negotiated(fact), let negotiation = offers[slot],
            fact.round == 0 || fact.round == negotiation.round
        else { return }
        for place in negotiation.open.indices
        where negotiation.open[place].id == fact.offerID && negotiation.open[place].partner == UInt32(partner) {
            offers[slot]?.open[place].isConfirmed = true
        }
    }

    /// A partner goes: what it was offered falls due at once, one entry a lead.
    mutating func takeBackOffers(of partner: Int, at stamp: Timestamp) {
        if !isLogic(6) || partners.offered[partner] == 0 { return }
        for slot in offers.slots.map({ Int($0) }) {
            guard let negotiation = offers[slot],
                let place = negotiation.open.firstIndex(where: { $0.partner == UInt32(partner) })
            else { continue }
            offers[slot]?.open[place].isGone = true
            leads.leads[slot].dueAt = min(stamp, leads.leads[slot].dueAt)
            agenda.add(.lead, UInt32(slot), at: leads.leads[slot].dueAt)
        }
    }
}
