import LeadlineCore
import Testing

/// Goal: who promises what to whom is policy: levels for some leads and partners, a reminder before the deadline, a
/// rest after a missed one.
@Suite struct PromiseTests {
    private static func sla(_ minutes: UInt32, reminder: UInt32 = 0, working: Bool = false) -> SLA {
        var sla = SLA()
        (sla.firstResponseMinutes, sla.reminderMinutesBefore, sla.inWorkingHours) = (minutes, reminder, working)
        return sla
    }

    /// B is preferred for every lead; A is not.
    private static func leveled(_ levels: [ServiceLevel], _ change: (inout Policy) -> Void = { _ in }) -> Story {
        Story(
            .policy {
                $0.sla.firstResponseMinutes = 100
                $0.serviceLevels = levels
                change(&$0)
            },
            .partner("A"), .partner("B") { $0.tier = 2; $0.typicalDealMax = euros(1_000_000) })
    }

    private static let levels = [
        ServiceLevel(name: "large", when: .leadNumberWithin(.dealValueMinorUnits, atLeast: 5_000_000, atMost: nil), sla: sla(10)),
        ServiceLevel(name: "web", when: .leadIs(.source, values: ["web"]), sla: sla(20)),
        ServiceLevel(name: "gold", when: .partnerTierAtLeast(2), sla: sla(30)),
    ]

    // MARK: Levels

    /// By deal value, by segment, by tier; the first that holds counts; else the policy's own promise.
    @Test func theFirstLevelThatHoldsCounts() {
        var story = Self.leveled(Self.levels)
        story.when(0, .lead("L1") { $0.dealValue = euros(50_000); $0.source = "web" }, then: "assigned L1 to B, attempt 1, submitted, due 10, large")
        story.when(0, .lead("L2") { $0.dealValue = euros(49_999); $0.source = "web" }, then: "assigned L2 to B, attempt 1, submitted, due 20, web")
        story.when(0, .lead("L3"), then: "assigned L3 to B, attempt 1, submitted, due 30, gold")
        story.given(0, .paused("B"))
        story.until(0,
            then: ["ended L1 at B, attempt 1, partnerPaused", "assigned L1 to A, attempt 2, partnerPaused, due 10, large"],
            ["ended L2 at B, attempt 1, partnerPaused", "assigned L2 to A, attempt 2, partnerPaused, due 20, web"],
            ["ended L3 at B, attempt 1, partnerPaused", "assigned L3 to A, attempt 2, partnerPaused, due 100"])
    }

    /// A removed partner's leads are routed again by the level that holds for the next one.
    @Test func aRemovedPartnersLeadsKeepTheirLevels() {
        var story = Self.leveled(Self.levels)
        story.given(0, .lead("L1"), .responded("L1", "B"))
        story.given(5, .removed("B"))
        story.until(5, then: ["ended L1 at B, attempt 1, partnerRemoved", "assigned L1 to A, attempt 2, partnerRemoved, due 105"])
    }

    /// A human's choice carries the same promise.
    @Test func aHumansChoiceCarriesTheLevel() {
        var story = Self.leveled(Self.levels)
        story.given(0, .lead("L1"))
        story.when(1, .human("L1", .assign(partnerID: "A")), then: "ended L1 at B, attempt 1, human", "assigned L1 to A, attempt 2, human, due 101")
        story.when(2, .human("L1", .assign(partnerID: "B")), then: "ended L1 at A, attempt 2, human", "assigned L1 to B, attempt 3, human, due 32, gold")
    }

    /// What is corrected while a partner holds the lead counts for the next promise, not for the one that was given.
    @Test func anUpdateCountsForTheNextPromise() {
        var story = Self.leveled(Self.levels)
        story.given(0, .lead("L1"))
        story.given(1, .updated("L1") { $0.dealValue = euros(80_000) })
        #expect(story.state.lead("L1")?.respondBy == Moment.at(30))
        story.when(2, .declined("L1", "B"), then: "ended L1 at B, attempt 1, declined", "assigned L1 to A, attempt 2, declined, due 12, large")
    }

