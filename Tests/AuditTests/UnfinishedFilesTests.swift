import Audit
import Engine
import Foundation
import GRDB
import Journal
import Testing

/// A process can be killed between making a database file and its tables. Then the next one finishes it, and who reads
/// meanwhile finds nothing there, not a foreign file.
@Suite struct UnfinishedFilesTests {
    /// How far the making of a file came.
    enum Begun: CaseIterable {
        /// No byte is written.
        case named
        /// It has its header and is in WAL mode.
        case headed

        func make(_ path: String) throws {
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.removeItem(atPath: path + suffix)
            }
            switch self {
            case .named: try Data().write(to: URL(fileURLWithPath: path))
            case .headed:
                let queue = try DatabaseQueue(path: path)
                try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
                try queue.close()
            }
        }
    }

    static func used() async throws -> AuditFolder {
        let folder = try AuditFolder()
        folder.setUp()
        folder.partner("alpha")
        folder.lead(1, "l1")
        try await folder.process(until: 5)
        return folder
    }

    private func verify(_ folder: AuditFolder) async throws -> VerificationReport {
        try await Verifier(folder.folder, depth: .full).run()
    }

    @Test(arguments: ["checkpoints.db", "derived.db", "tree.db"], Begun.allCases)
    func whatIsMadeAgainIsFinished(_ name: String, _ begun: Begun) async throws {
        let folder = try await Self.used()
        try begun.make(folder.folder.path + "/" + name)
        let unfinished = try await verify(folder)
        #expect(unfinished.isGood, "\(name) \(begun): \(unfinished.faults)")
        folder.lead(12, "l2")
        try await folder.process(until: 20)
        let finished = try await verify(folder)
        #expect(finished.isGood, "\(name) \(begun): \(finished.faults)")
        #expect(finished.programs.first?.leadsAccepted == 2)
    }

    @Test(arguments: Begun.allCases)
    func anEmptiedVaultIsMissedNotReplaced(_ begun: Begun) async throws {
        let folder = try await Self.used()
        try begun.make(folder.folder.vaultPath)
        let data = folder.folder
        let uses: [() throws -> Void] = [
            { _ = try data.openVault() }, { _ = try DataFolder.create(path: data.path, settings: data.settings) },
        ]
        for use in uses {
            do {
                try use()
                Issue.record("an emptied vault passed")
            } catch let error as EngineError {
                #expect("\(error)".contains("vault.db, which holds everybody's keys, is missing or empty"))
            }
        }
        let verification = try await verify(folder)
        #expect(verification.faults.contains { $0.detail.contains("vault.db is empty") }, "\(verification.faults)")
    }

    @Test(arguments: Begun.allCases)
    func aFolderWhoseMakingWasCutShortIsFinished(_ begun: Begun) async throws {
        let folder = try AuditFolder()
        try begun.make(folder.folder.journalPath)
        try begun.make(folder.folder.vaultPath)
        try begun.make(folder.folder.derivedPath)
        #expect(throws: JournalError.absent(path: folder.folder.journalPath)) { try folder.folder.openJournalReadOnly() }
        _ = try DataFolder.create(path: folder.folder.path, settings: folder.folder.settings)
        folder.setUp()
        folder.partner("alpha")
        folder.lead(1, "l1")
        try await folder.process(until: 5)
        #expect(try await verify(folder).isGood)
    }
}
