public import LeadlineCore

/// What the record of one decision says: who decided, on what ground, what was decisive, and what was not looked at.
public struct DecisionAccount: Sendable, Equatable {
    /// Who decided.
    public var decider: DecisionMaker
    /// What is to be said of it, in order; nothing for an event that decides nothing about a lead.
    public var statements: [AccountStatement]

    /// The account of an event.
    /// - Parameters:
    ///   - event: what was decided.
    ///   - input: the input of its entry.
    ///   - events: all events of its entry.
    ///   - policy: the policy in force; nil if there was none.
    public init(_ event: Event, of input: Input, events: [Event], policy: Policy?) {
        let record = Record(input: input, events: events, policy: policy)
        switch event {
        case .leadAssigned(let event): (decider, statements) = record.assigned(event)
        case .shadowDecided(let event): (decider, statements) = (.nobody, record.supposed(event))
        case .leadEscalated(let event): (decider, statements) = record.escalated(event)
        case .leadClosed(let event): (decider, statements) = record.closed(event)
        case .leadMerged(let event): (decider, statements) = (.leadline, [Self.merged(event)])
        case .offerMade(let event) where event.evaluation != nil: (decider, statements) = (.leadline, record.offered(event))
        default: (decider, statements) = (.leadline, [])
        }
    }

    private static func merged(_ event: LeadMerged) -> AccountStatement {
        let values: [AccountStatement.Name: AccountStatement.Value] = [
            .lead: .text(event.leadID), .into: .text(event.intoLeadID),
        ]
        return AccountStatement(event.sameID ? .repeated : .merged, values)
    }
}

/// What stands around an event in its entry.
private struct Record {
    let input: Input
    let events: [Event]
    let policy: Policy?

    // MARK: What was decided, and by whom

    func assigned(_ event: LeadAssigned) -> (DecisionMaker, [AccountStatement]) {
        let names: [AccountStatement.Name: AccountStatement.Value] = [
            .lead: .text(event.leadID), .partner: .text(event.partnerID), .attempt: .count(Int(event.attempt)),
        ]
        if event.cause == .imported {
            return (
                .history, [.init(.assignedInHistory, names), .init(.historyUnknown), .init(.notAskedOtherwise)]
            )
        }
        guard let summary = event.evaluation else {
            let isHuman = event.cause == .human
            return isHuman
                ? (.human, agreed(event) + [.init(.assignedByHuman, names), .init(.nobodyEvaluated), .init(.humanReasonsElsewhere)])
                : (.leadline, [cause(event.cause), .init(.assigned, names), decisive(event)])
        }
        let account = Evaluated(summary, policy: policy)
        return (
            event.cause == .human ? .leadlineForHuman : .leadline,
            [cause(event.cause)] + agreed(event) + [.init(.assigned, names)] + account.ground + account.choice(of: event.partnerID)
        )
    }

    /// What was decisive where nobody was evaluated: whose deputy, or whose successor, gets it.
    private func decisive(_ event: LeadAssigned) -> AccountStatement {
        for case .assignmentEnded(let ended) in events
        where ended.leadID == event.leadID && ended.cause == event.cause {
            let names: [AccountStatement.Name: AccountStatement.Value] = [
                .partner: .text(event.partnerID), .former: .text(ended.partnerID),
            ]
            if event.cause == .partnerAbsent { return .init(.byDeputy, names) }
            if event.cause == .partnersMerged { return .init(.bySuccession, names) }
        }
        return .init(.decisiveUnrecorded)
    }

    /// The first offer of a round: whom the lead was offered, and by what.
    func offered(_ event: OfferMade) -> [AccountStatement] {
        // How many were asked, not who: nobody has the lead yet, and a person is told of whoever had it.
        let asked = max(events.count { other in
            if case .offerMade(let other) = other { other.leadID == event.leadID } else { false }
        }, 1)
        let account = event.evaluation.map { Evaluated($0, policy: policy) }
        return [
            cause(event.cause), .init(.offered, [.lead: .text(event.leadID), .count: .count(asked)]),
        ] + (account?.ground ?? [])
    }

    func supposed(_ event: ShadowDecided) -> [AccountStatement] {
        let names: [AccountStatement.Name: AccountStatement.Value] = [
            .lead: .text(event.leadID), .partner: .text(event.partnerID),
        ]
        guard let summary = event.evaluation else {
            let kind: AccountStatement.Kind = event.partnerID.isEmpty ? .wouldAskHuman : .wouldAssign
            return [.init(kind, names), .init(.hadNoEffect), .init(.nobodyEvaluated)]
        }
        let account = Evaluated(summary, policy: policy)
        if !event.partnerID.isEmpty {
            return [.init(.wouldAssign, names), .init(.hadNoEffect)] + account.ground
                + account.choice(of: event.partnerID)
        }
        // A choice was made, and a rule of the policy would have kept it for a human.
        let kind: AccountStatement.Kind = summary.basis == .none ? .wouldAskHuman : .wouldAskHumanByRule
        return [.init(kind, names), .init(.hadNoEffect)] + account.ground
    }

