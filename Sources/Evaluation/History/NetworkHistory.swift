public import LeadlineCore

/// A program's history as reports need it: every lead's life, every partner's capacity, from recorded entries alone.
///
/// Nothing is decided again, but where a decision names only the best eight of its candidates and all are wanted.
public struct NetworkHistory: Sendable {
    /// What is asked of partners' capacity from a moment on.
    public struct CapacityChange: Sendable, Equatable {
        public var at: Timestamp
        public var capacity: Capacity
    }

    /// A pilot and when it began.
    public struct PilotSpan: Sendable, Equatable {
        public var pilot: Pilot
        public var from: Timestamp
    }

    /// The program's state after the last entry.
    public private(set) var state = State()
    /// Leads in order of arrival.
    public private(set) var leads: [LeadRecord] = []
    /// Partners in order of registration.
    public private(set) var partnerIDs: [String] = []
    /// Changes of each partner's capacity, in order.
    public private(set) var capacities: [[CapacityChange]] = []
    /// Pilots in order.
    public private(set) var pilots: [PilotSpan] = []
    /// Time of the first entry and of the last; nil before any.
    public private(set) var first: Timestamp?
    public private(set) var last: Timestamp?
    /// Times leads went to humans, with the reason.
    public private(set) var escalations: [(at: Timestamp, reason: EscalationReason)] = []
    /// What was announced of partners that get too little, or too much.
    public private(set) var starvation: [StarvationNotice] = []
    /// Leads for which a partner could be chosen, by partner and day since 1970.
    public private(set) var eligible: [[Int32: Int]] = []
    /// Deal value of those leads, minor units.
    public private(set) var eligibleValue: [[Int32: Int64]] = []

    private let readsCandidates: Bool
    private var leadByID: [String: Int] = [:]
    private var partnerByID: [String: Int] = [:]
    private var turns: [String: Int] = [:]
    private var earlyAccepts: [String: String] = [:]
    private static let earlyAcceptsMax = 100_000

    /// No entry yet.
    /// - Parameter readsCandidates: Whether to find out who could have been chosen, which may mean to evaluate again.
    public init(readsCandidates: Bool) { self.readsCandidates = readsCandidates }

    /// When Leadline began to route, where others had before; nil where it always did, or does not yet.
    public var takeOver: Timestamp? {
        // Leads are in order of arrival: whatever stands before the first live one was imported.
        guard let first = leads.first, let live = leads.first(where: { !$0.isImported }),
            first.submittedAt < live.submittedAt
        else { return nil }
        return live.submittedAt
    }

    /// The currency of all amounts.
    public var currency: String { state.currency }

    // MARK: What happens

    /// Takes in the entry at the next position.
    public mutating func take(_ input: Input, _ events: [Event], at stamp: Timestamp) {
        if first == nil { first = stamp }
        last = stamp
        note(input, events, at: stamp)
        if readsCandidates, let choice = RoutingChoice(events) { readCandidates(of: choice, input, at: stamp) }
        state.fold(input, events, at: stamp)
        for event in events { note(event, input, at: stamp) }
    }

    /// Before the entry is folded: what its input says.
    private mutating func note(_ input: Input, _ events: [Event], at stamp: Timestamp) {
        switch input.fact {
        case .policyPublished(let fact):
            if !fact.policy.pilot.arms.isEmpty, pilots.last?.pilot != fact.policy.pilot {
                pilots.append(PilotSpan(pilot: fact.policy.pilot, from: stamp))
            }
        case .partnerUpserted(let profile): setCapacity(profile.capacity, of: number(of: profile.partnerID), at: stamp)
        case .partnerCapacitySet(let fact): setCapacity(fact.capacity, of: number(of: fact.partnerID), at: stamp)
        case .leadSubmitted(let fact): insert(fact, input, at: stamp)
        case .leadAccepted(let fact):
            if events.contains(where: { if case .outcomeWaiting = $0 { true } else { false } }) {
                if earlyAccepts.count < Self.earlyAcceptsMax { earlyAccepts[fact.leadID] = fact.partnerID }
            } else {
                accept(fact.leadID, fact.partnerID)
            }
        default: break
        }
    }

    private mutating func insert(_ fact: LeadSubmitted, _ input: Input, at stamp: Timestamp) {
        if leadByID[fact.leadID] != nil { return }
        leadByID[fact.leadID] = leads.count
        var lead = LeadRecord(
            id: fact.leadID, submittedAt: stamp, isImported: input.imported && fact.pastPartnerID != nil)
        if let value = fact.attributes.dealValue, value.currency == state.currency {
            lead.valueMinorUnits = value.minorUnits
        }
        leads.append(lead)
    }

