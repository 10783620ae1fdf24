public import Engine
import Foundation
import GRDB
public import Journal
import LeadlineCore
import LeadlineSchemas

/// Reads an archive that ``ArchiveWriter`` wrote. Every file has the hash that the manifest names.
public struct ArchiveReader {
    private let path: String
    let index: ArchiveIndex
    /// Files that the manifest names.
    let fileCount: Int

    /// The log's first verifier key, as the archive names it. Whoever made the archive could have made the key.
    public let firstKey: VerifierKey

    /// Opens an archive's folder and checks its manifest.
    /// - Throws: ``ArchiveError``; `NoteError` if the key it names is none.
    public init(_ path: String) throws {
        self.path = path
        fileCount = try ArchiveManifest.verify(path)
        do {
            index = try JSONDecoder().decode(
                ArchiveIndex.self, from: Data(try Self.text(path, ArchiveLayout.index).utf8))
        } catch is DecodingError {
            throw ArchiveError.notAnArchive(path: path, "its \(ArchiveLayout.index) cannot be read")
        }
        guard index.format <= ArchiveIndex.formatVersion else {
            throw ArchiveError.newerFormat(found: index.format, supported: ArchiveIndex.formatVersion)
        }
        guard
            index.programs.allSatisfy({ ArchiveLayout.isSafe($0.folder) && !$0.folder.utf8.contains(UInt8(ascii: "/")) }
            )
        else {
            throw ArchiveError.damaged("a program's folder lies outside")
        }
        firstKey = try VerifierKey(index.firstKey)
    }

    /// True if an archive's folder is there.
    public static func isArchive(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/" + ArchiveLayout.manifest)
    }

    /// What was signed of the manifest; nil in archives from before that.
    func manifestNote() throws -> SignedNote? {
        FileManager.default.fileExists(atPath: path + "/" + ArchiveLayout.manifestNote)
            ? try SignedNote(Array(Self.text(path, ArchiveLayout.manifestNote).utf8)) : nil
    }

    /// Statements of rotation.
    func rotations() throws -> [SignedNote] {
        FileManager.default.fileExists(atPath: path + "/" + ArchiveLayout.rotations)
            ? try notes(ArchiveLayout.rotations) : []
    }

    func checkpoints(_ program: ArchiveIndex.Program) throws -> [SignedNote] {
        try notes(ArchiveLayout.checkpoints(program.folder))
    }

    /// Calls `body` with each entry's stored bytes, in order.
    /// - Throws: ``ArchiveError`` if there are more or fewer than the index says, or one is too long.
    func forEachEntry(_ program: ArchiveIndex.Program, _ body: (UInt64, [UInt8]) throws -> Void) throws {
        let file = try GzipFile.open(path + "/" + ArchiveLayout.entries(program.folder))
        var position = program.start
        while let head = try file.read(4) {
            let length = head.reduce(0) { $0 << 8 | Int($1) }
            guard length <= ArchiveLayout.entryBytesMax else {
                throw ArchiveError.damaged(
                    "the entry at \(program.program)/\(position) says that it has \(length) bytes")
            }
            guard position < program.next else {
                throw ArchiveError.damaged(
                    "\(program.program) has more than the \(program.entries) entries that the index names")
            }
            guard let bytes = try file.read(length) else {
                throw ArchiveError.damaged("the entry at \(program.program)/\(position) is cut")
            }
            try body(position, bytes)
            position += 1
        }
        guard position == program.next else {
            throw ArchiveError.damaged(
                "\(program.program) has \(position - program.start) entries, the index names \(program.entries)")
        }
    }

    private func notes(_ name: String) throws -> [SignedNote] {
        var (notes, text): ([SignedNote], [Substring]) = ([], [])
        func end() throws { notes.append(try SignedNote(Array((text.joined(separator: "\n") + "\n").utf8))) }
        let lines = try Self.text(path, name).lines
        if lines == [""] { return [] }
        for line in lines.dropLast() {
            if line == "--" {
                try end()
                text.removeAll()
            } else {
                text.append(line)
            }
        }
        try end()
        return notes
    }

