// When partners answered. Since logic version 7 an answer counts by its own time, or by when it was received where it
// states none that can be believed; before, by when Leadline came to read it.

/// The times that a record of an answer states.
struct AnswerTimes: Sendable, Equatable {
    var receivedAt: Timestamp?
    var ownTime: Timestamp?

    /// When the answer was given to an assignment of a moment: nobody answers before it has the lead, or after the
    /// record was received. A record that states nothing of the kind counts by when it is read.
    func answeredAt(since assigned: Timestamp, readAt stamp: Timestamp) -> Timestamp {
        let received = min(receivedAt ?? stamp, stamp)
        if let own = ownTime, own >= assigned, own <= received { return own }
        return max(received, assigned)
    }
}

extension Input {
    var times: AnswerTimes { AnswerTimes(receivedAt: receivedAt, ownTime: ownTime) }
}

extension Decision {
    /// The holder answered: how long that took, in the kind of time that was promised.
    func responded(_ state: State, _ lead: LeadTable.Lead, _ times: AnswerTimes) -> [Event] {
        let elapsed = state.isLogic(7)
            ? state.elapsed(
                since: lead.assignedAt, until: times.answeredAt(since: lead.assignedAt, readAt: stamp),
                Int(lead.holder), inWorkingHours: lead.marks.contains(.inWorkingHours))
            : stamp.micros - lead.assignedAt.micros
        return [.firstResponseMet(FirstResponseMet(
            leadID: lead.id, partnerID: holderID(state, lead), elapsedMicros: elapsed))]
    }

    /// A partner that lost the lead by its deadline had answered before it: the miss is taken back. Where nobody else
    /// has answered since, it has the lead again. Nil where nothing of the kind can be believed.
    mutating func credited(
        _ state: State, _ slot: Int, _ partnerID: String, _ times: AnswerTimes
    ) -> [Event]? {
        let lead = state.leads.leads[slot]
        guard state.isLogic(7), let policy = state.policy, let partner = state.partners.index(of: partnerID),
            lead.holder != UInt32(partner) || !lead.isOpen,
            let missed = lead.missed.last(where: { $0.partner == UInt32(partner) }),
            let own = times.ownTime, let received = times.receivedAt,
            own >= missed.assignedAt, own <= missed.dueAt, own <= received, received <= stamp,
            received.micros - missed.dueAt.micros <= policy.lateAnswerMicros
        else { return nil }
        let credited = AnswerCredited(
            leadID: lead.id, partnerID: state.partners.profiles[partner].partnerID,
            elapsedMicros: state.elapsed(
                since: missed.assignedAt, until: own, partner,
                inWorkingHours: promise(state, state.view(ofLeadAt: slot), partner).sla.inWorkingHours),
            respondBy: missed.dueAt)
        return [.answerCredited(credited)] + suspensionLifted(state, partner, kept: missed.dueAt)
            + takenAgain(state, slot, partner)
    }

    private func takenAgain(_ state: State, _ slot: Int, _ partner: Int) -> [Event] {
        let lead = state.leads.leads[slot], view = state.view(ofLeadAt: slot)
        guard lead.status == .assigned || lead.status == .escalated,
            lead.flags.isDisjoint(with: [.accepted, .responded, .restricted, .underReview]),
            state.partners.status[partner] != .removed, barrier(state, [lead.subject]) == nil,
            state.hardRules.allSatisfy({ HardRules.holds($0, view, partner, state.partners) })
        else { return [] }
        return ended(state, lead, .answeredInTime) + [.leadAssigned(LeadAssigned(
            leadID: lead.id, partnerID: state.partners.profiles[partner].partnerID, attempt: UInt32(lead.attempt) + 1,
            cause: .answeredInTime))]
    }
}

extension Policy {
    /// How long after a deadline an answer may turn up that lies before it.
    var lateAnswerMicros: Int64 { Int64(lateAnswerMinutes ?? 1_440) * Timestamp.microsPerMinute }
}

extension State {
    /// The time from one moment to another, in the partner's working time if that was promised.
    func elapsed(since start: Timestamp, until end: Timestamp, _ partner: Int, inWorkingHours: Bool) -> Int64 {
        if !inWorkingHours { return max(0, end.micros - start.micros) }
        return WorkingTime.elapsed(
            from: start, until: end, in: calendar(of: partner, absences: partners.absences[partner]))
    }

    /// A deadline passed: an answer that lies before it may turn up yet.
    mutating func noteMissed(_ slot: Int) {
        let lead = leads.leads[slot]
        guard isLogic(7), lead.holder != LeadTable.nowhere else { return }
        if lead.missed.count == LeadTable.Missed.countMax { leads.leads[slot].missed.removeFirst() }
        leads.leads[slot].missed.append(
            .init(partner: lead.holder, assignedAt: lead.assignedAt, dueAt: lead.dueAt))
    }

    /// An answer to a merged lead that turns up late reaches the lead that goes on.
    mutating func takeOverMissed(from merged: Int, to slot: Int) {
        if !isLogic(7) || leads.leads[merged].missed.isEmpty { return }
        let both = leads.leads[slot].missed + leads.leads[merged].missed
        let inOrder = both.sorted { ($0.dueAt, $0.partner) < ($1.dueAt, $1.partner) }
        leads.leads[slot].missed = Array(inOrder.suffix(LeadTable.Missed.countMax))
    }

    /// The partner had answered in time: that is counted in place of the miss, and it cools down no longer.
    mutating func credit(_ event: AnswerCredited) {
        guard let slot = leads.slot(of: event.leadID), let partner = partners.index(of: event.partnerID),
            let at = leads.leads[slot].missed.lastIndex(where: {
                $0.partner == UInt32(partner) && $0.dueAt == event.respondBy
            })
        else { return }
        leads.leads[slot].missed.remove(at: at)
        tallies.takeBackMiss(partner)
        countAnswer(\.taken, slot, partner, taken: true)
        tallies.count(partner, \.inTime)
        records.respond(partner, elapsedMicros: event.elapsedMicros)
        suspensions.forget(missed: event.respondBy, of: partner)
        if partners.coolingUntil[partner] > lastStamp { partners.warmUp(partner, at: lastStamp) }
        noteChance()
    }
}
