import LeadlineCore

/// A program whose entries are decided by the real core or set by hand, as a journal would record them.
struct RecordedProgram {
    struct Entry {
        var input: Input
        var events: [Event]
        var at: Timestamp
    }

    /// 5 January 2026, a Monday, midnight UTC.
    static let start = Timestamp(micros: 1_767_571_200_000_000)

    private(set) var state = State()
    private(set) var entries: [Entry] = []

    init(_ policy: Policy = Policy(), logic version: UInt32 = Logic.newest, partners: [PartnerProfile]) {
        take(Input(.programRegistered(.init(currency: "EUR", logicVersion: version))), at: 0)
        take(Input(.policyPublished(.init(policy: policy, version: "v1"))), at: 0)
        for partner in partners { take(Input(.partnerUpserted(partner)), at: 0) }
    }

    static func partner(_ id: String, countries: [String] = ["IT"], verticals: [String] = [], capacity: Capacity = Capacity()) -> PartnerProfile {
        var profile = PartnerProfile(partnerID: id)
        profile.countries = countries
        profile.verticals = verticals
        profile.capacity = capacity
        return profile
    }

    static func lead(_ id: String, country: String = "IT", vertical: String = "", euros: Int64 = 10_000, certification: String? = nil) -> Input {
        var attributes = LeadAttributes()
        attributes.country = country
        attributes.vertical = vertical
        attributes.dealValue = Money(minorUnits: euros * 100, currency: "EUR")
        if let certification { attributes.requiredCertifications = [certification] }
        return Input(.leadSubmitted(LeadSubmitted(leadID: id, attributes: attributes)))
    }

    static func at(_ minute: Int) -> Timestamp { start.adding(micros: Int64(minute) * Timestamp.microsPerMinute) }

    /// Takes an input as the core decides it, or with its events changed.
    mutating func take(_ input: Input, at minute: Int, _ change: (inout [Event]) -> Void = { _ in }) {
        let stamp = Self.at(minute)
        while let due = state.nextDeadline, due < stamp { record(Input(.timeAdvanced(through: due)), at: max(due, state.lastStamp)) }
        record(input, at: stamp, change)
    }

    private mutating func record(_ input: Input, at stamp: Timestamp, _ change: (inout [Event]) -> Void = { _ in }) {
        var events = Decider.decide(input, at: stamp, in: state)
        change(&events)
        state.fold(input, events, at: stamp)
        entries.append(Entry(input: input, events: events, at: stamp))
    }

    /// Takes a lead to the partner named, with what the evaluation records of arm and propensity.
    mutating func assign(
        _ lead: Input, to partner: String, at minute: Int, arm: String = "", method: RoutingMethod = .bidPrice, propensity: Double = 0
    ) {
        take(lead, at: minute) { events in
            for index in events.indices {
                guard case .leadAssigned(var event) = events[index] else { continue }
                event.partnerID = partner
                event.evaluation?.arm = arm
                event.evaluation?.method = method
                event.evaluation?.propensity = propensity
                events[index] = .leadAssigned(event)
            }
        }
    }

    mutating func respond(_ lead: String, _ partner: String, at minute: Int) {
        take(Input(.firstResponseRecorded(.init(leadID: lead, partnerID: partner))), at: minute)
    }

    mutating func close(_ lead: String, _ partner: String, won euros: Int64?, at minute: Int) {
        if let euros {
            take(Input(.dealWon(.init(leadID: lead, partnerID: partner, amount: Money(minorUnits: euros * 100, currency: "EUR")))), at: minute)
        } else {
            take(Input(.dealLost(.init(leadID: lead, partnerID: partner))), at: minute)
        }
    }

    static func policy(_ change: (inout Policy) -> Void = { _ in }) -> Policy {
        var policy = Policy()
        policy.sla.firstResponseMinutes = 0
        policy.ownerFirst = false
        policy.hardRules = [
            HardRule(name: "serves-country", require: .partnerCovers(.country, .countries)),
            HardRule(name: "certified", require: .partnerCovers(.requiredCertifications, .certifications)),
        ]
        change(&policy)
        return policy
    }
}
