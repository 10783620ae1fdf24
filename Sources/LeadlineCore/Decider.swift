/// The decider: what Leadline does about one input, as a pure function of the state before it.
///
/// `decide` returns events; it changes nothing, asks no clock and no chance. `State.evolve` folds the input and
/// then each event. A refusal is an event with a reason. This file is where to start reading: each input has its
/// case here, and `route` runs the pipeline in `Decision/`.
public enum Decider {
    /// What comes of `input` at `stamp`, in order, by the state's logic version.
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
    /// What a lead that comes in states.
    var stated: LeadAttributes?

    mutating func decide(_ input: Input, _ state: State) -> [Event] {
        withdrawingOffers(state, decideLinked(input, state))
    }

    private mutating func decideLinked(_ input: Input, _ state: State) -> [Event] {
        let events = decideFact(input, state)
        guard state.isLogic(4), input.linkedSubject != nil, let leadID = input.fact.statedLeadID else { return events }
        return events + link(state, leadID, input, isInferred: true)
    }

    private mutating func decideFact(_ input: Input, _ state: State) -> [Event] {
        switch input.fact {
        case .programRegistered:
            return state.isRegistered ? disregard("", .alreadyRegistered) : []
        case .policyPublished(let fact):
            // What an earlier logic did not know of the same policy takes effect when it is published again.
            let isInForce = fact.version == state.policyVersion
                && state.policy == fact.policy.known(toLogic: state.logicVersion)
            return isInForce ? disregard("", .noChange) : []
        case .partnerUpserted(let profile):
            if state.partners.isMerged(profile.partnerID) { return disregard(profile.partnerID, .partnerMerged) }
            return state.isKeptOut(profile.partnerID) ? disregard(profile.partnerID, .partnerRemoved) : []
        case .partnersMerged(let fact):
            return state.hindrance(fact).map { disregard($0.subject, $0.reason) } ?? []
        case .intentObserved, .firmographicsObserved, .technographicsObserved,
            .duplicateReceived, .segmentArchived, .programProfileSet, .rejectedRecordsErased:
            return []
        case .logicVersionAdopted(let version):
            return state.canAdopt(logic: version) ? [] : disregard("", .noChange)
        case .partnerCapacitySet(let fact): return ifPartner(state, fact.partnerID)
        case .partnerPaused(let fact): return ifPartner(state, fact.partnerID, becomes: .paused)
        case .partnerResumed(let fact): return partnerResumed(state, fact.partnerID)
        case .partnerRemoved(let fact): return ifPartner(state, fact.partnerID, becomes: .removed)
        case .partnerAbsenceSet(let fact): return ifPartner(state, fact.partnerID)
        case .partnerAbsenceCancelled(let fact): return ifPartner(state, fact.partnerID)
        case .partnerCommissionTermsSet(let fact): return ifPartner(state, fact.partnerID)
        case .commissionShared(let fact): return commissionShared(state, fact)
        case .ratesPublished(let fact): return ratesPublished(state, fact)

        case .leadSubmitted(let fact): return submitted(state, fact, input)
        case .leadUpdated(let fact): return updated(state, fact.leadID)
        case .leadWithdrawn(let fact): return openLead(state, fact.leadID) { $0.close(state, $1, .withdrawn) }

        case .reviewRequested(let fact): return reviewRequested(state, fact)
        case .humanDecisionRecorded(let fact): return humanDecided(state, fact)
        case .processingRestricted(let fact):
            if state.isLogic(4) { return restrict(state, fact.leadID, input) }
            return openLead(state, fact.leadID) { $0.restrict(state, $1) }
        case .processingObjected(let fact):
            if state.isLogic(4) { return object(state, fact.leadID, input) }
            return openLead(state, fact.leadID) { $0.close(state, $1, .objected) }
        case .erasureRequested(let fact):
            return state.isLogic(4) ? erase(state, fact.leadID, input) : erase(state, fact.leadID)
        case .processingResumed(let fact): return resume(state, fact, input)
        case .personsLinked(let fact): return linked(state, fact, input)
        case .personsUnlinked(let fact): return unlink(state, fact, input)
        case .leadsUnlinked(let fact): return unlinked(state, fact)
        case .leadsLinked(let fact): return linked(state, fact)
        case .suppressionSet(let fact): return suppress(state, fact)
        case .suppressionLifted(let fact): return liftSuppression(state, fact)

        case .leadAccepted, .leadDeclined, .leadReturned, .firstResponseRecorded, .dealStageChanged, .dealWon,
            .dealLost:
            return outcome(state, input.fact, imported: input.imported, input.times)
        case .dealClaimed(let fact): return claimed(state, fact, input)
        case .claimDecided(let fact): return claimDecided(state, fact)
        case .claimWithdrawn(let fact): return claimWithdrawn(state, fact)
        case .returnDecided(let fact): return returnDecided(state, fact)
        case .offerAnswered(let fact): return answered(state, fact)
        case .timeAdvanced(let through): return timeAdvanced(state, through)
        }
    }