    func escalated(_ event: LeadEscalated) -> (DecisionMaker, [AccountStatement]) {
        var statements = before(event.leadID)
        statements.append(.init(.toHuman, [.lead: .text(event.leadID), .queue: .text(event.queue)]))
        statements.append(.init(reason(event.reason)))
        let asked = event.reason == .processingRestricted && isRestriction
        guard let summary = event.evaluation else {
            return (asked ? .request : .leadline, statements + [.init(.nobodyEvaluated)])
        }
        let account = Evaluated(summary, policy: policy)
        statements += account.ground
        if event.suggestedPartnerID.isEmpty {
            statements.append(.init(.notSuggested))
        } else {
            statements.append(.init(.suggested, [.partner: .text(event.suggestedPartnerID)]))
            if summary.basis != .none { statements += account.choice(of: event.suggestedPartnerID) }
        }
        return (.leadline, statements)
    }

    func closed(_ event: LeadClosed) -> (DecisionMaker, [AccountStatement]) {
        let names: [AccountStatement.Name: AccountStatement.Value] = [
            .lead: .text(event.leadID), .partner: .text(event.partnerID),
        ]
        switch event.reason {
        case .won: return (.partner, [.init(.won, names)])
        case .lost: return isDeadline ? (.leadline, [.init(.lostByTime, names)]) : (.partner, [.init(.lost, names)])
        case .withdrawn:
            return input.imported && !isWithdrawal
                ? (.history, [.init(.endedElsewhere, names)]) : (.request, [.init(.withdrawn, names)])
        case .human: return (.human, [.init(.closedByHuman, names), .init(.humanReasonsElsewhere)])
        case .objected: return (.request, [.init(.objected, names)])
        case .erased: return (.request, [.init(.erased, names)])
        }
    }

    // MARK: What led to it

    private func agreed(_ event: LeadAssigned) -> [AccountStatement] {
        event.offerID.isEmpty ? [] : [.init(.agreed, [.lead: .text(event.leadID), .partner: .text(event.partnerID)])]
    }

    private func cause(_ cause: RoutingCause) -> AccountStatement {
        switch cause {
        case .submitted: .init(.onArrival)
        case .expired: .init(.afterDeadline)
        case .declined: .init(.afterRefusal)
        case .partnerPaused: .init(.afterPause)
        case .partnerRemoved: .init(.afterRemoval)
        case .partnerSuspended: .init(.afterSuspension)
        case .returned: .init(.afterReturn)
        case .unlinked: .init(.afterUnlinking)
        case .linked: .init(.afterLinking)
        case .human: .init(.sentBackByHuman)
        case .imported: .init(.historyUnknown)
        case .resumed: .init(.afterRestriction)
        case .offeredAgain: .init(.afterWaiting)
        case .answeredInTime: .init(.afterLateAnswer)
        case .ruleBroken: .init(.afterRuleBreak)
        case .partnerAbsent: .init(.afterAbsence)
        case .partnersMerged: .init(.afterMerger)
        }
    }

    /// What took the lead from the partner before; nothing where nobody held it.
    private func before(_ leadID: String) -> [AccountStatement] {
        for event in events {
            switch event {
            case .assignmentExpired(let ended) where ended.leadID == leadID: return [cause(.expired)]
            case .assignmentEnded(let ended) where ended.leadID == leadID: return [cause(ended.cause)]
            default: continue
            }
        }
        if case .humanDecisionRecorded = input.fact { return [cause(.human)] }
        if case .leadsUnlinked = input.fact { return [cause(.unlinked)] }
        return []
    }

    private func reason(_ reason: EscalationReason) -> AccountStatement.Kind {
        switch reason {
        case .noPolicy: .noPolicy
        case .noPartners: .noPartners
        case .noEligiblePartner: .noEligiblePartner
        case .attemptsExhausted: .attemptsExhausted
        case .ownerAtCap: .ownerAtCap
        case .currencyUnknown: .currencyUnknown
        case .processingRestricted: isRestriction ? .restrictedOnRequest : .restrictedBefore
        case .reviewRequired: .reviewRequired
        case .lawfulBasisMissing: .lawfulBasisMissing
        case .unanswered: .unanswered
        case .shadow: .shadow
        case .everyoneAway: .everyoneAway
        case .placesReserved: .placesReserved
        case .personObjected: .objectedBefore
        case .addressSuppressed: .addressSuppressed
        case .sourceQuality: .sourceQuality
        case .negotiationFailed: .noAgreement
        case .agreementToApprove: .agreementToApprove
        case .pastPartnerUnknown: .pastPartnerUnknown
        case .holderIneligible: .holderIneligible
        case .heldForWork: .heldForWork
        }
    }

    private var isRestriction: Bool { if case .processingRestricted = input.fact { true } else { false } }
    private var isWithdrawal: Bool { if case .leadWithdrawn = input.fact { true } else { false } }
    private var isDeadline: Bool { if case .timeAdvanced = input.fact { true } else { false } }
}
