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

/// What enabling partners would be worth: the last days' leads come once more, from now on, and the router decides
/// about them twice, with the profiles that there are and with the changed ones. Both are compared lead by lead.
///
/// Both worlds start from the present state, with all that the model has learned, and then go their own ways, so that
/// loads, caps and prices follow what each decides. In both, partners answer at once, a lead stays open as long as it
/// did in history, the deals open now end evenly over the time, ownership of accounts is left out, for the same
/// accounts come again, and no outcome teaches.
public struct EnablementRun: Sendable {
    /// Leads that come once more at most.
    private static let entriesMax = 2_000_000

    private let changes: [Enablement]
    private let from: Timestamp
    private var state = State()
    private var entries: [RerunWorld.Entry] = []
    private var holders = OpenLeads()

    /// - Parameters:
    ///   - changes: What partners get in addition; all of it together.
    ///   - from: Leads from this moment on come once more.
    public init(_ changes: [Enablement], from: Timestamp) {
        self.changes = changes
        self.from = from
    }

    /// Takes in the entry at the next position.
    public mutating func take(_ input: Input, _ events: [Event], at stamp: Timestamp) {
        state.fold(input, events, at: stamp)
        for event in events { holders.take(event) }
        if stamp < from || entries.count >= Self.entriesMax { return }
        switch input.fact {
        case .leadSubmitted, .leadUpdated, .intentObserved, .firmographicsObserved, .technographicsObserved:
            entries.append(RerunWorld.Entry(at: stamp, what: .input(input)))
        default: break
        }
        for event in events {
            if case .leadClosed(let closed) = event {
                entries.append(RerunWorld.Entry(at: stamp, what: .closing(closed.leadID)))
            }
        }
    }

    /// What comes of it, per so many days.
    /// - Throws: `EvaluationError` for a partner that there is not, or a stretch without leads.
    public func report(days: Int) throws -> EnablementReport {
        for change in changes where state.changing(profileOf: change.partnerID, { _ in }) == nil {
            throw EvaluationError(
                "there is no partner \(change.partnerID)", remedy: "'leadline partners list' shows their ids")
        }
        let length = max(Timestamp.microsPerDay, state.lastStamp.micros - from.micros)
        var plan = entries.map { RerunWorld.Entry(at: $0.at.adding(micros: length), what: $0.what) }
        let open = holders.inOrder
        for (number, lead) in open.enumerated() {
            let end = state.lastStamp.adding(micros: length / Int64(open.count + 1) * Int64(number + 1))
            plan.append(RerunWorld.Entry(at: end, what: .end(lead)))
        }
        // Stable: what happened at one moment stays in order.
        let order = plan.indices.sorted { (plan[$0].at, $0) < (plan[$1].at, $1) }
        let worlds = [[], changes].map { changes -> RerunWorld in
            var world = RerunWorld(state, changes)
            for index in order { world.take(plan[index], shiftedBy: length) }
            return world
        }
        if worlds[0].leads.isEmpty {
            throw EvaluationError("no lead came in the time that would be routed again", remedy: "Ask for more --days")
        }
        let scale = Double(days) * Double(Timestamp.microsPerDay) / Double(length)
        return EnablementReport(worlds[0], worlds[1], changes, scale: scale, days: days, currency: state.currency)
    }
}

/// Leads that partners hold, in order of their award.
private struct OpenLeads: Sendable {
    private var awarded: [String: Int] = [:]
    private var next = 0

    mutating func take(_ event: Event) {
        switch event {
        case .leadAssigned(let event):
            awarded[event.leadID] = next
            next += 1
        case .leadClosed(let event): awarded[event.leadID] = nil
        case .leadEscalated(let event): awarded[event.leadID] = nil
        default: break
        }
    }

    var inOrder: [String] { awarded.sorted { $0.value < $1.value }.map(\.key) }
}

/// One way the coming days could go.
struct RerunWorld: Sendable {
    /// Something that comes.
    struct Entry: Sendable {
        enum What: Sendable {
            case input(Input)
            /// The end of a lead that came once more, by its first id.
            case closing(String)
            /// The end of a lead that is open now.
            case end(String)
        }
        var at: Timestamp
        var what: What
    }

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
    private var state: State
    private var scratch = EvaluationScratch()

