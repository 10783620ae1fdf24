import LeadlineCore
import Testing

/// Goal: a closed lead can be corrected for 540 days; afterwards its id is all that is remembered.
@Suite struct ArchiveTests {
    private static let kept = 540 * Moment.minutesPerDay

    private static func closed(_ count: Int = 1) -> Story {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        for number in 1...count { story.given(0, .lead("L\(number)"), .won("L\(number)", "A", euros(1))) }
        return story
    }

    @Test func correctedOnTheLastDay() {
        var story = Self.closed()
        story.given(Self.kept, .partner("B"))
        story.when(Self.kept, .lost("L1", "A"), then: "closed L1 at A, lost, learned")
    }

    @Test func anOutcomeAfterwardsIsADeadLetter() {
        var story = Self.closed()
        story.given(Self.kept + 1, .partner("B"))
        story.refuses(Self.kept + 2, .lost("L1", "A"), .leadArchived)
        story.refuses(Self.kept + 2, .responded("L1", "A"), .leadArchived)
        #expect(story.state.lead("L1") == nil)
        story.when(Self.kept + 2, .withdrawn("L1"), then: "disregarded L1, leadUnknown")
        #expect(story.state.partnerStandings[0].won == 1)
    }

    /// Nothing else happened in the meantime: the entry that archives must not pull the lead from under its own decision.
    @Test func theFirstEntryAfterwards() throws {
        for input in [Input.lost("L1", "A"), .lead("L1"), .review("L1"), .won("L1", "A"), .responded("L1", "A")] {
            var story = Self.closed()
            story.given(Self.kept + 10, input)
            #expect(story.state.nextDeadline == nil)
            #expect(story.state.openLeadCount == 0)
            #expect(try State(canonicalBytes: story.state.canonicalBytes()).canonicalBytes() == story.state.canonicalBytes())
            if case .dealLost = input.fact { #expect(story.state.partnerStandings[0].lost == 1) }
        }
    }

    @Test func theIDCanComeAgain() {
        var story = Self.closed()
        story.given(Self.kept + 1, .partner("B"))
        story.when(Self.kept + 2, .lead("L1") { $0.dealValue = euros(1) }, then: "assigned L1 to A, attempt 1, submitted")
        story.when(Self.kept + 2, .lost("L1", "A"), then: "closed L1 at A, lost, learned")
    }

    /// Slots are used again, so closed leads cost memory for 540 days and no longer.
    @Test func slotsAreUsedAgain() {
        var story = Self.closed(200)
        let full = story.state.size
        for number in 0..<100 { story.given(Self.kept + 1, .lead("M\(number)")) }
        #expect(story.state.size <= full + 1)
        #expect(story.state.openLeadCount == 100)
        for number in 1...200 {
            #expect(story.state.admission(of: .won("L\(number)", "A"), at: Moment.at(Self.kept + 1)) == .leadArchived)
        }
    }

    @Test func aMergedLeadIsArchivedToo() {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        story.given(0, .lead("L1", account: 1, person: 1), .lead("L2", account: 1, person: 1))
        story.given(5, .won("L2", "A"))
        story.given(Self.kept + 3, .partner("B"))
        story.refuses(Self.kept + 3, .won("L2", "A"), .leadArchived)
        story.when(Self.kept + 3, .lost("L1", "A"), then: "closed L1 at A, lost, learned")
        story.given(Self.kept + 6, .partner("B"))
        story.refuses(Self.kept + 6, .won("L1", "A"), .leadArchived)
    }

    /// A review of a lead that goes to the archive ends with it.
    @Test func reviewsOfArchivedLeadsAreNotCountedForEver() {
        var story = Self.closed()
        story.given(1, .review("L1"))
        #expect(story.state.reviewsOpen == 1)
        story.given(Self.kept + 1, .partner("B"))
        #expect(story.state.lead("L1") == nil)
        #expect(story.state.reviewsOpen == 0)
    }
}
