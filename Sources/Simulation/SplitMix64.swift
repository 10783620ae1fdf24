/// A small generator whose numbers are the same on every machine (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014). For workloads only; the core uses no chance.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that gives the same numbers for the same seed.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// One of the items. There must be one.
    public mutating func pick<T>(_ items: [T]) -> T { items[Int(next() % UInt64(items.count))] }

    /// A number from 0 to below `bound`.
    public mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
}
