import Crypto

/// The hash chain over a stream: whoever holds the newest link can tell whether any earlier byte
/// was changed, left out or put in.
///
/// A leaf is RFC 6962's (section 2.1) `SHA-256(0x00 || entry)`, so that the chain and the Merkle
/// tree share it. A link is `SHA-256(0x02 || previous link || leaf)`; 0x02 sets it apart from RFC
/// 6962's leaves (0x00) and nodes (0x01). The link before the first entry depends on the program,
/// so that one program's stream never passes for another's.
public enum HashChain {
    /// The leaf of an entry's stored bytes.
    public static func leaf(of entry: RawSpan) -> Digest {
        unsafe entry.withUnsafeBytes { unsafe leaf(of: $0) }
    }

    /// The leaf of an entry's stored bytes.
    public static func leaf(of entry: [UInt8]) -> Digest {
        unsafe entry.withUnsafeBytes { unsafe leaf(of: $0) }
    }

    /// The link that a program's stream has before its first entry.
    public static func start(program: String) -> Digest {
        hash(Array("leadline chain v1\n".utf8) + Array(program.utf8))
    }

    /// The link after an entry with this leaf.
    public static func link(after previous: Digest, leaf: Digest) -> Digest {
        // One buffer and one update: two thirds of the time of three updates.
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Digest.byteCount, alignment: 8) { buffer in
            unsafe buffer[0] = 0x02
            unsafe previous.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(from: $0)
            }
            unsafe leaf.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[(1 + Digest.byteCount)...])
                    .copyMemory(from: $0)
            }
            return unsafe hash(UnsafeRawBufferPointer(buffer))
        }
    }

    static func leaf(of entry: UnsafeRawBufferPointer) -> Digest {
        var hasher = SHA256()
        var tag: UInt8 = 0x00
        unsafe withUnsafeBytes(of: &tag) { unsafe hasher.update(bufferPointer: $0) }
        unsafe hasher.update(bufferPointer: entry)
        return Digest(hasher.finalize())
    }

    static func hash(_ bytes: [UInt8]) -> Digest {
        unsafe bytes.withUnsafeBytes { unsafe hash($0) }
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest {
        var hasher = SHA256()
        unsafe hasher.update(bufferPointer: bytes)
        return Digest(hasher.finalize())
    }
}

extension Digest {
    /// SHA-256 of some bytes.
    public init(hashing bytes: [UInt8]) { self = HashChain.hash(bytes) }

    init(_ digest: SHA256Digest) {
        unsafe self.init(filling: { target in
            unsafe digest.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        })
    }
}
