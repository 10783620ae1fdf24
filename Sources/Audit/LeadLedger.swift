import LeadlineCore
import LeadlineSchemas

/// A second, simpler set of books: who holds which open lead, and how many each partner has, counted from recorded
/// events and profiles alone. It shares no code with the decider, so that it can contradict it.
struct LeadLedger {
    private enum Standing: Equatable {
        case held(Int, Counted)
        case humanQueue
        /// At partners who have not agreed yet.
        case offered
        /// Taken back, and by the end of the entry to be given to somebody.
        case nobody
    }

    private struct Partner {
        var openMax: UInt32?
        var periodMax: UInt32?
        var open: UInt32 = 0
        var period: Int64 = .min
        var inPeriod: UInt32 = 0
    }

    /// Where a lead counts at its holder.
    private struct Counted: Equatable {
        var since: Timestamp
        /// Of the length that periods had then. Before logic version 6 it was worked out again.
        var period: Int64?
    }

    /// A lead that a partner gave back.
    private struct Handed: Hashable {
        var lead: String
        var partner: String
    }

    private var indexByID: [String: Int] = [:]
    private var ids: [String] = []
    private var partners: [Partner] = []
    /// Open leads only.
    private var leads: [String: Standing] = [:]
    /// Where the leads counted whose credit waits for a person, by lead and partner, in the order they end.
    private var waiting: [Handed: [Counted]] = [:]
    private var logicVersion = Logic.oldest
    private var periodMicros: Int64?
    private var periodAnchor = Timestamp.epoch

    /// Assignments that were checked against caps.
    private(set) var assignmentsChecked: UInt64 = 0
    /// Leads that came in.
    private(set) var leadsAccepted: UInt64 = 0
    /// Leads that are held or in the human queue.
    var openLeads: Int { leads.count }

    /// Books from the first entry on.
    init() {}

    /// Books that are taken over from a state, where the entries before it are not at hand.
    init(_ state: borrowing State) {
        if let policy = state.policy {
            periodMicros = Int64(max(policy.periodDays, 1)) * Timestamp.microsPerDay
            periodAnchor = policy.periodAnchor
        }
        for standing in state.partnerStandings {
            let index = indexOrInsert(standing.profile.partnerID)
            setCapacity(of: index, standing.profile.capacity)
            startPeriod(index, at: state.lastStamp)
            partners[index].open = standing.openLeads
            partners[index].inPeriod = standing.leadsInPeriod
        }
        for lead in state.openLeads {
            let counted = Counted(since: lead.assignedAt ?? .epoch, period: lead.countedPeriod)
            leads[lead.leadID] = lead.partnerID.flatMap { indexByID[$0] }.map { .held($0, counted) }
                ?? (lead.stage == .offered ? .offered : .humanQueue)
        }
        for credit in state.returnStandings.sorted(by: { $0.until < $1.until }) {
            waiting[Handed(lead: credit.leadID, partner: credit.partnerID), default: []]
                .append(Counted(since: credit.assignedAt, period: credit.countedPeriod))
        }
    }

    /// Books an entry. Returns the promise it broke, in words, or nil.
    mutating func book(_ entry: EntryRecord) -> String? {
        logicVersion = entry.logicVersion
        switch entry.input.fact {
        case .partnerUpserted(let profile): setCapacity(of: indexOrInsert(profile.partnerID), profile.capacity)
        case .partnerCapacitySet(let fact):
            if let index = indexByID[fact.partnerID] { setCapacity(of: index, fact.capacity) }
        case .policyPublished(let fact):
            periodMicros = Int64(max(fact.policy.periodDays, 1)) * Timestamp.microsPerDay
            periodAnchor = fact.policy.periodAnchor
        case .logicVersionAdopted(let version) where entry.logicVersion < 6 && version >= 6: fixPeriods()
        case .leadSubmitted(let fact):
            leadsAccepted += 1
            guard entry.events.contains(where: { $0.places(fact.leadID) }) else {
                return "the lead \(fact.leadID) was accepted, but neither assigned nor offered nor escalated nor merged"
            }
        default: break
        }
        for event in entry.events {
            if let broken = book(event, at: entry.stamp) { return broken }
        }
        for event in entry.events {
            if let lead = event.takenBackLeadID, leads[lead] == .nobody {
                return "the lead \(lead) was taken back and given to nobody, not even a human"
            }
        }
        return nil
    }

    private mutating func book(_ event: Event, at stamp: Timestamp) -> String? {
        switch event {
        case .leadAssigned(let event): return assign(event, at: stamp)
        case .assignmentExpired(let event):
            if stamp < event.respondBy { return "the assignment of \(event.leadID) expired before its deadline" }
            return takeBack(event.leadID, from: event.partnerID)
        case .assignmentEnded(let event): return takeBack(event.leadID, from: event.partnerID)
        case .leadEscalated(let event):
            release(event.leadID)
            leads[event.leadID] = .humanQueue
        case .offerMade(let event):
            release(event.leadID)
            leads[event.leadID] = .offered
        case .leadClosed(let event):
            release(event.leadID)
            leads[event.leadID] = nil
        case .returnChanged(let event): credit(event)
        case .leadMerged(let event):
            if !event.sameID { leads[event.leadID] = nil }
        default: break
        }
        return nil
    }

