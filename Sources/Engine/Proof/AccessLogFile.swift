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
        let (file, _) = try opened(folder)
        let data = try file.read(upToCount: bytesMax) ?? Data()
        var parts = data.split(separator: 0x0A, omittingEmptySubsequences: false)
        let isEnded = parts.last?.isEmpty ?? true
        if isEnded, !parts.isEmpty { parts.removeLast() }
        return (parts.enumerated().map { Line(index: $0 + 1, bytes: Array($1)) }, isEnded)
    }

    /// The log at its beginning, and its size.
    private static func opened(_ folder: DataFolder) throws -> (file: FileHandle, size: UInt64) {
        guard let file = FileHandle(forReadingAtPath: path(folder)) else {
            throw EngineError.dataFolder(path: folder.path, "access.jsonl cannot be read. Check its permissions")
        }
        let size = try file.seekToEnd()
        guard size <= bytesMax else {
            throw EngineError.dataFolder(
                path: folder.path, "access.jsonl is larger than \(bytesMax) bytes. Keep it elsewhere; a new one begins")
        }
        try file.seek(toOffset: 0)
        return (file, size)
    }

    /// The newest whole line; nil if there is none.
    public static func head(_ folder: DataFolder) throws -> Head? { try end(folder).head }

    /// What a new line comes after.
    struct End {
        /// The newest line that can be read; nil if there is none.
        var head: Head?
        /// What stands behind it without being a line.
        var torn: [UInt8] = []
        /// False if the last line lacks its end.
        var isEnded = true
        /// Bytes that were read to tell.
        var bytesRead = 0
    }

    /// Bytes at the log's end that are read first: far more than most lines have.
    private static let tailBytes: UInt64 = 65_536

    /// The log's end, from the last bytes alone; from more, each time four times as many, only where those hold no
    /// whole line.
    static func end(_ folder: DataFolder) throws -> End {
        guard FileManager.default.fileExists(atPath: path(folder)) else { return End() }
        let (file, size) = try opened(folder)
        var (wanted, read) = (tailBytes, 0)
        while true {
            let start = size - min(size, wanted)
            try file.seek(toOffset: start)
            let tail = Array(try file.read(upToCount: Int(size - start)) ?? Data())
            read += tail.count
            if let end = try end(tail, isWhole: start == 0, folder, read) { return end }
            wanted *= 4
        }
    }

    /// The same from the last bytes; nil if they hold no line that can be read and there are more before them.
    private static func end(_ tail: [UInt8], isWhole: Bool, _ folder: DataFolder, _ read: Int) throws -> End? {
        let isEnded = tail.last.map { $0 == 0x0A } ?? true
        // Behind the last line's end; what follows that was cut short.
        var next = tail.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        while next > 0 {
            let before = tail[..<(next - 1)].lastIndex(of: 0x0A)
            if before == nil && !isWhole { return nil }
            let line = Array(tail[(before.map { $0 + 1 } ?? 0)..<(next - 1)])
            if let said = number(of: line) {
                // Lines from before they were numbered are counted.
                let number = try said ?? count(folder, upTo: line)
                let torn = Array(tail[next...].dropLast(isEnded ? 1 : 0))
                return End(
                    head: Head(number: number, digest: HashChain.leaf(of: line)), torn: torn, isEnded: isEnded,
                    bytesRead: read)
            }
            next = before.map { $0 + 1 } ?? 0
        }
        if !isWhole { return nil }
        return End(torn: Array(tail.dropLast(isEnded ? 1 : 0)), isEnded: isEnded, bytesRead: read)
    }

    /// Which line of the log it is, the newest if there are several like it.
    private static func count(_ folder: DataFolder, upTo line: [UInt8]) throws -> UInt64 {
        UInt64(try lines(folder).lines.last { $0.bytes == line }?.index ?? 0)
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
        let end = try end(folder)
        let place = Place(
            number: (end.head?.number ?? 0) + 1,
            previous: end.head.map { "\($0.digest)" } ?? String(repeating: "0", count: 64),
            torn: end.torn.isEmpty ? nil : "\(HashChain.leaf(of: end.torn))")
        let signed = try signed(try line(place), key)
        do {
            try file.write(contentsOf: Data(((end.isEnded ? "" : "\n") + signed + "\n").utf8))
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
