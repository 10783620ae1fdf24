import Audit
import Engine
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// A lead that the bearer may see, and what it is to the bearer.
struct VisibleLead: Sendable {
    let history: LeadHistory
    /// True if the bearer's partner holds it now.
    let isHeld: Bool
    /// True if it has accepted it, or answered, since it got it last.
    let isAccepted: Bool
}

extension Edition {
    /// A lead, if the bearer may see it.
    ///
    /// A lead of another program, one that is another's and one that never was go the same way and end in the same
    /// refusal.
    static func visible(_ lead: String, _ grant: Grant, _ deployment: Deployment, _ identities: Identities) throws
        -> VisibleLead
    {
        let history = try deployment.lead(lead, unseals: false)
        if let partner = grant.partner {
            let standing = PartnersStanding(history, partner)
            guard standing.wasOffered else { throw Refusal.nothingHere }
            return VisibleLead(
                history: history, isHeld: history.row.partnerID == partner && !standing.isGone,
                isAccepted: standing.isAccepted)
        }
        if grant.role == .producer, !sent(history, grant, identities) { throw Refusal.nothingHere }
        return VisibleLead(history: history, isHeld: false, isAccepted: false)
    }

    /// The sources that the bearer may send from, as the journal names them.
    static func tokens(_ grant: Grant, _ identities: Identities) -> Set<String> {
        Set((grant.sources + [grant.ownSource]).map { identities.sourceToken($0, program: grant.program) })
    }

    /// True if the lead came from a source that the bearer may send from.
    private static func sent(_ history: LeadHistory, _ grant: Grant, _ identities: Identities) -> Bool {
        let tokens = tokens(grant, identities)
        return history.steps.contains { step in
            guard case .leadSubmitted = step.entry.input.fact, let origin = step.entry.origin else { return false }
            return tokens.contains(origin.source)
        }
    }

    /// How a lead stands, in a line of a list.
    static func row(_ row: LeadRow, for grant: Grant) throws -> String {
        let document = LeadDocument(row)
        if grant.partner == nil && grant.role != .producer { return try JSONText.line(document) }
        let isOwn = grant.partner != nil && document.partner == grant.partner
        return JSONText.object([
            ("lead", JSONText.quoted(document.lead)),
            ("status", JSONText.quoted(grant.partner == nil || isOwn ? document.status : "elsewhere")),
            ("partner", isOwn ? document.partner.map(JSONText.quoted) : nil),
            ("valueMinorUnits", isOwn ? document.valueMinorUnits.map { "\($0)" } : nil),
            ("currency", isOwn ? document.currency.map(JSONText.quoted) : nil),
            ("country", isOwn ? document.country.map(JSONText.quoted) : nil),
            ("vertical", isOwn ? document.vertical.map(JSONText.quoted) : nil),
            ("submitted", JSONText.quoted(document.submitted)),
            ("changed", grant.partner == nil || isOwn ? JSONText.quoted(document.changed) : nil),
            ("respondBy", isOwn ? document.respondBy.map(JSONText.quoted) : nil),
        ])
    }

    /// A lead with its story: all of it, what concerns the partner, or none of it.
    static func story(_ lead: VisibleLead, for grant: Grant) throws -> String {
        let row = try row(lead.history.row, for: grant)
        if grant.role == .producer { return JSONText.object([("lead", row)]) }
        let steps = lead.history.steps.compactMap { step(of: $0.entry, lead.history.currency, grant) }
        return JSONText.object([("lead", row), ("timeline", try JSONText.line(steps))])
    }

    /// - Parameter time: how moments are written in sentences.
    static func step(
        of entry: EntryRecord, _ currency: String, _ grant: Grant,
        _ time: @escaping @Sendable (Timestamp) -> String = { TimeText.utc($0) }
    ) -> LeadStepDocument? {
        let facts = FactWords(time: time)
        let events = EventWords(currency: currency, time: time)
        guard let partner = grant.partner else {
            return LeadStepDocument(
                position: entry.position, at: TimeText.utc(entry.stamp),
                input: facts.sentence(entry.input.fact, imported: entry.input.imported),
                events: entry.events.map(events.sentence))
        }
        // Sentences about an assignment name scores and others; a partner is told the plain fact.
        let own = entry.events.compactMap { PartnersStanding.sentence($0, partner, time) }
        let isOwnAnswer = PartnersStanding.speaker(entry.input.fact) == partner
        if own.isEmpty && !isOwnAnswer { return nil }
        return LeadStepDocument(
            position: entry.position, at: TimeText.utc(entry.stamp),
            input: isOwnAnswer ? facts.sentence(entry.input.fact, imported: entry.input.imported) : "", events: own)
    }

