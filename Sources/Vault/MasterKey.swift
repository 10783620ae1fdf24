import Crypto
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The one secret that everything in the vault depends on: 32 random bytes.
///
/// Its file holds them as 64 hexadecimal digits, belongs to one user alone (mode 0600) and lies
/// outside the data folder, so that a copy of the data is no copy of the key. It is never printed.
public struct MasterKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: SymmetricKey

    /// A key from 32 bytes; `nil` for any other count. For tests and for keys held elsewhere than
    /// in a file.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// Makes a new key and writes it to a new file, flushed to disk.
    ///
    /// - Throws: ``VaultError/masterKeyExists(path:)``, or
    ///   ``VaultError/masterKeyUnusable(path:reason:)``.
    public static func create(at path: String) throws(VaultError) -> MasterKey {
        let key = SymmetricKey(size: .bits256)
        let text = unsafe key.withUnsafeBytes { unsafe $0.map(hexDigits).joined() } + "\n"
        try KeyFile.create(Array(text.utf8), at: path)
        return MasterKey(key: key)
    }

    /// Reads a key file.
    ///
    /// - Throws: ``VaultError/masterKeyAbsent(path:)``, ``VaultError/masterKeyExposed(path:mode:)``,
    ///   ``VaultError/masterKeyMalformed(path:digits:)`` or
    ///   ``VaultError/masterKeyUnusable(path:reason:)``.
    public static func load(from path: String) throws(VaultError) -> MasterKey {
        let text = try KeyFile.load(path)
        let digits = text.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        guard digits.count == 64, let bytes = bytes(ofHex: Array(digits)) else {
            throw .masterKeyMalformed(path: path, digits: digits.count)
        }
        return MasterKey(key: SymmetricKey(data: bytes))
    }

    /// Says nothing of the key.
    public var description: String { "MasterKey" }

    /// Says nothing of the key.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }

    /// A key for one purpose, by HKDF-SHA256 (RFC 5869) without salt. No purpose's key tells
    /// anything about another's.
    func subkey(_ purpose: String, _ detail: String = "") -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array(purpose.utf8) + Array(detail.utf8), outputByteCount: 32)
    }

    private init(key: SymmetricKey) {
        self.key = key
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: " ")
    }

    private static func hexDigits(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private static func bytes(ofHex digits: [UInt8]) -> [UInt8]? {
        let values = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard values.count == digits.count else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}

/// A small file that only its owner may read.
private enum KeyFile {
    /// Creates the file with its final mode, so that it is at no moment readable to others.
    static func create(_ bytes: [UInt8], at path: String) throws(VaultError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw errno == EEXIST ? .masterKeyExists(path: path) : unusable(path)
        }
        defer { _ = close(file) }
        let written = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(file) == 0 else {
            let failure = unusable(path)
            // Half a key must not stand in the way of the next attempt.
            _ = unsafe unlink(path)
            throw failure
        }
        try flushFolder(of: path)
    }

    static func load(_ path: String) throws(VaultError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw errno == ENOENT ? .masterKeyAbsent(path: path) : unusable(path)
        }
        defer { _ = close(file) }
        try checkMode(file, path)
        // Far more than a key takes, so that a wrong file is reported by its length.
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw unusable(path) }
        return Array(bytes.prefix(count))
    }

    private static func checkMode(_ file: Int32, _ path: String) throws(VaultError) {
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw unusable(path) }
        let mode = Int(status.st_mode & 0o777)
        guard mode & 0o077 == 0 else { throw .masterKeyExposed(path: path, mode: mode) }
    }

    /// Without this a power cut could lose the file's name, and with it the key.
    private static func flushFolder(of path: String) throws(VaultError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let handle = unsafe open(folder, O_RDONLY | O_CLOEXEC)
        guard handle >= 0 else { throw unusable(path) }
        defer { _ = close(handle) }
        guard fsync(handle) == 0 else { throw unusable(path) }
    }

    private static func unusable(_ path: String) -> VaultError {
        .masterKeyUnusable(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}
