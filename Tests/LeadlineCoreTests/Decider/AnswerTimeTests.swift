import LeadlineCore
import Testing

/// Goal: partners are measured by when they answered, not by when Leadline came to read it; an answer in time that turns up
/// late is credited, within bounds, and nothing is believed that cannot be.
@Suite struct AnswerTimeTests {
    private static func program(logic version: UInt32 = Logic.newest, _ change: (inout Policy) -> Void = { _ in }) -> Story {
        Story(logic: version, .policy { change(&$0) }, .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"))
    }

    /// Received when, with which own time; what is said of an answer read at minute 4 to a lead of minute 1.
    @Test(arguments: [
        (UInt32(7), 2, nil, "responded L1 by A after 1"),
        (7, 3, 2, "responded L1 by A after 1"),
        // Not in the future, and not before the partner had the lead.
        (7, 3, 4, "responded L1 by A after 2"),
        (7, 3, 0, "responded L1 by A after 2"),
        (6, 2, 2, "responded L1 by A after 3"),
    ] as [(UInt32, Int, Int?, String)])
    func byItsOwnTime(logic: UInt32, received: Int, own: Int?, expected: String) {
        var story = Self.program(logic: logic)
        story.given(1, .lead("L1"))
        story.when(4, .responded("L1", "A").received(received, own: own), then: expected)
    }

    @Test func aRecordWithoutTimesCountsWhenItIsRead() {
        var story = Self.program()
        story.given(1, .lead("L1"))
        story.when(4, .responded("L1", "A"), then: "responded L1 by A after 3")
    }

    /// In working minutes where those were promised.
    @Test func inThePromisedKindOfTime() {
        let hours = (1...5).map { WorkingHours(weekday: $0, fromMinute: 540, untilMinute: 1_080) }
        var story = Story(
            .policy { $0.sla.firstResponseMinutes = 240; $0.sla.inWorkingHours = true }, .partner("A") { $0.workingHours = hours })
        let friday = Moment.at(day: 4, 17, 30), monday = Moment.at(day: 7, 9, 15)
        story.given(friday, .lead("L1"))
        story.when(monday, .responded("L1", "A").received(monday, own: monday), then: "responded L1 by A after 45")
    }

    // MARK: Late

    private static func missed(_ change: (inout Policy) -> Void = { _ in }) -> Story {
        var story = program(change)
        story.given(1, .lead("L1"))
        story.until(6, then: ["expired L1 at A, attempt 1, due 6", "assigned L1 to B, attempt 2, expired, due 11"])
        return story
    }

    /// Nobody else has answered: the partner has the lead again, and the miss counts no more.
    @Test func aLateRecordOfATimelyAnswerIsCredited() throws {
        var story = Self.missed { $0.coolDownMinutes = 600 }
        story.when(
            8, .responded("L1", "A").received(8, own: 4), then: "credited L1 to A, 3 min, due 6",
            "ended L1 at B, attempt 2, answeredInTime", "assigned L1 to A, attempt 3, answeredInTime")
        #expect(story.state.lead("L1")?.stage == .responded)
        #expect(try story.partner("A").coolingUntil == nil)
        story.when(9, .responded("L1", "A").received(9, own: 4), then: "disregarded L1, noChange")
        story.until(20_000)
        let (_, whole) = Decider.explain(.lead("next"), at: Moment.at(20_001), in: story.state)
        let evidence = try #require(whole?.candidates.first { $0.partnerID == "A" }?.evidence)
        #expect(evidence.missed == 0 && evidence.inTime == 1 && evidence.taken == 1)
    }

    /// Another has answered meanwhile, or a human has the lead under review: it stays there.
    @Test func whoAnsweredKeepsTheLead() {
        var story = Self.missed()
        story.given(7, .responded("L1", "B"))
        story.when(8, .responded("L1", "A").received(8, own: 4), then: "credited L1 to A, 3 min, due 6")
        #expect(story.state.lead("L1")?.partnerID == "B")
    }

    @Test(arguments: [
        ("after the deadline by its own time", 8, 7, nil),
        ("no own time", 8, nil, nil),
        ("in the future", 8, 9, nil),
        ("before it had the lead", 8, 0, nil),
        ("long after the deadline", 17, 4, 10),
        ("the policy credits none", 8, 4, 0),
    ] as [(String, Int, Int?, UInt32?)])
    func whatIsNotBelieved(name: String, received: Int, own: Int?, late: UInt32?) {
        var story = Self.missed { $0.lateAnswerMinutes = late; $0.attemptsMax = 2 }
        if received > 11 { story.until(11, then: ["expired L1 at B, attempt 2, due 11", "escalated L1 to partner-managers, attemptsExhausted"]) }
        story.when(received, .responded("L1", "A").received(received, own: own), then: "disregarded L1, notTheHolder")
    }

    /// From the human queue it comes back to who had answered.
    @Test func alsoFromTheHumanQueue() {
        var story = Story(.policy { $0.attemptsMax = 1 }, .partner("A"))
        story.given(1, .lead("L1"))
        story.until(6, then: ["expired L1 at A, attempt 1, due 6", "escalated L1 to partner-managers, attemptsExhausted"])
        story.when(8, .responded("L1", "A").received(8, own: 4), then: "credited L1 to A, 3 min, due 6",
            "assigned L1 to A, attempt 2, answeredInTime")
    }

    /// One lead is one place, however often its partner gets it back.
    @Test func aCreditedLeadCountsOnce() throws {
        var story = Self.missed()
        #expect(try story.partner("A").leadsInPeriod == 1)
        story.given(8, .responded("L1", "A").received(8, own: 4))
        #expect(try story.partner("A").leadsInPeriod == 1 && story.partner("A").openLeads == 1)
        story.given(9, .policy("p2") { $0.periodDays = 30; $0.returns.creditsPerPeriodMax = 1 })
        #expect(try story.partner("A").leadsInPeriod == 1)
        // And it is given back once.
        story.given(10, .returned("L1", "A", .badData))
        #expect(try story.partner("A").leadsInPeriod == 0)
    }

    /// A suspension that the miss caused is over; what else was missed counts on.
    @Test func aSuspensionForItIsLifted() throws {
        var story = Self.program { policy in
            policy.suspension.missedDeadlines = 2
            policy.suspension.withinDays = 5
            policy.suspension.suspendedDays = 2
            policy.attemptsMax = 1
        }
        story.given(1, .lead("L1"))
        story.given(2, .lead("L2"))
        story.until(
            7, then: ["expired L1 at A, attempt 1, due 6", "escalated L1 to partner-managers, attemptsExhausted"],
            ["expired L2 at A, attempt 1, due 7", "suspended A until \(7 + 2 * Moment.minutesPerDay), 2 in 5", "escalated L2 to partner-managers, attemptsExhausted"])
        let copy = try State(canonicalBytes: story.state.canonicalBytes())
        let late = Input.responded("L1", "A").received(8, own: 4)
        #expect(Decider.decide(late, at: Moment.at(8), in: copy) == Decider.decide(late, at: Moment.at(8), in: story.state))
        story.when(
            8, late, then: "credited L1 to A, 3 min, due 6", "reinstated A in time", "assigned L1 to A, attempt 2, answeredInTime")
        #expect(try story.partner("A").suspendedUntil == nil)
        #expect(story.state.nextDeadline == nil)
        // The other miss counts on: one more is two.
        story.given(9, .lead("L3"))
        story.until(14, then: ["expired L3 at A, attempt 1, due 14", "suspended A until \(14 + 2 * Moment.minutesPerDay), 2 in 5", "escalated L3 to partner-managers, attemptsExhausted"])
    }

    @Test func earlierLogicDoesNotCredit() {
        var story = Self.program(logic: 6)
        story.given(1, .lead("L1"))
        story.until(6, then: ["expired L1 at A, attempt 1, due 6", "assigned L1 to B, attempt 2, expired, due 11"])
        story.when(8, .responded("L1", "A").received(8, own: 4), then: "disregarded L1, notTheHolder")
    }

    @Test func aSnapshotRemembersWhoMissed() throws {
        let story = Self.missed()
        let copy = try State(canonicalBytes: story.state.canonicalBytes())
        let late = Input.responded("L1", "A").received(8, own: 4)
        let decided = Decider.decide(late, at: Moment.at(8), in: copy)
        #expect(decided == Decider.decide(late, at: Moment.at(8), in: story.state) && decided.count == 3)
    }
}
