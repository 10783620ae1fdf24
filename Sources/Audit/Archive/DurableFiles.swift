import Foundation

/// Brings files to the disk, so that what was deleted elsewhere on their account is not lost with them.
public enum DurableFiles {
    /// Flushes a file, or a folder with everything in it.
    /// - Parameter contents: false flushes a folder's list of names alone.
    /// - Throws: ``ArchiveError``.
    public static func flush(_ path: String, contents: Bool = true) throws {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ArchiveError.file(path: path, "it is gone")
        }
        if isFolder.boolValue && contents {
            for name in FileManager.default.subpaths(atPath: path) ?? [] { try flushOne(path + "/" + name) }
        }
        try flushOne(path)
    }

    private static func flushOne(_ path: String) throws {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ArchiveError.file(path: path, "it cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw ArchiveError.file(path: path, "it cannot be brought to the disk") }
    }
}
