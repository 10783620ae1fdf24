import LeadlineCore
import Testing

/// Goal: fit keeps up with what partners do, the profile being the prior. Method: evaluations of one lead after outcomes
/// and answers, contribution by contribution.
@Suite struct LivingFitTests {
    private static func program(logic version: UInt32 = Logic.newest, _ change: (inout Policy) -> Void = { _ in }) -> Story {
        Story(
            logic: version, .policy { $0.ownerFirst = false; $0.sla.firstResponseMinutes = 600; $0.attemptsMax = 9; change(&$0) },
            .partner("A") { $0.verticals = ["energy"] }, .partner("B") { $0.products = ["erp"] })
    }

    private func evaluation(_ story: Story, minute: Int, value: Int64 = 10_000, account: UInt64? = nil) throws -> FullEvaluation {
        let lead = Input.lead("probe", account: account) { $0.vertical = "energy"; $0.dealValue = euros(value) }
        return try #require(Decider.explain(lead, at: Moment.at(minute), in: story.state).evaluation)
    }

    /// How far a partner matches in a contribution, from 0 to 1.
    private func match(_ kind: FitContribution, _ partner: String, _ evaluation: FullEvaluation) throws -> Double {
        let candidate = try #require(evaluation.candidates.first { $0.partnerID == partner })
        return candidate.fitContributions[kind.rawValue] / evaluation.fitWeights[kind.rawValue]
    }

    /// A deal that came to the partner by a human's hand and was decided.
    private func deal(_ story: inout Story, _ id: String, _ partner: String, _ minute: Int, won: Bool, value: Int64 = 10_000) {
        story.given(minute, .lead(id) { $0.vertical = "energy"; $0.dealValue = euros(value) })
        if story.state.lead(id)?.partnerID != partner { story.given(minute, .human(id, .assign(partnerID: partner))) }
        story.given(minute, .accepted(id, partner), won ? .won(id, partner, euros(value)) : .lost(id, partner))
    }

    @Test func theNewStandWithTheirProfiles() throws {
        let fresh = try evaluation(Self.program(), minute: 1)
        #expect(try FitContribution.allCases.map { try match($0, "A", fresh) } == [1, 0.5, 0.5, 0.5, 0.5, 0.2, 0.5, 1, 0.5, 0.5])
        #expect(try match(.vertical, "B", fresh) == 0)
        #expect(abs(fresh.fitWeights.reduce(0, +) - 1) < 1e-12)
        #expect(abs(fresh.fitWeights[FitContribution.intent.rawValue] - 5.0 / 120) < 1e-12)
    }

    /// Winning where the profile lists nothing counts, and losing everywhere it lists counts against it; a few deals less
    /// than many.
    @Test func theRecordInTheVerticalOverridesTheProfile() throws {
        var story = Self.program(), before = (a: 1.0, b: 0.0)
        for index in 0..<12 {
            deal(&story, "A\(index)", "A", index, won: false)
            deal(&story, "B\(index)", "B", index, won: true)
            let now = try evaluation(story, minute: index)
            let (a, b) = (try match(.vertical, "A", now), try match(.vertical, "B", now))
            #expect(a < before.a && b >= before.b, "after \(index + 1) deals: \(a), \(b)")
            before = (a, b)
        }
        #expect(before.a < 0.5 && before.b > 0.9)
    }

    /// A partner's won deals say what size it does; one deal says little.
    @Test func wonDealsSayWhatSizeAPartnerDoes() throws {
        var story = Self.program()
        deal(&story, "A0", "A", 1, won: true, value: 10_000)
        let few = try evaluation(story, minute: 2, value: 1_000_000)
        for index in 1..<30 { deal(&story, "A\(index)", "A", 2, won: true, value: 8_000 + Int64(index % 5) * 1_000) }
        let usual = try match(.dealSize, "A", try evaluation(story, minute: 3, value: 10_000))
        let large = try match(.dealSize, "A", try evaluation(story, minute: 3, value: 1_000_000))
        let early = try match(.dealSize, "A", few)
        #expect(usual > 0.85 && large < 0.2 && early > 0.44)
        let sizes = try #require(try evaluation(story, minute: 3).candidates.first { $0.partnerID == "A" }?.evidence.living?.usualSizes)
        #expect(sizes.lowerBound > 800_000 && sizes.upperBound < 1_300_000)
    }

    /// Answers within minutes match more than answers within hours; the program's habit stands in for who has not answered.
    @Test func answersSayHowSoonAPartnerAnswers() throws {
        var story = Self.program()
        for index in 0..<20 {
            let at = 1_000 * (index + 1)
            story.given(at, .lead("L\(index)") { $0.vertical = "energy" })
            let holder = try #require(story.state.lead("L\(index)")?.partnerID)
            if holder != (index % 2 == 0 ? "A" : "B") { story.given(at, .human("L\(index)", .assign(partnerID: index % 2 == 0 ? "A" : "B"))) }
            story.given(at + (index % 2 == 0 ? 5 : 400), .responded("L\(index)", index % 2 == 0 ? "A" : "B"))
        }
        let now = try evaluation(story, minute: 30_000)
        let (a, b) = (try match(.responseTime, "A", now), try match(.responseTime, "B", now))
        #expect(a > b + 0.1 && a < 1 && b > 0)
        let evidence = try #require(now.candidates.first { $0.partnerID == "A" }?.evidence.living)
        let typical = try #require(evidence.typicalResponseMinutes)
        #expect(evidence.responses == 10 && abs(typical - 5) < 1e-9)
    }

