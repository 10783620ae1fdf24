import LeadlineCore
import Testing

/// Goal: a closed lead's person is named no longer than the policy says, each end is an event, and nobody who is still
/// needed is forgotten. Method: stories, with states that go through their bytes in between.
@Suite struct RetentionTests {
    private static func story(deals: UInt32 = 30, others: UInt32 = 10, logic: UInt32 = Logic.newest) -> Story {
        Story(logic: logic, policy("p1", deals, others), .partner("A"))
    }

    private static func policy(_ version: String, _ deals: UInt32, _ others: UInt32) -> Input {
        .policy(version) {
            $0.sla.firstResponseMinutes = 0
            $0.retention.closedDealDays = deals
            // Leads of one person stay apart.
            $0.samePersonDays = 0
            $0.retention.otherLeadDays = others
        }
    }

    /// The state is the same after it was kept and read.
    private func expectWhole(_ story: Story, location: SourceLocation = #_sourceLocation) throws {
        let read = try State(canonicalBytes: story.state.canonicalBytes())
        #expect(read.canonicalBytes() == story.state.canonicalBytes(), sourceLocation: location)
        #expect(read.nextDeadline == story.state.nextDeadline, sourceLocation: location)
    }

    @Test func eachCategoryHasItsDaysAndEndsWithADay() throws {
        var story = Self.story()
        story.given(0, .lead("L1", person: 1), .lead("L2", person: 2))
        story.given(10, .won("L1", "A"))
        story.given(20, .withdrawn("L2"))
        try expectWhole(story)
        #expect(story.state.nextDeadline == Moment.at(Moment.at(day: 11, 0)))
        story.until(Moment.at(day: 11, 0), then: ["L2 kept 10 days, otherLead, closed 20"])
        try expectWhole(story)
        story.until(Moment.at(day: 31, 0), then: ["L1 kept 30 days, closedDeal, closed 10"])
        #expect(story.state.nextDeadline == nil)
        try expectWhole(story)
    }

    @Test func zeroIsForEver() {
        var story = Self.story(deals: 0, others: 0)
        story.given(0, .lead("L1", person: 1), .won("L1", "A"))
        #expect(story.state.nextDeadline == nil)
    }

    @Test func anOpenLeadOfThePersonMakesItWait() {
        var story = Self.story()
        story.given(0, .lead("L1", person: 1), .lead("L2", person: 1), .won("L1", "A"))
        story.until(Moment.at(day: 31, 0), then: [])
        story.given(Moment.at(day: 40, 0), .lost("L2", "A"))
        story.until(Moment.at(day: 71, 0), then: ["L2 kept 30 days, closedDeal, closed 57600"])
    }

    @Test func aLeadThatIsKeptLongerMakesThePersonWait() {
        var story = Self.story(deals: 30, others: 10)
        story.given(0, .lead("L1", person: 1), .lead("L2", person: 1), .won("L1", "A"), .withdrawn("L2"))
        story.until(Moment.at(day: 11, 0), then: [])
        story.until(Moment.at(day: 31, 0), then: ["L1 kept 30 days, closedDeal, closed 0"])
    }

    @Test func whatIsKeptForEverKeepsThePerson() {
        var story = Self.story(deals: 30, others: 0)
        story.given(0, .lead("L1", person: 1), .lead("L2", person: 1), .won("L1", "A"), .withdrawn("L2"))
        story.until(Moment.at(day: 31, 0), then: [])
        // Until a policy ends that too.
        story.given(Moment.at(day: 40, 0), Self.policy("p2", 30, 10))
        story.until(Moment.at(day: 40, 1), then: ["L2 kept 10 days, otherLead, closed 0"])
    }

    @Test func aPolicyThatSetsItLaterCountsWhatWasClosedBefore() throws {
        var story = Self.story(deals: 0, others: 0)
        story.given(0, .lead("L1", person: 1), .lead("L2", person: 2), .won("L1", "A"), .lost("L2", "A"))
        story.given(Moment.at(day: 100, 0), Self.policy("p2", 90, 0))
        try expectWhole(story)
        story.until(
            Moment.at(day: 100, 0),
            then: ["L1 kept 90 days, closedDeal, closed 0", "L2 kept 90 days, closedDeal, closed 0"])
    }

    @Test func aPolicyThatTakesItBackEndsIt() throws {
        var story = Self.story()
        story.given(0, .lead("L1", person: 1), .won("L1", "A"))
        story.given(10, Self.policy("p2", 0, 0))
        #expect(story.state.nextDeadline == nil)
        try expectWhole(story)
    }

    @Test func whoWasErasedIsNotEndedAgain() {
        var story = Self.story()
        story.given(0, .lead("L1", person: 1), .lead("L2", person: 2), .won("L1", "A"), .won("L2", "A"), .erasure("L1"))
        story.until(Moment.at(day: 31, 0), then: ["L2 kept 30 days, closedDeal, closed 0"])
    }

    /// The lead has long left the state; the queue remembers it.
    @Test func longerThanTheStateRemembersLeads() throws {
        var story = Self.story(deals: 700)
        story.given(0, .lead("L1", person: 1), .won("L1", "A"))
        story.given(Moment.at(day: 600, 0), .partner("B"))
        #expect(story.state.lead("L1") == nil)
        try expectWhole(story)
        story.until(Moment.at(day: 701, 0), then: ["L1 kept 700 days, closedDeal, closed 0"])
    }

    @Test func aDayOfManyLeadsIsSplit() {
        var story = Self.story()
        for number in 0..<2_500 { story.given(0, .lead("L\(number)", person: UInt64(number + 1)), .won("L\(number)", "A")) }
        var counts: [Int] = []
        while let entry = story.fireNext() { counts.append(entry.events.count) }
        #expect(counts == [1_000, 1_000, 500])
    }

    /// A timer that is due before fires before, and one that falls on the same moment too.
    @Test func timersKeepTheirOrder() {
        var story = Story(.policy {
            $0.sla.firstResponseMinutes = 1_440
            $0.attemptsMax = 1
            $0.retention.closedDealDays = 1
        }, .partner("A"))
        story.given(0, .lead("L1", person: 1), .won("L1", "A"))
        story.given(Moment.at(day: 1, 0), .lead("L2", person: 2))
        story.until(
            Moment.at(day: 2, 0),
            then: ["expired L2 at A, attempt 1, due 2880", "escalated L2 to partner-managers, attemptsExhausted"], ["L1 kept 1 days, closedDeal, closed 0"])
    }

    /// One event a day says up to when rejected records have ended; turned on later, the first ends what is too old.
    @Test func rejectedRecordsEndDayByDay() throws {
        var story = Story(.policy("p1"), .partner("A"))
        story.given(Moment.at(day: 50, 1), .policy("p2") { $0.retention.deadLetterDays = 10 })
        let day = Moment.minutesPerDay
        try expectWhole(story)
        story.until(Moment.at(day: 50, 2), then: [" kept 10 days, deadLetter, closed \(40 * day)"])
        try expectWhole(story)
        story.until(Moment.at(day: 52, 0), then: [" kept 10 days, deadLetter, closed \(41 * day)"], [" kept 10 days, deadLetter, closed \(42 * day)"])
        story.given(Moment.at(day: 52, 1), .policy("p3"))
        #expect(story.state.nextDeadline == nil)
    }

    /// Version 1 knows no retention, whatever its policy says.
    @Test func versionOneKeeps() throws {
        var story = Self.story(logic: 1)
        story.given(0, .lead("L1", person: 1), .won("L1", "A"))
        #expect(story.state.nextDeadline == nil)
        try expectWhole(story)
    }
}
