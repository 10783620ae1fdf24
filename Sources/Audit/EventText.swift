import Engine
public import LeadlineCore

/// Events in one line of words, for people who compare what was recorded with what was decided again.
public enum EventText {
    /// What the event says, its evaluation in short.
    public static func line(_ event: Event) -> String {
        switch event {
        case .leadAssigned(let event):
            "lead \(event.leadID) assigned to \(event.partnerID), attempt \(event.attempt), cause \(event.cause)"
                + (event.respondBy.map { ", respond by \(RFC3339.format($0))" } ?? "")
                + (event.remindAt.map { ", reminder \(RFC3339.format($0))" } ?? "")
                + (event.serviceLevel.isEmpty ? "" : ", service level \(event.serviceLevel)") + summary(event.evaluation)
        case .shadowDecided(let event):
            "lead \(event.leadID) would have gone to \(named(event.partnerID))" + summary(event.evaluation)
        case .assignmentExpired(let event):
            "assignment of \(event.leadID) to \(event.partnerID) expired, attempt \(event.attempt), due \(RFC3339.format(event.respondBy))"
        case .assignmentEnded(let event):
            "assignment of \(event.leadID) to \(event.partnerID) ended, attempt \(event.attempt), cause \(event.cause)"
        case .firstResponseMet(let event):
            "\(event.partnerID) responded to \(event.leadID) after \(event.elapsedMicros / 1_000_000) s"
        case .leadEscalated(let event):
            "lead \(event.leadID) escalated to \(event.queue), reason \(event.reason)"
                + (event.suggestedPartnerID.isEmpty ? "" : ", suggested \(event.suggestedPartnerID)")
                + (event.movesOn.map { ", moves on \(RFC3339.format($0))" } ?? "") + summary(event.evaluation)
        case .leadClosed(let event):
            "lead \(event.leadID) closed at \(named(event.partnerID)), reason \(event.reason), amount \(event.amountMinorUnits)"
                + (event.learned ? ", learned" : "")
        case .leadMerged(let event): "lead \(event.leadID) merged into \(event.intoLeadID)"
        case .outcomeWaiting(let event): "an outcome waits for lead \(event.leadID) until \(RFC3339.format(event.until))"
        case .outcomeUnmatched(let event): "an outcome for \(event.leadID) from position \(event.waitingPosition) waited in vain"
        case .inputDisregarded(let event): "disregarded for \(event.subject.isEmpty ? "the program" : event.subject), reason \(event.reason)"
        case .reviewOpened(let event): "review of \(event.leadID) opened"
        case .reviewResolved(let event): "review of \(event.leadID) resolved, \(event.overridden ? "overridden" : "upheld")"
        case .commissionAccrued(let event):
            "commission of \(event.amountMinorUnits) accrued to \(event.partnerID) for \(event.leadID) at \(event.rateBasisPoints) bp"
        case .retentionApplied(let event):
            event.category == .deadLetter ? "keys of rejected records from before \(RFC3339.format(event.closedAt)) destroyed, kept \(event.keptDays) days"
                : "key of the person of \(event.leadID) destroyed, \(event.keptDays) days after closing (\(event.category), closed \(RFC3339.format(event.closedAt)))"
        case .reminderDue(let event):
            "\(event.partnerID) reminded of \(event.leadID), due \(RFC3339.format(event.respondBy))"
        }
    }

    /// All events of an entry; "nothing" if there are none.
    public static func line(_ events: [Event]) -> String {
        events.isEmpty ? "nothing" : events.map { line($0) }.joined(separator: "; ")
    }

    private static func named(_ partnerID: String) -> String { partnerID.isEmpty ? "nobody" : partnerID }

    private static func summary(_ evaluation: EvaluationSummary?) -> String {
        guard let evaluation else { return "" }
        return ", evaluation \(evaluation.digest) of \(evaluation.scored) candidates"
            + (evaluation.best.first.map { ", best \($0.partnerID) at \($0.score) minor units" } ?? "")
    }
}
