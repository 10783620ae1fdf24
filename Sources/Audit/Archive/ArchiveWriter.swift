public import Engine
import Foundation
import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import TextFormats

/// Writes a folder's journal with everything needed to read and verify it, in ten years and without Leadline.
public struct ArchiveWriter {
    private let folder: DataFolder
    private let target: String
    private let files = FileManager.default

    /// A writer of a folder's streams.
    /// - Parameter path: a folder that does not exist yet.
    public init(_ folder: DataFolder, to path: String) {
        self.folder = folder
        target = path
    }

    /// Signs every program's newest entries and writes all, or one.
    /// - Returns: entries written.
    /// - Throws: ``ArchiveError``, `CheckpointRefusal`, `JournalError`; SQLite's and the file system's own failures.
    public func write(
        program: String? = nil, created: Timestamp, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> UInt64 {
        let signer = try CheckpointSigner(folder)
        let programs = try ProgramRuns.programs(in: folder.openJournalReadOnly(), only: program)
        try checkReadable(programs)
        try makeFolder()
        var (parts, keys, written): ([ArchiveIndex.Program], [String], UInt64) = ([], [], 0)
        let total = try signer.sizes().filter { programs.contains($0.program) }.reduce(0) { $0 + $1.size }
        for program in programs {
            let signed = try signer.sign(program)
            keys.append("\(try signer.verifierKey(program))")
            let part = try write(program, 0..<signed.checkpoint.size, link: HashChain.start(program: program)) {
                progress(written + $0, total)
            }
            written += part.entries
            parts.append(part)
        }
        try finish(program ?? folder.settings.program, parts, keys, created)
        return written
    }

    /// Writes one stretch of a program's stream, which a checkpoint must end.
    /// - Parameter link: the chain's link before the first entry.
    /// - Throws: as ``write(program:created:progress:)``.
    func write(
        _ program: String, _ range: Range<UInt64>, link: Digest, created: Timestamp,
        progress: (_ done: UInt64, _ total: UInt64) -> Void
    ) throws {
        let key = try CheckpointSigner(folder).verifierKey(program)
        try makeFolder()
        let part = try write(program, range, link: link) { progress($0, UInt64(range.count)) }
        try finish(program, [part], ["\(key)"], created)
    }

    private func makeFolder() throws {
        if files.fileExists(atPath: target) { throw ArchiveError.exists(path: target) }
        try files.createDirectory(
            atPath: target, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Before anything is written: an export is of whole streams.
    private func checkReadable(_ programs: [String]) throws {
        try folder.openJournalReadOnly().read { db in
            for program in programs { try JournalReader().checkReadable(program: program, in: db) }
        }
    }

    private func finish(_ program: String, _ parts: [ArchiveIndex.Program], _ keys: [String], _ created: Timestamp)
        throws
    {
        // Readers of format 1 take every archive to begin at position 0.
        let format = parts.contains { $0.start > 0 } ? ArchiveIndex.formatVersion : 1
        var index = ArchiveIndex(
            format: format, program: program, log: "", firstKey: "", created: RFC3339.format(created), programs: parts)
        try writeKeys(&index, keys)
        for (name, bytes) in SchemaSources.all { try put(bytes, "schemas/leadline/v1/\(name)") }
        try put(Array(ArchiveLayout.readmeText.utf8), ArchiveLayout.readme)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try put(Array(encoder.encode(index)), ArchiveLayout.index)
        let manifest = Array(try ArchiveManifest.text(of: target).utf8)
        try put(manifest, ArchiveLayout.manifest)
        let note = try CheckpointSigner(folder).sign(
            text: ArchiveManifest.statement(Digest(hashing: manifest)), for: parts.map(\.program))
        try put(note.bytes, ArchiveLayout.manifestNote)
    }

    private func writeKeys(_ index: inout ArchiveIndex, _ keys: [String]) throws {
        let (first, rotations) = try folder.openCheckpoints().read { db in
            (try CheckpointStore().firstKey(in: db), try CheckpointStore().rotations(in: db))
        }
        guard let first else { throw ArchiveError.damaged("the data folder names no log key") }
        index.log = first.name
        index.firstKey = "\(first)"
        try put(
            Array(
                (["# the log's first key", "\(first)", "# the newest key, for each program"] + keys).map { $0 + "\n" }
                    .joined().utf8), ArchiveLayout.keys)
        if !rotations.isEmpty { try put(Self.joined(rotations), ArchiveLayout.rotations) }
    }

    private func write(
        _ program: String, _ range: Range<UInt64>, link before: Digest, _ progress: (UInt64) -> Void
    ) throws -> ArchiveIndex.Program {
        let name = ArchiveLayout.folder(program)
        try files.createDirectory(atPath: target + "/programs/\(name)", withIntermediateDirectories: true)
        let file = try GzipFile.create(target + "/" + ArchiveLayout.entries(name))
        var (link, count) = (before, UInt64(0))
        if let last = range.last {
            try folder.openJournalReadOnly().read { db in
                try JournalReader().forEachEntry(program: program, from: range.lowerBound, through: last, in: db) {
                    position, bytes in
                    let bytes = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
                    link = HashChain.link(after: link, leaf: HashChain.leaf(of: bytes))
                    try file.write((0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (24 - 8 * $0)) } + bytes)
                    try writePolicy(bytes, position, name)
                    count += 1
                    if count % AuditProgress.interval == 0 { progress(count) }
                }
            }
        }
        try file.close()
        let notes = try folder.openCheckpoints().read { db in
            try CheckpointStore().all(program: program, in: db) { seq, error in
                throw ArchiveError.damaged("checkpoint number \(seq) of \(program) in store cannot be read: \(error)")
            }
        }.filter { $0.checkpoint.size >= range.lowerBound && $0.checkpoint.size <= range.upperBound }.map(\.note)
        try put(Self.joined(notes), ArchiveLayout.checkpoints(name))
        var part = ArchiveIndex.Program(program: program, folder: name, entries: count, head: "\(link)")
        if range.lowerBound > 0 {
            part.first = range.lowerBound
            part.linkBefore = "\(before)"
            part.peaksBefore = try folder.openTrees().read { db in
                try TreeStore(program: program).proofs(in: db).peaks(size: range.lowerBound).map { "\($0)" }
            }
        }
        return part
    }

    private func writePolicy(_ bytes: [UInt8], _ position: UInt64, _ name: String) throws {
        let entry = try EntryCodec.decode(bytes)
        guard case .policyPublished = entry.input.fact else { return }
        let input = try WireInput(serializedBytes: Array(bytes[entry.inputRange]))
        try put(Array(input.policyPublished.jsonUTF8Bytes() as [UInt8]), ArchiveLayout.policy(name, position))
    }

    private static func joined(_ notes: [SignedNote]) -> [UInt8] {
        Array(notes.map(\.description).joined(separator: ArchiveLayout.parting).utf8)
    }

    private func put(_ bytes: [UInt8], _ path: String) throws {
        let url = URL(fileURLWithPath: target + "/" + path)
        try files.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }
}
