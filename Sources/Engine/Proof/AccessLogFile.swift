import Foundation
public import Journal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The access log's file: one JSON object a line, each with its number, the digest of the line before and the
/// signature of the log's key. Checkpoints name its newest line, so that a tail that was cut off is missed.
///
/// A write that was cut short leaves the beginning of a line. The next line starts anew and names the digest of what
/// lies between, in `torn`; nothing was shown for what was never written whole.
public enum AccessLogFile {
    /// A line as those after it and checkpoints name it.
    public struct Head: Sendable, Equatable {
        /// Of the line, from 1.
        public var number: UInt64
        /// RFC 6962 leaf of the line.
        public var digest: Digest

        private static let word = "leadline-access"

        /// A head from its parts.
        public init(number: UInt64, digest: Digest) {
            self.number = number
            self.digest = digest
        }

        /// The line of a checkpoint that names it.
        public var text: String { "\(Self.word) \(number) \(digest)" }

        /// Reads a line of a checkpoint; nil for what names no head.
        public init?(text: String) {
            let parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
            guard parts.count == 3, parts[0] == Self.word, let number = UInt64(parts[1]),
                let digest = Digest(hex: parts[2])
            else { return nil }
            self.init(number: number, digest: digest)
        }

        /// What a checkpoint names; nil if it names none.
        public init?(_ checkpoint: Checkpoint) {
            guard let head = checkpoint.extensions.lazy.compactMap({ Head(text: $0) }).first else { return nil }
            self = head
        }
    }

    /// What a new line follows.
    public struct Place: Sendable {
        /// Its number.
        public var number: UInt64
        /// Digest of the line before, hexadecimal; zeros for the first.
        public var previous: String
        /// Digest of what was cut short in between, hexadecimal; nil if nothing was.
        public var torn: String?
    }

    /// A line as it stands there.
    public struct Line: Sendable {
        /// From the file's beginning, torn ones too.
        public var index: Int
        public var bytes: [UInt8]
    }

    /// Bytes of the log that are read at most.
    private static let bytesMax = 256 << 20
    private static let signaturePart = #","signature":""#
    private static let title = "leadline access v1\n"

    /// Where a folder's log is.
    public static func path(_ folder: DataFolder) -> String { folder.path + "/access.jsonl" }

    /// Its lines, and whether the last has its end.
    /// - Throws: `EngineError.dataFolder` for a file that cannot be read.
    public static func lines(_ folder: DataFolder) throws -> (lines: [Line], isEnded: Bool) {
        let path = path(folder)
        guard FileManager.default.fileExists(atPath: path) else { return ([], true) }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw EngineError.dataFolder(path: folder.path, "access.jsonl cannot be read. Check its permissions")
        }
        let data = try file.read(upToCount: bytesMax + 1) ?? Data()
        guard data.count <= bytesMax else {
            throw EngineError.dataFolder(
                path: folder.path, "access.jsonl is larger than \(bytesMax) bytes. Keep it elsewhere; a new one begins")
        }
        var parts = data.split(separator: 0x0A, omittingEmptySubsequences: false)
        let isEnded = parts.last?.isEmpty ?? true
        if isEnded, !parts.isEmpty { parts.removeLast() }
        return (parts.enumerated().map { Line(index: $0 + 1, bytes: Array($1)) }, isEnded)
    }

    /// The newest whole line; nil if there is none.
    public static func head(_ folder: DataFolder) throws -> Head? {
        let (lines, isEnded) = try lines(folder)
        return head(lines.dropLast(isEnded ? 0 : 1))?.head
    }

    /// The newest line that can be read, and its place among the lines.
    private static func head(_ lines: ArraySlice<Line>) -> (head: Head, index: Int)? {
        guard let last = lines.last(where: { Self.number(of: $0.bytes) != nil }) else { return nil }
        // Lines from before they were numbered are counted.
        let count = Self.number(of: last.bytes).flatMap { $0 } ?? UInt64(last.index)
        return (Head(number: count, digest: HashChain.leaf(of: last.bytes)), last.index)
    }

    private struct Numbered: Decodable {
        var number: UInt64?
        var previous: String
    }

    /// The number that a line says; `.some(nil)` for one without, nil for what is no line.
    private static func number(of line: [UInt8]) -> UInt64?? {
        (try? JSONDecoder().decode(Numbered.self, from: Data(line))).map { $0.number }
    }

    /// Appends a line that follows from the last one, and waits until the disk has it.
    /// - Parameter line: gives the JSON object for its place.
    /// - Throws: `EngineError.dataFolder`; then nothing may be shown.
    public static func append(_ folder: DataFolder, _ key: LogKey, _ line: (Place) throws -> String) throws {
        let descriptor = unsafe open(path(folder), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw closed(folder, "written") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX) == 0 else { throw closed(folder, "locked") }
        let (lines, isEnded) = try lines(folder)
        let last = head(lines.dropLast(isEnded ? 0 : 1))
        let between = Array(lines.dropFirst(last?.index ?? 0).map(\.bytes).joined(separator: [0x0A]))
        let place = Place(
            number: (last?.head.number ?? 0) + 1,
            previous: last.map { "\($0.head.digest)" } ?? String(repeating: "0", count: 64),
            torn: between.isEmpty ? nil : "\(HashChain.leaf(of: between))")
        let signed = try signed(try line(place), key)
        do {
            try file.write(contentsOf: Data(((isEnded ? "" : "\n") + signed + "\n").utf8))
            try file.synchronize()
        } catch { throw closed(folder, "written") }
    }

    private static func closed(_ folder: DataFolder, _ what: String) -> EngineError {
        .dataFolder(
            path: folder.path,
            "the access log cannot be \(what), so nothing is shown. Check \(path(folder)), its permissions and the disk")
    }

    private static func signed(_ line: String, _ key: LogKey) throws -> String {
        let signature = try key.signer.signature(of: Array((title + line).utf8))
        return String(line.unicodeScalars.dropLast()) + signaturePart + Data(signature).base64EncodedString() + #""}"#
    }

    /// True if one of a log's keys signed the line; nil for a line without a signature.
    public static func isSigned(_ line: [UInt8], by keys: KeySuccession) -> Bool? {
        let text = String(decoding: line, as: UTF8.self)
        guard let part = text.range(of: signaturePart, options: .backwards), text.hasSuffix(#""}"#) else { return nil }
        let encoded = text[part.upperBound...].dropLast(2)
        guard let signature = Data(base64Encoded: String(encoded)) else { return false }
        let message = Array((title + text[..<part.lowerBound] + "}").utf8)
        return keys.keys.contains { $0.isSignature(signature, of: message) }
    }
}
