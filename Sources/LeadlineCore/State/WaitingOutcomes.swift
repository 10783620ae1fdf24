/// Outcomes that came before their leads. Bounded in number and time.
struct WaitingOutcomes: Sendable {
    static let countMax = 10_000
    static let patienceMicros = 7 * Timestamp.microsPerDay

    struct Waiting: Sendable, Equatable {
        /// Position of the entry that holds the outcome.
        var position: UInt64
        var leadID: String
        var fact: Fact
        /// Whether its origin was an import, where times are past.
        var imported: Bool
        var until: Timestamp
        /// Since logic version 7.
        var times = AnswerTimes()
    }

    private(set) var byTicket: [UInt32: Waiting] = [:]
    private var ticketsByLead: [String: [UInt32]] = [:]
    private(set) var nextTicket: UInt32 = 0

    var count: Int { byTicket.count }
    /// Tickets in order of arrival.
    var tickets: [UInt32] { byTicket.keys.sorted() }

    subscript(ticket: UInt32) -> Waiting? { byTicket[ticket] }

    func tickets(ofLead id: String) -> [UInt32] { ticketsByLead[id] ?? [] }

    mutating func add(_ waiting: Waiting) -> UInt32 {
        let ticket = nextTicket
        nextTicket &+= 1
        restore(waiting, ticket: ticket)
        return ticket
    }

    mutating func remove(_ ticket: UInt32) {
        guard let waiting = byTicket.removeValue(forKey: ticket) else { return }
        ticketsByLead[waiting.leadID]?.removeAll { $0 == ticket }
        if ticketsByLead[waiting.leadID]?.isEmpty == true { ticketsByLead[waiting.leadID] = nil }
    }

    mutating func restore(_ waiting: Waiting, ticket: UInt32) {
        byTicket[ticket] = waiting
        ticketsByLead[waiting.leadID, default: []].append(ticket)
    }

    init(nextTicket: UInt32 = 0) { self.nextTicket = nextTicket }
}