    init(_ state: State, _ changes: [Enablement]) {
        self.state = state
        let now = state.lastStamp
        if var policy = state.policy {
            // It acts, draws no lots, and never counts an open deal as lost.
            policy.exploration = Exploration()
            policy.shadow = false
            policy.negotiation = NegotiationRule()
            policy.dealHorizonDays = 0
            policy.ownerFirst = false
            run(Input(.policyPublished(PolicyPublished(policy: policy, version: state.policyVersion))), at: now)
        }
        for change in changes {
            if let input = self.state.changing(profileOf: change.partnerID, { change.apply(to: &$0) }) {
                run(input, at: now)
            }
        }
    }

    mutating func take(_ entry: Entry, shiftedBy length: Int64) {
        fireTimers(before: entry.at)
        switch entry.what {
        case .end(let lead): run(Input(.leadWithdrawn(LeadReference(leadID: lead))), at: entry.at)
        case .closing(let lead): run(Input(.leadWithdrawn(LeadReference(leadID: Self.again(lead)))), at: entry.at)
        case .input(let input): take(input, at: entry.at, shiftedBy: length)
        }
    }

    private static func again(_ lead: String) -> String { "again/" + lead }

    private mutating func take(_ input: Input, at stamp: Timestamp, shiftedBy length: Int64) {
        // An input of nobody's: no event of it was seen, and the person of the first lead is not merged with.
        var fresh = Input(
            input.fact, account: input.account, timeZone: input.timeZone, stepTimeZones: input.stepTimeZones)
        switch input.fact {
        case .leadSubmitted(let fact):
            submit(fact, fresh, at: stamp)
            return
        case .leadUpdated(var fact):
            fact.leadID = Self.again(fact.leadID)
            fresh.fact = .leadUpdated(fact)
        case .intentObserved(var fact):
            fact.firstSeen = fact.firstSeen.adding(micros: length)
            fact.lastSeen = fact.lastSeen.adding(micros: length)
            fresh.fact = .intentObserved(fact)
        default: break
        }
        run(fresh, at: stamp)
    }

    private mutating func submit(_ fact: LeadSubmitted, _ input: Input, at stamp: Timestamp) {
        let id = Self.again(fact.leadID)
        var fresh = input
        fresh.fact = .leadSubmitted(LeadSubmitted(leadID: id, attributes: fact.attributes))
        guard let choice = RoutingChoice(run(fresh, at: stamp)), choice.reason != "merged" else { return }
        var routed = Routed(id: fact.leadID, partnerID: choice.partnerID, expected: 0)
        if let partner = choice.partnerID, let conversion = state.awardedConversion(ofLead: id) {
            routed.expected = Double(choice.summary?.dealValueMinorUnits ?? 0) * conversion
            run(Input(.firstResponseRecorded(FirstResponseRecorded(leadID: id, partnerID: partner))), at: stamp)
        }
        leads.append(routed)
    }

    @discardableResult
    private mutating func run(_ input: Input, at stamp: Timestamp) -> [Event] {
        let stamp = max(stamp, state.lastStamp)
        let events = Decider.decide(input, at: stamp, in: state, scratch: &scratch)
        state.fold(input, events, at: stamp)
        return events
    }

    private mutating func fireTimers(before stamp: Timestamp) {
        for _ in 0..<Self.timersMax {
            guard let due = state.nextDeadline, due < stamp else { return }
            run(Input(.timeAdvanced(through: due)), at: due)
        }
    }
}

/// What enabling partners would be worth. As JSON its field names are a contract.
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

    init(_ before: RerunWorld, _ after: RerunWorld, _ changes: [Enablement], scale: Double, days: Int, currency: String)
    {
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
            if let partner = lead.partnerID {
                counts[partner, default: Moved(partner: partner, before: 0, after: 0)].before += 1
            }
            if let partner = other.partnerID {
                counts[partner, default: Moved(partner: partner, before: 0, after: 0)].after += 1
            }
        }
        leads = differences.count
        self.moved = moved
        partners = counts.values.filter { $0.before != $0.after }.sorted {
            ($1.after - $1.before, $0.partner) < ($0.after - $0.before, $1.partner)
        }
        expectedBefore = scale * before.leads.reduce(0) { $0 + $1.expected }
        expectedAfter = scale * after.leads.reduce(0) { $0 + $1.expected }
        let mean = SkewedMean(differences), total = Double(differences.count) * scale
        difference = Estimate(
            mean.moments.mean * total, Interval(mean.interval.low * total, mean.interval.high * total))
    }
}
