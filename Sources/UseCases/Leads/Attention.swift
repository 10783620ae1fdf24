public import Engine
import GRDB
import Journal
import LeadlineSchemas
public import LeadlineCore

/// What a program's leads ask of people now.
public struct Attention: Sendable {
    /// Leads of the last day, and of the day before it.
    public var arrived = 0
    public var arrivedBefore = 0
    /// How many leads of each status there are.
    public var counts: [(status: String, count: Int)] = []
    /// Leads whose first response is due, the soonest first.
    public var due: [LeadRow] = []
    /// How many first responses are due within an hour, or overdue.
    public var dueWithinHour = 0
    /// Leads that wait for a person, those that wait longest first, and why.
    public var waiting: [(row: LeadRow, reason: EscalationReason?)] = []
}

/// Leads that a partner has now, the first response that is due soonest first.
public struct HeldLeads: Sendable {
    /// Those that were offered or taken and are not answered.
    public var assigned: [LeadRow]
    public var responded: [LeadRow]
    /// How many more it has of each.
    public var assignedLeft: Int
    public var respondedLeft: Int
}

extension Deployment {
    /// What a program's leads ask of people at a moment.
    /// - Parameter limit: at most so many leads of each kind.
    public func attention(at now: Timestamp, limit: Int) throws(Problem) -> Attention {
        try Problem.told {
            let projection = try leadsProjection()
            let day = now.adding(micros: -Timestamp.microsPerDay)
            var attention = Attention()
            attention.arrived = try projection.arrivals(of: program, from: day, to: .distantFuture)
            attention.arrivedBefore = try projection.arrivals(
                of: program, from: day.adding(micros: -Timestamp.microsPerDay), to: day)
            attention.counts = try projection.counts(program: program)
            attention.due = try projection.due(of: program, limit: limit)
            attention.dueWithinHour = try projection.dueCount(of: program, before: now.adding(micros: 3_600_000_000))
            let waiting = try projection.waiting(of: program, limit: limit)
            attention.waiting = try journalReader().read { db in
                try waiting.map { listed in
                    let row = try projection.lead(listed.leadID, program: program) ?? listed
                    return (row: listed, reason: Self.lastEscalation(try JournaledLead(row, in: db).entries, row.leadID))
                }
            }
            return attention
        }
    }

    private static func lastEscalation(_ entries: [EntryRecord], _ lead: String) -> EscalationReason? {
        for entry in entries.reversed() {
            for case .leadEscalated(let event) in entry.events.reversed() where event.leadID == lead {
                return event.reason
            }
        }
        return nil
    }

    /// What a partner has now.
    /// - Parameter limit: at most so many leads of each kind.
    public func held(by partner: String, limit: Int) throws(Problem) -> HeldLeads {
        try Problem.told {
            let projection = try leadsProjection()
            let assigned = try projection.held(by: partner, status: "assigned", of: program, limit: limit)
            let responded = try projection.held(by: partner, status: "responded", of: program, limit: limit)
            return HeldLeads(
                assigned: assigned.rows, responded: responded.rows, assignedLeft: assigned.count - assigned.rows.count,
                respondedLeft: responded.count - responded.rows.count)
        }
    }

    /// What partners have promised: how many first responses each owes, and when the first is due.
    public func promises(of partners: [String]) throws(Problem) -> [String: (count: Int, first: Timestamp)] {
        try Problem.told { try leadsProjection().promises(of: partners, program: program) }
    }
}
