/// Two SipHash-1-3 with 128-bit output side by side (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012;
/// one round a word and three at the end, the authors' fast variant): even words go to one, odd words to the other.
///
/// A single SipHash waits for its own last round; two of them keep the machine busy. For long columns, under the key
/// and with the purpose of `SipHash128`.
struct SipPair128 {
    private var even = SipWords()
    private var odd = SipWords()

    /// Absorbs two words.
    @inline(__always)
    mutating func absorb(_ a: UInt64, _ b: UInt64) {
        even.absorb(a, rounds: 1)
        odd.absorb(b, rounds: 1)
    }

    /// Absorbs the bit patterns of the first `count` numbers, one of an odd number with a zero. How many there are must
    /// follow from what else is hashed.
    @inline(__always)
    mutating func absorb(_ numbers: Span<Double>, count: Int) {
        let pairs = count & ~1
        // A copy, so that both lanes stay in registers.
        var pair = self
        var index = 0
        while index < pairs {
            pair.absorb(numbers[index].bitPattern, numbers[index &+ 1].bitPattern)
            index &+= 2
        }
        if pairs < count { pair.absorb(numbers[pairs].bitPattern, 0) }
        self = pair
    }

    /// The digest of each.
    func digests() -> [Digest128] { [even, odd].map { $0.digest(rounds: 1, lastRounds: 3) } }
}
