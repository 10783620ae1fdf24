import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: the channel report counts what was recorded, by partner and by window. Method: programs of a few leads.
@Suite struct ChannelReportTests {
    private static let day = 24 * 60

    /// a answers its leads, b misses one, c gets nothing; 70 days.
    private func program() -> RecordedProgram {
        let floors = Capacity(openLeadsMax: 50, leadsPerPeriodMax: 10, leadsPerPeriodMin: 2)
        var program = RecordedProgram(
            RecordedProgram.policy {
                $0.sla.firstResponseMinutes = 60
                $0.periodAnchor = RecordedProgram.start
                $0.attemptsMax = 2
            }, partners: [
                RecordedProgram.partner("a", verticals: ["food"], capacity: floors), RecordedProgram.partner("b", capacity: floors),
                RecordedProgram.partner("c", countries: ["DE"], capacity: floors),
            ])
        for k in 0..<6 {
            let partner = k == 3 ? "b" : "a", minute = 10 * Self.day * k + 60
            program.assign(RecordedProgram.lead("l\(k)", vertical: "food"), to: partner, at: minute)
            if k == 3 { continue }
            program.respond("l\(k)", partner, at: minute + 5 + k)
            program.close("l\(k)", partner, won: k % 2 == 0 ? 5_000 : nil, at: minute + 1_000)
        }
        program.take(RecordedProgram.lead("fr", country: "FR"), at: 65 * Self.day)
        program.take(Input(.partnerPaused(.init(partnerID: "c"))), at: 70 * Self.day)
        return program
    }

    @Test func partnersAndWindowsAreCounted() throws {
        let report = ChannelReport(PilotReportTests.history(program(), candidates: true), program: "demo")
        #expect(report.whole.arrived == 7 && report.windows.count == 3 && report.windows.map(\.figures.arrived) == [3, 3, 1])
        // The lead that b missed went on to a.
        let a = try #require(report.partners.first { $0.partner == "a" }), b = try #require(report.partners.first { $0.partner == "b" })
        #expect(a.whole.leads == 6 && a.whole.accepted == 5 && a.whole.closed == 5 && a.whole.won == 3 && a.whole.revenueMinorUnits == 1_500_000)
        #expect(a.whole.medianResponseSeconds == 420 && a.whole.breaches == 1 && b.whole.breaches == 1 && b.whole.leads == 1)
        #expect(b.whole.withinSLA == Rate(0, of: 1) && b.whole.winRate == nil)
        #expect(report.whole.escalations.map(\.reason).contains("noEligiblePartner"))
        #expect(report.partners.first { $0.partner == "c" }?.status == "paused" && report.whole.giniOfLeads > 0.4)
        // Seventy days of ten leads a week.
        #expect(abs((a.whole.utilisation ?? 0) - 0.06) < 1e-3)
    }

    @Test func floorsStandBesideWhatCouldHaveBeenGot() throws {
        let report = ChannelReport(PilotReportTests.history(program(), candidates: true), program: "demo").floors
        // Two periods of 28 days are over, for three partners.
        #expect(report.periodDays == 28 && report.asked == 6 && report.met == 2)
        let c = report.short.filter { $0.partner == "c" }
        #expect(c.count == 2 && c.allSatisfy { $0.got == 0 && $0.eligible == 0 && $0.wasOutOfReach })
        let b = try #require(report.short.first { $0.partner == "b" })
        #expect(b.eligible == 3 && !b.wasOutOfReach)
    }

    @Test func takingTurnsIsComparedByTheModel() throws {
        let rotation = try #require(ChannelReport(PilotReportTests.history(program(), candidates: true), program: "demo").rotation)
        #expect(rotation.leads == 5 && rotation.rotationWinRate > 0 && rotation.expectedWinRate > 0)
        #expect(abs((rotation.winRate?.value ?? 0) - 0.6) < 1e-12 && rotation.uplift.winRateRatio != nil)
        #expect(ChannelReport(PilotReportTests.history(program()), program: "demo").rotation == nil)
    }

    @Test func anEmptyProgramIsReportedAsSuch() {
        let report = ChannelReport(NetworkHistory(readsCandidates: true), program: "demo")
        #expect(report.whole.arrived == 0 && report.windows.isEmpty && report.partners.isEmpty && report.from.isEmpty)
    }

    @Test func aSpanIsPartOfTime() {
        let history = PilotReportTests.history(program(), candidates: true)
        let report = ChannelReport(history, program: "demo", windowDays: 10, from: RecordedProgram.at(10 * Self.day), to: RecordedProgram.at(30 * Self.day - 1))
        #expect(report.whole.arrived == 2 && report.windows.count == 2)
    }
}
