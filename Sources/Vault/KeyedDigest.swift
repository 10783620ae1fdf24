import Crypto

/// Turns values into keyed digests of 32 bytes for one purpose, under a key that no rotation of the master key changes.
/// Whoever has the digests alone can neither guess a value nor match it with another purpose's.
public struct KeyedDigest: Sendable {
    private let keyed: KeyedHash

    /// Digests for a purpose, whose name is part of the key.
    public init(_ masterKey: MasterKey, purpose: String) {
        keyed = KeyedHash(key: masterKey.lookupSubkey("leadline keyed digest v1 ", purpose))
    }

    /// The digest of values in this order: each is preceded by its length, so no other list has the same.
    public func digest(_ parts: [String]) -> [UInt8] {
        Array(keyed.code(domain: 0x20) { message in for part in parts { message.add(part) } })
    }

    /// The digest of bytes with what says whose they are.
    public func digest(_ parts: [String], _ bytes: [UInt8]) -> [UInt8] {
        Array(
            keyed.code(domain: 0x21) { message in
                for part in parts { message.add(part) }
                message.add(bytes)
            })
    }
}