    static func text(_ folder: String, _ name: String) throws -> String {
        let path = folder + "/" + name
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ArchiveError.notAnArchive(path: folder, "it has no \(name)")
        }
        defer { _ = try? file.close() }
        let data = try file.read(upToCount: ArchiveLayout.textBytesMax + 1) ?? Data()
        guard data.count <= ArchiveLayout.textBytesMax else {
            throw ArchiveError.damaged("\(name) is larger than any of ours")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// SHA-256 of the manifest, which names the hash of every other file: what a journal says of the archive.
    public func digest() throws -> Digest {
        Digest(hashing: Array(try Self.text(path, ArchiveLayout.manifest).utf8))
    }

    /// Programs with the position of their first entry and the one after the last.
    public var segments: [(program: String, first: UInt64, next: UInt64)] {
        index.programs.map { ($0.program, $0.start, $0.next) }
    }

    /// Calls `body` with each entry of a program, in order.
    /// - Throws: ``ArchiveError``.
    public func forEachEntry(of program: String, _ body: (_ position: UInt64, _ bytes: [UInt8]) throws -> Void) throws {
        guard let part = index.programs.first(where: { $0.program == program }) else { return }
        try forEachEntry(part, body)
    }

    /// Makes a data folder of archives, to be read and thrown away: journal and checkpoints, no keys.
    /// - Parameters:
    ///   - archives: one, or those that follow one another from position 0 on, in any order.
    ///   - target: a folder that does not exist yet.
    /// - Throws: ``ArchiveError``, `NoteError`; SQLite's own failures.
    public static func unpack(
        _ archives: [ArchiveReader], to target: String,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> DataFolder {
        let parts = archives.flatMap { archive in archive.index.programs.map { (archive, $0) } }.sorted {
            $0.1.start < $1.1.start
        }
        guard let settled = archives.first?.index.program else { throw ArchiveError.damaged("no archive is named") }
        try FileManager.default.createDirectory(
            atPath: target, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let settings = DataFolderSettings(program: settled, masterKeyFile: target + "/no-master-key")
        try JSONEncoder().encode(settings).write(to: URL(fileURLWithPath: target + "/leadline.json"))
        let folder = try DataFolder(path: target)
        let total = parts.reduce(0) { $0 + $1.1.entries }
        let journal = try folder.openJournal()
        var done: UInt64 = 0
        for (archive, part) in parts {
            try archive.unpack(part, into: journal) {
                done += $0
                progress(done, total)
            }
        }
        try journal.close()
        try keepSigned(parts, folder)
        return folder
    }

    /// The same of one archive.
    public func unpack(to target: String, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }) throws
        -> DataFolder
    {
        try Self.unpack([self], to: target, progress: progress)
    }

    private static func keepSigned(_ parts: [(ArchiveReader, ArchiveIndex.Program)], _ folder: DataFolder) throws {
        var known: Set<String> = []
        try folder.openCheckpoints().write { db in
            for (archive, part) in parts {
                try CheckpointStore().addFirstKey(archive.firstKey, in: db)
                for note in try archive.rotations() { try CheckpointStore().addRotation(note, in: db) }
                for note in try archive.checkpoints(part) where known.insert(note.description).inserted {
                    try CheckpointStore().add(
                        note, size: try Checkpoint(text: note.text).size, program: part.program, signedMicros: 0, in: db
                    )
                }
            }
        }
    }

    private func unpack(_ program: ArchiveIndex.Program, into journal: DatabaseQueue, _ progress: (UInt64) -> Void)
        throws
    {
        let size = try journal.read { try JournalReader().head(of: program.program, in: $0)?.size ?? 0 }
        guard program.start == size else {
            throw ArchiveError.begins(program: program.program, at: program.start, expected: size)
        }
        var batch: [PendingEntry] = []
        func flush() throws {
            try journal.write { _ = try JournalWriter().append(batch, in: $0) }
            progress(UInt64(batch.count))
            batch.removeAll(keepingCapacity: true)
        }
        try forEachEntry(program) { position, bytes in
            let entry: EntryRecord
            do { entry = try EntryCodec.decode(bytes) } catch {
                throw AuditFault(
                    .decoding, program: program.program, position: position, "the bytes are no entry: \(error)")
            }
            batch.append(
                PendingEntry(
                    program: program.program, position: position, stampMicros: entry.stamp.micros, bytes: bytes,
                    eventCount: entry.events.count))
            if batch.count == 10_000 { try flush() }
        }
        try flush()
        let head = try journal.read { try JournalReader().head(of: program.program, in: $0) }
        guard head.map({ "\($0.link)" }) ?? "\(HashChain.start(program: program.program))" == program.head else {
            throw AuditFault(
                .chain, program: program.program, position: nil,
                "the entries do not lead to the head that the archive names")
        }
    }
}
