/// Four SipHash-1-3 with 128-bit output side by side (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012;
/// one round a word and three at the end, the authors' fast variant): word i goes to lane i mod 4.
///
/// A single SipHash waits for its own last round; four of them keep the machine's vector units busy. For long columns,
/// under the key and with the purpose of `SipHash128`.
struct SipLanes128 {
    private var v0: SIMD4<UInt64>
    private var v1: SIMD4<UInt64>
    private var v2: SIMD4<UInt64>
    private var v3: SIMD4<UInt64>
    private var rows: UInt64 = 0

    init(key0: UInt64 = 0x6c65_6164_6c69_6e65, key1: UInt64 = 0x6576_616c_7561_7465) {
        v0 = SIMD4(repeating: key0 ^ 0x736f_6d65_7073_6575)
        v1 = SIMD4(repeating: key1 ^ 0x646f_7261_6e64_6f6d ^ 0xee)
        v2 = SIMD4(repeating: key0 ^ 0x6c79_6765_6e65_7261)
        v3 = SIMD4(repeating: key1 ^ 0x7465_6462_7974_6573)
    }

    /// Absorbs a word a lane.
    @inline(__always)
    mutating func absorb(_ words: SIMD4<UInt64>) {
        v3 ^= words
        round()
        v0 ^= words
        rows &+= 1
    }

    /// Absorbs the bit patterns of the first `count` numbers, the last row filled up with zeros. How many there are must
    /// follow from what else is hashed.
    @inline(__always)
    mutating func absorb(_ numbers: Span<Double>, count: Int) {
        var index = 0
        while index &+ 4 <= count {
            absorb(SIMD4(
                numbers[index].bitPattern, numbers[index &+ 1].bitPattern, numbers[index &+ 2].bitPattern,
                numbers[index &+ 3].bitPattern))
            index &+= 4
        }
        if index == count { return }
        var last = SIMD4<UInt64>()
        for lane in 0..<count - index { last[lane] = numbers[index + lane].bitPattern }
        absorb(last)
    }

    /// The digests of the four lanes, in their order.
    func digests() -> [Digest128] {
        var end = self
        let last = SIMD4<UInt64>(repeating: (rows &* 8) << 56)
        end.v3 ^= last
        end.round()
        end.v0 ^= last
        end.v2 ^= SIMD4(repeating: 0xee)
        for _ in 0..<3 { end.round() }
        let low = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
        end.v1 ^= SIMD4(repeating: 0xdd)
        for _ in 0..<3 { end.round() }
        let high = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
        return (0..<4).map { Digest128(low: low[$0], high: high[$0]) }
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = Self.rotate(v1, 13) ^ v0
        v0 = Self.rotate(v0, 32)
        v2 = v2 &+ v3
        v3 = Self.rotate(v3, 16) ^ v2
        v0 = v0 &+ v3
        v3 = Self.rotate(v3, 21) ^ v0
        v2 = v2 &+ v1
        v1 = Self.rotate(v1, 17) ^ v2
        v2 = Self.rotate(v2, 32)
    }

    @inline(__always)
    private static func rotate(_ words: SIMD4<UInt64>, _ bits: UInt64) -> SIMD4<UInt64> {
        (words &<< SIMD4(repeating: bits)) | (words &>> SIMD4(repeating: 64 - bits))
    }
}
