import Engine
import LeadlineCore
import LeadlineSchemas
import TextFormats

/// Keeps a person's file while entries are read in order: who held the leads, what humans decided, what was asked for.
struct PersonFile {
    private let leads: Set<String>
    private let words: any AuditWording
    private let currency: String
    private var holders: [String: Int] = [:]
    private var openReviews: [String: Int] = [:]
    private(set) var recipients: [Dossier.Recipient] = []
    private(set) var reviews: [Dossier.Review] = []
    private(set) var requests: [Dossier.Request] = []

    init(leads: Set<String>, words: any AuditWording, currency: String) {
        self.leads = leads
        self.words = words
        self.currency = currency
    }

    /// Books an entry; `sealed` are the fields that could be opened.
    mutating func take(_ entry: EntryRecord, _ sealed: [Dossier.Field], clear: [Dossier.Field]) {
        let time = RFC3339.format(entry.stamp)
        func field(_ name: String) -> String? { sealed.first { $0.name == name }?.value }
        request(entry, time, field("requester"), clear.filter { $0.name != "lead_id" } + sealed)
        review(entry, time, field)
        for event in entry.events { hold(event, time) }
    }

    private mutating func hold(_ event: Event, _ time: String) {
        switch event {
        case .leadAssigned(let event) where leads.contains(event.leadID):
            end(event.leadID, time, words.ending(nil))
            holders[event.leadID] = recipients.count
            recipients.append(.init(partner: event.partnerID, lead: event.leadID, from: time))
        case .assignmentExpired(let ended): end(ended.leadID, time, words.ending(event))
        case .assignmentEnded(let ended): end(ended.leadID, time, words.ending(event))
        case .leadEscalated(let ended): end(ended.leadID, time, words.ending(event))
        case .leadClosed(let ended): end(ended.leadID, time, words.ending(event))
        default: break
        }
    }

    private mutating func end(_ lead: String, _ time: String, _ reason: String) {
        guard let index = holders.removeValue(forKey: lead) else { return }
        recipients[index].until = time
        recipients[index].ended = reason
    }

    private mutating func request(_ entry: EntryRecord, _ time: String, _ requester: String?, _ stated: [Dossier.Field])
    {
        let (kind, lead): (String, String)
        switch entry.input.fact {
        case .processingRestricted(let fact): (kind, lead) = ("restriction", fact.leadID)
        case .processingObjected(let fact): (kind, lead) = ("objection", fact.leadID)
        case .erasureRequested(let fact): (kind, lead) = ("erasure", fact.leadID)
        case .processingResumed(let fact):
            (kind, lead) = (fact.objectionWithdrawn ? "objection withdrawn" : "restriction lifted", fact.leadID)
        case .personsLinked(let fact): (kind, lead) = ("link", fact.leadID)
        case .personsUnlinked(let fact): (kind, lead) = ("unlink", fact.leadID)
        case .leadWithdrawn(let fact): (kind, lead) = ("withdrawal", fact.leadID)
        case .leadUpdated(let fact): (kind, lead) = ("rectification", fact.leadID)
        default: return
        }
        let before = holders[lead].map { recipients[$0].partner }
        let after = entry.events.compactMap { event -> String? in
            if case .leadAssigned(let event) = event, event.leadID == lead { return event.partnerID }
            return nil
        }
        let informed = entry.events.compactMap { event -> String? in
            if case .recipientInformed(let event) = event { return event.partnerID }
            return nil
        }
        let told = ([before].compactMap { $0 } + after + informed).reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        requests.append(
            .init(
                kind: kind, lead: lead, position: entry.position, time: time, requester: requester,
                fields: kind == "rectification" ? stated : [],
                effects: entry.events.map { words.line([$0], currency: currency) }, told: told))
    }

    private mutating func review(_ entry: EntryRecord, _ time: String, _ field: (String) -> String?) {
        switch entry.input.fact {
        case .reviewRequested(let fact):
            openReviews[fact.leadID] = reviews.count
            reviews.append(
                .init(lead: fact.leadID, requested: time, requester: field("requester"), requestNote: field("note")))
        case .humanDecisionRecorded(let fact):
            var review = Dossier.Review(lead: fact.leadID)
            let index = openReviews.removeValue(forKey: fact.leadID)
            if let index { review = reviews[index] }
            review.decided = time
            review.reviewer = field("reviewer")
            review.note = field("note")
            review.outcome = words.outcome(fact.decision, entry.events, currency: currency)
            review.hadEffect = !entry.events.contains { if case .inputDisregarded = $0 { true } else { false } }
            if let index { reviews[index] = review } else { reviews.append(review) }
        default: break
        }
    }
}
