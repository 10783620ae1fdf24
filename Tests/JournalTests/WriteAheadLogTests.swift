import Foundation
import GRDB
import Journal
import Testing

/// Goal: what was deleted leaves the disk, and a reader that takes its time neither stops nor fails the writer.
@Suite struct WriteAheadLogTests {
    /// Method: a payload is deleted while somebody reads the moment before; the log is emptied then and afterwards.
    @Test func aReaderPutsEmptyingOffAndNoLonger() throws {
        let path = NSTemporaryDirectory() + "leadline-wal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { _ = try? FileManager.default.removeItem(atPath: path) }
        let file = path + "/journal.db"
        let writer = try JournalDatabase.open(path: file)
        let payload = Data("the secret payload".utf8)
        try writer.write { db in
            try db.execute(
                sql: "CREATE TABLE records (value BLOB); INSERT INTO records VALUES (?)", arguments: [payload])
        }
        let readers = try JournalDatabase.openPool(path: file)
        try readers.read { db in
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM records") == 1)
            try writer.write { try $0.execute(sql: "DELETE FROM records") }
            #expect(try !WriteAheadLog.truncate(writer))
            // The reader still sees its moment, and the writer goes on writing.
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM records") == 1)
            try writer.write { try $0.execute(sql: "CREATE TABLE more (x)") }
        }
        #expect(try WriteAheadLog.truncate(writer))
        for suffix in ["", "-wal"] {
            let bytes = FileManager.default.contents(atPath: file + suffix) ?? Data()
            #expect(bytes.range(of: payload) == nil, "the payload stands in journal.db\(suffix)")
        }
        #expect((FileManager.default.contents(atPath: file + "-wal") ?? Data()).isEmpty)
    }

    @Test func aPoolReadsWhatIsThereAndRefusesWhatIsNot() throws {
        let path = NSTemporaryDirectory() + "leadline-pool-\(UUID().uuidString).db"
        defer { for suffix in ["", "-wal", "-shm"] { _ = try? FileManager.default.removeItem(atPath: path + suffix) } }
        #expect(throws: JournalError.absent(path: path)) { _ = try JournalDatabase.openPool(path: path) }
        #expect(throws: JournalError.absent(path: path)) { _ = try DerivedDatabase.openPool(path: path) }
        let writer = try JournalDatabase.open(path: path)
        #expect(throws: JournalError.foreign(path: path)) { _ = try DerivedDatabase.openPool(path: path) }
        let pool = try JournalDatabase.openPool(path: path)
        #expect(throws: DatabaseError.self) { try pool.write { try $0.execute(sql: "CREATE TABLE t (x)") } }
        try writer.write { db in
            _ = try JournalWriter().append(
                [PendingEntry(program: "a", position: 0, stampMicros: 0, bytes: [1], eventCount: 1)], in: db)
        }
        #expect(try pool.read { try JournalReader().head(of: "a", in: $0)?.size } == 1)
    }
}
