import LeadlineCore
import Testing

/// Goal: whether a partner is at work when a lead comes matters as the policy says, by what waiting costs; that is learned
/// from response times, and stands in the explanation.
@Suite struct PresenceTests {
    private static let hour = 60

    /// A and B are alike but that B is the better fit. A works from eight to six, B from noon; minutes count from midnight.
    private static func program(_ mode: PresenceMode, logic version: UInt32 = Logic.newest, _ change: (inout Policy) -> Void = { _ in }) -> Story {
        func at(_ from: Int, _ until: Int) -> [WorkingHours] {
            (1...7).map { WorkingHours(weekday: UInt8($0), fromMinute: UInt16(from * 60), untilMinute: UInt16(until * 60)) }
        }
        return Story(
            logic: version,
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 0
                policy.method = .highestScore
                policy.waiting.offersPerMinuteMax = 10
                policy.presence = mode
                change(&policy)
            },
            .partner("A") { ($0.workingHours, $0.typicalDealMax) = (at(8, 18), euros(1)) },
            .partner("B") { ($0.workingHours, $0.typicalDealMax) = (at(12, 20), euros(1_000_000)) })
    }

    /// Who gets a lead at an hour.
    @Test(arguments: [
        (PresenceMode.ignore, UInt32(7), 9, "B"), (.ignore, 7, 21, "B"),
        // Three hours cost more than B is better by; where nobody works, A begins first.
        (.prefer, 7, 9, "A"), (.prefer, 7, 13, "B"), (.prefer, 7, 19, "B"), (.prefer, 6, 9, "B"),
        (.hold, 7, 9, "A"), (.hold, 7, 13, "B"),
    ] as [(PresenceMode, UInt32, Int, String)])
    func whoIsAtWorkIsPreferred(mode: PresenceMode, logic: UInt32, hour: Int, expected: String) {
        var story = Self.program(mode, logic: logic)
        story.given(hour * Self.hour, .lead("L1"))
        #expect(story.state.lead("L1")?.partnerID == expected)
    }

    /// The price is the part of the expected value that is lost, and the choice is made by what is left.
    @Test func thePriceOfWaitingIsStated() throws {
        var story = Self.program(.prefer)
        story.given(9 * Self.hour, .lead("L1"))
        let best = try story.evaluation().best
        let (a, b) = (try #require(best.first { $0.partnerID == "A" }), try #require(best.first { $0.partnerID == "B" }))
        #expect(a.waitingPrice == 0 && a.score < b.score)
        // Three hours: 36 % is left of the chance before deals have said anything.
        #expect(abs(b.waitingPrice - b.score * 0.64) < 1e-6 && b.score - b.waitingPrice < a.score)
    }

    @Test func aLeadIsHeldUntilSomebodyIsAtWork() {
        var story = Self.program(.hold) { $0.escalationLadder = [EscalationStep(queue: "head", afterMinutes: 5)] }
        story.when(22 * Self.hour, .lead("L1"), then: "escalated L1 to partner-managers, heldForWork, suggests B")
        // No ladder is climbed by night.
        story.until(32 * Self.hour, then: ["assigned L1 to A, attempt 1, offeredAgain"])
    }

    /// What an owner owns comes to it at any hour; what is never offered again is not held.
    @Test func whatCannotBeHeldIsNot() {
        var story = Self.program(.hold)
        story.given(13 * Self.hour, .lead("L1", account: 1), .won("L1", "B"))
        story.given(22 * Self.hour, .lead("L2", account: 1))
        #expect(story.state.lead("L2")?.partnerID == "B")
        var other = Self.program(.hold) { $0.waiting.offersPerMinuteMax = 0 }
        other.given(22 * Self.hour, .lead("L1"))
        #expect(other.state.lead("L1")?.partnerID == "B")
    }

    /// Deals that were answered late and won all the same make waiting cheap; the other way round it costs more.
    @Test(arguments: [true, false])
    func responseTimesTeach(lateWins: Bool) throws {
        var story = Self.program(.prefer)
        func kept(_ story: Story) throws -> [Double] {
            try #require(story.state.network(at: story.state.lastStamp)).waiting.map(\.kept)
        }
        let before = try kept(story)
        #expect(zip(before, [1, 0.5, 0.42, 0.36, 0.3, 0.25, 0.2]).allSatisfy { abs($0 - $1) < 1e-9 }, "\(before)")
        var minute = 13 * Self.hour
        for lead in 0..<40 {
            let id = "L\(lead)"
            story.given(minute, .lead(id))
            let holder = try #require(story.state.lead(id)?.partnerID)
            let isLate = lead % 2 == 1
            story.given(minute + (isLate ? 100 : 1), .responded(id, holder))
            story.given(minute + 101, isLate == lateWins ? .won(id, holder) : .lost(id, holder))
            minute += 110
        }
        let learned = try kept(story)
        // However good the late ones were, they are believed to be no better than those before.
        #expect(lateWins ? learned[3] == learned[2] : learned[3] < 0.25, "\(learned)")
        #expect(zip(learned, learned.dropFirst()).allSatisfy { $0 >= $1 })
        let tally = try #require(story.state.network(at: story.state.lastStamp)).waiting[3]
        #expect(tally.closed == 20 && tally.won == (lateWins ? 20 : 0))
        // A deal that turns out otherwise after all is counted otherwise, and no deal twice.
        let holder = try #require(story.state.lead("L1")?.partnerID)
        story.given(minute, lateWins ? .lost("L1", holder) : .won("L1", holder))
        let corrected = try #require(story.state.network(at: story.state.lastStamp)).waiting[3]
        #expect(corrected.closed == 20 && corrected.won == (lateWins ? 19 : 1))
    }
}
