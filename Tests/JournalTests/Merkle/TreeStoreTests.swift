import Foundation
import GRDB
import Journal
import Testing

/// Goal: the stored tree is the journal's, whatever the batches, and can be made again. Method: roots and proofs
/// against the recursive definition, at sizes around tiles' edges.
@Suite struct TreeStoreTests {
    let folder: TestFolder
    let trees: DatabaseQueue

    init() throws {
        folder = try TestFolder()
        trees = try TreeDatabase.open(path: folder.path + "/tree.db")
    }

    private func store(_ leaves: ArraySlice<Digest>, _ program: String = "a") throws {
        try trees.write { try TreeStore(program: program).append(leaves, link: MerkleHash.empty, in: $0) }
    }

    @Test func batchesMakeNoDifference() throws {
        let leaves = (0..<UInt64(70_000)).map(syntheticLeaf)
        var (from, step) = (0, 1)
        var range = CompactRange()
        while from < leaves.count {
            let batch = leaves[from..<min(from + step, leaves.count)]
            try store(batch)
            batch.forEach { range.append($0) }
            let root = try trees.read { try TreeStore(program: "a").proofs(in: $0).root(size: range.size) }
            #expect(root == range.root, "at \(range.size)")
            (from, step) = (from + step, step * 3 / 2 + 1)
        }
        try trees.read { db in
            let proofs = try TreeStore(program: "a").proofs(in: db)
            for size: UInt64 in [1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 70_000] {
                let root = try proofs.root(size: size)
                #expect(root == recursiveRoot(leaves[..<Int(size)]))
                for index in [0, size / 2, size - 1] {
                    try MerkleVerification.inclusion(
                        of: leaves[Int(index)], at: index, size: size, root: root, path: try proofs.inclusion(of: index, size: size))
                    try MerkleVerification.consistency(
                        from: index, try proofs.root(size: index), to: size, root, path: try proofs.consistency(from: index, to: size))
                }
            }
            #expect(throws: JournalError.self) { try proofs.root(size: 70_001) }
        }
    }

    @Test func theTreeFollowsTheJournalAndStartsOverWhereItMust() throws {
        let journal = try JournalDatabase.open(path: folder.journal)
        let follower = TreeFollower(journal: journal, trees: trees)
        #expect(throws: JournalError.unknownProgram("a")) { try follower.catchUp(program: "a") }
        _ = try append(entries("a", 0..<300) + entries("b", 0..<3), to: journal)
        #expect(try follower.catchUp(program: "a").size == 300)
        #expect(try follower.catchUp(program: "b").size == 3)
        _ = try append(entries("a", 300..<600), to: journal)
        #expect(try follower.catchUp(program: "a").size == 600)
        try expectTree(of: journal)

        // An older journal is put back and goes on in another way.
        try journal.write { db in
            try db.execute(sql: "DELETE FROM entries WHERE stream = 1 AND position >= 10")
            let link = (0..<UInt64(10)).reduce(HashChain.start(program: "a")) {
                HashChain.link(after: $0, leaf: HashChain.leaf(of: entry("a", $1).bytes))
            }
            try db.execute(sql: "UPDATE streams SET size = 10, head = ?, last_stamp_micros = 90 WHERE stream = 1", arguments: [Data(link.bytes)])
        }
        #expect(try follower.catchUp(program: "a").size == 10)
        try expectTree(of: journal)
        _ = try append((10..<700).map { entry("a", $0, count: 33) }, to: journal)
        #expect(try follower.catchUp(program: "a").size == 700)
        try expectTree(of: journal)
    }

    private func expectTree(of journal: DatabaseQueue) throws {
        var leaves: [Digest] = []
        try journal.read { try JournalReader().forEachEntry(program: "a", in: $0) { leaves.append(HashChain.leaf(of: $1)) } }
        let root = try trees.read { try TreeStore(program: "a").proofs(in: $0).root(size: UInt64(leaves.count)) }
        #expect(root == recursiveRoot(leaves[...]))
    }

    @Test func whatDoesNotFitTheChainEntersNoTree() throws {
        let journal = try JournalDatabase.open(path: folder.journal)
        _ = try append(entries("a", 0..<20), to: journal)
        try journal.write { try $0.execute(sql: "UPDATE entries SET bytes = zeroblob(20) WHERE position = 13") }
        #expect(throws: JournalError.entryAltered(program: "a", position: 13)) {
            try TreeFollower(journal: journal, trees: trees).catchUp(program: "a")
        }
        #expect(try trees.read { try TreeStore(program: "a").head(in: $0) } == nil)
    }
}
