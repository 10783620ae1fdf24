/// A tree that only grows, held as the roots of its complete subtrees: at most 64 digests for any
/// number of leaves.
///
/// It gives the root at every size while leaves stream by, which is all that checking a checkpoint
/// needs. Proofs need the tree's inside; see ``TreeStore``.
public struct CompactRange: Sendable {
    /// Number of leaves.
    public private(set) var size: UInt64 = 0
    /// Roots of the complete subtrees, the largest first: one for each bit that is set in `size`.
    private var peaks: [Digest] = []

    /// The tree without leaves.
    public init() {}

    /// The tree of `size` leaves whose complete subtrees have these roots, the largest first; `nil` if they are more or
    /// fewer than it has.
    public init?(size: UInt64, peaks: [Digest]) {
        guard size.nonzeroBitCount == peaks.count else { return nil }
        self.size = size
        self.peaks = peaks
    }

    /// Appends a leaf. Costs one node on average.
    public mutating func append(_ leaf: Digest) {
        var node = leaf
        var carry = size
        while carry & 1 == 1, let left = peaks.popLast() {
            node = MerkleHash.node(left, node)
            carry >>= 1
        }
        peaks.append(node)
        size += 1
    }

    /// The root of the tree over all leaves so far.
    public var root: Digest {
        guard var root = peaks.last else { return MerkleHash.empty }
        for peak in peaks.dropLast().reversed() { root = MerkleHash.node(peak, root) }
        return root
    }
}
