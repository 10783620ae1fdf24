import LeadlineCore
import Testing

/// Goal: history stays as it was, teaches what it can, and shows beside it what Leadline would have done.
@Suite struct ImportTests {
    private static func ready() -> Story {
        Story(.policy(), .partner("A"), .partner("B") { $0.typicalDealMax = euros(10_000) })
    }

    @Test func pastAssignmentAndShadow() throws {
        var story = Self.ready()
        story.when(1, .lead("H1", past: "A").asHistory, then: "assigned H1 to A, attempt 1, imported", "shadow H1 to B")
        let summary = try story.evaluation()
        #expect(summary.best.map(\.partnerID) == ["B", "A"])
        #expect(story.state.nextDeadline == nil)
        story.when(2, .won("H1", "A", euros(7)).asHistory, then: "closed H1 at A, won, 700, learned")
    }

    @Test func aShadowOfNobody() {
        var story = Story(.partner("A"))
        story.when(1, .lead("H1", past: "A").asHistory, then: "assigned H1 to A, attempt 1, imported", "shadow H1 to nobody")
        story.given(1, .policy("p") { $0.hardRules = [HardRule(name: "no", require: .any([]))] })
        story.when(2, .lead("H2", past: "A").asHistory, then: "assigned H2 to A, attempt 1, imported", "shadow H2 to nobody")
    }

    /// How another partner's deal went teaches nothing about the one who held it; the lead is over.
    @Test func anotherPartnersOutcomeClosesWithoutTeaching() throws {
        var story = Self.ready()
        story.given(1, .lead("H1", past: "A").asHistory, .lead("H2", past: "A").asHistory)
        story.when(2, .won("H1", "B", euros(7)).asHistory, then: "disregarded H1, notTheHolder", "closed H1 at A, withdrawn")
        story.when(2, .lost("H2", "B").asHistory, then: "disregarded H2, notTheHolder", "closed H2 at A, withdrawn")
        #expect(story.state.partnerStandings.map { $0.won + $0.lost } == [0, 0])
        #expect(try story.partner("A").openLeads == 0)
    }

    /// What a partner had whom the program does not know is not given to another now; what became of it teaches nothing.
    @Test func anUnknownPastPartner() throws {
        var story = Self.ready()
        story.when(1, .lead("H1", past: "Z").asHistory, then: "escalated H1 to partner-managers, pastPartnerUnknown, suggests B")
        #expect(try story.evaluation().best.map(\.partnerID) == ["B", "A"])
        story.when(2, .won("H1", "Z", euros(7)).asHistory, then: "disregarded H1, partnerUnknown", "closed H1 at nobody, withdrawn")
        story.given(3, .lead("H2", past: "Z").asHistory, .lead("H3", past: "Z").asHistory)
        story.when(4, .lost("H2", "A").asHistory, then: "disregarded H2, notTheHolder", "closed H2 at nobody, withdrawn")
        // Somebody of today who reports it is no history.
        story.when(4, .lost("H3", "Z"), then: "disregarded H3, partnerUnknown")
        #expect(story.state.partnerStandings.map { $0.won + $0.lost + UInt32($0.openLeads) } == [0, 0])
        // A human may still give it to somebody, and it waits for nobody else.
        story.when(5, .human("H3", .assign(partnerID: "B")), then: "assigned H3 to B, attempt 1, human, due 10")
    }

    @Test func earlierLogicRoutesIt() {
        var story = Story(logic: 6, .policy(), .partner("A"), .partner("B") { $0.typicalDealMax = euros(10_000) })
        story.when(1, .lead("H1", past: "Z").asHistory, then: "assigned H1 to B, attempt 1, submitted, due 6")
    }

    /// A past partner counts on history only: a producer of today cannot pick one past rules and caps.
    @Test func aLiveLeadHasNoPast() {
        var story = Self.ready()
        story.when(1, .lead("L1", past: "A"), then: "assigned L1 to B, attempt 1, submitted, due 6")
    }

    /// An imported lead is what it was when its partner pauses; when the partner leaves, someone must take it.
    @Test func departures() {
        var story = Self.ready()
        story.given(1, .lead("H1", past: "A").asHistory, .paused("A"))
        story.until(2)
        story.given(2, .removed("A"))
        story.until(2, then: ["ended H1 at A, attempt 1, partnerRemoved", "assigned H1 to B, attempt 2, partnerRemoved, due 7"])
    }

    @Test func importsAreNotMergedByPerson() {
        var story = Self.ready()
        story.given(1, .lead("H1", account: 1, person: 1, past: "A").asHistory)
        story.when(2, .lead("H2", account: 1, person: 1, past: "B").asHistory,
            then: "assigned H2 to B, attempt 1, imported", "shadow H2 to A")
        story.when(3, .lead("H2", past: "B").asHistory, then: "merged H2 into H2, same id")
    }
}
