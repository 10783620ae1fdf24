import GRDB

/// The first node of a stored tree that is not what the journal's entries lead to.
public struct TreeDifference: Equatable, Sendable {
    /// The first entry under the node.
    public let position: UInt64
    /// Entries under the node.
    public let entries: UInt64
}

/// Compares a stored tree with one that is built again, leaf by leaf, in the same pass.
public struct TreeComparison {
    private let stored: TreeHead
    private let read: (TileIndex) throws -> [Digest]?
    private var edge = TileEdge()
    /// Nodes found equal.
    public private(set) var nodesCompared: UInt64 = 0
    /// The first that differs.
    public private(set) var difference: TreeDifference?

    /// A comparison with the program's tree, for the time of the read; `nil` if none is stored.
    ///
    /// - Throws: ``JournalError/treeDamaged(program:level:tile:)``, `DatabaseError`.
    public init?(program: String, in db: Database) throws {
        let store = TreeStore(program: program)
        guard let head = try store.head(in: db) else { return nil }
        stored = head
        read = { try store.storedTile($0, in: db) }
    }

    /// Entries that the stored tree says it has.
    public var storedSize: UInt64 { stored.size }

    /// Takes the next leaf.
    public mutating func take(_ leaf: Digest) throws {
        var whole: [(TileIndex, [Digest])] = []
        edge.append(leaf) { whole.append(($0, $1)) }
        for (index, nodes) in whole { try compare(index, nodes) }
    }

    /// To be called once after the last leaf: compares the tiles that are not whole.
    public mutating func finish() throws {
        for (index, nodes) in edge.openTiles { try compare(index, nodes) }
    }

    private mutating func compare(_ index: TileIndex, _ nodes: [Digest]) throws {
        let count = min(nodes.count, index.count(size: stored.size))
        guard difference == nil, count > 0 else { return }
        let found = try read(index) ?? []
        for offset in 0..<count where offset >= found.count || found[offset] != nodes[offset] {
            difference = TreeDifference(
                position: index.firstLeaf(under: offset), entries: 1 << UInt64(TileIndex.height * index.level))
            return
        }
        nodesCompared += UInt64(count)
    }
}