    @Test func aLevelMayPromiseNothing() {
        var story = Self.leveled([ServiceLevel(name: "slow", when: .all([]), sla: Self.sla(0, reminder: 3))])
        story.when(0, .lead("L1"), then: "assigned L1 to B, attempt 1, submitted, slow")
        #expect(story.state.nextDeadline == nil)
    }

    @Test func aLevelNobodyFallsUnder() {
        var story = Self.leveled([ServiceLevel(name: "never", when: .any([]), sla: Self.sla(1))])
        story.when(0, .lead("L1"), then: "assigned L1 to B, attempt 1, submitted, due 100")
    }

    /// One partner asked by itself gives what the bits for all give.
    @Test func levelsAndHardRulesMeanTheSame() {
        let predicates: [Predicate] = [
            .partnerCovers(.country, .countries), .partnerCovers(.technologies, .technologies), .leadIs(.country, values: ["DE"]),
            .leadIs(.technologies, values: ["x", "q"]), .partnerLists(.products, value: "p"), .partnerLists(.products, value: "none"),
            .not(.partnerTierAtLeast(1)), .any([]), .all([]), .leadNumberWithin(.employees, atLeast: 10, atMost: 20),
            .partnerCovers(.region, .regions), .leadIs(.vertical, values: ["unheard"]),
        ]
        let lead: (inout LeadAttributes) -> Void = { $0.country = "DE"; $0.technologies = ["x", "y"]; $0.employees = 15; $0.vertical = "new" }
        for predicate in predicates {
            for (countries, technologies, tier) in [(["DE"], ["x", "y"], 0), ([], ["x"], 1)] as [([String], [String], UInt32)] {
                let profile: (inout PartnerProfile) -> Void = {
                    ($0.countries, $0.technologies, $0.tier, $0.products) = (countries, technologies, tier, ["p"])
                }
                var ruled = Story(.policy { $0.hardRules = [HardRule(name: "rule", require: predicate)] }, .partner("A", profile))
                ruled.given(0, .lead("L1", lead))
                var leveled = Story(
                    .policy { $0.serviceLevels = [ServiceLevel(name: "level", when: predicate, sla: Self.sla(9))] }, .partner("A", profile))
                leveled.given(0, .lead("L1", lead))
                let isIn = ruled.state.lead("L1")?.partnerID == "A"
                #expect((leveled.state.lead("L1")?.respondBy == Moment.at(9)) == isIn, "\(predicate)")
            }
        }
    }

    // MARK: Reminders

    private static func reminded(_ minutes: UInt32 = 10, before: UInt32 = 4) -> Story {
        leveled([]) { $0.sla = sla(minutes, reminder: before) }
    }

    @Test func aReminderComesBeforeTheDeadline() {
        var story = Self.reminded()
        story.when(0, .lead("L1"), then: "assigned L1 to B, attempt 1, submitted, due 10, reminder 6")
        #expect(story.state.nextDeadline == Moment.at(6))
        story.until(6, then: ["reminded B of L1, due 10"])
        #expect(story.state.nextDeadline == Moment.at(10))
        story.until(10, then: ["expired L1 at B, attempt 1, due 10", "assigned L1 to A, attempt 2, expired, due 20, reminder 16"])
        story.until(16, then: ["reminded A of L1, due 20"])
        story.when(17, .responded("L1", "A"), then: "responded L1 by A after 7")
        #expect(story.state.nextDeadline == nil)
    }

    /// Only who still holds the lead and has said nothing is reminded.
    @Test(arguments: [
        Input.responded("L1", "B"), .stage("L1", "B"), .withdrawn("L1"), .won("L1", "B"), .lost("L1", "B"), .restricted("L1"),
        .objected("L1"), .erasure("L1"), .human("L1", .close),
    ])
    func nobodyIsRemindedAfter(input: Input) {
        var story = Self.reminded()
        story.given(0, .lead("L1"), input)
        story.until(10_000)
    }

