import LeadlineCore

extension Event {
    /// The event as tables write it: everything it says but its evaluation.
    var text: String {
        switch self {
        case .leadAssigned(let e):
            "assigned \(e.leadID) to \(e.partnerID), attempt \(e.attempt), \(e.cause)"
                + (e.respondBy.map { ", due \(Moment.text($0))" } ?? "")
                + e.reminders.map { ", reminder \(Moment.text($0))" }.joined()
                + (e.serviceLevel.isEmpty ? "" : ", \(e.serviceLevel)") + (e.terms.map { ", agreed\($0.text)" } ?? "")
        case .shadowDecided(let e):
            "shadow \(e.leadID) to \(e.partnerID.isEmpty ? "nobody" : e.partnerID)"
        case .assignmentExpired(let e):
            "expired \(e.leadID) at \(e.partnerID), attempt \(e.attempt), due \(Moment.text(e.respondBy))"
        case .assignmentEnded(let e): "ended \(e.leadID) at \(e.partnerID), attempt \(e.attempt), \(e.cause)"
        case .firstResponseMet(let e):
            "responded \(e.leadID) by \(e.partnerID) after \(e.elapsedMicros / Timestamp.microsPerMinute)"
        case .leadEscalated(let e):
            "escalated \(e.leadID) to \(e.queue), \(e.reason)"
                + (e.suggestedPartnerID.isEmpty ? "" : ", suggests \(e.suggestedPartnerID)")
                + (e.movesOn.map { ", moves on \(Moment.text($0))" } ?? "")
        case .leadClosed(let e):
            "closed \(e.leadID) at \(e.partnerID.isEmpty ? "nobody" : e.partnerID), \(e.reason)"
                + (e.amountMinorUnits == 0 ? "" : ", \(e.amountMinorUnits)") + (e.learned ? ", learned" : "")
        case .leadMerged(let e): "merged \(e.leadID) into \(e.intoLeadID), \(e.sameID ? "same id" : "same person")"
        case .outcomeWaiting(let e): "waiting for \(e.leadID) until \(Moment.text(e.until))"
        case .outcomeUnmatched(let e): "unmatched \(e.leadID) from \(e.waitingPosition)"
        case .inputDisregarded(let e): "disregarded \(e.subject.isEmpty ? "-" : e.subject), \(e.reason)"
        case .reviewOpened(let e): "review opened \(e.leadID) at \(e.partnerID.isEmpty ? "nobody" : e.partnerID)"
        case .reviewResolved(let e): "review resolved \(e.leadID), \(e.overridden ? "overridden" : "upheld")"
        case .retentionApplied(let e): "\(e.leadID) kept \(e.keptDays) days, \(e.category), closed \(Moment.text(e.closedAt))"
        case .rightRecorded(let e): "recorded \(e.right) by \(e.leadID) for \(e.subjects.count)"
        case .recipientInformed(let e): "told \(e.partnerID) about \(e.leadID), \(e.right)"
        case .claimChanged(let e):
            "claim \(e.claimID) of \(e.partnerID)\(e.leadID.isEmpty ? "" : " by \(e.leadID)") \(e.status), \(e.reason)"
                + (e.conflictingPartnerID.isEmpty ? "" : " \(e.conflictingPartnerID)")
                + (e.until.map { ", until \(Moment.text($0))" } ?? "")
        case .partnerSuspended(let e):
            "suspended \(e.partnerID) until \(Moment.text(e.until)), \(e.missedDeadlines) in \(e.withinDays)"
        case .partnerReinstated(let e): "reinstated \(e.partnerID)\(e.byVendor ? " by vendor" : e.answeredInTime ? " in time" : "")"
        case .personLinkChanged(let e):
            "\(e.isLinked ? "linked" : "unlinked") \(e.leadID), \(e.subject.low) with \(e.linkedSubject.low)"
                + (e.isInferred ? ", inferred" : "")
        case .leadLinkChanged(let e):
            "\(e.linked ? "linked" : "unlinked") \(e.leadID)\(e.otherLeadID.isEmpty ? "" : " and \(e.otherLeadID)"), \(e.link)"
        case .reminderDue(let e):
            "reminded \(e.partnerID) of \(e.leadID), due \(Moment.text(e.respondBy))"
                + (e.reminders > 1 ? ", \(e.reminder) of \(e.reminders)" : "")
        case .returnChanged(let e):
            "return of \(e.leadID) by \(e.partnerID), \(e.reasonID.isEmpty ? "" : "\(e.reasonID) ")\(e.meaning), \(e.status)"
                + (e.until.map { " until \(Moment.text($0))" } ?? "")
                + (e.creditsMax > 0 ? ", \(e.creditsUsed) of \(e.creditsMax)" : "")
        case .offerMade(let e):
            "offered \(e.leadID) to \(e.partnerID), round \(e.round), until \(Moment.text(e.answerBy))\(e.terms.text), \(e.cause)"
        case .offerClosed(let e):
            "offer of \(e.leadID) to \(e.partnerID) \(e.status)\(e.reason == .unspecified ? "" : ", \(e.reason)")"
                + (e.terms?.text ?? "")
        case .commissionReversed(let e): "reversed \(e.leadID) of \(e.partnerID), \(e.amountMinorUnits) at \(e.rateBasisPoints)"
        case .answerCredited(let e):
            "credited \(e.leadID) to \(e.partnerID), \(e.elapsedMicros / Timestamp.microsPerMinute) min, due \(Moment.text(e.respondBy))"
        case .starvationAnnounced(let e):
            "starving \(e.partnerID): \(e.kind), \(e.cause)\(e.rule.isEmpty ? "" : " \(e.rule)"), since \(Moment.text(e.since))"
                + (e.until.map { " until \(Moment.text($0))" } ?? "") + ", \(e.leads) of \(e.of)"
                + (e.ofValueMinorUnits == 0 ? "" : ", worth \(e.valueMinorUnits) of \(e.ofValueMinorUnits)")
                + ", \(e.leadsSo) of \(e.leadsLookedAt) leads"
        case .holderIneligible(let e): "ineligible \(e.leadID) at \(e.partnerID): \(e.rule), \(e.cause), \(e.response)"
        case .commissionAccrued(let e):
            "commission \(e.leadID) to \(e.partnerID), \(e.amountMinorUnits) at \(e.rateBasisPoints)"
                + (e.shareBasisPoints > 0 ? ", share \(e.shareBasisPoints)" : "")
                + (e.reversibleUntil.map { ", until \(Moment.text($0))" } ?? "")
        }
    }
}

extension OfferTerms {
    var text: String {
        ", promise \(promiseMinutes)" + (commissionBasisPoints.map { ", \($0) bp" } ?? "")
            + enrichment.map { ", with \($0)" }.joined()
    }
}
