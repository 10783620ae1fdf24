import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import Simulation
import Testing

/// Goal: a stream does not depend on batches, and a processor that dies between any two steps loses and repeats nothing.
@Suite struct DeterminismTests {
    static func records(seed: UInt64, leads: Int) throws -> [NewRecord] {
        var workload = Workload(program: "acme", seed: seed)
        var records = try workload.setUp(at: TestFolder.start) + (try workload.partners(12, at: TestFolder.start))
        for index in 0..<leads {
            let time = TestFolder.start.adding(micros: Int64(index + 1) * 37_000_000)
            records.append(try workload.lead(at: time))
            if index % 3 == 0 {
                records.append(try workload.outcome(
                    lead: "lead-\(index + 1)", partner: Workload.partnerID(index % 12), won: index % 2 == 0, at: time.adding(micros: 90_000_000)))
            }
        }
        return records
    }

    @Test(arguments: [1, 7, 1_000]) func theChainAndStateDoNotDependOnBatches(_ batchMax: Int) async throws {
        let records = try Self.records(seed: 3, leads: 400)
        let reference = try TestFolder()
        try reference.append(records)
        try await reference.process(batchMax: 5_000)
        let folder = try TestFolder()
        try folder.append(records)
        try await folder.process(batchMax: batchMax)
        #expect(try folder.head() == reference.head())
        #expect(try folder.state().canonicalBytes() == reference.state().canonicalBytes())
        #expect(try #require(try folder.head()).size > 400)
    }

    @Test func recoveryFromASnapshotGivesWhatFoldingFromZeroGives() async throws {
        let folder = try TestFolder()
        try folder.append(try Self.records(seed: 4, leads: 5_000))
        try await folder.process()
        let recovered = try #require(try Self.recoverFromSnapshot(folder))
        #expect(recovered.state.canonicalBytes() == (try folder.state().canonicalBytes()))
    }

    /// Nil if there is no snapshot to begin with.
    private static func recoverFromSnapshot(_ folder: TestFolder) throws -> ProgramStream? {
        let size = try folder.head()?.size ?? 0
        let derived = try folder.folder.openDerived()
        guard try derived.read({ try SnapshotStore().latest(program: "acme", in: $0) }) != nil else { return nil }
        return try folder.folder.openJournalReadOnly().read { db in
            try derived.read { try ProgramStream.recover("acme", through: size, journal: db, snapshots: $0) }
        }
    }

    /// A log that fails at commit, either before anything is stored or after all is.
    final class FailingLog: ShardLog {
        struct Failure: Error {}
        let inner: EmbeddedLog
        let failsAfterStoring: Bool
        var failuresLeft: Int
        init(_ inner: EmbeddedLog, failsAfterStoring: Bool, failures: Int) {
            self.inner = inner
            self.failsAfterStoring = failsAfterStoring
            failuresLeft = failures
        }
        let carriesKeys = false
        let waitsForRecords = false
        func settle(_ patience: WriteAheadLog.Patience) throws -> Bool { try inner.settle(patience) }
        func poll(max: Int, wait: Duration, now: Timestamp) throws -> Poll { try inner.poll(max: max, wait: wait, now: now) }
        func parkedLeads() throws -> [(program: String, leadID: String)] { try inner.parkedLeads() }
        func commit(_ batch: Batch) throws {
            if failuresLeft > 0 {
                failuresLeft -= 1
                if failsAfterStoring { try inner.commit(batch) }
                throw Failure()
            }
            try inner.commit(batch)
        }
    }

    @Test(arguments: [false, true]) func aFailedCommitIsRepeatedOrWasDone(_ failsAfterStoring: Bool) async throws {
        let records = try Self.records(seed: 5, leads: 200)
        let reference = try TestFolder()
        try reference.append(records)
        try await reference.process()

        let folder = try TestFolder()
        try folder.append(records)
        let journal = try folder.folder.openJournal()
        let log = FailingLog(try EmbeddedLog(journal), failsAfterStoring: failsAfterStoring, failures: 5)
        var attempts = 0
        var isDone = false
        while !isDone {
            attempts += 1
            // After an error the shard's memory is worth nothing: a new one recovers from the journal.
            var shard = try Shard(
                log: log, machine: Machine(clock: FixedClock(TestFolder.start)), timeSource: .eventTime,
                keyring: try folder.folder.openVault(),
                load: { program in
                    try journal.read { db in
                        let size = try JournalReader().head(of: program, in: db)?.size ?? 0
                        return try ProgramStream.recover(program, through: size, journal: db, snapshots: nil)
                    }
                }, store: { _ in })
            do {
                while !(try shard.step(max: 50)).isExhausted {}
                isDone = true
            } catch is FailingLog.Failure {}
        }
        #expect(attempts == 6)
        #expect(try folder.head() == reference.head())
    }
}
