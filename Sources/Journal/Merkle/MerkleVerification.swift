/// Why a proof does not hold.
public enum ProofFault: Error, Equatable, Sendable {
    /// The index is not below the size, or the first size lies above the second.
    case outside(index: UInt64, size: UInt64)
    /// A proof between these two needs another number of digests.
    case length(expected: Int, found: Int)
    /// The digests lead to another root.
    case rootDiffers(expected: Digest, computed: Digest)
}

extension ProofFault: CustomStringConvertible {
    /// What, and what it means.
    public var description: String {
        switch self {
        case .outside(let index, let size):
            "the proof is about \(index), but the tree has \(size) leaves. Take the proof and the checkpoint from one source"
        case .length(let expected, let found):
            "the proof has \(found) digests where \(expected) are needed. It was cut, or is about another size"
        case .rootDiffers(let expected, let computed):
            "the proof leads to the root \(computed), but the checkpoint says \(expected): the entry, the proof or the log was changed"
        }
    }
}

/// Verifies proofs from nothing but digests: no file, no key, no other entry.
///
/// Work is bounded by the sizes' bits, at most 64 digests a proof, whatever a hostile proof holds.
public enum MerkleVerification {
    /// Checks that `leaf` is the leaf at `index` of the tree with this size and root (RFC 9162
    /// section 2.1.3.2).
    public static func inclusion(
        of leaf: Digest, at index: UInt64, size: UInt64, root: Digest, path: [Digest]
    ) throws(ProofFault) {
        guard index < size else { throw .outside(index: index, size: size) }
        let expected = inclusionLength(index: index, size: size)
        guard path.count == expected else { throw .length(expected: expected, found: path.count) }
        var (number, last) = (index, size - 1)
        var computed = leaf
        for sibling in path {
            // Where a row ends without a right sibling, its last node stands for itself one row up.
            while number == last && number & 1 == 0 && number > 0 { (number, last) = (number >> 1, last >> 1) }
            computed = number & 1 == 1 ? MerkleHash.node(sibling, computed) : MerkleHash.node(computed, sibling)
            (number, last) = (number >> 1, last >> 1)
        }
        guard computed == root else { throw .rootDiffers(expected: root, computed: computed) }
    }

    /// Checks that the tree with the second size and root begins with the tree with the first
    /// (RFC 9162 section 2.1.4.2). Every tree begins with the one without leaves.
    public static func consistency(
        from first: UInt64, _ firstRoot: Digest, to second: UInt64, _ secondRoot: Digest, path: [Digest]
    ) throws(ProofFault) {
        guard first <= second else { throw .outside(index: first, size: second) }
        let expected = consistencyLength(from: first, to: second)
        guard path.count == expected else { throw .length(expected: expected, found: path.count) }
        if first == 0 { return try check(MerkleHash.empty, firstRoot) }
        if first == second { return try check(firstRoot, secondRoot) }
        var digests = path[...]
        var (number, last) = (first - 1, second - 1)
        while number & 1 == 1 { (number, last) = (number >> 1, last >> 1) }
        // A first tree that is complete is itself the node to begin with.
        let start = number > 0 ? digests.removeFirst() : firstRoot
        var (ofFirst, ofSecond) = (start, start)
        for sibling in digests {
            if number & 1 == 1 || number == last {
                while number & 1 == 0 && number > 0 { (number, last) = (number >> 1, last >> 1) }
                ofFirst = MerkleHash.node(sibling, ofFirst)
                ofSecond = MerkleHash.node(sibling, ofSecond)
            } else {
                ofSecond = MerkleHash.node(ofSecond, sibling)
            }
            (number, last) = (number >> 1, last >> 1)
        }
        try check(ofFirst, firstRoot)
        try check(ofSecond, secondRoot)
    }

    private static func check(_ computed: Digest, _ expected: Digest) throws(ProofFault) {
        if computed != expected { throw .rootDiffers(expected: expected, computed: computed) }
    }

    /// Digests in an inclusion proof: one a row in which the path has a sibling.
    static func inclusionLength(index: UInt64, size: UInt64) -> Int {
        // Below the row where index and last part, every row has a sibling; above it only where the path turns left.
        let inner = UInt64.bitWidth - (index ^ (size - 1)).leadingZeroBitCount
        return inner + (inner < 64 ? (index >> UInt64(inner)).nonzeroBitCount : 0)
    }

    /// Digests in a consistency proof between two sizes.
    static func consistencyLength(from first: UInt64, to second: UInt64) -> Int {
        if first == 0 || first == second { return 0 }
        let complete = first.trailingZeroBitCount
        let rest = inclusionLength(index: (first - 1) >> UInt64(complete), size: ((second - 1) >> UInt64(complete)) + 1)
        return rest + (first.nonzeroBitCount == 1 ? 0 : 1)
    }
}
