/// Makes proofs from a tree's nodes (RFC 9162 sections 2.1.3.1 and 2.1.4.1).
///
/// `node(height, index)` gives the root of the complete subtree over the leaves from
/// `index << height` on, `1 << height` of them. A proof asks for fewer than 130 of them.
public struct MerkleProofs {
    /// The root of a complete subtree.
    public typealias Node = (_ height: Int, _ index: UInt64) throws -> Digest

    private let node: Node

    /// Proofs of the tree that has these nodes.
    public init(node: @escaping Node) {
        self.node = node
    }

    /// The root of the first `size` leaves.
    public func root(size: UInt64) throws -> Digest {
        size == 0 ? MerkleHash.empty : try root(of: 0..<size)
    }

    /// The roots of the complete subtrees that the first `size` leaves fall into, the largest first: what a
    /// ``CompactRange`` goes on from.
    public func peaks(size: UInt64) throws -> [Digest] {
        var peaks: [Digest] = []
        var start: UInt64 = 0
        for height in (0..<UInt64.bitWidth).reversed() where size & (1 << UInt64(height)) != 0 {
            peaks.append(try node(height, start >> UInt64(height)))
            start += 1 << UInt64(height)
        }
        return peaks
    }

    /// The digests that prove the leaf at `index` in the tree of the first `size` leaves, from the
    /// leaf's sibling up.
    public func inclusion(of index: UInt64, size: UInt64) throws -> [Digest] {
        precondition(index < size, "only a leaf of the tree can be proven")
        return try inclusion(of: index, in: 0..<size)
    }

    /// The digests that prove that the tree of the first `second` leaves begins with that of the
    /// first `first`.
    public func consistency(from first: UInt64, to second: UInt64) throws -> [Digest] {
        precondition(first <= second, "a tree begins only with smaller ones")
        if first == 0 || first == second { return [] }
        return try consistency(through: first, in: 0..<second, isWhole: true)
    }

    /// Any stretch of leaves that the tree splits off by itself.
    private func root(of leaves: Range<UInt64>) throws -> Digest {
        let count = UInt64(leaves.count)
        if count.nonzeroBitCount == 1 {
            let height = count.trailingZeroBitCount
            return try node(height, leaves.lowerBound >> UInt64(height))
        }
        let split = leaves.lowerBound + Self.split(count)
        return MerkleHash.node(
            try root(of: leaves.lowerBound..<split), try root(of: split..<leaves.upperBound))
    }

    private func inclusion(of index: UInt64, in leaves: Range<UInt64>) throws -> [Digest] {
        if leaves.count == 1 { return [] }
        let split = leaves.lowerBound + Self.split(UInt64(leaves.count))
        let (left, right) = (leaves.lowerBound..<split, split..<leaves.upperBound)
        return index < split
            ? try inclusion(of: index, in: left) + [root(of: right)]
            : try inclusion(of: index, in: right) + [root(of: left)]
    }

    /// RFC 9162's SUBPROOF. `isWhole` says that the first tree ends with these leaves' left edge
    /// only, so that its root is known to the verifier.
    private func consistency(through first: UInt64, in leaves: Range<UInt64>, isWhole: Bool) throws -> [Digest] {
        if first == leaves.upperBound { return isWhole ? [] : [try root(of: leaves)] }
        let split = leaves.lowerBound + Self.split(UInt64(leaves.count))
        let (left, right) = (leaves.lowerBound..<split, split..<leaves.upperBound)
        return first <= split
            ? try consistency(through: first, in: left, isWhole: isWhole) + [root(of: right)]
            : try consistency(through: first, in: right, isWhole: false) + [root(of: left)]
    }

    /// The largest power of two below `count`.
    private static func split(_ count: UInt64) -> UInt64 {
        1 << UInt64(UInt64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
