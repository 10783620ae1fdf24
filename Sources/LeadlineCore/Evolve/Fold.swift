// Folding: the only code that changes a state. Recovery runs it over recorded events and never decides again.
//
// This file says what is folded where, one line a message; each idea has its file beside it.

extension State {
    /// Folds one entry: the input, then each of its events, in order.
    public mutating func fold(_ input: Input, _ events: [Event], at stamp: Timestamp) {
        evolve(input, at: stamp)
        if events.contains(where: { $0.evaluated != nil }) { workOutPrices(at: stamp) }
        for event in events { evolve(event, at: stamp) }
        endMerged(kept: events)
        // Last, so that the leads the decision was made on are there when its events are folded.
        archiveClosedLeads(at: stamp)
        dropStaleAgenda()
        nextPosition += 1
    }

    /// Folds an input: facts about the program, partners and accounts; that a lead or an outcome came.
    mutating func evolve(_ input: Input, at stamp: Timestamp) {
        pass(to: stamp)
        remember(producersEvent: input, at: stamp)
        switch input.fact {
        case .programRegistered(let fact): register(fact)
        case .policyPublished(let fact): adopt(fact, zones: input.stepTimeZones)
        case .logicVersionAdopted(let version): adopt(logic: version)
        case .leadSubmitted(let fact):
            insert(fact, input, at: stamp)
            countSuppressed(input)
        case .leadUpdated(let fact): restate(fact)
        case .processingRestricted(let fact): if !isLogic(4) { restrict(fact.leadID) }
        case .intentObserved(let fact): observe(fact, input.account, at: stamp)
        case .firmographicsObserved(let fact):
            noteBreaks(openLeads(ofAccount: input.account), .companyObserved) { $0.observe(fact, input.account) }
        case .technographicsObserved(let fact):
            noteBreaks(openLeads(ofAccount: input.account), .companyObserved) { $0.observe(fact, input.account) }
        case .timeAdvanced(let through): takeDue(through, at: stamp)
        case .erasureRequested(let fact): forgetRetention(ofLead: fact.leadID)
        case .leadAccepted, .leadDeclined, .leadReturned, .firstResponseRecorded, .dealStageChanged, .dealWon,
            .dealLost:
            fold(outcome: input.fact, imported: input.imported, input.times)
        case .partnerUpserted(let profile):
            noteBreaks(leadsTouched(by: profile), .profileChanged) { $0.upsert(profile, input.timeZone) }
        case .partnerCapacitySet(let fact): setCapacity(fact)
        case .partnerPaused(let fact): pause(fact.partnerID, at: stamp)
        case .partnerResumed(let fact): resume(fact.partnerID)
        case .partnerRemoved(let fact): remove(fact.partnerID, at: stamp)
        case .partnerAbsenceSet(let fact): setAbsence(fact, at: stamp)
        case .partnerAbsenceCancelled(let fact): cancelAbsence(fact)
        case .partnerCommissionTermsSet(let fact): setCommission(fact)
        case .commissionShared(let fact): share(fact)
        case .partnersMerged(let fact): merge(fact, at: stamp)
        case .ratesPublished(let fact): publish(fact)
        case .suppressionSet(let fact): suppress(fact, at: stamp)
        case .suppressionLifted(let fact): liftSuppression(fact)
        case .leadWithdrawn(let fact): endMerged(fact.leadID)
        case .offerAnswered(let fact): confirm(fact)
        case .humanDecisionRecorded(let fact): if case .close = fact.decision { endMerged(fact.leadID) }
        case .reviewRequested, .processingObjected, .processingResumed,
            .personsLinked, .personsUnlinked, .duplicateReceived, .segmentArchived, .programProfileSet,
            .rejectedRecordsErased, .dealClaimed, .claimWithdrawn, .claimDecided, .returnDecided, .leadsUnlinked,
            .leadsLinked:
            break
        }
    }

    /// Folds an event: what Leadline did.
    mutating func evolve(_ event: Event, at stamp: Timestamp) {
        switch event {
        case .leadAssigned(let event): assign(event, at: stamp)
        case .shadowDecided(let event): remember(event.evaluation, at: stamp)
        case .assignmentExpired(let event): expire(event, at: stamp)
        case .assignmentEnded(let event): end(event)
        case .firstResponseMet(let event): respond(event)
        case .leadEscalated(let event): escalate(event, at: stamp)
        case .leadClosed(let event): close(event, at: stamp)
        case .leadMerged(let event): merge(event, at: stamp)
        case .reminderDue(let event): noteReminder(event)
        case .inputDisregarded(let event): disregard(event)
        case .reviewOpened(let event): openReview(event)
        case .reviewResolved(let event): resolveReview(event)
        case .rightRecorded(let event): record(event, at: stamp)
        case .personLinkChanged(let event): change(event, at: stamp)
        case .retentionApplied(let event): forget(event)
        case .claimChanged(let event): change(event)
        case .partnerSuspended(let event): suspend(event, at: stamp)
        case .partnerReinstated(let event): reinstate(event)
        case .returnChanged(let event): change(event, at: stamp)
        case .leadLinkChanged(let event): change(event)
        case .offerMade(let event): make(event, at: stamp)
        case .offerClosed(let event): close(event)
        case .commissionAccrued(let event): accrue(event)
        case .commissionReversed(let event): reverse(event)
        case .answerCredited(let event): credit(event)
        case .starvationAnnounced(let event): noteAnnounced(event, at: stamp)
        case .outcomeUnmatched, .outcomeWaiting, .recipientInformed, .holderIneligible: break
        }
    }

    /// Logical time goes on.
    private mutating func pass(to stamp: Timestamp) {
        lastStamp = stamp
        if Self.day(stamp) > model.day { model.advance(to: Int(Self.day(stamp))) }
        seen.forget(at: stamp, most: 4)
    }

    /// A producer's event is remembered by its digest, so that its repetition is told.
    private mutating func remember(producersEvent input: Input, at stamp: Timestamp) {
        guard let event = input.eventDigest else { return }
        if case .duplicateReceived = input.fact { return }
        seen.remember(event, content: input.contentDigest, at: stamp)
    }

    /// A moment was reached: the keeping of leads ends, a reminder is due, or a waiting outcome is delivered or given
    /// up. One item an entry.
    private mutating func takeDue(_ through: Timestamp, at stamp: Timestamp) {
        if let ended = retentionEnded(through: through) { return end(ended) }
        takeDueReminder(through, at: stamp)
        takeDueOutcome(through)
        takeDueLook(through, at: stamp)
        takeDueRates(through)
        takeDueStarvation(through, at: stamp)
        takeDueRuleBreak(through)
        takeDueAbsence(through, at: stamp)
        takeDueHandOver(through)
    }
}