    @Test func declinesAndSlowDealsCountAgainstAPartner() throws {
        var story = Self.program()
        for index in 0..<6 {
            let at = Moment.at(day: 2 * index, 0)
            story.given(at, .lead("L\(index)") { $0.vertical = "energy" })
            if story.state.lead("L\(index)")?.partnerID != "A" { story.given(at, .human("L\(index)", .assign(partnerID: "A"))) }
            story.given(at, .declined("L\(index)", "A"))
            if story.state.lead("L\(index)")?.partnerID == "B" { story.given(at, .responded("L\(index)", "B"), .won("L\(index)", "B")) }
        }
        story.given(Moment.at(day: 20, 0), .lead("S"), .human("S", .assign(partnerID: "A")))
        story.given(Moment.at(day: 20, 0), .responded("S", "A"))
        story.given(Moment.at(day: 200, 0), .won("S", "A"))
        let now = try evaluation(story, minute: Moment.at(day: 201, 0))
        #expect(try match(.acceptance, "A", now) < match(.acceptance, "B", now))
        #expect(try match(.cycleLength, "A", now) < 0.5 && match(.cycleLength, "B", now) > 0.5)
    }

    /// A buying signal for what a partner lists speaks for it; one that nobody lists speaks for nobody.
    @Test func aSignalSpeaksForWhoListsItsTopic() throws {
        var story = Self.program()
        story.given(0, .intent(account: 1, "erp", strength: 60, day: 0), .intent(account: 1, "solar", strength: 90, day: 0))
        story.given(0, .intent(account: 2, "solar", strength: 90, day: 0))
        let listed = try evaluation(story, minute: 1, account: 1), unlisted = try evaluation(story, minute: 1, account: 2)
        #expect(try match(.intent, "A", listed) == 0 && match(.intent, "B", listed) == 1)
        #expect(try match(.intent, "A", unlisted) == 0.5 && match(.intent, "B", unlisted) == 0.5)
    }

    /// A corrected outcome leaves no trace in what deals say.
    @Test func aCorrectionTakesBackWhatAnOutcomeSaid() throws {
        var story = Self.program()
        deal(&story, "A0", "A", 1, won: true, value: 500_000)
        story.given(2, .lost("A0", "A"))
        let evidence = try #require(try evaluation(story, minute: 3).candidates.first { $0.partnerID == "A" }?.evidence)
        #expect(evidence.living?.sizedWins == 0 && evidence.living?.inVerticalInYear == SlotRecord(won: 0, closed: 1))
        story.given(4, .won("A0", "A", euros(700)))
        let again = try #require(try evaluation(story, minute: 5).candidates.first { $0.partnerID == "A" }?.evidence.living)
        #expect(again.sizedWins == 1 && again.usualSizes == 70_000...70_000 && again.inVerticalInYear == SlotRecord(won: 1, closed: 1))
    }

    /// Version 1 goes by the six contributions of the profile, whatever the policy says of later ones.
    @Test func versionOneKnowsSixContributions() throws {
        let story = Self.program(logic: 1) { $0.fitWeights.intent = 90; $0.fitWeights.mode = .learned }
        #expect(try evaluation(story, minute: 1).fitWeights == [0.3, 0.15, 0.1, 0.2, 0.1, 0.15])
        #expect(story.state.policy?.fitWeights == FitWeights())
        #expect(try State(canonicalBytes: story.state.canonicalBytes()).policy == story.state.policy)
    }
}

/// Goal: the record in a vertical is of twelve months, and bounded. Method: deals over years.
@Suite struct TwelveMonthTests {
    private func record(_ story: Story, day: Int) throws -> SlotRecord? {
        let lead = Input.lead("probe") { $0.vertical = "energy" }
        let evaluation = try #require(Decider.explain(lead, at: Moment.at(Moment.at(day: day, 0)), in: story.state).evaluation)
        return try #require(evaluation.candidates.first).evidence.living?.inVerticalInYear
    }

    private static func program(logic version: UInt32 = Logic.newest) -> Story {
        Story(logic: version, .policy { $0.ownerFirst = false; $0.sla.firstResponseMinutes = 0 }, .partner("A"))
    }

    /// One deal each 30 days, every other one won: twelve of them count, however long it goes on.
    @Test func olderMonthsFallOut() throws {
        var story = Self.program()
        for month in 0..<40 {
            story.given(Moment.at(day: 30 * month, 0), .lead("L\(month)") { $0.vertical = "energy" })
            story.given(Moment.at(day: 30 * month, 0), month % 2 == 0 ? .won("L\(month)", "A") : .lost("L\(month)", "A"))
            let counted = UInt32(min(month + 1, 12))
            #expect(try record(story, day: 30 * month) == SlotRecord(won: month < 12 ? (counted + 1) / 2 : 6, closed: counted))
        }
        #expect(try record(story, day: 30 * 39 + 180) == SlotRecord(won: 3, closed: 6))
        #expect(try record(story, day: 30 * 60) == SlotRecord(won: 0, closed: 0))
        let restored = try State(canonicalBytes: story.state.canonicalBytes())
        #expect(restored.canonicalBytes() == story.state.canonicalBytes())
    }

    /// A program that takes up version 2 counts the closed deals that it still knows.
    @Test func anOlderProgramsDealsAreCounted() throws {
        var story = Self.program(logic: 1)
        for (id, day) in [("L0", 0), ("L1", 300), ("L2", 400)] {
            story.given(Moment.at(day: day, 0), .lead(id) { $0.vertical = "energy"; $0.dealValue = euros(10_000) }, .won(id, "A"))
        }
        #expect(try record(story, day: 401) == nil)
        story.given(Moment.at(day: 401, 0), Input(.logicVersionAdopted(2)))
        #expect(try record(story, day: 401) == SlotRecord(won: 2, closed: 2))
        #expect(try State(canonicalBytes: story.state.canonicalBytes()).canonicalBytes() == story.state.canonicalBytes())
    }
}
