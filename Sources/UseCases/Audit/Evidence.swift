public import Audit
public import Foundation
import Journal
import Reports

/// Bytes that an auditor brings along.
public struct EvidenceBytes: Sendable {
    /// More than any proof with its entry takes.
    private static let bytesMax = 64 << 20
    /// As problems name it: a path, or "-" for stdin.
    public let source: String
    public let bytes: [UInt8]

    /// Everything in a file.
    /// - Throws: `Problem` for a file that cannot be read, or is too large to be a proof.
    public init(path: String) throws(Problem) { try self.init(InputFile.open(path), source: path) }

    /// Everything that is left in an open file; nil is one that could not be opened.
    public init(_ handle: FileHandle?, source: String) throws(Problem) {
        guard let handle else {
            throw Problem.notReadable(source)
        }
        let data = try Problem.told { try handle.read(upToCount: Self.bytesMax + 1) ?? Data() }
        guard data.count <= Self.bytesMax else {
            throw Problem(.invalid, "the file is larger than \(Self.bytesMax) bytes, so it is no proof", at: source)
        }
        self.source = source
        bytes = Array(data)
    }
}

/// Verifier keys as texts.
public struct TrustedKeyTexts: Sendable {
    private let keys: [String]
    private let files: [EvidenceBytes]

    /// - Parameters:
    ///   - keys: each one key.
    ///   - files: one key a line; empty lines and lines that begin with # are passed over.
    public init(keys: [String] = [], files: [EvidenceBytes] = []) {
        self.keys = keys
        self.files = files
    }

    /// The keys.
    /// - Throws: `Problem` for a text that is none.
    func read() throws(Problem) -> [VerifierKey] {
        var read: [VerifierKey] = []
        for key in keys { read.append(try Self.key(key, at: "--key")) }
        for file in files {
            let lines = String(decoding: file.bytes, as: UTF8.self).unicodeScalars.split { $0 == "\n" || $0 == "\r" }
                .map { String($0).trimmingCharacters(in: .whitespaces) }
            for line in lines where !line.isEmpty && line.utf8.first != UInt8(ascii: "#") {
                read.append(try Self.key(line, at: file.source))
            }
        }
        return read
    }

    private static func key(_ text: String, at place: String) throws(Problem) -> VerifierKey {
        do { return try VerifierKey(text) } catch {
            throw Problem(
                .invalid, "\(error)", at: place, remedy: "'leadline audit checkpoint --key' prints a program's key")
        }
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
