/// What can go wrong with the vault and the master key.
///
/// Failures of SQLite itself pass through as GRDB's `DatabaseError`.
public enum VaultError: Error, Equatable, Sendable {
    /// The subject was erased: what was sealed for it stays sealed for ever.
    case erased(SubjectID)
    /// The vault has no key for the subject and no record of its erasure.
    case keyMissing(SubjectID)
    /// The bytes were not sealed for this subject in this context, or were changed since.
    case notAuthentic(SubjectID)
    /// The vault was made under another master key.
    case wrongMasterKey(path: String)
    /// No vault at the path, or a file that holds nothing.
    case absent(path: String)
    /// The file is not a vault.
    case notAVault(path: String)
    /// A newer Leadline wrote the vault.
    case newerFormat(path: String, found: Int, supported: Int)
    /// No master key file at the path.
    case masterKeyAbsent(path: String)
    /// A file is already there; a master key is never overwritten.
    case masterKeyExists(path: String)
    /// Others than its owner may use the master key file. `mode` holds its permission bits.
    case masterKeyExposed(path: String, mode: Int)
    /// The master key file holds something other than 64 hexadecimal digits.
    case masterKeyMalformed(path: String, digits: Int)
    /// The operating system refused to read or write the master key file.
    case masterKeyUnusable(path: String, reason: String)
}

extension VaultError: CustomStringConvertible {
    /// What, where, and how to mend it.
    public var description: String {
        switch self {
        case .erased(let subject):
            "The subject \(subject) was erased; its data cannot be opened any more."
        case .keyMissing(let subject):
            "The vault has no key for the subject \(subject). Restore a newer backup of the vault."
        case .notAuthentic(let subject):
            "The bytes are not what was sealed for the subject \(subject) in this place."
        case .wrongMasterKey(let path):
            "The vault \(path) was made under another master key, or under one that is retired. Name the key file it was made with."
        case .absent(let path):
            "There is no vault at \(path), or it is empty. Restore the file from a backup."
        case .notAVault(let path):
            "\(path) is not a vault. Check the path, or restore the file from a backup."
        case .newerFormat(let path, let found, let supported):
            "\(path) has format \(found); this version reads up to \(supported). Use a newer Leadline."
        case .masterKeyAbsent(let path):
            "There is no master key at \(path). Name the right file; a new key does not open an old vault."
        case .masterKeyExists(let path):
            "There is a file at \(path) already. A master key is never overwritten; name another path."
        case .masterKeyExposed(let path, let mode):
            "The master key \(path) has mode \(String(mode, radix: 8)); others can use it. Run: chmod 600 \(path)"
        case .masterKeyMalformed(let path, let digits):
            "The master key \(path) must be 64 hexadecimal digits; it has \(digits) characters. Restore it."
        case .masterKeyUnusable(let path, let reason):
            "The master key \(path) cannot be used: \(reason). Check the folder and its permissions."
        }
    }
}
