import Foundation
import Testing
import Vault

/// What is erased stays erased.
@Suite struct ErasureTests {
    let fixture: VaultFixture
    let plaintext = Array("Ada Lovelace".utf8)

    init() throws {
        fixture = try VaultFixture()
    }

    @Test func anErasedSubjectIsGoneAlsoAfterARestart() throws {
        let vault = try fixture.vault()
        let lookups = [fixture.email("ada@acme.example"), fixture.lead("L1")]
        let ada = try vault.subject(lookups: lookups)
        let bob = try vault.subject(lookups: [fixture.lead("L2")])
        let sealed = try vault.seal(plaintext, subject: ada, context: fixture.context)
        let kept = try vault.seal(plaintext, subject: bob, context: fixture.context)
        try vault.flush()
        try vault.erase(ada)
        try vault.erase(ada)
        for opened in [vault, try fixture.vault()] {
            #expect(opened.isErased(ada))
            #expect(throws: VaultError.erased(ada)) {
                try opened.open(sealed, subject: ada, context: fixture.context)
            }
            for lookup in lookups { #expect(try opened.findSubject(lookup) == nil) }
            #expect(try opened.open(kept, subject: bob, context: fixture.context) == plaintext)
        }
    }

    @Test func nothingOfTheKeyIsLeftInTheFiles() throws {
        let vault = try fixture.vault()
        let lookup = fixture.email("ada@acme.example")
        let ada = try vault.subject(lookups: [lookup])
        let record = try #require(try vault.pendingRecords().first)
        try vault.flush()
        #expect(try holds(record.wrappedKey))
        #expect(try holds(lookup.bytes))
        try vault.erase(ada)
        #expect(try !holds(record.wrappedKey))
        #expect(try !holds(lookup.bytes))
    }

    @Test func anErasedPersonWhoComesBackIsANewSubject() throws {
        for source in [RandomSubjectKeys(), SeededSubjectKeys(seed: [1])] as [any SubjectKeySource] {
            let vault = try VaultFixture().vault(source)
            let lookup = fixture.email("ada@acme.example")
            let ada = try vault.subject(lookups: [lookup])
            try vault.flush()
            try vault.erase(ada)
            let again = try vault.subject(lookups: [lookup])
            #expect(again != ada)
            let sealed = try vault.seal(plaintext, subject: again, context: fixture.context)
            #expect(try vault.open(sealed, subject: again, context: fixture.context) == plaintext)
        }
    }

    @Test func aSubjectThatIsStillPendingCanBeErased() throws {
        let vault = try fixture.vault()
        let lookup = fixture.email("ada@acme.example")
        let ada = try vault.subject(lookups: [lookup])
        try vault.erase(ada)
        #expect(try vault.pendingRecords().isEmpty)
        try vault.flush()
        #expect(throws: VaultError.erased(ada)) {
            try vault.seal(plaintext, subject: ada, context: fixture.context)
        }
        #expect(try vault.findSubject(lookup) == nil)
    }

    @Test func anOldCopyOfTheKeyDoesNotBringItBack() throws {
        let vault = try fixture.vault()
        let ada = try vault.subject(lookups: [fixture.email("ada@acme.example")])
        let old = try vault.pendingRecords()
        try vault.flush()
        try vault.erase(ada)
        for record in old { try vault.adopt(record) }
        try vault.flush()
        #expect(try vault.findSubject(fixture.email("ada@acme.example")) == nil)
        try vault.forEachKey { Issue.record("the key is back: \($0.subject)") }
        #expect(throws: VaultError.erased(ada)) {
            try vault.seal(plaintext, subject: ada, context: fixture.context)
        }
    }

    @Test func anErasureOfAnUnknownSubjectIsRemembered() throws {
        let elsewhere = try fixture.vault()
        let ada = try elsewhere.subject(lookups: [fixture.lead("L1")])
        let records = try elsewhere.pendingRecords()
        elsewhere.discardPending()
        try elsewhere.erase(ada)
        let again = try fixture.vault()
        for record in records { try again.adopt(record) }
        try again.flush()
        #expect(throws: VaultError.erased(ada)) {
            try again.seal(plaintext, subject: ada, context: fixture.context)
        }
    }

    private func holds(_ bytes: [UInt8]) throws -> Bool {
        try ["vault.db", "vault.db-wal"].contains { name in
            let file = try Data(contentsOf: URL(fileURLWithPath: fixture.folder + "/" + name))
            return file.range(of: Data(bytes)) != nil
        }
    }
}

