import Audit
import Engine
import Foundation
import GRDB
import Journal
import LeadlineSchemas
import Reports
import Synchronization
import Testing
import Vault

/// Goal: what is kept of the records and gone on from comes to the records of all entries read at once.
@Suite struct KeptRecordsTests {
    private static func entries(_ folder: DataFolder, _ program: String) throws -> [EntryRecord] {
        try folder.openJournalReadOnly().read { db in
            var entries: [EntryRecord] = []
            try JournalReader().forEachEntry(program: program, in: db) { _, bytes in
                entries.append(unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) })
            }
            return entries
        }
    }

    /// Cut at every place of a journal in which all happens that happens to leads, people and policies.
    @Test func everyPlaceWillDo() async throws {
        let folder = try await AuditFolder.full()
        let entries = try Self.entries(folder.folder, AuditFolder.program)
        var whole = RecordsBuilder(program: AuditFolder.program, words: AuditWords())
        for entry in entries { whole.take(entry, at: entry.position) }
        let expected = whole.result()
        #expect(expected.fairness.count > 1 && !expected.policies[0].words.isEmpty && !expected.models.isEmpty)
        var first = RecordsBuilder(program: AuditFolder.program, words: AuditWords())
        for (count, entry) in entries.enumerated() {
            var second = try #require(RecordsBuilder(kept: first.kept(), words: AuditWords()))
            for later in entries[count...] { second.take(later, at: later.position) }
            #expect(second.result() == expected, "cut before entry \(count)")
            first.take(entry, at: entry.position)
        }
    }

    @Test func cutOrLongerBytesAreNone() throws {
        let builder = RecordsBuilder(program: "demo", words: AuditWords())
        let bytes = try builder.kept()
        #expect(RecordsBuilder(kept: bytes, words: AuditWords()) != nil)
        for count in [0, 1, 7, 8, bytes.count / 2, bytes.count - 1] {
            #expect(RecordsBuilder(kept: Array(bytes.prefix(count)), words: AuditWords()) == nil)
        }
        #expect(RecordsBuilder(kept: bytes + [0], words: AuditWords()) == nil)
    }

    /// What anybody changed in the database is not taken for what was kept.
    @Test func whatWasChangedIsNotTaken() async throws {
        let folder = try await AuditFolder.full()
        let (derived, key) = (try folder.folder.openDerived(), try MasterKey.load(from: folder.folder.settings.masterKeyFile))
        let store = try RecordsStore(derived, key)
        var builder = RecordsBuilder(program: AuditFolder.program, words: AuditWords())
        for entry in try Self.entries(folder.folder, AuditFolder.program) { builder.take(entry, at: entry.position) }
        let head = try folder.head()
        func newest() throws -> RecordsStore.Kept? {
            try store.newest(of: AuditFolder.program, left: [], words: AuditWords())
        }
        #expect(try newest() == nil)
        for change in [
            "SET size = size - 1", "SET link = zeroblob(32)", "SET counts = counts || zeroblob(1)", "SET code = zeroblob(32)",
            "SET version = version + 1", "SET program = 'other'",
        ] {
            try store.keep(builder, through: head)
            let kept = try #require(try newest())
            #expect(kept.head.size == head.size && kept.head.link == head.link && kept.builder.result() == builder.result())
            try await derived.write { try $0.execute(sql: "UPDATE kept_records \(change)") }
            #expect(try newest() == nil, "\(change)")
            try await derived.write { try $0.execute(sql: "DELETE FROM kept_records") }
        }
    }

    /// Of a stream that was found good before only the rest is read, and must lead from there to its head.
    @Test func aChainGoesOnFromWhereItWas() async throws {
        let folder = try await AuditFolder.full()
        let (program, entries) = (AuditFolder.program, try Self.entries(folder.folder, AuditFolder.program))
        let head = try folder.head()
        try await folder.folder.openJournalReadOnly().read { db in
            var link = HashChain.start(program: program)
            var leaves: [Digest] = []
            _ = try ChainVerifier().verifyLeaves(program: program, in: db, archived: { _, _ in }) { _, leaf, _ in leaves.append(leaf) }
            for (count, leaf) in leaves.enumerated() {
                let known = StreamHead(program: program, size: UInt64(count), link: link, lastStampMicros: 0)
                var read: [UInt64] = []
                let report = try ChainVerifier().verifyLeaves(program: program, after: known, in: db, archived: { _, _ in }) {
                    position, _, _ in read.append(position)
                }
                #expect(report.fault == nil && report.link == head.link && read == entries[count...].map(\.position))
                let wrong = StreamHead(program: program, size: UInt64(count), link: leaf, lastStampMicros: 0)
                #expect(try ChainVerifier().verifyLeaves(program: program, after: wrong, in: db, archived: { _, _ in }, body: { _, _, _ in }).fault != nil)
                link = HashChain.link(after: link, leaf: leaf)
            }
        }
    }
}

extension KeptRecordsTests {
    /// A keeper beside the processor counts what came since, and what it keeps is what a walk would count.
    @Test func aKeeperGoesOnWhereItWas() async throws {
        let folder = try AuditFolder()
        folder.setUp()
        folder.partner("alpha")
        for index in 0..<10 { folder.lead(10 + index, "l\(index)") }
        try await folder.process(until: 30)
        let failures = Mutex<[String]>([])
        let keeper = try RecordsKeeper(folder.folder, words: AuditWords(), worthwhile: 20) { program, error in
            failures.withLock { $0.append("\(program): \(error)") }
        }
        let store = try RecordsStore(
            folder.folder.openDerived(), MasterKey.load(from: folder.folder.settings.masterKeyFile))
        func kept() throws -> RecordsStore.Kept? {
            try store.newest(of: AuditFolder.program, left: [], words: AuditWords())
        }
        try await keeper.catchUp()
        #expect(try kept() == nil && folder.head().size < 20)
        for round in 1...2 {
            for index in 0..<20 { folder.lead(100 * round + index, "r\(round)-\(index)") }
            try await folder.process(until: 100 * round + 50)
            try await keeper.catchUp()
            var whole = RecordsBuilder(program: AuditFolder.program, words: AuditWords())
            for entry in try Self.entries(folder.folder, AuditFolder.program) { whole.take(entry, at: entry.position) }
            let counted = try #require(try kept())
            #expect(try counted.head.size == folder.head().size && counted.builder.result() == whole.result())
        }
        #expect(failures.withLock { $0 } == [])
        // An entry that was changed since is told once, and nothing is kept of what follows.
        for index in 0..<20 { folder.lead(400 + index, "x-\(index)") }
        try await folder.process(until: 450)
        let before = try #require(try kept()).head.size
        let journal = try DatabaseQueue(path: folder.folder.journalPath)
        try await journal.write {
            try $0.execute(
                sql: "UPDATE entries SET bytes = CAST(bytes || x'00' AS BLOB) WHERE position = ?",
                arguments: [Int64(before) + 5])
        }
        try await keeper.catchUp()
        try await keeper.catchUp()
        #expect(failures.withLock { $0.count } == 1)
        #expect(try kept()?.head.size == before)
    }
}
