/// Leads whose holders break a hard rule since a fact changed, until something is done about it. Since logic version 7.
struct RuleBreakTable: Sendable, Equatable {
    struct Pending: Sendable, Equatable {
        var at: Timestamp
        var cause: RuleBreakCause
    }

    /// By slot; never gone through but in the order of the slots.
    private var pending: [UInt32: Pending] = [:]

    subscript(slot: Int) -> Pending? {
        get { pending.isEmpty ? nil : pending[UInt32(slot)] }
        set { pending[UInt32(slot)] = newValue }
    }

    var slots: [UInt32] { pending.keys.sorted() }
}

extension RuleBreakTable {
    func write(to w: inout StateWriter) {
        w.put(each: slots) { w, slot in
            w.put(slot)
            w.put(pending[slot]?.at ?? .epoch)
            w.put(pending[slot]?.cause.rawValue ?? 0)
        }
    }

    init(from r: inout StateReader, slots: Int) throws(StateBytesError) {
        for _ in 0..<(try r.count()) {
            let slot: UInt32 = try r.get()
            guard slot < slots else { throw .invalid(at: r.at) }
            pending[slot] = Pending(at: try r.timestamp(), cause: try r.raw())
        }
    }
}
