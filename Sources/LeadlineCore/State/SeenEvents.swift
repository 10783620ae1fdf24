/// Digests of the events of the last thirty logical days, by which a producer's repeats are known.
///
/// Later repeats meet idempotence by lead and deal id instead.
struct SeenEvents: Sendable {
    static let memoryMicros = 30 * Timestamp.microsPerDay

    struct Seen: Sendable {
        var content: UInt64
        var at: Timestamp
    }
    private(set) var byEvent: [Digest128: Seen] = [:]
    private(set) var order = TimedQueue<Digest128>()

    /// What is remembered of an event at `stamp`; nil if nothing.
    func seen(_ event: Digest128, at stamp: Timestamp) -> Seen? {
        guard let seen = byEvent[event], stamp.micros - seen.at.micros < Self.memoryMicros else { return nil }
        return seen
    }

    mutating func remember(_ event: Digest128, content: Digest128?, at stamp: Timestamp) {
        // A repeat after the memory's end counts as new and starts its thirty days again.
        if byEvent.updateValue(Seen(content: content?.low ?? 0, at: stamp), forKey: event) == nil {
            order.append(event, at: stamp)
        }
    }

    /// Forgets at most `most` events that are older than the memory.
    mutating func forget(at stamp: Timestamp, most: Int) {
        let limit = stamp.adding(micros: -Self.memoryMicros)
        for _ in 0..<most {
            guard let event = order.popFirst(before: limit) else { return }
            guard let seen = byEvent[event] else { continue }
            if seen.at < limit { byEvent[event] = nil } else { order.append(event, at: stamp) }
        }
    }

    /// Puts back what a snapshot remembers.
    mutating func restore(_ event: Digest128, queuedAt: Timestamp, _ memory: Seen) {
        order.append(event, at: queuedAt)
        byEvent[event] = memory
    }
}
