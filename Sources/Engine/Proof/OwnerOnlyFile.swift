import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A small text file that its owner alone may use, for a secret: refused where others can read it, and put in place in
/// one step, so that no crash leaves half of it.
enum OwnerOnlyFile {
    /// What is wrong with such a file.
    enum Fault: Error {
        case absent, exists
        /// Others than its owner may use it; its permission bits.
        case exposed(mode: Int)
        case unusable(reason: String)
    }

    private static let bytesMax = 1 << 20

    /// The file's text.
    /// - Throws: `Fault`; the file system's own failures.
    static func read(_ path: String) throws -> String {
        guard FileManager.default.fileExists(atPath: path) else { throw Fault.absent }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? Int) ?? 0
        guard mode & 0o077 == 0 else { throw Fault.exposed(mode: mode) }
        guard (attributes[.size] as? Int ?? 0) <= bytesMax,
            let text = try? String(contentsOfFile: path, encoding: .utf8)
        else { throw Fault.unusable(reason: "it cannot be read, or is no text") }
        return text
    }

    /// Written beside, flushed, then put in place in one step.
    /// - Parameter replacing: false refuses where a file is.
    static func write(_ text: String, to path: String, replacing: Bool) throws(Fault) {
        let bytes = Array(text.utf8)
        // A name of its own, so that two who write at once do not meet before the last step.
        let part = path + ".\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let file = unsafe open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unusable() }
        let written = unsafe bytes.withUnsafeBytes { unsafe Foundation.write(file, $0.baseAddress, $0.count) }
        let isFlushed = written == bytes.count && fsync(file) == 0
        close(file)
        // link(2) refuses where a file is; rename(2) replaces it.
        let isPlaced = isFlushed && (replacing ? unsafe rename(part, path) == 0 : unsafe link(part, path) == 0)
        if !isPlaced || !replacing {
            let failure = errno == EEXIST ? Fault.exists : unusable()
            _ = unsafe unlink(part)
            if !isPlaced { throw failure }
        }
        try flushFolder(of: path)
    }

    /// Without this a power cut could lose the file's name, and with it the secret.
    private static func flushFolder(of path: String) throws(Fault) {
        let folder = unsafe open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw unusable() }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw unusable() }
    }

    private static func unusable() -> Fault { .unusable(reason: unsafe String(cString: strerror(errno))) }
}
