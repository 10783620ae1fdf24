/// What is watched so that nobody starves unseen. Empty without a rule for it. Since logic version 7.
struct StarvationTable: Sendable, Equatable {
    /// One partner.
    struct Standing: Sendable, Equatable {
        /// When it got its last lead, was registered or came back, whichever is latest.
        var quietSince = Timestamp.epoch
        /// Leads it got in the period that is counted, and has not lost again.
        var got: UInt32 = 0
        /// When it was said last that it is idle; and in which capacity period that it takes too much. The latter also
        /// where there was nothing to say.
        var idleToldAt = Timestamp.epoch
        var shareSeenIn = Int64.min
        /// What was announced of it, the latest of each kind.
        var told: [StarvationNotice] = []
    }

    /// One of the latest leads that were routed; a slot is used again once its lead is archived.
    struct Recent: Sendable, Equatable {
        var slot: UInt32
        var submittedAt: Timestamp
    }

    /// By partner.
    var standings: [Standing] = []
    /// The capacity period that is counted, and its leads.
    var period = Int64.min
    var total: UInt32 = 0
    /// The floor period whose floors were looked at.
    var floorsSeenIn = Int64.min
    /// When somebody is to be looked at next; `distantFuture` where there is nobody.
    var lookAt = Timestamp.distantFuture
    /// Oldest first.
    private(set) var recent: [Recent] = []

    /// Leads that are remembered for the causes.
    static let recentMax = 32

    subscript(partner: Int) -> Standing { partner < standings.count ? standings[partner] : Standing() }

    /// A lead was routed; one that is routed again is not remembered twice.
    mutating func remember(_ slot: Int, submittedAt: Timestamp) {
        let one = Recent(slot: UInt32(slot), submittedAt: submittedAt)
        if recent.contains(one) { return }
        if recent.count == Self.recentMax { recent.removeFirst() }
        recent.append(one)
    }
}

extension StarvationTable {
    func write(to w: inout StateWriter) {
        w.put(each: standings) { w, standing in
            w.put(standing.quietSince)
            w.put(standing.got)
            w.put(standing.idleToldAt)
            w.put(standing.shareSeenIn)
            w.put(each: standing.told) { $1.write(to: &$0) }
        }
        w.put(period)
        w.put(total)
        w.put(floorsSeenIn)
        w.put(lookAt)
        w.put(each: recent) { w, one in
            w.put(one.slot)
            w.put(one.submittedAt)
        }
    }

    init(from r: inout StateReader, partners: Int, slots: Int) throws(StateBytesError) {
        standings = try r.each { (r) throws(StateBytesError) in
            Standing(
                quietSince: try r.timestamp(), got: try r.get(), idleToldAt: try r.timestamp(),
                shareSeenIn: try r.get(),
                told: try r.each { (r) throws(StateBytesError) in try StarvationNotice(from: &r) })
        }
        period = try r.get()
        total = try r.get()
        floorsSeenIn = try r.get()
        lookAt = try r.timestamp()
        recent = try r.each { (r) throws(StateBytesError) in
            Recent(slot: try r.get(), submittedAt: try r.timestamp())
        }
        guard standings.count <= partners, recent.count <= Self.recentMax, recent.allSatisfy({ $0.slot < slots }) else {
            throw .invalid(at: r.at)
        }
    }
}

extension StarvationNotice {
    func write(to w: inout StateWriter) {
        w.put(at)
        w.put(announced.partnerID)
        w.put(announced.kind.rawValue)
        w.put(announced.cause.rawValue)
        w.put(announced.rule)
        w.put(announced.since)
        w.put(optional: announced.until) { $0.put($1) }
        w.put(announced.leads)
        w.put(announced.of)
        w.put(announced.valueMinorUnits)
        w.put(announced.ofValueMinorUnits)
        w.put(announced.leadsLookedAt)
        w.put(announced.leadsSo)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        at = try r.timestamp()
        announced = StarvationAnnounced(
            partnerID: try r.string(), kind: try r.raw(), cause: try r.raw(), rule: try r.string(),
            since: try r.timestamp(), until: try r.optional { (r) throws(StateBytesError) in try r.timestamp() },
            leads: try r.get(), of: try r.get(), valueMinorUnits: try r.get(), ofValueMinorUnits: try r.get(),
            leadsLookedAt: try r.get(), leadsSo: try r.get())
    }
}
