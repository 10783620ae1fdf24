public import LeadlineCore

/// What Leadline did, as a partner manager would say it: one sentence for each kind of event, without personal data,
/// wherever the event is shown.
public struct EventWords: Sendable {
    private let currency: String
    private let time: @Sendable (Timestamp) -> String

    /// - Parameters:
    ///   - currency: the program's.
    ///   - time: how moments are written.
    public init(currency: String, time: @escaping @Sendable (Timestamp) -> String = { TimeText.utc($0) }) {
        self.currency = currency
        self.time = time
    }

    /// The event in a sentence without a full stop.
    public func sentence(_ event: Event) -> String {
        switch event {
        case .leadAssigned(let event):
            "\(event.leadID) assigned to \(event.partnerID), attempt \(event.attempt), \(DecisionReasonWords.cause(event.cause))"
                + (event.respondBy.map { ", respond by \(time($0))" } ?? "")
                + (event.terms.map { ", agreed: \(DecisionReasonWords.terms($0))" } ?? "")
        case .shadowDecided(let event):
            "Leadline would have \(event.partnerID.isEmpty ? "asked a human" : "chosen \(event.partnerID)") for \(event.leadID)"
        case .assignmentExpired(let event):
            "\(event.leadID) taken back from \(event.partnerID): no response by \(time(event.respondBy))"
        case .assignmentEnded(let event):
            "\(event.leadID) taken back from \(event.partnerID): \(DecisionReasonWords.cause(event.cause))"
        case .firstResponseMet(let event):
            "\(event.partnerID) responded to \(event.leadID) after \(TimeText.duration(micros: event.elapsedMicros))"
        case .leadEscalated(let event):
            "\(event.leadID) escalated to \(event.queue): \(DecisionReasonWords.escalation(event.reason))"
                + (event.suggestedPartnerID.isEmpty ? "" : "; suggested partner \(event.suggestedPartnerID)")
        case .leadClosed(let event): closed(event)
        case .leadMerged(let event):
            event.sameID
                ? "\(event.leadID) was submitted before; the first submission stands"
                : "\(event.leadID) is the same as \(event.intoLeadID) and was merged into it"
        case .outcomeWaiting(let event): "the outcome waits for \(event.leadID) until \(time(event.until))"
        case .outcomeUnmatched(let event):
            "the lead \(event.leadID) never came; the outcome that waited for it is in the dead letters"
        case .inputDisregarded(let event):
            "nothing changed\(event.subject.isEmpty ? "" : " for \(event.subject)"): \(DecisionReasonWords.disregard(event.reason))"
        case .reviewOpened(let event): "review of \(event.leadID) opened"
        case .reviewResolved(let event):
            "review of \(event.leadID) closed: decision \(event.overridden ? "overridden" : "upheld")"
        case .commissionAccrued(let event):
            "\(event.partnerID) earned \(MoneyText.exact(event.amountMinorUnits, currency)) commission on \(event.leadID), "
                + NumberText.percent(basisPoints: event.rateBasisPoints)
                + (event.shareBasisPoints == 0
                    ? "" : ", as its share of \(NumberText.percent(basisPoints: event.shareBasisPoints))")
                + (event.reversibleUntil.map { "; it stands after \(time($0))" } ?? "")
        case .commissionReversed(let event):
            "\(event.partnerID) gives back \(MoneyText.exact(event.amountMinorUnits, currency)) commission on \(event.leadID)"
        case .answerCredited(let event):
            "\(event.partnerID) had answered \(event.leadID) in time, within \(TimeText.duration(micros: event.elapsedMicros)): the deadline of \(time(event.respondBy)) counts as met"
        case .retentionApplied(let event): retained(event)
        case .rightRecorded(let event): "person behind \(event.leadID): \(DecisionReasonWords.right(event.right))"
        case .recipientInformed(let event):
            "\(event.partnerID) told about \(event.leadID): \(DecisionReasonWords.right(event.right))"
        case .personLinkChanged(let event): linked(event)
        case .leadLinkChanged(let event): linked(event)
        case .claimChanged(let event): claimed(event)
        case .partnerSuspended(let event):
            "\(event.partnerID) suspended until \(time(event.until)): "
                + "\(CountText.of(event.missedDeadlines, "deadline")) missed within \(CountText.of(event.withinDays, "day"))"
        case .partnerReinstated(let event):
            "\(event.partnerID) gets leads again"
                + (event.byVendor ? ", as the vendor said" : event.answeredInTime ? ", as a deadline counts as met" : "")
        case .starvationAnnounced(let event): starved(event)
        case .holderIneligible(let event):
            "\(event.leadID) is at \(event.partnerID) against the hard rule \(event.rule) since "
                + "\(DecisionReasonWords.changed(event.cause)) changed: \(DecisionReasonWords.response(event.response))"
        case .reminderDue(let event):
            "\(event.partnerID) reminded of \(event.leadID), "
                + (event.reminders > 1 ? "\(event.reminder) of \(event.reminders), " : "")
                + "response due by \(time(event.respondBy))"
        case .returnChanged(let event): handedBack(event)
        case .offerMade(let event):
            "\(event.leadID) offered to \(event.partnerID) in round \(event.round), until \(time(event.answerBy)): "
                + DecisionReasonWords.terms(event.terms)
        case .offerClosed(let event): closed(event)
        }
    }

    /// What was announced of a partner, without the cause: "p1 has got no lead since ...".
    func announced(_ event: StarvationAnnounced) -> String {
        let counted = CountText.of(event.leads, "lead")
        let value = event.ofValueMinorUnits == 0 ? "" : ", worth \(MoneyText.exact(event.valueMinorUnits, currency, short: true)) of "
            + MoneyText.exact(event.ofValueMinorUnits, currency, short: true)
        let fact =
            switch event.kind {
            case .floor: "is about to miss its floor, \(counted) of \(CountText.grouped(event.of))\(value)"
            case .idle: "has got no lead since \(time(event.since))"
            case .share: "took \(counted) of \(CountText.grouped(event.of)) since \(time(event.since))"
            }
        return "\(event.partnerID) \(fact)\(event.until.map { " until \(time($0))" } ?? "")"
    }

