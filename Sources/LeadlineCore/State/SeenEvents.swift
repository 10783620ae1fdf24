import DequeModule

/// Digests of the events of the last thirty logical days, by which a producer's repeats are known.
///
/// Later repeats meet idempotence by lead and deal id instead.
struct SeenEvents: Sendable {
    static let memoryMicros = 30 * Timestamp.microsPerDay

    struct Seen: Sendable {
        var event: Digest128
        var content: UInt64
        var at: Timestamp
        /// When it joined the queue; earlier than `at` if the event came again after the memory's end.
        var queuedAt: Timestamp
    }

    /// Oldest first, by `queuedAt`, which never decreases.
    private(set) var queue = Deque<Seen>()
    /// Rows are numbers of arrival, cut to 32 bits; the queue's first one has the number `firstNumber`.
    private var index = HashIndex()
    private var firstNumber: UInt32 = 0

    /// How many events are remembered.
    var count: Int { queue.count }

    /// What is remembered of an event at `stamp`; nil if nothing.
    func seen(_ event: Digest128, at stamp: Timestamp) -> Seen? {
        guard let place = place(of: event),
            stamp.micros - queue[place].at.micros < Self.memoryMicros
        else { return nil }
        return queue[place]
    }

    mutating func remember(_ event: Digest128, content: Digest128?, at stamp: Timestamp) {
        guard let place = place(of: event) else {
            append(Seen(event: event, content: content?.low ?? 0, at: stamp, queuedAt: stamp))
            return
        }
        // A repeat after the memory's end counts as new and starts its thirty days again.
        queue[place].content = content?.low ?? 0
        queue[place].at = stamp
    }

    /// Forgets at most `most` events that are older than the memory.
    mutating func forget(at stamp: Timestamp, most: Int) {
        let limit = stamp.adding(micros: -Self.memoryMicros)
        for _ in 0..<most {
            guard var first = queue.first, first.queuedAt < limit else { return }
            queue.removeFirst()
            index.remove(firstNumber, HashIndex.hash(first.event))
            firstNumber &+= 1
            if first.at >= limit {
                first.queuedAt = stamp
                append(first)
            }
        }
    }

    /// Puts back what a snapshot remembers, in the queue's order.
    mutating func restore(_ seen: Seen) { append(seen) }

    private mutating func append(_ seen: Seen) {
        index.insert(firstNumber &+ UInt32(queue.count), HashIndex.hash(seen.event))
        queue.append(seen)
    }

    private func place(of event: Digest128) -> Int? {
        index.row(HashIndex.hash(event)) { queue[Int($0 &- firstNumber)].event == event }.map { Int($0 &- firstNumber) }
    }
}
