import LeadlineCore
import Testing

/// Goal: a deal that nobody speaks of any more ends, teaches, frees its partner's place, and can still be corrected.
@Suite struct HorizonTests {
    private static let horizon = 30 * Moment.minutesPerDay

    private static func program(minutes: UInt32) -> Story {
        Story(
            .policy { $0.sla.firstResponseMinutes = minutes; $0.dealHorizonDays = 30 },
            .partner("A") { $0.capacity = Capacity(openLeadsMax: 1) })
    }

    @Test func aDealWithoutAnEndIsLostAtTheHorizon() throws {
        var story = Self.program(minutes: 60)
        story.given(0, .lead("L1"), .responded("L1", "A"))
        #expect(story.state.lead("L1")?.respondBy == nil)
        #expect(story.state.nextDeadline == Moment.at(Self.horizon))
        story.until(Self.horizon, then: ["closed L1 at A, lost, learned"])
        #expect(try story.partner("A").lost == 1)
        #expect(try story.partner("A").openLeads == 0)
        story.when(Self.horizon + 1, .lead("L2"), then: "assigned L2 to A, attempt 1, submitted, due \(Self.horizon + 61)")
        story.when(Self.horizon + 2, .won("L1", "A", euros(7)), then: "closed L1 at A, won, 700, learned")
        #expect(try story.partner("A").won == 1)
        #expect(try story.partner("A").lost == 0)
    }

    @Test func anOutcomeBeforeItStopsTheTimer() {
        var story = Self.program(minutes: 60)
        story.given(0, .lead("L1"), .responded("L1", "A"))
        story.given(5, .won("L1", "A", euros(7)))
        #expect(story.state.nextDeadline == nil)
        story.until(2 * Self.horizon)
    }

    /// Without a promised first response the horizon runs from the assignment; answering does not move it.
    @Test func itRunsFromTheAssignment() {
        var story = Self.program(minutes: 0)
        story.given(0, .lead("L1"))
        story.given(100, .responded("L1", "A"))
        story.until(Self.horizon - 1)
        story.until(Self.horizon, then: ["closed L1 at A, lost, learned"])
    }

    /// A partner that leaves gives up what it holds at once, horizon or not.
    @Test func aPartnerThatLeavesIsNotWaitedFor() {
        var story = Self.program(minutes: 60)
        story.given(0, .lead("L1"), .responded("L1", "A"))
        story.given(10, .removed("A"))
        story.until(10, then: ["ended L1 at A, attempt 1, partnerRemoved", "escalated L1 to partner-managers, noEligiblePartner"])
        story.until(2 * Self.horizon)
    }

    /// History is closed in its own time: an import's open deals end where the policy says.
    @Test func importedDealsEndToo() {
        var story = Self.program(minutes: 60)
        story.given(0, Input.lead("L1", past: "A").asHistory)
        story.until(Self.horizon, then: ["closed L1 at A, lost, learned"])
    }
}
