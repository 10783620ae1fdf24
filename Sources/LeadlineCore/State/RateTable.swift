/// Exchange rates that were published by themselves: of each currency the one in force, and those to come. Since logic
/// version 7.
///
/// What is published late, for a date before that of the rate in force, changes nothing: the later date holds.
struct RateTable: Sendable, Equatable {
    struct Rate: Sendable, Equatable {
        var currency: String
        var from: Timestamp
        var rateMicros: Int64
        /// Position of the entry that published it.
        var position: UInt64

        /// As it is recorded with what it counts.
        var used: RateUsed {
            RateUsed(currency: currency, rateMicros: rateMicros, validFrom: from, position: position)
        }
    }

    /// Rates at most, in force and to come; more are refused aloud.
    static let countMax = 1_024

    /// By currency, then by date.
    private(set) var rates: [Rate] = []
    /// The moment up to which dates have passed.
    private(set) var now = Timestamp.epoch
    /// By currency; derived.
    private var inForce: [String: Rate] = [:]

    init() {}

    /// The rate of a currency that is in force; nil where none was published.
    func rate(of currency: String) -> Rate? { inForce.isEmpty ? nil : inForce[currency] }

    /// When the next of them begins to hold; `distantFuture` if none is to come.
    var nextFrom: Timestamp { rates.lazy.map(\.from).filter { $0 > now }.min() ?? .distantFuture }

    /// The table with what is published at a moment.
    func with(_ fact: RatesPublished, position: UInt64, at stamp: Timestamp) -> Self {
        var next = self
        for rate in fact.rates {
            next.rates.removeAll { $0.currency == rate.currency && $0.from == fact.validFrom }
            next.rates.append(.init(
                currency: rate.currency, from: fact.validFrom, rateMicros: rate.rateMicros, position: position))
        }
        next.rates.sort { ($0.currency, $0.from) < ($1.currency, $1.from) }
        next.pass(to: stamp)
        return next
    }

    /// Time goes on: what it brings into force takes the place of what was.
    mutating func pass(to stamp: Timestamp) {
        now = max(now, stamp)
        let last = rates.indices.last
        var kept: [Rate] = []
        for index in rates.indices {
            let isFollowed = index != last && rates[index + 1].currency == rates[index].currency
                && rates[index + 1].from <= now
            if !isFollowed { kept.append(rates[index]) }
        }
        rates = kept
        inForce = [:]
        for rate in rates where rate.from <= now { inForce[rate.currency] = rate }
    }

    /// True if the same rates hold now.
    func holds(theSameAs other: Self) -> Bool {
        inForce.mapValues(\.rateMicros) == other.inForce.mapValues(\.rateMicros)
    }

    /// True if the same rates hold, now and later, whoever published them.
    func says(theSameAs other: Self) -> Bool {
        rates.elementsEqual(other.rates) {
            $0.currency == $1.currency && $0.from == $1.from && $0.rateMicros == $1.rateMicros
        }
    }
}

// MARK: - Canonical bytes

extension RateTable {
    func write(to w: inout StateWriter) {
        w.put(now)
        w.put(each: rates) { w, rate in
            w.put(rate.currency)
            w.put(rate.from)
            w.put(rate.rateMicros)
            w.put(rate.position)
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        let now = try r.timestamp()
        rates = try r.each { (r) throws(StateBytesError) in
            Rate(currency: try r.string(), from: try r.timestamp(), rateMicros: try r.get(), position: try r.get())
        }
        pass(to: now)
    }
}
