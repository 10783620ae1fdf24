import LeadlineCore
import Testing

/// Goal: up to logic version 3 restriction takes a lead out of automatic routing, objection and erasure end it, and nobody
/// else is touched. What later versions do, `PersonRightsTests` say.
@Suite struct PrivacyTests {
    private static func ready() -> Story {
        var story = Story(logic: 3, .policy(), .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"))
        story.given(0, .lead("L1", account: 1, person: 1), .lead("L2", account: 2, person: 1), .lead("L3", account: 3, person: 3))
        story.given(0, .responded("L1", "A"), .responded("L2", "A"), .responded("L3", "A"))
        return story
    }

    @Test func restrictionGoesToAHuman() {
        var story = Self.ready()
        story.when(1, .restricted("L1"), then: "escalated L1 to partner-managers, processingRestricted")
        story.when(1, .restricted("L1"), then: "disregarded L1, noChange")
        story.when(2, .human("L1", .reroute), then: "escalated L1 to partner-managers, processingRestricted")
        #expect(story.state.lead("L2")?.stage == .responded)
        story.when(3, .human("L1", .close), then: "closed L1 at nobody, human")
        story.when(4, .restricted("L1"), then: "disregarded L1, leadClosed")
        story.when(4, .restricted("L9"), then: "disregarded L9, leadUnknown")
    }

    /// What a human hands out stays restricted: when it comes back, a human gets it again.
    @Test func restrictionOutlastsAHumanAssignment() {
        var story = Self.ready()
        story.given(1, .restricted("L1"))
        story.when(2, .human("L1", .assign(partnerID: "B")), then: "assigned L1 to B, attempt 2, human, due 7")
        story.until(7, then: ["expired L1 at B, attempt 2, due 7", "escalated L1 to partner-managers, processingRestricted"])
    }

    @Test func objectionClosesTheLead() {
        var story = Self.ready()
        story.when(1, .objected("L1"), then: "closed L1 at A, objected")
        story.when(2, .objected("L1"), then: "disregarded L1, leadClosed")
        #expect(story.state.lead("L2")?.stage == .responded)
    }

    @Test func erasureClosesEveryOpenLeadOfThePerson() {
        var story = Self.ready()
        story.given(1, .lead("L4", account: 4, person: 1), .withdrawn("L4"))
        story.when(2, .erasure("L2"), then: "closed L1 at A, erased", "closed L2 at A, erased")
        #expect(story.state.lead("L3")?.stage == .responded)
        story.when(3, .erasure("L2"))
        story.when(3, .erasure("L9"), then: "disregarded L9, leadUnknown")
        #expect(story.state.partnerStandings.map(\.openLeads) == [1, 0])
    }

    /// Leads without a person have nothing in common.
    @Test func erasureWithoutAPersonIsOfOneLead() {
        var story = Story(logic: 3, .policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        story.given(0, .lead("L1"), .lead("L2"))
        story.when(1, .erasure("L1"), then: "closed L1 at A, erased")
        #expect(story.state.lead("L2")?.stage == .assigned)
    }

    @Test func erasureFollowsAMergedLead() {
        var story = Self.ready()
        story.given(1, .lead("L4", account: 1, person: 1))
        story.when(2, .erasure("L4"), then: "closed L1 at A, erased", "closed L2 at A, erased")
    }
}
