/// SplitMix64: a small generator whose numbers are the same on every machine (Steele, Lea and Flood, "Fast Splittable
/// Pseudorandom Number Generators", OOPSLA 2014).
public struct SplitMix64: RandomNumberGenerator, Sendable, Equatable {
    /// Where the sequence is: a generator made from it goes on there.
    public private(set) var state: UInt64

    /// A generator that gives the same numbers for the same seed.
    public init(seed: UInt64) { state = seed }

    /// The next number of the sequence.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// From 0 to below 1, 53 bits of the next number.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
