import LeadlineCore
import LeadlineSchemas

/// Facts and events as a partner manager would say them, without personal data.
enum TimelineText {
    /// What came in.
    static func of(_ fact: Fact, imported: Bool = false) -> String {
        switch fact {
        case .programRegistered(let fact): "program registered, counting in \(fact.currency)"
        case .policyPublished(let fact): "policy \(fact.policy.name.isEmpty ? "without a name" : fact.policy.name) published, version \(fact.version.prefix(12))"
        case .reviewRequested(let fact): "review of \(fact.leadID) asked for"
        case .humanDecisionRecorded(let fact): "a human decided about \(fact.leadID): \(human(fact.decision))"
        case .processingRestricted(let fact): "the person behind \(fact.leadID) asked to restrict processing"
        case .processingObjected(let fact): "the person behind \(fact.leadID) objected to the processing"
        case .erasureRequested(let fact): "the person behind \(fact.leadID) asked to be forgotten"
        case .segmentArchived(let fact):
            "entries \(fact.firstPosition) to \(fact.nextPosition - min(fact.nextPosition, 1)) archived\(fact.archivedBy.isEmpty ? "" : " by \(fact.archivedBy)")"
        case .partnerUpserted(let fact): "profile of \(fact.partnerID)"
        case .partnerCapacitySet(let fact): "capacity of \(fact.partnerID) set"
        case .partnerPaused(let fact): "\(fact.partnerID) paused"
        case .partnerResumed(let fact): "\(fact.partnerID) resumed"
        case .partnerRemoved(let fact): "\(fact.partnerID) removed"
        case .partnerAbsenceSet(let fact): "\(fact.partnerID) away from \(TimeText.local(fact.from)) until \(TimeText.local(fact.until))"
        case .partnerAbsenceCancelled(let fact): "absence \(fact.absenceID) of \(fact.partnerID) called off"
        case .partnerCommissionTermsSet(let fact): "commission of \(fact.partnerID) set to \(percent(fact.rateBasisPoints))"
        case .intentObserved(let fact): "an account shows interest in \(fact.topic), \(fact.strengthPercent) %"
        case .firmographicsObserved: "firmographics of an account"
        case .technographicsObserved(let fact): "technologies of an account: \(fact.technologies.joined(separator: ", "))"
        case .leadAccepted(let fact): "\(fact.partnerID) accepted \(fact.leadID)"
        case .leadDeclined(let fact): "\(fact.partnerID) declined \(fact.leadID)\(refusal(fact.reason))"
        case .firstResponseRecorded(let fact): "\(fact.partnerID) got in touch about \(fact.leadID)\(fact.channel.isEmpty ? "" : " by \(fact.channel)")"
        case .dealStageChanged(let fact): "\(fact.partnerID) moved \(fact.leadID) to stage \(fact.stage)"
        case .dealWon(let fact):
            "\(fact.partnerID) won \(fact.leadID)" + (fact.amount.map { " for \(MoneyText.of($0.minorUnits, $0.currency, short: true))" } ?? "")
        case .dealLost(let fact): "\(fact.partnerID) lost \(fact.leadID)\(refusal(fact.reason))"
        case .leadSubmitted(let fact): "lead \(fact.leadID) came in\(imported ? " (history)" : "")"
        case .leadUpdated(let fact): "facts about \(fact.leadID) changed"
        case .leadWithdrawn(let fact): "\(fact.leadID) withdrawn"
        case .timeAdvanced(let through): "time passed \(TimeText.local(through))"
        case .duplicateReceived: "a producer repeated itself; nothing changed"
        case .logicVersionAdopted(let version): "logic version \(version) adopted"
        }
    }

