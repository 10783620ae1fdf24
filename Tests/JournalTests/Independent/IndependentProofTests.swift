import ChildPrograms
import Foundation
import GRDB
import Journal
import Testing

/// Goal: proofs verify in an implementation that is not ours. Method: a Python program from the RFC's text, over every
/// index of every size from 1 to 300 and over chosen sizes up to 1,000,000.
@Suite struct IndependentProofTests {
    private func inclusion(_ leaf: Digest, _ index: UInt64, _ size: UInt64, _ root: Digest, _ path: [Digest]) -> [String: Any] {
        [
            "kind": "inclusion", "leaf": "\(leaf)", "index": index, "size": size, "root": "\(root)", "path": path.map { "\($0)" },
        ]
    }

    private func consistency(_ first: UInt64, _ a: Digest, _ second: UInt64, _ b: Digest, _ path: [Digest]) -> [String: Any] {
        [
            "kind": "consistency", "first": first, "firstRoot": "\(a)", "second": second, "secondRoot": "\(b)",
            "path": path.map { "\($0)" },
        ]
    }

    @Test func everyProofOfTheFirst300Sizes() throws {
        let folder = try TestFolder()
        let trees = try TreeDatabase.open(path: folder.path + "/tree.db")
        let leaves = (0..<UInt64(300)).map(syntheticLeaf)
        let store = TreeStore(program: "a")
        try trees.write { try store.append(leaves, link: MerkleHash.empty, in: $0) }
        var python = PythonVerifier()
        try trees.read { db in
            let proofs = try store.proofs(in: db)
            let roots = try (0...UInt64(300)).map { try proofs.root(size: $0) }
            for size in UInt64(1)...300 {
                for index in 0..<size {
                    try python.add(inclusion(leaves[Int(index)], index, size, roots[Int(size)], try proofs.inclusion(of: index, size: size)))
                    try python.add(consistency(index + 1, roots[Int(index) + 1], size, roots[Int(size)], try proofs.consistency(from: index + 1, to: size)))
                }
            }
        }
        #expect(python.count == 2 * 300 * 301 / 2)
        let (ending, verified) = try python.run()
        #expect(ending == .exited(0) && verified == python.count)
    }

    @Test func proofsOfChosenSizesUpToAMillion() throws {
        let folder = try TestFolder()
        let trees = try TreeDatabase.open(path: folder.path + "/tree.db")
        let store = TreeStore(program: "a")
        try trees.write { try store.append((0..<UInt64(1_000_000)).lazy.map(syntheticLeaf), link: MerkleHash.empty, in: $0) }
        var chance = SeededGenerator(seed: 20_260_105)
        var python = PythonVerifier()
        try trees.read { db in
            let proofs = try store.proofs(in: db)
            for round in 0..<150 {
                let size = round == 0 ? 1_000_000 : UInt64.random(in: 1...1_000_000, using: &chance)
                let index = UInt64.random(in: 0..<size, using: &chance)
                let (root, old) = (try proofs.root(size: size), try proofs.root(size: index + 1))
                try python.add(inclusion(syntheticLeaf(index), index, size, root, try proofs.inclusion(of: index, size: size)))
                try python.add(consistency(index + 1, old, size, root, try proofs.consistency(from: index + 1, to: size)))
            }
        }
        let (ending, verified) = try python.run()
        #expect(ending == .exited(0) && verified == 300)
    }

    @Test func theIndependentVerifierRefusesWhatIsWrong() throws {
        let leaves = (0..<UInt64(9)).map(syntheticLeaf)
        let proofs = recursiveProofs(leaves)
        var python = PythonVerifier()
        try python.add(inclusion(leaves[4], 4, 9, try proofs.root(size: 9), try proofs.inclusion(of: 3, size: 9)))
        #expect(try python.run().ending == .exited(1))
    }
}

/// The same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
