/// Two SipHash-1-3 with 128-bit output side by side (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012;
/// one round a word and three at the end, the authors' fast variant): even words go to one, odd words to the other.
///
/// A single SipHash waits for its own last round; two of them keep the machine busy. For long columns, under the key and
/// with the purpose of `SipHash128`.
struct SipPair128 {
    private var even = Lane()
    private var odd = Lane()

    /// Absorbs two words.
    @inline(__always)
    mutating func absorb(_ a: UInt64, _ b: UInt64) {
        even.absorb(a)
        odd.absorb(b)
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
    func digests() -> [Digest128] { [even.digest(), odd.digest()] }

    private struct Lane {
        var v0: UInt64 = 0x6c65_6164_6c69_6e65 ^ 0x736f_6d65_7073_6575
        var v1: UInt64 = 0x6576_616c_7561_7465 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        var v2: UInt64 = 0x6c65_6164_6c69_6e65 ^ 0x6c79_6765_6e65_7261
        var v3: UInt64 = 0x6576_616c_7561_7465 ^ 0x7465_6462_7974_6573
        var words: UInt64 = 0

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            v0 ^= word
            words &+= 1
        }

        func digest() -> Digest128 {
            var end = self
            end.absorb((words &* 8) << 56)
            end.v2 ^= 0xee
            for _ in 0..<3 { end.round() }
            let low = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
            end.v1 ^= 0xdd
            for _ in 0..<3 { end.round() }
            return Digest128(low: low, high: end.v0 ^ end.v1 ^ end.v2 ^ end.v3)
        }

        @inline(__always)
        mutating func round() {
            v0 = v0 &+ v1
            v1 = (v1 << 13 | v1 >> 51) ^ v0
            v0 = v0 << 32 | v0 >> 32
            v2 = v2 &+ v3
            v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 = v0 &+ v3
            v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 = v2 &+ v1
            v1 = (v1 << 17 | v1 >> 47) ^ v2
            v2 = v2 << 32 | v2 >> 32
        }
    }
}