    private mutating func assign(_ event: LeadAssigned, at stamp: Timestamp) -> String? {
        guard let index = indexByID[event.partnerID] else {
            return "the lead \(event.leadID) went to \(event.partnerID), who was never registered"
        }
        if case .held(let other, _)? = leads[event.leadID] {
            return "the lead \(event.leadID) went to \(event.partnerID) while \(ids[other]) held it"
        }
        startPeriod(index, at: stamp)
        // A human may go past a cap, and history went where it went; only Leadline's own choices carry an evaluation.
        if event.evaluation != nil {
            assignmentsChecked += 1
            if let broken = capBroken(index, event) { return broken }
        }
        partners[index].open += 1
        partners[index].inPeriod += 1
        leads[event.leadID] = .held(index, Counted(since: stamp, period: period(at: stamp)))
        return nil
    }

    /// A lead that came back and is credited is none that the partner got in the period in which it got it.
    private mutating func credit(_ event: ReturnChanged) {
        let handed = Handed(lead: event.leadID, partner: event.partnerID)
        switch event.status {
        case .credited:
            if case .held(let index, let counted)? = leads[event.leadID] { uncount(index, counted) }
        case .waiting:
            if case .held(_, let counted)? = leads[event.leadID] { waiting[handed, default: []].append(counted) }
        case .approved, .refused, .lapsed:
            guard var places = waiting[handed], !places.isEmpty else { return }
            let counted = places.removeFirst()
            waiting[handed] = places.isEmpty ? nil : places
            if event.status == .approved, let index = indexByID[event.partnerID] { uncount(index, counted) }
        case .taken: break
        }
    }

    private mutating func uncount(_ index: Int, _ counted: Counted) {
        let period = logicVersion < 6 ? period(at: counted.since) : counted.period
        guard partners[index].inPeriod > 0, period == partners[index].period else { return }
        partners[index].inPeriod -= 1
    }

    /// With logic version 6 where a lead counts is worked out for the last time.
    private mutating func fixPeriods() {
        for (id, standing) in leads {
            guard case .held(let index, var counted) = standing else { continue }
            counted.period = period(at: counted.since)
            leads[id] = .held(index, counted)
        }
        for (handed, places) in waiting {
            waiting[handed] = places.map { Counted(since: $0.since, period: period(at: $0.since)) }
        }
    }

    private func period(at moment: Timestamp) -> Int64? {
        guard let length = periodMicros else { return nil }
        let since = moment.micros - periodAnchor.micros
        return since >= 0 ? since / length : (since - length + 1) / length
    }

    private func capBroken(_ index: Int, _ event: LeadAssigned) -> String? {
        let partner = partners[index]
        if let most = partner.openMax, partner.open >= most {
            return
                "the lead \(event.leadID) went to \(event.partnerID), who held \(partner.open) open leads of at most \(most)"
        }
        if let most = partner.periodMax, partner.inPeriod >= most {
            return
                "the lead \(event.leadID) went to \(event.partnerID), who had got \(partner.inPeriod) leads of at most \(most) in the period"
        }
        return nil
    }

    private mutating func startPeriod(_ index: Int, at stamp: Timestamp) {
        guard let period = period(at: stamp) else { return }
        if partners[index].period != period {
            partners[index].period = period
            partners[index].inPeriod = 0
        }
    }

    private mutating func takeBack(_ lead: String, from partnerID: String) -> String? {
        guard case .held(let index, _)? = leads[lead], ids[index] == partnerID else {
            return "the lead \(lead) was taken from \(partnerID), who did not hold it"
        }
        release(lead)
        leads[lead] = .nobody
        return nil
    }

    private mutating func release(_ lead: String) {
        if case .held(let index, _)? = leads[lead] { partners[index].open -= 1 }
    }

    private mutating func setCapacity(of index: Int, _ capacity: Capacity) {
        partners[index].openMax = capacity.openLeadsMax
        partners[index].periodMax = capacity.leadsPerPeriodMax
    }

    private mutating func indexOrInsert(_ id: String) -> Int {
        if let known = indexByID[id] { return known }
        let index = partners.count
        indexByID[id] = index
        ids.append(id)
        partners.append(Partner())
        return index
    }
}

extension Event {
    /// True if the event says where this lead is.
    fileprivate func places(_ lead: String) -> Bool {
        switch self {
        case .leadAssigned(let event): event.leadID == lead
        case .leadEscalated(let event): event.leadID == lead
        case .offerMade(let event): event.leadID == lead
        case .leadMerged(let event): event.leadID == lead
        default: false
        }
    }

    fileprivate var takenBackLeadID: String? {
        switch self {
        case .assignmentExpired(let event): event.leadID
        case .assignmentEnded(let event): event.leadID
        default: nil
        }
    }
}