    /// Accepting is a word, not a response; another's word is nothing.
    @Test(arguments: [Input.accepted("L1", "B"), .accepted("L1", "A"), .declined("L1", "A"), .review("L1"), .updated("L1") { $0.country = "IT" }])
    func theyAreRemindedAllTheSameAfter(input: Input) {
        var story = Self.reminded()
        story.given(0, .lead("L1"), input)
        story.until(9, then: ["reminded B of L1, due 10"])
    }

    @Test(arguments: [Input.declined("L1", "B"), .human("L1", .reroute), .human("L1", .assign(partnerID: "A"))])
    func theNextHolderIsRemindedInsteadAfter(input: Input) {
        var story = Self.reminded()
        story.given(0, .lead("L1"))
        story.given(3, input)
        story.until(12, then: ["reminded A of L1, due 13"])
    }

    /// At one moment: the response counts, and the reminder does not come any more.
    @Test func aResponseInTheMomentOfTheReminder() {
        var story = Self.reminded()
        story.given(0, .lead("L1"))
        story.when(6, .responded("L1", "B"), then: "responded L1 by B after 6")
        story.until(10_000)
    }

    @Test func aRemovedPartnerIsNotReminded() {
        var story = Self.reminded()
        story.given(0, .lead("L1"))
        story.given(6, .removed("B"))
        story.until(6, then: ["ended L1 at B, attempt 1, partnerRemoved", "assigned L1 to A, attempt 2, partnerRemoved, due 16, reminder 12"])
    }

    /// Counted as the deadline is: four minutes of working time before it.
    @Test func remindersCountWorkingTime() {
        var story = Story(
            .policy { $0.sla = Self.sla(60, reminder: 40, working: true) },
            .partner("A") { $0.workingHours = (1...5).map { WorkingHours(weekday: $0, fromMinute: 540, untilMinute: 1_020) } })
        story.when(Moment.at(day: 4, 16, 30), .lead("L1"),
            then: "assigned L1 to A, attempt 1, submitted, due \(Moment.at(day: 7, 9, 30)), reminder \(Moment.at(day: 4, 16, 50))")
        story.until(Moment.at(day: 4, 17), then: ["reminded A of L1, due \(Moment.at(day: 7, 9, 30))"])
    }

    /// A promise that cannot be kept falls due after ninety days; a reminder at that moment would say nothing.
    @Test func noReminderInTheMomentOfTheDeadline() {
        var story = Story(
            .policy { $0.sla = Self.sla(60, reminder: 40, working: true) }, .partner("A"),
            .absence("A", from: 1, until: 400 * Moment.minutesPerDay))
        story.when(0, .lead("L1"), then: "assigned L1 to A, attempt 1, submitted, due \(90 * Moment.minutesPerDay)")
    }

    @Test func noReminderLongerThanThePromise() {
        for before: UInt32 in [10, 11, .max] {
            var story = Self.reminded(10, before: before)
            story.when(0, .lead("L1"), then: "assigned L1 to B, attempt 1, submitted, due 10")
        }
    }

