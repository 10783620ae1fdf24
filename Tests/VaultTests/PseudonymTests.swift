import Crypto
import Testing
import Vault

/// Pseudonyms are a format: people already in a vault must go on being found.
@Suite struct PseudonymTests {
    private func master(_ byte: UInt8) throws -> MasterKey {
        try #require(MasterKey(bytes: [UInt8](repeating: byte, count: 32)))
    }

    /// Against the construction spelled out with the library's own HKDF and HMAC.
    @Test func digestsAreTheDocumentedConstruction() throws {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: [UInt8](repeating: 3, count: 32)),
            info: Array("leadline pseudonyms v1acme".utf8), outputByteCount: 32)
        func code(_ domain: UInt8, _ parts: [String]) -> [UInt8] {
            let message = parts.reduce(into: [domain]) { message, part in
                message += [UInt8(part.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(part.utf8)
            }
            return Array(HMAC<SHA256>.authenticationCode(for: message, using: key).prefix(16))
        }
        let names = Pseudonyms(masterKey: try master(3), program: "acme")
        #expect(names.eventDigest(source: "s", id: "i").bytes == code(0x01, ["s", "i"]))
        #expect(names.contentDigest(type: "t", bytes: [0x61]).bytes == code(0x02, ["t", "a"]))
        #expect(names.account(domain: "acme.example").bytes == code(0x03, ["acme.example"]))
        #expect(names.lookup(kind: .email, value: "a@b").bytes == code(0x10, ["a@b"]))
        #expect(names.lookup(kind: .lead, value: "L1").bytes == code(0x11, ["L1"]))
        #expect(names.lookup(kind: .partner, value: "P1").bytes == code(0x12, ["P1"]))
    }

    @Test func spellingsOfOneDomainAreOneAccount() throws {
        let names = Pseudonyms(masterKey: try master(3), program: "acme")
        let account = names.account(domain: "acme.example")
        for spelling in ["ACME.example", " acme.example\n", "acme.example.", "www.acme.example", "WWW.Acme.Example. "] {
            #expect(names.account(domain: spelling) == account, "\(spelling)")
        }
        for other in ["acme.exampl", "mail.acme.example", "www.example", "wwwacme.example"] {
            #expect(names.account(domain: other) != account, "\(other)")
        }
        #expect(names.account(domain: "www.example") != names.account(domain: "example"))
        #expect(names.account(domain: "BÜCHER.example") == names.account(domain: "bücher.example"))
    }

    @Test func spellingsOfOneAddressAreOneLookupButIdsAreExact() throws {
        let names = Pseudonyms(masterKey: try master(3), program: "acme")
        let address = names.lookup(kind: .email, value: "ada@acme.example")
        #expect(names.lookup(kind: .email, value: "\t Ada@ACME.example ") == address)
        #expect(names.lookup(kind: .email, value: Array("ADA@acme.example".utf8)) == address)
        #expect(names.lookup(kind: .email, value: "\u{2003}ADA@ACMÉ.example ")
            == names.lookup(kind: .email, value: "ada@acmé.example"))
        #expect(names.lookup(kind: .lead, value: "L1") != names.lookup(kind: .lead, value: "l1"))
    }

    @Test func kindsPartsProgramsAndKeysAreApart() throws {
        let names = Pseudonyms(masterKey: try master(3), program: "acme")
        let all = [
            names.eventDigest(source: "ab", id: "c"), names.eventDigest(source: "a", id: "bc"),
            names.eventDigest(source: "abc", id: ""), names.contentDigest(type: "ab", bytes: [0x63]),
            names.lookup(kind: .lead, value: "x"), names.lookup(kind: .partner, value: "x"),
            names.lookup(kind: .email, value: "x"), names.account(domain: "x"),
            Pseudonyms(masterKey: try master(3), program: "acmf").account(domain: "x"),
            Pseudonyms(masterKey: try master(4), program: "acme").account(domain: "x"),
        ]
        #expect(Set(all).count == all.count)
    }

    @Test func sixteenBytesRoundTrip() throws {
        let bytes = (0..<16).map { UInt8($0) }
        let id = try #require(SubjectID(bytes))
        #expect(id.bytes == bytes)
        #expect(id.description == "000102030405060708090a0b0c0d0e0f")
        #expect(SubjectID(words: id.words) == id)
        #expect(SubjectID(bytes.dropLast()) == nil)
        #expect(SubjectID(bytes + [0]) == nil)
    }
}