    private mutating func accept(_ lead: String, _ partnerID: String) {
        guard let index = leadByID[lead], let award = leads[index].awards.indices.last,
            leads[index].awards[award].end == .open,
            leads[index].awards[award].partner == partnerByID[partnerID]
        else { return }
        leads[index].awards[award].isAccepted = true
    }

    /// After the entry is folded: what its events say.
    private mutating func note(_ event: Event, _ input: Input, at stamp: Timestamp) {
        switch event {
        case .leadAssigned(let event): award(event, at: stamp)
        case .shadowDecided(let event): suggest(event.leadID, event.partnerID, event.evaluation)
        case .assignmentExpired(let event): end(event.leadID, .expired, at: stamp)
        case .assignmentEnded(let event): end(event.leadID, howItEnded(event), at: stamp)
        case .returnChanged(let event): change(event)
        case .firstResponseMet(let event):
            guard let index = leadByID[event.leadID], let award = leads[index].awards.indices.last else { return }
            leads[index].awards[award].responseMicros = event.elapsedMicros
            leads[index].awards[award].isAccepted = true
        case .answerCredited(let event): credit(event)
        case .starvationAnnounced(let event): starvation.append(StarvationNotice(at: stamp, announced: event))
        case .leadEscalated(let event): escalate(event, at: stamp)
        case .leadClosed(let event): close(event, at: stamp)
        case .leadMerged(let event):
            if !event.sameID, let index = leadByID[event.leadID] { leads[index].isMerged = true }
        case .leadLinkChanged(let event):
            // Told apart, it is a lead of its own again; what is linked is merged by an event of its own.
            if !event.linked, let index = leadByID[event.leadID] { leads[index].isMerged = false }
        default: break
        }
    }

    private mutating func award(_ event: LeadAssigned, at stamp: Timestamp) {
        guard let index = leadByID[event.leadID] else { return }
        let partner = number(of: event.partnerID), isByHuman = event.cause == .human && event.evaluation == nil
        if let last = leads[index].awards.indices.last, leads[index].awards[last].end == .open {
            finish(index, last, .left, at: stamp)
        }
        var award = AwardRecord(
            partner: partner, at: stamp, isByHuman: isByHuman, isImported: event.cause == .imported,
            respondBy: event.respondBy,
            conversion: state.awardedConversion(ofLead: event.leadID))
        award.isAccepted = earlyAccepts[event.leadID] == event.partnerID || event.cause == .answeredInTime
        leads[index].awards.append(award)
        if let summary = event.evaluation { read(summary, of: index) }
    }

    private mutating func read(_ summary: EvaluationSummary, of lead: Int) {
        if leads[lead].method != nil { return }
        leads[lead].method = summary.method
        leads[lead].arm = summary.arm
        if !summary.arm.isEmpty, !pilots.isEmpty { leads[lead].pilot = pilots.count - 1 }
        if summary.dealValueMinorUnits > 0 { leads[lead].valueMinorUnits = summary.dealValueMinorUnits }
    }

    private mutating func suggest(_ leadID: String, _ partnerID: String, _ summary: EvaluationSummary?) {
        guard let index = leadByID[leadID] else { return }
        if let summary { read(summary, of: index) }
        if partnerID.isEmpty { return }
        leads[index].suggested = number(of: partnerID)
        leads[index].suggestedConversion = summary?.best.first { $0.partnerID == partnerID }?.conversion
    }

    private mutating func escalate(_ event: LeadEscalated, at stamp: Timestamp) {
        escalations.append((stamp, event.reason))
        guard let index = leadByID[event.leadID] else { return }
        end(event.leadID, .left, at: stamp)
        leads[index].escalations.append(event.reason)
        if let summary = event.evaluation { read(summary, of: index) }
        suggest(event.leadID, event.suggestedPartnerID, event.evaluation)
    }

    private mutating func end(_ leadID: String, _ end: AwardEnd, at stamp: Timestamp) {
        guard let index = leadByID[leadID], let award = leads[index].awards.indices.last,
            leads[index].awards[award].end == .open
        else { return }
        finish(index, award, end, at: stamp)
    }

    private func howItEnded(_ event: AssignmentEnded) -> AwardEnd {
        if event.cause == .declined {
            let isExcused = leadByID[event.leadID].flatMap { leads[$0].awards.last?.isExcused } ?? false
            return isExcused ? .left : .declined
        }
        return Event.assignmentEnded(event).overriddenAward != nil ? .takenAway : .left
    }

