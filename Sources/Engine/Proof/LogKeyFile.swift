import Foundation
public import Journal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The key that signs checkpoints, with the statements that lead to it from the log's first key.
public struct LogKey: Sendable {
    /// Signs from now on. Its name is the log's.
    public let signer: SignerKey
    /// Statements of rotation, the oldest first; each is signed by the key before it.
    public let rotations: [SignedNote]

    /// The log's name, the first part of every program's origin.
    public var log: String { signer.verifier.name }

    /// The key that verification begins with.
    /// - Throws: `NoteError` if a statement is not one.
    public func first() throws(NoteError) -> VerifierKey {
        guard let oldest = rotations.first else { return signer.verifier }
        return try KeyRotation(oldest).old
    }

    /// Every key that has signed for the log.
    /// - Throws: `NoteError` if the statements do not lead from one to the next.
    public func succession() throws(NoteError) -> KeySuccession {
        var statements: [KeyRotation] = []
        for note in rotations { statements.append(try KeyRotation(note)) }
        return try KeySuccession(first: first(), rotations: statements)
    }
}

/// The file that holds a log's key: outside the data folder, beside the master key, readable by its owner alone.
///
/// The first line is the secret as `SignerKey` writes it, each further one `rotation` and a statement in base64. One
/// file, so that a rotation is one rename: there is no moment at which key and statements do not belong together.
public enum LogKeyFile {
    private static let bytesMax = 1 << 20

    /// Where the key of a log lies, given its master key's file.
    public static func path(besideMasterKey path: String) -> String {
        (path.hasSuffix(".key") ? String(path.dropLast(4)) : path) + ".log.key"
    }

    /// Makes a new key.
    /// - Parameter name: the log's name; drawn at random if nil.
    /// - Throws: ``LogKeyError/exists(path:)``, ``LogKeyError/unusable(path:reason:)``, `NoteError.badKey` for the
    ///   name.
    public static func create(
        at path: String, name: String? = nil, random: any RandomSource = SystemRandom()
    ) throws -> LogKey {
        if FileManager.default.fileExists(atPath: path) { throw LogKeyError.exists(path: path) }
        let key = LogKey(signer: try SignerKey(name: name ?? randomName(random)), rotations: [])
        try write(key, to: path, replacing: false)
        return key
    }

    /// Reads the key.
    /// - Throws: ``LogKeyError``.
    public static func load(from path: String) throws -> LogKey {
        guard FileManager.default.fileExists(atPath: path) else { throw LogKeyError.absent(path: path) }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? Int) ?? 0
        guard mode & 0o077 == 0 else { throw LogKeyError.exposed(path: path, mode: mode) }
        guard (attributes[.size] as? Int ?? 0) <= bytesMax,
            let text = try? String(contentsOfFile: path, encoding: .utf8)
        else {
            throw LogKeyError.unusable(path: path, reason: "it cannot be read, or is no text")
        }
        do {
            let lines = text.lines.filter { !$0.isEmpty }
            guard let secret = lines.first else { throw NoteError.badKey(reason: "the file is empty") }
            let key = LogKey(
                signer: try SignerKey(secretText: String(secret)), rotations: try lines.dropFirst().map(rotation))
            _ = try key.succession()
            return key
        } catch let error as NoteError {
            throw LogKeyError.malformed(path: path, reason: "\(error)")
        }
    }

    /// Replaces the key by a new one that the old one names in a signed statement. The old secret is gone afterwards.
    /// - Parameter time: Unix seconds.
    /// - Throws: ``LogKeyError``, `NoteError`.
    public static func rotate(at path: String, time: UInt64) throws -> LogKey {
        let old = try load(from: path)
        let signer = try SignerKey(name: old.log)
        let statement = try KeyRotation.sign(from: old.signer, to: signer.verifier, time: time)
        let key = LogKey(signer: signer, rotations: old.rotations + [statement])
        try write(key, to: path, replacing: true)
        return key
    }

    private static func rotation(_ line: Substring) throws -> SignedNote {
        guard line.hasPrefix("rotation "), let data = Data(base64Encoded: String(line.dropFirst("rotation ".count)))
        else {
            throw NoteError.badRotation(reason: "a line after the key is not 'rotation' and base64")
        }
        return try SignedNote(Array(data))
    }

    private static func randomName(_ random: any RandomSource) -> String {
        let digits = random.bytes(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return "leadline-\(digits.joined())"
    }

    /// Written beside, flushed, then put in place in one step, so that no crash leaves half a key.
    private static func write(_ key: LogKey, to path: String, replacing: Bool) throws {
        let lines = [key.signer.secretText] + key.rotations.map { "rotation " + Data($0.bytes).base64EncodedString() }
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        // A name of its own, so that two who write at once do not meet before the last step.
        let part = path + ".\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let file = unsafe open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unusable(path) }
        let written = unsafe bytes.withUnsafeBytes { unsafe Foundation.write(file, $0.baseAddress, $0.count) }
        let isFlushed = written == bytes.count && fsync(file) == 0
        close(file)
        // link(2) refuses where a file is; rename(2) replaces it.
        let isPlaced = isFlushed && (replacing ? unsafe rename(part, path) == 0 : unsafe link(part, path) == 0)
        if !isPlaced || !replacing {
            let failure = errno == EEXIST ? LogKeyError.exists(path: path) : unusable(path)
            _ = unsafe unlink(part)
            if !isPlaced { throw failure }
        }
        try flushFolder(of: path)
    }

    /// Without this a power cut could lose the file's name, and with it the key.
    private static func flushFolder(of path: String) throws {
        let folder = unsafe open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw unusable(path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw unusable(path) }
    }

    private static func unusable(_ path: String) -> LogKeyError {
        .unusable(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}

/// What can be wrong with the file of a log's key. No text quotes the secret.
public enum LogKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No file at the path.
    case absent(path: String)
    /// A file is there already; a key is never overwritten.
    case exists(path: String)
    /// Others than its owner may use it. `mode` holds its permission bits.
    case exposed(path: String, mode: Int)
    /// It is another log's.
    case foreign(path: String, log: String)
    /// It holds something else.
    case malformed(path: String, reason: String)
    /// The operating system refused to read or write it.
    case unusable(path: String, reason: String)

    /// What, where, and how to mend it.
    public var description: String {
        switch self {
        case .absent(let path):
            "there is no log key at \(path), but this log has one. Restore it from a backup; a new key could not name the old one as its predecessor"
        case .exists(let path):
            "there is a file at \(path) already. A log key is never overwritten; rotate it with 'leadline audit rotate-key'"
        case .exposed(let path, let mode):
            "the log key \(path) has mode \(String(mode, radix: 8)); others can use it. Run: chmod 600 \(path)"
        case .foreign(let path, let log):
            "the log key \(path) is not the one that this folder's checkpoints are signed with (log \(log)). Nothing was signed or changed. Put the folder's own key file there"
        case .malformed(let path, let reason): "the log key \(path) cannot be read: \(reason). Restore it from a backup"
        case .unusable(let path, let reason):
            "the log key \(path) cannot be used: \(reason). Check the folder and its permissions"
        }
    }
}
