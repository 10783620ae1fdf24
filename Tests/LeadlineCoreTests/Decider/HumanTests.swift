import LeadlineCore
import Testing

/// Goal: humans may go past caps and preferences, never past a hard rule; reviews open and end.
@Suite struct HumanTests {
    private static func ready() -> Story {
        var story = Story(
            .policy {
                $0.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))]
                $0.attemptsMax = 2
            },
            .partner("A") { $0.countries = ["DE"]; $0.typicalDealMax = euros(10_000) },
            .partner("B") { $0.countries = ["DE"]; $0.capacity.openLeadsMax = 0 },
            .partner("C") { $0.countries = ["FR"] })
        story.given(0, .lead("L1") { $0.country = "DE" })
        return story
    }

    @Test func assignGoesPastACap() {
        var story = Self.ready()
        story.when(1, .human("L1", .assign(partnerID: "B")),
            then: "ended L1 at A, attempt 1, human", "assigned L1 to B, attempt 2, human, due 6")
        #expect(story.state.partnerStandings.map(\.openLeads) == [0, 1, 0])
        story.until(6, then: ["expired L1 at B, attempt 2, due 6", "escalated L1 to partner-managers, attemptsExhausted"])
        story.when(7, .human("L1", .assign(partnerID: "A")), then: "assigned L1 to A, attempt 3, human, due 12")
    }

    @Test func assignNeverBreaksAHardRule() {
        var story = Self.ready()
        story.when(1, .human("L1", .assign(partnerID: "C")), then: "disregarded C, notEligible")
        #expect(story.state.lead("L1")?.partnerID == "A")
    }

    @Test func assignNeedsAPartner() {
        var story = Self.ready()
        story.given(1, .removed("B"))
        story.when(1, .human("L1", .assign(partnerID: "Z")), then: "disregarded Z, partnerUnknown")
        story.when(1, .human("L1", .assign(partnerID: "B")), then: "disregarded B, partnerUnknown")
        story.when(1, .human("L1", .assign(partnerID: "A")), then: "disregarded L1, noChange")
        story.when(1, .human("L9", .assign(partnerID: "A")), then: "disregarded L9, leadUnknown")
    }

    @Test func assignFromTheQueueWithoutAPolicy() {
        var story = Story(.partner("A"))
        story.given(1, .lead("L1"))
        story.when(2, .human("L1", .assign(partnerID: "A")), then: "assigned L1 to A, attempt 1, human")
    }

    @Test func closeEndsIt() {
        var story = Self.ready()
        story.when(1, .human("L1", .close), then: "closed L1 at A, human")
        for decision in [HumanDecisionRecorded.Decision.close, .reroute, .assign(partnerID: "A")] {
            story.when(2, .human("L1", decision), then: "disregarded L1, leadClosed")
        }
        #expect(story.state.partnerStandings.map(\.openLeads) == [0, 0, 0])
    }

    @Test func rerouteAsksTheOthers() {
        var story = Self.ready()
        story.given(1, .capacity("B"))
        story.when(1, .human("L1", .reroute),
            then: "ended L1 at A, attempt 1, human", "assigned L1 to B, attempt 2, human, due 6")
        story.when(2, .human("L1", .reroute),
            then: "ended L1 at B, attempt 2, human", "escalated L1 to partner-managers, noEligiblePartner")
    }

    /// After the last attempt a human's word is one more; then the lead is with the human again.
    @Test(arguments: [6, 7] as [UInt32]) func rerouteAfterTheLastAttempt(logic version: UInt32) {
        var story = Story(logic: version, .policy { $0.attemptsMax = 1 }, .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"), .partner("C"))
        story.given(0, .lead("L1"))
        story.until(5, then: ["expired L1 at A, attempt 1, due 5", "escalated L1 to partner-managers, attemptsExhausted"])
        if version < 7 {
            story.when(6, .human("L1", .reroute), then: "escalated L1 to partner-managers, attemptsExhausted")
            return
        }
        story.when(6, .human("L1", .reroute), then: "assigned L1 to B, attempt 2, human, due 11")
        story.until(11, then: ["expired L1 at B, attempt 2, due 11", "escalated L1 to partner-managers, attemptsExhausted"])
        story.when(12, .human("L1", .reroute), then: "assigned L1 to C, attempt 3, human, due 17")
    }

    @Test func reviewsAreUpheldOrOverridden() {
        var story = Self.ready()
        story.when(1, .human("L1", .uphold), then: "disregarded L1, noChange")
        story.when(1, .review("L1"), then: "review opened L1 at A")
        story.when(1, .review("L1"), then: "disregarded L1, noChange")
        #expect(story.state.reviewsOpen == 1)
        story.when(2, .human("L1", .uphold), then: "review resolved L1, upheld")
        #expect(story.state.reviewsOpen == 0)
        story.given(3, .review("L1"))
        story.when(3, .human("L1", .assign(partnerID: "C")), then: "disregarded C, notEligible")
        #expect(story.state.reviewsOpen == 1)
        story.when(3, .human("L1", .assign(partnerID: "B")),
            then: "ended L1 at A, attempt 1, human", "assigned L1 to B, attempt 2, human, due 8",
            "review resolved L1, overridden")
        story.given(4, .review("L1"))
        story.when(4, .human("L1", .close), then: "closed L1 at B, human", "review resolved L1, overridden")
        #expect(story.state.reviewsOpen == 0)
        story.when(5, .review("L1"), then: "review opened L1 at B")
        story.when(6, .human("L1", .close), then: "disregarded L1, leadClosed")
        story.when(6, .human("L1", .uphold), then: "review resolved L1, upheld")
        story.when(7, .review("L9"), then: "disregarded L9, leadUnknown")
    }

    @Test func aReviewWithNobodyHolding() {
        var story = Story(.partner("A"))
        story.given(1, .lead("L1"))
        story.when(1, .review("L1"), then: "review opened L1 at nobody")
        story.when(2, .human("L1", .reroute),
            then: "escalated L1 to partner-managers, noPolicy", "review resolved L1, overridden")
    }
}
