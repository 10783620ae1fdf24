/// 256 neighbouring nodes of one row of a tree: leaves on level 0, roots of whole tiles of the
/// level below on every other (the tiles of C2SP tlog-tiles, height 8).
///
/// Three levels hold ten million leaves, so a proof reads a handful of tiles.
struct TileIndex: Hashable {
    /// Rows between two levels, and the logarithm of a tile's width.
    static let height = 8
    /// Nodes in a whole tile.
    static let width = 1 << height
    /// Levels that 2^64 leaves need.
    static let levelCount = 8

    let level: Int
    let number: UInt64

    /// How many nodes the tile has in a tree of `size` leaves.
    func count(size: UInt64) -> Int {
        let row = size >> UInt64(Self.height * level)
        let first = number << UInt64(Self.height)
        return row <= first ? 0 : Int(min(UInt64(Self.width), row - first))
    }

    /// The first leaf under the node at `offset`.
    func firstLeaf(under offset: Int) -> UInt64 {
        ((number << UInt64(Self.height)) + UInt64(offset)) << UInt64(Self.height * level)
    }
}

/// The tiles at the right edge of a growing tree. What falls due is handed out as it is completed.
struct TileEdge {
    /// Number of leaves.
    private(set) var size: UInt64
    /// Nodes of the tile that is not whole yet, level by level.
    private var open: [[Digest]]

    /// The tree without leaves.
    init() {
        size = 0
        open = Array(repeating: [], count: TileIndex.levelCount)
    }

    /// The edge of a tree of `size` leaves, whose open tiles `nodes` gives.
    init(size: UInt64, nodes: (TileIndex) throws -> [Digest]) rethrows {
        self.size = size
        open = try (0..<TileIndex.levelCount).map { level in
            let index = Self.openTile(level, size)
            return index.count(size: size) == 0 ? [] : try nodes(index)
        }
    }

    /// Appends a leaf and hands out the tiles that it completes, the lowest first.
    mutating func append(_ leaf: Digest, whole: (TileIndex, [Digest]) throws -> Void) rethrows {
        open[0].append(leaf)
        size += 1
        var level = 0
        while open[level].count == TileIndex.width {
            let nodes = open[level]
            let number = (size >> UInt64(TileIndex.height * (level + 1))) - 1
            try whole(TileIndex(level: level, number: number), nodes)
            open[level].removeAll(keepingCapacity: true)
            level += 1
            open[level].append(MerkleHash.root(ofComplete: nodes[...]))
        }
    }

    /// The tiles that are not whole but not empty either.
    var openTiles: [(index: TileIndex, nodes: [Digest])] {
        open.indices.compactMap { level in
            open[level].isEmpty ? nil : (Self.openTile(level, size), open[level])
        }
    }

    private static func openTile(_ level: Int, _ size: UInt64) -> TileIndex {
        // Swift's >> gives 0 for shifts past the width, so the eighth level needs no care.
        TileIndex(level: level, number: size >> UInt64(TileIndex.height * (level + 1)))
    }
}
