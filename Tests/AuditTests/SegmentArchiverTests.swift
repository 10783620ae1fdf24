import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import Testing

@testable import Audit

/// Goal: the oldest entries move to an archive without anything being lost, provable before and after, whatever crashes
/// between the steps; and an archive that is not the one stated is refused.
@Suite struct SegmentArchiverTests {
    private static let program = AuditFolder.program

    /// A folder with checkpoints over its first entries and over all.
    private func folder() async throws -> AuditFolder {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0)
        folder.partner("alpha", verticals: #""manufacturing""#)
        folder.partner("beta")
        for index in 1...6 { folder.lead(10 * index, "L\(index)") }
        folder.outcome(70, "DealWon", "L1", "alpha")
        try await folder.process(until: 100)
        try CheckpointSigner(folder.folder).sign(Self.program)
        for index in 7...9 { folder.lead(100 + index, "L\(index)") }
        folder.outcome(120, "LeadDeclined", "L2", "alpha")
        folder.outcome(121, "DealLost", "L7", "alpha")
        try await folder.process(until: 200)
        try CheckpointSigner(folder.folder).sign(Self.program)
        return folder
    }

    private func write(_ folder: AuditFolder, through count: UInt64, _ name: String) throws -> (SegmentArchiver, SegmentArchiver.Plan, path: String) {
        let archiver = try SegmentArchiver(folder.folder, program: Self.program)
        let plan = try archiver.plan(through: count)
        let path = folder.root + "/" + name
        try archiver.write(plan, to: path, created: AuditFolder.start)
        try archiver.check(path, plan.range, source: name)
        return (archiver, plan, path)
    }

    private func state(_ fact: SegmentArchived, _ folder: AuditFolder, minute: Int) async throws {
        func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
        folder.event(minute, .controls, "SegmentArchived", """
            {"firstPosition":"\(fact.firstPosition)","nextPosition":"\(fact.nextPosition)","root":"\(text(fact.root))","chainLink":"\(text(fact.chainLink))",
             "stateHash":"\(text(fact.stateHash))","archiveDigest":"\(text(fact.archiveDigest))","archivedBy":"\(fact.archivedBy)"}
            """)
        try await folder.process(until: minute)
    }

    /// All steps.
    private func archive(_ folder: AuditFolder, through count: UInt64, _ name: String, minute: Int) async throws -> (digest: Digest, path: String) {
        let (archiver, plan, path) = try write(folder, through: count, name)
        let digest = try ArchiveReader(path).digest()
        try await state(archiver.statement(plan, archive: digest, by: "records-office"), folder, minute: minute)
        let stated = try #require(try archiver.stated(in: digest))
        #expect(try archiver.remove(stated, archive: digest, path: path) == UInt64(plan.range.count))
        return (digest, path)
    }

    /// Removes the first four entries of a segment, as a process does that is killed then.
    private func begin(_ segment: ArchivedSegment, _ state: [UInt8], _ folder: AuditFolder) throws {
        let queue = try folder.folder.openJournal()
        let begun = ArchivedSegment(
            program: segment.program, first: segment.first, next: segment.next, statement: segment.statement, chainLink: segment.chainLink,
            stateHash: segment.stateHash, archiveDigest: segment.archiveDigest, path: segment.path)
        try queue.write { db in
            try SegmentRemoval().begin(begun, state: state, in: db)
            _ = try SegmentRemoval().step(Self.program, limit: 4, in: db)
        }
        try queue.close()
    }

    private func verified(_ folder: DataFolder) async throws -> VerificationReport { try await Verifier(folder).run() }

