import Foundation
import UseCases

/// Files that auditors bring along.
enum EvidenceFile {
    /// Everything in a file; "-" is stdin.
    static func read(_ path: String) throws -> EvidenceBytes {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle else {
            throw Problem(.invalid, "the file cannot be read", at: path, remedy: "Check the path and its permissions")
        }
        let data = try handle.read(upToCount: EvidenceBytes.bytesMax + 1) ?? Data()
        guard data.count <= EvidenceBytes.bytesMax else {
            throw Problem(
                .invalid, "the file is larger than \(EvidenceBytes.bytesMax) bytes, so it is no proof", at: path)
        }
        return EvidenceBytes(source: path, bytes: Array(data))
    }

    /// Verifier keys as options give them: each is a key, or a file with one key a line.
    static func keys(_ arguments: [String]) throws -> TrustedKeyTexts {
        TrustedKeyTexts(
            try arguments.map { argument in
                FileManager.default.fileExists(atPath: argument)
                    ? try read(argument) : EvidenceBytes(source: "--key", bytes: Array(argument.utf8))
            })
    }
}
