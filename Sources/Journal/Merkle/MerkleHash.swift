import Crypto

/// The hashes of RFC 9162's Merkle tree (section 2.1.1; RFC 6962 section 2.1 is the same tree).
///
/// Leaves are ``HashChain/leaf(of:)-(RawSpan)``. An inner node is `SHA-256(0x01 || left || right)`.
public enum MerkleHash {
    /// The root of the tree without leaves: SHA-256 of nothing.
    public static let empty = HashChain.hash([])

    /// The node above two others.
    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        // One buffer and one update: two thirds of the time of three updates.
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Digest.byteCount, alignment: 8) { buffer in
            unsafe buffer[0] = 0x01
            unsafe left.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(from: $0)
            }
            unsafe right.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[(1 + Digest.byteCount)...])
                    .copyMemory(from: $0)
            }
            var hasher = SHA256()
            unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return Digest(hasher.finalize())
        }
    }

    /// The root of a complete tree over these nodes, whose number is a power of two.
    static func root(ofComplete nodes: ArraySlice<Digest>) -> Digest {
        precondition(nodes.count.nonzeroBitCount == 1, "a complete tree has a power of two of leaves")
        var row = Array(nodes)
        while row.count > 1 {
            row = stride(from: 0, to: row.count, by: 2).map { node(row[$0], row[$0 + 1]) }
        }
        return row[0]
    }
}
