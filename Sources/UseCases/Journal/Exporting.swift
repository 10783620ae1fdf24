import Audit
import Engine
import Foundation

/// An archive that was written.
public struct ExportedArchive: Sendable {
    public let path: String
    public let entries: UInt64
    /// Of all its files.
    public let bytes: Int
}

extension Deployment {
    /// Writes an archive that can be read and verified with nothing else; signs the newest entries first.
    /// - Parameters:
    ///   - path: a .tar file or a folder; nothing may be there yet.
    ///   - allPrograms: not the program's stream alone.
    public func export(to path: String, allPrograms: Bool = false) throws(Problem) -> ExportedArchive {
        try Problem.told {
            if FileManager.default.fileExists(atPath: path) { throw ArchiveError.exists(path: path) }
            let isFile = path.hasSuffix(".tar")
            let target = isFile ? OpenArchive.temporaryPath() : path
            defer { if isFile { _ = try? FileManager.default.removeItem(atPath: target) } }
            let line = progress("exporting")
            defer { line.finish() }
            let entries = try ArchiveWriter(folder, to: target).write(
                program: allPrograms ? nil : program, created: folder.now()
            ) {
                line.update($0, of: $1)
            }
            if isFile { try TarFile.pack(target, to: path) }
            return ExportedArchive(path: path, entries: UInt64(entries), bytes: try Self.bytes(path))
        }
    }

    private static func bytes(_ path: String) throws -> Int {
        let names = [""] + (FileManager.default.subpaths(atPath: path) ?? []).map { "/" + $0 }
        return try names.reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: path + name)
            return sum + (attributes[.type] as? FileAttributeType == .typeRegular ? attributes[.size] as? Int ?? 0 : 0)
        }
    }
}
