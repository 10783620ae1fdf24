import LeadlineCore
import Testing

/// Goal: no lead rests in a human queue unseen: it climbs until somebody takes it, and says why it is there.
@Suite struct LadderTests {
    private static let ladder = [
        EscalationStep(queue: "lead-desk", afterMinutes: 30), EscalationStep(queue: "head-of-channel", afterMinutes: 120),
    ]

    private static func story(_ change: (inout Policy) -> Void = { _ in }) -> Story {
        Story(
            .policy {
                $0.sla.firstResponseMinutes = 5
                $0.escalationLadder = Self.ladder
                change(&$0)
            },
            .partner("A") { $0.typicalDealMax = euros(1_000_000) }, .partner("B"))
    }
    private static let foreign: @Sendable (inout LeadAttributes) -> Void = { $0.dealValue = Money(minorUnits: 1, currency: "XXX") }

    // MARK: Working hours

    private static let office = (1...5).map { WorkingHours(weekday: UInt8($0), fromMinute: 540, untilMinute: 1_020) }

    private static func climbing(
        logic version: UInt32 = Logic.newest, zones: [NamedTimeZone] = [], zone: String = "", holidays: String = ""
    ) -> Story {
        var policy = Input.policy {
            $0.holidayCalendars = [HolidayCalendar(name: "feasts", dates: ["2026-01-06"])]
            $0.escalationLadder = [
                EscalationStep(queue: "desk", afterMinutes: 60, workingHours: office, timeZone: zone, holidayCalendar: holidays),
                EscalationStep(queue: "head", afterMinutes: 30),
            ]
        }
        policy.stepTimeZones = zones
        return Story(logic: version, policy, .partner("A"))
    }

    /// On Monday at half past four: half an hour is left of the day. The step after counts round the clock.
    @Test func theMinutesOfAStepCountInItsHours() {
        let start = Moment.at(day: 0, 16, 30)
        for (holidays, day) in [("", 1), ("feasts", 2), ("unknown", 1)] {
            var story = Self.climbing(holidays: holidays)
            story.given(start, .lead("L1", Self.foreign))
            let (first, second) = (Moment.at(day: day, 9, 30), Moment.at(day: day, 10))
            #expect(story.state.lead("L1")?.movesOn == Moment.at(first), "\(holidays)")
            story.until(
                10_000, then: ["escalated L1 to desk, unanswered, moves on \(second)"], ["escalated L1 to head, unanswered"])
        }
    }

    /// By the rules that came with the policy; by UTC where none did. Another policy that names the zone without its rules
    /// goes on with those.
    @Test func theHoursAreOfTheStepsZone() throws {
        let rules = TimeZoneRules(tzVersion: "2026a", offsets: [.init(from: .epoch, seconds: -18_000)])
        let start = Moment.at(day: 0, 16, 30)
        for (zones, expected) in [([NamedTimeZone(name: "America/New_York", rules: rules)], Moment.at(day: 0, 17, 30)), ([], Moment.at(day: 1, 9, 30))] {
            var story = Self.climbing(zones: zones, zone: "America/New_York")
            story.given(start, .lead("L1", Self.foreign))
            #expect(story.state.lead("L1")?.movesOn == Moment.at(expected))
            let bytes = story.state.canonicalBytes()
            #expect(try State(canonicalBytes: bytes).canonicalBytes() == bytes)
            story.given(start, .policy("p2") {
                $0.escalationLadder = [EscalationStep(queue: "desk", afterMinutes: 60, workingHours: Self.office, timeZone: "America/New_York")]
            })
            story.given(start, .lead("L2", Self.foreign))
            #expect(story.state.lead("L2")?.movesOn == Moment.at(expected))
        }
    }

    @Test func earlierLogicCountsRoundTheClock() {
        var story = Self.climbing(logic: 6)
        story.given(Moment.at(day: 0, 16, 30), .lead("L1", Self.foreign))
        #expect(story.state.lead("L1")?.movesOn == Moment.at(Moment.at(day: 0, 17, 30)))
    }

    // MARK: Climbing