    /// A lead given back for bad data was not refused, unless its data turns out to be good. The award is open when the
    /// partner gives it back, and has ended when a person decides.
    private mutating func change(_ event: ReturnChanged) {
        guard let index = leadByID[event.leadID], let partner = partnerByID[event.partnerID] else { return }
        let awards = leads[index].awards
        switch event.status {
        case .credited, .waiting:
            if let award = awards.lastIndex(where: { $0.partner == partner }) {
                leads[index].awards[award].isExcused = true
            }
        case .refused, .lapsed:
            // The partner may have got the lead again since.
            guard let award = awards.lastIndex(where: { $0.partner == partner && $0.isExcused }) else { return }
            leads[index].awards[award].isExcused = false
            if awards[award].end == .left && !awards[award].isAccepted { leads[index].awards[award].end = .declined }
        case .taken, .approved: break
        }
    }

    /// The partner that seemed to miss a deadline had answered before it.
    private mutating func credit(_ event: AnswerCredited) {
        guard let index = leadByID[event.leadID], let partner = partnerByID[event.partnerID],
            let award = leads[index].awards.lastIndex(where: {
                $0.partner == partner && $0.end == .expired && $0.respondBy == event.respondBy
            })
        else { return }
        leads[index].awards[award].end = .left
        leads[index].awards[award].responseMicros = event.elapsedMicros
        leads[index].awards[award].isAccepted = true
    }

    private mutating func finish(_ lead: Int, _ award: Int, _ end: AwardEnd, at stamp: Timestamp) {
        leads[lead].awards[award].end = end
        leads[lead].awards[award].endedAt = stamp
    }

    private mutating func close(_ event: LeadClosed, at stamp: Timestamp) {
        guard let index = leadByID[event.leadID] else { return }
        end(event.leadID, Event.leadClosed(event).overriddenAward != nil ? .takenAway : .closed, at: stamp)
        // A correction changes how it ended, not when.
        if leads[index].closing == nil { leads[index].closedAt = stamp }
        leads[index].closing = event.reason
        leads[index].closedBy = event.partnerID.isEmpty ? nil : number(of: event.partnerID)
        leads[index].amountMinorUnits = event.reason == .won ? event.amountMinorUnits : 0
    }

    // MARK: Partners

    /// The number of a partner, in order of registration.
    public func number(ofKnown partnerID: String) -> Int? { partnerByID[partnerID] }

    private mutating func number(of partnerID: String) -> Int {
        if let known = partnerByID[partnerID] { return known }
        let number = partnerIDs.count
        partnerIDs.append(partnerID)
        partnerByID[partnerID] = number
        capacities.append([])
        eligible.append([:])
        eligibleValue.append([:])
        return number
    }

    private mutating func setCapacity(_ capacity: Capacity, of partner: Int, at stamp: Timestamp) {
        if capacities[partner].last?.capacity == capacity { return }
        capacities[partner].append(CapacityChange(at: stamp, capacity: capacity))
    }

    // MARK: Candidates

    /// Who could have been chosen, and whose turn it would have been: only the first decision about a lead counts.
    private mutating func readCandidates(of choice: RoutingChoice, _ input: Input, at stamp: Timestamp) {
        guard let index = leadByID[choice.leadID], leads[index].rotationConversion == nil, let summary = choice.summary
        else { return }
        var candidates: [(partner: Int, conversion: Double)] = []
        if choice.candidatesIn <= summary.best.count {
            candidates = summary.best.compactMap { best in partnerByID[best.partnerID].map { ($0, best.conversion) } }
        } else if let evaluation = Decider.explain(input, at: stamp, in: state).evaluation {
            for candidate in evaluation.candidates where !candidate.isBelowMinimum {
                if let partner = partnerByID[candidate.partnerID] { candidates.append((partner, candidate.conversion)) }
            }
        }
        if candidates.isEmpty { return }
        let day = Int32(clamping: stamp.micros / Timestamp.microsPerDay)
        for candidate in candidates {
            eligible[candidate.partner][day, default: 0] += 1
            eligibleValue[candidate.partner][day, default: 0] += summary.dealValueMinorUnits
        }
        var country = ""
        if case .leadSubmitted(let fact) = input.fact { country = fact.attributes.country }
        leads[index].rotationConversion = turn(in: country, candidates)
    }

    /// Round robin by country: the next candidate in order of registration after the one whose turn it was last.
    private mutating func turn(in country: String, _ candidates: [(partner: Int, conversion: Double)]) -> Double {
        let ordered = candidates.sorted { $0.partner < $1.partner }
        let last = turns[country] ?? -1
        let next = ordered.first { $0.partner > last } ?? ordered[0]
        turns[country] = next.partner
        return next.conversion
    }
}
