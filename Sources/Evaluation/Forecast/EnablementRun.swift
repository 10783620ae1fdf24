import Foundation
public import LeadlineCore

/// A change to a partner's profile: what it gets in addition.
public struct Enablement: Sendable, Equatable {
    /// The partner.
    public var partnerID: String
    public var list: PartnerList
    public var value: String

    /// A value more on one of a partner's lists.
    public init(partnerID: String, list: PartnerList, value: String) {
        self.partnerID = partnerID
        self.list = list
        self.value = value
    }

    func apply(to profile: inout PartnerProfile) {
        if profile.partnerID != partnerID || profile[list].contains(value) { return }
        switch list {
        case .countries: profile.countries.append(value)
        case .regions: profile.regions.append(value)
        case .languages: profile.languages.append(value)
        case .verticals: profile.verticals.append(value)
        case .products: profile.products.append(value)
        case .technologies: profile.technologies.append(value)
        case .certifications: profile.certifications.append(value)
        case .residencies: profile.residencies.append(value)
        }
    }
}

/// What enabling partners would be worth: the router runs again over a stretch of recorded leads, once with the profiles
/// that there were and once with the changed ones, and both are compared lead by lead.
///
/// Both worlds start from the recorded state and then go their own ways, so that loads, caps and prices follow what each
/// decides. In both, partners answer at once, a lead stays open as long as it did in history, and no outcome teaches: the
/// model is the one of the start.
public struct EnablementRun: Sendable {
    private let changes: [Enablement]
    private let from: Timestamp
    private var worlds: [RerunWorld] = []
    private var state = State()
    private var last: Timestamp?

    /// - Parameters:
    ///   - changes: What partners get in addition; all of it together.
    ///   - from: Leads from this moment on are routed again.
    public init(_ changes: [Enablement], from: Timestamp) {
        self.changes = changes
        self.from = from
    }

    /// Takes in the entry at the next position.
    public mutating func take(_ input: Input, _ events: [Event], at stamp: Timestamp) {
        last = stamp
        if stamp < from {
            state.fold(input, events, at: stamp)
            return
        }
        if worlds.isEmpty { fork(at: stamp) }
        for index in worlds.indices { worlds[index].take(input, events, at: stamp) }
    }

    private mutating func fork(at stamp: Timestamp) {
        worlds = [RerunWorld(state, [], at: stamp), RerunWorld(state, changes, at: stamp)]
        // Copies; the original is not needed any more.
        state = State()
    }

    /// What came of it, per so many days.
    /// - Throws: `EvaluationError` for a partner that there is not, or a stretch without leads.
    public func report(days: Int, currency: String) throws -> EnablementReport {
        guard worlds.count == 2, let last, !worlds[0].leads.isEmpty else {
            throw EvaluationError("no lead came in the time that would be routed again", remedy: "Ask for more --days")
        }
        if let unknown = worlds[1].unknownPartner {
            throw EvaluationError("there is no partner \(unknown)", remedy: "'leadline partners list' shows their ids")
        }
        let length = max(1, Double(last.micros - from.micros) / Double(Timestamp.microsPerDay))
        return EnablementReport(worlds[0], worlds[1], changes, scale: Double(days) / length, days: days, currency: currency)
    }
}

/// One way the stretch could have gone.
struct RerunWorld: Sendable {
    struct Routed: Sendable {
        var id: String
        /// Nil where it went to nobody.
        var partnerID: String?
        /// Deal value x conversion in minor units.
        var expected: Double
    }

    /// Timers fired before one entry at most.
    private static let timersMax = 100_000

    private(set) var leads: [Routed] = []
    private(set) var unknownPartner: String?
    private let changes: [Enablement]
    private var state: State
    private var scratch = EvaluationScratch()

    init(_ state: State, _ changes: [Enablement], at stamp: Timestamp) {
        self.state = state
        self.changes = changes
        if let policy = state.policy { run(.policyPublished(PolicyPublished(policy: policy, version: state.policyVersion)), at: stamp) }
        for change in changes {
            guard let input = self.state.changing(profileOf: change.partnerID, { change.apply(to: &$0) }) else {
                unknownPartner = unknownPartner ?? change.partnerID
                continue
            }
            run(input, at: stamp)
        }
    }

    mutating func take(_ input: Input, _ events: [Event], at stamp: Timestamp) {
        fireTimers(before: stamp)
        switch input.fact {
        case .leadSubmitted(let fact): submit(fact, input, at: stamp)
        case .policyPublished, .partnerUpserted, .partnerCapacitySet, .partnerPaused, .partnerResumed, .partnerRemoved, .partnerAbsenceSet,
            .partnerAbsenceCancelled, .partnerCommissionTermsSet, .intentObserved, .firmographicsObserved, .technographicsObserved,
            .firstResponseRecorded, .leadUpdated:
            run(input, at: stamp)
        default: break
        }
        // A lead is as long open as it was, whoever has it, and what came of it teaches nobody.
        for event in events {
            if case .leadClosed(let closed) = event { run(.leadWithdrawn(LeadReference(leadID: closed.leadID)), at: stamp) }
        }
    }