    private func starved(_ event: StarvationAnnounced) -> String {
        let whom = event.kind == .share ? "what kept the others" : "what kept it"
        let rule = event.rule.isEmpty ? "" : " (\(event.rule))"
        let share = event.leadsLookedAt == 0 ? "" : ", of \(event.leadsSo) of \(CountText.of(event.leadsLookedAt, "lead"))"
        return "\(announced(event)); \(whom): "
            + "\(DecisionReasonWords.starvation(event.cause))\(rule)\(share); what would help: \(DecisionReasonWords.remedy(event.cause))"
    }

    private func closed(_ event: OfferClosed) -> String {
        "offer of \(event.leadID) to \(event.partnerID) \(DecisionReasonWords.offer(event.status))"
            + (DecisionReasonWords.refusal(event.reason).map { ": \($0)" } ?? "")
            + (event.terms.map { ": " + DecisionReasonWords.terms($0) } ?? "")
    }

    private func closed(_ event: LeadClosed) -> String {
        "\(event.leadID) closed: \(DecisionReasonWords.closing(event.reason))"
            + (event.partnerID.isEmpty ? "" : " at \(event.partnerID)")
            + (event.amountMinorUnits != 0 ? ", \(MoneyText.exact(event.amountMinorUnits, currency, short: true))" : "")
            + (event.rate.map { " at \(RateWords(time: time).rate($0))" } ?? "")
    }

    private func linked(_ event: PersonLinkChanged) -> String {
        "person behind \(event.leadID) "
            + (event.isLinked ? "is the same as another" : "is no longer taken for the same as another")
            + (event.isInferred && event.isLinked ? ", by an address of the lead" : ", as somebody stated")
    }

    private func linked(_ event: LeadLinkChanged) -> String {
        let other = event.otherLeadID
        switch event.link {
        case .sameEnquiry:
            return "\(event.leadID) "
                + (event.linked
                    ? "taken for the same enquiry as \(other)" : "told apart from \(other): an enquiry of its own")
        case .sameCompany:
            return "\(event.leadID) "
                + (event.linked ? "counts for its company again" : "counts for its company no longer")
                + (other.isEmpty ? "" : ", of which \(other) is")
        }
    }

    private func claimed(_ event: ClaimChanged) -> String {
        "claim \(event.claimID) of \(event.partnerID)\(event.leadID.isEmpty ? "" : " by \(event.leadID)") "
            + "\(DecisionReasonWords.claim(event.status)): \(DecisionReasonWords.claim(event.reason))"
            + (event.conflictingPartnerID.isEmpty ? "" : " (\(event.conflictingPartnerID))")
            + (event.until.map { ", until \(time($0))" } ?? "")
    }

    private func handedBack(_ event: ReturnChanged) -> String {
        let words = DecisionReasonWords.refusal(event.meaning) ?? "no reason"
        let reason = event.reasonID.isEmpty ? words : "\(event.reasonID) (\(words))"
        return "return of \(event.leadID) by \(event.partnerID), \(reason): \(DecisionReasonWords.handedBack(event.status))"
            + (event.until.map { ", until \(time($0))" } ?? "")
            + (event.creditsMax > 0 ? "; \(event.creditsUsed) of \(CountText.of(event.creditsMax, "credit")) used" : "")
    }

    private func retained(_ event: RetentionApplied) -> String {
        let kept = "kept for \(CountText.of(event.keptDays, "day")) as the policy says"
        return event.category == .deadLetter
            ? "keys of \(DecisionReasonWords.retention(event.category)) from before \(time(event.closedAt)) destroyed, \(kept)"
            : "key of the person behind \(event.leadID) destroyed, \(kept) of \(DecisionReasonWords.retention(event.category))"
    }

    /// All events of an entry, one after another.
    public func sentences(_ events: [Event]) -> String {
        events.isEmpty ? "nothing" : events.map(sentence).joined(separator: "; ")
    }

    /// The same with everything in which two decisions about one input may differ.
    public func compared(_ events: [Event]) -> String {
        events.isEmpty ? "nothing" : events.map { sentence($0) + detail($0) }.joined(separator: "; ")
    }

    private func detail(_ event: Event) -> String {
        switch event {
        case .leadAssigned(let event):
            event.reminders.map { ", reminder \(time($0))" }.joined()
                + (event.serviceLevel.isEmpty ? "" : ", service level \(event.serviceLevel)")
                + summary(event.evaluation)
        case .shadowDecided(let event): summary(event.evaluation)
        case .assignmentExpired(let event): ", attempt \(event.attempt)"
        case .assignmentEnded(let event): ", attempt \(event.attempt)"
        case .leadEscalated(let event):
            (event.movesOn.map { ", moves on \(time($0))" } ?? "") + summary(event.evaluation)
        case .leadClosed(let event): event.learned ? ", learned" : ""
        case .offerMade(let event): summary(event.evaluation)
        case .outcomeUnmatched(let event): ", position \(event.waitingPosition)"
        default: ""
        }
    }

    private func summary(_ evaluation: EvaluationSummary?) -> String {
        guard let evaluation else { return "" }
        return ", evaluation \(evaluation.digest) of \(CountText.of(evaluation.scored, "candidate"))"
            + (evaluation.best.first.map { ", best \($0.partnerID) at \(NumberText.short($0.score)) minor units" } ?? "")
    }
}
