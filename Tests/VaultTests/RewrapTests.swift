import Foundation
import Testing
import Vault

/// Goal: a new master key wraps what the old one wrapped, and finds whom the old one found. Method: a vault under one key is
/// opened under the next, wrapped again in small steps, and opened once the old key is gone.
@Suite struct RewrapTests {
    private static func filled(_ fixture: VaultFixture) throws -> [SubjectID] {
        let vault = try fixture.vault()
        let subjects = try (0..<25).map { try vault.subject(lookups: [fixture.email("p\($0)@example.com"), fixture.lead("L\($0)")]) }
        _ = try vault.sealDeadLetter([1, 2, 3], mentions: [fixture.email("p1@example.com")])
        try vault.flush()
        return subjects
    }

    @Test func everyKeyIsWrappedAgainAndFound() throws {
        let fixture = try VaultFixture()
        let path = fixture.folder + "/master.key"
        let subjects = try Self.filled(fixture)
        let sealed = try fixture.vault().seal([7], subject: subjects[3], context: fixture.context)
        let rotated = try MasterKey.rotate(at: path)
        let pseudonyms = Pseudonyms(masterKey: try MasterKey.load(from: path), program: "acme")
        #expect(pseudonyms.lookup(kind: .email, value: "P3@example.com ") == fixture.email("p3@example.com"))
        #expect(pseudonyms.eventDigest(source: "s", id: "1") == fixture.pseudonyms.eventDigest(source: "s", id: "1"))
        #expect(pseudonyms.account(domain: "a.example") == fixture.pseudonyms.account(domain: "a.example"))

        let vault = try Vault(path: fixture.path, masterKey: rotated, cachedEntries: 4)
        #expect(vault.needsRewrap)
        var (steps, hasCrashed) = (0, false)
        while vault.needsRewrap {
            try vault.rewrapSome(10)
            let records = try vault.pendingRecords()
            #expect(records.allSatisfy { rotated.wraps($0.wrappedKey, of: $0.subject) })
            steps += records.count
            // A crash between two steps loses nothing.
            if steps == 20, !hasCrashed {
                vault.discardPending()
                hasCrashed = true
            }
            try vault.flush()
        }
        #expect(steps >= 26)
        #expect(try MasterKey.retire(at: path) == 1)
        let alone = try MasterKey.load(from: path)
        let settled = try Vault(path: fixture.path, masterKey: alone)
        #expect(!settled.needsRewrap)
        #expect(try settled.findSubject(fixture.email("p3@example.com")) == subjects[3])
        #expect(try settled.open(sealed, subject: subjects[3], context: fixture.context) == [7])
        #expect(try settled.deadLetters(about: subjects[1]).count == 1)
        #expect(throws: VaultError.wrongMasterKey(path: fixture.path)) { try fixture.vault() }
    }

    /// A copy that follows the keys topic meets keys under the old master key, and passes them on under the new one.
    @Test func anAdoptedOldKeyIsWrappedAgain() throws {
        let fixture = try VaultFixture()
        let subjects = try Self.filled(fixture)
        var records: [KeyRecord] = []
        try fixture.vault().forEachKey { records.append($0) }
        let rotated = try MasterKey.rotate(at: fixture.folder + "/master.key")
        let copyPath = fixture.folder + "/copy.db"
        let copy = try Vault(path: copyPath, masterKey: rotated)
        #expect(!copy.needsRewrap)
        for record in records { try copy.adopt(record) }
        try copy.flush()
        #expect(copy.needsRewrap)
        let again = try Vault(path: copyPath, masterKey: rotated)
        #expect(again.needsRewrap)
        while again.needsRewrap {
            try again.rewrapSome()
            try again.flush()
        }
        try again.forEachKey { #expect(rotated.wraps($0.wrappedKey, of: $0.subject)) }
        #expect(try again.findSubject(fixture.lead("L7")) == subjects[7])
    }

    @Test func twoRotationsOneAfterTheOther() throws {
        let fixture = try VaultFixture()
        let subjects = try Self.filled(fixture)
        _ = try MasterKey.rotate(at: fixture.folder + "/master.key")
        let newest = try MasterKey.rotate(at: fixture.folder + "/master.key")
        #expect(newest.retiringCount == 2)
        let vault = try Vault(path: fixture.path, masterKey: newest)
        while vault.needsRewrap {
            try vault.rewrapSome()
            try vault.flush()
        }
        try vault.erase(subjects[0])
        #expect(try vault.findSubject(fixture.lead("L0")) == nil)
        try vault.forEachKey { #expect(newest.wraps($0.wrappedKey, of: $0.subject)) }
    }
}
