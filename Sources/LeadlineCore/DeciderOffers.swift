// Leads that are offered before they are assigned. Since logic version 6.
//
// | an offer is open | what comes of it |
// | --- | --- |
// | the partner confirms that it has room | it is known, and nothing else |
// | it accepts | agreed; the round's other offers are lost; the lead is assigned, or waits for a human |
// | it counters within the policy's range, and is worth more so than the others as usual | likewise |
// | it asks for no more than it was offered | likewise |
// | it counters otherwise, or may not have the lead any more | the offer is over; the lead is not lost to it |
// | it declines | the offer is over, and the lead comes to this partner no more |
// | its time passes | the offer is over |
// | the lead is assigned, closed, merged or put before a human otherwise | withdrawn |
//
// Once no offer of a round is open, the next round asks those who come next, as often as the policy says; then the lead
// is assigned plainly, or a human gets it. A partner that let an offer lapse can still get the lead so; one that
// declined cannot. An offer holds a place under the caps on open leads and on leads a period; a kind's cap is looked at
// again when the partner agrees. An answer to an offer that is over is disregarded. What was agreed and waits for a
// human is withdrawn when the lead goes on otherwise.

extension Decision {
    // MARK: A lead is offered

    /// A partner was chosen: it gets the lead, or it and those who come next are offered it.
    mutating func offerOrAssign(
        _ state: State, _ leadID: String, _ view: LeadView, to partner: Int, attemptsSoFar: UInt32,
        cause: RoutingCause, evaluation summary: EvaluationSummary
    ) -> [Event] {
        let first = offers(state, leadID, view, to: partner, cause: cause, evaluation: summary)
        if let first { return first }
        return [.leadAssigned(assignment(
            state, leadID, view, to: partner, attempt: attemptsSoFar + 1, cause: cause, evaluation: summary))]
    }

    /// A round of offers; nil where the policy makes none for the lead, or everyone has been asked.
    private func offers(
        _ state: State, _ leadID: String, _ view: LeadView, to chosen: Int, cause: RoutingCause,
        evaluation summary: EvaluationSummary, round: UInt32 = 1, asked: [UInt32] = []
    ) -> [Event]? {
        guard state.isLogic(6), let rule = state.policy?.negotiation, round <= rule.rounds else { return nil }
        if round == 1 && (state.offers.isFull || !isOffered(state, view, to: chosen)) { return nil }
        let partners = toAsk(state, view, chosen, cause, summary, asked: asked).prefix(rule.asked)
        if partners.isEmpty { return nil }
        let answerBy = stamp.adding(micros: rule.answerMicros)
        // A lead that is told apart is still merged in this state; its offers are its own.
        let own = state.leads.ownSlot(of: leadID).map { state.leads.leads[Int($0)] }
        let (arrivedAt, before) = (own?.submittedAt ?? stamp, own?.offersMade ?? 0)
        let lead = state.offeredLead(view, stating: stated)
        return partners.enumerated().map { place, partner in
            let partnerID = state.partners.profiles[partner].partnerID
            let id = OfferTable.id(
                lead: leadID, arrivedAt: arrivedAt, partner: partnerID, number: before &+ UInt16(place))
            return .offerMade(OfferMade(
                offerID: id, leadID: leadID, partnerID: partnerID, round: round, answerBy: answerBy, cause: cause,
                terms: OfferTerms(
                    promiseMinutes: promise(state, view, partner).sla.firstResponseMinutes,
                    commissionBasisPoints: state.partners.commissionBasisPoints[partner]),
                lead: lead, evaluation: place == 0 ? summary : nil))
        }
    }

    private func isOffered(_ state: State, _ view: LeadView, to partner: Int) -> Bool {
        state.offered.map { HardRules.holds($0, view, partner, state.partners) } ?? true
    }

    /// Who is asked, the chosen one first, then by rank; of owners and of those whom a lot drew nobody else is, nor is
    /// whoever would not get the lead before a human has looked.
    private func toAsk(
        _ state: State, _ view: LeadView, _ chosen: Int, _ cause: RoutingCause, _ summary: EvaluationSummary,
        asked: [UInt32]
    ) -> [Int] {
        let isAlone = summary.basis == .ownership || summary.basis == .exploration
        let best = isAlone ? [] : summary.best.filter { !needsReview(state, cause, conversion: $0.conversion) }
        let others = best.compactMap { state.partners.index(of: $0.partnerID) }
        return ([chosen] + others.filter { $0 != chosen }).filter {
            !asked.contains(UInt32($0)) && isOffered(state, view, to: $0)
        }
    }

    // MARK: A partner answers

    /// An offer that is open, with what it belongs to.
    private struct OpenOffer {
        let slot: Int
        let negotiation: OfferTable.Negotiation
        let offer: OfferTable.Offer
        var partner: Int { Int(offer.partner) }
    }

