import Foundation
import GRDB
import Journal
import Testing

/// Snapshots are disposable, but never wrong.
@Suite struct SnapshotStoreTests {
    let folder: TestFolder
    let queue: DatabaseQueue
    let store = SnapshotStore()

    init() throws {
        folder = try TestFolder()
        queue = try DerivedDatabase.open(path: folder.derived)
    }

    private func state(_ position: UInt64) -> [UInt8] {
        [UInt8](repeating: UInt8(truncatingIfNeeded: position), count: 100)
    }

    private func save(_ positions: some Sequence<UInt64>, _ db: Database) throws {
        for position in positions {
            try store.save(program: "a", position: position, state: state(position), in: db)
        }
    }

    @Test func theLatestAtOrBeforeAPositionIsFound() throws {
        try queue.write { (db) throws in
            try save([10, 20, 30], db)
            try store.save(program: "b", position: 25, state: [1], in: db)
            #expect(try store.latest(program: "a", atOrBefore: 9, in: db) == nil)
            #expect(try store.latest(program: "a", atOrBefore: 20, in: db)?.position == 20)
            #expect(try store.latest(program: "a", atOrBefore: 29, in: db)?.state == state(20))
            #expect(try store.latest(program: "a", in: db)?.position == 30)
            #expect(try store.latest(program: "c", in: db) == nil)
        }
    }

    @Test func anotherStateForAPositionIsAnError() throws {
        try queue.write { (db) throws in
            try save([10], db)
            try save([10], db)
            #expect(
                throws: JournalError.stateHashDiffers(
                    program: "a", position: 10, stored: SnapshotStore.stateHash(of: state(10)),
                    computed: SnapshotStore.stateHash(of: [7]))
            ) { try store.save(program: "a", position: 10, state: [7], in: db) }
        }
    }

    @Test func damagedBytesAreNotHandedOut() throws {
        try queue.write { (db) throws in
            try save([10, 20], db)
            try db.execute(sql: "UPDATE snapshots SET state = ? WHERE position = 20", arguments: [Data([1])])
            #expect(throws: JournalError.snapshotDamaged(program: "a", position: 20)) {
                try store.latest(program: "a", in: db)
            }
            try store.discard(program: "a", position: 20, in: db)
            #expect(try store.latest(program: "a", in: db)?.position == 10)
        }
    }

    @Test func thinningKeepsTheNewestAndAllHashes() throws {
        try queue.write { (db) throws in
            try save(1...16, db)
            #expect(try store.thin(program: "a", keepBytes: 1_600, in: db) == 0)
            #expect(try store.thin(program: "a", keepBytes: 1_599, in: db) == 8)
            #expect(try kept(db) == [2, 4, 6, 8, 10, 12, 14, 16])
            #expect(try store.thin(program: "a", keepBytes: 250, in: db) == 6)
            #expect(try kept(db) == [8, 16])
            #expect(try store.thin(program: "a", keepBytes: 0, in: db) == 1)
            #expect(try kept(db) == [16])
            let hashes = try store.hashes(program: "a", in: db)
            #expect(hashes.map(\.position) == Array(1...16))
            #expect(hashes.allSatisfy { $0.stateHash == SnapshotStore.stateHash(of: state($0.position)) })
            #expect(try store.latest(program: "a", atOrBefore: 15, in: db) == nil)
        }
    }

    @Test func aHashAloneIsNoSnapshot() throws {
        try queue.write { (db) throws in
            try store.record(
                program: "a", position: 5, stateHash: SnapshotStore.stateHash(of: state(5)), in: db)
            #expect(try store.latest(program: "a", in: db) == nil)
            try save([5], db)
            #expect(try store.latest(program: "a", in: db)?.state == state(5))
        }
    }

    @Test func otherProjectionsShareTheFile() throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("funnel 1") { try $0.execute(sql: "CREATE TABLE funnel(x)") }
        try migrator.migrate(queue)
        try queue.write { try save([1], $0) }
        try queue.close()
        let again = try DerivedDatabase.open(path: folder.derived)
        try migrator.migrate(again)
        #expect(try again.read { try store.latest(program: "a", in: $0)?.position } == 1)
        #expect(try again.read { try $0.tableExists("funnel") })
    }

    private func kept(_ db: Database) throws -> [UInt64] {
        try UInt64.fetchAll(
            db, sql: "SELECT position FROM snapshots WHERE state IS NOT NULL ORDER BY position")
    }
}
