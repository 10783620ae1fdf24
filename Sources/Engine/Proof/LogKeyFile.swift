import Foundation
public import Journal

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
        let text: String
        do { text = try OwnerOnlyFile.read(path) } catch let fault as OwnerOnlyFile.Fault {
            throw LogKeyError(fault, path)
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

    private static func write(_ key: LogKey, to path: String, replacing: Bool) throws(LogKeyError) {
        let lines = [key.signer.secretText] + key.rotations.map { "rotation " + Data($0.bytes).base64EncodedString() }
        do { try OwnerOnlyFile.write(lines.joined(separator: "\n") + "\n", to: path, replacing: replacing) } catch {
            throw LogKeyError(error, path)
        }
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

extension LogKeyError {
    fileprivate init(_ fault: OwnerOnlyFile.Fault, _ path: String) {
        self = switch fault {
        case .absent: .absent(path: path)
        case .exists: .exists(path: path)
        case .exposed(let mode): .exposed(path: path, mode: mode)
        case .unusable(let reason): .unusable(path: path, reason: reason)
        }
    }
}
