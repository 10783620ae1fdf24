/// The decider: what Leadline does about one input, as a pure function of the state before it.
///
/// `decide` returns events; it changes nothing, asks no clock and no chance. `State.evolve` folds the input and
/// then each event. A refusal is an event with a reason. This file is where to start reading: each input has its
/// case here, and `route` runs the pipeline in `Decision/`.
public enum Decider {
    /// Version of what `decide` and `evolve` compute. A change to either is a new version.
    public static let logicVersion: UInt32 = 1

    /// What comes of `input` at `stamp`, in order.
    public static func decide(_ input: Input, at stamp: Timestamp, in state: State) -> [Event] {
        var scratch = EvaluationScratch()
        return decide(input, at: stamp, in: state, scratch: &scratch)
    }

    /// The same, with columns that are used again from decision to decision.
    public static func decide(
        _ input: Input, at stamp: Timestamp, in state: State, scratch: inout EvaluationScratch
    ) -> [Event] {
        var decision = Decision(stamp: stamp, scratch: EvaluationScratch())
        swap(&decision.scratch, &scratch)
        defer { swap(&decision.scratch, &scratch) }
        return decision.decide(input, state)
    }
}

/// One decision under way: its moment and the columns it fills. The state that it looks at is passed along, for a
/// copy kept here would cost as much as a small decision.
struct Decision {
    let stamp: Timestamp
    var scratch: EvaluationScratch

    mutating func decide(_ input: Input, _ state: State) -> [Event] {
        switch input.fact {
        case .programRegistered:
            return state.isRegistered ? disregard("", .alreadyRegistered) : []
        case .policyPublished(let fact):
            return fact.version == state.policyVersion ? disregard("", .noChange) : []
        case .partnerUpserted, .intentObserved, .firmographicsObserved, .technographicsObserved,
            .duplicateReceived, .logicVersionAdopted:
            return []
        case .partnerCapacitySet(let fact): return ifPartner(state, fact.partnerID)
        case .partnerPaused(let fact): return ifPartner(state, fact.partnerID, becomes: .paused)
        case .partnerResumed(let fact): return ifPartner(state, fact.partnerID, becomes: .active)
        case .partnerRemoved(let fact): return ifPartner(state, fact.partnerID, becomes: .removed)
        case .partnerAbsenceSet(let fact): return ifPartner(state, fact.partnerID)
        case .partnerAbsenceCancelled(let fact): return ifPartner(state, fact.partnerID)
        case .partnerCommissionTermsSet(let fact): return ifPartner(state, fact.partnerID)

        case .leadSubmitted(let fact): return submitted(state, fact, input)
        case .leadUpdated(let fact): return openLead(state, fact.leadID) { _, _ in [] }
        case .leadWithdrawn(let fact): return openLead(state, fact.leadID) { $0.close(state, $1, .withdrawn) }

        case .reviewRequested(let fact): return reviewRequested(state, fact)
        case .humanDecisionRecorded(let fact): return humanDecided(state, fact)
        case .processingRestricted(let fact): return openLead(state, fact.leadID) { $0.restrict(state, $1) }
        case .processingObjected(let fact): return openLead(state, fact.leadID) { $0.close(state, $1, .objected) }
        case .erasureRequested(let fact): return erase(state, fact.leadID)

        case .leadAccepted, .leadDeclined, .firstResponseRecorded, .dealStageChanged, .dealWon, .dealLost:
            return outcome(state, input.fact, imported: input.imported)
        case .timeAdvanced(let through): return timeAdvanced(state, through)
        }
    }

    func disregard(_ subject: String, _ reason: DisregardReason) -> [Event] {
        [.inputDisregarded(InputDisregarded(subject: subject, reason: reason))]
    }

    private func ifPartner(_ state: State, _ id: String) -> [Event] {
        state.partners.index(of: id) == nil ? disregard(id, .partnerUnknown) : []
    }

