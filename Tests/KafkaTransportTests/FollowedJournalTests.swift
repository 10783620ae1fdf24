import Foundation
import GRDB
import Journal
import Testing

@testable import KafkaTransport

@Suite struct FollowedJournalTests {
    /// Goal: a shard that reads its topic from the beginning knows what it has archived. Method: entries of which the
    /// first two left, compared with the right bytes and with others.
    @Test func anArchivedEntryIsKnownByItsHash() throws {
        let path = NSTemporaryDirectory() + "leadline-followed-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { _ = try? FileManager.default.removeItem(atPath: path) }
        let queue = try JournalDatabase.open(path: path + "/journal.db")
        let entries = (0..<3).map { PendingEntry(program: "a", position: $0, stampMicros: 0, bytes: [UInt8($0), 7, 7], eventCount: 0) }
        let state: [UInt8] = [1, 2, 3]
        try queue.write { db in
            try JournalWriter().append(entries, in: db)
            let segment = ArchivedSegment(
                program: "a", first: 0, next: 2, statement: 2, chainLink: Digest(hashing: []), stateHash: SnapshotStore.stateHash(of: state),
                archiveDigest: Digest(hashing: []), path: "/a.tar")
            try SegmentRemoval().begin(segment, state: state, in: db)
            _ = try SegmentRemoval().step("a", limit: 10, in: db)
        }
        let journal = try FollowedJournal(queue)
        for entry in entries {
            #expect(try journal.holds(entry.bytes, "a", entry.position))
            #expect(try !journal.holds(entry.bytes + [0], "a", entry.position))
        }
        #expect(try !journal.holds(entries[2].bytes, "a", 3))
    }
}
