import LeadlineCore
import Testing

/// Goal: a partner that keeps missing deadlines gets no leads for as long as the policy says, is told, and comes back by
/// itself; what was not its fault does not count.
@Suite struct SuspensionTests {
    private static let day = Moment.minutesPerDay

    /// B wins every competition; a first response is due within ten minutes; two misses within five days suspend for two.
    private static func program(
        logic version: UInt32 = Logic.newest, _ change: (inout Policy) -> Void = { _ in }
    ) -> Story {
        Story(
            logic: version,
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 10
                policy.suspension.missedDeadlines = 2
                policy.suspension.withinDays = 5
                policy.suspension.suspendedDays = 2
                change(&policy)
            },
            .partner("A"), .partner("B") { $0.typicalDealMax = euros(10_000) })
    }

    private static func missed(_ lead: String, due: Int) -> String { "expired \(lead) at B, attempt 1, due \(due)" }
    private static func again(_ lead: String, due: Int) -> String {
        "assigned \(lead) to A, attempt 2, expired, due \(due)"
    }

    /// B misses two deadlines, at minutes 10 and 30.
    private static func suspended(_ change: (inout Policy) -> Void = { _ in }) -> Story {
        var story = program(change)
        story.given(0, .lead("L1"))
        story.until(10, then: [missed("L1", due: 10), again("L1", due: 20)])
        story.given(11, .responded("L1", "A"))
        story.given(20, .lead("L2"))
        story.until(
            30, then: [missed("L2", due: 30), "suspended B until \(30 + 2 * day), 2 in 5", again("L2", due: 40)])
        story.given(31, .responded("L2", "A"))
        return story
    }

    @Test func whoKeepsMissingGetsNothingUntilItsTimeIsOver() throws {
        var story = Self.suspended()
        #expect(try story.partner("B").suspendedUntil == Moment.at(30 + 2 * Self.day))
        story.given(40, .lead("L3"))
        #expect(story.state.lead("L3")?.partnerID == "A")
        #expect(try story.exclusions() == ["suspended 1"])
        story.given(41, .responded("L3", "A"))
        story.until(30 + 2 * Self.day, then: ["reinstated B"])
        #expect(try story.partner("B").suspendedUntil == nil)
        story.given(31 + 2 * Self.day, .lead("L4"))
        #expect(story.state.lead("L4")?.partnerID == "B")
    }

    /// The count begins anew: one more miss after the suspension is the first.
    @Test func theCountBeginsAnew() {
        var story = Self.suspended()
        story.until(30 + 2 * Self.day, then: ["reinstated B"])
        let back = 31 + 2 * Self.day
        story.given(back, .lead("L4"))
        story.until(back + 10, then: [Self.missed("L4", due: back + 10), Self.again("L4", due: back + 20)])
    }

    @Test func theVendorMayEndItBefore() throws {
        var story = Self.suspended()
        story.when(50, .resumed("B"), then: "reinstated B by vendor")
        #expect(try story.partner("B").suspendedUntil == nil)
        story.given(51, .lead("L3"))
        #expect(story.state.lead("L3")?.partnerID == "B")
        story.when(52, .resumed("B"), then: "disregarded B, noChange")
    }

    @Test func aRemovedPartnerIsNotReinstated() {
        var story = Self.suspended()
        story.given(50, .removed("B"))
        story.until(30 + 3 * Self.day)
    }

    @Test func missesFarApartDoNotCountTogether() {
        var story = Self.program()
        story.given(0, .lead("L1"))
        story.until(10, then: [Self.missed("L1", due: 10), Self.again("L1", due: 20)])
        let later = 5 * Self.day + 1
        story.given(11, .responded("L1", "A"))
        story.given(later, .lead("L2"))
        story.until(later + 10, then: [Self.missed("L2", due: later + 10), Self.again("L2", due: later + 20)])
    }

    /// What it has not answered goes elsewhere at once, one entry a lead; what it is in touch about stays.
    @Test func whatItHoldsMovesIfThePolicySaysSo() {
        for moves in [false, true] {
            var story = Self.program { $0.suspension.movesLeads = moves }
            story.given(0, .lead("L1"))
            story.until(10, then: [Self.missed("L1", due: 10), Self.again("L1", due: 20)])
            story.given(11, .responded("L1", "A"), .lead("L0"), .responded("L0", "B"))
            story.given(20, .lead("L2"))
            story.given(25, .lead("L3"))
            let suspended = [
                Self.missed("L2", due: 30), "suspended B until \(30 + 2 * Self.day), 2 in 5", Self.again("L2", due: 40),
            ]
            if moves {
                story.until(
                    30, then: suspended,
                    ["ended L3 at B, attempt 1, partnerSuspended", "assigned L3 to A, attempt 2, partnerSuspended, due 40"])
            } else {
                story.until(30, then: suspended)
            }
            #expect(story.state.lead("L0")?.partnerID == "B")
            #expect(story.state.lead("L3")?.partnerID == (moves ? "A" : "B"))
        }
    }

    /// An absence inside the promise takes the deadline out of the count.
    @Test func aDeadlineInAnAbsenceDoesNotCount() {
        var story = Self.program()
        story.given(0, .lead("L1"))
        story.until(10, then: [Self.missed("L1", due: 10), Self.again("L1", due: 20)])
        story.given(11, .responded("L1", "A"))
        story.given(20, .lead("L2"))
        story.given(22, .absence("B", from: 21, until: 25))
        story.until(30, then: [Self.missed("L2", due: 30), Self.again("L2", due: 40)])
    }

    @Test func noneIsSuspendedUnderAnEarlierLogic() {
        var story = Self.program(logic: 4)
        for (index, at) in [0, 20, 40].enumerated() {
            story.given(at, .lead("L\(index)"))
            story.until(at + 10, then: [Self.missed("L\(index)", due: at + 10), Self.again("L\(index)", due: at + 20)])
            story.given(at + 11, .responded("L\(index)", "A"))
        }
    }
}