    func disregard(_ subject: String, _ reason: DisregardReason) -> [Event] {
        [.inputDisregarded(InputDisregarded(subject: subject, reason: reason))]
    }

    private func ifPartner(_ state: State, _ id: String) -> [Event] {
        if state.partners.isMerged(id) { return disregard(id, .partnerMerged) }
        return state.partners.index(of: id) == nil ? disregard(id, .partnerUnknown) : []
    }

    func ifPartner(_ state: State, _ id: String, becomes status: PartnerTable.Status) -> [Event] {
        if state.partners.isMerged(id) { return disregard(id, .partnerMerged) }
        guard let index = state.partners.index(of: id) else { return disregard(id, .partnerUnknown) }
        if state.partners.status[index] == status { return disregard(id, .noChange) }
        return state.canBecome(status, index) ? [] : disregard(id, .partnerUnknown)
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
        return [.leadClosed(
            LeadClosed(leadID: lead.id, partnerID: holderID(state, lead), reason: reason, learned: false))]
    }

    private func erase(_ state: State, _ leadID: String) -> [Event] {
        guard let slot = state.leads.slot(of: leadID) else { return disregard(leadID, .leadUnknown) }
        let subject = state.leads.leads[slot].subject
        let slots = state.leads.leads.indices.filter {
            state.leads.leads[$0].isOpen
                && ($0 == slot || (subject != .zero && state.leads.leads[$0].subject == subject))
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
        let barrier = barrier(state, input)
        if let barrier, samePerson(state, input) == nil { return escalate(state, fact.leadID, barrier) }
        let view = state.view(of: fact.attributes, account: input.account)
        // Only history has a past; a producer of today cannot choose a partner past rules and caps.
        if barrier == nil, input.imported, let past = fact.pastPartnerID.flatMap({ state.partners.index(of: $0) }) {
            // Of a partner that was merged the history is the other's by now.
            return importAsItWas(state, fact.leadID, state.partners.profiles[past].partnerID, view)
        }
        if state.isLogic(7), barrier == nil, input.imported, fact.pastPartnerID != nil {
            return importedOfAStranger(state, fact.leadID, view)
        }
        if let twin = samePerson(state, input) {
            return [.leadMerged(LeadMerged(leadID: fact.leadID, intoLeadID: state.leads.leads[twin].id, sameID: false))]
        }
        stated = fact.attributes
        return route(state, fact.leadID, view, attemptsSoFar: 0, .submitted)
    }

    private func samePerson(_ state: State, _ input: Input) -> Int? {
        if state.isLogic(7) { return Ownership.samePerson(input, state, at: stamp) }
        guard let policy = state.policy, policy.samePersonDays > 0, let subject = input.subject,
            let account = input.account.flatMap(state.accounts.index(of:))
        else { return nil }
        return Ownership.samePerson(subject, account: account, days: policy.samePersonDays, state, at: stamp)
    }

    /// History stays as it was; Leadline's own choice at that moment stands beside it.
    private mutating func importAsItWas(
        _ state: State, _ leadID: String, _ partnerID: String, _ view: LeadView
    ) -> [Event] {
        let assigned = LeadAssigned(leadID: leadID, partnerID: partnerID, attempt: 1, cause: .imported)
        var shadow = ShadowDecided(leadID: leadID, partnerID: "", evaluation: nil)
        switch judge(state, leadID, view, attemptsSoFar: 0, .imported) {
        case .assign(let partner, let summary):
            shadow.partnerID = state.partners.profiles[partner].partnerID
            shadow.evaluation = summary
        case .escalate(let reason, let summary, let suggested):
            if reason == .shadow { shadow.partnerID = suggested }
            shadow.evaluation = summary
        }
        return [.leadAssigned(assigned), .shadowDecided(shadow)]
    }

    /// Somebody had the lead whom the program does not know: what is over is not given to another now. A human gets it,
    /// with what Leadline would have done.
    private mutating func importedOfAStranger(_ state: State, _ leadID: String, _ view: LeadView) -> [Event] {
        switch judge(state, leadID, view, attemptsSoFar: 0, .imported) {
        case .assign(let partner, let summary):
            let suggested = state.partners.profiles[partner].partnerID
            return escalate(state, leadID, .pastPartnerUnknown, summary, suggested: suggested)
        case .escalate(_, let summary, let suggested):
            return escalate(state, leadID, .pastPartnerUnknown, summary, suggested: suggested)
        }
    }

    /// What the policy makes of a lead: a partner, or the human queue with the reason.
    enum Verdict {
        case assign(Int, EvaluationSummary)
        case escalate(EscalationReason, EvaluationSummary? = nil, suggested: String = "")
    }

    /// Runs the pipeline: the lead goes to a partner or to the human queue, with the reason.
    mutating func route(
        _ state: State, _ leadID: String, _ view: LeadView, attemptsSoFar: UInt32, _ cause: RoutingCause
    ) -> [Event] {
        switch judge(state, leadID, view, attemptsSoFar: attemptsSoFar, cause) {
        case .assign(let partner, let summary):
            return offerOrAssign(
                state, leadID, view, to: partner, attemptsSoFar: attemptsSoFar, cause: cause, evaluation: summary)
        case .escalate(let reason, let summary, let suggested):
            return escalate(state, leadID, reason, summary, suggested: suggested)
        }
    }

    /// First what forbids looking at candidates at all, then the pipeline, then who has the last word on its choice.
    mutating func judge(
        _ state: State, _ leadID: String, _ view: LeadView, attemptsSoFar: UInt32, _ cause: RoutingCause
    ) -> Verdict {
        guard let policy = state.policy else { return .escalate(.noPolicy) }
        // Without a basis nothing may be evaluated, so the human gets no suggestion either.
        if !hasLawfulBasis(state, view) { return .escalate(.lawfulBasisMissing) }
        if state.partners.count == 0 { return .escalate(.noPartners) }
        if view.valueMinorUnits == nil { return .escalate(.currencyUnknown) }
        // The attempt that a link or a changed fact took was no partner's; a human who sends a lead on wants one more.
        let isOneMore = cause == .unlinked || cause == .ruleBroken || (state.isLogic(7) && cause == .human)
        if attemptsSoFar >= max(policy.attemptsMax, 1) && !isOneMore { return .escalate(.attemptsExhausted) }
        let outcome = Evaluation.evaluate(view, leadID: leadID, state, policy, at: stamp, scratch: &scratch)
        guard let chosen = outcome.chosen else {
            // The owner is full; whom the human may give it to within the caps stands first among the best.
            if outcome.ownerAtCap {
                return .escalate(.ownerAtCap, outcome.summary, suggested: outcome.summary.best.first?.partnerID ?? "")
            }
            if outcome.placesReserved { return .escalate(.placesReserved, outcome.summary) }
            return .escalate(isEveryoneAway(state, view) ? .everyoneAway : .noEligiblePartner, outcome.summary)
        }
        let suggested = state.partners.profiles[chosen].partnerID
        if isHeld(state, policy, outcome, cause) {
            return .escalate(.heldForWork, outcome.summary, suggested: suggested)
        }
        // A human who sent the lead back to be routed has looked at it.
        if cause != .human && asksForHuman(policy.review, view, chosen) {
            return .escalate(.reviewRequired, outcome.summary, suggested: suggested)
        }
        if cause != .human, let quality = view.sourceQualityBasisPoints,
            quality < policy.review.sourceQualityBelowBasisPoints {
            return .escalate(.sourceQuality, outcome.summary, suggested: suggested)
        }
        if policy.shadow { return .escalate(.shadow, outcome.summary, suggested: suggested) }
        return .assign(chosen, outcome.summary)
    }

    func hasLawfulBasis(_ state: State, _ view: LeadView) -> Bool {
        state.lawfulBases.isEmpty || state.lawfulBases.contains { view.has($0, as: .lawfulBasis) }
    }

    /// The deal is large, or the partner who would get it is not likely enough to win it.
    private func asksForHuman(_ rule: ReviewRule, _ view: LeadView, _ chosen: Int) -> Bool {
        if let least = rule.dealValueAtLeastMinorUnits, view.valueMinorUnits ?? 0 >= least { return true }
        if rule.conversionBelowBasisPoints == 0 { return false }
        guard let row = scratch.partners.firstIndex(of: chosen) else { return false }
        return scratch.conversion[row] < Double(rule.conversionBelowBasisPoints) / 10_000
    }

    /// True if some partner could have taken the lead but is absent or paused, and nobody who is present could have,
    /// whatever its load: all others broke a hard rule or had the lead before. One who is present and full, cools down
    /// or is unlikely to win is no absence.
    private func isEveryoneAway(_ state: State, _ view: LeadView) -> Bool {
        if !scratch.partners.isEmpty { return false }
        var someoneIsAway = false
        for step in scratch.steps {
            switch step.reason {
            case .hardRule, .tried: continue
            case .absent, .paused, .leaving:
                forEachBit(step.out) { partner in
                    if someoneIsAway || view.tried.contains(UInt32(partner)) { return }
                    // The paused are out before the rules are laid over them.
                    someoneIsAway = state.hardRules.allSatisfy { HardRules.holds($0, view, partner, state.partners) }
                }
            default: return false
            }
        }
        return someoneIsAway
    }

    /// A new wait in the human queue, from which the lead climbs the policy's ladder if nobody takes it out; one that
    /// is held for the night waits for no human.
    func escalate(
        _ state: State, _ leadID: String, _ reason: EscalationReason, _ summary: EvaluationSummary? = nil,
        suggested: String = "", queue: String? = nil
    ) -> [Event] {
        [.leadEscalated(LeadEscalated(
            leadID: leadID, reason: reason, queue: queue ?? state.policy?.humanQueue ?? Policy().humanQueue,
            evaluation: summary, movesOn: reason == .heldForWork ? nil : movesOn(state, after: 0),
            suggestedPartnerID: suggested))]
    }

    /// When a lead that has climbed so many steps climbs the next; nil at the top.
    private func movesOn(_ state: State, after steps: Int) -> Timestamp? {
        guard let ladder = state.policy?.escalationLadder, steps < ladder.count else { return nil }
        let micros = Int64(max(ladder[steps].afterMinutes, 1)) * Timestamp.microsPerMinute
        return WorkingTime.deadline(from: stamp, micros: micros, in: state.calendar(of: ladder[steps]))
    }
}

// MARK: - Promises

extension Decision {
    /// What is promised of a lead: by the first service level that holds for lead and partner, else by the policy.
    func promise(_ state: State, _ view: LeadView, _ partner: Int) -> (sla: SLA, level: String) {
        state.promise(view, partner)
    }

