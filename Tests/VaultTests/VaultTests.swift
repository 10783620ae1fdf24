import Crypto
import Foundation
import GRDB
import Testing
import Vault

/// Sealing, opening and finding, on real files.
@Suite struct VaultTests {
    let fixture: VaultFixture
    let plaintext = Array("Ada Lovelace, +44 20 7946 0000".utf8)

    init() throws {
        fixture = try VaultFixture()
    }

    @Test func aVaultOfALaterLeadlineIsRefused() throws {
        _ = try fixture.vault()
        try DatabaseQueue(path: fixture.path).writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 3") }
        let refusal = VaultError.newerFormat(path: fixture.path, found: 3, supported: 2)
        #expect(throws: refusal) { try fixture.vault() }
        #expect("\(refusal)".contains("newer Leadline") && "\(refusal)".contains(fixture.path))
    }

    @Test func whatIsSealedOpensAgain() throws {
        let vault = try fixture.vault()
        let subject = try vault.subject(lookups: [fixture.email("ada@acme.example")])
        for bytes in [plaintext, [], [UInt8](repeating: 7, count: 100_000)] {
            let sealed = try vault.seal(bytes, subject: subject, context: fixture.context)
            #expect(sealed.count == bytes.count + 28)
            #expect(try vault.open(sealed, subject: subject, context: fixture.context) == bytes)
        }
    }

    @Test func sealingIsDeterministicAndNoncesAreNot() throws {
        let vault = try fixture.vault()
        let subject = try vault.subject(lookups: [fixture.email("ada@acme.example")])
        let other = try vault.subject(lookups: [fixture.email("bob@acme.example")])
        let sealed = try vault.seal(plaintext, subject: subject, context: fixture.context)
        #expect(try vault.seal(plaintext, subject: subject, context: fixture.context) == sealed)
        let nonces = try Set([
            sealed,
            vault.seal(plaintext + [0], subject: subject, context: fixture.context),
            vault.seal(plaintext, subject: subject, context: fixture.context + [0]),
            vault.seal(plaintext, subject: other, context: fixture.context),
            // Moving a byte from context to plaintext must not give the same nonce.
            vault.seal([0] + plaintext, subject: subject, context: fixture.context),
        ].map { $0.prefix(12) })
        #expect(nonces.count == 5)
    }

