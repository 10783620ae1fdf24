import Audit
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import Testing

/// Goal: `verify` passes on what the engine wrote, and whatever is changed afterwards is found and named by position.
@Suite struct VerifierTests {
    private func verify(_ folder: AuditFolder, _ depth: Verifier.Depth = .full) async throws -> VerificationReport {
        try await Verifier(folder.folder, depth: depth).run()
    }

    private func fault(_ folder: AuditFolder, _ depth: Verifier.Depth = .full) async throws -> AuditFault {
        try #require(try await verify(folder, depth).faults.first)
    }

    @Test func whatTheEngineWroteIsGood() async throws {
        let folder = try await AuditFolder.full()
        try folder.snapshot(before: 20)
        try folder.snapshot(before: 0)
        let report = try await verify(folder)
        #expect(report.faults == [])
        let program = try #require(report.programs.first)
        #expect(program.entries == (try folder.head()).size)
        #expect(program.stateHashesCompared == 2)
        #expect(program.snapshotsCompared == 2)
        #expect(program.leadsAccepted == 20)
        #expect(program.assignmentsCheckedAgainstCaps > 5)
        #expect(program.head == (try folder.head()).link.description)
        #expect(report.deadLetters.opened == 1)
        #expect(VerificationText.lines(report).contains("dead letters: 1 opened"))
    }

    @Test func anEmptyFolderIsGood() async throws {
        let report = try await verify(try AuditFolder())
        #expect(report.isGood && report.programs.isEmpty)
    }

    @Test func everyFlippedByteIsFoundAtItsPosition() async throws {
        let folder = try await AuditFolder.small()
        let entries = try folder.entries()
        #expect(entries.count >= 10)
        let queue = try DatabaseQueue(path: folder.folder.journalPath)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        func store(_ bytes: [UInt8], _ position: Int) async throws {
            try await queue.write { db in
                try db.execute(sql: "UPDATE entries SET bytes = ? WHERE position = ?", arguments: [Data(bytes), position])
            }
        }
        var missed: [String] = []
        for (position, good) in entries.enumerated() {
            for index in good.indices {
                var bad = good
                bad[index] ^= 1 << UInt8(index % 8)
                try await store(bad, position)
                // The chain comes first at either depth, so one byte an entry shows that.
                let found = try await verify(folder, index == 0 ? .full : .chain).programs[0].fault
                if found?.kind != .chain || found?.position != UInt64(position) { missed.append("\(position)[\(index)]") }
            }
            try await store(good, position)
        }
        #expect(missed == [])
        #expect(try await verify(folder).isGood)
    }

    @Test func aLongerOrShorterEntryIsFound() async throws {
        for change in [{ (bytes: [UInt8]) in bytes + [0] }, { Array($0.dropLast()) }, { _ in [] }] {
            let folder = try await AuditFolder.small()
            let bytes = try folder.entries()[3]
            try folder.tamper(\.journalPath, "UPDATE entries SET bytes = ? WHERE position = 3", [Data(change(bytes))])
            let fault = try await fault(folder)
            #expect(fault.kind == .chain && fault.position == 3)
        }
    }

    @Test func aDeletedEntryIsFound() async throws {
        let folder = try await AuditFolder.small()
        try folder.tamper(\.journalPath, "DELETE FROM entries WHERE position = 4")
        let report = try await verify(folder)
        #expect(report.programs[0].fault?.kind == .chain && report.programs[0].fault?.position == 4)
        #expect(report.orderFault != nil)
    }

    @Test func aDeletedLastEntryIsFound() async throws {
        let folder = try await AuditFolder.small()
        let last = try folder.head().size - 1
        try folder.tamper(\.journalPath, "DELETE FROM entries WHERE position = ?", [Int64(last)])
        let fault = try await fault(folder)
        #expect(fault.kind == .chain && fault.position == last)
    }

    @Test func swappedEntriesAreFound() async throws {
        let folder = try await AuditFolder.small()
        let entries = try folder.entries()
        try folder.tamper(\.journalPath, "UPDATE entries SET bytes = ? WHERE position = 2", [Data(entries[3])])
        try folder.tamper(\.journalPath, "UPDATE entries SET bytes = ? WHERE position = 3", [Data(entries[2])])
        let fault = try await fault(folder)
        #expect(fault.kind == .chain && fault.position == 2)
    }

    @Test func aChangedHeadIsFound() async throws {
        for sql in ["UPDATE streams SET head = zeroblob(32)", "UPDATE streams SET size = size + 1", "UPDATE streams SET size = size - 1"] {
            let folder = try await AuditFolder.small()
            try folder.tamper(\.journalPath, sql)
            #expect(try await fault(folder, .chain).kind == .chain, "\(sql)")
        }
        let folder = try await AuditFolder.small()
        try folder.tamper(\.journalPath, "UPDATE streams SET last_stamp_micros = last_stamp_micros + 1")
        #expect(try await fault(folder).kind == .order)
    }