    private func atHand(_ folder: AuditFolder, _ paths: String...) throws -> DataFolder {
        let journal = try folder.folder.openJournalReadOnly()
        let segments = try journal.read { try JournalReader().archivedSegments(of: Self.program, in: $0) }
        return folder.folder.reading(try ArchivedEntries(at: folder.root + "/at-hand-\(UUID().uuidString)", of: journal, try paths.map { path in
            let reader = try ArchiveReader(path)
            let digest = try reader.digest()
            return (try #require(segments.first { $0.archiveDigest == digest }), { body in try reader.forEachEntry(of: Self.program, body) })
        }))
    }

    @Test func everythingHoldsBeforeAndAfter() async throws {
        let folder = try await self.folder()
        let before = try folder.head()
        let proof = try Prover(folder.folder, program: Self.program).inclusion(of: 2, withEntry: false)
        let (digest, path) = try await archive(folder, through: 14, "first", minute: 300)
        #expect(try folder.head().size == before.size + 1)
        #expect(try folder.read { try JournalReader().firstReadable(of: Self.program, in: $0) } == 11)

        let partial = try await Verifier(folder.folder).run()
        #expect(partial.faults == [] && partial.programs[0].decidedFrom == 11 && partial.programs[0].checkpoints >= 3)
        #expect(partial.programs[0].archived.map(\.isRead) == [false] && partial.programs[0].archived[0].archive == "\(digest)")
        #expect(VerificationText.lines(partial).contains { $0.contains("NOT decided again") } && !partial.sources.isChecked)
        let whole = try await Verifier(atHand(folder, path)).run()
        #expect(whole.faults == [] && whole.programs[0].decidedFrom == 0 && whole.programs[0].archived.map(\.isRead) == [true])
        #expect(whole.programs[0].stateHash == partial.programs[0].stateHash && whole.sources.isChecked && whole.projection.isChecked)

        let (short, long) = (try await Replayer(folder.folder).run(), try await Replayer(atHand(folder, path)).run())
        #expect(short.isEqual && long.isEqual && short.programs[0].from == 11 && long.programs[0].from == 0)
        #expect(short.programs[0].stateHash == long.programs[0].stateHash)
        await #expect(throws: JournalError.self) { try await Replayer(folder.folder).run(until: .entries(5)) }

        #expect(throws: JournalError.self) { try Explainer(folder.folder).explain("L3", program: Self.program) }
        guard case .explained(let explanation) = try Explainer(atHand(folder, path)).explain("L3", program: Self.program) else {
            Issue.record("not explained")
            return
        }
        #expect(explanation.recomputation.isEqual)
        guard case .explained(let later) = try Explainer(folder.folder).explain("L9", program: Self.program) else {
            Issue.record("not explained")
            return
        }
        #expect(later.recomputation.isEqual)

        // What was proven stays proven, and what is archived can be proven still.
        let prover = try Prover(folder.folder, program: Self.program)
        #expect(try prover.inclusion(of: 2, withEntry: false).path.prefix(2) == proof.path.prefix(2))
        #expect(throws: JournalError.self) { try prover.inclusion(of: 2) }
        #expect(throws: Never.self) { try prover.consistency(from: 11, to: nil) }
    }

    @Test func aProgramGoesOnFromTheStateThatWasStated() async throws {
        let folder = try await self.folder()
        let twin = try AuditFolder(copying: folder)
        let (_, path) = try await archive(folder, through: 11, "first", minute: 300)
        // Snapshots and trees can go; the list of leads needs the archive to be made again.
        try folder.tamper(\.derivedPath, "DELETE FROM snapshots")
        try FileManager.default.removeItem(atPath: folder.folder.treePath)
        folder.lead(400, "L10")
        folder.outcome(410, "DealWon", "L3", "alpha")
        try await folder.process(until: 420)
        twin.lead(400, "L10")
        twin.outcome(410, "DealWon", "L3", "alpha")
        try await twin.process(until: 420)
        func leads(_ folder: AuditFolder) throws -> [String] {
            try folder.read { db in
                try ProgramStream.recover(Self.program, through: folder.head().size, journal: db, snapshots: nil).state.openLeads
                    .map { "\($0.leadID) \($0.partnerID ?? "-") \($0.stage)" }
            }
        }
        let (here, there) = (try leads(folder), try leads(twin))
        #expect(here == there)

        let (_, second) = try await archive(folder, through: 17, "second", minute: 500)
        let report1 = try await verified(folder.folder)
        #expect(report1.faults == [])
        let whole = try await Verifier(atHand(folder, second, path)).run()
        #expect(whole.faults == [] && whole.programs[0].decidedFrom == 0 && whole.programs[0].archived.count == 2)
        let upper = try await Verifier(atHand(folder, second)).run()
        #expect(upper.faults == [] && upper.programs[0].archived.map(\.isRead) == [false, true])
        #expect(throws: JournalError.self) { _ = try atHand(folder, path) }

        // The list of leads is made again with the archives alone.
        for suffix in ["", "-wal", "-shm"] { _ = try? FileManager.default.removeItem(atPath: folder.folder.derivedPath + suffix) }
        let clock = FixedClock(AuditFolder.at(500))
        #expect(throws: JournalError.self) { _ = try Processor(folder.folder, clock: clock, timeSource: .eventTime) }
        _ = try Processor(atHand(folder, path, second), clock: clock, timeSource: .eventTime)
        let again = try await Verifier(atHand(folder, path, second)).run()
        #expect(again.faults == [] && again.projection.isChecked && again.projection.rows > 20)

        // Alone, the archives are a journal up to their end, in any order, and the second alone is not.
        let key = try CheckpointSigner(folder.folder).verifierKey(Self.program)
        for archive in [path, second] {
            let finding = EvidenceCheck.archive(archive, source: archive, keys: [key])
            #expect(finding.fault == nil && finding.isAuthentic, "\(finding)")
        }
        let joined = try ArchiveReader.unpack([ArchiveReader(second), ArchiveReader(path)], to: folder.root + "/joined")
        let report = try await Verifier(joined, keys: [key], isArchive: true).run()
        #expect(report.faults == [] && report.programs[0].size == 17)
        #expect(throws: ArchiveError.begins(program: Self.program, at: 11, expected: 0)) { _ = try ArchiveReader(second).unpack(to: folder.root + "/alone") }
    }

    @Test func aCrashBetweenStepsLosesNothing() async throws {
        let folder = try await self.folder()
        let (archiver, plan, path) = try write(folder, through: 11, "first")
        let digest = try ArchiveReader(path).digest()
        #expect(try archiver.stated(in: digest) == nil)
        try await state(archiver.statement(plan, archive: digest, by: ""), folder, minute: 300)

        // Stated, and nothing deleted: everything is there, and verification sees nothing amiss.
        let report2 = try await verified(folder.folder)
        #expect(report2.programs[0].decidedFrom == 0)
        let stated = try #require(try archiver.stated(in: digest))
        let halfway = try AuditFolder(copying: folder)
        let half = try SegmentArchiver(halfway.folder, program: Self.program)
        _ = try half.remove(stated, archive: digest, path: path)
        let segment = try #require(try half.segments().first)

        // Deleted up to the middle, then gone on with.
        try begin(segment, plan.state, folder)
        let report = try await Verifier(folder.folder).run()
        #expect(report.faults == [] && report.programs[0].decidedFrom == 11)
        try await folder.process(until: 310)
        _ = try archiver.remove(stated, archive: digest, path: path)
        #expect(try archiver.segments() == half.segments())
        let report3 = try await verified(folder.folder)
        #expect(report3.faults == [])
    }

    @Test func whatIsNotAsStatedIsRefused() async throws {
        let folder = try await self.folder()
        let (archiver, plan, path) = try write(folder, through: 11, "first")
        let digest = try ArchiveReader(path).digest()
        var other = archiver.statement(plan, archive: digest, by: "")
        other.root[0] ^= 1
        try await state(other, folder, minute: 300)
        let stated = try #require(try archiver.stated(in: digest))
        #expect(throws: SegmentError.self) { try archiver.remove(stated, archive: digest, path: path) }
        #expect(try archiver.segments() == [])
        let report4 = try await verified(folder.folder)
        #expect(report4.faults.map(\.kind) == [.archive])

        // Nothing to archive up to there; and an archive of something else.
        #expect(throws: SegmentError.noCheckpoint(through: 5, archived: 0, nearest: 11)) { _ = try archiver.plan(through: 5) }
        #expect(throws: SegmentError.self) { try archiver.check(path, 0..<12, source: "first") }
        let file = path + "/programs/demo/checkpoints.txt"
        try Data("x".utf8).write(to: URL(fileURLWithPath: file))
        #expect(throws: SegmentError.self) { try archiver.check(path, plan.range, source: "first") }
    }

    @Test(arguments: ["statement", "state", "leaf", "digest", "range"]) func tamperingShows(_ what: String) async throws {
        let folder = try await self.folder()
        _ = try await archive(folder, through: 11, "first", minute: 300)
        switch what {
        case "range": try folder.tamper(\.journalPath, "UPDATE entries_archived SET removed = -1")
        case "statement": try folder.tamper(\.journalPath, "UPDATE entries_archived SET statement = 12")
        case "state": try folder.tamper(\.journalPath, "UPDATE entries_archived_states SET state = x'00'")
        case "leaf": try folder.tamper(\.journalPath, "UPDATE entries SET bytes = zeroblob(32) WHERE position = 3")
        default: try folder.tamper(\.journalPath, "UPDATE entries_archived SET archive_digest = zeroblob(32)")
        }
        if what == "range" {
            await #expect(throws: DatabaseError.self) { try await Verifier(folder.folder).run() }
            return
        }
        let report = try await Verifier(folder.folder).run()
        #expect(report.faults.first?.kind == (what == "leaf" ? .chain : .archive), "\(report.faults)")
    }
}
