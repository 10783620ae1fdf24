/// SipHash-2-4 with 128-bit output over 64-bit words (Aumasson and Bernstein, "SipHash: a fast short-input
/// PRF", 2012, with the 128-bit finalisation of the authors' reference code).
///
/// Leadline keys it with a published constant: it tells evaluations and model versions apart and guards
/// against accidents. Against tampering stands the journal's SHA-256 chain, which covers every such digest.
public struct SipHash128: Sendable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var words: UInt64 = 0

    /// Starts a hash under the key (`key0`, `key1`); the default is Leadline's published constant.
    public init(key0: UInt64 = 0x6c65_6164_6c69_6e65, key1: UInt64 = 0x6576_616c_7561_7465) {
        v0 = key0 ^ 0x736f_6d65_7073_6575
        v1 = key1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key0 ^ 0x6c79_6765_6e65_7261
        v3 = key1 ^ 0x7465_6462_7974_6573
    }

    /// Absorbs one word, as eight little-endian bytes.
    @inline(__always)
    public mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
        words &+= 1
    }

    /// Absorbs the bit pattern of a number, so that even the sign of zero counts.
    @inline(__always)
    public mutating func absorb(_ number: Double) { absorb(number.bitPattern) }

    /// Absorbs text: its length in UTF-8 bytes, then the bytes padded with zeros to whole words.
    public mutating func absorb(_ text: String) {
        absorb(UInt64(text.utf8.count))
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for byte in text.utf8 {
            word |= UInt64(byte) << shift
            shift += 8
            if shift == 64 {
                absorb(word)
                word = 0
                shift = 0
            }
        }
        if shift > 0 { absorb(word) }
    }

    /// The digest of all that was absorbed. The hash can go on absorbing afterwards.
    public func digest() -> Digest128 {
        var end = self
        let last = (words &* 8) << 56
        end.v3 ^= last
        end.round()
        end.round()
        end.v0 ^= last
        end.v2 ^= 0xee
        for _ in 0..<4 { end.round() }
        let low = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
        end.v1 ^= 0xdd
        for _ in 0..<4 { end.round() }
        return Digest128(low: low, high: end.v0 ^ end.v1 ^ end.v2 ^ end.v3)
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
