import Foundation
import GRDB

/// How far a program's stored tree has come.
public struct TreeHead: Equatable, Sendable {
    /// The program.
    public let program: String
    /// Leaves in the tree, which are the stream's first entries.
    public let size: UInt64
    /// The chain's link after the last of them.
    public let link: Digest
}

/// Keeps the nodes of a program's Merkle tree, so that a proof reads a few tiles and no entry.
///
/// All functions take the connection of a `read` or `write` that the caller holds on
/// ``TreeDatabase``.
public struct TreeStore: Sendable {
    /// The program.
    public let program: String

    /// The store of a program's tree.
    public init(program: String) {
        self.program = program
    }

    /// How far the tree has come, or `nil` if there is none.
    public func head(in db: Database) throws -> TreeHead? {
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT size, link FROM trees WHERE program = ?", arguments: [program])
        else { return nil }
        guard let size = UInt64(exactly: row[0] as Int64), let link = StoredBytes.digest(row, at: 1) else {
            throw JournalError.treeDamaged(program: program, level: 0, tile: 0)
        }
        return TreeHead(program: program, size: size, link: link)
    }

    /// Appends leaves that follow the stored ones. `link` is the chain's link after the last.
    ///
    /// For a batch of any size this rewrites the tiles at the tree's edge once, so batches should
    /// be large.
    ///
    /// - Throws: ``JournalError/treeDamaged(program:level:tile:)``; `DatabaseError` for SQLite's own
    ///   failures.
    public func append(_ leaves: some Sequence<Digest>, link: Digest, in db: Database) throws {
        precondition(db.isInsideTransaction, "leaves are appended inside a transaction")
        let tree = try row(in: db)
        let size = try head(in: db)?.size ?? 0
        let insert = try RawStatement.cached("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?)", in: db)
        var edge = try TileEdge(size: size) { try tile($0, size: size, tree, in: db) }
        for leaf in leaves {
            try edge.append(leaf) { try write($0, $1, tree, insert) }
        }
        for (index, nodes) in edge.openTiles { try write(index, nodes, tree, insert) }
        try db.execute(
            sql: "UPDATE trees SET size = ?, link = ? WHERE tree = ?",
            arguments: [Int64(edge.size), StoredBytes(link), tree])
    }

    /// Forgets the tree.
    public func discard(in db: Database) throws {
        guard let tree = try existingRow(in: db) else { return }
        try db.execute(sql: "DELETE FROM tiles WHERE tree = ?", arguments: [tree])
        try db.execute(sql: "DELETE FROM trees WHERE tree = ?", arguments: [tree])
    }

    /// Makes proofs of the stored tree at any size up to ``head(in:)``'s, for the time of the read.
    ///
    /// - Throws: `DatabaseError`. Its proofs throw ``JournalError/treeDamaged(program:level:tile:)``
    ///   where a node is missing.
    public func proofs(in db: Database) throws -> MerkleProofs {
        let size = try head(in: db)?.size ?? 0
        let tree = try existingRow(in: db)
        let tiles = TileCache { index in
            guard let tree else { return [] }
            return try tile(index, size: size, tree, in: db)
        }
        return MerkleProofs { height, index in try tiles.node(height, index, program) }
    }

    /// The stored nodes of a tile; fewer than the tree should have if the file was changed.
    func storedTile(_ index: TileIndex, in db: Database) throws -> [Digest]? {
        guard let tree = try existingRow(in: db) else { return nil }
        return try read(index, tree, in: db)
    }
}

extension TreeStore {
    private func existingRow(in db: Database) throws -> Int64? {
        let statement = try db.cachedStatement(sql: "SELECT tree FROM trees WHERE program = ?")
        return try Int64.fetchOne(statement, arguments: [program])
    }

    private func row(in db: Database) throws -> Int64 {
        if let row = try existingRow(in: db) { return row }
        try db.execute(
            sql: "INSERT INTO trees(program, size, link) VALUES (?, 0, ?)",
            arguments: [program, StoredBytes(HashChain.start(program: program))])
        return db.lastInsertedRowID
    }

    /// A tile as the tree of `size` leaves has it.
    private func tile(_ index: TileIndex, size: UInt64, _ tree: Int64, in db: Database) throws -> [Digest] {
        let count = index.count(size: size)
        let nodes = try read(index, tree, in: db)
        guard let nodes, nodes.count >= count else {
            throw JournalError.treeDamaged(program: program, level: index.level, tile: index.number)
        }
        return Array(nodes.prefix(count))
    }

    /// `nil` if there is no such tile, or its bytes are no digests.
    private func read(_ index: TileIndex, _ tree: Int64, in db: Database) throws -> [Digest]? {
        let statement = try RawStatement.cached(
            "SELECT nodes FROM tiles WHERE tree = ? AND level = ? AND number = ?", in: db)
        defer { statement.reset() }
        try statement.bind(tree, at: 1)
        try statement.bind(Int64(index.level), at: 2)
        try statement.bind(index.number, at: 3)
        guard try statement.step() else { return nil }
        return unsafe statement.withBytes(0) { bytes in
            guard bytes.count % Digest.byteCount == 0, bytes.count <= TileIndex.width * Digest.byteCount
            else { return nil }
            return stride(from: 0, to: bytes.count, by: Digest.byteCount).map { start in
                unsafe Digest(filling: { target in
                    unsafe target.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + Digest.byteCount]))
                })
            }
        }
    }

    private func write(_ index: TileIndex, _ nodes: [Digest], _ tree: Int64, _ insert: RawStatement) throws {
        try insert.bind(tree, at: 1)
        try insert.bind(Int64(index.level), at: 2)
        try insert.bind(index.number, at: 3)
        // Digests are 32 bytes each without gaps, so their array's memory is the tile.
        try unsafe nodes.withUnsafeBytes { bytes in
            unsafe try insert.bind(bytes, at: 4)
            try insert.run()
        }
    }
}

/// The tiles that were read so far, with the rows between them and the level above. A proof's nodes
/// come from few tiles, and the next proof's often from the same.
private final class TileCache {
    /// A tile's nodes, and above each row the row of the nodes over its pairs.
    private typealias Rows = [[Digest]]

    private let read: (TileIndex) throws -> [Digest]
    private var tiles: [TileIndex: Rows] = [:]
    /// Of about 16 kB each.
    private static let tilesMax = 256

    init(read: @escaping (TileIndex) throws -> [Digest]) {
        self.read = read
    }

    /// The root of the complete subtree of `1 << height` leaves with this index in its row.
    func node(_ height: Int, _ index: UInt64, _ program: String) throws -> Digest {
        let level = height / TileIndex.height
        let row = height % TileIndex.height
        let width = TileIndex.height - row
        let tile = TileIndex(level: level, number: index >> UInt64(width))
        let nodes = try rows(of: tile)[row]
        let offset = Int(index & (1 << UInt64(width) - 1))
        guard offset < nodes.count else {
            throw JournalError.treeDamaged(program: program, level: level, tile: tile.number)
        }
        return nodes[offset]
    }

    private func rows(of tile: TileIndex) throws -> Rows {
        if let known = tiles[tile] { return known }
        var rows = [try read(tile)]
        while rows.count < TileIndex.height {
            let below = rows[rows.count - 1]
            rows.append(stride(from: 0, to: below.count & ~1, by: 2).map { MerkleHash.node(below[$0], below[$0 + 1]) })
        }
        if tiles.count == Self.tilesMax { tiles.removeAll(keepingCapacity: true) }
        tiles[tile] = rows
        return rows
    }
}
