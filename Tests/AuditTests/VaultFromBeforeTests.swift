import Audit
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Testing
import Vault

/// Goal: people whom a vault from before addresses had one spelling knows are found by every spelling.
/// Method: Tests/Golden/vault-1.tar holds a folder as a build from before wrote it: journal, vault, checkpoints and keys.
/// Each lead's address is written in a way that it is not written in today; that build finds it so, and in no other way.
final class FolderFromBefore {
    let root = NSTemporaryDirectory() + "leadline-before-\(UUID().uuidString)"
    let folder: DataFolder

    init() throws {
        var tests = URL(fileURLWithPath: #filePath)
        for _ in 0..<2 { tests.deleteLastPathComponent() }
        try TarFile.unpack(tests.path + "/Golden/vault-1.tar", to: root)
        let settings = DataFolderSettings(
            program: "demo", masterKeyFile: root + "/keys/master.key", keySeed: "vault from before")
        try JSONEncoder().encode(settings).write(to: URL(fileURLWithPath: root + "/data/leadline.json"))
        for name in ["master.key", "master.log.key"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: root + "/keys/" + name)
        }
        folder = try DataFolder(path: root + "/data")
    }

    deinit { _ = try? FileManager.default.removeItem(atPath: root) }

    /// Opens it with this build, and lets it come to rest.
    func process(_ records: [NewRecord] = []) async throws {
        let processor = try Processor(folder, timeSource: .eventTime)
        try await processor.append(records)
        _ = try await processor.runUntilIdle(batchMax: 100)
        try await processor.settle()
    }

    func found(_ text: String, reach: LinkReach = .all) throws -> [String]? {
        try PersonFinder(folder, program: "demo", keyring: folder.openVault()).find(text, reach: reach)?.leadIDs.sorted()
    }

    func entries() throws -> [EntryRecord] {
        try folder.openJournalReadOnly().read { db in
            var entries: [EntryRecord] = []
            try JournalReader().forEachEntry(program: "demo", in: db) { _, bytes in
                entries.append(unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) })
            }
            return entries
        }
    }
}

@Suite struct VaultFromBeforeTests {
    /// A lead, its person's address as the journal has it, and as others may write it.
    static let people: [(lead: String, spellings: [String])] = [
        ("l1", ["JOSE\u{301}@Example.com", "jos\u{e9}@example.com", "JOS\u{c9}@EXAMPLE.COM", "Jos\u{e9} <jos\u{e9}@example.com>"]),
        ("l4", ["Ann Example <ann@example.org>", "ann@example.org", "ANN@example.org."]),
        ("l5", [" plain@example.net ", "plain@example.net", "PLAIN@EXAMPLE.NET"]),
        ("l6", ["\u{c5}sa@example.se", "A\u{30a}sa@example.se", "\u{e5}sa@example.se", "\u{212b}sa@example.se"]),
        ("l7", ["move\u{301}@example.fr", "mov\u{e9}@example.fr"]),
    ]

    @Test func everySpellingFindsThePerson() async throws {
        let old = try FolderFromBefore()
        try await old.process()
        for (lead, spellings) in Self.people {
            for spelling in spellings {
                #expect(try old.found(spelling) == [lead], "\(spelling.unicodeScalars.map { String($0.value, radix: 16) })")
            }
        }
    }

    /// Two ids of the time before are one person, who has one address: all of it is found, and is told to be inferred.
    @Test(arguments: [
        "chef@b\u{fc}cher.example", "chef@bu\u{308}cher.example", "CHEF@XN--BCHER-KVA.example", "l2", "l3",
    ])
    func twoSpellingsAreOnePerson(_ spelling: String) async throws {
        let old = try FolderFromBefore()
        try await old.process()
        #expect(try old.found(spelling) == ["l2", "l3"])
        #expect(try old.found(spelling, reach: .stated)?.count == 1)
        let person = try PersonFinder(old.folder, program: "demo", keyring: old.folder.openVault()).find(spelling)
        #expect(person?.links.map(\.isInferred) == [true] && person?.formerHolders == 0)
    }

    /// It goes on where it was; what it went over is not gone over again, and nothing changes by doing so.
    @Test func aSecondTimeAddsNothing() async throws {
        let old = try FolderFromBefore()
        let before = try aliases(old)
        try await old.process()
        let after = try aliases(old)
        // l1, l2, l4 and the second address of l7.
        #expect(after.count == before.count + 4 && after.isSuperset(of: before))
        try await old.process()
        #expect(try aliases(old) == after)
        try FileManager.default.removeItem(atPath: old.folder.derivedPath)
        try await old.process()
        #expect(try aliases(old) == after)
        #expect(try await Verifier(old.folder, depth: .full).run().faults == [])
    }

    private func aliases(_ old: FolderFromBefore) throws -> Set<String> {
        try DatabaseQueue(path: old.folder.vaultPath).read { db in
            Set(try Row.fetchAll(db, sql: "SELECT hex(lookup), key FROM aliases").map { "\($0[0] as String) \($0[1] as Int)" })
        }
    }

    /// A person who comes again under today's spelling is the one of before, and so is the company.
    @Test func whoComesAgainIsTheSame() async throws {
        let old = try FolderFromBefore()
        try await old.process()
        try await old.process([lead("l8", "jos\u{e9}@example.com", "EXAMPLE.com"), lead("l9", "new@b\u{fc}cher.example", "B\u{dc}CHER.example")])
        let entries = try old.entries()
        func input(_ lead: String) -> Input? { entries.last { $0.input.fact.leadID == lead }?.input }
        #expect(input("l8") != nil && input("l8")?.subject == input("l1")?.subject)
        // Of the two that the company had, the one of today's spelling.
        #expect(input("l9")?.account != nil && input("l9")?.account == input("l3")?.account)
        #expect(try old.found("l1") == ["l1", "l8"])
    }

    private func lead(_ id: String, _ email: String, _ domain: String) -> NewRecord {
        let json = """
            {"leadId":"\(id)","accountDomain":"\(domain)","contact":{"email":"\(email)"},"country":"IT","vertical":"retail"}
            """
        let headers = [
            RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", "/after"),
            RecordHeader("ce_type", "leadline.v1.LeadSubmitted"), RecordHeader("content-type", "application/json"),
        ]
        return NewRecord(topic: .leads, key: Array("demo".utf8), headers: headers, value: Array(json.utf8))
    }
}
