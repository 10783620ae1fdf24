import Audit
import Engine
import Foundation
import GRDB
import Journal
import Reports
import Testing

/// Goal: whatever is done to a journal of 10,000 entries afterwards is found, and found where it is. Method: one
/// journal by the real engine, signed at two sizes; a copy for every kind of tampering, done by somebody who may write
/// every file but has no key; checked against the log's key and a checkpoint that was kept elsewhere.
@Suite struct TamperingTests {
    /// What all cases begin with. It takes seconds to build, so one test goes through all of them.
    private struct Base {
        let folder: AuditFolder
        /// The folder as it was when the first checkpoint had been signed.
        let older: AuditFolder
        let held: SignedNote
        let firstSize: UInt64
        let size: UInt64
        let log: String
    }

    private static let snapshotPosition: UInt64 = 900

    private static func makeBase() async throws -> Base {
        let folder = try AuditFolder()
        for program in [AuditFolder.program, "rival"] {
            folder.setUp(slaMinutes: 100_000, program: program)
            folder.partner("alpha", openMax: 100_000, periodMax: 100_000, program: program)
        }
        for index in 0..<6_000 { folder.lead(1 + index / 100, "L\(index)", program: index % 4 == 3 ? "rival" : AuditFolder.program) }
        try await folder.process(until: 61)
        try folder.snapshot(before: snapshotPosition)
        let first = try sign(folder)
        let older = try AuditFolder(copying: folder)
        for index in 6_000..<9_994 { folder.lead(62 + index / 100, "L\(index)", program: index % 4 == 3 ? "rival" : AuditFolder.program) }
        try await folder.process(until: 200)
        let last = try sign(folder)
        return Base(
            folder: folder, older: older, held: last.note, firstSize: first.checkpoint.size, size: last.checkpoint.size,
            log: try #require(LogOrigin.parts(last.checkpoint.origin)).log)
    }

    private static func sign(_ folder: AuditFolder) throws -> StoredCheckpoint {
        var signing = folder.folder
        signing.machine.clock = FixedClock(AuditFolder.at(61))
        let signer = try CheckpointSigner(signing)
        try signer.sign("rival")
        return try signer.sign(AuditFolder.program)
    }

    /// One thing that is done, and what must be found.
    struct Tampering: Sendable {
        var name: String
        var kind: AuditFault.Kind
        var position: UInt64
        var depth = Verifier.Depth.chain
        /// False where the folder alone must show it, without a checkpoint from elsewhere.
        var usesHeld = false
        var apply: @Sendable (AuditFolder) throws -> Void
    }

    static let cases: [Tampering] = [
        Tampering(name: "flip a bit", kind: .chain, position: 4_321) { try $0.flipBit(4_321) },
        Tampering(name: "delete an entry", kind: .chain, position: 5_000) { try $0.delete(5_000) },
        Tampering(name: "insert an entry", kind: .chain, position: 1_234) { try $0.insert(1_234) },
        Tampering(name: "reorder two entries", kind: .chain, position: 77) { try $0.swap(77, with: 6_666) },
        Tampering(name: "truncate", kind: .chain, position: 7_000) { try $0.cut(at: 7_000, hides: false) },
        Tampering(name: "swap two programs' entries", kind: .chain, position: 1_500) { try $0.swap(1_500, with: 1_500, of: "rival") },
        Tampering(name: "replace a snapshot", kind: .stateHash, position: 900, depth: .full) { folder in
            let state = [UInt8](repeating: 7, count: 100)
            try folder.tamper(\.derivedPath, "UPDATE snapshots SET state = ?, state_hash = ?", [Data(state), Data(SnapshotStore.stateHash(of: state).bytes)])
        },
        Tampering(name: "change a node of the stored tree", kind: .tree, position: 2_560) { folder in
            try folder.tamper(\.treePath, "UPDATE tiles SET nodes = zeroblob(length(nodes)) WHERE tree = (SELECT tree FROM trees WHERE program = 'demo') AND level = 0 AND number = 10")
        },
    ]

    static let forgeries: [Tampering] = [
        Tampering(name: "rewrite chain and tree", kind: .checkpoint, position: 4_503) { folder in
            try folder.flipBit(6_000)
            try folder.makeFit(keepCheckpoints: true)
        },
        Tampering(name: "rewrite everything, signed by another key", kind: .checkpoint, position: 0, usesHeld: true) { folder in
            try folder.flipBit(6_000)
            try folder.makeFit(keepCheckpoints: false)
            try folder.signAsSomebodyElse(log: "elsewhere")
        },
        Tampering(name: "cut off the tail, without a trace in the folder", kind: .checkpoint, position: 7_000, usesHeld: true) {
            try $0.cut(at: 7_000, hides: true)
        },
    ]

    private func verify(
        _ folder: AuditFolder, _ base: Base, depth: Verifier.Depth = .chain, usesHeld: Bool = true
    ) async throws -> VerificationReport {
        let held = usesHeld ? [ForeignCheckpoint(source: "held elsewhere", note: base.held)] : []
        return try await Verifier(folder.folder, depth: depth, checkpoints: held).run()
    }

    @Test func everyTamperingIsFoundInPlace() async throws {
        let base = try await Self.makeBase()
        try await theJournalItselfIsGood(base)
        for tampering in Self.cases + Self.forgeries { try await check(tampering, base) }
        try await aSwapBetweenProgramsShowsInBoth(base)
        try await anOlderCopyIsGoodByItselfAndFoundByANewerCheckpoint(base)
        try nobodySignsAJournalThatIsNotWhatWasSigned(base)
    }

    private func theJournalItselfIsGood(_ base: Base) async throws {
        let report = try await verify(base.folder, base, depth: .full)
        #expect(report.faults == [])
        #expect(report.entries == 10_000 && report.programs.count == 2)
        let program = try #require(report.programs.first { $0.program == AuditFolder.program })
        // Two signed here, and the one from elsewhere.
        #expect(program.checkpoints == 3 && program.treeSize == base.size)
        #expect(program.treeNodesCompared == base.size + base.size / 256)
        #expect(report.sources.isChecked && report.sources.records == 10_000)
        #expect(report.projection.isChecked && report.projection.rows > 9_000)
    }

    private func check(_ tampering: Tampering, _ base: Base) async throws {
        let copy = try AuditFolder(copying: base.folder)
        try tampering.apply(copy)
        let report = try await verify(copy, base, depth: tampering.depth, usesHeld: tampering.usesHeld)
        let found = report.faults.filter { $0.program == AuditFolder.program }
        #expect(found.contains { $0.kind == tampering.kind && $0.position == tampering.position }, "\(tampering.name): \(report.faults)")
        #expect(VerificationText.lines(report).contains { $0.contains("NOT VERIFIED") })
    }

    private func aSwapBetweenProgramsShowsInBoth(_ base: Base) async throws {
        let copy = try AuditFolder(copying: base.folder)
        try copy.swap(1_500, with: 1_500, of: "rival")
        #expect(try await verify(copy, base).faults.compactMap(\.program).sorted().contains("rival"))
    }

    private func anOlderCopyIsGoodByItselfAndFoundByANewerCheckpoint(_ base: Base) async throws {
        #expect(try await verify(base.older, base, usesHeld: false).isGood)
        let fault = try #require(try await verify(base.older, base).faults.first)
        #expect(fault.kind == .checkpoint && fault.position == base.firstSize)
        #expect(fault.detail.contains("held elsewhere"))
    }

    private func nobodySignsAJournalThatIsNotWhatWasSigned(_ base: Base) throws {
        let cut = try AuditFolder(copying: base.folder)
        try cut.cut(at: 7_000, hides: false)
        // With its tree the signer only goes on from where it was; without it reads everything again.
        try cut.tamper(\.treePath, "DELETE FROM trees")
        #expect(throws: CheckpointRefusal.altered(program: AuditFolder.program, position: 7_000)) { try Self.sign(cut) }
        let rewritten = try AuditFolder(copying: base.folder)
        try rewritten.flipBit(4_000)
        try rewritten.makeFit(keepCheckpoints: true)
        #expect(throws: CheckpointRefusal.notAnExtension(program: AuditFolder.program, signed: base.size)) { try Self.sign(rewritten) }
        let foreign = try AuditFolder(copying: base.folder)
        try foreign.signAsSomebodyElse(log: base.log)
        #expect(throws: LogKeyError.self) { try Self.sign(foreign) }
    }
}
