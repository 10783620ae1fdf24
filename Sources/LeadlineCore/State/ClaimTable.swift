/// The claims that wait or are in force, in the order in which they came. Since logic version 5.
struct ClaimTable: Sendable {
    /// What a claim is about: an account, or a lead that has none.
    enum Target: Hashable, Sendable {
        case account(Digest128), lead(String)
    }

    struct Claim: Sendable, Equatable {
        /// Counts up from claim to claim.
        var ticket: UInt32
        var id: String
        var partner: UInt32
        /// The lead that it was made by; empty where there is none, or once its person is erased.
        var leadID: String
        /// Nil for a lead without an account.
        var account: Digest128?
        var status: ClaimStatus
        /// When its timer fires, and what that means.
        var until: Timestamp
        var ends: ClaimReason

        var target: Target { account.map { .account($0) } ?? .lead(leadID) }
    }

    /// A partner's own id of a claim.
    private struct Key: Hashable, Sendable {
        var partner: UInt32
        var id: String
    }

    /// Claims at most; one more is refused aloud.
    static let countMax = 100_000

    private var byTicket: [UInt32: Claim] = [:]
    private var byKey: [Key: UInt32] = [:]
    /// Tickets in the order in which they came.
    private var byTarget: [Target: [UInt32]] = [:]
    private var countByPartner: [UInt32: Int] = [:]
    private var nextTicket: UInt32 = 0

    init() {}

    var count: Int { byTicket.count }
    /// All of them, in the order in which they came.
    var all: [Claim] { byTicket.keys.sorted().compactMap { byTicket[$0] } }

    subscript(ticket: UInt32) -> Claim? { byTicket[ticket] }

    func claim(_ id: String, of partner: Int) -> Claim? {
        byKey[Key(partner: UInt32(partner), id: id)].flatMap { byTicket[$0] }
    }

    func count(of partner: Int) -> Int { countByPartner[UInt32(partner)] ?? 0 }

    /// The claims on one target, in the order in which they came.
    func claims(on target: Target) -> [Claim] {
        if byTicket.isEmpty { return [] }
        return (byTarget[target] ?? []).compactMap { byTicket[$0] }
    }

    /// The claim on it that is in force.
    func inForce(on target: Target) -> Claim? { claims(on: target).first { $0.status == .approved } }

    /// Adds a claim, or changes one that is there.
    mutating func set(_ claim: Claim) {
        if let known = byTicket[claim.ticket] {
            byTicket[known.ticket] = claim
            return
        }
        var claim = claim
        claim.ticket = nextTicket
        nextTicket &+= 1
        restore(claim)
    }

    /// The ticket that the next claim gets.
    var comingTicket: UInt32 { nextTicket }

    mutating func remove(_ ticket: UInt32) {
        guard let claim = byTicket.removeValue(forKey: ticket) else { return }
        unlink(claim)
        byTarget[claim.target]?.removeAll { $0 == ticket }
        if byTarget[claim.target]?.isEmpty == true { byTarget[claim.target] = nil }
    }

    /// The claim is another partner's from here on, which has none of the same id.
    mutating func move(_ ticket: UInt32, to partner: UInt32) {
        guard var claim = byTicket[ticket] else { return }
        unlink(claim)
        claim.partner = partner
        byTicket[ticket] = claim
        link(claim)
    }

    private mutating func restore(_ claim: Claim) {
        byTicket[claim.ticket] = claim
        link(claim)
        byTarget[claim.target, default: []].append(claim.ticket)
    }

    /// The claim is found by its partner, and counts there.
    private mutating func link(_ claim: Claim) {
        byKey[Key(partner: claim.partner, id: claim.id)] = claim.ticket
        countByPartner[claim.partner, default: 0] += 1
    }

    private mutating func unlink(_ claim: Claim) {
        byKey[Key(partner: claim.partner, id: claim.id)] = nil
        countByPartner[claim.partner, default: 1] -= 1
        if countByPartner[claim.partner] == 0 { countByPartner[claim.partner] = nil }
    }
}

// MARK: - Canonical bytes

extension ClaimTable {
    func write(to w: inout StateWriter) {
        w.put(nextTicket)
        w.put(each: all) { w, claim in
            w.put(claim.ticket)
            w.put(claim.id)
            w.put(claim.partner)
            w.put(claim.leadID)
            w.put(optional: claim.account) { $0.put($1) }
            w.put(claim.status.rawValue)
            w.put(claim.until)
            w.put(claim.ends.rawValue)
        }
    }

    init(from r: inout StateReader, partners: Int) throws(StateBytesError) {
        nextTicket = try r.get()
        for _ in 0..<(try r.count()) {
            let claim = Claim(
                ticket: try r.get(), id: try r.string(), partner: try r.get(), leadID: try r.string(),
                account: try r.optional { (r) throws(StateBytesError) in try r.digest() }, status: try r.raw(),
                until: try r.timestamp(), ends: try r.raw())
            guard claim.partner < partners, claim.ticket < nextTicket, byTicket[claim.ticket] == nil,
                byKey[Key(partner: claim.partner, id: claim.id)] == nil
            else { throw .invalid(at: r.at) }
            restore(claim)
        }
    }
}
