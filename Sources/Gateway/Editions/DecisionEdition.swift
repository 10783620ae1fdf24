import Engine
import LeadlineCore
import LeadlineSchemas
import Reports

/// What the bearer of a grant is shown of decisions and leads: the one place that says so, for every face.
///
/// Vendor roles see all. A partner sees what was decided about itself, without anything that tells of others. A
/// producer sees that its leads were taken and where they stand.
enum Edition {
    /// A decision as a CloudEvent in JSON; nil if the bearer is not shown it.
    static func decision(_ decision: PublishedDecision, for grant: Grant) throws -> [UInt8]? {
        guard decision.program == grant.program, grant.role != .producer else { return nil }
        guard let partner = grant.partner else { return try decision.structuredJSON() }
        guard let data = try partnersData(decision.event(), partner) else { return nil }
        return Array(
            JSONText.object([
                ("specversion", #""1.0""#), ("id", JSONText.quoted(decision.id)),
                ("source", JSONText.quoted(decision.source)), ("type", JSONText.quoted(decision.type)),
                ("time", JSONText.quoted(TimeText.utc(decision.time))),
                ("subject", decision.subject.map(JSONText.quoted)),
                ("traceparent", decision.trace.map { JSONText.quoted($0.description) }),
                ("datacontenttype", #""application/json""#),
                ("data", data),
            ]).utf8)
    }

    /// A decision in a sentence, for those who are shown it.
    /// - Parameter time: how moments are written.
    static func sentence(
        _ decision: PublishedDecision, for grant: Grant, currency: String,
        time: @escaping @Sendable (Timestamp) -> String = { TimeText.utc($0) }
    ) throws -> String {
        let event = try decision.event()
        guard let partner = grant.partner else { return EventWords(currency: currency, time: time).sentence(event) }
        let words = PartnersStanding.sentence(event, partner, time) ?? "news of it; the decision says what"
        return (decision.subject.map { $0 + ": " } ?? "") + words
    }

    /// What an event says to the partner it is about; nil for any other event. Scores, prices, runners-up and whoever
    /// had the lead before are in none.
    private static func partnersData(_ event: Event, _ partner: String) -> String? {
        switch event {
        case .leadAssigned(let event) where event.partnerID == partner:
            data(
                event.leadID, partner,
                [
                    ("attempt", "\(event.attempt)"),
                    ("respondBy", event.respondBy.map { JSONText.quoted(TimeText.utc($0)) }),
                    ("serviceLevel", event.serviceLevel.isEmpty ? nil : JSONText.quoted(event.serviceLevel)),
                    ("offerId", event.offerID.isEmpty ? nil : JSONText.quoted(event.offerID)),
                    ("terms", event.terms.map(OfferJSON.terms)),
                ])
        case .offerMade(let event) where event.partnerID == partner:
            data(event.leadID, partner, OfferJSON.fields(event))
        case .offerClosed(let event) where event.partnerID == partner:
            data(
                event.leadID, partner,
                [
                    ("offerId", JSONText.quoted(event.offerID)), ("round", "\(event.round)"),
                    ("status", JSONText.quoted(OfferJSON.word(event.status))), ("terms", event.terms.map(OfferJSON.terms)),
                ])
        case .assignmentExpired(let event) where event.partnerID == partner:
            data(event.leadID, partner, [("attempt", "\(event.attempt)")])
        case .assignmentEnded(let event) where event.partnerID == partner:
            data(
                event.leadID, partner,
                [("attempt", "\(event.attempt)"), ("cause", JSONText.quoted(PartnersStanding.word(event.cause)))])
        case .firstResponseMet(let event) where event.partnerID == partner:
            data(event.leadID, partner, [("elapsedMillis", "\(event.elapsedMicros / 1_000)")])
        case .reminderDue(let event) where event.partnerID == partner:
            data(
                event.leadID, partner,
                [
                    ("respondBy", JSONText.quoted(TimeText.utc(event.respondBy))),
                    ("reminder", event.reminder == 0 ? nil : "\(event.reminder)"),
                    ("reminders", event.reminders == 0 ? nil : "\(event.reminders)"),
                ])
        case .leadClosed(let event) where event.partnerID == partner:
            data(event.leadID, partner, [("reason", JSONText.quoted("\(event.reason)"))])
        case .commissionAccrued(let event) where event.partnerID == partner:
            data(
                event.leadID, partner,
                [
                    ("amountMinorUnits", "\(event.amountMinorUnits)"), ("rateBasisPoints", "\(event.rateBasisPoints)"),
                    ("shareBasisPoints", event.shareBasisPoints == 0 ? nil : "\(event.shareBasisPoints)"),
                    ("reversibleUntil", event.reversibleUntil.map { JSONText.quoted(TimeText.utc($0)) }),
                ])
        case .commissionReversed(let event) where event.partnerID == partner:
            data(
                event.leadID, partner,
                [("amountMinorUnits", "\(event.amountMinorUnits)"), ("rateBasisPoints", "\(event.rateBasisPoints)")])
        case .answerCredited(let event) where event.partnerID == partner:
            data(
                event.leadID, partner,
                [
                    ("elapsedMillis", "\(event.elapsedMicros / 1_000)"),
                    ("respondBy", JSONText.quoted(TimeText.utc(event.respondBy))),
                ])
        case .claimChanged(let event) where event.partnerID == partner:
            data(
                event.leadID, partner,
                [
                    ("claimId", JSONText.quoted(event.claimID)), ("status", JSONText.quoted("\(event.status)")),
                    ("reason", JSONText.quoted(word(event.reason))),
                    ("until", event.until.map { JSONText.quoted(TimeText.utc($0)) }),
                ])
        case .partnerSuspended(let event) where event.partnerID == partner:
            data(
                "", partner,
                [
                    ("until", JSONText.quoted(TimeText.utc(event.until))),
                    ("missedDeadlines", "\(event.missedDeadlines)"), ("withinDays", "\(event.withinDays)"),
                ])
        case .partnerReinstated(let event) where event.partnerID == partner: data("", partner, [])
        case .returnChanged(let event) where event.partnerID == partner:
            data(
                event.leadID, partner,
                [
                    ("reasonId", event.reasonID.isEmpty ? nil : JSONText.quoted(event.reasonID)),
                    ("meaning", JSONText.quoted("\(event.meaning)")), ("status", JSONText.quoted("\(event.status)")),
                    ("until", event.until.map { JSONText.quoted(TimeText.utc($0)) }),
                    ("creditsUsed", "\(event.creditsUsed)"), ("creditsMax", "\(event.creditsMax)"),
                ])
        case .recipientInformed(let event) where event.partnerID == partner:
            data(event.leadID, partner, [("right", JSONText.quoted("\(event.right)"))])
        default: nil
        }
    }

    /// Why a claim is where it is, as its partner is told: that somebody stands against it, and neither who nor how.
    private static func word(_ reason: ClaimReason) -> String {
        switch reason {
        case .heldByAnother, .claimedByAnother, .anotherApproved: "held"
        default: "\(reason)"
        }
    }

    private static func data(_ lead: String, _ partner: String, _ more: [(name: String, json: String?)]) -> String {
        JSONText.object(
            [("leadId", lead.isEmpty ? nil : JSONText.quoted(lead)), ("partnerId", JSONText.quoted(partner))] + more)
    }
}
