import LeadlineCore
import Testing

/// Goal: a program of logic version 3 learns which marketing campaigns' leads its partners win, and says so; programs on
/// earlier versions compute what they computed before, whatever their producers state.
/// Method: one partner wins the leads of one campaign and loses those of another; the same history with and without.
@Suite struct CampaignTests {
    private static func history(logic version: UInt32 = Logic.newest, stating campaign: (Int) -> String) -> Story {
        var story = Story(logic: version, .policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        for number in 0..<60 {
            let id = "L\(number)", name = campaign(number)
            // A day each: experts are judged as days pass.
            story.given(Moment.at(day: number, 9), .lead(id) { $0.campaign = name; $0.dealValue = euros(10_000) })
            story.given(Moment.at(day: number, 10), number.isMultiple(of: 2) ? .won(id, "A") : .lost(id, "A"))
        }
        return story
    }

    private static func explained(_ campaign: String, _ story: Story) throws -> FullEvaluation {
        let lead = Input.lead("next") { $0.campaign = campaign; $0.dealValue = euros(10_000) }
        return try #require(Decider.explain(lead, at: Moment.at(Moment.at(day: 70, 9)), in: story.state).evaluation)
    }

    @Test func theModelLearnsFromIt() throws {
        let story = Self.history { $0.isMultiple(of: 2) ? "spring-fair" : "cold-list" }
        let good = try Self.explained("spring-fair", story), bad = try Self.explained("cold-list", story)
        let (won, lost) = (try #require(good.candidates.first), try #require(bad.candidates.first))
        #expect(won.conversion > lost.conversion + 0.05)
        let place = ConversionContribution.partnerCampaign.rawValue
        #expect(won.conversionContributions[place] > 0 && lost.conversionContributions[place] < 0)
        let lead = ConversionContribution.lead.rawValue
        #expect(won.conversionContributions[lead] > lost.conversionContributions[lead])
        #expect(won.evidence.bySlot[LeadSlot.campaign.rawValue] == SlotRecord(won: 30, closed: 30))
        #expect(lost.evidence.bySlot[LeadSlot.campaign.rawValue] == SlotRecord(won: 0, closed: 30))
        #expect(good.lead.map { "\($0.field) \($0.value)" } == ["campaign spring-fair"])
        #expect(story.state.modelStanding.values.contains { $0.value.slot == .campaign && $0.value.word == "cold-list" })
    }

    @Test func contributionsStillAddUp() throws {
        let story = Self.history { ["a", "b", "", "c"][$0 % 4] }
        for candidate in try Self.explained("b", story).candidates {
            let sum = candidate.conversionContributions.reduce(0, +)
            #expect(candidate.conversionContributions.count == ConversionContribution.allCases.count)
            #expect(abs(ElementaryFunctions.logistic(sum) - candidate.conversion) < 1e-12)
        }
    }

    @Test(arguments: [1, 2] as [UInt32]) func earlierVersionsDoNotKnowIt(logic version: UInt32) throws {
        let stated = Self.history(logic: version) { $0.isMultiple(of: 2) ? "spring-fair" : "cold-list" }
        let silent = Self.history(logic: version) { _ in "" }
        #expect(stated.state.canonicalBytes() == silent.state.canonicalBytes())
        let (told, untold) = (try Self.explained("spring-fair", stated), try Self.explained("", silent))
        #expect(told == untold && told.lead.isEmpty)
        #expect(told.candidates.allSatisfy { $0.conversionContributions.count == ConversionContribution.count(logic: version) })
        #expect(stated.state.modelStanding.slots.contains(.campaign) == false)
    }

    @Test func anUpdateStatesIt() throws {
        var story = Story(.policy(), .partner("A"), .partner("B"))
        story.given(1, .lead("L1") { $0.campaign = "first" })
        story.given(2, .updated("L1") { $0.campaign = "second" })
        let position = story.state.nextPosition - 1
        let holder = try #require(story.state.lead("L1")?.partnerID)
        let copy = try State(canonicalBytes: story.state.canonicalBytes())
        for state in [story.state, copy] {
            let evaluation = try #require(Decider.explain(.declined("L1", holder), at: Moment.at(3), in: state).evaluation)
            #expect(evaluation.lead == [KnownValue(field: "campaign", value: "second", position: position)])
        }
    }

    /// There is no end of campaigns: past a bound they share one place, and the other values keep theirs.
    @Test func manyCampaignsLeaveRoomForOtherValues() throws {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        for number in 0..<1_100 {
            let id = "L\(number)"
            story.given(1 + number, .lead(id) { $0.campaign = "c\(number)" }, .lost(id, "A"))
        }
        story.given(1_200, .lead("last") { $0.campaign = "c2000"; $0.vertical = "energy" }, .won("last", "A"))
        let words = story.state.modelStanding.values.filter { $0.value.slot == .campaign }.map(\.value.word)
        #expect(words.contains("others") && words.contains("c0") && !words.contains("c2000"))
        #expect(story.state.modelStanding.values.contains { $0.value.slot == .vertical && $0.value.word == "energy" })
        let bytes = story.state.canonicalBytes()
        #expect(try State(canonicalBytes: bytes).canonicalBytes() == bytes)
    }
}