    @Test func anotherContextSubjectOrByteDoesNotOpen() throws {
        let vault = try fixture.vault()
        let subject = try vault.subject(lookups: [fixture.email("ada@acme.example")])
        let other = try vault.subject(lookups: [fixture.email("bob@acme.example")])
        let sealed = try vault.seal(plaintext, subject: subject, context: fixture.context)
        #expect(throws: VaultError.notAuthentic(subject)) {
            try vault.open(sealed, subject: subject, context: fixture.context + [0])
        }
        #expect(throws: VaultError.notAuthentic(other)) {
            try vault.open(sealed, subject: other, context: fixture.context)
        }
        for index in sealed.indices {
            var damaged = sealed
            damaged[index] ^= 1
            #expect(throws: VaultError.notAuthentic(subject)) {
                try vault.open(damaged, subject: subject, context: fixture.context)
            }
        }
        for count in [0, 27, sealed.count - 1] {
            #expect(throws: VaultError.notAuthentic(subject)) {
                try vault.open(Array(sealed.prefix(count)), subject: subject, context: fixture.context)
            }
        }
    }

    @Test func aSubjectIsFoundByAnyOfItsLookups() throws {
        let vault = try fixture.vault()
        let ada = try vault.subject(lookups: [fixture.lead("L1"), fixture.email("ada@acme.example")])
        #expect(try vault.subject(lookups: [fixture.email(" ADA@acme.example ")]) == ada)
        #expect(try vault.subject(lookups: [fixture.lead("L2"), fixture.email("ada@acme.example")]) == ada)
        try vault.flush()
        #expect(try vault.subject(lookups: [fixture.lead("L2")]) == ada)
        #expect(try vault.subject(lookups: [fixture.lead("L3")]) != ada)
    }

    @Test func aSharedLookupGoesOnFindingWhoHadItFirst() throws {
        let vault = try fixture.vault()
        let ada = try vault.subject(lookups: [fixture.email("ada@acme.example")])
        let bob = try vault.subject(lookups: [fixture.email("bob@acme.example")])
        let both = [fixture.email("ada@acme.example"), fixture.email("bob@acme.example")]
        #expect(try vault.subject(lookups: both) == ada)
        #expect(try vault.allSubjects(both[1]) == [bob, ada])
        try vault.flush()
        #expect(try vault.subject(lookups: both) == ada)
        #expect(try vault.pendingRecords().isEmpty)
        let again = try fixture.vault()
        #expect(try again.subject(lookups: [both[1]]) == bob)
        #expect(try again.allSubjects(both[1]) == [bob, ada])
        #expect(try again.allSubjects(both[0]) == [ada])
        // Once the first owner is erased, the other one is found.
        try again.erase(bob)
        #expect(try again.findSubject(both[1]) == ada)
    }

    @Test func aRestartFindsTheSameSubject() throws {
        let first = try fixture.vault()
        let ada = try first.subject(lookups: [fixture.email("ada@acme.example"), fixture.lead("L1")])
        let sealed = try first.seal(plaintext, subject: ada, context: fixture.context)
        try first.flush()
        let second = try fixture.vault()
        #expect(try second.subject(lookups: [fixture.lead("L1")]) == ada)
        #expect(try second.open(sealed, subject: ada, context: fixture.context) == plaintext)
        #expect(try second.seal(plaintext, subject: ada, context: fixture.context) == sealed)
    }

    @Test func whatIsDiscardedNeverWas() throws {
        let vault = try fixture.vault()
        let ada = try vault.subject(lookups: [fixture.email("ada@acme.example")])
        vault.discardPending()
        #expect(try vault.findSubject(fixture.email("ada@acme.example")) == nil)
        #expect(throws: VaultError.keyMissing(ada)) {
            try vault.seal(plaintext, subject: ada, context: fixture.context)
        }
        #expect(try vault.subject(lookups: [fixture.email("ada@acme.example")]) != ada)
        vault.discardPending()
        try vault.flush()
        #expect(try fixture.vault().findSubject(fixture.email("ada@acme.example")) == nil)
    }

    @Test func aSmallCacheForgetsNothing() throws {
        let vault = try fixture.vault(cachedEntries: 4)
        var sealed: [(SubjectID, [UInt8])] = []
        for index in 0..<50 {
            let subject = try vault.subject(lookups: [fixture.lead("L\(index)")])
            sealed.append((subject, try vault.seal(plaintext, subject: subject, context: fixture.context)))
            if index % 7 == 0 { try vault.flush() }
        }
        try vault.flush()
        for (index, (subject, bytes)) in sealed.enumerated() {
            #expect(try vault.findSubject(fixture.lead("L\(index)")) == subject)
            #expect(try vault.open(bytes, subject: subject, context: fixture.context) == plaintext)
        }
    }

    @Test func theFilesHoldNothingInClear() throws {
        let vault = try fixture.vault(SeededSubjectKeys(seed: [1]))
        let address = "ada.lovelace@acme.example"
        let lookup = fixture.email(address)
        _ = try vault.subject(lookups: [lookup, fixture.lead("lead-4711")])
        _ = try vault.sealDeadLetter(Array(address.utf8))
        try vault.flush()
        let key = SeededSubjectKeys(seed: [1]).make(for: lookup.bytes).key
        let secret = unsafe key.withUnsafeBytes { unsafe Data($0) }
        for name in ["vault.db", "vault.db-wal"] {
            let file = try Data(contentsOf: URL(fileURLWithPath: fixture.folder + "/" + name))
            #expect(file.range(of: Data("lovelace".utf8)) == nil)
            #expect(file.range(of: Data("4711".utf8)) == nil)
            #expect(file.range(of: secret) == nil)
        }
    }

    @Test func aDeadLetterOpensByteForByteUntilItsKeyIsErased() throws {
        let vault = try fixture.vault()
        let rubbish: [UInt8] = [0xFF, 0x00, 0xC3, 0x28]
        let letter = try vault.sealDeadLetter(rubbish)
        #expect(try vault.sealDeadLetter(rubbish).keyID != letter.keyID)
        try vault.flush()
        let again = try fixture.vault()
        #expect(try again.openDeadLetter(keyID: letter.keyID, sealed: letter.sealed) == rubbish)
        try again.erase(letter.keyID)
        #expect(throws: VaultError.erased(letter.keyID)) {
            try again.openDeadLetter(keyID: letter.keyID, sealed: letter.sealed)
        }
    }

    @Test func aSeedGivesTheSameBytesInAnyVault() throws {
        func run(_ seed: [UInt8]) throws -> ([KeyRecord], [UInt8], [UInt8]) {
            let other = try VaultFixture()
            let vault = try Vault(
                path: other.path, masterKey: fixture.masterKey, keySource: SeededSubjectKeys(seed: seed))
            let ada = try vault.subject(lookups: [fixture.email("ada@acme.example"), fixture.lead("L1")])
            let letter = try vault.sealDeadLetter([1, 2, 3])
            let repeated = try vault.sealDeadLetter([1, 2, 3])
            #expect(letter.keyID == repeated.keyID)
            let sealed = try vault.seal(plaintext, subject: ada, context: fixture.context)
            let records = try vault.pendingRecords()
            try vault.flush()
            #expect(try vault.sealDeadLetter([1, 2, 3]).sealed == letter.sealed)
            try vault.flush()
            return (records, sealed, letter.sealed)
        }
        let first = try run([1])
        #expect(first.0.count == 2)
        #expect(try run([1]) == first)
        #expect(try run([2]).1 != first.1)
    }
}
