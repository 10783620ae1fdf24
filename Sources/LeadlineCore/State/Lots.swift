/// Lots that give some leads to a partner by chance, so that policies can be compared by what they were never seen to
/// do.
///
/// The generator is part of the state and seeded by the policy that drew on it, so that a replay draws the same lots.
struct Lots: Sendable, Equatable {
    private var generator = SplitMix64(seed: 0)
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
        generator = SplitMix64(seed: hash.digest().low)
    }

    /// The next lead's lot; nil where none is drawn, or the period has had all it may have. `candidates` are at least
    /// one; between one, there is no lot.
    func draw(_ exploration: Exploration, candidates: Int, period now: Int64) -> Draw? {
        if candidates < 2 { return nil }
        if exploration.leadsPerPeriodMax > 0, period == now, explored >= exploration.leadsPerPeriodMax { return nil }
        var generator = generator
        let isExplored = generator.next() % 10_000 < UInt64(exploration.shareBasisPoints)
        let candidate = Int(generator.next() % UInt64(candidates))
        return Draw(candidate: isExplored ? candidate : nil, share: Double(exploration.shareBasisPoints) / 10_000)
    }

    /// The lot of a lead was drawn and followed.
    mutating func draw(wasExplored: Bool, period now: Int64) {
        _ = generator.next()
        _ = generator.next()
        if !wasExplored { return }
        if period != now { (period, explored) = (now, 0) }
        explored += 1
    }

    /// Periods have other numbers from here on, and the present one has had so many.
    mutating func recount(_ count: Int, in now: Int64) { (period, explored) = (now, UInt32(clamping: count)) }

    func write(to w: inout StateWriter) {
        w.put(generator.state)
        w.put(period)
        w.put(explored)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        generator = SplitMix64(seed: try r.get())
        period = try r.get()
        explored = try r.get()
    }
}
