/// SipHash-2-4 with 128-bit output over 64-bit words (Aumasson and Bernstein, "SipHash: a fast short-input
/// PRF", 2012, with the 128-bit finalisation of the authors' reference code).
///
/// Leadline keys it with a published constant: it tells evaluations and model versions apart and guards
/// against accidents. Against tampering stands the journal's SHA-256 chain, which covers every such digest.
public struct SipHash128: Sendable {
    private var words: SipWords

    /// Starts a hash under the key (`key0`, `key1`).
    public init(key0: UInt64, key1: UInt64) { words = SipWords(key0: key0, key1: key1) }

    /// Starts a hash under Leadline's published constant.
    public init() { words = SipWords() }

    /// Absorbs one word, as eight little-endian bytes.
    @inline(__always)
    public mutating func absorb(_ word: UInt64) { words.absorb(word, rounds: 2) }

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
    public func digest() -> Digest128 { words.digest(rounds: 2, lastRounds: 4) }
}
