/// Credits that partners had for returns, and those that wait for a person. Since logic version 5.
struct ReturnTable: Sendable {
    /// What a partner had of the policy in one capacity period.
    struct Use: Sendable, Equatable {
        var period = Int64.min
        var credits: UInt32 = 0
    }

    /// What a lead cost its holder and a credit gives back.
    struct Cost: Sendable, Equatable {
        /// Who was credited when it was the holder's turn among equals.
        var turn = BitRow()
        /// What it moved the holder on by in the rotation of a country.
        var strideMicros: Int64 = 0
        var place = CountedPlace()
        /// When the holder got it: whose period's place it took.
        var assignedAt = Timestamp.epoch
    }

    struct Waiting: Sendable, Equatable {
        /// Counts up from return to return.
        var ticket: UInt32
        var leadID: String
        var partner: UInt32
        var reasonID: String
        var cost: Cost
        /// True if it is a decline of a lead that was not taken, should the credit be refused.
        var countsAsDecline: Bool
        var until: Timestamp
    }

    /// Credits that wait at most; a return past them is taken without.
    static let waitingMax = 10_000

    /// By partner; as long as the last that had one.
    private var uses: [Use] = []
    private var byTicket: [UInt32: Waiting] = [:]
    private var nextTicket: UInt32 = 0

    init() {}

    var isFull: Bool { byTicket.count >= Self.waitingMax }

    /// Credits that a partner had in a period.
    func credits(of partner: Int, in period: Int64) -> UInt32 {
        partner < uses.count && uses[partner].period == period ? uses[partner].credits : 0
    }

    mutating func countCredit(of partner: Int, in period: Int64) {
        while uses.count <= partner { uses.append(Use()) }
        uses[partner] = Use(period: period, credits: credits(of: partner, in: period) + 1)
    }

    /// Periods have other numbers from here on, and the partner had so many credits in the present one.
    mutating func recount(_ count: Int, of partner: Int, in period: Int64) {
        if partner < uses.count { uses[partner] = Use(period: period, credits: UInt32(clamping: count)) }
    }

    /// Two partners are one: credits that either had, or waits for, are the other's.
    mutating func move(_ from: Int, _ into: Int) {
        for one in waiting where one.partner == UInt32(from) { byTicket[one.ticket]?.partner = UInt32(into) }
        guard from < uses.count else { return }
        let old = uses[from]
        uses[from] = Use()
        while uses.count <= into { uses.append(Use()) }
        if old.period > uses[into].period {
            uses[into] = old
        } else if old.period == uses[into].period {
            uses[into].credits += old.credits
        }
    }

    /// All that wait, in the order in which they came.
    var waiting: [Waiting] { byTicket.keys.sorted().compactMap { byTicket[$0] } }

    subscript(ticket: UInt32) -> Waiting? { byTicket[ticket] }

    /// The partner's credit for a lead that ends first.
    func waiting(for leadID: String, of partner: Int) -> Waiting? {
        if byTicket.isEmpty { return nil }
        return waiting.filter { $0.leadID == leadID && $0.partner == UInt32(partner) }
            .min { ($0.until, $0.ticket) < ($1.until, $1.ticket) }
    }

    /// Adds a credit that waits, and returns its ticket.
    mutating func add(_ new: Waiting) -> UInt32 {
        var new = new
        new.ticket = nextTicket
        nextTicket &+= 1
        byTicket[new.ticket] = new
        return new.ticket
    }

    /// Says in which windows the lead counted whose credit waits.
    mutating func note(_ windows: CountedPlace.Windows, ofWaiting ticket: UInt32) {
        byTicket[ticket]?.cost.place.windows = windows
    }

    mutating func remove(_ ticket: UInt32) { byTicket[ticket] = nil }
}

// MARK: - Canonical bytes

extension ReturnTable {
    func write(to w: inout StateWriter) {
        w.put(each: uses) { w, use in
            w.put(use.period)
            w.put(use.credits)
        }
        w.put(nextTicket)
        w.put(each: waiting) { w, one in
            w.put(one.ticket)
            w.put(one.leadID)
            w.put(one.partner)
            w.put(one.reasonID)
            w.put(each: one.cost.turn.words) { $0.put($1) }
            w.put(one.cost.strideMicros)
            one.cost.place.write(to: &w)
            w.put(one.cost.assignedAt)
            w.put(one.countsAsDecline)
            w.put(one.until)
        }
    }

    init(from r: inout StateReader, partners: Int) throws(StateBytesError) {
        uses = try r.each { (r) throws(StateBytesError) in Use(period: try r.get(), credits: try r.get()) }
        guard uses.count <= partners else { throw .invalid(at: r.at) }
        nextTicket = try r.get()
        for _ in 0..<(try r.count()) {
            let (ticket, leadID): (UInt32, String) = (try r.get(), try r.string())
            let (partner, reasonID): (UInt32, String) = (try r.get(), try r.string())
            let cost = Cost(
                turn: BitRow(words: try r.each { (r) throws(StateBytesError) in try r.get() }),
                strideMicros: try r.get(), place: try CountedPlace(from: &r), assignedAt: try r.timestamp())
            let one = Waiting(
                ticket: ticket, leadID: leadID, partner: partner, reasonID: reasonID, cost: cost,
                countsAsDecline: try r.bool(), until: try r.timestamp())
            guard partner < partners, ticket < nextTicket, byTicket[ticket] == nil else { throw .invalid(at: r.at) }
            byTicket[ticket] = one
        }
    }
}
