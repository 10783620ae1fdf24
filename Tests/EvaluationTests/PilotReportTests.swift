import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: a pilot's arms are counted and compared as they were recorded. Method: programs with arms set by hand.
@Suite struct PilotReportTests {
    static func history(_ program: RecordedProgram, candidates: Bool = false) -> NetworkHistory {
        var history = NetworkHistory(readsCandidates: candidates)
        for entry in program.entries { history.take(entry.input, entry.events, at: entry.at) }
        return history
    }

    private let partners = [RecordedProgram.partner("a"), RecordedProgram.partner("b")]

    /// Even leads go to the predictive arm and win every second, odd ones to the rules and win every tenth.
    private func pilot(_ count: Int) -> RecordedProgram {
        var program = RecordedProgram(
            RecordedProgram.policy {
                $0.sla.firstResponseMinutes = 30
                $0.pilot.name = "spring"
                $0.pilot.arms = [
                    PilotArm(name: "predictive", method: .bidPrice, shareBasisPoints: 5_000),
                    PilotArm(name: "rules", method: .roundRobin, shareBasisPoints: 5_000),
                ]
            }, partners: partners)
        for k in 0..<count {
            let predicts = k % 2 == 0, partner = predicts ? "a" : "b"
            program.assign(
                RecordedProgram.lead("l\(k)"), to: partner, at: 100 * k, arm: predicts ? "predictive" : "rules",
                method: predicts ? .bidPrice : .roundRobin)
            program.respond("l\(k)", partner, at: 100 * k + (predicts ? 2 : 20))
            program.close("l\(k)", partner, won: predicts ? (k % 4 == 0 ? 10_000 : nil) : (k % 20 == 1 ? 10_000 : nil), at: 100 * k + 50)
        }
        return program
    }

    @Test func armsAreComparedWithTheIncumbent() throws {
        let report = try PilotReport(Self.history(pilot(400)), program: "demo")
        #expect(report.pilot == "spring" && report.incumbent == "rules" && report.arms.map(\.name) == ["predictive", "rules"])
        let ours = report.arms[0].figures, theirs = report.arms[1].figures
        #expect(ours.leads == 200 && ours.closed == 200 && ours.won == 100 && theirs.won == 20 && ours.open == 0)
        #expect(ours.medianResponseSeconds == 120 && theirs.medianResponseSeconds == 1_200)
        #expect(ours.withinSLA == Rate(200, of: 200) && ours.accepted == 200 && ours.routed == 200)
        #expect(abs((ours.revenuePerLead?.value ?? 0) - 500_000) < 1e-6)
        let uplift = try #require(report.arms[0].uplift)
        #expect(abs((uplift.winRateDifference?.value ?? 0) - 0.4) < 1e-12 && abs((uplift.winRateRatio?.value ?? 0) - 5) < 1e-12)
        #expect(uplift.verdict == .better && uplift.leadsMissing == nil && (uplift.responseRatio?.value ?? 1) < 0.15)
        #expect(report.arms[1].uplift == nil && report.shadow == nil)
    }

    @Test func aYoungPilotIsTooEarlyToTell() throws {
        let report = try PilotReport(Self.history(pilot(12)), program: "demo")
        let uplift = try #require(report.arms[0].uplift)
        #expect(uplift.verdict == .tooEarly && (uplift.leadsMissing ?? 0) > 0 && (uplift.detectableDifference ?? 0) > 0.3)
    }

    @Test func withoutAPilotThereIsNothingToCompare() throws {
        var program = RecordedProgram(RecordedProgram.policy(), partners: partners)
        program.take(RecordedProgram.lead("l"), at: 1)
        let report = try PilotReport(Self.history(program), program: "demo")
        #expect(report.pilot.isEmpty && report.arms.isEmpty && report.shadow == nil)
        #expect(throws: EvaluationError.self) { try PilotReport(Self.history(program), program: "demo", pilot: "autumn") }
        #expect(throws: EvaluationError.self) { try PilotReport(Self.history(pilot(4)), program: "demo", incumbent: "nobody") }
    }

    @Test func aShadowIsSetAgainstWhatHappened() throws {
        var program = RecordedProgram(RecordedProgram.policy(), partners: partners)
        for k in 0..<4 {
            program.take(RecordedProgram.lead("l\(k)"), at: 10 * k) { events in
                guard case .leadAssigned(let event)? = events.first else { return }
                events = [.leadEscalated(LeadEscalated(
                    leadID: event.leadID, reason: .shadow, queue: "q", evaluation: event.evaluation, suggestedPartnerID: "a"))]
            }
            let human = k < 3 ? "a" : "b"
            program.take(Input(.humanDecisionRecorded(.init(leadID: "l\(k)", decision: .assign(partnerID: human)))), at: 10 * k + 1)
            program.close("l\(k)", human, won: k == 0 ? 1_000 : nil, at: 10 * k + 2)
        }
        let shadow = try #require(try PilotReport(Self.history(program), program: "demo").shadow)
        #expect(shadow.leads == 4 && shadow.agreed == 3 && shadow.whereAgreed.won == 1 && shadow.whereDiffered.closed == 1 && shadow.compared == 1)
    }
}
