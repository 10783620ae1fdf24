import LeadlineCore
import Testing

/// Goal: nobody has weeks for a promise of hours because its partner goes on holiday in between: it is passed over, or the
/// clock runs on, as the policy says.
@Suite struct AbsenceAheadTests {
    private static let friday = Moment.at(day: 4, 17, 30), saturday = Moment.at(day: 5, 0), back = Moment.at(day: 21, 0)

    /// Four hours of working time from 9 to 18 on weekdays; A goes on holiday after Friday.
    private static func program(
        _ ahead: AbsenceAhead, logic version: UInt32 = Logic.newest, working: Bool = true, others: [String] = ["B"]
    ) -> Story {
        let hours = (1...5).map { WorkingHours(weekday: $0, fromMinute: 540, untilMinute: 1_080) }
        var story = Story(logic: version, .policy {
            $0.sla.firstResponseMinutes = 240
            $0.sla.inWorkingHours = working
            $0.absenceAhead = ahead
            $0.waiting.offersPerMinuteMax = nil
        })
        for id in ["A"] + others {
            story.given(0, .partner(id) { $0.workingHours = hours; $0.typicalDealMax = id == "A" ? euros(10_000) : nil })
        }
        story.given(0, .absence("A", from: saturday, until: back))
        return story
    }

    @Test(arguments: [
        (AbsenceAhead.passOver, UInt32(7), "assigned L1 to B, attempt 1, submitted, due \(Moment.at(day: 7, 12, 30))"),
        (.runOn, 7, "assigned L1 to A, attempt 1, submitted, due \(Moment.at(day: 7, 12, 30))"),
        (.stop, 7, "assigned L1 to A, attempt 1, submitted, due \(Moment.at(day: 21, 12, 30))"),
        (.passOver, 6, "assigned L1 to A, attempt 1, submitted, due \(Moment.at(day: 21, 12, 30))"),
    ])
    func onTheEveOfAHoliday(ahead: AbsenceAhead, logic: UInt32, expected: String) {
        var story = Self.program(ahead, logic: logic)
        story.when(Self.friday, .lead("L1"), then: expected)
    }

    /// Who answers before it goes is there; a promise round the clock counts likewise.
    @Test(arguments: [
        (true, Moment.at(day: 4, 13), "A"), (true, Moment.at(day: 4, 14, 1), "B"),
        (false, Moment.at(day: 4, 20), "A"), (false, Moment.at(day: 4, 20, 1), "B"),
    ])
    func onlyWhoGoesInsideThePromisedTime(working: Bool, minute: Int, holder: String) {
        var story = Self.program(.passOver, working: working)
        story.given(minute, .lead("L1"))
        #expect(story.state.lead("L1")?.partnerID == holder)
    }

    /// Where nobody else is there the lead waits for its return.
    @Test func itIsOfferedWhenItIsBack() {
        var story = Self.program(.passOver, others: [])
        story.when(Self.friday, .lead("L1"), then: "escalated L1 to partner-managers, everyoneAway")
        #expect((try? story.exclusions()) == ["leaving 1"])
        story.until(Self.back, then: ["assigned L1 to A, attempt 1, offeredAgain, due \(Moment.at(day: 21, 13))"])
    }

    /// An owner that goes is passed over too.
    @Test func ownersGoAsWell() {
        var story = Self.program(.passOver)
        story.given(1, .lead("L0", account: 1))
        story.given(2, .responded("L0", "A"))
        story.given(Self.friday, .lead("L1", account: 1))
        #expect(story.state.lead("L1")?.partnerID == "B")
    }
}
