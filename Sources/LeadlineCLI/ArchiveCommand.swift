import ArgumentParser
import Audit
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf

struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive", abstract: "Move a program's oldest entries to an archive.",
        discussion: """
            Writes the entries that are not archived yet, up to the newest checkpoint signed over no more than --through \
            names, as 'leadline export' writes all; reads the archive back and checks it; has SegmentArchived journaled, with \
            the archive's digest, the Merkle root and the state's hash; and only then deletes the entries' bytes. Their \
            hashes stay, and the state after them: the processor goes on, and proofs and checkpoints hold as before.

            Whoever reads an archived entry from then on names the archive with --with-archive. Without it verify and \
            replay begin after the archived entries and say so. Keep the archive: nothing else has what was in it.

            If it was interrupted, the same command goes on where it stopped. An archive that is there already, as from \
            another instance of the cluster, is taken if the journal states it. On Kafka this trims the local copy of the \
            journal; the topic keeps its entries. \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("Last position, or a moment such as 2026-03-31T23:59:59Z. Default: all there is.", valueName: "position or time"))
    var through: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to: a .tar file, or a folder.", valueName: "path"))
    var output: String

    @Option(help: ArgumentHelp("Who archives, by the id of a role; no name or address.", valueName: "id"))
    var archivedBy = ""

    @Flag(help: "Print one JSON object: path, first, next, archive, statement, removed.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    /// How long an instance may take to journal what was sent to it.
    private static let wait = Duration.seconds(120)

    private enum End {
        case newest
        case count(UInt64)
        case time(Timestamp)
    }

    func validate() throws { _ = try end() }

    private func end() throws -> End {
        guard let through else { return .newest }
        if let position = UInt64(through), position < UInt64(Int64.max) { return .count(position + 1) }
        guard let time = RFC3339.parse(through) else {
            throw ValidationError("--through must be a position or a time such as 2026-03-31T23:59:59Z, not '\(through)'")
        }
        return .time(time)
    }

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        do {
            let archiver = try SegmentArchiver(folder, program: program)
            let plan = FileManager.default.fileExists(atPath: output) ? nil : try write(archiver)
            let archive = try OpenArchive(output)
            let digest = try archive.read { try ArchiveReader($0).digest() }
            if let stated = try archiver.stated(in: digest) {
                try archive.read { try archiver.check($0, stated.fact.firstPosition..<stated.fact.nextPosition, source: output) }
                return try remove(archiver, stated, digest, folder)
            }
            let chosen = try plan ?? self.plan(of: archive, archiver, program)
            try archive.read { try archiver.check($0, chosen.range, source: output) }
            let statement = archiver.statement(chosen, archive: digest, by: archivedBy)
            try remove(archiver, try await submit(statement, archiver, program, folder), digest, folder)
        } catch let refusal as CheckpointRefusal {
            throw CommandFailure(.checkFailed, "\(refusal)")
        } catch { throw CommandFailure(ofAudit: error) }
    }

    // MARK: Writing

    /// Written beside and put in place in one step, so that what is there is whole.
    private func write(_ archiver: SegmentArchiver) throws -> SegmentArchiver.Plan {
        let plan = try archiver.plan(through: try count(archiver))
        let isFile = output.hasSuffix(".tar")
        let part = output + ".part"
        let target = isFile ? OpenArchive.temporaryPath() : part
        defer { if isFile { _ = try? FileManager.default.removeItem(atPath: target) } }
        if FileManager.default.fileExists(atPath: part) { try FileManager.default.removeItem(atPath: part) }
        var bar = ProgressBar("archiving", unit: "entries")
        defer { bar.finish() }
        try archiver.write(plan, to: target, created: SystemClock().now()) { bar.update($0, of: $1) }
        if isFile { try TarFile.pack(target, to: part) }
        try DurableFiles.flush(part)
        try FileManager.default.moveItem(atPath: part, toPath: output)
        try DurableFiles.flush(URL(fileURLWithPath: output).deletingLastPathComponent().path, contents: false)
        return plan
    }

    private func count(_ archiver: SegmentArchiver) throws -> UInt64 {
        switch try end() {
        case .newest: UInt64(Int64.max)
        case .count(let count): count
        case .time(let time): try archiver.count(through: time)
        }
    }

    /// What is there was written by an earlier run of the same command, before it was stated.
    private func plan(of archive: OpenArchive, _ archiver: SegmentArchiver, _ program: String) throws -> SegmentArchiver.Plan {
        let held = try archive.read { try ArchiveReader($0).segments.first { $0.program == program } }
        guard let held, held.first == (try archiver.archived()) else { throw SegmentError.notStated(path: output, program: program) }
        let plan = try archiver.plan(through: held.next)
        guard plan.range.upperBound == held.next else { throw SegmentError.notStated(path: output, program: program) }
        return plan
    }

    // MARK: Stating

    private func submit(
        _ statement: SegmentArchived, _ archiver: SegmentArchiver, _ program: String, _ folder: DataFolder
    ) async throws -> SegmentArchiver.Stated {
        let message = try WireSegmentArchived(serializedBytes: FactCodec.encode(.segmentArchived(statement)).bytes)
        let record = EventRecord.binary(.segmentArchived, program: program, json: try message.jsonString())
        let settings = folder.isShard ? try kafka.required() : nil
        let size = try archiver.size()
        let outcome = try await Publication.publish([record], to: folder, kafka: settings)
        if case .processed(let report) = outcome, report.rejections > 0 {
            throw CommandFailure(.environment, "the statement was rejected: \(outcome.sentence)")
        }
        let end = ContinuousClock.now + Self.wait
        while true {
            if let digest = Digest(statement.archiveDigest), let stated = try archiver.stated(in: digest, from: size) { return stated }
            guard ContinuousClock.now < end else {
                throw CommandFailure(
                    .environment, "the statement is on leadline.controls, but the journal does not show it yet. Nothing was deleted", at: folder.path,
                    remedy: "Run the same command again once the processor has caught up")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    // MARK: Removing

    private func remove(_ archiver: SegmentArchiver, _ stated: SegmentArchiver.Stated, _ digest: Digest, _ folder: DataFolder) throws {
        let path = URL(fileURLWithPath: output).standardizedFileURL.path
        var bar = ProgressBar("deleting", unit: "entries")
        let removed = try archiver.remove(stated, archive: digest, path: path) { bar.update($0, of: $1) }
        bar.finish()
        let isCompact = try compact(folder)
        let (first, last) = (stated.fact.firstPosition, stated.fact.nextPosition - 1)
        if json {
            return Terminal.line(JSONText.object([
                ("path", JSONText.quoted(path)), ("first", "\(first)"), ("next", "\(last + 1)"), ("archive", JSONText.quoted("\(digest)")),
                ("statement", "\(stated.position)"), ("removed", "\(removed)"),
            ]))
        }
        Terminal.line("Entries \(first) to \(last) are in \(path) and left the journal: \(CountText.grouped(Int64(removed))).")
        Terminal.line("archive \(digest), stated at position \(stated.position)")
        if folder.isShard { Terminal.line("This is the local copy of the journal; leadline.journal on Kafka keeps its entries.") }
        if !isCompact { Terminal.line("The file keeps its size, for a processor works on it; new entries use the room.") }
        Terminal.line("Keep the archive, and a copy elsewhere: nothing else holds what was in it. Commands read it with --with-archive \(path).")
    }

    /// Gives the room back to the disk, unless a processor works on the folder.
    private func compact(_ folder: DataFolder) throws -> Bool {
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
