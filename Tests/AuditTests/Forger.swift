import Engine
import Foundation
import GRDB
import Journal

/// Somebody who may write every file of a data folder, but has no key.
extension AuditFolder {
    private func write(_ body: (Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: folder.journalPath)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        try queue.write(body)
        try queue.close()
    }

    func bytes(_ position: UInt64, _ program: String = AuditFolder.program) throws -> [UInt8] {
        try read { try JournalReader().entry(program: program, position: position, in: $0) } ?? []
    }

    func replace(_ position: UInt64, _ program: String = AuditFolder.program, with bytes: [UInt8]) throws {
        try write { db in
            try db.execute(
                sql: "UPDATE entries SET bytes = ? WHERE position = ? AND stream = (SELECT stream FROM streams WHERE program = ?)",
                arguments: [Data(bytes), position, program])
        }
    }

    func flipBit(_ position: UInt64) throws {
        var bytes = try bytes(position)
        bytes[bytes.count / 2] ^= 0x10
        try replace(position, with: bytes)
    }

    /// Takes an entry out and moves up those after it.
    func delete(_ position: UInt64) throws {
        try write { try $0.execute(sql: "DELETE FROM entries WHERE stream = 1 AND position = ?", arguments: [position]) }
    }

    /// Puts a copy of the first entry in before another.
    func insert(_ position: UInt64) throws {
        try write { db in
            try db.execute(sql: "UPDATE entries SET position = -position - 1 WHERE stream = 1 AND position >= ?", arguments: [position])
            try db.execute(sql: "UPDATE entries SET position = -position WHERE stream = 1 AND position < 0")
            try db.execute(
                sql: """
                    INSERT INTO entries SELECT (SELECT max(seq) + 1 FROM entries), stream, ?1, first_decision_offset, decisions, link_prefix, bytes
                    FROM entries WHERE stream = 1 AND position = 0
                    """, arguments: [position])
            try db.execute(sql: "UPDATE streams SET size = size + 1 WHERE stream = 1")
        }
    }

    func swap(_ position: UInt64, with other: UInt64, of program: String = AuditFolder.program) throws {
        let (a, b) = (try bytes(position), try bytes(other, program))
        try replace(position, with: b)
        try replace(other, program, with: a)
    }

    /// Takes the tail out; with `hides`, head, tree and stored checkpoints are made to fit.
    func cut(at position: UInt64, hides: Bool) throws {
        try write { try $0.execute(sql: "DELETE FROM entries WHERE stream = 1 AND position >= ?", arguments: [position]) }
        if hides { try makeFit(keepCheckpoints: false) }
    }

    /// Makes every link, the head and the tree fit the entries again. What was signed cannot be made again.
    func makeFit(keepCheckpoints: Bool) throws {
        try write { db in
            var (link, size, stamp) = (HashChain.start(program: Self.program), UInt64(0), Int64(0))
            var links: [(Int64, UInt64)] = []
            try JournalReader().forEachEntry(program: Self.program, in: db) { position, bytes in
                link = HashChain.link(after: link, leaf: HashChain.leaf(of: bytes))
                links.append((Int64(bitPattern: link.prefix), position))
                size = position + 1
            }
            let update = try db.makeStatement(sql: "UPDATE entries SET link_prefix = ? WHERE stream = 1 AND position = ?")
            for (prefix, position) in links { try update.execute(arguments: [prefix, position]) }
            stamp = try Int64.fetchOne(db, sql: "SELECT last_stamp_micros FROM streams WHERE stream = 1") ?? 0
            try db.execute(
                sql: "UPDATE streams SET size = ?, head = ?, last_stamp_micros = ? WHERE stream = 1", arguments: [size, Data(link.bytes), stamp])
        }
        try remove(folder.treePath)
        try TreeFollower(journal: folder.openJournalReadOnly(), trees: folder.openTrees()).catchUp(program: Self.program)
        if !keepCheckpoints { try remove(folder.checkpointsPath) }
    }

    /// Signs everything anew, under a key of the forger's own.
    func signAsSomebodyElse(log: String) throws {
        try remove(folder.checkpointsPath)
        let key = try SignerKey(name: LogOrigin.of(Self.program, in: log))
        let size = try head().size
        let root = try folder.openTrees().read { try TreeStore(program: Self.program).proofs(in: $0).root(size: size) }
        var note = try SignedNote(text: Checkpoint(origin: key.verifier.name, size: size, root: root).text)
        try note.sign(key)
        try folder.openCheckpoints().write { db in
            try CheckpointStore().addFirstKey(key.verifier.named(log), in: db)
            try CheckpointStore().add(note, size: size, program: Self.program, signedMicros: 0, in: db)
        }
    }

    private func remove(_ path: String) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }
}
