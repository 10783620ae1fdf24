public import Audit
import Engine
import Foundation
import GRDB
import Journal
public import KafkaTransport

/// What is asked of a verification.
public struct VerificationRequest: Sendable {
    /// Check hash chains and commit order only.
    public var isQuick = false
    /// The folder is an archive, without topics and keys.
    public var isArchive = false
    /// Entries that no checkpoint under a trusted key covers are no fault.
    public var allowsUncovered = false
    /// Verifier keys that are trusted.
    public var keys: TrustedKeyTexts = .init()
    /// Checkpoints that were kept elsewhere.
    public var checkpoints: [EvidenceBytes] = []

    public init() {}
}

/// What the verification of a cluster's partition found.
public struct PartitionVerification: Sendable {
    public let partition: Int
    public let report: VerificationReport
}

extension Deployment {
    /// Verifies that nothing was changed or left out, and that every promise was kept.
    public func verify(_ request: VerificationRequest) async throws(Problem) -> VerificationReport {
        try await verify(request, try Self.foreign(request.checkpoints))
    }

    private func verify(_ request: VerificationRequest, _ checkpoints: [ForeignCheckpoint]) async throws(Problem)
        -> VerificationReport
    {
        let keys = try request.keys.read()
        let verifier = Verifier(
            folder, depth: request.isQuick ? .chain : .full, keys: keys, checkpoints: checkpoints,
            isArchive: request.isArchive, allowsUncovered: request.allowsUncovered)
        return try await audit("verifying") { line in
            try await verifier.run(program: namedProgram) { line.update($0) }
        }
    }

    private static func foreign(_ checkpoints: [EvidenceBytes]) throws(Problem) -> [ForeignCheckpoint] {
        try Problem.told {
            try checkpoints.map { file in
                do { return ForeignCheckpoint(source: file.source, note: try SignedNote(file.bytes)) } catch let error
                    as NoteError
                {
                    throw Problem(.invalid, "\(error)", at: file.source)
                }
            }
        }
    }

    // MARK: The journal topic

    /// Verifies a cluster's journal topic alone, partition by partition. Every partition is copied into a folder of its
    /// own, which is removed afterwards; it needs no processor's disk, no data folder and no key.
    /// - Parameters:
    ///   - path: a data folder that may be there; its log key then counts as trusted.
    ///   - each: told of each partition that holds a program.
    /// - Returns: how many partitions there are, and how many of them hold no program.
    public static func verifyTopic(
        _ cluster: KafkaSettings, program: String?, dataPath path: String, _ request: VerificationRequest, asker: Asker,
        progress: @escaping WorkProgress.Handler, each: (PartitionVerification) throws -> Void
    ) async throws(Problem) -> (partitions: Int, empty: Int) {
        try await Problem.told {
            let copyPath = NSTemporaryDirectory() + "leadline-verify-\(UUID().uuidString)"
            defer { _ = try? FileManager.default.removeItem(atPath: copyPath) }
            // The master key stays where it is: what is checked here needs none. A log key that is at hand counts as
            // trusted.
            let own = DataFolder.exists(at: path) ? try DataFolder(path: path).settings : nil
            let copy = try DataFolder.forCopy(
                path: copyPath,
                settings: .init(program: own?.program ?? "", masterKeyFile: own?.masterKeyFile ?? copyPath + ".key"))
            let deployment = Deployment(copy, namedProgram: program, cluster: cluster, asker: asker, progress: progress)
            let shards = try deployment.copied(from: cluster)
            var strangers = try foreign(request.checkpoints)
            var emptyCount = 0
            for (partition, shard) in shards.enumerated() {
                // A checkpoint is of one partition's program; the others know nothing of it.
                let programs = try await shard.openJournalReadOnly().read { try JournalReader().streams(in: $0) }.map(
                    \.program)
                if programs.isEmpty {
                    emptyCount += 1
                    continue
                }
                let own = strangers.filter { checkpoint in checkpoint.program.map { programs.contains($0) } ?? false }
                strangers.removeAll { checkpoint in own.contains { $0.source == checkpoint.source } }
                try each(
                    PartitionVerification(
                        partition: partition, report: try await deployment.moved(to: shard).verify(request, own)))
            }
            if let stranger = strangers.first, program == nil {
                throw Problem(
                    .checkFailed,
                    "no program of this cluster has the checkpoint: its whole stream is missing, or it is another log's",
                    at: stranger.source)
            }
            return (shards.count, emptyCount)
        }
    }

    private func copied(from cluster: KafkaSettings) throws -> [DataFolder] {
        let line = progress("copying the journal")
        defer { line.finish() }
        var before: UInt64 = 0
        var last: (partition: Int32, entries: UInt64) = (-1, 0)
        do {
            return try JournalCopy.fill(folder, cluster) { partition, _, entries in
                if partition != last.partition { before += last.entries }
                last = (partition, entries)
                line.update(before + entries)
            }
        } catch {
            guard let broken = error as? KafkaTransportError, case .journalBroken = broken else { throw error }
            throw Problem(.checkFailed, "\(broken)")
        }
    }
}
