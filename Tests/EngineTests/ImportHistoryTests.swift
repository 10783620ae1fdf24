import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Testing

/// Goal: an import leaves the same journal however it was cut into batches and wherever it was stopped; history stays
/// as it was, and doing it again changes nothing.
@Suite struct ImportHistoryTests {
    private func run(_ plan: ImportPlan, _ folder: DataFolder, batchMax: Int = 1_000) async throws -> Bool {
        let processor = try Processor(folder, clock: FixedClock(plan.lastMoment), timeSource: .eventTime)
        return try await processor.importHistory(plan, batchMax: batchMax)
    }

    @Test func historyStaysAsItWasAndTeaches() async throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let (plan, folder) = (try fixture.plan(), try fixture.dataFolder("a"))
        #expect(try await run(plan, folder))
        let result = try ImportResult.read(plan, in: folder)
        #expect(result.rejections == 0 && result.entries == plan.recordCount)
        #expect(result.assignedAsItWas == 4 && result.shadowDecisions == 4 && result.routed == 0)
        #expect(result.won == 1 && result.lost == 1 && result.learned == 2 && result.withdrawn == 0)
        let processor = try Processor(folder, clock: FixedClock(plan.lastMoment), timeSource: .eventTime)
        let isFound: Void? = try await processor.withState(of: "test") { state, _ in
            #expect(state.lead("A1")?.stage == .won && state.lead("A1")?.partnerID == "moses-frase")
            #expect(state.lead("B2")?.stage == .lost && state.lead("D4")?.partnerID == "zoe-lund")
            #expect(state.partnerStandings.map(\.won) == [1, 0] && state.partnerStandings.map(\.lost) == [0, 1])
        }
        #expect(isFound != nil)
    }

    @Test func doingItAgainChangesNothing() async throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let (plan, folder) = (try fixture.plan(), try fixture.dataFolder("a"))
        #expect(try await run(plan, folder))
        let before = try ImportResult.read(plan, in: folder)
        #expect(try await !run(plan, folder))
        #expect(try ImportResult.read(plan, in: folder) == before)
    }

    @Test func batchesOfOneGiveTheSameJournal() async throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let plan = try fixture.plan()
        let (one, many) = (try fixture.dataFolder("one"), try fixture.dataFolder("many"))
        _ = try await run(plan, one, batchMax: 1)
        _ = try await run(plan, many, batchMax: 5_000)
        #expect(try ImportResult.read(plan, in: one) == ImportResult.read(plan, in: many))
    }

    /// Method: each number of records is appended and then the process is gone, and each number of them is processed.
    @Test func stoppedAnywhereItGoesOnToTheSameJournal() async throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let plan = try fixture.plan()
        let whole = try fixture.dataFolder("whole")
        _ = try await run(plan, whole)
        let expected = try ImportResult.read(plan, in: whole)
        for stop in 1..<plan.recordCount {
            let appending = try fixture.dataFolder("appending-\(stop)")
            try append(plan, upTo: stop, appending)
            #expect(try await run(plan, appending))
            #expect(try ImportResult.read(plan, in: appending) == expected, "appended \(stop)")

            let processing = try fixture.dataFolder("processing-\(stop)")
            try append(plan, upTo: plan.recordCount, processing)
            try await process(stop, of: plan, processing)
            #expect(try await run(plan, processing))
            #expect(try ImportResult.read(plan, in: processing) == expected, "processed \(stop)")
        }
    }

    private func append(_ plan: ImportPlan, upTo end: Int, _ folder: DataFolder) throws {
        let log = try EmbeddedLog(try folder.openJournal())
        try log.append(plan.newRecords(0..<end), importID: plan.importID, progress: end, now: plan.lastMoment)
    }

    private func process(_ records: Int, of plan: ImportPlan, _ folder: DataFolder) async throws {
        let processor = try Processor(folder, clock: FixedClock(plan.lastMoment), timeSource: .eventTime)
        for _ in 0..<records { _ = try await processor.step(max: 1) }
    }

    @Test func routedOutcomesCountOnlyWhereLeadlineChoseTheSame() async throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let (plan, folder) = (try fixture.plan(mode: .route), try fixture.dataFolder("a"))
        _ = try await run(plan, folder)
        let result = try ImportResult.read(plan, in: folder)
        #expect(result.rejections == 0 && result.shadowDecisions == 0 && result.routed == 4)
        #expect(result.won + result.lost + result.withdrawn == 2)
        #expect(result.learned == result.won + result.lost)
    }

    @Test func historyBehindTheProgramsTimeIsRefused() async throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let folder = try fixture.dataFolder("a")
        _ = try await run(try fixture.plan(), folder)
        try fixture.write("products.csv", "product,price\nGTX Pro,1\nMG Special,2\n")
        let other = try fixture.plan()
        await #expect(throws: ImportError.self) { try await run(other, folder) }
    }
}
