import LeadlineCore
import Testing

/// Goal: reminders come at shares of the promise, counted as it is; who was away, or an outage, brings no burst of late ones.
@Suite struct ReminderTests {
    /// B is preferred; a hundred minutes, reminded after half of them and after four fifths.
    private static func program(
        logic version: UInt32 = Logic.newest, shares: [UInt32] = [5_000, 8_000], before: UInt32 = 0, working: Bool = false
    ) -> Story {
        Story(
            logic: version,
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 100
                policy.sla.reminders = shares.map { ReminderRule(afterBasisPoints: $0) }
                policy.sla.reminderMinutesBefore = before
                policy.sla.inWorkingHours = working
            },
            .partner("A"),
            .partner("B") {
                $0.typicalDealMax = euros(10_000)
                if working { $0.workingHours = (1...5).map { WorkingHours(weekday: $0, fromMinute: 540, untilMinute: 600) } }
            })
    }

    @Test func eachSaysWhichItIs() {
        var story = Self.program()
        story.when(0, .lead("L1"), then: "assigned L1 to B, attempt 1, submitted, due 100, reminder 50, reminder 80")
        story.until(50, then: ["reminded B of L1, due 100, 1 of 2"])
        #expect(story.state.nextDeadline == Moment.at(80))
        story.until(80, then: ["reminded B of L1, due 100, 2 of 2"])
        story.when(90, .responded("L1", "B"), then: "responded L1 by B after 90")
        #expect(story.state.nextDeadline == nil)
    }

    /// Shares and minutes before the deadline stand in one order, and one moment once.
    @Test(arguments: [
        ([8_000, 5_000], 0, ["50", "80"]), ([5_000], 20, ["50", "80"]), ([8_000], 20, ["80"]), ([8_000, 8_000], 0, ["80"]),
        ([], 20, ["80"]), ([], 0, []),
    ] as [([UInt32], UInt32, [String])])
    func momentsAreInOrder(shares: [UInt32], before: UInt32, expected: [String]) {
        var story = Self.program(shares: shares, before: before)
        story.when(
            0, .lead("L1"),
            then: "assigned L1 to B, attempt 1, submitted, due 100" + expected.map { ", reminder \($0)" }.joined())
    }

    @Test func anAnswerEndsThem() {
        var story = Self.program()
        story.given(0, .lead("L1"))
        story.until(50, then: ["reminded B of L1, due 100, 1 of 2"])
        story.given(60, .declined("L1", "B"))
        story.until(110, then: ["reminded A of L1, due 160, 1 of 2"])
    }

    // MARK: Late

    /// Both fell due in the outage: the last one comes, once.
    @Test func anOutageIsMadeUpForByTheLast() {
        var story = Self.program()
        story.given(0, .lead("L1"))
        story.afterOutage(90, then: ["reminded B of L1, due 100, 2 of 2"])
        #expect(story.state.nextDeadline == Moment.at(100))
    }

    /// What is still to come comes in its time.
    @Test func afterAnOutageTheRestComesInTime() {
        var story = Self.program()
        story.given(0, .lead("L1"))
        story.afterOutage(70, then: ["reminded B of L1, due 100, 1 of 2"])
        story.until(80, then: ["reminded B of L1, due 100, 2 of 2"])
    }

    /// The deadline passed in the outage too: nobody is reminded of what is taken back next.
    @Test func nobodyIsRemindedOfWhatHasPassed() {
        var story = Self.program()
        story.given(0, .lead("L1"))
        story.afterOutage(
            130, then: [],
            ["expired L1 at B, attempt 1, due 100", "assigned L1 to A, attempt 2, expired, due 230, reminder 180, reminder 210"])
    }

    @Test func whoIsAwayIsNotReminded() {
        var story = Self.program()
        story.given(0, .lead("L1"))
        story.given(10, .absence("B", from: 40, until: 60))
        story.until(50, then: [])
        story.until(80, then: ["reminded B of L1, due 100, 2 of 2"])
    }

    /// An hour of work a day: half of the time has passed fifty minutes into the first, four fifths twenty into the next.
    @Test func theyCountWorkingTime() {
        var story = Self.program(working: true)
        let (monday, tuesday) = (Moment.at(day: 0, 9), Moment.at(day: 1, 9))
        story.when(
            monday, .lead("L1"),
            then: "assigned L1 to B, attempt 1, submitted, due \(tuesday + 40), reminder \(monday + 50), reminder \(tuesday + 20)")
        // The night brings nothing.
        story.until(monday + 50, then: ["reminded B of L1, due \(tuesday + 40), 1 of 2"])
        story.until(tuesday + 20, then: ["reminded B of L1, due \(tuesday + 40), 2 of 2"])
    }

    /// Earlier logic knows one reminder, and sends it however late.
    @Test func earlierLogicKnowsOne() {
        var story = Self.program(logic: 4, before: 20)
        story.when(0, .lead("L1"), then: "assigned L1 to B, attempt 1, submitted, due 100, reminder 80")
        story.afterOutage(100, then: ["reminded B of L1, due 100"], ["expired L1 at B, attempt 1, due 100", "assigned L1 to A, attempt 2, expired, due 200, reminder 180"])
    }

    @Test func remindersAreInASnapshot() throws {
        var story = Self.program()
        story.given(0, .lead("L1"))
        story.until(50, then: ["reminded B of L1, due 100, 1 of 2"])
        var read = Stream(try State(canonicalBytes: story.state.canonicalBytes()))
        #expect(read.state.canonicalBytes() == story.state.canonicalBytes())
        #expect(read.fireNext()?.events.map(\.text) == ["reminded B of L1, due 100, 2 of 2"])
    }
}
