import LeadlineCore
import Testing

/// Goal: the digest is SipHash-2-4-128, bit for bit.
/// Method: the authors' vectors for the key 00..0f and the inputs 00, 01, 02, ... of whole words.
@Suite struct SipHashTests {
    private static let vectors: [(length: Int, digest: String)] = [
        (0, "a3817f04ba25a8e66df67214c7550293"),
        (8, "3b62a9ba6258f5610f83e264f31497b4"),
        (16, "6ee2a4ca67b054bbfd3315bf85230577"),
        (24, "2db479ae78bd50d8882a8a178a6132ad"),
        (32, "7c3956ca5eeafc3e363e9d556546eb68"),
        (40, "df6a301e95c95dad97ae0cc8c6913bd8"),
        (48, "f7e5aef549f782cf379055a608269b16"),
        (56, "1938f2cf72d54ee97e94166fa91d2a36"),
    ]

    private static func hash(ofFirst count: Int) -> SipHash128 {
        var hash = SipHash128(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)
        for start in stride(from: 0, to: count, by: 8) {
            hash.absorb((0..<8).reduce(UInt64(0)) { $0 | UInt64(start + $1) << UInt64(8 * $1) })
        }
        return hash
    }

    @Test(arguments: vectors.indices)
    func vector(_ index: Int) {
        let vector = Self.vectors[index]
        #expect(Self.hash(ofFirst: vector.length).digest().description == vector.digest)
    }

    @Test func digestingDoesNotEndAHash() {
        var hash = Self.hash(ofFirst: 8)
        _ = hash.digest()
        hash.absorb(0x0f0e_0d0c_0b0a_0908 as UInt64)
        #expect(hash.digest() == Self.hash(ofFirst: 16).digest())
    }

    /// Texts carry their length, so that no two lists of texts absorb the same words.
    @Test func textsAreKeptApart() {
        func digest(_ texts: String...) -> Digest128 {
            var hash = SipHash128()
            for text in texts { hash.absorb(text) }
            return hash.digest()
        }
        #expect(digest("ab", "c") != digest("a", "bc"))
        #expect(digest("a") != digest("a\0"))
        #expect(digest("12345678") != digest("12345678", ""))
        #expect(digest("12345678x") == digest("12345678x"))
    }

    @Test func zerosHaveSigns() {
        var (plus, minus) = (SipHash128(), SipHash128())
        plus.absorb(0.0)
        minus.absorb(-0.0)
        #expect(plus.digest() != minus.digest())
    }

    @Test func bytesOfADigest() {
        let digest = Digest128(low: 0x0706_0504_0302_0100, high: 0x0f0e_0d0c_0b0a_0908)
        #expect(digest.bytes == Array(0..<16))
        #expect(digest.description == "000102030405060708090a0b0c0d0e0f")
        #expect(Digest128(digest.bytes) == digest)
        #expect(Digest128(digest.bytes.dropLast()) == nil)
        #expect(Digest128(digest.bytes + [0]) == nil)
    }
}
