import Audit
import Foundation

/// An archive's folder; a tar file is unpacked into a temporary one, which goes with the value.
final class OpenArchive {
    /// As the user named it.
    let source: String
    private let path: String
    private let isTemporary: Bool

    init(_ source: String) throws {
        self.source = source
        isTemporary = !ArchiveReader.isArchive(source)
        path = isTemporary ? Self.temporaryPath() : source
        guard isTemporary else { return }
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: source, isDirectory: &isFolder), isFolder.boolValue {
            throw Problem(
                .invalid, "this folder is no archive: it has no manifest", at: source,
                remedy: "Name the folder or the .tar file that 'leadline export' or 'leadline archive' wrote")
        }
        do { try TarFile.unpack(source, to: path) } catch let error as ArchiveError {
            _ = try? FileManager.default.removeItem(atPath: path)
            throw Problem(.invalid, "\(error)")
        }
    }

    /// Gives `body` the folder, which stays as long as `body` runs: a value may go right after its last use.
    func read<Result>(_ body: (_ path: String) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(path) }
    }

    /// The same of several.
    static func read<Result>(_ archives: [OpenArchive], _ body: (_ paths: [String]) throws -> Result) rethrows -> Result
    {
        try withExtendedLifetime(archives) { try body(archives.map(\.path)) }
    }

    deinit { if isTemporary { _ = try? FileManager.default.removeItem(atPath: path) } }

    static func temporaryPath() -> String { NSTemporaryDirectory() + "leadline-archive-\(UUID().uuidString)" }

    /// True for an archive's folder and for its tar file.
    static func isArchive(_ path: String) -> Bool {
        if ArchiveReader.isArchive(path) { return true }
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { _ = try? file.close() }
        // A folder can be opened but not read.
        guard let head = try? file.read(upToCount: 262) else { return false }
        return head.dropFirst(257).elementsEqual("ustar".utf8)
    }
}
