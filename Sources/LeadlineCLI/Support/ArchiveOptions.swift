import ArgumentParser
import Audit
import Engine
import Foundation
import Journal

/// Reading from an archive instead of from a data folder.
struct ArchiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read this archive of 'leadline export', a folder or a .tar file, instead of a data folder; may be repeated for one that goes on where another ends.",
            valueName: "path"))
    var archive: [String] = []

    /// Runs `body` with the data folder, or with one made of the archives, which is removed afterwards.
    func withFolder<Result>(_ data: DataFolderOptions, _ body: (DataFolder) async throws -> Result) async throws -> Result {
        if archive.isEmpty { return try await body(try data.folder()) }
        let open = try archive.map { try OpenArchive($0) }
        let target = OpenArchive.temporaryPath()
        defer { _ = try? FileManager.default.removeItem(atPath: target) }
        let folder: DataFolder
        do {
            var bar = ProgressBar("unpacking", unit: "entries")
            defer { bar.finish() }
            folder = try OpenArchive.read(open) { paths in
                try ArchiveReader.unpack(paths.map { try ArchiveReader($0) }, to: target) { bar.update($0, of: $1) }
            }
        } catch let error as ArchiveError {
            throw CommandFailure(.checkFailed, "\(error)")
        } catch let error as NoteError {
            throw CommandFailure(.checkFailed, "\(error)", at: archive.joined(separator: ", "))
        } catch { throw CommandFailure(ofAudit: error) }
        return try await body(folder)
    }

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
        do { try TarFile.unpack(source, to: path) } catch let error as ArchiveError {
            _ = try? FileManager.default.removeItem(atPath: path)
            throw CommandFailure(.input, "\(error)")
        }
    }

    /// Gives `body` the folder, which stays as long as `body` runs: a value may go right after its last use.
    func read<Result>(_ body: (_ path: String) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(path) }
    }

    /// The same of several.
    static func read<Result>(_ archives: [OpenArchive], _ body: (_ paths: [String]) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(archives) { try body(archives.map(\.path)) }
    }

    deinit { if isTemporary { _ = try? FileManager.default.removeItem(atPath: path) } }

    static func temporaryPath() -> String { NSTemporaryDirectory() + "leadline-archive-\(UUID().uuidString)" }
}
