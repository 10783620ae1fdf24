/// The four words of a SipHash with 128-bit output and what is done to them (Aumasson and Bernstein, "SipHash: a fast
/// short-input PRF", 2012, with the 128-bit finalisation of the authors' reference code); how many rounds is the
/// caller's to say.
struct SipWords: Sendable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var count: UInt64 = 0

    /// The default is Leadline's published constant.
    init(key0: UInt64 = 0x6c65_6164_6c69_6e65, key1: UInt64 = 0x6576_616c_7561_7465) {
        v0 = key0 ^ 0x736f_6d65_7073_6575
        v1 = key1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key0 ^ 0x6c79_6765_6e65_7261
        v3 = key1 ^ 0x7465_6462_7974_6573
    }

    /// Absorbs one word, as eight little-endian bytes.
    @inline(__always)
    mutating func absorb(_ word: UInt64, rounds: Int) {
        compress(word, rounds)
        count &+= 1
    }

    /// The digest of all that was absorbed. The words can go on absorbing afterwards.
    func digest(rounds: Int, lastRounds: Int) -> Digest128 {
        var end = self
        end.compress((count &* 8) << 56, rounds)
        end.v2 ^= 0xee
        for _ in 0..<lastRounds { end.round() }
        let low = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
        end.v1 ^= 0xdd
        for _ in 0..<lastRounds { end.round() }
        return Digest128(low: low, high: end.v0 ^ end.v1 ^ end.v2 ^ end.v3)
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64, _ rounds: Int) {
        v3 ^= word
        for _ in 0..<rounds { round() }
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
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
