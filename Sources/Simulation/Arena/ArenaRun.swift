import HeapModule
public import LeadlineCore

/// What a router knows when the year starts.
public enum ArenaStart: String, Sendable, CaseIterable {
    /// The true probability of each lead at each partner.
    case truth
    /// Nothing.
    case cold
    /// The year before, with its outcomes.
    case warm
}

/// Drives the real decider through an arena: every input is decided and folded as in an instance, in order of time.
public struct ArenaRun {
    /// Where one lead went.
    public struct Assignment: Sendable {
        /// Index of the lead.
        public var lead: Int
        /// Index of the partner; nil if a human got it.
        public var partner: Int?
        /// Probability with which the partner was chosen; 1 where no lot was drawn.
        public var propensity: Double
        /// What was estimated: conversion and the best eight, for estimates from the log.
        public var evaluation: EvaluationSummary?
    }

    private let arena: Arena
    private let start: ArenaStart
    private let policy: Policy
    private var state = State()
    private var scratch = EvaluationScratch()
    private var indexes: [String: Int] = [:]
    /// Outcomes not known yet.
    private var outcomes = Heap<DueOutcome>()
    private var made = 0
    /// Where each lead went, in order.
    public private(set) var assignments: [Assignment] = []

    /// A run. `change` may alter the product's default policy, e.g. its method or exploration.
    public init(_ arena: Arena, start: ArenaStart, change: (inout Policy) -> Void = { _ in }) {
        self.arena = arena
        self.start = start
        var policy = Self.policy(arena)
        change(&policy)
        self.policy = policy
    }

    /// The product's defaults, and what the arena is about: leads are eligible by country, capacities are a week's from the
    /// first Monday on, floors those of 28 days; partners' answers are out of its scope.
    static func policy(_ arena: Arena) -> Policy {
        var policy = Policy()
        policy.name = "arena"
        policy.hardRules = [HardRule(name: "serves-country", require: .partnerCovers(.country, .countries))]
        policy.sla.firstResponseMinutes = 0
        policy.periodAnchor = arena.capacities.first?.at ?? .epoch
        return policy
    }

    /// Routes the whole year.
    /// - Parameter progress: Called with the leads routed so far.
    /// - Throws: `ArenaError` if the decider finds other partners eligible than the arena does.
    public mutating func route(progress: (Int) -> Void = { _ in }) throws {
        setUp()
        if start == .warm { learnHistory() }
        var next = 0
        for (index, lead) in arena.leads.enumerated() {
            while next < arena.capacities.count, arena.capacities[next].at <= lead.at {
                let (at, partner, capacity) = arena.capacities[next]
                deliverOutcomes(through: at)
                take(.partnerCapacitySet(PartnerCapacitySet(partnerID: arena.profiles[partner].partnerID, capacity: capacity)), at: at)
                next += 1
            }
            deliverOutcomes(through: lead.at)
            try route(lead, index)
            progress(index + 1)
        }
    }

    private var beginning: Timestamp { arena.history.first?.lead.at ?? arena.leads.first?.at ?? .epoch }

    private mutating func setUp() {
        let begin = beginning.adding(micros: -Timestamp.microsPerDay)
        take(.programRegistered(ProgramRegistered(currency: "EUR")), at: begin)
        take(.policyPublished(PolicyPublished(policy: policy, version: "arena")), at: begin)
        for (index, profile) in arena.profiles.enumerated() {
            indexes[profile.partnerID] = index
            take(.partnerUpserted(profile), at: begin)
        }
    }

    /// The year before as an import brings it: leads with the partners that had them, then what became of them.
    private mutating func learnHistory() {
        for deal in arena.history {
            deliverOutcomes(through: deal.lead.at)
            let partnerID = arena.profiles[deal.partner].partnerID
            let fact = LeadSubmitted(leadID: deal.lead.id, attributes: deal.lead.attributes, pastPartnerID: partnerID)
            take(.leadSubmitted(fact), at: deal.lead.at, imported: true)
            expect(deal.lead.id, partnerID, won: deal.won, at: deal.closedAt)
        }
    }

    private mutating func route(_ lead: Arena.Lead, _ index: Int) throws {
        if start == .truth {
            scratch.knownConversions = [Double](repeating: 0, count: arena.profiles.count)
            for (partner, probability) in zip(lead.eligible, lead.probabilities) { scratch.knownConversions[partner] = probability }
        }
        let events = take(.leadSubmitted(LeadSubmitted(leadID: lead.id, attributes: lead.attributes)), at: lead.at)
        guard let evaluation = events.first?.evaluated?.summary else { throw ArenaError("\(lead.id) was not routed: \(events)") }
        let capped = evaluation.exclusions.reduce(0) { $0 + ($1.reason == .hardRule ? Int($1.partners) : 0) }
        guard arena.profiles.count - capped == lead.eligible.count else {
            throw ArenaError("\(lead.id): \(arena.profiles.count - capped) partners are eligible here, \(lead.eligible.count) in leads.jsonl")
        }
        var assignment = Assignment(lead: index, partner: nil, propensity: 1, evaluation: evaluation)
        if case .leadAssigned(let event)? = events.first, let partner = indexes[event.partnerID] {
            assignment.partner = partner
            if evaluation.propensity > 0 { assignment.propensity = evaluation.propensity }
            let won = lead.eligible.firstIndex(of: partner).map { lead.wins[$0] } ?? false
            expect(lead.id, event.partnerID, won: won, at: lead.at.adding(micros: won ? lead.winMicros : lead.lossMicros))
        }
        assignments.append(assignment)
    }

    private mutating func expect(_ leadID: String, _ partnerID: String, won: Bool, at: Timestamp) {
        let fact: Fact = won
            ? .dealWon(DealWon(leadID: leadID, partnerID: partnerID)) : .dealLost(PartnerRefusal(leadID: leadID, partnerID: partnerID))
        made += 1
        outcomes.insert(DueOutcome(at: at, order: made, fact: fact))
    }

    private mutating func deliverOutcomes(through now: Timestamp) {
        while let next = outcomes.min, next.at <= now {
            outcomes.removeMin()
            take(next.fact, at: next.at, imported: start == .warm && next.at < (arena.leads.first?.at ?? .epoch))
        }
    }

    @discardableResult
    private mutating func take(_ fact: Fact, at stamp: Timestamp, imported: Bool = false) -> [Event] {
        let input = Input(fact, imported: imported)
        let events = Decider.decide(input, at: stamp, in: state, scratch: &scratch)
        state.fold(input, events, at: stamp)
        return events
    }
}

/// An outcome and the moment from which it is known; those of one moment in the order in which they were expected.
private struct DueOutcome: Comparable {
    var at: Timestamp
    var order: Int
    var fact: Fact

    static func < (a: Self, b: Self) -> Bool { (a.at, a.order) < (b.at, b.order) }
    static func == (a: Self, b: Self) -> Bool { (a.at, a.order) == (b.at, b.order) }
}
