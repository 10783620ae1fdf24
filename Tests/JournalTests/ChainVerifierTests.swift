import Foundation
import GRDB
import Journal
import Testing

/// Every change to a stored stream is found, and found where it is.
@Suite struct ChainVerifierTests {
    let folder: TestFolder
    let queue: DatabaseQueue

    init() throws {
        folder = try TestFolder()
        queue = try JournalDatabase.open(path: folder.journal)
        _ = try append(entries("a", 0..<8) + entries("b", 0..<8), to: queue)
    }

    @Test func aWholeStreamPassesAndIsFoldedOnTheWay() throws {
        var folded: [UInt64] = []
        try queue.read { (db) throws in
            let report = try ChainVerifier().verify(program: "a", in: db) { position, bytes in
                #expect(unsafe bytes.withUnsafeBytes { unsafe Array($0) } == entry("a", position).bytes)
                folded.append(position)
            }
            #expect(report.fault == nil)
            #expect(report.entriesChecked == 8)
            #expect(report.link == (try JournalReader().head(of: "a", in: db))?.link)
        }
        #expect(folded == Array(0..<8))
    }

    @Test func everyFlippedByteIsFoundAtItsPosition() throws {
        for position in UInt64(0)..<8 {
            var bytes = entry("a", position).bytes
            for index in bytes.indices {
                bytes[index] ^= 0x80 >> UInt8(index % 8)
                let report = try verify(
                    afterRunning: "UPDATE entries SET bytes = ? WHERE stream = 1 AND position = ?",
                    [Data(bytes), position])
                #expect(report.fault?.position == position, "byte \(index)")
                #expect(report.entriesChecked == position)
                bytes[index] ^= 0x80 >> UInt8(index % 8)
            }
        }
    }

    /// The same on the file's own bytes, as a failing disk would flip them.
    @Test func aByteFlippedInTheFileIsFoundAtItsPosition() throws {
        try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try queue.close()
        let url = URL(fileURLWithPath: folder.journal)
        let file = try Data(contentsOf: url)
        for position in UInt64(0)..<8 {
            // The two streams hold the same bytes; "a" was written first, so it stands later.
            let found = try #require(file.range(of: Data(entry("a", position).bytes), options: .backwards))
            for offset in [found.lowerBound, found.lowerBound + 9, found.upperBound - 1] {
                var damaged = file
                damaged[offset] ^= 1
                try damaged.write(to: url)
                let again = try JournalDatabase.openReadOnly(path: folder.journal)
                let report = try again.read { try ChainVerifier().verify(program: "a", in: $0) }
                #expect(report.fault?.position == position)
                try again.close()
            }
        }
    }

    @Test func aChangedRecordBesideAnEntryIsFound() throws {
        let report = try verify(
            afterRunning: "UPDATE entries SET link_prefix = link_prefix + 1 WHERE stream = 1 AND position = ?", [5])
        #expect(report.fault?.position == 5)
        #expect(report.entriesChecked == 5)
    }

    @Test func anEntryTakenOutIsFound() throws {
        let report = try verify(afterRunning: "DELETE FROM entries WHERE stream = 1 AND position = ?", [3])
        #expect(report.fault == .missing(position: 3, found: 4))
    }

    @Test func aCutTailIsFound() throws {
        let report = try verify(afterRunning: "DELETE FROM entries WHERE stream = 1 AND position >= ?", [6])
        #expect(report.fault == .truncated(position: 6, expectedSize: 8))
        #expect(report.entriesChecked == 6)
    }

    @Test func aShortenedHeadIsFound() throws {
        let report = try verify(afterRunning: "UPDATE streams SET size = ? WHERE stream = 1", [7])
        #expect(report.fault == .surplus(position: 7, expectedSize: 7))
    }

    @Test func aForeignHeadIsFound() throws {
        let report = try verify(
            afterRunning: "UPDATE streams SET head = ? WHERE stream = 1", [Data(repeating: 1, count: 32)])
        guard case .headDiffers(_, let found) = report.fault else {
            Issue.record("\(String(describing: report.fault))")
            return
        }
        #expect(found == report.link)
        #expect(report.fault?.position == nil)
    }

    @Test func twoEntriesSwappedAreFound() throws {
        let report = try verify(
            afterRunning: """
                UPDATE entries SET position = CASE position WHEN 2 THEN -1 ELSE position END WHERE stream = 1;
                UPDATE entries SET position = 2 WHERE stream = 1 AND position = 3;
                UPDATE entries SET position = 3 WHERE stream = 1 AND position = -1;
                """, [])
        #expect(report.fault?.position == 2)
    }

    @Test func anUnknownProgramIsAnErrorNotAPass() throws {
        #expect(throws: JournalError.unknownProgram("c")) {
            try queue.read { try ChainVerifier().verify(program: "c", in: $0) }
        }
    }

    @Test func whatTheBodyThrowsIsThrownOn() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try queue.read { try ChainVerifier().verify(program: "a", in: $0) { _, _ in throw Stop() } }
        }
    }

    /// Runs a change, verifies stream "a" (the first), sees that "b" still passes, and takes the
    /// change back.
    private func verify(afterRunning sql: String, _ arguments: StatementArguments) throws -> ChainReport {
        var report: ChainReport?
        try queue.inTransaction { (db) throws in
            try db.execute(sql: sql, arguments: arguments)
            #expect(db.totalChangesCount > 0)
            report = try ChainVerifier().verify(program: "a", in: db)
            #expect(try ChainVerifier().verify(program: "b", in: db).fault == nil)
            return .rollback
        }
        return try #require(report)
    }
}
