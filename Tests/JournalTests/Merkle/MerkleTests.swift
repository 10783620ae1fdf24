import Foundation
import Journal
import Testing

/// Leaves that differ from index to index; the Python programs beside this make the same.
func syntheticLeaf(_ index: UInt64) -> Digest {
    HashChain.leaf(of: (0..<8).map { UInt8(truncatingIfNeeded: index >> (56 - 8 * UInt64($0))) })
}

/// RFC 9162 section 2.1.1, word for word: the slow way that everything else is measured against.
func recursiveRoot(_ leaves: ArraySlice<Digest>) -> Digest {
    if leaves.isEmpty { return MerkleHash.empty }
    if leaves.count == 1 { return leaves[leaves.startIndex] }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    return MerkleHash.node(
        recursiveRoot(leaves.prefix(split)), recursiveRoot(leaves.dropFirst(split)))
}

/// Proofs of a tree whose nodes are computed from all leaves.
func recursiveProofs(_ leaves: [Digest]) -> MerkleProofs {
    MerkleProofs { height, index in
        let first = Int(index) << height
        return recursiveRoot(leaves[first..<first + 1 << height])
    }
}

/// Goal: roots and proofs are the RFC's, and a proof that was tampered with does not verify. Method: every size and
/// index up to a bound, against the RFC's recursive definition.
@Suite struct MerkleTests {
    static let leaves = (0..<UInt64(80)).map(syntheticLeaf)

    @Test func theRootIsTheRecursiveDefinitionsAtEverySize() {
        var range = CompactRange()
        #expect(range.root == MerkleHash.empty)
        for size in 1...Self.leaves.count {
            range.append(Self.leaves[size - 1])
            #expect(range.size == UInt64(size))
            #expect(range.root == recursiveRoot(Self.leaves[..<size]))
        }
        #expect("\(MerkleHash.empty)" == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func everyInclusionProofVerifiesAndNoOtherLeafDoes() throws {
        let proofs = recursiveProofs(Self.leaves)
        for size in 1...UInt64(Self.leaves.count) {
            let root = try proofs.root(size: size)
            for index in 0..<size {
                let path = try proofs.inclusion(of: index, size: size)
                let leaf = Self.leaves[Int(index)]
                try MerkleVerification.inclusion(of: leaf, at: index, size: size, root: root, path: path)
                let other = Self.leaves[Int((index + 1) % 80)]
                #expect(throws: ProofFault.self) {
                    try MerkleVerification.inclusion(of: other, at: index, size: size, root: root, path: path)
                }
                if index > 0 {
                    #expect(throws: ProofFault.self) {
                        try MerkleVerification.inclusion(of: leaf, at: index - 1, size: size, root: root, path: path)
                    }
                }
            }
        }
    }

    @Test func everyConsistencyProofVerifiesAndNoOtherRootDoes() throws {
        let proofs = recursiveProofs(Self.leaves)
        let roots = try (0...UInt64(Self.leaves.count)).map { try proofs.root(size: $0) }
        for second in 0...UInt64(Self.leaves.count) {
            for first in 0...second {
                let path = try proofs.consistency(from: first, to: second)
                let (old, new) = (roots[Int(first)], roots[Int(second)])
                try MerkleVerification.consistency(from: first, old, to: second, new, path: path)
                let foreign = syntheticLeaf(1_000)
                #expect(throws: ProofFault.self) {
                    try MerkleVerification.consistency(from: first, foreign, to: second, new, path: path)
                }
                if first > 0 {
                    #expect(throws: ProofFault.self) {
                        try MerkleVerification.consistency(from: first, old, to: second, foreign, path: path)
                    }
                }
            }
        }
    }

    @Test func aChangedCutOrOverlongProofIsRefusedInBoundedTime() throws {
        let proofs = recursiveProofs(Self.leaves)
        let root = try proofs.root(size: 77)
        let path = try proofs.inclusion(of: 41, size: 77)
        for index in path.indices {
            var bad = path
            bad[index] = syntheticLeaf(999)
            #expect(throws: ProofFault.self) {
                try MerkleVerification.inclusion(of: Self.leaves[41], at: 41, size: 77, root: root, path: bad)
            }
        }
        for bad in [Array(path.dropLast()), path + [root], [], Array(repeating: root, count: 100_000)] {
            #expect(throws: ProofFault.length(expected: path.count, found: bad.count)) {
                try MerkleVerification.inclusion(of: Self.leaves[41], at: 41, size: 77, root: root, path: bad)
            }
        }
        #expect(throws: ProofFault.outside(index: 77, size: 77)) {
            try MerkleVerification.inclusion(of: Self.leaves[41], at: 77, size: 77, root: root, path: path)
        }
        #expect(throws: ProofFault.outside(index: 78, size: 77)) {
            try MerkleVerification.consistency(from: 78, root, to: 77, root, path: [])
        }
        // The largest sizes there are.
        #expect(throws: ProofFault.self) {
            try MerkleVerification.inclusion(of: root, at: .max - 1, size: .max, root: root, path: [])
        }
        #expect(throws: ProofFault.self) {
            try MerkleVerification.consistency(from: .max - 1, root, to: .max, root, path: [])
        }
    }
}
