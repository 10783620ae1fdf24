import Audit
import Engine
import Foundation
import GRDB
import Journal
import Synchronization
import Reports
import Testing

/// Goal: proof files hold offline, from their bytes and a pinned key alone, across rotations and with witnesses.
@Suite struct ProofTests {
    private func file(_ name: String, _ text: String) -> EvidenceCheck.File { .init(source: name, bytes: Array(text.utf8)) }

    @Test func filesAloneAreEnough() async throws {
        let folder = try await AuditFolder.small()
        let signer = try CheckpointSigner(folder.folder)
        let pinned = try signer.verifierKey(AuditFolder.program)
        let first = try signer.sign(AuditFolder.program)
        folder.lead(200, "later")
        try await folder.process(until: 210)
        _ = try LogKeyFile.rotate(at: folder.folder.logKeyPath, time: 1_767_571_200)
        let prover = try Prover(folder.folder, program: AuditFolder.program)
        let size = try folder.head().size
        let (inclusion, bare) = (try prover.inclusion(of: size - 1), try prover.inclusion(of: 2, withEntry: false))
        let consistency = try prover.consistency(from: first.checkpoint.size, to: nil)
        let rotation = try #require(try LogKeyFile.load(from: folder.folder.logKeyPath).rotations.first)

        let witness = try SignerKey(name: "auditor.example", type: .cosignature)
        var cosigned = inclusion.checkpoint
        try cosigned.cosign(witness, time: 1_767_571_300)
        let note = cosigned
        #expect(try await folder.folder.openCheckpoints().write { try CheckpointStore().addCosignatures(of: note, in: $0) } == 1)

        let files = [
            file("inclusion", inclusion.text), file("consistency", consistency.text), file("rotation", rotation.description),
            file("cosigned", cosigned.description),
        ]
        var check = EvidenceCheck(keys: [pinned, witness.verifier], words: AuditWords())
        let report = check.run(files)
        #expect(report.isGood && report.isAuthentic, "\(EvidenceText.lines(report).joined(separator: "\n"))")
        #expect(EvidenceText.lines(report).contains { $0.contains("auditor.example cosigned it at 2026-01-05T00:01:40Z") })
        #expect(EvidenceText.lines(report).contains { $0.contains("later assigned to alpha") })

        // Without the statement the newer key is a stranger's; without a key nothing is proven, but nothing is wrong.
        var without = EvidenceCheck(keys: [pinned], words: AuditWords())
        #expect(!without.run([files[0]]).isGood)
        var keyless = EvidenceCheck(keys: [], words: AuditWords())
        let open = keyless.run(files)
        #expect(open.isGood && !open.isSigned)

        var needsEntry = EvidenceCheck(keys: [pinned], words: AuditWords())
        #expect(!needsEntry.run([file("bare", bare.text), files[2]]).isAuthentic)
        var withEntry = EvidenceCheck(keys: [pinned], entries: [.init(source: "entry", bytes: try folder.entries()[2])], words: AuditWords())
        #expect(withEntry.run([file("bare", bare.text), files[2]]).isAuthentic)
        var wrongEntry = EvidenceCheck(keys: [pinned], entries: [.init(source: "entry", bytes: try folder.entries()[3])], words: AuditWords())
        #expect(!wrongEntry.run([file("bare", bare.text), files[2]]).isGood)
    }

    @Test func twoHistoriesOfOneLogAreAConflict() throws {
        let log = try SignerKey(name: "log/demo")
        func note(_ leaf: UInt8) throws -> String {
            var note = try SignedNote(text: Checkpoint(origin: "log/demo", size: 1, root: HashChain.leaf(of: [leaf])).text)
            try note.sign(log)
            return note.description
        }
        var check = EvidenceCheck(keys: [log.verifier], words: AuditWords())
        let report = check.run([file("a", try note(1)), file("b", try note(2))])
        #expect(report.conflicts.count == 1 && !report.isGood)
    }

    @Test func whatIsNoEvidenceIsSaidToBeNone() {
        var check = EvidenceCheck(keys: [], words: AuditWords())
        for text in ["", "hello", "c2sp.org/tlog-proof@v1\n", "leadline consistency proof v1\n\n", "leadline key rotation v1\n\n"] {
            #expect(!check.run([file("x", text)]).isGood)
        }
    }

    @Test func aRotationThatIsCopiedToTheKeyFileLeadsOn() async throws {
        let folder = try await AuditFolder.small()
        let first = try CheckpointSigner(folder.folder).verifierKey(AuditFolder.program)
        for time in UInt64(1)...3 {
            _ = try CheckpointSigner(folder.folder).sign(AuditFolder.program)
            _ = try LogKeyFile.rotate(at: folder.folder.logKeyPath, time: time)
        }
        _ = try CheckpointSigner(folder.folder).sign(AuditFolder.program)
        let report = try await Verifier(folder.folder, keys: [first]).run()
        #expect(report.faults == [] && report.programs[0].checkpoints == 4)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.folder.logKeyPath)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        // A lost key is not made anew in silence: the old one could not name it.
        try FileManager.default.removeItem(atPath: folder.folder.logKeyPath)
        #expect(throws: LogKeyError.absent(path: folder.folder.logKeyPath)) { try CheckpointSigner(folder.folder) }
    }

    @Test func aKeeperSignsWhatGrewAndSaysWhyItDoesNot() async throws {
        let folder = try await AuditFolder.small()
        let told = Mutex<(signed: [UInt64], refused: [CheckpointRefusal])>(([], []))
        func keeper() throws -> CheckpointKeeper {
            CheckpointKeeper(
                try CheckpointSigner(folder.folder), signed: { stored in told.withLock { $0.signed.append(stored.checkpoint.size) } },
                refused: { refusal in told.withLock { $0.refused.append(refusal) } })
        }
        let first = try keeper()
        try await first.finish()
        try await first.finish()
        let size = try folder.head().size
        #expect(told.withLock { $0.signed } == [size])
        folder.lead(200, "later")
        try await folder.process(until: 210)
        try await first.finish()
        let grown = try folder.head().size
        #expect(grown > size && told.withLock { $0.signed } == [size, grown])

        try folder.flipBit(3)
        try folder.makeFit(keepCheckpoints: true)
        let second = try keeper()
        // Nothing is to be decided on it, so whoever runs the keeper is stopped.
        await #expect(throws: CheckpointRefusal.notAnExtension(program: AuditFolder.program, signed: grown)) {
            try await second.finish()
        }
        #expect(told.withLock { $0.refused.isEmpty })
    }
}
