// A lead goes to a partner, stays there, or is taken back.

extension State {
    mutating func assign(_ event: LeadAssigned, at stamp: Timestamp) {
        // It is there already, with its timers and counts.
        if event.cause == .partnersMerged { return }
        // What an offered lead is worth to whom was remembered with its first offer.
        let wasOffered = leads.slot(of: event.leadID).map { leads.leads[$0].status == .offered } ?? false
        place(event, at: stamp)
        if !wasOffered { remember(event.evaluation, at: stamp) }
        if event.evaluation != nil { noteRouted(event.leadID) }
    }

    /// The lead goes to its partner, with its timers, and counts there.
    private mutating func place(_ event: LeadAssigned, at stamp: Timestamp) {
        guard let slot = leads.slot(of: event.leadID), let partner = partners.index(of: event.partnerID) else { return }
        endOffers(slot)
        leaveQueue(slot)
        leads.leads[slot].status = .assigned
        leads.leads[slot].holder = UInt32(partner)
        if isLogic(4) && !leads.leads[slot].recipients.contains(UInt32(partner)) {
            leads.leads[slot].recipients.append(UInt32(partner))
        }
        if isLogic(5) { leads.leads[slot].note(byOwnership: event.evaluation?.basis == .ownership) }
        leads.leads[slot].attempt = UInt16(clamping: event.attempt)
        leads.leads[slot].assignedAt = stamp
        leads.leads[slot].flags.subtract([.accepted, .responded, .onHorizon])
        leads.leads[slot].dueAt = event.respondBy ?? .distantFuture
        leads.leads[slot].dueCause = .expired
        if let due = event.respondBy { agenda.add(.lead, UInt32(slot), at: due) } else { startHorizon(slot) }
        planReminders(event, slot)
        takeTurn(event, slot, partner, at: stamp)
        countAssignment(slot, partner, event.cause, at: stamp)
        if isLogic(5) { countSource(slot) }
        if isLogic(6) { agree(event, slot) }
        if isLogic(7) {
            notePromise(event, slot, partner)
            waitingCost.forget(slot)
        }
        award(slot, partner, at: stamp)
        guard let evaluation = event.evaluation else { return }
        if isRotationTurn(evaluation) { rotate(slot, partner, evaluation) }
        if evaluation.propensity > 0 {
            lots.draw(wasExplored: evaluation.basis == .exploration, period: partners.period[partner])
            noteLot(wasExplored: evaluation.basis == .exploration, at: stamp)
        }
    }

    /// In which kind of time its holder promised an answer; one that had answered has nothing to answer any more.
    private mutating func notePromise(_ event: LeadAssigned, _ slot: Int, _ partner: Int) {
        leads.leads[slot].marks.remove(.inWorkingHours)
        if promise(view(ofLeadAt: slot), partner).sla.inWorkingHours { leads.leads[slot].marks.insert(.inWorkingHours) }
        if event.cause == .answeredInTime { leads.leads[slot].flags.insert(.responded) }
    }

    /// From now on the timer is the policy's horizon for deals, if it has one.
    mutating func startHorizon(_ slot: Int) {
        guard let days = policy?.dealHorizonDays, days > 0 else { return }
        let end = leads.leads[slot].assignedAt.adding(micros: Int64(days) * Timestamp.microsPerDay)
        leads.leads[slot].dueAt = end
        leads.leads[slot].dueCause = .expired
        leads.leads[slot].flags.insert(.onHorizon)
        agenda.add(.lead, UInt32(slot), at: end)
    }

    private mutating func countAssignment(
        _ slot: Int, _ partner: Int, _ cause: RoutingCause, at stamp: Timestamp
    ) {
        partners.openLeads[partner] += 1
        partners.assignments[partner] += 1
        countForStarvation(partner, at: stamp)
        guard takePlace(slot, partner, cause, at: stamp), let policy else { return }
        let period = CapacityLimits.period(at: stamp, policy)
        if partners.period[partner] != period {
            partners.period[partner] = period
            partners.leadsInPeriod[partner] = 0
        }
        partners.leadsInPeriod[partner] += 1
        let floorPeriod = CapacityLimits.floorPeriod(at: stamp, policy)
        if partners.floorPeriod[partner] != floorPeriod {
            partners.floorPeriod[partner] = floorPeriod
            partners.leadsInFloorPeriod[partner] = 0
            partners.valueInFloorPeriod[partner] = 0
        }
        partners.leadsInFloorPeriod[partner] += 1
        if isLogic(2) {
            let counted = partners.valueInFloorPeriod[partner]
            partners.valueInFloorPeriod[partner] = counted
                + min(max(value(of: leads.leads[slot]) ?? 0, 0), Int64.max - counted)
        }
        if partners.leadsPerPeriodMax[partner] != PartnerTable.uncapped { prices.use[partner].taken += 1 }
        if partners.segmentCounts[partner].isEmpty { return }
        partners.countSegments(view(ofLeadAt: slot), at: partner, in: period)
    }

    /// How long the prospect waited, by the clock: what was promised in working time is measured to when it is known.
    private mutating func noteWait(_ slot: Int, _ elapsedMicros: Int64) {
        guard isLogic(7) else { return }
        let lead = leads.leads[slot]
        let clock = lastStamp.micros - lead.assignedAt.micros
        waitingCost.note(slot, micros: lead.marks.contains(.inWorkingHours) ? clock : elapsedMicros)
    }