    /// An assignment with what is promised of it, or was agreed.
    func assignment(
        _ state: State, _ leadID: String, _ view: LeadView, to partner: Int, attempt: UInt32, cause: RoutingCause,
        evaluation summary: EvaluationSummary? = nil, terms: OfferTerms? = nil
    ) -> LeadAssigned {
        var assigned = LeadAssigned(
            leadID: leadID, partnerID: state.partners.profiles[partner].partnerID, attempt: attempt, cause: cause,
            evaluation: summary)
        guard state.policy != nil else { return assigned }
        var sla: SLA
        (sla, assigned.serviceLevel) = promise(state, view, partner)
        if let terms {
            assigned.terms = terms
            sla.firstResponseMinutes = terms.promiseMinutes
        }
        let minutes = sla.firstResponseMinutes
        if minutes == 0 { return assigned }
        let respondBy = after(micros: Int64(minutes) * Timestamp.microsPerMinute, sla, partner, state)
        assigned.respondBy = respondBy
        let reminders = reminders(sla, before: respondBy, partner, state)
        assigned.remindAt = reminders.first
        assigned.laterReminders = reminders.dropFirst().map { PlannedReminder(at: $0) }
        return assigned
    }

    /// Counted as the deadline is, each moment once. Where working time puts one at the deadline's moment, the deadline
    /// itself says enough.
    private func reminders(_ sla: SLA, before deadline: Timestamp, _ partner: Int, _ state: State) -> [Timestamp] {
        let promised = Int64(sla.firstResponseMinutes) * Timestamp.microsPerMinute
        var passed = sla.reminders.map { promised / 10_000 * Int64($0.afterBasisPoints) }
        if sla.reminderMinutesBefore > 0 && sla.reminderMinutesBefore < sla.firstResponseMinutes {
            passed.append(promised - Int64(sla.reminderMinutesBefore) * Timestamp.microsPerMinute)
        }
        let moments = passed.sorted().map { after(micros: $0, sla, partner, state) }.filter { $0 < deadline }
        return moments.indices.filter { $0 == 0 || moments[$0 - 1] < moments[$0] }.map { moments[$0] }
    }

