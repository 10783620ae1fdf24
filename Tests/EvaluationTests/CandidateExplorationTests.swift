import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: what a candidate's own lots are expected to come to is what the core would draw. Method: cases by hand; the core's
/// own lots under a budget, drawn many times.
@Suite struct CandidateExplorationTests {
    private func policy(share: UInt32, most: UInt32 = 0) -> Policy {
        RecordedProgram.policy {
            $0.exploration.shareBasisPoints = share
            $0.exploration.leadsPerPeriodMax = most
            $0.periodAnchor = RecordedProgram.start
        }
    }

    @Test func aBudgetIsSpentAsThePeriodGoesOn() {
        var lots = LotBudget(policy(share: 5_000, most: 1))
        let probabilities = (0..<4).map { lots.next(at: RecordedProgram.at($0)) }
        #expect(probabilities == [0.5, 0.25, 0.125, 0.0625])
        // A new period has a budget of its own.
        #expect(lots.next(at: RecordedProgram.at(7 * 24 * 60)) == 0.5)
        var unlimited = LotBudget(policy(share: 5_000))
        #expect((0..<4).map { unlimited.next(at: RecordedProgram.at($0)) } == [0.5, 0.5, 0.5, 0.5])
    }

    @Test func longPeriodsSpendTheBudgetAndNoMore() {
        var lots = LotBudget(policy(share: 1_000, most: 20))
        let expected = (0..<20_000).reduce(0.0) { sum, _ in sum + lots.next(at: RecordedProgram.at(1)) }
        #expect(abs(expected - 20) < 1e-6)
    }

    @Test func theCoreDrawsAsManyLotsAsExpected() {
        let partners = ["a", "b", "c"].map { RecordedProgram.partner($0) }
        let runs = 60, leads = 40
        var drawn = 0, expected = 0.0
        for run in 0..<runs {
            var program = RecordedProgram(policy(share: 2_000, most: 5), partners: partners)
            // As many entries before move the core's generator.
            for k in 0..<run { program.take(RecordedProgram.lead("before-\(k)", country: "FR"), at: 0) }
            program.take(Input(.policyPublished(PolicyPublished(policy: policy(share: 2_000, most: 5), version: "v2"))), at: 0)
            var replay = CandidateReplay(policy(share: 2_000, most: 5), version: "c")
            for k in 0..<leads { program.take(RecordedProgram.lead("l\(k)"), at: 10 * k) }
            for entry in program.entries {
                replay.take(entry.input, entry.events, at: entry.at)
                if case .leadAssigned(let event)? = entry.events.first, event.evaluation?.basis == .exploration { drawn += 1 }
            }
            expected = replay.report(program: "demo").exploration?.expectedLots ?? 0
        }
        // Five a period at most, and seldom fewer: their mean over 60 runs is within 0.4 of what is expected.
        #expect(abs(Double(drawn) / Double(runs) - expected) < 0.4, "\(Double(drawn) / Double(runs)) drawn, \(expected) expected")
    }

    @Test func theCostIsWhatTheLotsLeaveOnTheTable() throws {
        var a = RecordedProgram.partner("a", verticals: ["manufacturing"])
        a.products = ["old"]
        var program = RecordedProgram(RecordedProgram.policy(), partners: [a, RecordedProgram.partner("b"), RecordedProgram.partner("c", countries: ["DE"])])
        for k in 0..<10 {
            program.take(RecordedProgram.lead("won\(k)", vertical: "manufacturing"), at: k)
            program.close("won\(k)", "a", won: 9_000, at: 100 + k)
        }
        let from = RecordedProgram.at(200)
        for k in 0..<20 { program.take(RecordedProgram.lead("l\(k)", vertical: "manufacturing"), at: 200 + k) }
        program.take(RecordedProgram.lead("german", country: "DE"), at: 300)
        var replay = CandidateReplay(policy(share: 1_000), version: "c", from: from)
        for entry in program.entries { replay.take(entry.input, entry.events, at: entry.at) }
        let report = replay.report(program: "demo"), lots = try #require(report.exploration)
        // Twenty leads with two partners each; nobody draws for the only German.
        #expect(lots.decisions == 20 && abs(lots.expectedLots - 2) < 1e-9 && abs(lots.expectedElsewhere - 1) < 1e-9)
        #expect(lots.partners == [.init(partner: "a", leads: lots.partners[0].leads), .init(partner: "b", leads: lots.partners[1].leads)])
        #expect(abs(lots.partners[0].leads - 1) < 1e-9 && lots.expectedCostMinorUnits > 0 && lots.expectedCostShare ?? 0 > 0)
        var without = CandidateReplay(RecordedProgram.policy(), version: "c", from: from)
        for entry in program.entries { without.take(entry.input, entry.events, at: entry.at) }
        #expect(without.report(program: "demo").exploration == nil)
    }
}
