import Foundation
import UseCases

/// Files that auditors bring along.
enum EvidenceFile {
    /// Everything in a file; "-" is stdin.
    static func read(_ path: String) throws -> EvidenceBytes {
        path == "-" ? try EvidenceBytes(.standardInput, source: path) : try EvidenceBytes(path: path)
    }

    /// Verifier keys as options give them: each is a key, or a file with one key a line.
    static func keys(_ arguments: [String]) throws -> TrustedKeyTexts {
        let isFile = arguments.map { FileManager.default.fileExists(atPath: $0) }
        return TrustedKeyTexts(
            keys: zip(arguments, isFile).filter { !$1 }.map(\.0), files: try zip(arguments, isFile).filter(\.1).map { try read($0.0) })
    }
}