    @Test func aLeadClimbsAndStaysAtTheTop() {
        var story = Self.story()
        story.when(0, .lead("L1", Self.foreign), then: "escalated L1 to partner-managers, currencyUnknown, moves on 30")
        #expect(story.state.lead("L1")?.movesOn == Moment.at(30))
        #expect(story.state.lead("L1")?.respondBy == nil)
        story.until(10_000,
            then: ["escalated L1 to lead-desk, unanswered, moves on 150"], ["escalated L1 to head-of-channel, unanswered"])
        #expect(story.state.nextDeadline == nil)
        #expect(story.state.lead("L1")?.stage == .escalated)
        story.when(10_001, .human("L1", .assign(partnerID: "A")), then: "assigned L1 to A, attempt 1, human, due 10006")
    }

    /// Whatever brought it there.
    @Test func leadsOfEveryReasonClimb() {
        var story = Self.story { $0.attemptsMax = 1 }
        story.given(0, .lead("L1"), .lead("L2"), .restricted("L2"))
        story.until(35,
            then: ["expired L1 at A, attempt 1, due 5", "escalated L1 to partner-managers, attemptsExhausted, moves on 35"],
            ["escalated L2 to lead-desk, unanswered, moves on 150"],
            ["escalated L1 to lead-desk, unanswered, moves on 155"])
    }

    @Test(arguments: [Input.withdrawn("L1"), .human("L1", .close), .objected("L1"), .erasure("L1")])
    func whatIsOverClimbsNoMore(input: Input) {
        var story = Self.story()
        story.given(0, .lead("L1", Self.foreign))
        story.given(29, input)
        story.until(10_000)
    }

    /// Taken out and come back is a new wait, from the bottom.
    @Test func aNewWaitBeginsAtTheBottom() {
        var story = Self.story { $0.attemptsMax = 1 }
        story.given(0, .lead("L1", Self.foreign))
        story.until(40, then: ["escalated L1 to lead-desk, unanswered, moves on 150"])
        story.when(41, .human("L1", .reroute), then: "escalated L1 to partner-managers, currencyUnknown, moves on 71")
        story.given(42, .human("L1", .assign(partnerID: "A")))
        story.until(47, then: ["expired L1 at A, attempt 1, due 47", "escalated L1 to partner-managers, currencyUnknown, moves on 77"])
    }

    /// A review does not stop the clock; a decision does.
    @Test func aReviewDoesNotStopTheClimb() {
        var story = Self.story()
        story.given(0, .lead("L1", Self.foreign), .review("L1"))
        story.until(30, then: ["escalated L1 to lead-desk, unanswered, moves on 150"])
    }