    private func after(micros: Int64, _ sla: SLA, _ partner: Int, _ state: State) -> Timestamp {
        let absences = state.partners.absences[partner]
        let runsOn = state.isLogic(7) && state.policy?.absenceAhead == .runOn
        return state.due(
            micros, sla, partner, from: stamp, absences: runsOn ? absences.filter { $0.from <= stamp } : absences)
    }
}

// MARK: - Time

extension Decision {
    /// One item that is due. What else is due by then gets an entry of its own, so that each decision sees the
    /// state that the one before it left.
    private mutating func timeAdvanced(_ state: State, _ through: Timestamp) -> [Event] {
        if let ended = state.retentionEnded(through: through) { return applyRetention(state, ended) }
        guard let item = state.agenda.first, item.at <= through else { return [] }
        switch item.kind {
        case .lead:
            let slot = Int(item.index)
            let lead = state.leads.leads[slot]
            if lead.status == .offered { return offersDue(state, slot) }
            if lead.status != .escalated { return takeBack(state, slot) }
            return state.isLogic(4) && lead.dueCause == .resumed ? reroute(state, slot, .resumed) : climb(state, slot)
        case .reminder: return reminded(state, state.leads.leads[Int(item.index)])
        case .deliverOutcome:
            guard let waiting = state.waiting[item.index] else { return [] }
            return outcome(state, waiting.fact, imported: waiting.imported, waiting.times)
        case .outcomeExpiry:
            guard let waiting = state.waiting[item.index] else { return [] }
            return [.outcomeUnmatched(OutcomeUnmatched(leadID: waiting.leadID, waitingPosition: waiting.position))]
        case .claim: return claimDue(state, item.index)
        case .suspension: return reinstated(state, Int(item.index), byVendor: false)
        case .returnCredit: return returnDue(state, item.index)
        case .waiting: return waitingDue(state)
        case .rates: return []
        case .starvation: return starvationDue(state)
        case .ruleBreak: return ruleBroken(state, Int(item.index))
        case .absence: return []
        case .handOver: return handedOver(state, Int(item.index))
        }
    }