    mutating func respond(_ event: FirstResponseMet) {
        let leadID = event.leadID
        guard let slot = leads.slot(of: leadID) else { return }
        if !leads.leads[slot].flags.contains(.accepted) { countAnswer(\.taken, leadID, taken: true) }
        if isLogic(2), leads.leads[slot].holder != LeadTable.nowhere {
            records.respond(Int(leads.leads[slot].holder), elapsedMicros: event.elapsedMicros)
            noteWait(slot, event.elapsedMicros)
        }
        let hadDeadline = leads.leads[slot].dueAt < .distantFuture && !leads.leads[slot].flags.contains(.onHorizon)
        if hadDeadline && leads.leads[slot].dueCause == .expired { count(\.inTime, leadID) }
        leads.leads[slot].flags.insert(.responded)
        stopReminders(slot)
        // Past a response only a return for bad data gives a turn back.
        if creditsReturns { leads.leads[slot].declineKeepsTurn = false } else { forgetTurn(slot) }
        // A response keeps a lead at its partner, but not at one that is gone.
        if leads.leads[slot].dueCause == .partnerRemoved { return }
        leads.leads[slot].dueAt = .distantFuture
        startHorizon(slot)
    }

    /// Nobody answered in time: that is counted, the partner cools down, and the lead is taken back.
    mutating func expire(_ event: AssignmentExpired, at stamp: Timestamp) {
        countAnswer(\.missed, event.leadID, taken: false)
        countMissed(event.leadID, at: stamp)
        coolDown(event.partnerID, at: stamp)
        if let slot = leads.slot(of: event.leadID) { noteMissed(slot) }
        if policy?.placesBack.expired == true { giveBackPlace(event.leadID) }
        takeBack(event.leadID)
        noteTurns()
    }

    /// The lead is taken back for another reason; who declined, or lost it by a link, may have its turn back. A link is
    /// nobody's fault, nor is an answer of another that became known late, a fact that changed, or an absence: whoever
    /// lost a lead by one may get it again.
    mutating func end(_ event: AssignmentEnded) {
        if event.cause == .partnersMerged { return }
        let isByLink = switch event.cause {
        case .linked, .unlinked, .answeredInTime, .ruleBroken, .partnerAbsent: true
        default: false
        }
        if event.cause == .declined || event.cause == .returned { handBack(event) }
        if isByLink, let slot = leads.slot(of: event.leadID) { giveUpPlace(slot) }
        takeBack(event.leadID, isTried: !isByLink)
    }

    /// Who gives a lead back that it had taken has not declined it; who had bad data has done neither.
    private mutating func handBack(_ event: AssignmentEnded) {
        guard let slot = leads.slot(of: event.leadID), leads.leads[slot].holder != LeadTable.nowhere else { return }
        let wasTaken = !leads.leads[slot].flags.isDisjoint(with: [.accepted, .responded])
        if leads.leads[slot].isExcused {
            leads.leads[slot].isExcused = false
            return
        }
        if event.cause == .declined && policy?.placesBack.declined == true { giveBackPlace(event.leadID) }
        if event.cause == .declined || !wasTaken { countAnswer(\.declined, event.leadID, taken: false) }
        if declineGivesTurnBack(slot) { giveTurnBack(slot) }
    }

    mutating func escalate(_ event: LeadEscalated, at stamp: Timestamp) {
        let wasOffered = leads.slot(of: event.leadID).map { leads.leads[$0].status == .offered } ?? false
        queue(event)
        if !wasOffered { remember(event.evaluation, at: stamp) }
        if event.evaluation != nil { noteRouted(event.leadID) }
    }

    /// The lead goes to the human queue, with the timer by which it climbs the ladder.
    private mutating func queue(_ event: LeadEscalated) {
        guard let slot = leads.slot(of: event.leadID) else { return }
        endAward(slot)
        release(slot)
        // What an offered lead's partner has just agreed to waits here; what was agreed before waits on until somebody
        // answers, and is over with any other new wait.
        if leads.leads[slot].status == .offered {
            offers[slot] = nil
        } else if event.reason != .unanswered {
            offers.set(nil, slot)
        }
        leads.leads[slot].status = .escalated
        if isLogic(4) {
            leads.leads[slot].dueCause = .expired
            if event.reason == .processingRestricted { leads.leads[slot].flags.insert(.restricted) }
        }
        if isLogic(5) && event.reason != .unanswered {
            leads.leads[slot].note(byOwnership: event.reason == .ownerAtCap)
        }
        // Nobody answered: one step up. Any other reason begins a new wait, at the bottom.
        leads.leads[slot].rung = event.reason == .unanswered ? leads.leads[slot].rung &+ 1 : 0
        leads.leads[slot].dueAt = event.movesOn ?? .distantFuture
        if let movesOn = event.movesOn { agenda.add(.lead, UInt32(slot), at: movesOn) }
        joinQueue(slot, event.reason)
    }

    mutating func release(_ slot: Int) {
        let holder = leads.leads[slot].holder
        guard holder != LeadTable.nowhere else { return }
        let wasFull = isFull(Int(holder))
        partners.openLeads[Int(holder)] -= 1
        leads.leads[slot].holder = LeadTable.nowhere
        noteFreePlace(wasFull)
        leads.leads[slot].dueAt = .distantFuture
        leads.leads[slot].place = CountedPlace()
        if isLogic(6) { leads.leads[slot].agreedBasisPoints = LeadTable.Lead.nothingAgreed }
        stopReminders(slot)
        forgetTurn(slot)
        leads.leads[slot].flags.remove(.onHorizon)
    }

    private mutating func takeBack(_ leadID: String, isTried: Bool = true) {
        guard let slot = leads.slot(of: leadID) else { return }
        let holder = leads.leads[slot].holder
        if holder != LeadTable.nowhere {
            uncountForStarvation(Int(holder), assignedAt: leads.leads[slot].assignedAt)
        }
        endAward(slot)
        release(slot)
        if holder != LeadTable.nowhere && isTried { leads.leads[slot].tried.append(holder) }
    }
}
