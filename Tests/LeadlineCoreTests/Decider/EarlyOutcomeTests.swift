import LeadlineCore
import Testing

/// Goal: an outcome that comes before its lead is not lost: it waits, is applied, or is given up, journaled each time.
@Suite struct EarlyOutcomeTests {
    private static let week = 7 * Moment.minutesPerDay
    private static func ready() -> Story {
        Story(.policy(), .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"))
    }

    @Test func itWaitsAndIsDelivered() {
        var story = Self.ready()
        story.when(1, .responded("L1", "A"), then: "waiting for L1 until \(1 + Self.week)")
        story.when(2, .won("L1", "A", euros(9)), then: "waiting for L1 until \(2 + Self.week)")
        story.when(10, .lead("L1"), then: "assigned L1 to A, attempt 1, submitted, due 15")
        #expect(story.state.nextDeadline == Moment.at(10))
        story.until(10, then: ["responded L1 by A after 0"], ["closed L1 at A, won, 900, learned"])
        story.until(2 * Self.week)
        #expect(story.state.nextDeadline == nil)
    }

    @Test func anAcceptanceThatWaited() {
        var story = Self.ready()
        story.given(1, .accepted("L1", "A"), .lead("L1"))
        story.until(1, then: [])
        #expect(story.state.lead("L1")?.stage == .accepted)
    }

    @Test func aDeclineThatWaitedReroutes() {
        var story = Self.ready()
        story.given(1, .declined("L1", "A"), .lead("L1"))
        story.until(1, then: ["ended L1 at A, attempt 1, declined", "assigned L1 to B, attempt 2, declined, due 6"])
    }

    @Test func itIsGivenUpAfterSevenDays() {
        var story = Self.ready()
        story.when(1, .won("L9", "A"), then: "waiting for L9 until \(1 + Self.week)")
        let position = story.state.nextPosition - 1
        story.until(Self.week)
        story.until(1 + Self.week, then: ["unmatched L9 from \(position)"])
        story.given(2 + Self.week, .lead("L9"))
        #expect(story.state.lead("L9")?.stage == .assigned)
    }

    /// Each outcome waits for itself: one delivered, the other given up.
    @Test func severalWait() {
        var story = Self.ready()
        story.given(1, .won("L1", "A", euros(1)), .lost("L2", "A"))
        let second = story.state.nextPosition - 1
        story.given(2, .lead("L1"))
        story.until(2, then: ["closed L1 at A, won, 100, learned"])
        story.until(1 + Self.week, then: ["unmatched L2 from \(second)"])
    }

    /// By another partner than the lead's: delivered, and then refused like any other.
    @Test func itIsJudgedOnDelivery() {
        var story = Self.ready()
        story.given(1, .won("L1", "B"), .lead("L1"))
        story.until(1, then: ["disregarded L1, notTheHolder"])
        #expect(story.state.lead("L1")?.partnerID == "A")
    }

    /// An outcome for a lead that is merged on arrival reaches the older one.
    @Test func itFollowsAMergedLead() {
        var story = Self.ready()
        story.given(1, .lead("L1", account: 1, person: 1), .responded("L1", "A"))
        story.given(5, .won("L2", "A", euros(1)))
        story.when(9, .lead("L2", account: 1, person: 1), then: "merged L2 into L1, same person")
        #expect(story.state.nextDeadline == Moment.at(9))
        story.until(9, then: ["closed L1 at A, won, 100, learned"])
    }

    /// A restored snapshot waits for the same moment as the state it was taken from.
    @Test func aSnapshotWaitsAlike() throws {
        var story = Self.ready()
        story.given(1, .lead("L1", account: 1, person: 1), .responded("L1", "A"), .won("L2", "A"))
        story.given(9, .lead("L2", account: 1, person: 1))
        let restored = try State(canonicalBytes: story.state.canonicalBytes())
        #expect(restored.nextDeadline == story.state.nextDeadline)
    }

    @Test func waitingIsBounded() {
        var story = Self.ready()
        for number in 0..<10_000 { story.given(1, .won("W\(number)", "A")) }
        story.when(1, .won("W10000", "A"), then: "disregarded W10000, tooManyWaiting")
        story.when(1, .won("W9999", "A"), then: "disregarded W9999, tooManyWaiting")
        story.given(1, .lead("W10000"), .lead("W0"))
        story.until(1, then: ["closed W0 at A, won, 1000000, learned"])
        story.when(2, .won("W10001", "A"), then: "waiting for W10001 until \(2 + Self.week)")
        story.given(3, .responded("W10000", "A"), .lead("W9999"))
        story.until(3, then: ["closed W9999 at A, won, 1000000, learned"])
    }
}
