import Foundation
import GRDB
import Journal
import Testing

/// Goal: entries that left for an archive are gone from the file, while chain, tree, order and offsets stay whole.
@Suite struct SegmentRemovalTests {
    private let folder: TestFolder
    private let queue: DatabaseQueue
    private let state: [UInt8] = Array("state after six".utf8)
    private let reader = JournalReader()

    init() throws {
        folder = try TestFolder()
        queue = try JournalDatabase.open(path: folder.journal)
        // Two streams interleaved, and bytes that are found nowhere else.
        _ = try append(Array(marked("a", 0..<4) + entries("b", 0..<3)), to: queue)
        _ = try append(Array(marked("a", 4..<9) + entries("b", 3..<5)), to: queue)
    }

    private func marked(_ program: String, _ positions: Range<UInt64>) -> [PendingEntry] {
        positions.map { position in
            PendingEntry(
                program: program, position: position, stampMicros: Int64(position), bytes: Array("marker \(program) \(position) ends".utf8) + Array(repeating: 7, count: 300),
                eventCount: 2)
        }
    }

    private func segment(_ first: UInt64 = 0, _ next: UInt64 = 6) -> ArchivedSegment {
        ArchivedSegment(
            program: "a", first: first, next: next, statement: 8, chainLink: HashChain.start(program: "link"),
            stateHash: SnapshotStore.stateHash(of: state), archiveDigest: Digest(hashing: [1]), path: "/a.tar")
    }

    private func remove(_ limit: UInt64 = 100) throws {
        try queue.write { db in
            try SegmentRemoval().begin(segment(), state: state, in: db)
            _ = try SegmentRemoval().step("a", limit: limit, in: db)
        }
    }

    private func holds(_ text: String) throws -> Bool {
        try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        return ["", "-wal"].contains { suffix in
            FileManager.default.contents(atPath: folder.journal + suffix).map { Data($0).range(of: Data(text.utf8)) != nil } ?? false
        }
    }

