import Engine
import LeadlineCore
import Simulation
import Testing

/// Goal: a question about the live state is answered between two batches, within its time, and changes nothing.
@Suite struct LiveStateTests {
    private static func processor(_ folder: TestFolder) async throws -> Processor<EmbeddedLog> {
        let processor = try Processor(folder.folder, clock: FixedClock(TestFolder.start), timeSource: .eventTime)
        try await processor.append(try DeterminismTests.records(seed: 31, leads: 20))
        _ = try await processor.runUntilIdle(batchMax: 100)
        return processor
    }

    @Test func aPreviewDecidesAndChangesNothing() async throws {
        let folder = try TestFolder()
        let processor = try await Self.processor(folder)
        let before = try folder.state().canonicalBytes()
        let events = try await processor.withState(of: "acme") { state, _ in
            var attributes = LeadAttributes()
            attributes.country = "IT"
            let input = Input(.leadSubmitted(LeadSubmitted(leadID: "preview", attributes: attributes)), imported: false)
            return Decider.decide(input, at: state.lastStamp, in: state)
        }
        #expect(events?.isEmpty == false)
        let after = try await processor.withState(of: "acme") { state, _ in state.canonicalBytes() }
        #expect(after == before)
    }

    @Test func nobodyElsesProgramAnswers() async throws {
        let folder = try TestFolder()
        let processor = try await Self.processor(folder)
        #expect(try await processor.withState(of: "nobody") { state, _ in state.nextPosition } == nil)
    }

    @Test func workThatTakesTooLongIsStoppedAndTheProcessorGoesOn() async throws {
        let folder = try TestFolder()
        let processor = try await Self.processor(folder)
        await #expect(throws: WorkAllowance.Exhausted(budget: .zero)) {
            try await processor.withState(of: "acme", budget: .zero) { _, allowance in
                while true { try allowance.check() }
            }
        }
        #expect(try await processor.step(max: 10).isExhausted)
    }
}
