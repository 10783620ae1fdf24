/// Leads that go from a partner to another one for a reason that lies with the partner, one an entry: to a deputy of
/// one that is away, or to the one into which it was merged. Since logic version 7.
struct HandOverTable: Sendable, Equatable {
    struct Pending: Sendable, Equatable {
        var at: Timestamp
        var cause: RoutingCause
        /// Who had it, where two partners became one: its holder is the one that remains already.
        var from = LeadTable.nowhere
    }

    /// By slot, and by partner when its next absence begins; gone through in the order of their keys alone.
    private var pending: [UInt32: Pending] = [:]
    private var absences: [UInt32: Timestamp] = [:]

    init() {}

    subscript(slot: Int) -> Pending? {
        get { pending.isEmpty ? nil : pending[UInt32(slot)] }
        set { if newValue != nil || !pending.isEmpty { pending[UInt32(slot)] = newValue } }
    }

    var slots: [UInt32] { pending.keys.sorted() }

    /// When a partner that has deputies goes away next; nil where it is not known to.
    func absence(of partner: Int) -> Timestamp? { absences.isEmpty ? nil : absences[UInt32(partner)] }

    mutating func setAbsence(_ moment: Timestamp?, of partner: Int) {
        if moment != nil || !absences.isEmpty { absences[UInt32(partner)] = moment }
    }

    /// Partners whose next absence is waited for, in order.
    var partners: [UInt32] { absences.keys.sorted() }

    /// The earliest of all moments.
    var next: Timestamp? {
        let moments = slots.compactMap { pending[$0]?.at } + partners.compactMap { absences[$0] }
        return moments.min()
    }
}

// MARK: - Canonical bytes

extension HandOverTable {
    func write(to w: inout StateWriter) {
        w.put(each: slots) { w, slot in
            w.put(slot)
            w.put(pending[slot]?.at ?? .epoch)
            w.put(pending[slot]?.cause.rawValue ?? 0)
            w.put(pending[slot]?.from ?? LeadTable.nowhere)
        }
        w.put(each: partners) { w, partner in
            w.put(partner)
            w.put(absences[partner] ?? .epoch)
        }
    }

    init(from r: inout StateReader, slots: Int, partners: Int) throws(StateBytesError) {
        for _ in 0..<(try r.count()) {
            let slot: UInt32 = try r.get()
            guard slot < slots, pending[slot] == nil else { throw .invalid(at: r.at) }
            let one = Pending(at: try r.timestamp(), cause: try r.raw(), from: try r.get())
            guard one.from == LeadTable.nowhere || one.from < partners else { throw .invalid(at: r.at) }
            pending[slot] = one
        }
        for _ in 0..<(try r.count()) {
            let partner: UInt32 = try r.get()
            guard partner < partners, absences[partner] == nil else { throw .invalid(at: r.at) }
            absences[partner] = try r.timestamp()
        }
    }
}