    @Test func bytesAreGoneAndEverythingElseStays() throws {
        let heads = try queue.read { try reader.streams(in: $0) }
        let before = try queue.read { try ChainVerifier().verify(program: "a", in: $0) }
        #expect(try holds("marker a 3 ends"))
        try remove()
        for position in 0..<6 { #expect(try !holds("marker a \(position) ends")) }
        #expect(try holds("marker a 6 ends"))
        try queue.read { (db) throws in
            #expect(try reader.streams(in: db) == heads)
            #expect(try OrderVerifier().verify(in: db) == nil)
            #expect(try reader.firstReadable(of: "a", in: db) == 6 && reader.firstReadable(of: "b", in: db) == 0)
            #expect(try reader.archivedState(of: "a", in: db)?.state == state)
            var (archived, read): ([UInt64], [UInt64]) = ([], [])
            let after = try ChainVerifier().verifyLeaves(program: "a", in: db, archived: { position, _ in archived.append(position) }) { position, _, _ in
                read.append(position)
            }
            #expect(after == before && archived == Array(0..<6) && read == [6, 7, 8])
            #expect(try reader.entry(program: "b", position: 0, in: db) == entry("b", 0).bytes)
        }
    }

    @Test func whoAsksForAnArchivedEntryIsToldWhereItIs() throws {
        try remove()
        let archived = try queue.read { try reader.archivedSegments(of: "a", in: $0) }
        let error = JournalError.archived(try #require(archived.first))
        try queue.read { (db) throws in
            #expect(throws: error) { try reader.entry(program: "a", position: 5, in: db) }
            #expect(throws: error) { try reader.forEachEntry(program: "a", in: db) { _, _ in } }
            #expect(throws: error) { try reader.forEachCommitted(fromSeq: 1, in: db) { _, _ in } }
            #expect(throws: error) { try reader.decisions(fromOffset: 3, limit: 10, in: db) }
            #expect(throws: error) { try ChainVerifier().verify(program: "a", in: db) }
            #expect(try reader.entry(program: "a", position: 6, in: db) == marked("a", 6..<7)[0].bytes)
            #expect(try reader.decisions(fromOffset: 20, limit: 10, in: db).count == 3)
        }
        #expect(error.description.contains("entries 0 to 5 of a") && error.description.contains("/a.tar"))
    }

    @Test func aRemovalGoesOnWhereItStopped() throws {
        try remove(2)
        #expect(try queue.read { try reader.firstReadable(of: "a", in: $0) } == 2)
        #expect(try queue.read { try ChainVerifier().verifyLeaves(program: "a", in: $0, archived: { _, _ in }) { _, _, _ in } }.fault == nil)
        #expect(throws: (any Error).self) { try queue.write { try SegmentRemoval().begin(segment(), state: state, in: $0) } }
        #expect(throws: JournalError.positionGap(program: "a", expected: 6, got: 7)) {
            try queue.write { try SegmentRemoval().begin(segment(7, 8), state: state, in: $0) }
        }
        #expect(try queue.write { try SegmentRemoval().step("a", limit: 3, in: $0) })
        #expect(try !queue.write { try SegmentRemoval().step("a", limit: 3, in: $0) })
        #expect(try !queue.write { try SegmentRemoval().step("a", limit: 3, in: $0) })
        #expect(try queue.read { try reader.firstReadable(of: "a", in: $0) } == 6)
    }

    @Test func aTreeIsMadeAgainFromTheLeaves() throws {
        let trees = try TreeDatabase.open(path: folder.path + "/tree.db")
        try TreeFollower(journal: queue, trees: trees).catchUp(program: "a")
        let root = try trees.read { try TreeStore(program: "a").proofs(in: $0).root(size: 9) }
        try remove()
        try trees.write { try TreeStore(program: "a").discard(in: $0) }
        try TreeFollower(journal: queue, trees: trees).catchUp(program: "a")
        try trees.read { (db) throws in
            let proofs = try TreeStore(program: "a").proofs(in: db)
            #expect(try proofs.root(size: 9) == root)
            for size in UInt64(0)...9 {
                let range = try #require(CompactRange(size: size, peaks: try proofs.peaks(size: size)))
                #expect(range.root == (try proofs.root(size: size)))
            }
        }
        #expect(CompactRange(size: 3, peaks: [root]) == nil)
    }

    @Test func archivesAtHandAreReadInTheirPlaces() throws {
        let original = marked("a", 0..<6).map(\.bytes)
        try remove()
        let segment = try #require(try queue.read { try reader.archivedSegments(of: "a", in: $0) }.first)
        func archive(_ bytes: [[UInt8]]) throws -> ArchivedEntries {
            try ArchivedEntries(at: folder.path + "/at-hand-\(UUID().uuidString)", of: queue, [(segment, { body in
                for (index, bytes) in bytes.enumerated() { try body(UInt64(index), bytes) }
            })])
        }
        var changed = original
        changed[4][0] ^= 1
        #expect(throws: JournalError.archiveDiffers(segment, position: 4)) { _ = try archive(changed) }
        #expect(throws: JournalError.archiveDiffers(segment, position: 5)) { _ = try archive(Array(original.dropLast())) }
        #expect(throws: JournalError.archiveDiffers(segment, position: 6)) { _ = try archive(original + original) }

        let archived = try archive(original)
        for read in [try JournalDatabase.openReadOnly(path: folder.journal, archived: archived), try JournalDatabase.open(path: folder.journal, archived: archived)] {
            try read.read { (db) throws in
                #expect(try reader.firstReadable(of: "a", in: db) == 0)
                #expect(try reader.entry(program: "a", position: 5, in: db) == original[5])
                #expect(try ChainVerifier().verify(program: "a", in: db).fault == nil)
                #expect(try reader.decisions(fromOffset: 0, limit: 100, in: db).count == 14)
            }
        }
        // Who writes beside an archive writes into the journal.
        let writing = try JournalDatabase.open(path: folder.journal, archived: archived)
        _ = try append(marked("a", 9..<10), to: writing)
        #expect(try queue.read { try reader.entry(program: "a", position: 9, in: $0) } == marked("a", 9..<10)[0].bytes)
    }

    @Test func aJournalWithoutArchivesKeepsItsFormat() throws {
        let version = { try Int.fetchOne($0, sql: "PRAGMA user_version") } as (Database) throws -> Int?
        #expect(try queue.read(version) == 1)
        try remove()
        #expect(try queue.read(version) == 2)
    }
}