    /// Nobody is reminded who is away, or of a deadline that has passed.
    private func reminded(_ state: State, _ lead: LeadTable.Lead) -> [Event] {
        var due = ReminderDue(leadID: lead.id, partnerID: holderID(state, lead), respondBy: lead.dueAt)
        if !state.isLogic(5) { return [.reminderDue(due)] }
        guard let reminder = lead.reminderToSend(at: stamp), !state.partners.isAbsent(Int(lead.holder), at: stamp)
        else { return [] }
        (due.reminder, due.reminders) = (reminder, UInt32(lead.reminderCount))
        return [.reminderDue(due)]
    }

    /// What of a day's leads is kept no longer. A person with another lead that is, waits for that lead's end.
    private func applyRetention(_ state: State, _ ended: State.Ended) -> [Event] {
        let kept = state.kept(ended.leads, at: stamp)
        let rule = state.policy?.retention ?? RetentionRule()
        let leads = ended.leads.filter { !kept.contains($0.lead.subject) }.map { due in
            RetentionApplied(
                leadID: due.lead.id, category: due.category, closedAt: due.closedAt, keptDays: rule.days(due.category),
                subject: due.lead.subject)
        }
        let letters = ended.lettersBefore.map { day in
            RetentionApplied(
                leadID: "", category: .deadLetter, closedAt: Timestamp(micros: day * Timestamp.microsPerDay),
                keptDays: rule.deadLetterDays)
        }
        return (leads + [letters].compactMap { $0 }).map { .retentionApplied($0) }
    }

