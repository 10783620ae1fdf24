public import Audit
import Foundation
import Journal
import Reports

/// Bytes that an auditor brings along.
public struct EvidenceBytes: Sendable {
    /// More than any proof with its entry takes.
    public static let bytesMax = 64 << 20
    /// As problems name it: a path, or "stdin".
    public let source: String
    public let bytes: [UInt8]

    public init(source: String, bytes: [UInt8]) {
        self.source = source
        self.bytes = bytes
    }
}

/// Verifier keys as texts, one a line; empty lines and lines that begin with # are passed over.
public struct TrustedKeyTexts: Sendable {
    private let texts: [EvidenceBytes]

    public init(_ texts: [EvidenceBytes]) { self.texts = texts }

    /// The keys.
    /// - Throws: `Problem` for a line that is none.
    func read() throws(Problem) -> [VerifierKey] {
        var keys: [VerifierKey] = []
        for text in texts {
            let lines = String(decoding: text.bytes, as: UTF8.self).lines.map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            for line in lines where !line.isEmpty && line.utf8.first != UInt8(ascii: "#") {
                do { keys.append(try VerifierKey(line)) } catch {
                    throw Problem(
                        .invalid, "\(error)", at: text.source,
                        remedy: "'leadline audit checkpoint --key' prints a program's key")
                }
            }
        }
        return keys
    }
}

/// Evidence that is checked from its files alone: no data folder, no secret, no network.
public enum OfflineCheck {
    /// Says of each file what holds and what could not be checked.
    /// - Parameters:
    ///   - archives: paths of archives, folders or .tar files.
    ///   - entries: stored bytes of entries, for proofs without them.
    public static func run(
        _ files: [EvidenceBytes], archives: [String], keys: TrustedKeyTexts, entries: [EvidenceBytes]
    ) throws(Problem) -> EvidenceReport {
        try Problem.told {
            var check = EvidenceCheck(keys: try keys.read(), entries: entries.map(Self.file), words: AuditWords())
            let open = try archives.map { try OpenArchive($0) }
            return OpenArchive.read(open) { paths in
                check.run(files.map(Self.file), archives: Array(zip(open.map(\.source), paths)))
            }
        }
    }

    /// True for an archive's folder and for its tar file.
    public static func isArchive(_ path: String) -> Bool { OpenArchive.isArchive(path) }

    private static func file(_ file: EvidenceBytes) -> EvidenceCheck.File {
        .init(source: file.source, bytes: file.bytes)
    }
}
