/// Leads that are in the human queue for want of a partner, and when they are looked at again. Since logic version 7.
struct WaitingLeads: Sendable, Equatable {
    /// Counts the moments from which somebody may be able to take one.
    var chances: UInt32 = 0
    /// When they are looked at next; `distantFuture`: not before something happens.
    var lookAt = Timestamp.distantFuture
    /// When time alone frees somebody: an absence, a time of cooling down or a period ends.
    var turnsAt = Timestamp.distantFuture
    /// The minute in which leads were offered again last, and how many were.
    var minute = Int64.min
    var inMinute: UInt32 = 0
    /// Slots of the leads, ascending; derived.
    private(set) var slots: [UInt32] = []

    /// Leads that one look goes through at most before it makes way for other entries.
    static let lookedAtMax = 4_096

    mutating func insert(_ slot: UInt32) {
        let at = index(of: slot)
        if at == slots.count || slots[at] != slot { slots.insert(slot, at: at) }
    }

    mutating func remove(_ slot: UInt32) {
        let at = index(of: slot)
        if at < slots.count && slots[at] == slot { slots.remove(at: at) }
    }

    private func index(of slot: UInt32) -> Int {
        var (low, high) = (0, slots.count)
        while low < high {
            let middle = (low + high) / 2
            if slots[middle] < slot { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// When the next lead may be offered, at `stamp` or with the next minute.
    func nextOffer(at stamp: Timestamp, perMinute: UInt32) -> Timestamp {
        let now = Self.minute(of: stamp)
        if now != minute || inMinute < perMinute { return stamp }
        return Timestamp(micros: (now + 1) * Timestamp.microsPerMinute)
    }

    mutating func countOffer(at stamp: Timestamp) {
        let now = Self.minute(of: stamp)
        if now != minute { (minute, inMinute) = (now, 0) }
        inMinute += 1
    }

    private static func minute(of stamp: Timestamp) -> Int64 {
        stamp.micros.floorDivided(by: Timestamp.microsPerMinute)
    }
}

extension WaitingLeads {
    func write(to w: inout StateWriter) {
        w.put(chances)
        w.put(lookAt)
        w.put(turnsAt)
        w.put(minute)
        w.put(inMinute)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        chances = try r.get()
        lookAt = try r.timestamp()
        turnsAt = try r.timestamp()
        minute = try r.get()
        inMinute = try r.get()
    }
}