/// Keys travel between vaults under one master key as records.
@Suite struct KeyRecordTests {
    @Test func pendingRecordsNameEveryTouchedSubjectWhole() throws {
        let fixture = try VaultFixture()
        let vault = try fixture.vault()
        let ada = try vault.subject(lookups: [fixture.email("ada@acme.example")])
        let first = try vault.pendingRecords()
        #expect(first.map(\.subject) == [ada])
        #expect(first[0].wrappedKey.count == 60)
        try vault.flush()
        #expect(try vault.pendingRecords().isEmpty)
        let lookups = [fixture.email("ada@acme.example"), fixture.lead("L2")]
        _ = try vault.subject(lookups: lookups)
        let second = try vault.pendingRecords()
        #expect(second == [KeyRecord(subject: ada, lookups: lookups, wrappedKey: first[0].wrappedKey)])
    }

    @Test func anotherVaultRebuildsItselfFromThem() throws {
        let fixture = try VaultFixture()
        let vault = try fixture.vault()
        var subjects: [SubjectID] = []
        for index in 0..<20 {
            subjects.append(
                try vault.subject(lookups: [fixture.lead("L\(index)"), fixture.email("p\(index % 15)@a.example")]))
        }
        try vault.flush()
        let sealed = try vault.seal([1, 2, 3], subject: subjects[7], context: fixture.context)
        let elsewhere = try VaultFixture()
        let copy = try Vault(path: elsewhere.path, masterKey: fixture.masterKey)
        try vault.forEachKey { try copy.adopt($0) }
        try copy.flush()
        for (index, subject) in subjects.enumerated() {
            #expect(try copy.findSubject(fixture.lead("L\(index)")) == subject)
        }
        #expect(try copy.open(sealed, subject: subjects[7], context: fixture.context) == [1, 2, 3])
        var records: [[KeyRecord]] = [[], []]
        try vault.forEachKey { records[0].append($0) }
        try copy.forEachKey { records[1].append($0) }
        #expect(records[0] == records[1])
        #expect(records[0].count == 15)
    }

    @Test func aKeyUnderAnotherMasterKeyIsRefused() throws {
        let fixture = try VaultFixture()
        let vault = try fixture.vault()
        let ada = try vault.subject(lookups: [fixture.lead("L1")])
        let record = try vault.pendingRecords()[0]
        #expect(throws: VaultError.notAuthentic(ada)) {
            try VaultFixture().vault().adopt(record)
        }
    }
}

/// A rejected record is unreadable once a person whom it mentions is erased.
@Suite struct MentionTests {
    let fixture: VaultFixture

    init() throws { fixture = try VaultFixture() }

    @Test func lettersAreFoundByWhomTheyMention() throws {
        let vault = try fixture.vault()
        let (ada, bob) = (fixture.email("ada@acme.example"), fixture.email("bob@acme.example"))
        let early = try vault.sealDeadLetter([1], mentions: [ada]).keyID
        let both = try vault.sealDeadLetter([2], mentions: [bob, fixture.lead("L1")]).keyID
        let person = try vault.subject(lookups: [ada, fixture.lead("L1")])
        #expect(Set(try vault.deadLetters(about: person)) == [early, both])
        try vault.flush()
        let late = try vault.sealDeadLetter([3], mentions: [fixture.lead("L1"), ada]).keyID
        #expect(Set(try vault.deadLetters(about: person)) == [early, both, late])
        // Nobody is found by a letter, nor a letter by another's name.
        #expect(try vault.findSubject(bob) == nil)
        let other = try vault.subject(lookups: [fixture.email("eve@acme.example")])
        #expect(try vault.deadLetters(about: other).isEmpty)
    }

    /// The keys topic carries what letters mention, so that another machine's vault finds them too.
    @Test func aCopyOfTheKeysFindsThemAndARestoredVaultErasesThem() throws {
        let vault = try fixture.vault()
        let ada = fixture.email("ada@acme.example")
        let person = try vault.subject(lookups: [ada])
        let letters = try (0..<3).map { try vault.sealDeadLetter([UInt8($0)], mentions: [ada]) }
        try vault.flush()
        let elsewhere = try VaultFixture()
        let copy = try Vault(path: elsewhere.path, masterKey: fixture.masterKey)
        try vault.forEachKey { try copy.adopt($0) }
        try copy.flush()
        #expect(try copy.deadLetters(about: person).count == 3)
        #expect(try copy.repeatErasures(of: [person]) == 1)
        #expect(try copy.repeatErasures(of: [person]) == 0)
        for letter in letters {
            #expect(throws: VaultError.erased(letter.keyID)) { try copy.openDeadLetter(keyID: letter.keyID, sealed: letter.sealed) }
        }
    }
}
