import Audit
import Engine
import Foundation
import Journal
import Testing

/// Goal: an archive is enough to verify, replay and explain, and what is changed in it is found.
@Suite struct ArchiveTests {
    /// An archive of a folder with one of everything, and the program's verifier key.
    private func exported() async throws -> (folder: AuditFolder, path: String, key: VerifierKey) {
        let folder = try await AuditFolder.full()
        let path = folder.root + "/archive"
        let written = try ArchiveWriter(folder.folder, to: path).write(created: AuditFolder.start)
        #expect(written == (try folder.head()).size)
        return (folder, path, try CheckpointSigner(folder.folder).verifierKey(AuditFolder.program))
    }

    @Test func everythingComesBackFromAnArchive() async throws {
        let (folder, path, key) = try await exported()
        let finding = EvidenceCheck.archive(path, source: "archive", keys: [key])
        #expect(finding.fault == nil && finding.isAuthentic, "\(finding)")
        let own = EvidenceCheck.archive(path, source: "archive", keys: [])
        #expect(own.fault == nil && !own.isAuthentic && own.isSelfSigned)

        let unpacked = try ArchiveReader(path).unpack(to: folder.root + "/unpacked")
        let report = try await Verifier(unpacked, keys: [key], isArchive: true).run()
        #expect(report.faults == [])
        #expect(report.programs[0].head == "\(try folder.head().link)" && report.programs[0].checkpoints == 1)
        let (here, there) = (try await Replayer(folder.folder).run(), try await Replayer(unpacked).run())
        #expect(there.isEqual && here.programs[0].stateHash == there.programs[0].stateHash)
        guard case .explained(let explanation) = try Explainer(unpacked).explain("declined", program: AuditFolder.program) else {
            return #expect(Bool(false), "not explained")
        }
        #expect(explanation.recomputation.isEqual)
    }

    @Test func aTarHoldsTheSame() async throws {
        let (folder, path, key) = try await exported()
        let (tar, again) = (folder.root + "/a.tar", folder.root + "/again")
        try TarFile.pack(path, to: tar)
        try TarFile.unpack(tar, to: again)
        #expect(EvidenceCheck.archive(again, source: "a.tar", keys: [key]).isAuthentic)
        #expect(throws: ArchiveError.self) { try TarFile.pack(path, to: tar) }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: tar))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: folder.root + "/cut.tar"))
        #expect(throws: ArchiveError.self) { try TarFile.unpack(folder.root + "/cut.tar", to: folder.root + "/cut") }
        // Between two files as well: what is there looks whole.
        let content = bytes.prefix((bytes.lastIndex { $0 != 0 } ?? 0) / 512 * 512 + 512)
        try content.write(to: URL(fileURLWithPath: folder.root + "/unended.tar"))
        #expect(throws: ArchiveError.self) { try TarFile.unpack(folder.root + "/unended.tar", to: folder.root + "/unended") }
        var climbing = [UInt8](bytes)
        climbing.replaceSubrange(0..<8, with: Array("../../x\0".utf8))
        try Data(climbing).write(to: URL(fileURLWithPath: folder.root + "/climbing.tar"))
        #expect(throws: ArchiveError.self) { try TarFile.unpack(folder.root + "/climbing.tar", to: folder.root + "/climbing") }
    }

    @Test func whatIsChangedInAnArchiveIsFound() async throws {
        let (folder, path, key) = try await exported()
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) where !name.hasSuffix("/") {
            let file = path + "/" + name
            guard let good = FileManager.default.contents(atPath: file), !good.isEmpty else { continue }
            var bad = good
            bad[bad.count / 2] ^= 1
            try bad.write(to: URL(fileURLWithPath: file))
            #expect(EvidenceCheck.archive(path, source: "archive", keys: [key]).fault != nil, "\(name)")
            try good.write(to: URL(fileURLWithPath: file))
        }
        try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/stranger"))
        #expect(EvidenceCheck.archive(path, source: "archive", keys: [key]).fault?.contains("stranger") ?? false)
        try FileManager.default.removeItem(atPath: path + "/stranger")

        // Made anew, manifest and all, by somebody who has another key.
        let forged = try AuditFolder(copying: folder)
        try forged.flipBit(7)
        try forged.makeFit(keepCheckpoints: false)
        try FileManager.default.removeItem(atPath: folder.folder.logKeyPath)
        let remade = folder.root + "/remade"
        _ = try ArchiveWriter(forged.folder, to: remade).write(created: AuditFolder.start)
        #expect(EvidenceCheck.archive(remade, source: "remade", keys: []).fault == nil)
        #expect(EvidenceCheck.archive(remade, source: "remade", keys: [key]).fault != nil)
    }

    @Test func everySchemaIsInTheArchive() async throws {
        let (folder, path, _) = try await exported()
        defer { withExtendedLifetime(folder) {} }
        let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Schemas/leadline/v1").path
        let names = try FileManager.default.contentsOfDirectory(atPath: source).filter { $0.hasSuffix(".proto") }.sorted()
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/schemas/leadline/v1").sorted() == names)
        for name in names {
            #expect(FileManager.default.contents(atPath: source + "/" + name) == FileManager.default.contents(atPath: path + "/schemas/leadline/v1/" + name))
        }
    }
}