    private func ifPartner(_ state: State, _ id: String, becomes status: PartnerTable.Status) -> [Event] {
        guard let index = state.partners.index(of: id) else { return disregard(id, .partnerUnknown) }
        if state.partners.status[index] == status { return disregard(id, .noChange) }
        return state.partners.canBecome(status, at: index) ? [] : disregard(id, .partnerUnknown)
    }

    private mutating func openLead(_ state: State, _ id: String, _ body: (inout Decision, Int) -> [Event]) -> [Event] {
        guard let slot = state.leads.slot(of: id) else { return disregard(id, .leadUnknown) }
        guard state.leads.leads[slot].isOpen else { return disregard(id, .leadClosed) }
        return body(&self, slot)
    }

    func holderID(_ state: State, _ lead: LeadTable.Lead) -> String {
        lead.holder == LeadTable.nowhere ? "" : state.partners.profiles[Int(lead.holder)].partnerID
    }

    func close(_ state: State, _ slot: Int, _ reason: ClosingReason) -> [Event] {
        let lead = state.leads.leads[slot]
        return [.leadClosed(LeadClosed(leadID: lead.id, partnerID: holderID(state, lead), reason: reason, learned: false))]
    }

    private func erase(_ state: State, _ leadID: String) -> [Event] {
        guard let slot = state.leads.slot(of: leadID) else { return disregard(leadID, .leadUnknown) }
        let subject = state.leads.leads[slot].subject
        let slots = state.leads.leads.indices.filter {
            state.leads.leads[$0].isOpen && ($0 == slot || (subject != .zero && state.leads.leads[$0].subject == subject))
        }
        return slots.flatMap { close(state, $0, .erased) }
    }
}

// MARK: - Leads

extension Decision {
    private mutating func submitted(_ state: State, _ fact: LeadSubmitted, _ input: Input) -> [Event] {
        if state.leads.knows(fact.leadID) {
            return [.leadMerged(LeadMerged(leadID: fact.leadID, intoLeadID: fact.leadID, sameID: true))]
        }
        let view = state.view(of: fact.attributes, account: input.account)
        // Only history has a past; a producer of today cannot choose a partner past rules and caps.
        if input.imported, let past = fact.pastPartnerID, state.partners.index(of: past) != nil {
            return importAsItWas(state, fact.leadID, past, view)
        }
        if let twin = samePerson(state, input) {
            return [.leadMerged(LeadMerged(leadID: fact.leadID, intoLeadID: state.leads.leads[twin].id, sameID: false))]
        }
        return route(state, fact.leadID, view, attemptsSoFar: 0, .submitted)
    }

    private func samePerson(_ state: State, _ input: Input) -> Int? {
        guard let policy = state.policy, policy.samePersonDays > 0, let subject = input.subject,
            let account = input.account.flatMap(state.accounts.index(of:))
        else { return nil }
        return Ownership.samePerson(subject, account: account, days: policy.samePersonDays, state, at: stamp)
    }

    /// History stays as it was; Leadline's own choice at that moment stands beside it.
    private mutating func importAsItWas(_ state: State, _ leadID: String, _ partnerID: String, _ view: LeadView) -> [Event] {
        let assigned = LeadAssigned(leadID: leadID, partnerID: partnerID, attempt: 1, cause: .imported)
        var shadow = ShadowDecided(leadID: leadID, partnerID: "", evaluation: nil)
        if let policy = state.policy, view.valueMinorUnits != nil {
            let outcome = Evaluation.evaluate(view, leadID: leadID, state, policy, at: stamp, scratch: &scratch)
            if let chosen = outcome.chosen { shadow.partnerID = state.partners.profiles[chosen].partnerID }
            shadow.evaluation = outcome.summary
        }
        return [.leadAssigned(assigned), .shadowDecided(shadow)]
    }

