import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: an award is scored by what was said of it then, beside what was known then. Method: awards and outcomes by hand.
@Suite struct JournalEvaluationTests {
    /// One award said to be won with `said`, closed at once.
    private func play(_ evaluation: inout JournalEvaluation, _ lead: String, _ partner: String, said: Double, won: Bool) {
        evaluation.award(lead: lead, to: partner, said: said)
        evaluation.close(lead: lead, at: partner, won: won)
    }

    @Test func withoutOutcomesThereIsNoReport() {
        var evaluation = JournalEvaluation()
        #expect(evaluation.report(name: "empty") == nil)
        evaluation.award(lead: "a", to: "p", said: 0.5)
        #expect(evaluation.report(name: "open") == nil && evaluation.counts == (0, 0, 1, 0))
    }

    @Test func anAwardIsComparedWithWhatWasKnownThen() throws {
        var evaluation = JournalEvaluation()
        evaluation.award(lead: "a", to: "p", said: 0.9)
        evaluation.award(lead: "b", to: "p", said: 0.2)
        evaluation.close(lead: "b", at: "p", won: false)
        evaluation.close(lead: "a", at: "p", won: true)
        // Both were awarded before any outcome; the third knows one win of two.
        play(&evaluation, "c", "p", said: 0.6, won: true)
        let report = try #require(evaluation.report(name: "demo", fromShare: 0))
        #expect(report.scored == 3 && report.scoredFrom == 1 && report.won == 2 && report.lost == 1 && report.open == 0)
        let base = try #require(report.scores.first { $0.model == "base rate" }).scores
        let third = 2.0 / 6
        #expect(abs(base.brier - (0.75 * 0.75 + 0.25 * 0.25 + (1 - third) * (1 - third)) / 3) < 1e-12)
        let partner = try #require(report.scores.first { $0.model == "partner rate" }).scores
        let own = (1 + 20 * third) / 22
        #expect(abs(partner.brier - (0.75 * 0.75 + 0.25 * 0.25 + (1 - own) * (1 - own)) / 3) < 1e-12)
        let model = try #require(report.scores.first { $0.model == "leadline" }).scores
        #expect(abs(model.brier - (0.01 + 0.04 + 0.16) / 3) < 1e-12)
    }

    @Test func aLeadThatMovesOnIsScoredAtItsLastPartner() throws {
        var evaluation = JournalEvaluation()
        evaluation.award(lead: "a", to: "p", said: 0.9)
        evaluation.end(lead: "a")
        evaluation.award(lead: "a", to: "q", said: 0.3)
        evaluation.close(lead: "a", at: "q", won: true)
        let report = try #require(evaluation.report(name: "demo", byPartner: true, groupLeast: 0))
        #expect(report.awards == 2 && report.undecided == 1 && report.scored == 1)
        #expect(report.by.map(\.column) == ["partner"] && report.by[0].groups.map(\.value) == ["q"])
        #expect(abs(report.scores[0].scores.brier - 0.49) < 1e-12)
    }

    @Test func anOutcomeNobodyPredictedTeachesTheRatesAlone() throws {
        var evaluation = JournalEvaluation()
        evaluation.award(lead: "a", to: "p", said: 0.9)
        evaluation.end(lead: "a")
        evaluation.close(lead: "a", at: "q", won: true)
        #expect(evaluation.unpredicted == 1 && evaluation.report(name: "demo") == nil)
        play(&evaluation, "b", "q", said: 0.5, won: true)
        let report = try #require(evaluation.report(name: "demo"))
        let base = try #require(report.scores.first { $0.model == "base rate" }).scores
        #expect(abs(base.brier - 0.6 * 0.6) < 1e-12)
    }

    @Test func aCorrectedOutcomeCountsAsItIsNow() throws {
        var evaluation = JournalEvaluation()
        play(&evaluation, "a", "p", said: 0.9, won: true)
        evaluation.close(lead: "a", at: "p", won: true)
        #expect(evaluation.corrected == 0)
        evaluation.close(lead: "a", at: "p", won: false)
        play(&evaluation, "b", "p", said: 0.5, won: true)
        let report = try #require(evaluation.report(name: "demo"))
        #expect(report.corrected == 1 && report.won == 1 && report.lost == 1 && report.scored == 1)
        // The rates know one loss, not the win that it was first.
        let base = try #require(report.scores.first { $0.model == "base rate" }).scores
        #expect(abs(base.brier - 0.8 * 0.8) < 1e-12)
    }

    @Test func theLastHalfOfTheDecidedAwardsIsScored() throws {
        var evaluation = JournalEvaluation()
        for number in 0..<10 { play(&evaluation, "\(number)", "p", said: number < 6 ? 0.01 : 0.5, won: true) }
        let report = try #require(evaluation.report(name: "demo", fromShare: 0.6))
        #expect(report.scored == 4 && report.scoredFrom == 7 && abs(report.scores[0].scores.brier - 0.25) < 1e-12)
        #expect(report.reliability.reduce(0) { $0 + $1.count } == 4 && report.learningCurve.tenths.count == 10)
        #expect(report.asEvaluation.rows == 10 && report.asEvaluation.scored == 4)
    }

    @Test func entriesAreTakenInWithTheirTimes() {
        var evaluation = JournalEvaluation()
        let closed = LeadClosed(leadID: "a", partnerID: "p", reason: .lost, learned: true)
        evaluation.take([.leadClosed(closed)], folded: State(), at: Timestamp(micros: 5))
        evaluation.take([], folded: State(), at: Timestamp(micros: 9))
        #expect(evaluation.entries == 2 && evaluation.first?.micros == 5 && evaluation.last?.micros == 9 && evaluation.unpredicted == 1)
        // The state holds no such lead: nothing was said of it, so nothing awaits an outcome.
        evaluation.take(
            [.leadAssigned(LeadAssigned(leadID: "b", partnerID: "p", attempt: 1, cause: .submitted))], folded: State(), at: Timestamp(micros: 9))
        #expect(evaluation.counts == (0, 0, 0, 0))
    }
}
