import Crypto
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The one secret that everything in the vault depends on: 32 random bytes that wrap every other key.
///
/// Its file holds them as 64 hexadecimal digits, belongs to one user alone (mode 0600) and lies
/// outside the data folder, so that a copy of the data is no copy of the key. It is never printed.
///
/// The key can be replaced. What people and events are found by (look-ups, duplicates' digests,
/// pseudonyms) hangs on a look-up key that stays: HKDF's extract of the first master key. Until the
/// first rotation it is computed; from then on the file holds it too, wrapped under the newest key
/// (`lookup` and hexadecimal digits), and until they are retired the keys from before (`old`).
public struct MasterKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: SymmetricKey
    private let lookupKey: SymmetricKey
    /// Keys under which keys of people may still be wrapped, the newest first.
    private let retiring: [SymmetricKey]

    private static let lookupContext = Array("leadline lookup key v1".utf8)

    /// A key from 32 bytes; `nil` for any other count. For tests and for keys held elsewhere than
    /// in a file.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(key: SymmetricKey(data: bytes))
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
        let lines = text.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "\n") }.map(trimmed)
        let first = lines.first ?? []
        guard first.count == 64, let bytes = bytes(ofHex: first) else {
            throw .masterKeyMalformed(path: path, digits: first.count)
        }
        let key = SymmetricKey(data: bytes)
        var (lookup, old): (SymmetricKey?, [SymmetricKey]) = (nil, [])
        for line in lines.dropFirst() where !line.isEmpty {
            let parts = line.split(separator: UInt8(ascii: " ")).map { Array($0) }
            guard parts.count == 2, let value = Self.bytes(ofHex: parts[1]) else {
                throw .masterKeyMalformed(path: path, digits: line.count)
            }
            if parts[0] == Array("old".utf8), value.count == 32 {
                old.append(SymmetricKey(data: value))
            } else if parts[0] == Array("lookup".utf8),
                let opened = lookupWrapping(key).open(value, context: lookupContext)
            {
                lookup = SymmetricKey(data: opened)
            } else {
                throw .masterKeyMalformed(path: path, digits: line.count)
            }
        }
        return MasterKey(key: key, lookupKey: lookup, retiring: old)
    }

    /// Replaces the key in a file by a new one. The old one stays beside it until ``retire(at:)``, for what is still
    /// wrapped under it; the look-up key stays for good, wrapped under the new one.
    ///
    /// - Throws: as ``load(from:)``.
    public static func rotate(at path: String) throws(VaultError) -> MasterKey {
        let old = try load(from: path)
        let new = MasterKey(
            key: SymmetricKey(size: .bits256), lookupKey: old.lookupKey, retiring: [old.key] + old.retiring)
        try new.write(to: path)
        return new
    }

    /// Takes the old keys out of a file. To be called once nothing is wrapped under them any more.
    ///
    /// - Returns: how many they were.
    /// - Throws: as ``load(from:)``.
    public static func retire(at path: String) throws(VaultError) -> Int {
        let key = try load(from: path)
        if key.retiring.isEmpty { return 0 }
        try MasterKey(key: key.key, lookupKey: key.lookupKey).write(to: path)
        return key.retiring.count
    }

    /// True if a subject's key is wrapped under this key, and not under one before it.
    public func wraps(_ wrapped: [UInt8], of subject: SubjectID) -> Bool {
        wrapping.open(wrapped, context: subject.bytes) != nil
    }

    /// Old keys that the file still holds.
    public var retiringCount: Int { retiring.count }

    private func write(to path: String) throws(VaultError) {
        let sealed: [UInt8]
        do {
            let bytes = unsafe lookupKey.withUnsafeBytes { unsafe Array($0) }
            sealed = try Self.lookupWrapping(key).seal(bytes, context: Self.lookupContext)
        } catch { throw .masterKeyUnusable(path: path, reason: "the look-up key cannot be wrapped: \(error)") }
        let lines =
            [Self.digits(key), "lookup " + sealed.map(Self.hexDigits).joined()]
            + retiring.map { "old " + Self.digits($0) }
        try KeyFile.replace(Array((lines.joined(separator: "\n") + "\n").utf8), at: path)
    }

    private static func digits(_ key: SymmetricKey) -> String {
        unsafe key.withUnsafeBytes { unsafe $0.map(hexDigits).joined() }
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
        Array(line.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }

    /// Says nothing of the key.
    public var description: String { "MasterKey" }

    /// Says nothing of the key.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }

    /// The key that wraps people's keys.
    var wrapping: Sealing { Sealing(key: Self.subkey(key, "leadline key wrap v1")) }

    /// The same of the old keys, the newest first.
    var retiringWrappings: [Sealing] { retiring.map { Sealing(key: Self.subkey($0, "leadline key wrap v1")) } }

    /// What a vault notes of the key that its keys are wrapped under: the newest first, then the old ones.
    var fingerprints: [[UInt8]] {
        ([key] + retiring).map {
            Array(KeyedHash(key: Self.subkey($0, "leadline vault fingerprint v1")).code([]))
        }
    }

    /// A key for what is found again, which no rotation changes: HKDF-SHA256 (RFC 5869) without salt over the first
    /// master key. No purpose's key tells anything about another's.
    func lookupSubkey(_ purpose: String, _ detail: String = "") -> SymmetricKey {
        HKDF<SHA256>.expand(
            pseudoRandomKey: lookupKey, info: Array(purpose.utf8) + Array(detail.utf8), outputByteCount: 32)
    }

    private static func subkey(_ key: SymmetricKey, _ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: 32)
    }

    private static func lookupWrapping(_ key: SymmetricKey) -> Sealing {
        Sealing(key: subkey(key, "leadline lookup key wrap v1"))
    }

    /// - Parameter lookupKey: nil for a key that never followed another.
    private init(key: SymmetricKey, lookupKey: SymmetricKey? = nil, retiring: [SymmetricKey] = []) {
        self.key = key
        self.lookupKey =
            lookupKey ?? SymmetricKey(data: HKDF<SHA256>.extract(inputKeyMaterial: key, salt: [UInt8]()))
        self.retiring = retiring
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: " ")
    }

    private static func hexDigits(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private static func bytes(ofHex digits: [UInt8]) -> [UInt8]? {
        let values = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard values.count == digits.count, digits.count.isMultiple(of: 2) else { return nil }
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

    /// Puts other bytes in a file's place in one step, so that no crash leaves half a key.
    static func replace(_ bytes: [UInt8], at path: String) throws(VaultError) {
        let part = path + ".new"
        _ = unsafe unlink(part)
        try create(bytes, at: part)
        guard unsafe rename(part, path) == 0 else { throw unusable(path) }
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
