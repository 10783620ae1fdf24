import LeadlineCore
import Testing

/// Goal: a promise is kept or the lead moves on, one entry a lead, until attempts run out (rules 1 and 5).
@Suite struct TimerTests {
    /// Three partners in a clear order of preference: A, B, C.
    private static func ranked(_ change: (inout Policy) -> Void = { _ in }) -> Story {
        Story(
            .policy("p1", change), .partner("A") { $0.typicalDealMax = euros(10_000) },
            .partner("B") { $0.typicalDealMax = euros(5_000) }, .partner("C") { $0.typicalDealMax = euros(2_000) })
    }

    @Test func expiryRotatesUntilAHumanGetsIt() throws {
        var story = Self.ranked()
        story.when(10, .lead("L1"), then: "assigned L1 to A, attempt 1, submitted, due 15")
        story.until(14)
        story.until(15, then: ["expired L1 at A, attempt 1, due 15", "assigned L1 to B, attempt 2, expired, due 20"])
        #expect(try story.exclusions() == ["tried 1"])
        story.until(25,
            then: ["expired L1 at B, attempt 2, due 20", "assigned L1 to C, attempt 3, expired, due 25"],
            ["expired L1 at C, attempt 3, due 25", "escalated L1 to partner-managers, attemptsExhausted"])
        #expect(story.state.nextDeadline == nil)
        #expect(story.state.partnerStandings.map(\.openLeads) == [0, 0, 0])
    }

    @Test func attemptsMaxBoundsTheOffers() {
        var story = Self.ranked { $0.attemptsMax = 1 }
        story.given(0, .lead("L1"))
        story.until(60, then: ["expired L1 at A, attempt 1, due 5", "escalated L1 to partner-managers, attemptsExhausted"])
    }

    @Test func noAttemptsMeansOne() {
        var story = Self.ranked { $0.attemptsMax = 0 }
        story.when(0, .lead("L1"), then: "assigned L1 to A, attempt 1, submitted, due 5")
    }

    @Test func nobodyLeftEscalates() {
        var story = Story(.policy(), .partner("A"))
        story.given(0, .lead("L1"))
        story.until(60, then: ["expired L1 at A, attempt 1, due 5", "escalated L1 to partner-managers, noEligiblePartner"])
    }

    @Test func firstResponseStopsTheTimer() {
        var story = Self.ranked()
        story.given(0, .lead("L1"))
        story.when(5, .responded("L1", "A"), then: "responded L1 by A after 5")
        story.when(6, .responded("L1", "A"), then: "disregarded L1, noChange")
        story.until(10_000)
        #expect(story.state.lead("L1")?.stage == .responded)
    }

    @Test func aDealStageIsAResponse() {
        var story = Self.ranked()
        story.given(0, .lead("L1"))
        story.when(3, .stage("L1", "A"), then: "responded L1 by A after 3")
        story.when(4, .stage("L1", "A", "offer"))
        story.until(10_000)
    }

    /// Accepting is a word, not a response.
    @Test func acceptingDoesNotStopTheTimer() {
        var story = Self.ranked()
        story.given(0, .lead("L1"))
        story.when(1, .accepted("L1", "A"))
        story.when(2, .accepted("L1", "A"), then: "disregarded L1, noChange")
        #expect(story.state.lead("L1")?.stage == .accepted)
        story.until(5, then: ["expired L1 at A, attempt 1, due 5", "assigned L1 to B, attempt 2, expired, due 10"])
        #expect(story.state.lead("L1")?.stage == .assigned)
        story.when(6, .accepted("L1", "B"))
    }

    @Test func onlyTheHolderCanRespond() {
        var story = Self.ranked()
        story.given(0, .lead("L1"))
        story.when(1, .responded("L1", "B"), then: "disregarded L1, notTheHolder")
        story.when(1, .accepted("L1", "B"), then: "disregarded L1, notTheHolder")
        story.when(1, .declined("L1", "B"), then: "disregarded L1, notTheHolder")
        story.when(1, .stage("L1", "Z"), then: "disregarded L1, partnerUnknown")
        story.until(5, then: ["expired L1 at A, attempt 1, due 5", "assigned L1 to B, attempt 2, expired, due 10"])
        story.when(6, .responded("L1", "A"), then: "disregarded L1, notTheHolder")
        story.when(6, .responded("L1", "B"), then: "responded L1 by B after 1")
    }

    @Test func declineReroutes() {
        var story = Self.ranked()
        story.given(0, .lead("L1"))
        story.when(1, .declined("L1", "A"),
            then: "ended L1 at A, attempt 1, declined", "assigned L1 to B, attempt 2, declined, due 6")
        story.when(1, .declined("L1", "B"),
            then: "ended L1 at B, attempt 2, declined", "assigned L1 to C, attempt 3, declined, due 6")
        story.when(1, .declined("L1", "C"),
            then: "ended L1 at C, attempt 3, declined", "escalated L1 to partner-managers, attemptsExhausted")
    }

    @Test func withdrawalEndsTheTimer() {
        var story = Self.ranked()
        story.given(0, .lead("L1"))
        story.when(1, .withdrawn("L1"), then: "closed L1 at A, withdrawn")
        story.when(2, .withdrawn("L1"), then: "disregarded L1, leadClosed")
        story.when(2, .withdrawn("L2"), then: "disregarded L2, leadUnknown")
        story.until(10_000)
        #expect(story.state.partnerStandings.map(\.openLeads) == [0, 0, 0])
    }

    @Test func noPromiseNoTimer() {
        var story = Self.ranked { $0.sla.firstResponseMinutes = 0 }
        story.when(0, .lead("L1"), then: "assigned L1 to A, attempt 1, submitted")
        #expect(story.state.nextDeadline == nil)
    }

    /// Two leads due at one moment: two entries, and the second sees what the first left.
    @Test func oneEntryALead() {
        var story = Self.ranked()
        story.given(0, .capacity("B", open: 1), .lead("L1"), .lead("L2"))
        story.until(5,
            then: ["expired L1 at A, attempt 1, due 5", "assigned L1 to B, attempt 2, expired, due 10"],
            ["expired L2 at A, attempt 1, due 5", "assigned L2 to C, attempt 2, expired, due 10"])
    }

    /// Rerouting follows the policy in force, whatever policy routed the lead first.
    @Test func reroutingFollowsTheNewPolicy() {
        var story = Self.ranked()
        story.given(0, .lead("L1"))
        story.given(1, .policy("p2") {
            $0.hardRules = [HardRule(name: "nobody", require: .any([]))]
            $0.humanQueue = "desk"
        })
        story.until(5, then: ["expired L1 at A, attempt 1, due 5", "escalated L1 to desk, noEligiblePartner"])
    }

    @Test func timeAloneChangesNothing() {
        var story = Self.ranked()
        story.when(1, Input(.timeAdvanced(through: Moment.at(9))))
        story.given(2, .lead("L1"))
        story.when(3, Input(.timeAdvanced(through: Moment.at(6))))
        #expect(story.state.nextDeadline == Moment.at(7))
    }
}
