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

    /// Given a lead that a partner gave back for bad data and that it got again since, when nobody has looked at the data in
    /// time, then it has declined the award that it gave back, not the one that it holds.
    @Test func aLapsedReturnIsOfTheAwardThatWasGivenBack() throws {
        var program = RecordedProgram(
            RecordedProgram.policy {
                $0.returns.creditsPerPeriodMax = 1
                $0.returns.answerDays = 3
            }, partners: [RecordedProgram.partner("a"), RecordedProgram.partner("b")])
        for (index, lead) in ["l0", "l1"].enumerated() {
            program.assign(RecordedProgram.lead(lead), to: "a", at: 10 * index)
            program.take(Input(.leadReturned(.init(leadID: lead, partnerID: "a", reason: .badData))), at: 10 * index + 5)
        }
        program.take(Input(.humanDecisionRecorded(.init(leadID: "l1", decision: .assign(partnerID: "a")))), at: 30)
        program.take(RecordedProgram.lead("l2"), at: 5 * Self.day)
        let lead = try #require(PilotReportTests.history(program).leads.first { $0.id == "l1" })
        #expect(lead.awards.first?.end == .declined && lead.awards.first?.isExcused == false)
        #expect(lead.awards.last?.end == .open && lead.awards.count == 3, "\(lead.awards)")
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
        // Seventy days and a moment touch eleven weeks of ten leads each.
        #expect(abs((a.whole.utilisation ?? 0) - 6.0 / 110) < 1e-9)
    }

    /// However little time a report covers: as many leads as a cap allows are all of it, and no more.
    @Test(arguments: [1, 3, 60, 7 * day - 1, 7 * day, 7 * day + 1, 21 * day])
    func capacityUsedIsAShareOfWholePeriods(_ minutes: Int) throws {
        let capacity = Capacity(openLeadsMax: 50, leadsPerPeriodMax: 4)
        var program = RecordedProgram(
            RecordedProgram.policy { ($0.periodAnchor, $0.alwaysAssign) = (RecordedProgram.start, true) },
            partners: [RecordedProgram.partner("a", capacity: capacity)])
        for k in 0..<4 { program.take(RecordedProgram.lead("l\(k)"), at: 1) }
        program.take(Input(.partnerPaused(.init(partnerID: "a"))), at: minutes)
        let report = ChannelReport(PilotReportTests.history(program), program: "demo")
        let periods = Double(minutes / (7 * Self.day) + 1)
        #expect(report.partners.map(\.whole.utilisation) == [1 / periods] && report.whole.figures.utilisation == 1 / periods)
    }

    /// A cap that changes within a period counts once for it, with the highest that was in force.
    @Test func aChangedCapCountsOnce() throws {
        var program = RecordedProgram(
            RecordedProgram.policy { $0.periodAnchor = RecordedProgram.start },
            partners: [RecordedProgram.partner("a", capacity: Capacity(openLeadsMax: 50, leadsPerPeriodMax: 4))])
        program.take(RecordedProgram.lead("l"), at: 1)
        for (minute, most) in [(2, 10), (3, 5)] {
            let capacity = Capacity(openLeadsMax: 50, leadsPerPeriodMax: UInt32(most))
            program.take(Input(.partnerCapacitySet(.init(partnerID: "a", capacity: capacity))), at: minute)
        }
        #expect(ChannelReport(PilotReportTests.history(program), program: "demo").partners[0].whole.utilisation == 0.1)
        program.take(Input(.partnerPaused(.init(partnerID: "a"))), at: 8 * Self.day)
        #expect(ChannelReport(PilotReportTests.history(program), program: "demo").partners[0].whole.utilisation == 1.0 / 15)
    }

    /// An answer is known once it was given, or once its deadline has passed; until then an award counts for nothing.
    @Test func acceptanceCountsKnownAnswersAlone() throws {
        var program = RecordedProgram(RecordedProgram.policy { $0.sla.firstResponseMinutes = 60; $0.attemptsMax = 1 }, partners: [RecordedProgram.partner("a")])
        func whole() -> ChannelFigures { ChannelReport(PilotReportTests.history(program), program: "demo").whole.figures }
        for (k, lead) in ["open", "answered", "accepted", "declined", "missed"].enumerated() { program.take(RecordedProgram.lead(lead), at: k) }
        #expect(whole().asked == 5 && whole().answersKnown == 0 && whole().acceptance == Rate(0, of: 0))
        program.respond("answered", "a", at: 10)
        program.take(Input(.leadAccepted(.init(leadID: "accepted", partnerID: "a"))), at: 11)
        #expect(whole().acceptance == Rate(2, of: 2))
        program.take(Input(.leadDeclined(.init(leadID: "declined", partnerID: "a"))), at: 12)
        #expect(whole().acceptance == Rate(2, of: 3))
        program.take(RecordedProgram.lead("later"), at: 100)
        #expect(whole().asked == 6 && whole().acceptance == Rate(2, of: 5))
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

    /// One that takes too much, and one that gets nothing; the time of the report is that of the announcement.
    @Test func whatWasAnnouncedIsListed() {
        var rule = StarvationRule()
        (rule.floorAfterBasisPoints, rule.idleDays, rule.shareBasisPoints, rule.shareLeadsMin) = (0, 3, 6_000, 4)
        var program = RecordedProgram(
            RecordedProgram.policy { [rule] in
                $0.periodAnchor = RecordedProgram.start
                $0.sla.firstResponseMinutes = 0
                $0.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))]
                $0.starvation = rule
            }, partners: [RecordedProgram.partner("a"), RecordedProgram.partner("b", countries: ["DE"])])
        for lead in 1...4 { program.take(RecordedProgram.lead("l\(lead)"), at: lead) }
        program.take(RecordedProgram.lead("l5"), at: 4 * Self.day)
        let history = PilotReportTests.history(program)
        let report = ChannelReport(history, program: "demo")
        #expect(report.starvation.map { "\($0.partner) \($0.kind) \($0.cause) \($0.rule ?? "-")" } == ["a share rules country", "b idle rules country"])
        #expect(report.starvation.first?.leads == 4 && report.starvation.first?.of == 4)
        #expect(ChannelReport(history, program: "demo", from: RecordedProgram.at(Self.day)).starvation.map(\.kind) == ["idle"])
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