    /// Nobody took the lead out of its queue in time: it moves on to the next. A policy that has fewer steps by now
    /// leaves it at its last.
    private func climb(_ state: State, _ slot: Int) -> [Event] {
        let lead = state.leads.leads[slot]
        let ladder = state.policy?.escalationLadder ?? []
        let step = Int(lead.rung)
        let queue = (step < ladder.count ? ladder[step] : ladder.last)?.queue ?? state.policy?.humanQueue
            ?? Policy().humanQueue
        return [.leadEscalated(LeadEscalated(
            leadID: lead.id, reason: .unanswered, queue: queue, movesOn: movesOn(state, after: step + 1)))]
    }

    private mutating func takeBack(_ state: State, _ slot: Int) -> [Event] {
        let lead = state.leads.leads[slot]
        // Nobody has said how the deal ended for so long that it is lost; a late outcome still corrects it.
        if lead.flags.contains(.onHorizon) { return closing(state, lead, Int(lead.holder), won: false, amount: nil) }
        let ended: Event = lead.dueCause == .expired
            ? .assignmentExpired(AssignmentExpired(
                leadID: lead.id, partnerID: holderID(state, lead), attempt: UInt32(lead.attempt),
                respondBy: lead.dueAt))
            : .assignmentEnded(AssignmentEnded(
                leadID: lead.id, partnerID: holderID(state, lead), attempt: UInt32(lead.attempt), cause: lead.dueCause))
        return [ended] + suspension(state, lead) + reroute(state, slot, lead.dueCause)
    }

    /// Routes a lead again by the policy that holds now; its present holder and those before are out, unless the view
    /// of it says otherwise.
    mutating func reroute(
        _ state: State, _ slot: Int, _ cause: RoutingCause, _ view: LeadView? = nil
    ) -> [Event] {
        let lead = state.leads.leads[slot]
        if let barrier = barrier(state, [lead.subject]) { return escalate(state, lead.id, barrier) }
        if lead.flags.contains(.restricted) { return escalate(state, lead.id, .processingRestricted) }
        let view = view ?? state.view(ofLeadAt: slot)
        return route(state, lead.id, view, attemptsSoFar: UInt32(lead.attempt), cause)
    }
}
