import Crypto

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where ids and keys of new subjects come from.
public protocol SubjectKeySource: Sendable {
    /// The id and the 256-bit key for a new subject that was met under a lookup.
    func make(for lookup: [UInt8]) -> (id: SubjectID, key: SymmetricKey)
}

/// Ids and keys from the system's generator. What runs for real people uses this one, because only
/// a key that nothing can compute again is gone once it is deleted.
public struct RandomSubjectKeys: SubjectKeySource {
    /// A source.
    public init() {}

    /// An id and a key for a new subject.
    public func make(for lookup: [UInt8]) -> (id: SubjectID, key: SymmetricKey) {
        // One call to the system for both. Swift's own generator makes one for every eight bytes,
        // which costs more than sealing the key.
        unsafe withUnsafeTemporaryAllocation(byteCount: 16 + 32, alignment: 8) { bytes in
            let failed = unsafe getentropy(bytes.baseAddress, bytes.count)
            precondition(failed == 0, "the system has no randomness to give")
            let id = unsafe SubjectID(truncating: bytes[..<16])
            let key = unsafe SymmetricKey(data: UnsafeRawBufferPointer(rebasing: bytes[16...]))
            unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
            return (id, key)
        }
    }
}

/// Ids and keys computed from a seed: HMAC-SHA256 of the lookup under the seed's hash.
///
/// For tests and for imports that must give the same bytes twice. Never for real people: whoever
/// has the seed can make an erased key again.
public struct SeededSubjectKeys: SubjectKeySource {
    private let keyed: KeyedHash

    /// A source for a seed of any length.
    public init(seed: [UInt8]) {
        keyed = KeyedHash(key: SymmetricKey(data: SHA256.hash(data: seed)))
    }

    /// An id and a key for a new subject.
    public func make(for lookup: [UInt8]) -> (id: SubjectID, key: SymmetricKey) {
        let id = keyed.code(domain: 0x01) { $0.add(lookup) }
        let key = keyed.code(domain: 0x02) { $0.add(lookup) }
        return (SubjectID(truncatingCode: id), SymmetricKey(data: key))
    }
}