    @Test func changedCountsAndLinksAreFound() async throws {
        let counted = try await AuditFolder.small()
        try counted.tamper(\.journalPath, "UPDATE entries SET decisions = decisions + 1 WHERE position = 5")
        let fault = try await fault(counted)
        #expect(fault.kind == .order && fault.position == 5)
        let linked = try await AuditFolder.small()
        try linked.tamper(\.journalPath, "UPDATE entries SET link_prefix = link_prefix + 1 WHERE position = 5")
        #expect(try await self.fault(linked).position == 5)
    }

    @Test func aForgedChainIsFoundByDecidingAgain() async throws {
        let folder = try await AuditFolder.small()
        let position = try #require(try folder.decoded().first { if case .leadAssigned? = $0.events.first { true } else { false } }).position
        try folder.forge(position) { entry in
            guard case .leadAssigned(var event)? = entry.events.first else { return }
            event.partnerID = "beta"
            entry.events[0] = .leadAssigned(event)
        }
        #expect(try await verify(folder, .chain).isGood)
        let fault = try await fault(folder)
        #expect(fault.kind == .decision && fault.position == position)
        let difference = try #require(fault.difference)
        #expect(difference.recorded != difference.decided)
        #expect(fault.worded.detail.contains("beta") && fault.worded.detail.contains("alpha"))
    }

    @Test func forgedStampsAndPositionsAreFound() async throws {
        let early = try await AuditFolder.small()
        try early.forge(8) { $0.stamp = AuditFolder.at(-1) }
        #expect(try await fault(early).kind == .stamp)
        let elsewhere = try await AuditFolder.small()
        try elsewhere.forge(8) { $0.position = 9 }
        #expect(try await fault(elsewhere).kind == .position)
        let future = try await AuditFolder.small()
        try future.forge(8) { $0.logicVersion = 99 }
        #expect(try await fault(future).kind == .logicVersion)
    }

    @Test func tamperedSnapshotsAreFound() async throws {
        let damaged = try await AuditFolder.small()
        try damaged.snapshot(before: 6)
        try damaged.tamper(\.derivedPath, "UPDATE snapshots SET state = zeroblob(length(state))")
        #expect(try await fault(damaged).kind == .snapshot)
        #expect(try await fault(damaged).position == 6)

        let relabelled = try await AuditFolder.small()
        try relabelled.snapshot(before: 6)
        try relabelled.tamper(\.derivedPath, "UPDATE snapshots SET position = 7")
        #expect(try await fault(relabelled).kind == .stateHash)
        #expect(try await fault(relabelled).position == 7)

        let rehashed = try await AuditFolder.small()
        try rehashed.snapshot(before: 6)
        try rehashed.tamper(\.derivedPath, "UPDATE snapshots SET state_hash = zeroblob(32), state = NULL")
        #expect(try await fault(rehashed).kind == .stateHash)
        #expect(try await fault(rehashed).position == 6)

        let beyond = try await AuditFolder.small()
        try beyond.snapshot(before: 6)
        try beyond.tamper(\.derivedPath, "UPDATE snapshots SET position = 4096")
        #expect(try await fault(beyond).kind == .stateHash)
    }

    @Test func withoutDerivedStatesItSaysSo() async throws {
        let folder = try await AuditFolder.small()
        try FileManager.default.removeItem(atPath: folder.folder.derivedPath)
        let report = try await verify(folder)
        #expect(report.isGood && !report.programs[0].statesAvailable)
        #expect(VerificationText.lines(report).contains { $0.contains("there is no derived.db") })
    }

    @Test func deadLettersAreOpenedWhereTheMasterKeyIs() async throws {
        let changed = try await AuditFolder.full()
        let bytes = try #require(try changed.read { try Data.fetchOne($0, sql: "SELECT bytes FROM dead_letters") })
        var bad = [UInt8](bytes)
        bad[bad.count - 1] ^= 1
        try changed.tamper(\.journalPath, "UPDATE dead_letters SET bytes = ?", [Data(bad)])
        #expect(try await fault(changed).kind == .deadLetter)

        let keyless = try await AuditFolder.full()
        try FileManager.default.removeItem(atPath: keyless.folder.settings.masterKeyFile)
        let report = try await verify(keyless)
        #expect(report.isGood && !report.deadLetters.isChecked)
        #expect(VerificationText.lines(report).contains { $0.hasPrefix("dead letters: not checked: they open with the master key alone") })
    }

    @Test func eachProgramIsVerifiedByItself() async throws {
        let folder = try AuditFolder()
        for program in ["one", "two", "three"] {
            folder.setUp(program: program)
            folder.partner("alpha", program: program)
            for index in 1...3 { folder.lead(index, "L\(index)", program: program) }
        }
        try await folder.process(until: 10)
        #expect(try await verify(folder).programs.map(\.program).sorted() == ["one", "three", "two"])
        try folder.tamper(\.journalPath, """
            UPDATE entries SET bytes = zeroblob(9) WHERE position = 4 AND stream = (SELECT stream FROM streams WHERE program = 'two')
            """)
        let report = try await verify(folder)
        #expect(report.faults.map(\.program) == ["two"])
        #expect(report.faults.map(\.position) == [4])
        await #expect(throws: JournalError.unknownProgram("four")) { try await Verifier(folder.folder).run(program: "four") }
    }
}
