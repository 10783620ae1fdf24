import Crypto
import Journal
import Testing

/// The chain is a format: these values must never change. Each is checked against SHA-256 spelled
/// out, and one against a value from another tool.
@Suite struct HashChainTests {
    @Test func leafIsThatOfRFC6962() {
        // `printf '\0' | sha256sum`: RFC 6962's leaf of the empty entry.
        #expect(
            HashChain.leaf(of: []).description == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        #expect(HashChain.leaf(of: [1, 2, 3]).bytes == Array(SHA256.hash(data: [0, 1, 2, 3])))
    }

    @Test func firstLinkNamesTheProgram() {
        // `printf 'leadline chain v1\nacme' | sha256sum`
        #expect(
            HashChain.start(program: "acme").description
                == "8311ddd20196a663ef7d193ef33aeb9823fee3bb2f1825ea6253230e12a49481")
        #expect(HashChain.start(program: "acme") != HashChain.start(program: "acmf"))
    }

    @Test func linkCoversThePreviousLinkAndTheLeaf() {
        let start = HashChain.start(program: "acme")
        let leaf = HashChain.leaf(of: [1, 2, 3])
        let spelledOut = SHA256.hash(data: [2] + start.bytes + leaf.bytes)
        #expect(HashChain.link(after: start, leaf: leaf).bytes == Array(spelledOut))
        #expect(
            HashChain.link(after: start, leaf: leaf).description
                == "c8739714c745d202c21f9fe632e3ed45ad5ea316d98f841a66bd47cf087db95c")
    }

    @Test func digestRoundTripsThroughHex() throws {
        let digest = HashChain.leaf(of: [9])
        #expect(Digest(hex: digest.description) == digest)
        #expect(Digest(digest.bytes) == digest)
        #expect(Digest([UInt8](repeating: 0, count: 31)) == nil)
        #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
        #expect(digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } == digest.prefix)
    }
}
