import Audit
import Engine
import Foundation
import Journal
import Simulation
import Testing

/// Goal: a journal of an earlier logic version verifies, replays and is explained as on the day it was written.
/// Method: Tests/Golden holds the example's journal as each version wrote it; see `EMEAExampleTests.keepAsGolden`.
@Suite struct GoldenJournalTests {
    private static let journals = [
        (version: 1, head: "16d0ac23cd9e0d958261384d071c3fd274e26fc324bca39bf608d020090cdbb0"),
        (version: 2, head: "0f873da5bce51bf32a3ccaad8878b7866cf582edb2c2891a02957fe48dc69cb9"),
        (version: 3, head: "5b20f5041b2d8f9c3f5eb1a69b129f0655572787503f167769a62907b06b12aa"),
        (version: 4, head: "e35f164512909eaff8df6b0f3895f85a9d28a1c6d0c775e7f2f082d8a0d8036f"),
        (version: 5, head: "e1dc0ccbddfed792bf5253f14e85d863549d5549e68cc58e1f5cbdec40b40330"),
        (version: 6, head: "b0ac8418ff77e40df0ae9c1ef11a5115f2cc0bbccb1601c355aad2d58700d42a"),
        (version: 7, head: "0e0253a6a3221c8db115a4390e669d1dd1d8978836fa0df7babe2557cb1bf123"),
        (version: 8, head: "94037b558cebefb34436aba8d65607f048fcb5d11df5d789b3bdb33193d8889a"),
    ]

    @Test(arguments: journals)
    func stillProves(version: Int, head: String) async throws {
        var tests = URL(fileURLWithPath: #filePath)
        for _ in 0..<2 { tests.deleteLastPathComponent() }
        let root = NSTemporaryDirectory() + "leadline-golden-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { _ = try? FileManager.default.removeItem(atPath: root) }
        try TarFile.unpack(tests.path + "/Golden/logic-\(version).tar", to: root + "/archive")

        let folder = try ArchiveReader(root + "/archive").unpack(to: root + "/data")
        let report = try await Verifier(folder, isArchive: true).run()
        #expect(report.faults == [])
        #expect(report.programs.map(\.head) == [head])
        let replay = try await Replayer(folder).run()
        #expect(replay.isEqual && replay.programs.map(\.differenceCount) == [0])
        guard case .explained(let explanation) = try Explainer(folder).explain("demo-2026-0001", program: folder.settings.program) else {
            return #expect(Bool(false), "not explained")
        }
        #expect(explanation.decision.logicVersion == UInt32(version) && explanation.recomputation.isEqual)
    }
}