    /// Runs the pipeline: the lead goes to a partner or to the human queue, with the reason.
    mutating func route(_ state: State, _ leadID: String, _ view: LeadView, attemptsSoFar: UInt32, _ cause: RoutingCause) -> [Event] {
        guard let policy = state.policy else { return escalate(state, leadID, .noPolicy) }
        if state.partners.count == 0 { return escalate(state, leadID, .noPartners) }
        if view.valueMinorUnits == nil { return escalate(state, leadID, .currencyUnknown) }
        if attemptsSoFar >= max(policy.attemptsMax, 1) { return escalate(state, leadID, .attemptsExhausted) }
        let outcome = Evaluation.evaluate(view, leadID: leadID, state, policy, at: stamp, scratch: &scratch)
        guard let chosen = outcome.chosen else {
            let reason = outcome.ownerAtCap ? EscalationReason.ownerAtCap : outcome.placesReserved ? .placesReserved : .noEligiblePartner
            return escalate(state, leadID, reason, outcome.summary)
        }
        return [.leadAssigned(LeadAssigned(
            leadID: leadID, partnerID: state.partners.profiles[chosen].partnerID, attempt: attemptsSoFar + 1, cause: cause,
            respondBy: respondBy(state, chosen, policy), evaluation: outcome.summary))]
    }

    func escalate(_ state: State, _ leadID: String, _ reason: EscalationReason, _ summary: EvaluationSummary? = nil) -> [Event] {
        [.leadEscalated(LeadEscalated(
            leadID: leadID, reason: reason, queue: state.policy?.humanQueue ?? Policy().humanQueue, evaluation: summary))]
    }

    func respondBy(_ state: State, _ partner: Int, _ policy: Policy) -> Timestamp? {
        let minutes = policy.sla.firstResponseMinutes
        if minutes == 0 { return nil }
        if !policy.sla.inWorkingHours { return stamp.adding(micros: Int64(minutes) * Timestamp.microsPerMinute) }
        return WorkingTime.deadline(
            from: stamp, minutes: minutes, hours: state.partners.profiles[partner].workingHours,
            zone: state.partners.timeZones[partner], absences: state.partners.absences[partner])
    }
}

// MARK: - Time

extension Decision {
    /// One item that is due. What else is due by then gets an entry of its own, so that each decision sees the
    /// state that the one before it left.
    private mutating func timeAdvanced(_ state: State, _ through: Timestamp) -> [Event] {
        guard let item = state.agenda.first, item.at <= through else { return [] }
        switch item.kind {
        case .lead:
            return takeBack(state, Int(item.index))
        case .deliverOutcome:
            guard let waiting = state.waiting[item.index] else { return [] }
            return outcome(state, waiting.fact, imported: waiting.imported)
        case .outcomeExpiry:
            guard let waiting = state.waiting[item.index] else { return [] }
            return [.outcomeUnmatched(OutcomeUnmatched(leadID: waiting.leadID, waitingPosition: waiting.position))]
        }
    }

    private mutating func takeBack(_ state: State, _ slot: Int) -> [Event] {
        let lead = state.leads.leads[slot]
        // Nobody has said how the deal ended for so long that it is lost; a late outcome still corrects it.
        if lead.flags.contains(.onHorizon) { return closing(state, lead, Int(lead.holder), won: false, amount: nil) }
        let ended: Event = lead.dueCause == .expired
            ? .assignmentExpired(AssignmentExpired(
                leadID: lead.id, partnerID: holderID(state, lead), attempt: UInt32(lead.attempt), respondBy: lead.dueAt))
            : .assignmentEnded(AssignmentEnded(
                leadID: lead.id, partnerID: holderID(state, lead), attempt: UInt32(lead.attempt), cause: lead.dueCause))
        return [ended] + reroute(state, slot, lead.dueCause)
    }

    /// Routes a lead again by the policy that holds now; its present holder and those before are out.
    mutating func reroute(_ state: State, _ slot: Int, _ cause: RoutingCause) -> [Event] {
        let lead = state.leads.leads[slot]
        if lead.flags.contains(.restricted) { return escalate(state, lead.id, .processingRestricted) }
        return route(state, lead.id, state.view(ofLeadAt: slot), attemptsSoFar: UInt32(lead.attempt), cause)
    }
}