    mutating func answered(_ state: State, _ fact: OfferAnswered) -> [Event] {
        guard state.isLogic(6) else { return disregard(fact.leadID, .logicTooOld) }
        guard let slot = state.negotiated(fact) else { return disregard(fact.leadID, .leadUnknown) }
        guard let partner = state.partners.index(of: fact.partnerID) else {
            return disregard(fact.leadID, .partnerUnknown)
        }
        guard let negotiation = state.offers[slot], fact.round == 0 || fact.round == negotiation.round,
            let offer = negotiation.open.first(where: { $0.id == fact.offerID && $0.partner == UInt32(partner) })
        else {
            let wasMade = state.wasMade(fact.offerID, slot, to: fact.partnerID)
            return disregard(fact.leadID, wasMade ? .offerOver : .offerUnknown)
        }
        let open = OpenOffer(slot: slot, negotiation: negotiation, offer: offer)
        switch fact.answer {
        case .capacityConfirmed: return offer.isConfirmed ? disregard(fact.leadID, .noChange) : []
        case .accepted: return agree(state, open, offer.terms)
        case .declined:
            return [closed(state, open, .declined, reason: fact.reason)]
                + goOn(state, slot, negotiation, without: [offer], refused: [offer.partner])
        case .countered: return countered(state, open, fact.terms ?? OfferTerms())
        }
    }

    /// The partner asks for other terms: within the policy's range, and for no more than it is worth, it has them.
    private mutating func countered(_ state: State, _ open: OpenOffer, _ asked: OfferTerms) -> [Event] {
        let offered = open.offer.terms
        let terms = OfferTerms(
            promiseMinutes: asked.promiseMinutes == 0 ? offered.promiseMinutes : asked.promiseMinutes,
            commissionBasisPoints: asked.commissionBasisPoints ?? offered.commissionBasisPoints,
            enrichment: asked.enrichment)
        guard let rule = state.policy?.negotiation, rule.grants(terms, insteadOf: offered) else {
            return over(state, open, .counterOutOfRange, terms)
        }
        return agree(state, open, terms, isCounter: true)
    }

    /// An offer ends without an agreement, and the lead goes on.
    private mutating func over(
        _ state: State, _ open: OpenOffer, _ status: OfferStatus, _ terms: OfferTerms? = nil
    ) -> [Event] {
        [closed(state, open, status, terms: terms)] + goOn(state, open.slot, open.negotiation, without: [open.offer])
    }

    /// The partner may have the lead at these terms, unless it may not have it at all any more.
    private mutating func agree(
        _ state: State, _ open: OpenOffer, _ terms: OfferTerms, isCounter: Bool = false
    ) -> [Event] {
        let lead = state.leads.leads[open.slot], view = state.view(ofLeadAt: open.slot)
        guard let (row, summary) = standing(state, open, view) else {
            return over(state, open, .notEligible, isCounter ? terms : nil)
        }
        let asksMore = isCounter && terms.asksMore(than: open.offer.terms)
        if asksMore && open.negotiation.isByValue && !isWorth(state, row, open.offer.terms, terms) {
            return over(state, open, .counterNotWorth, terms)
        }
        let others = open.negotiation.open.filter { $0.id != open.offer.id }
        let ends = [closed(state, open, .agreed, terms: terms)]
            + others.map { other in
                closed(
                    state, .init(slot: open.slot, negotiation: open.negotiation, offer: other), .lostToAnother)
            }
        let partnerID = state.partners.profiles[open.partner].partnerID
        if needsApproval(state, view, row), let rule = state.policy?.negotiation {
            return ends + escalate(
                state, lead.id, .agreementToApprove, summary, suggested: partnerID, queue: rule.approver)
        }
        // What was agreed waits here too: a human who gives the lead to the partner does so at these terms.
        if needsReview(state, open.negotiation.cause, conversion: scratch.conversion[row]) {
            return ends + escalate(state, lead.id, .reviewRequired, summary, suggested: partnerID)
        }
        var assigned = assignment(
            state, lead.id, view, to: open.partner, attempt: UInt32(lead.attempt) + 1, cause: open.negotiation.cause,
            evaluation: summary, terms: terms)
        assigned.offerID = open.offer.id
        return ends + [.leadAssigned(assigned)]
    }