    private mutating func submit(_ fact: LeadSubmitted, _ input: Input, at stamp: Timestamp) {
        var fresh = fact, changed = input
        fresh.pastPartnerID = nil
        changed.fact = .leadSubmitted(fresh)
        changed.imported = false
        let events = run(changed, at: stamp)
        guard let choice = RoutingChoice(events), choice.reason != "merged" else { return }
        var routed = Routed(id: fact.leadID, partnerID: choice.partnerID, expected: 0)
        if let partner = choice.partnerID, let conversion = state.awardedConversion(ofLead: fact.leadID) {
            routed.expected = Double(choice.summary?.dealValueMinorUnits ?? 0) * conversion
            run(.firstResponseRecorded(FirstResponseRecorded(leadID: fact.leadID, partnerID: partner)), at: stamp)
        }
        leads.append(routed)
    }

    @discardableResult
    private mutating func run(_ fact: Fact, at stamp: Timestamp) -> [Event] { run(Input(fact), at: stamp) }

    @discardableResult
    private mutating func run(_ input: Input, at stamp: Timestamp) -> [Event] {
        let input = adapted(input)
        let events = Decider.decide(input, at: stamp, in: state, scratch: &scratch)
        state.fold(input, events, at: stamp)
        return events
    }

    /// Profiles keep what they got in addition; policies draw no lots, act, and never count an open deal as lost.
    private func adapted(_ input: Input) -> Input {
        var changed = input
        switch input.fact {
        case .partnerUpserted(var profile):
            for change in changes { change.apply(to: &profile) }
            changed.fact = .partnerUpserted(profile)
        case .policyPublished(var fact):
            fact.policy.exploration = Exploration()
            fact.policy.shadow = false
            fact.policy.dealHorizonDays = 0
            changed.fact = .policyPublished(fact)
        default: break
        }
        return changed
    }

    private mutating func fireTimers(before stamp: Timestamp) {
        for _ in 0..<Self.timersMax {
            guard let due = state.nextDeadline, due < stamp else { return }
            run(.timeAdvanced(through: due), at: max(due, state.lastStamp))
        }
    }
}

/// What enabling partners would have been worth. As JSON its field names are a contract.
public struct EnablementReport: Encodable, Sendable {
    /// Leads that went elsewhere, by partner.
    public struct Moved: Encodable, Equatable, Sendable {
        public var partner: String
        public var before: Int
        public var after: Int
    }

    /// What was changed, e.g. "collina: certifications + iso-27001".
    public var changes: [String]
    /// Leads that were routed again; those that went to another partner, or to one where they went to nobody before.
    public var leads: Int
    public var moved: Int
    /// Partners with more or fewer leads, the largest gain first.
    public var partners: [Moved]
    /// Currency of all amounts.
    public var currency: String
    /// Amounts are for so many days.
    public var days: Int
    /// Deal value x conversion, in sum, with the profiles that there were and with the changed ones, in minor units.
    public var expectedBefore: Double
    public var expectedAfter: Double
    /// Their difference, with the interval that the leads' own differences give it.
    public var difference: Estimate

    init(_ before: RerunWorld, _ after: RerunWorld, _ changes: [Enablement], scale: Double, days: Int, currency: String) {
        self.changes = changes.map { "\($0.partnerID): \($0.list) + \($0.value)" }
        self.currency = currency
        self.days = days
        let later = Dictionary(after.leads.map { ($0.id, $0) }) { first, _ in first }
        var counts: [String: Moved] = [:]
        var differences: [Double] = []
        var moved = 0
        for lead in before.leads {
            guard let other = later[lead.id] else { continue }
            differences.append(other.expected - lead.expected)
            if other.partnerID != lead.partnerID { moved += 1 }
            if let partner = lead.partnerID { counts[partner, default: Moved(partner: partner, before: 0, after: 0)].before += 1 }
            if let partner = other.partnerID { counts[partner, default: Moved(partner: partner, before: 0, after: 0)].after += 1 }
        }
        leads = differences.count
        self.moved = moved
        partners = counts.values.filter { $0.before != $0.after }.sorted { ($1.after - $1.before, $0.partner) < ($0.after - $0.before, $1.partner) }
        expectedBefore = scale * before.leads.reduce(0) { $0 + $1.expected }
        expectedAfter = scale * after.leads.reduce(0) { $0 + $1.expected }
        let mean = SkewedMean(differences), total = Double(differences.count) * scale
        difference = Estimate(mean.moments.mean * total, Interval(mean.interval.low * total, mean.interval.high * total))
    }
}
