import Audit
import Engine
import Foundation
import GRDB
import Journal

/// Archives that hold a data folder's oldest entries, made ready to be read in their places.
enum ArchivesAtHand {
    /// Checks each archive against what the journal states of it, entry by entry.
    /// - Throws: `CommandFailure` for an archive that is not one of this folder's, or not as it was.
    static func open(_ paths: [String], for folder: DataFolder) throws -> ArchivedEntries {
        do {
            let journal = try folder.openJournalReadOnly()
            let segments = try journal.read { db in
                try JournalReader().streams(in: db).flatMap { try JournalReader().archivedSegments(of: $0.program, in: db) }
            }
            let archives = try paths.map { try OpenArchive($0) }
            var bar = ProgressBar("unpacking", unit: "archives")
            defer { bar.finish() }
            let found = try archives.enumerated().map { index, archive in
                bar.update(UInt64(index), of: UInt64(archives.count))
                return try segment(of: archive, segments, folder)
            }
            return try ArchivedEntries(at: OpenArchive.temporaryPath() + ".db", of: journal, found)
        } catch let error as ArchiveError {
            throw CommandFailure(.checkFailed, "\(error)")
        } catch let error as NoteError {
            throw CommandFailure(.checkFailed, "\(error)")
        }
    }

    private static func segment(
        of archive: OpenArchive, _ segments: [ArchivedSegment], _ folder: DataFolder
    ) throws -> (segment: ArchivedSegment, entries: ArchivedEntries.Entries) {
        let (reader, digest) = try archive.read { path in
            let reader = try ArchiveReader(path)
            return (reader, try reader.digest())
        }
        guard let segment = segments.first(where: { $0.archiveDigest == digest }) else {
            let known = segments.map { "The \($0)" }.joined(separator: ". ")
            throw CommandFailure(
                .checkFailed, "the archive's digest is \(digest), and no entry left \(folder.path) for such a one", at: archive.source,
                remedy: known.isEmpty ? "Nothing was archived of this folder; to read an archive alone, use --archive" : known)
        }
        return (segment, { body in try archive.read { _ in try reader.forEachEntry(of: segment.program, body) } })
    }
}
