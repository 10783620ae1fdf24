import LeadlineCore
import Testing

/// Goal: what a partner held when it went is routed again, one entry a lead, and nothing else moves.
@Suite struct DepartureTests {
    private static func holding() -> Story {
        var story = Story(.policy(), .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"))
        story.given(0, .lead("L1"), .lead("L2"), .lead("L3"))
        story.given(1, .responded("L2", "A"), .accepted("L3", "A"))
        return story
    }

    @Test func pauseReroutesWhatWasNotAnswered() {
        var story = Self.holding()
        story.when(2, .paused("A"))
        story.until(2,
            then: ["ended L1 at A, attempt 1, partnerPaused", "assigned L1 to B, attempt 2, partnerPaused, due 7"],
            ["ended L3 at A, attempt 1, partnerPaused", "assigned L3 to B, attempt 2, partnerPaused, due 7"])
        #expect(story.state.lead("L2")?.partnerID == "A")
        #expect(story.state.lead("L2")?.stage == .responded)
        story.when(3, .won("L2", "A", euros(5)), then: "closed L2 at A, won, 500, learned")
    }

    @Test func pausingTwiceChangesNothing() {
        var story = Self.holding()
        story.given(2, .paused("A"), .paused("B"))
        story.until(2,
            then: ["ended L1 at A, attempt 1, partnerPaused", "escalated L1 to partner-managers, everyoneAway"],
            ["ended L3 at A, attempt 1, partnerPaused", "escalated L3 to partner-managers, everyoneAway"])
        story.when(3, .human("L1", .assign(partnerID: "B")), then: "assigned L1 to B, attempt 2, human, due 8")
        story.when(4, .paused("B"), then: "disregarded B, noChange")
        story.until(7)
        #expect(story.state.lead("L1")?.partnerID == "B")
    }

    @Test func removalReroutesEverything() {
        var story = Self.holding()
        story.when(2, .removed("A"))
        story.until(2,
            then: ["ended L1 at A, attempt 1, partnerRemoved", "assigned L1 to B, attempt 2, partnerRemoved, due 7"],
            ["ended L2 at A, attempt 1, partnerRemoved", "assigned L2 to B, attempt 2, partnerRemoved, due 7"],
            ["ended L3 at A, attempt 1, partnerRemoved", "assigned L3 to B, attempt 2, partnerRemoved, due 7"])
        #expect(story.state.partnerStandings.map(\.openLeads) == [0, 3])
    }

    @Test func removalAfterPauseTakesTheRest() {
        var story = Self.holding()
        story.given(2, .paused("A"))
        story.given(2, .removed("A"))
        story.until(2,
            then: ["ended L1 at A, attempt 1, partnerRemoved", "assigned L1 to B, attempt 2, partnerRemoved, due 7"],
            ["ended L2 at A, attempt 1, partnerRemoved", "assigned L2 to B, attempt 2, partnerRemoved, due 7"],
            ["ended L3 at A, attempt 1, partnerRemoved", "assigned L3 to B, attempt 2, partnerRemoved, due 7"])
    }

    /// A response in the very moment of the removal does not leave the lead with a partner that is gone.
    @Test func aResponseDoesNotKeepALeadAtARemovedPartner() {
        var story = Self.holding()
        story.given(2, .removed("A"))
        story.when(2, .responded("L1", "A"), then: "responded L1 by A after 2")
        story.given(2, .declined("L2", "A"), .withdrawn("L3"))
        story.until(2,
            then: ["ended L1 at A, attempt 1, partnerRemoved", "assigned L1 to B, attempt 2, partnerRemoved, due 7"])
    }

    /// A response in the moment of a pause keeps the lead where it is answered.
    @Test func aResponseKeepsALeadAtAPausedPartner() {
        var story = Self.holding()
        story.given(2, .paused("A"))
        story.given(2, .responded("L1", "A"), .responded("L3", "A"))
        story.until(10_000)
        #expect(story.state.lead("L1")?.partnerID == "A")
    }

    @Test func aRemovedPartnerIsNotPaused() throws {
        var story = Story(.policy(), .partner("A"), .partner("B"), .removed("A"))
        story.when(1, .removed("A"), then: "disregarded A, noChange")
        story.when(1, .paused("A"), then: "disregarded A, partnerUnknown")
        #expect(try story.partner("A").status == "removed")
        story.when(2, .lead("L1"), then: "assigned L1 to B, attempt 1, submitted, due 7")
    }

    /// A file that still names it is no word that it is back; one that says so is.
    @Test func aRemovedPartnerComesBackByAnExplicitWord() throws {
        var story = Story(.policy(), .partner("A") { $0.tier = 1 }, .removed("A"))
        story.when(1, .lead("L1"), then: "escalated L1 to partner-managers, noEligiblePartner")
        story.when(2, .partner("A") { $0.tier = 2 }, then: "disregarded A, partnerRemoved")
        #expect(try story.partner("A").status == "removed" && story.partner("A").profile.tier == 1)
        #expect(story.state.keptOutPartnerIDs == ["A"])
        story.when(3, .resumed("A"))
        story.when(3, .resumed("A"), then: "disregarded A, noChange")
        #expect(try story.partner("A").status == "active" && story.state.keptOutPartnerIDs.isEmpty)
        story.when(4, .lead("L2"), then: "assigned L2 to A, attempt 1, submitted, due 9")
    }

    @Test func underEarlierLogicItsProfileBringsItBack() throws {
        var story = Story(logic: 6, .policy(), .partner("A"), .removed("A"))
        story.when(1, .resumed("A"), then: "disregarded A, partnerUnknown")
        story.when(2, .partner("A"))
        #expect(try story.partner("A").status == "active")
        story.when(3, .lead("L2"), then: "assigned L2 to A, attempt 1, submitted, due 8")
    }

    /// A profile says nothing about a pause.
    @Test func aNewProfileDoesNotResume() throws {
        var story = Story(.policy(), .partner("A"), .paused("A"))
        story.given(1, .partner("A") { $0.tier = 3 })
        #expect(try story.partner("A").status == "paused")
    }
}
