import Crypto
import Foundation
import Journal

/// SHA-256 of every file, in the form that `sha256sum -c` reads: 64 digits, two spaces, a path.
enum ArchiveManifest {
    private static let chunkBytes = 1 << 20

    /// The manifest of what is in a folder now.
    static func text(of folder: String) throws -> String {
        try paths(in: folder).filter { $0 != ArchiveLayout.manifest && $0 != ArchiveLayout.manifestNote }
            .map { "\(try hash(folder + "/" + $0))  \($0)\n" }.joined()
    }

    /// What the log's key signs of a manifest.
    static func statement(_ digest: some CustomStringConvertible) -> String { "leadline archive manifest v1\nsha256 \(digest)\n" }

    /// Checks every file that the manifest names, and that there is no other. Returns how many.
    /// - Throws: ``ArchiveError``.
    static func verify(_ folder: String) throws -> Int {
        var left = Set(try paths(in: folder))
        guard left.remove(ArchiveLayout.manifest) != nil else {
            throw ArchiveError.notAnArchive(path: folder, "it has no \(ArchiveLayout.manifest)")
        }
        left.remove(ArchiveLayout.manifestNote)
        var count = 0
        for line in try ArchiveReader.text(folder, ArchiveLayout.manifest).lines.map(\.unicodeScalars)
        where !line.isEmpty {
            let (digest, path) = (String(line.prefix(64)), String(line.dropFirst(66)))
            guard line.dropFirst(64).starts(with: "  ".unicodeScalars), ArchiveLayout.isSafe(path) else {
                throw ArchiveError.damaged("its \(ArchiveLayout.manifest) is malformed")
            }
            guard left.remove(path) != nil else { throw ArchiveError.damaged("\(path) is missing") }
            guard try hash(folder + "/" + path) == digest else {
                throw ArchiveError.damaged("\(path) is not the file that the \(ArchiveLayout.manifest) names")
            }
            count += 1
        }
        if let stranger = left.min() {
            throw ArchiveError.damaged("\(stranger) is not in the \(ArchiveLayout.manifest)")
        }
        return count
    }

    private static func paths(in folder: String) throws -> [String] {
        guard let walk = FileManager.default.enumerator(atPath: folder) else {
            throw ArchiveError.file(path: folder, "it cannot be read")
        }
        var paths: [String] = []
        while let path = walk.nextObject() as? String {
            // A link could lead out of the folder.
            switch walk.fileAttributes?[.type] as? FileAttributeType {
            case .typeDirectory: continue
            case .typeRegular: paths.append(path)
            default: throw ArchiveError.damaged("\(path) is neither file nor folder")
            }
        }
        return paths.sorted()
    }

    private static func hash(_ path: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ArchiveError.file(path: path, "it cannot be read")
        }
        defer { _ = try? file.close() }
        var hasher = SHA256()
        while let data = try file.read(upToCount: chunkBytes), !data.isEmpty { hasher.update(data: data) }
        return hasher.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