    /// What Leadline did about it.
    static func of(_ event: Event, currency: String) -> String {
        switch event {
        case .leadAssigned(let event):
            "\(event.leadID) assigned to \(event.partnerID), attempt \(event.attempt), \(cause(event.cause))"
                + (event.respondBy.map { ", respond by \(TimeText.local($0))" } ?? "")
        case .shadowDecided(let event):
            "Leadline would have \(event.partnerID.isEmpty ? "asked a human" : "chosen \(event.partnerID)") for \(event.leadID)"
        case .assignmentExpired(let event):
            "\(event.leadID) taken back from \(event.partnerID): no response by \(TimeText.local(event.respondBy))"
        case .assignmentEnded(let event): "\(event.leadID) taken back from \(event.partnerID): \(cause(event.cause))"
        case .firstResponseMet(let event):
            "\(event.partnerID) responded to \(event.leadID) after \(TimeText.duration(micros: event.elapsedMicros))"
        case .leadEscalated(let event): "\(event.leadID) escalated to \(event.queue): \(escalation(event.reason))"
        case .leadClosed(let event):
            "\(event.leadID) closed: \(event.reason)\(event.partnerID.isEmpty ? "" : " at \(event.partnerID)")"
                + (event.amountMinorUnits > 0 ? ", \(MoneyText.of(event.amountMinorUnits, currency, short: true))" : "")
        case .leadMerged(let event):
            event.sameID ? "\(event.leadID) came before; the first one stands" : "\(event.leadID) is the same as \(event.intoLeadID)"
        case .outcomeWaiting(let event): "the outcome waits for \(event.leadID) until \(TimeText.local(event.until))"
        case .outcomeUnmatched(let event): "an outcome for \(event.leadID) waited in vain; it is in the dead letters"
        case .inputDisregarded(let event): "nothing changed: \(disregard(event.reason))"
        case .reviewOpened(let event): "review of \(event.leadID) opened"
        case .reviewResolved(let event): "review of \(event.leadID) closed, \(event.overridden ? "overridden" : "upheld")"
        case .commissionAccrued(let event):
            "\(event.partnerID) earned \(MoneyText.of(event.amountMinorUnits, currency)) commission at \(percent(event.rateBasisPoints))"
        case .retentionApplied(let event):
            event.category == .deadLetter ? "the policy has the keys of rejected records from before \(TimeText.local(event.closedAt)) destroyed"
                : "\(event.leadID) was closed \(event.keptDays) days ago, so the policy has the person's key destroyed"
        case .reminderDue(let event):
            "\(event.partnerID) reminded of \(event.leadID), due by \(TimeText.local(event.respondBy))"
        }
    }

    private static func human(_ decision: HumanDecisionRecorded.Decision) -> String {
        switch decision {
        case .assign(let partner): "give it to \(partner)"
        case .uphold: "leave it as it is"
        case .close: "close it"
        case .reroute: "route it again"
        }
    }

    private static func cause(_ cause: RoutingCause) -> String {
        switch cause {
        case .submitted: "on arrival"
        case .expired: "no response in time"
        case .declined: "it declined"
        case .partnerPaused: "it was paused"
        case .partnerRemoved: "it left"
        case .human: "a human said so"
        case .imported: "as history has it"
        }
    }

    private static func escalation(_ reason: EscalationReason) -> String {
        switch reason {
        case .noPolicy: "the program has no policy"
        case .noPartners: "the program has no partners"
        case .noEligiblePartner: "every partner is out"
        case .attemptsExhausted: "attempts ran out"
        case .ownerAtCap: "the owner of the account is at its cap"
        case .currencyUnknown: "the policy has no rate for the lead's currency"
        case .processingRestricted: "processing is restricted"
        case .reviewRequired: "the policy wants a human to decide"
        case .lawfulBasisMissing: "no lawful basis that the policy accepts"
        case .unanswered: "nobody took it out of the queue before"
        case .shadow: "the policy only says what it would do"
        case .everyoneAway: "everyone is away"
        case .placesReserved: "the last places are worth more to leads expected"
        }
    }

    private static func disregard(_ reason: DisregardReason) -> String {
        switch reason {
        case .notTheHolder: "another partner holds the lead, or none"
        case .leadClosed: "the lead has ended"
        case .noChange: "it is so already"
        case .leadUnknown: "no such lead"
        case .partnerUnknown: "no such partner"
        case .notEligible: "a cap or a hard rule stands against it"
        case .tooManyWaiting: "too many outcomes wait"
        case .alreadyRegistered: "the program is registered already"
        }
    }

    private static func refusal(_ reason: RefusalReason) -> String { reason == .unspecified ? "" : ": \(reason)" }

    private static func percent(_ basisPoints: UInt32) -> String { "\(Double(basisPoints) / 100) %" }
}
