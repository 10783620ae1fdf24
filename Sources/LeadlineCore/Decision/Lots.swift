/// Lots that give some leads to a partner by chance, so that policies can be compared by what they were never seen to do.
///
/// The generator is part of the state and seeded by the policy that drew on it, so that a replay draws the same lots:
/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
struct Lots: Sendable, Equatable {
    /// State of the generator.
    private(set) var seed: UInt64 = 0
    /// Capacity period of the last lead by lot, and how many that period has had.
    private(set) var period = Int64.min
    private(set) var explored: UInt32 = 0

    init() {}

    /// What the lot says of one lead.
    struct Draw: Sendable, Equatable {
        /// Position among the candidates; nil if the lead goes its usual way.
        var candidate: Int?
        /// Share of leads that go by lot.
        var share: Double

        /// Probability with which a candidate of `count` was chosen; `isUsual` if it is the usual choice too.
        func propensity(isUsual: Bool, of count: Int) -> Double { share / Double(count) + (isUsual ? 1 - share : 0) }
    }

    /// A policy comes into force.
    mutating func adopt(_ policyVersion: String, at position: UInt64) {
        var hash = SipHash128()
        hash.absorb(policyVersion)
        hash.absorb(position)
        seed = hash.digest().low
    }

    /// The next lead's lot; nil where none is drawn, or the period has had all it may have.
    func draw(_ exploration: Exploration, candidates: Int, period now: Int64) -> Draw? {
        if exploration.shareBasisPoints == 0 || candidates < 2 { return nil }
        if exploration.leadsPerPeriodMax > 0, period == now, explored >= exploration.leadsPerPeriodMax { return nil }
        var generator = self
        let isExplored = generator.next() % 10_000 < UInt64(exploration.shareBasisPoints)
        let candidate = Int(generator.next() % UInt64(candidates))
        return Draw(candidate: isExplored ? candidate : nil, share: Double(exploration.shareBasisPoints) / 10_000)
    }

    /// The lot of a lead was drawn and followed.
    mutating func draw(wasExplored: Bool, period now: Int64) {
        _ = next()
        _ = next()
        if !wasExplored { return }
        if period != now { (period, explored) = (now, 0) }
        explored += 1
    }

    private mutating func next() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var z = seed
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    func write(to w: inout StateWriter) {
        w.put(seed)
        w.put(period)
        w.put(explored)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        seed = try r.get()
        period = try r.get()
        explored = try r.get()
    }
}
