import Foundation
import GRDB
import Journal
import Testing

/// Goal: what was signed stays, and cosignatures join it.
@Suite struct CheckpointStoreTests {
    @Test func checkpointsAreKeptAndCannotBeChanged() throws {
        let folder = try TestFolder()
        let queue = try CheckpointStore.open(path: folder.path + "/checkpoints.db")
        let (log, witness) = (try SignerKey(name: "l_g%/a"), try SignerKey(name: "w", type: .cosignature))
        func note(_ size: UInt64) throws -> SignedNote {
            var note = try SignedNote(text: Checkpoint(origin: "l_g%/a", size: size, root: syntheticLeaf(size)).text)
            try note.sign(log)
            return note
        }
        let store = CheckpointStore()
        try queue.write { db in
            for size in [UInt64(3), 9, 12] { try store.add(note(size), size: size, program: "a", signedMicros: Int64(size), in: db) }
            #expect(try store.latest(program: "a", in: db)?.checkpoint.size == 12)
            #expect(try store.latest(program: "b", in: db) == nil)
            #expect(try store.first(program: "a", covering: 4, in: db)?.checkpoint.size == 9)
            #expect(try store.first(program: "a", covering: 13, in: db) == nil)
            #expect(try store.at(size: 9, program: "a", in: db)?.signedMicros == 9)
            #expect(try store.at(size: 8, program: "a", in: db) == nil)

            var cosigned = try note(9)
            try cosigned.cosign(witness, time: 77)
            #expect(try store.addCosignatures(of: cosigned, in: db) == 1)
            #expect(try store.addCosignatures(of: cosigned, in: db) == 0)
            #expect(try store.addCosignatures(of: note(10), in: db) == nil)
            #expect(try store.at(size: 9, program: "a", in: db)?.note.cosignedTime(witness.verifier) == 77)
            #expect(try store.all(program: "a", in: db) { _, _ in }.count == 3)
            #expect(try store.programs(in: db) == ["a"])
        }
        for sql in ["DELETE FROM checkpoints", "UPDATE checkpoints SET size = 1", "DELETE FROM cosignatures"] {
            #expect(throws: DatabaseError.self, "\(sql)") { try queue.write { try $0.execute(sql: sql) } }
        }
    }
}
