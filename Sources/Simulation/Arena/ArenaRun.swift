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
    /// One input with what was decided about it, as a journal would hold it.
    public struct Entry: Sendable {
        public var position: UInt64
        public var stamp: Timestamp
        public var logicVersion: UInt32
        public var input: Input
        public var events: [Event]
    }

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
    /// Names the policy; another draws other lots.
    public var policyVersion = "arena"
    /// Draws outcomes anew, from the true probabilities; nil takes those of the arena's files.
    public var outcomeSeed: UInt64?
    /// True if the outcomes that come after the last lead are waited for; else deals of the year's end stay open.
    public var waitsForOutcomes = false
    /// Is handed each entry, before the next input is decided.
    public var observe: (Entry) throws -> Void = { _ in }
    private var state = State()
    private var scratch = EvaluationScratch()
    private var indexes: [String: Int] = [:]
    /// Outcomes not known yet.
    private var outcomes = PlannedSteps<Fact>()
    /// Where each lead went, in order.
    public private(set) var assignments: [Assignment] = []

    /// A run. `change` may alter the product's default policy, e.g. its method or exploration.
    public init(_ arena: Arena, start: ArenaStart, change: (inout Policy) -> Void = { _ in }) {
        self.arena = arena
        self.start = start
        var policy = Policy()
        policy.name = "arena"
        policy = arena.fitted(policy)
        change(&policy)
        self.policy = policy
    }

    /// Routes the whole year.
    /// - Parameter progress: Called with the leads routed so far.
    /// - Throws: `ArenaError` if the decider finds other partners eligible than the arena does; what the observer
    ///   threw.
    public mutating func route(progress: (Int) -> Void = { _ in }) throws {
        try setUp()
        if start == .warm { try learnHistory() }
        var next = 0
        for (index, lead) in arena.leads.enumerated() {
            while next < arena.capacities.count, arena.capacities[next].at <= lead.at {
                let (at, partner, capacity) = arena.capacities[next]
                try deliverOutcomes(through: at)
                try take(
                    .partnerCapacitySet(
                        PartnerCapacitySet(partnerID: arena.profiles[partner].partnerID, capacity: capacity)), at: at)
                next += 1
            }
            try deliverOutcomes(through: lead.at)
            try route(lead, index)
            progress(index + 1)
        }
        if waitsForOutcomes { try deliverOutcomes(through: .distantFuture) }
    }

    private var beginning: Timestamp { arena.history.first?.lead.at ?? arena.leads.first?.at ?? .epoch }

    private mutating func setUp() throws {
        let begin = beginning.adding(micros: -Timestamp.microsPerDay)
        try take(.programRegistered(ProgramRegistered(currency: "EUR")), at: begin)
        try take(.policyPublished(PolicyPublished(policy: policy, version: policyVersion)), at: begin)
        for (index, profile) in arena.profiles.enumerated() {
            indexes[profile.partnerID] = index
            try take(.partnerUpserted(profile), at: begin)
        }
    }

    /// The year before as an import brings it: leads with the partners that had them, then what became of them.
    private mutating func learnHistory() throws {
        for deal in arena.history {
            try deliverOutcomes(through: deal.lead.at)
            let partnerID = arena.profiles[deal.partner].partnerID
            let fact = LeadSubmitted(leadID: deal.lead.id, attributes: deal.lead.attributes, pastPartnerID: partnerID)
            try take(.leadSubmitted(fact), at: deal.lead.at, imported: true)
            expect(deal.lead.id, partnerID, won: deal.won, at: deal.closedAt)
        }
    }

    private mutating func route(_ lead: Arena.Lead, _ index: Int) throws {
        if start == .truth {
            scratch.knownConversions = [Double](repeating: 0, count: arena.profiles.count)
            for (partner, probability) in zip(lead.eligible, lead.probabilities) {
                scratch.knownConversions[partner] = probability
            }
        }
        let events = try take(.leadSubmitted(LeadSubmitted(leadID: lead.id, attributes: lead.attributes)), at: lead.at)
        guard let evaluation = events.first?.evaluated?.summary else {
            throw ArenaError("\(lead.id) was not routed: \(events)")
        }
        let capped = evaluation.exclusions.reduce(0) { $0 + ($1.reason == .hardRule ? Int($1.partners) : 0) }
        guard arena.profiles.count - capped == lead.eligible.count else {
            throw ArenaError(
                "\(lead.id): \(arena.profiles.count - capped) partners are eligible here, \(lead.eligible.count) in leads.jsonl"
            )
        }
        var assignment = Assignment(lead: index, partner: nil, propensity: 1, evaluation: evaluation)
        if case .leadAssigned(let event)? = events.first, let partner = indexes[event.partnerID] {
            assignment.partner = partner
            if evaluation.propensity > 0 { assignment.propensity = evaluation.propensity }
            let won = wins(lead, index, at: partner)
            expect(
                lead.id, event.partnerID, won: won, at: lead.at.adding(micros: won ? lead.winMicros : lead.lossMicros))
        }
        assignments.append(assignment)
    }

    /// Whether a partner wins a lead: as the arena has it, or drawn with its true probability. A draw depends on seed,
    /// lead and partner alone, so that runs of one seed agree on it whatever they decided before.
    private func wins(_ lead: Arena.Lead, _ index: Int, at partner: Int) -> Bool {
        guard let place = lead.eligible.firstIndex(of: partner) else { return false }
        guard let outcomeSeed else { return lead.wins[place] }
        var leads = SplitMix64(seed: outcomeSeed)
        var draws = SplitMix64(seed: leads.next() ^ UInt64(index) << 16 ^ UInt64(partner))
        return draws.uniform() < lead.probabilities[place]
    }

    private mutating func expect(_ leadID: String, _ partnerID: String, won: Bool, at: Timestamp) {
        let fact: Fact =
            won
            ? .dealWon(DealWon(leadID: leadID, partnerID: partnerID))
            : .dealLost(DealLost(leadID: leadID, partnerID: partnerID))
        outcomes.plan(fact, at: at)
    }

    private mutating func deliverOutcomes(through now: Timestamp) throws {
        while let next = outcomes.popNext(until: now) {
            try take(next.what, at: next.at, imported: start == .warm && next.at < (arena.leads.first?.at ?? .epoch))
        }
    }

    @discardableResult
    private mutating func take(_ fact: Fact, at stamp: Timestamp, imported: Bool = false) throws -> [Event] {
        let input = Input(fact, imported: imported), position = state.nextPosition, logicVersion = state.logicVersion
        let events = Decider.decide(input, at: stamp, in: state, scratch: &scratch)
        state.fold(input, events, at: stamp)
        try observe(Entry(position: position, stamp: stamp, logicVersion: logicVersion, input: input, events: events))
        return events
    }
}

extension Arena {
    /// A policy with what the arena is about in place of its own: leads are eligible by country, capacities are a
    /// week's from the first Monday on, floors those of 28 days; partners' answers are out of its scope.
    public func fitted(_ policy: Policy) -> Policy {
        var fitted = policy
        fitted.hardRules = [HardRule(name: "serves-country", require: .partnerCovers(.country, .countries))]
        fitted.sla.firstResponseMinutes = 0
        fitted.serviceLevels = []
        fitted.periodAnchor = capacities.first?.at ?? .epoch
        fitted.periodDays = 7
        fitted.floorPeriodDays = 28
        return fitted
    }
}
