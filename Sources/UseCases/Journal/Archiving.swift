import Audit
import Engine
import Foundation
import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf

/// The last entry that an archive takes.
public enum ArchiveEnd: Sendable {
    case newest
    /// So many entries of the stream.
    case count(UInt64)
    /// Entries of this moment or earlier.
    case time(Timestamp)
}

/// What was archived.
public struct ArchivedRange: Sendable {
    /// The archive, as a path from the root.
    public let path: String
    public let first: UInt64
    public let last: UInt64
    /// The archive's digest, in words.
    public let archive: String
    /// Where the journal states it.
    public let statement: UInt64
    /// Entries whose bytes left the journal.
    public let removed: UInt64
    /// False where a processor works on the folder, so that its file keeps its size.
    public let isCompact: Bool
    /// True where this was the local copy of a topic that keeps its entries.
    public let isCopy: Bool
}

extension Deployment {
    /// Moves the program's oldest entries to an archive: written, read back and checked, stated in the journal, and
    /// only then deleted. What an earlier run left undone is done.
    /// - Parameters:
    ///   - end: up to the newest checkpoint signed over no more than this.
    ///   - output: a .tar file, or a folder.
    ///   - role: who archives, by the id of a role.
    public func archive(through end: ArchiveEnd, to output: String, by role: String) async throws(Problem)
        -> ArchivedRange
    {
        try await Problem.told {
            let archiver = try SegmentArchiver(folder, program: program)
            let plan = FileManager.default.fileExists(atPath: output) ? nil : try write(archiver, end, to: output)
            let archive = try OpenArchive(output)
            let digest = try archive.read { try ArchiveReader($0).digest() }
            if let stated = try archiver.stated(in: digest) {
                try archive.read {
                    try archiver.check($0, stated.fact.firstPosition..<stated.fact.nextPosition, source: output)
                }
                return try remove(archiver, stated, digest, output)
            }
            let chosen = try plan ?? self.plan(of: archive, archiver, output)
            try archive.read { try archiver.check($0, chosen.range, source: output) }
            let stated = try await state(archiver.statement(chosen, archive: digest, by: role), archiver)
            return try remove(archiver, stated, digest, output)
        }
    }

    // MARK: Writing

    /// Written beside and put in place in one step, so that what is there is whole.
    private func write(_ archiver: SegmentArchiver, _ end: ArchiveEnd, to output: String) throws -> SegmentArchiver.Plan
    {
        let plan = try archiver.plan(through: try count(archiver, end))
        let isFile = output.hasSuffix(".tar")
        let part = output + ".part"
        let target = isFile ? OpenArchive.temporaryPath() : part
        defer { if isFile { _ = try? FileManager.default.removeItem(atPath: target) } }
        if FileManager.default.fileExists(atPath: part) { try FileManager.default.removeItem(atPath: part) }
        let line = progress("archiving")
        defer { line.finish() }
        try archiver.write(plan, to: target, created: folder.now()) { line.update($0, of: $1) }
        if isFile { try TarFile.pack(target, to: part) }
        try DurableFiles.flush(part)
        try FileManager.default.moveItem(atPath: part, toPath: output)
        try DurableFiles.flush(URL(fileURLWithPath: output).deletingLastPathComponent().path, contents: false)
        return plan
    }

    private func count(_ archiver: SegmentArchiver, _ end: ArchiveEnd) throws -> UInt64 {
        switch end {
        case .newest: UInt64(Int64.max)
        case .count(let count): count
        case .time(let time): try archiver.count(through: time)
        }
    }

    /// What is there was written by an earlier run of the same command, before it was stated.
    private func plan(of archive: OpenArchive, _ archiver: SegmentArchiver, _ output: String) throws
        -> SegmentArchiver.Plan
    {
        let held = try archive.read { try ArchiveReader($0).segments.first { $0.program == program } }
        guard let held, held.first == (try archiver.archived()) else {
            throw SegmentError.notStated(path: output, program: program)
        }
        let plan = try archiver.plan(through: held.next)
        guard plan.range.upperBound == held.next else { throw SegmentError.notStated(path: output, program: program) }
        return plan
    }

    // MARK: Stating

    private func state(_ statement: SegmentArchived, _ archiver: SegmentArchiver) async throws -> SegmentArchiver.Stated
    {
        let message = try WireSegmentArchived(serializedBytes: FactCodec.encode(.segmentArchived(statement)).bytes)
        let record = event(.segmentArchived, try message.jsonString())
        if folder.isShard { _ = try requiredCluster() }
        let size = try archiver.size()
        let outcome = try await publish([record])
        if case .processed(let report) = outcome, report.rejections > 0 {
            throw Problem(.unavailable, "the statement was rejected: \(outcome.sentence)")
        }
        let late = Problem(
            .unavailable,
            "the statement is on leadline.controls, but the journal does not show it yet. Nothing was deleted",
            at: folder.path, remedy: "Run the same command again once the processor has caught up")
        return try await awaitJournal(otherwise: late) {
            try Digest(statement.archiveDigest).flatMap { try archiver.stated(in: $0, from: size) }
        }
    }

    // MARK: Removing

    private func remove(
        _ archiver: SegmentArchiver, _ stated: SegmentArchiver.Stated, _ digest: Digest, _ output: String
    ) throws -> ArchivedRange {
        let path = URL(fileURLWithPath: output).standardizedFileURL.path
        let line = progress("deleting")
        defer { line.finish() }
        let removed = try archiver.remove(stated, archive: digest, path: path) { line.update($0, of: $1) }
        return ArchivedRange(
            path: path, first: stated.fact.firstPosition, last: stated.fact.nextPosition - 1, archive: "\(digest)",
            statement: stated.position, removed: UInt64(removed), isCompact: try compact(), isCopy: folder.isShard)
    }

    /// Gives the room back to the disk, unless a processor works on the folder.
    private func compact() throws -> Bool {
        do {
            let lock = try folder.lock()
            try folder.openJournal().writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM")
                _ = try db.checkpoint(.truncate)
            }
            _ = consume lock
            return true
        } catch EngineError.locked { return false }
    }
}