    /// A ladder that was cut meanwhile leaves the lead at its last step; a longer one takes it further.
    @Test(arguments: [
        (0, "escalated L1 to partner-managers, unanswered"), (1, "escalated L1 to one, unanswered"),
        (3, "escalated L1 to two, unanswered, moves on 157"),
    ])
    func theLadderInForceCounts(steps: Int, expected: String) {
        var story = Self.story()
        story.given(0, .lead("L1", Self.foreign))
        story.until(30, then: ["escalated L1 to lead-desk, unanswered, moves on 150"])
        story.given(40, .policy("p2") {
            $0.escalationLadder = Array(["one", "two", "three"].map { EscalationStep(queue: $0, afterMinutes: 7) }[..<steps])
        })
        story.until(150, then: [expected])
        if steps < 3 { #expect(story.state.nextDeadline == nil) }
    }

    @Test func noLadderNoTimer() {
        var story = Self.story { $0.escalationLadder = [] }
        story.when(0, .lead("L1", Self.foreign), then: "escalated L1 to partner-managers, currencyUnknown")
        #expect(story.state.nextDeadline == nil)
    }

    // MARK: Everyone away

    private static func network(_ inputs: Input...) -> Story {
        var story = Story(
            .policy { $0.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))] },
            .partner("A") { $0.countries = ["IT"]; $0.typicalDealMax = euros(1_000_000) }, .partner("B") { $0.countries = ["IT"] },
            .partner("C") { $0.countries = ["FR"] })
        for input in inputs { story.given(0, input) }
        return story
    }
    private static let italian: @Sendable (inout LeadAttributes) -> Void = { $0.country = "IT" }

    @Test(arguments: [
        ([.absence("A", from: 0, until: 9), .absence("B", from: 0, until: 9)], "everyoneAway"),
        ([.absence("A", from: 0, until: 9), .paused("B")], "everyoneAway"),
        ([.paused("A"), .paused("B")], "everyoneAway"),
        // Removed is not away: it does not come back by itself.
        ([.removed("A"), .absence("B", from: 0, until: 9)], "everyoneAway"),
        ([.removed("A"), .removed("B")], "noEligiblePartner"),
        // Who is there and full is not away.
        ([.capacity("A", open: 0), .absence("B", from: 0, until: 9)], "noEligiblePartner"),
        ([.capacity("A", period: 0), .paused("B")], "noEligiblePartner"),
        // Away, but the lead is against its rules anyway.
        ([.removed("A"), .removed("B"), .absence("C", from: 0, until: 9)], "noEligiblePartner"),
        ([.removed("A"), .removed("B"), .paused("C")], "noEligiblePartner"),
    ] as [([Input], String)])
    func everyoneAway(inputs: [Input], reason: String) throws {
        var story = Self.network()
        for input in inputs { story.given(0, input) }
        story.when(1, .lead("L1", Self.italian), then: "escalated L1 to partner-managers, \(reason)")
        #expect(try story.evaluation().scored == 0)
    }

    /// Who had the lead before could not take it again: those who still could are away.
    @Test func whoHadItBeforeDoesNotCount() {
        var story = Self.network(.absence("B", from: 0, until: 1_000))
        story.given(1, .lead("L1", Self.italian))
        story.until(6, then: ["expired L1 at A, attempt 1, due 6", "escalated L1 to partner-managers, everyoneAway"])
        // Away, but it had the lead: its return would change nothing.
        var alone = Self.network(.removed("B"))
        alone.given(1, .lead("L1", Self.italian))
        alone.given(2, .absence("A", from: 2, until: 9))
        alone.until(6, then: ["expired L1 at A, attempt 1, due 6", "escalated L1 to partner-managers, noEligiblePartner"])
    }

    @Test func aRoutedLeadIsNoAlarm() {
        var story = Self.network(.absence("A", from: 0, until: 9))
        story.when(1, .lead("L1", Self.italian), then: "assigned L1 to B, attempt 1, submitted, due 6")
    }

    /// The only one here is unlikely to win: that is no absence.
    @Test func unlikelyIsNotAway() {
        var story = Story(.policy { $0.minimumConversionBasisPoints = 9_000 }, .partner("A"), .partner("B"), .paused("B"))
        story.when(1, .lead("L1"), then: "escalated L1 to partner-managers, noEligiblePartner")
    }

    // MARK: When a human decides

    @Test func noLawfulBasisNoEvaluation() {
        var story = Self.story { $0.lawfulBases = ["consent", "contract"]; $0.escalationLadder = [] }
        story.when(0, .lead("L1"), then: "escalated L1 to partner-managers, lawfulBasisMissing")
        #expect(story.last.compactMap(\.evaluated).isEmpty)
        story.when(0, .lead("L2") { $0.lawfulBasis = .legitimateInterest }, then: "escalated L2 to partner-managers, lawfulBasisMissing")
        story.when(0, .lead("L3") { $0.lawfulBasis = .contract }, then: "assigned L3 to A, attempt 1, submitted, due 5")
        story.given(1, .updated("L1") { $0.lawfulBasis = .consent })
        story.when(1, .human("L1", .reroute), then: "assigned L1 to A, attempt 1, human, due 6")
    }

    /// A basis that the policy accepts no longer is none at the next routing.
    @Test func theBasisIsAskedAtEachRouting() {
        var story = Self.story { $0.escalationLadder = [] }
        story.given(0, .lead("L1") { $0.lawfulBasis = .consent })
        story.given(1, .policy("p2") { $0.lawfulBases = ["contract"] })
        story.until(5, then: ["expired L1 at A, attempt 1, due 5", "escalated L1 to partner-managers, lawfulBasisMissing"])
    }

    /// History went where it went, but Leadline says nothing of its own about a person without a basis.
    @Test func historyWithoutABasisHasNoShadow() {
        var story = Self.story { $0.lawfulBases = ["consent"] }
        story.when(0, .lead("L1", past: "B").asHistory, then: "assigned L1 to B, attempt 1, imported", "shadow L1 to nobody")
        #expect(story.last.compactMap(\.evaluated).isEmpty)
    }

    @Test(arguments: [(9_999, "assigned L1 to A, attempt 1, submitted, due 5"), (10_000, "escalated L1 to partner-managers, reviewRequired, suggests A")])
    func largeDealsNeedAHuman(euros amount: Int64, expected: String) throws {
        var story = Self.story { $0.review.dealValueAtLeastMinorUnits = 1_000_000; $0.escalationLadder = [] }
        story.when(0, .lead("L1") { $0.dealValue = euros(amount) }, then: expected)
        #expect(try story.evaluation().best.map(\.partnerID) == ["A", "B"])
    }

    /// Before anything is learnt, a deal is won with 20 %.
    @Test(arguments: [(1_999, "assigned L1 to A, attempt 1, submitted, due 5"), (2_001, "escalated L1 to partner-managers, reviewRequired, suggests A")] as [(UInt32, String)])
    func unlikelyDealsNeedAHuman(basisPoints: UInt32, expected: String) {
        var story = Self.story { $0.review.conversionBelowBasisPoints = basisPoints; $0.escalationLadder = [] }
        story.when(0, .lead("L1"), then: expected)
    }

    /// The human has looked: what is sent back to be routed is routed. What comes back by itself is looked at again.
    @Test func aHumanWhoReroutesHasReviewed() {
        var story = Self.story { $0.review.dealValueAtLeastMinorUnits = 0; $0.escalationLadder = [] }
        story.when(0, .lead("L1"), then: "escalated L1 to partner-managers, reviewRequired, suggests A")
        story.when(1, .human("L1", .reroute), then: "assigned L1 to A, attempt 1, human, due 6")
        story.until(6, then: ["expired L1 at A, attempt 1, due 6", "escalated L1 to partner-managers, reviewRequired, suggests B"])
    }

    /// Nobody can be suggested: the plain reason says more.
    @Test func aReviewOfNobody() {
        var story = Self.story { $0.review.dealValueAtLeastMinorUnits = 0; $0.escalationLadder = [] }
        story.given(0, .capacity("A", open: 0), .capacity("B", open: 0))
        story.when(0, .lead("L1"), then: "escalated L1 to partner-managers, noEligiblePartner")
    }

    /// Everything goes to a human with what Leadline would do; nothing is assigned by itself, not even again.
    @Test func shadowOnlySays() throws {
        var story = Self.story { $0.escalationLadder = [] }
        story.given(0, .lead("L0"))
        story.given(0, .policy("p2") { $0.shadow = true; $0.sla.firstResponseMinutes = 5 })
        story.when(0, .lead("L1"), then: "escalated L1 to partner-managers, shadow, suggests A")
        #expect(try story.evaluation().basis == .score)
        story.when(1, .human("L1", .reroute), then: "escalated L1 to partner-managers, shadow, suggests A")
        story.when(2, .human("L1", .assign(partnerID: "B")), then: "assigned L1 to B, attempt 1, human, due 7")
        story.until(7,
            then: ["expired L0 at A, attempt 1, due 5", "escalated L0 to partner-managers, shadow, suggests B"],
            ["expired L1 at B, attempt 1, due 7", "escalated L1 to partner-managers, shadow, suggests A"])
        story.when(8, .lead("H", past: "B").asHistory, then: "assigned H to B, attempt 1, imported", "shadow H to A")
        #expect(story.state.partnerStandings.map(\.tieDebtMicros) == [0, 0])
    }

    /// A full owner: the best of the others is suggested, if there is one.
    @Test func aFullOwnersLeadComesWithASuggestion() {
        var story = Self.story { $0.escalationLadder = []; $0.sla.firstResponseMinutes = 0 }
        story.given(0, .lead("L0", account: 1), .capacity("A", open: 1))
        story.when(1, .lead("L1", account: 1), then: "escalated L1 to partner-managers, ownerAtCap, suggests B")
        story.given(2, .capacity("B", open: 0))
        story.when(3, .lead("L2", account: 1), then: "escalated L2 to partner-managers, ownerAtCap")
    }
}
