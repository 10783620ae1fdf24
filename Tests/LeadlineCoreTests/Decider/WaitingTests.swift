import LeadlineCore
import Testing

/// Goal: a lead that went to a human for want of a partner goes to one as soon as one can take it, the most valuable first,
/// as many a minute as the policy says; and nothing else comes out of the queue by itself.
@Suite struct WaitingTests {
    private static func policy(_ version: String = "p1", perMinute: UInt32? = nil, _ change: (inout Policy) -> Void = { _ in }) -> Input {
        .policy(version) { policy in
            policy.sla.firstResponseMinutes = 0
            policy.waiting.offersPerMinuteMax = perMinute
            policy.periodAnchor = Moment.start
            policy.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))]
            change(&policy)
        }
    }

    private static func program(logic version: UInt32 = Logic.newest, perMinute: UInt32? = nil) -> Story {
        Story(logic: version, policy(perMinute: perMinute), .partner("A") { $0.countries = ["IT"] })
    }

    private static let taken = "assigned L1 to A, attempt 1, offeredAgain"

    /// What keeps the partner from the lead, and what ends that.
    @Test(arguments: [
        ("back from a pause", [Input.paused("A")], Input.resumed("A")),
        ("an absence called off", [.absence("A", from: 0, until: 900)], .absenceCancelled("A")),
        ("raised", [.capacity("A", open: 0)], .capacity("A", open: 1)),
        ("raised a period", [.capacity("A", period: 0)], .capacity("A", period: 1)),
        ("newly eligible", [.partner("A") { $0.countries = ["DE"] }], .partner("A") { $0.countries = ["DE", "IT"] }),
        ("a rule is gone", [.partner("A") { $0.countries = ["DE"] }], policy("p2") { $0.hardRules = [] }),
        ("back after a removal", [.removed("A")], .resumed("A")),
        ("the lead is another", [.partner("A") { $0.countries = ["DE"] }], .updated("L1") { $0.country = "DE" }),
    ] as [(String, [Input], Input)])
    func somebodyCanTakeIt(name: String, before: [Input], then input: Input) {
        var story = Self.program()
        for one in before { story.given(0, one) }
        story.given(1, .lead("L1") { $0.country = "IT" })
        #expect(story.state.lead("L1")?.stage == .escalated, "\(name)")
        story.given(5, input)
        story.until(5, then: [Self.taken])
        story.until(20_000)
    }

    @Test func aPartnerIsNew() {
        var story = Story(Self.policy())
        story.when(1, .lead("L1"), then: "escalated L1 to partner-managers, noPartners")
        story.given(2, .partner("A"))
        story.until(2, then: [Self.taken])
    }

    @Test func aCompanyIsKnownBetter() {
        var story = Self.program()
        story.given(0, .partner("A") { $0.countries = ["DE"] }, .firmographics(account: 1) { $0.country = "IT" })
        story.given(1, .lead("L1", account: 1))
        story.given(2, .firmographics(account: 1) { $0.country = "DE" })
        story.until(2, then: [Self.taken])
    }

    @Test func aRateIsStated() {
        var story = Self.program()
        story.when(1, .lead("L1") { $0.dealValue = Money(minorUnits: 5, currency: "CHF") }, then: "escalated L1 to partner-managers, currencyUnknown")
        story.given(2, Self.policy("p2") { $0.exchangeRates = [.init(currency: "CHF", rateMicros: 1_000_000)] })
        story.until(2, then: [Self.taken])
    }

    /// Time itself ends an absence, a time of cooling down and a period.
    @Test func timeBringsSomebodyBack() {
        var story = Self.program()
        story.given(0, .absence("A", from: 0, until: 30))
        story.when(1, .lead("L1") { $0.country = "IT" }, then: "escalated L1 to partner-managers, everyoneAway")
        story.until(30, then: [Self.taken])
    }

    @Test func aPeriodBegins() {
        var story = Self.program()
        story.given(0, .capacity("A", period: 1), .lead("L0"))
        story.given(1, .lead("L1"))
        let week = Moment.at(day: 7, 0)
        story.until(week, then: [Self.taken])
    }

    @Test func aPlaceIsFree() {
        var story = Self.program()
        story.given(0, .capacity("A", open: 1), .lead("L0"))
        story.given(1, .lead("L1"))
        story.given(2, .lost("L0", "A"))
        story.until(2, then: [Self.taken])
    }

    /// The most valuable first, then the oldest, and no more a minute than the policy says.
    @Test func byValueAndAgeSoManyAMinute() {
        var story = Self.program(perMinute: 2)
        story.given(0, .paused("A"))
        for (lead, value) in [("small", 10), ("old", 500), ("young", 500), ("large", 900)] as [(String, Int64)] {
            story.given(1, .lead(lead) { $0.dealValue = euros(value) })
        }
        story.given(5, .resumed("A"))
        story.until(5, then: ["assigned large to A, attempt 1, offeredAgain"], ["assigned old to A, attempt 1, offeredAgain"])
        story.until(6, then: ["assigned young to A, attempt 1, offeredAgain"], ["assigned small to A, attempt 1, offeredAgain"])
        story.until(20_000)
    }

    /// One place is one lead; the rest wait on, without a word.
    @Test func theRestWaitsOn() {
        var story = Self.program()
        story.given(0, .capacity("A", open: 0))
        for lead in ["L1", "L2", "L3"] { story.given(1, .lead(lead)) }
        story.given(5, .capacity("A", open: 1))
        story.until(5, then: [Self.taken], [])
        story.given(6, .won("L1", "A"))
        story.until(6, then: ["assigned L2 to A, attempt 1, offeredAgain"], [])
        #expect(story.state.lead("L3")?.stage == .escalated)
    }

    /// What a human is to decide stays with the human.
    @Test(arguments: [
        ("policy says never", Input.policy("p2") { $0.waiting.offersPerMinuteMax = 0 }, nil),
        ("a review", policy("p2") { $0.review.dealValueAtLeastMinorUnits = 1 }, "escalated L1 to partner-managers, reviewRequired, suggests A"),
        ("shadow", policy("p2") { $0.shadow = true }, "escalated L1 to partner-managers, shadow, suggests A"),
    ] as [(String, Input, String?)])
    func othersStay(name: String, change: Input, told: String?) {
        var story = Self.program()
        story.given(0, .paused("A"))
        story.given(1, .lead("L1"))
        story.given(2, change, .resumed("A"))
        let fired = story.fireNext().map { $0.events.map(\.text) } ?? []
        #expect(fired == [told].compactMap { $0 }, "\(name)")
        #expect(story.state.lead("L1")?.stage == .escalated, "\(name)")
    }

    @Test func attemptsThatAreUsedUpStayUsedUp() {
        var story = Story(.policy { $0.attemptsMax = 1; $0.waiting.offersPerMinuteMax = 10 }, .partner("A"))
        story.given(1, .lead("L1"))
        story.when(2, .declined("L1", "A"), then: "ended L1 at A, attempt 1, declined", "escalated L1 to partner-managers, attemptsExhausted")
        story.given(3, .partner("B"))
        story.until(20_000)
    }

    /// The ladder goes on meanwhile, and a lead that moved up is offered all the same.
    @Test func fromAnyStepOfTheLadder() {
        var story = Story(Self.policy { $0.escalationLadder = [EscalationStep(queue: "desk", afterMinutes: 10)] }, .partner("A"), .paused("A"))
        story.given(0, .lead("L1"))
        story.until(10, then: ["escalated L1 to desk, unanswered"])
        story.given(12, .resumed("A"))
        story.until(12, then: [Self.taken])
    }

    @Test func whoeverTookItOutHasIt() {
        var story = Self.program()
        story.given(0, .paused("A"))
        story.given(1, .lead("L1"), .lead("L2"))
        story.given(2, .human("L1", .assign(partnerID: "A")), .withdrawn("L2"))
        story.given(3, .resumed("A"))
        story.until(20_000)
    }

    /// Leads of before are given what the state tells they wait for, and are offered again.
    @Test func thoseThatWaitedBeforeTheAdoption() throws {
        var story = Story(
            logic: 6, Self.policy { $0.attemptsMax = 2; $0.review.dealValueAtLeastMinorUnits = 5_000_000 }, .partner("A") { $0.countries = ["IT"] },
            .paused("A"))
        for lead in ["waits", "restricted", "reviewed", "over"] { story.given(1, .lead(lead) { $0.country = "IT" }) }
        story.given(1, .lead("large") { $0.country = "IT"; $0.dealValue = euros(60_000) })
        story.given(2, .restricted("restricted"), .review("reviewed"), .withdrawn("over"))
        story.given(3, .resumed("A"))
        story.until(20_000)
        story.given(20_001, Input(.logicVersionAdopted(7)))
        let copy = try State(canonicalBytes: story.state.canonicalBytes())
        #expect(copy.canonicalBytes() == story.state.canonicalBytes() && copy.nextDeadline == story.state.nextDeadline)
        story.until(20_001, then: ["assigned waits to A, attempt 1, offeredAgain"], [])
        story.until(40_000)
        // Those that a human looked at meanwhile go on from there.
        story.given(40_001, .human("reviewed", .uphold))
        story.until(40_001, then: ["assigned reviewed to A, attempt 1, offeredAgain"])
    }

    @Test func aSnapshotGoesOnAlike() throws {
        var story = Self.program(perMinute: 1)
        story.given(0, .absence("A", from: 0, until: 30), .lead("L1"), .lead("L2"))
        story.until(30, then: [Self.taken])
        let copy = try State(canonicalBytes: story.state.canonicalBytes())
        #expect(copy.canonicalBytes() == story.state.canonicalBytes() && copy.nextDeadline == story.state.nextDeadline)
        #expect(copy.nextDeadline == Moment.at(31))
    }

    @Test func earlierLogicLeavesThemThere() {
        var story = Self.program(logic: 6)
        story.given(0, .paused("A"))
        story.given(1, .lead("L1"))
        story.given(2, .resumed("A"))
        story.until(20_000)
    }
}
