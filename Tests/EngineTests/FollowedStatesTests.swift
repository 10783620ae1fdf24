import Engine
import GRDB
import Journal
import LeadlineCore
import Simulation
import Testing

/// Goal: states that are followed are those of the processor that decides, and cost no folding twice. Method: a processor
/// decides batch by batch; after each, both states are compared byte for byte.
@Suite struct FollowedStatesTests {
    @Test func statesAreTheProcessorsAfterEveryBatch() async throws {
        let folder = try TestFolder()
        let processor = try Processor(folder.folder, clock: FixedClock(TestFolder.start), timeSource: .eventTime)
        let states = try FollowedStates(folder.folder)
        #expect(try await states.withState(of: "acme") { $0.nextPosition } == nil)
        try await processor.append(try DeterminismTests.records(seed: 47, leads: 60))
        var positions: [UInt64] = []
        while true {
            let report = try await processor.step(max: 20)
            if report.entries == 0, report.isExhausted { break }
            let followed = try await states.withState(of: "acme") { (position: $0.nextPosition, bytes: $0.canonicalBytes()) }
            let decided = try await processor.withState(of: "acme") { state, _ in state.canonicalBytes() }
            #expect(followed?.bytes == decided)
            positions.append(followed?.position ?? 0)
        }
        #expect(positions.count > 3 && positions == positions.sorted())
        #expect(try await states.withState(of: "nobody") { $0.nextPosition } == nil)
    }

    @Test func snapshotsAreKeptWhereAProcessorKeepsThem() async throws {
        let folder = try TestFolder()
        let processor = try Processor(folder.folder, clock: FixedClock(TestFolder.start), timeSource: .eventTime)
        let copy = try TestFolder()
        try await processor.append(try DeterminismTests.records(seed: 47, leads: 1))
        _ = try await processor.step(max: 5_000)
        try await copyJournal(folder, copy)
        let states = try FollowedStates(copy.folder)
        _ = try await states.withState(of: "acme") { $0.nextPosition }
        var sent = 0
        while try folder.head()?.size ?? 0 < 4_200 {
            sent += 1
            try await processor.append((0..<500).map { index in
                binaryEvent(
                    .leads, "leadline.v1.LeadSubmitted", Array(#"{"leadId":"many-\#(sent)-\#(index)","country":"IT"}"#.utf8),
                    id: "many-\(sent)-\(index)")
            })
            _ = try await processor.runUntilIdle(batchMax: 1_000)
        }
        try await copyJournal(folder, copy)
        try await states.catchUp()
        let kept = { (folder: TestFolder) in
            try folder.folder.openDerived().read { try SnapshotStore().hashes(program: "acme", in: $0) }
        }
        let (there, here) = (try kept(folder), try kept(copy))
        #expect(!there.isEmpty && there.map(\.position) == here.map(\.position) && there.map(\.stateHash) == here.map(\.stateHash))
    }

    /// Brings what a folder's journal lacks over from another's.
    private func copyJournal(_ source: TestFolder, _ target: TestFolder) async throws {
        let queue = try target.folder.openJournal()
        let from = try target.head()?.size ?? 0
        let entries = try await source.folder.openJournalReadOnly().read { db in
            var entries: [PendingEntry] = []
            try JournalReader().forEachEntry(program: "acme", from: from, in: db) { position, bytes in
                let bytes = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
                entries.append(PendingEntry(program: "acme", position: position, stampMicros: 0, bytes: bytes, eventCount: 0))
            }
            return entries
        }
        try await queue.write { _ = try JournalWriter().append(entries, in: $0) }
    }
}