    /// The partner's row and the evaluation by which it may have the lead now; nil if it may not. Whom Leadline would
    /// choose at this moment, and whether it would keep the place, counts no longer: the offer was made. Ownership
    /// counts all the same, for it comes before competition.
    private mutating func standing(_ state: State, _ open: OpenOffer, _ view: LeadView) -> (
        row: Int, EvaluationSummary
    )? {
        let lead = state.leads.leads[open.slot], cause = open.negotiation.cause
        var chosen: Int?, summary: EvaluationSummary
        switch judge(state, lead.id, view, attemptsSoFar: UInt32(lead.attempt), cause) {
        case .assign(let partner, let found): (chosen, summary) = (partner, found)
        case .escalate(.placesReserved, let found?, _): summary = found
        case .escalate: return nil
        }
        if summary.basis == .ownership && chosen != open.partner { return nil }
        guard let row = scratch.partners.firstIndex(of: open.partner), scratch.isIn[row] else { return nil }
        let partnerID = state.partners.profiles[open.partner].partnerID
        if chosen != open.partner || summary.basis == .exploration {
            // Of those who tie whoever agrees has its turn.
            let isTied = summary.basis == .tieDebt && summary.tiedPartnerIDs.contains(partnerID)
            if !isTied { summary.tiedPartnerIDs = [] }
            summary.basis = .agreement
            summary.claimID = ""
        }
        summary.propensity = 0
        summary.runnerUpPartnerID = summary.best.first { $0.partnerID != partnerID }?.partnerID ?? ""
        return (row, summary)
    }

    /// True if the partner is expected to bring as much at what it asks for as the best other at its usual terms.
    private func isWorth(_ state: State, _ row: Int, _ offered: OfferTerms, _ asked: OfferTerms) -> Bool {
        let hourCost = Double(state.policy?.negotiation.hourCostBasisPoints ?? 0) / 10_000
        let later = Double(asked.promiseMinutes) - Double(offered.promiseMinutes)
        let delay = offered.promiseMinutes == 0 ? 0 : min(max(later, 0) / 60 * hourCost, 1)
        let asks = net(row, commission: asked.commissionBasisPoints ?? 0) - scratch.score[row] * delay
        for other in scratch.partners.indices where other != row && scratch.isIn[other] {
            if net(other, commission: state.partners.commissionBasisPoints[scratch.partners[other]]) > asks {
                return false
            }
        }
        return true
    }

    /// What a candidate is expected to leave the vendor, in minor units.
    private func net(_ row: Int, commission: UInt32) -> Double {
        (scratch.score[row] - scratch.placePrice[row]) + scratch.favour[row]
            - scratch.score[row] * (Double(commission) / 10_000)
    }

    /// True if whom the policy names has to approve: it names somebody, and the deal is neither small nor sure enough.
    private func needsApproval(_ state: State, _ view: LeadView, _ row: Int) -> Bool {
        guard let rule = state.policy?.negotiation, !rule.approver.isEmpty else { return false }
        guard let below = rule.unattendedBelowMinorUnits, view.valueMinorUnits ?? 0 < below else { return true }
        return scratch.conversion[row] < Double(rule.unattendedConversionBasisPoints) / 10_000
    }

    /// True if a human has to look at it because the partner is not likely enough to win the lead. One who sent the
    /// lead back to be routed has looked at it.
    private func needsReview(_ state: State, _ cause: RoutingCause, conversion: Double) -> Bool {
        guard cause != .human, let below = state.policy?.review.conversionBelowBasisPoints else { return false }
        return conversion < Double(below) / 10_000
    }

    // MARK: A round goes on, and ends

    /// The round's time is over, or partners of it are gone.
    mutating func offersDue(_ state: State, _ slot: Int) -> [Event] {
        guard let negotiation = state.offers[slot] else { return reroute(state, slot, .submitted) }
        let isOver = state.leads.leads[slot].dueAt >= negotiation.answerBy
        let ends = negotiation.open.filter { isOver || $0.isGone }
        let events = ends.map {
            closed(state, .init(slot: slot, negotiation: negotiation, offer: $0), $0.isGone ? .notEligible : .expired)
        }
        return events + goOn(state, slot, negotiation, without: ends)
    }

    /// Nothing while others of the round may still answer; then the next round, or what the policy falls back on.
    private mutating func goOn(
        _ state: State, _ slot: Int, _ negotiation: OfferTable.Negotiation, without ended: [OfferTable.Offer],
        refused: [UInt32] = []
    ) -> [Event] {
        if negotiation.open.contains(where: { offer in !ended.contains { $0.id == offer.id } }) { return [] }
        let lead = state.leads.leads[slot], cause = negotiation.cause
        if let barrier = barrier(state, [lead.subject]) { return escalate(state, lead.id, barrier) }
        var view = state.view(ofLeadAt: slot)
        view.tried += refused
        switch judge(state, lead.id, view, attemptsSoFar: UInt32(lead.attempt), cause) {
        case .escalate(let reason, let summary, let suggested):
            return escalate(state, lead.id, reason, summary, suggested: suggested)
        case .assign(let partner, let summary):
            let next = offers(
                state, lead.id, view, to: partner, cause: cause, evaluation: summary, round: negotiation.round + 1,
                asked: negotiation.asked)
            if let next { return next }
            if state.policy?.negotiation.fallback == .escalate {
                let suggested = state.partners.profiles[partner].partnerID
                return escalate(state, lead.id, .negotiationFailed, summary, suggested: suggested)
            }
            return [.leadAssigned(assignment(
                state, lead.id, view, to: partner, attempt: UInt32(lead.attempt) + 1, cause: cause,
                evaluation: summary))]
        }
    }