    /// A snapshot knows of reminders and of leads that move on.
    @Test func aSnapshotRemindsAndClimbs() throws {
        var story = Self.leveled([]) {
            $0.sla = Self.sla(10, reminder: 4)
            $0.escalationLadder = [.init(queue: "desk", afterMinutes: 7)]
            $0.attemptsMax = 1
        }
        story.given(0, .lead("L1"), .lead("L2") { $0.dealValue = Money(minorUnits: 1, currency: "XXX") })
        var restored = Stream(try State(canonicalBytes: story.state.canonicalBytes()))
        let fired = restored.advance(before: Moment.at(1_000)).map { $0.events.map(\.text) }
        #expect(fired == [
            ["reminded B of L1, due 10"], ["escalated L2 to desk, unanswered"],
            ["expired L1 at B, attempt 1, due 10", "escalated L1 to partner-managers, attemptsExhausted, moves on 17"],
            ["escalated L1 to desk, unanswered"],
        ])
    }

    // MARK: Cool-down

    @Test func whoMissesADeadlineRests() throws {
        var story = Self.leveled([]) { $0.sla = Self.sla(10); $0.coolDownMinutes = 60 }
        story.given(0, .lead("L1"))
        story.until(10, then: ["expired L1 at B, attempt 1, due 10", "assigned L1 to A, attempt 2, expired, due 20"])
        #expect(try story.partner("B").coolingUntil == Moment.at(70))
        story.given(11, .responded("L1", "A"), .lead("L2"))
        #expect(story.state.lead("L2")?.partnerID == "A")
        #expect(try story.exclusions() == ["coolingDown 1"])
        story.given(12, .responded("L2", "A"))
        story.given(69, .lead("L3"), .responded("L3", "A"))
        story.when(70, .lead("L4"), then: "assigned L4 to B, attempt 1, submitted, due 80")
        #expect(try story.exclusions() == [])
        #expect(try story.partner("B").coolingUntil == nil)
    }

    /// Declining is no miss, nor is being paused; a human may go past the rest.
    @Test func onlyAMissCoolsDown() throws {
        var story = Self.leveled([]) { $0.sla = Self.sla(10); $0.coolDownMinutes = 60 }
        story.given(0, .lead("L1"), .declined("L1", "B"), .responded("L1", "A"))
        #expect(try story.partner("B").coolingUntil == nil)
        story.given(1, .lead("L2"))
        story.until(11, then: ["expired L2 at B, attempt 1, due 11", "assigned L2 to A, attempt 2, expired, due 21"])
        story.when(12, .human("L2", .assign(partnerID: "B")), then: "ended L2 at A, attempt 2, human", "assigned L2 to B, attempt 3, human, due 22")
    }

    /// An owner that cools down leaves its account's next lead to competition.
    @Test func anOwnerThatRestsLeavesItToCompetition() throws {
        var story = Self.leveled([]) { $0.sla = Self.sla(10); $0.coolDownMinutes = 60 }
        story.given(0, .lead("L0", account: 1), .responded("L0", "B"), .lead("L1"))
        story.until(10, then: ["expired L1 at B, attempt 1, due 10", "assigned L1 to A, attempt 2, expired, due 20"])
        story.when(11, .lead("L2", account: 1), then: "assigned L2 to A, attempt 1, submitted, due 21")
        #expect(try story.evaluation().basis == .score)
    }

    /// Who misses while it rests rests from then on; a shorter rest never shortens one that runs.
    @Test func restsDoNotShorten() throws {
        var story = Self.leveled([]) { $0.sla = Self.sla(10); $0.coolDownMinutes = 1_000 }
        story.given(0, .lead("L1"))
        story.given(5, .lead("L2"))
        story.until(10, then: ["expired L1 at B, attempt 1, due 10", "assigned L1 to A, attempt 2, expired, due 20"])
        story.given(11, .responded("L1", "A"), .policy("p2") { $0.coolDownMinutes = 1 })
        story.until(15, then: ["expired L2 at B, attempt 1, due 15", "assigned L2 to A, attempt 2, expired, due 20"])
        #expect(try story.partner("B").coolingUntil == Moment.at(1_010))
    }

    /// The only one who could take it rests: nobody is eligible, but nobody is away either.
    @Test func restIsNoAbsence() {
        var story = Story(.policy { $0.sla = Self.sla(10); $0.coolDownMinutes = 60 }, .partner("A"))
        story.given(0, .lead("L1"))
        story.until(10, then: ["expired L1 at A, attempt 1, due 10", "escalated L1 to partner-managers, noEligiblePartner"])
        story.when(11, .lead("L2"), then: "escalated L2 to partner-managers, noEligiblePartner")
        story.when(70, .lead("L3"), then: "assigned L3 to A, attempt 1, submitted, due 80")
    }
}
