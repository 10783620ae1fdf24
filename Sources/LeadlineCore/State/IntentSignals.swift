/// A buying signal: what one vendor said last of an account's interest in one topic.
struct IntentSignal: Sendable, Equatable {
    var topic: Vocabulary.Code
    /// The vendor who observed it; `none` where an older logic took it in without remembering.
    var observer: Vocabulary.Code
    var strengthPercent: UInt8
    var firstSeen: Timestamp
    var lastSeen: Timestamp
    /// Position of the entry that said so, or `FieldSources.unknown`.
    var position: UInt64

    /// A signal loses half of its strength in so many days without a new one.
    static let halfLifeDays = 30.0
    private static let ln2 = 0.6931471805599453

    /// Strength in percent by `stamp`.
    func strength(at stamp: Timestamp) -> Double { Self.decayed(strengthPercent, since: lastSeen, at: stamp) }

    static func decayed(_ percent: UInt8, since lastSeen: Timestamp, at stamp: Timestamp) -> Double {
        let days = Double(max(0, stamp.micros - lastSeen.micros)) / Double(Timestamp.microsPerDay)
        return Double(percent) * ElementaryFunctions.exp(-ln2 * days / halfLifeDays)
    }
}

/// An account's buying signals, one for each topic and vendor; since logic version 2.
///
/// Vendors often resell what one of them observed, so two who agree are not two witnesses: what counts is the strongest
/// signal, and the others are kept for when it has faded, and for explanations.
struct IntentSignals: Sendable, Equatable {
    /// Signals that are remembered of an account.
    static let countMax = 8

    /// In the order in which topic and vendor were first seen together.
    private(set) var signals: [IntentSignal] = []

    init(_ signals: [IntentSignal] = []) { self.signals = signals }

    /// Takes in what a vendor said. It replaces what the same vendor said of the topic before, unless it tells of an
    /// earlier time: vendors' events come in any order. Of more signals than are remembered the weakest goes, by what
    /// is left of it at `stamp`; of equals the one that was seen longest ago, then the older row.
    mutating func observe(_ signal: IntentSignal, at stamp: Timestamp) {
        // What an older logic remembered without its vendor gives way to the first vendor who names the topic.
        let known = signals.firstIndex { $0.topic == signal.topic && $0.observer == signal.observer }
            ?? signals.firstIndex { $0.topic == signal.topic && $0.position == FieldSources.unknown }
        if let known {
            if signal.lastSeen >= signals[known].lastSeen { signals[known] = signal }
            return
        }
        signals.append(signal)
        if signals.count <= Self.countMax { return }
        var weakest = 0
        for row in signals.indices.dropFirst() where signals[row].isWeaker(than: signals[weakest], at: stamp) {
            weakest = row
        }
        signals.remove(at: weakest)
    }

    /// The signal of which most is left at `stamp`; of equals the older row. Nil without signals.
    func strongest(at stamp: Timestamp) -> IntentSignal? {
        guard var best = signals.first else { return nil }
        var most = best.strength(at: stamp)
        for signal in signals.dropFirst() {
            let strength = signal.strength(at: stamp)
            if strength > most { (best, most) = (signal, strength) }
        }
        return best
    }
}

extension IntentSignal {
    fileprivate func isWeaker(than other: Self, at stamp: Timestamp) -> Bool {
        let (a, b) = (strength(at: stamp), other.strength(at: stamp))
        return a == b ? lastSeen < other.lastSeen : a < b
    }
}

extension IntentSignals {
    func write(to w: inout StateWriter) {
        w.put(each: signals) { w, signal in
            w.put(signal.topic)
            w.put(signal.observer)
            w.put(signal.strengthPercent)
            w.put(signal.firstSeen)
            w.put(signal.lastSeen)
            w.put(signal.position)
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        signals = try r.each { (r) throws(StateBytesError) in
            IntentSignal(
                topic: try r.get(), observer: try r.get(), strengthPercent: try r.get(), firstSeen: try r.timestamp(),
                lastSeen: try r.timestamp(), position: try r.get())
        }
        if signals.count > Self.countMax { throw .invalid(at: r.at) }
    }
}