    private func closed(
        _ state: State, _ open: OpenOffer, _ status: OfferStatus, reason: RefusalReason = .unspecified,
        terms: OfferTerms? = nil
    ) -> Event {
        .offerClosed(OfferClosed(
            offerID: open.offer.id, leadID: state.leads.leads[open.slot].id,
            partnerID: state.partners.profiles[open.partner].partnerID, round: open.negotiation.round, status: status,
            reason: reason, terms: terms))
    }

    /// Every offer ends by an event of its own: those that an input leaves open are withdrawn before the lead goes on.
    /// So is what was agreed and waited for a human, where it does not come about: its partner was told that it might.
    func withdrawingOffers(_ state: State, _ events: [Event]) -> [Event] {
        if state.offers.isEmpty && !state.offers.hasAgreements { return events }
        var ended: [String] = []
        var all: [Event] = []
        all.reserveCapacity(events.count)
        for event in events {
            if case .offerClosed(let event) = event { ended.append(event.offerID) }
            if let slot = event.placedLeadID.flatMap({ state.leads.ownSlot(of: $0) }).map({ Int($0) }) {
                for offer in withdrawn(state, slot, by: event) where !ended.contains(offer.offerID) {
                    all.append(.offerClosed(offer))
                    ended.append(offer.offerID)
                }
            }
            all.append(event)
        }
        return all
    }

    /// The offers of a lead, open or agreed, that the lead goes on without.
    private func withdrawn(_ state: State, _ slot: Int, by event: Event) -> [OfferClosed] {
        func ended(_ offerID: String, _ partner: UInt32, _ round: UInt32) -> OfferClosed {
            OfferClosed(
                offerID: offerID, leadID: state.leads.leads[slot].id,
                partnerID: state.partners.profiles[Int(partner)].partnerID, round: round, status: .withdrawn)
        }
        var all: [OfferClosed] = []
        if let negotiation = state.offers[slot] {
            all = negotiation.open.map { ended($0.id, $0.partner, negotiation.round) }
        }
        if let agreement = state.offers.agreement(slot), event.ends(agreement) {
            all.append(ended(agreement.offerID, agreement.partner, agreement.round))
        }
        return all
    }
}

extension OfferTerms {
    /// True if whoever asks for these terms gives less, or wants more, than at those it was offered. What it is told
    /// besides costs the vendor nothing that is weighed.
    fileprivate func asksMore(than offered: OfferTerms) -> Bool {
        let isLonger = offered.promiseMinutes > 0 && promiseMinutes > offered.promiseMinutes
        return isLonger || commissionBasisPoints ?? 0 > offered.commissionBasisPoints ?? 0
    }
}

extension NegotiationRule {
    /// True if the terms that a partner asks for are within what the policy may grant.
    func grants(_ asked: OfferTerms, insteadOf offered: OfferTerms) -> Bool {
        let isLonger = offered.promiseMinutes > 0 && asked.promiseMinutes > offered.promiseMinutes
        if isLonger && asked.promiseMinutes > promiseMaxMinutes { return false }
        let (more, own) = (asked.commissionBasisPoints ?? 0, offered.commissionBasisPoints ?? 0)
        if more > own && more > commissionMaxBasisPoints { return false }
        return asked.enrichment.allSatisfy { enrichment.contains($0) }
    }
}

extension Event {
    /// The lead of an event after which no offer of it from before is open.
    fileprivate var placedLeadID: String? {
        switch self {
        case .leadAssigned(let event): event.leadID
        case .leadEscalated(let event): event.leadID
        case .leadClosed(let event): event.leadID
        case .leadMerged(let event): event.sameID ? nil : event.leadID
        case .offerMade(let event): event.leadID
        default: nil
        }
    }

    /// True of an event about a lead after which what was agreed of it holds no longer: all but its approval, and that
    /// nobody approved it yet.
    fileprivate func ends(_ agreement: OfferTable.Agreement) -> Bool {
        switch self {
        case .leadAssigned(let event): event.offerID != agreement.offerID
        case .leadEscalated(let event): event.reason != .unanswered
        default: true
        }
    }
}
