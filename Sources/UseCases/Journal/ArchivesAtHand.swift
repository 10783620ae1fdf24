import Audit
import Engine
import Foundation
import GRDB
import Journal

extension Deployment {
    /// The same with archives that hold the folder's oldest entries, ready to be read in their places. Each is checked
    /// against what the journal states of it, entry by entry.
    /// - Throws: `Problem` for an archive that is not one of this folder's, or not as it was.
    public func reading(_ archives: [String]) throws -> Deployment {
        if archives.isEmpty { return self }
        do {
            let journal = try folder.openJournalReadOnly()
            let segments = try journal.read { db in
                try JournalReader().streams(in: db).flatMap {
                    try JournalReader().archivedSegments(of: $0.program, in: db)
                }
            }
            let open = try archives.map { try OpenArchive($0) }
            let line = progress("unpacking", unit: "archives")
            defer { line.finish() }
            let found = try open.enumerated().map { index, archive in
                line.update(UInt64(index), of: UInt64(open.count))
                return try segment(of: archive, segments)
            }
            return moved(
                to: folder.reading(try ArchivedEntries(at: OpenArchive.temporaryPath() + ".db", of: journal, found)))
        } catch let error as ArchiveError {
            throw Problem(.checkFailed, "\(error)")
        } catch let error as NoteError {
            throw Problem(.checkFailed, "\(error)")
        }
    }

    private func segment(
        of archive: OpenArchive, _ segments: [ArchivedSegment]
    ) throws -> (segment: ArchivedSegment, entries: ArchivedEntries.Entries) {
        let (reader, digest) = try archive.read { path in
            let reader = try ArchiveReader(path)
            return (reader, try reader.digest())
        }
        guard let segment = segments.first(where: { $0.archiveDigest == digest }) else {
            let known = segments.map { "The \($0)" }.joined(separator: ". ")
            throw Problem(
                .checkFailed, "the archive's digest is \(digest), and no entry left \(folder.path) for such a one",
                at: archive.source,
                remedy: known.isEmpty
                    ? "Nothing was archived of this folder; to read an archive alone, use --archive" : known)
        }
        return (segment, { body in try archive.read { _ in try reader.forEachEntry(of: segment.program, body) } })
    }

    /// Unpacks whole archives into a folder of their own, which `body` may use and which is removed afterwards.
    /// - Parameter archives: paths of archives of 'leadline export', each going on where the one before ends.
    public static func unpacking<Value>(
        _ archives: [String], program: String?, asker: Asker, progress: @escaping WorkProgress.Handler,
        _ body: (Deployment) async throws -> Value
    ) async throws -> Value {
        let open = try Problem.told { try archives.map { try OpenArchive($0) } }
        let target = OpenArchive.temporaryPath()
        defer { _ = try? FileManager.default.removeItem(atPath: target) }
        let folder: DataFolder
        do {
            let line = ProgressLine("unpacking", unit: "entries", progress)
            defer { line.finish() }
            folder = try OpenArchive.read(open) { paths in
                try ArchiveReader.unpack(paths.map { try ArchiveReader($0) }, to: target) { line.update($0, of: $1) }
            }
        } catch let error as ArchiveError {
            throw Problem(.checkFailed, "\(error)")
        } catch let error as NoteError {
            throw Problem(.checkFailed, "\(error)", at: archives.joined(separator: ", "))
        } catch { throw Problem(error) }
        return try await body(Deployment(folder, namedProgram: program, cluster: nil, asker: asker, progress: progress))
    }
}
