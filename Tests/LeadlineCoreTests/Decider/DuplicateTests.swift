import LeadlineCore
import Testing

/// Goal: producers repeat themselves and nothing happens twice (rule 2).
@Suite struct DuplicateTests {
    private static let month = 30 * Moment.minutesPerDay
    private static func ready() -> Story {
        Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"), .partner("B"))
    }

    @Test func theSameEventIsAContentFreeEntry() {
        var story = Self.ready()
        story.given(1, .lead("L1").event(1))
        let before = story.state.canonicalBytes()
        let position = story.state.nextPosition
        story.when(1, .lead("L1").event(1))
        #expect(story.state.nextPosition == position + 1)
        #expect(story.state.canonicalBytes().dropFirst(20) == before.dropFirst(20))
    }

    @Test func theSameIDWithOtherContentIsRefused() {
        var story = Self.ready()
        story.given(1, .lead("L1").event(1, content: 1))
        story.refuses(2, .lead("L1").event(1, content: 2), .eventIDConflict)
        story.refuses(2, .withdrawn("L1").event(1, content: 3), .eventIDConflict)
    }

    @Test func eventsAreForgottenAfterThirtyDays() {
        var story = Self.ready()
        story.given(0, .withdrawn("L1").event(1))
        #expect(story.state.admission(of: .withdrawn("L1").event(1), at: Moment.at(Self.month - 1)) == .duplicate)
        #expect(story.state.admission(of: .withdrawn("L1").event(1), at: Moment.at(Self.month)) == .accept)
        story.when(Self.month, .withdrawn("L1").event(1, content: 9), then: "disregarded L1, leadUnknown")
        #expect(story.state.admission(of: .withdrawn("L1").event(1, content: 9), at: Moment.at(Self.month + 1)) == .duplicate)
        #expect(story.state.admission(of: .withdrawn("L1").event(1), at: Moment.at(Self.month + 1)) == .eventIDConflict)
        #expect(story.state.admission(of: .withdrawn("L1").event(1), at: Moment.at(2 * Self.month)) == .accept)
    }

    /// Memory shrinks again, so it is bounded by thirty days of events.
    @Test func memoryIsGivenBack() {
        var story = Self.ready()
        for number in 0..<1_000 { story.given(1, .withdrawn("L").event(UInt64(number))) }
        let full = story.state.size
        for number in 0..<400 { story.given(2 * Self.month, .withdrawn("L").event(UInt64(5_000 + number))) }
        #expect(story.state.size < full)
        #expect(story.state.size <= 2 + 400 / 4)
    }

    @Test func theSameLeadIDIsMergedIntoItself() {
        var story = Self.ready()
        story.given(1, .lead("L1").event(1))
        story.when(2, .lead("L1") { $0.country = "DE" }.event(2), then: "merged L1 into L1, same id")
        story.given(3, .withdrawn("L1"))
        story.when(4, .lead("L1"), then: "merged L1 into L1, same id")
        #expect(story.state.lead("L1")?.stage == .closed)
        #expect(story.state.openLeadCount == 0)
    }

    @Test func theSamePersonAndAccountIsMerged() {
        var story = Self.ready()
        story.given(1, .lead("L1", account: 1, person: 1))
        story.when(2, .lead("L2", account: 1, person: 1), then: "merged L2 into L1, same person")
        story.when(2, .lead("L2", account: 1, person: 1), then: "merged L2 into L2, same id")
        #expect(story.state.lead("L2")?.leadID == "L1")
        #expect(story.state.openLeadCount == 1)
        story.when(3, .won("L2", "A", euros(1)), then: "closed L1 at A, won, 100, learned")
        story.when(4, .lost("L2", "A"), then: "closed L1 at A, lost, learned")
    }

    @Test(arguments: [
        ("another person", Input.lead("L2", account: 1, person: 2), 2, false),
        ("another account", .lead("L2", account: 2, person: 1), 2, false),
        ("no account", .lead("L2", person: 1), 2, true),
        ("no person", .lead("L2", account: 1), 2, false),
        ("on the thirtieth day", .lead("L2", account: 1, person: 1), 1 + month, true),
        ("after the thirtieth day", .lead("L2", account: 1, person: 1), 2 + month, false),
    ])
    func samePersonOnly(name: String, input: Input, minute: Int, isMerged: Bool) {
        var story = Self.ready()
        story.given(1, .lead("L1", account: 1, person: 1))
        story.given(minute, input)
        #expect((story.state.lead("L2")?.leadID == "L1") == isMerged, "\(name)")
        #expect(story.state.openLeadCount == (isMerged ? 1 : 2), "\(name)")
    }

    @Test func aClosedLeadAbsorbsNothing() {
        var story = Self.ready()
        story.given(1, .lead("L1", account: 1, person: 1), .withdrawn("L1"))
        story.given(2, .lead("L2", account: 1, person: 1))
        #expect(story.state.lead("L2")?.leadID == "L2")
    }

    @Test func policyCanForbidMerging() {
        var story = Story(.policy { $0.samePersonDays = 0; $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        story.given(1, .lead("L1", account: 1, person: 1), .lead("L2", account: 1, person: 1))
        #expect(story.state.openLeadCount == 2)
    }

    /// The oldest goes on; a third is merged into it as well, also through the second's id.
    @Test func mergesDoNotChain() {
        var story = Self.ready()
        story.given(1, .lead("L1", account: 1, person: 1), .lead("L2", account: 1, person: 1))
        story.when(2, .lead("L3", account: 1, person: 1), then: "merged L3 into L1, same person")
        story.when(3, .withdrawn("L3"), then: "closed L1 at A, withdrawn")
        story.when(4, .withdrawn("L2"), then: "disregarded L2, leadClosed")
    }
}