    /// An explanation: whole for vendor roles; for a partner its own part, without a number that others could be
    /// reckoned from.
    static func explanation(_ explanation: Explanation, for grant: Grant) throws -> String {
        let page = ExplanationPage(explanation, partnerID: nil, showsAll: false) { TimeText.utc($0) }
        let document = ExplanationDocument(explanation, text: page.lines)
        guard let partner = grant.partner else { return try JSONText.line(document) }
        let candidate = document.evaluation?.candidates.first { $0.partnerId == partner }
        let excluded = document.evaluation?.excluded.first { $0.partnerId == partner }
        let isChosen = document.decision.partnerId == partner
        return JSONText.object([
            ("leadId", JSONText.quoted(document.leadId)), ("partnerId", JSONText.quoted(partner)),
            ("time", JSONText.quoted(document.decision.time)),
            ("outcome", JSONText.quoted(isChosen ? "assigned" : excluded == nil ? "notChosen" : "excluded")),
            ("reason", excluded.map { JSONText.quoted($0.reason) }),
            ("fitContributions", try candidate.map { try JSONText.line($0.fitContributions) }),
            ("conversionContributions", try candidate.map { try JSONText.line($0.conversionContributions) }),
        ])
    }
}

/// What a lead's story says of one partner.
struct PartnersStanding {
    private(set) var wasOffered = false
    private(set) var isAccepted = false
    /// The lead ended otherwise than by its deal: it was withdrawn, objected to, erased or closed by a human. Whoever held
    /// it last has nothing to do with it any more.
    private(set) var isGone = false

    init(_ history: LeadHistory, _ partner: String) {
        for step in history.steps {
            if Self.speaker(step.entry.input.fact) == partner {
                isAccepted = isAccepted || Self.takes(step.entry.input.fact)
            }
            for event in step.entry.events {
                switch event {
                case .leadAssigned(let event):
                    // Every assignment begins anew, its own as well.
                    // An agreement is an acceptance.
                    isAccepted = event.partnerID == partner && !event.offerID.isEmpty
                    if event.partnerID == partner { wasOffered = true }
                case .assignmentEnded, .assignmentExpired, .leadEscalated: isAccepted = false
                case .leadClosed(let event): isGone = event.reason != .won && event.reason != .lost
                default: break
                }
            }
        }
    }

    private static func takes(_ fact: Fact) -> Bool {
        switch fact {
        case .leadAccepted, .firstResponseRecorded, .dealStageChanged, .dealWon: true
        default: false
        }
    }

    /// The partner whose answer a fact is.
    static func speaker(_ fact: Fact) -> String? {
        switch fact {
        case .leadAccepted(let fact): fact.partnerID
        case .leadDeclined(let fact), .leadReturned(let fact): fact.partnerID
        case .dealLost(let fact): fact.partnerID
        case .firstResponseRecorded(let fact): fact.partnerID
        case .dealStageChanged(let fact): fact.partnerID
        case .dealWon(let fact): fact.partnerID
        default: nil
        }
    }

    /// Why a partner has a lead no longer, as it is told. That a link put the lead there, or takes it away, would tell
    /// of another lead, and that another had answered in time of another partner: a person decided so, which is what it
    /// hears.
    static func word(_ cause: RoutingCause) -> String {
        switch cause {
        case .linked, .unlinked, .answeredInTime: "\(RoutingCause.human)"
        default: "\(cause)"
        }
    }

    /// What an event says to a partner it is about.
    /// - Parameter time: how moments are written.
    static func sentence(
        _ event: Event, _ partner: String, _ time: (Timestamp) -> String = { TimeText.utc($0) }
    ) -> String? {
        switch event {
        case .leadAssigned(let event) where event.partnerID == partner:
            "assigned to you" + (event.respondBy.map { ", first response due by \(time($0))" } ?? "")
        case .assignmentExpired(let event) where event.partnerID == partner: "no first response in time"
        case .assignmentEnded(let event) where event.partnerID == partner: "no longer yours: \(word(event.cause))"
        case .firstResponseMet(let event) where event.partnerID == partner: "answered in time"
        case .reminderDue(let event) where event.partnerID == partner:
            "reminder of the first response" + (event.reminders > 1 ? ", \(event.reminder) of \(event.reminders)" : "")
        case .returnChanged(let event) where event.partnerID == partner:
            "your return: \(DecisionReasonWords.handedBack(event.status))"
        case .offerMade(let event) where event.partnerID == partner:
            "offered to you until \(TimeText.utc(event.answerBy)): \(DecisionReasonWords.terms(event.terms))"
        case .offerClosed(let event) where event.partnerID == partner: "your offer: \(OfferJSON.word(event.status))"
        case .leadClosed(let event) where event.partnerID == partner: "closed: \(event.reason)"
        case .commissionAccrued(let event) where event.partnerID == partner: "commission accrued"
        case .commissionReversed(let event) where event.partnerID == partner: "commission taken back"
        case .answerCredited(let event) where event.partnerID == partner: "your answer counts as in time"
        case .partnerSuspended(let event) where event.partnerID == partner:
            "no leads until \(time(event.until)): \(CountText.of(event.missedDeadlines, "deadline")) missed"
        case .partnerReinstated(let event) where event.partnerID == partner: "you get leads again"
        default: nil
        }
    }
}
