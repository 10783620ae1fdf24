import Audit
import Engine
import Journal
import LeadlineCore
import LeadlineSchemas
import Testing

/// Goal: the complaints of the mission that a journal answers, under their numbers; the others stand in the core's tests.
@Suite struct ComplaintTests {
    private static let year = 525_600

    /// Three years later a lead is archived in the state, which says so; the journal still has everything from the first
    /// entry, verifies, and explains the first decision in full.
    @Test("2: logs that expire after a month or a quarter")
    func complaint02Retention() async throws {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0)
        folder.partner("alpha", verticals: #""manufacturing""#)
        folder.partner("beta")
        folder.lead(10, "first")
        folder.outcome(20, "DealWon", "first", "alpha")
        for quarter in 1...12 { folder.lead(quarter * Self.year / 4, "q\(quarter)") }
        // What comes too late for the state is not dropped: it is a dead letter with its reason.
        folder.outcome(3 * Self.year + 10, "DealLost", "first", "alpha")
        try await folder.process(until: 3 * Self.year + 20)

        let entries = try folder.decoded()
        #expect(entries.map(\.position) == Array(0..<UInt64(entries.count)))
        #expect(entries.contains { if case .leadSubmitted(let fact) = $0.input.fact { fact.leadID == "first" } else { false } })
        let letters = try folder.folder.openJournal()
        #expect(try EmbeddedLog(letters).deadLetters(from: 0, limit: 10).count == 1)
        #expect(try await Replayer(folder.folder).run().isEqual)
        guard case .explained(let explanation) = try Explainer(folder.folder).explain("first", program: AuditFolder.program, .attempt(1)) else {
            Issue.record("the first decision is not explained")
            return
        }
        #expect(explanation.recomputation.isEqual)
        #expect(explanation.evaluation?.candidates.map(\.partnerID) == ["alpha", "beta"])
    }

    /// The explanation computes its decision with the code that routes; the recorded one and the new one are the same bits.
    @Test("12: two matchers that disagree")
    func complaint12OneMatcher() async throws {
        let folder = try await AuditFolder.full()
        for lead in ["fits", "declined", "slow", "abroad"] {
            guard case .explained(let explanation) = try Explainer(folder.folder).explain(lead, program: AuditFolder.program, .latest) else { continue }
            #expect(explanation.recomputation.isEqual, "\(lead)")
        }
        #expect(try await Replayer(folder.folder).run().isEqual)
    }
}
