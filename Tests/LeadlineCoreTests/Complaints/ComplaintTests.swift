import LeadlineCore
import Testing

/// Goal: what users of such systems complain of elsewhere does not happen here.
/// Method: one test for each complaint of the mission, under its number. 2 stands in AuditTests, as 12 does once more.
@Suite struct ComplaintTests {
    private static func holder(_ story: Story, _ lead: String) -> String { story.state.lead(lead)?.partnerID ?? "nobody" }

    @Test("1: why did I get this lead, and why not I?")
    func complaint01WhyNotI() throws {
        var story = Story(
            .policy { $0.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))] },
            .partner("winner") { $0.countries = ["IT"]; $0.verticals = ["food"] }, .partner("second") { $0.countries = ["IT"] },
            .partner("abroad") { $0.countries = ["FR"] }, .partner("full") { $0.countries = ["IT"]; $0.capacity.openLeadsMax = 0 },
            .partner("away") { $0.countries = ["IT"] }, .partner("paused") { $0.countries = ["IT"] })
        story.given(0, .absence("away", from: 0, until: 9), .paused("paused"))
        let before = story.state
        let lead = Input.lead("L1") { $0.country = "IT"; $0.vertical = "food" }
        story.given(1, lead)
        // One call, from the state before and the input.
        let (events, evaluation) = Decider.explain(lead, at: Moment.at(1), in: before)
        #expect(events == story.last)
        let all = try #require(evaluation)
        #expect(all.candidates.map(\.partnerID) == ["winner", "second"])
        #expect(all.candidates[0].score > all.candidates[1].score)
        #expect(all.candidates[0].fitContributions != all.candidates[1].fitContributions)
        #expect(all.excluded.map { "\($0.partnerID) \($0.reason) \($0.rule)" }.sorted() == [
            "abroad hardRule country", "away absent ", "full openLeadsCap ", "paused paused ",
        ])
    }

    @Test("3: ties that always favour the first or most senior name")
    func complaint03Ties() {
        for names in [["A", "B", "C"], ["C", "B", "A"]] {
            var story = Story(.policy { $0.sla.firstResponseMinutes = 0 })
            for name in names { story.given(0, .partner(name)) }
            var wins: [String: Int] = [:]
            for number in 0..<30 {
                story.given(number, .lead("L\(number)"))
                wins[Self.holder(story, "L\(number)"), default: 0] += 1
                // Kept and visible: the debts say who is next, and sum to nothing.
                #expect(story.state.partnerStandings.map(\.tieDebtMicros).reduce(0, +) == 0)
            }
            #expect(wins == ["A": 10, "B": 10, "C": 10])
        }
    }

    @Test("4: a holiday that echoes as weeks without leads")
    func complaint04Holiday() throws {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"), .partner("B"))
        let away = Moment.at(day: 21, 0)
        story.given(0, .absence("A", from: 0, until: away))
        for number in 0..<60 { story.given(number * 400, .lead("H\(number)")) }
        #expect(try story.partner("B").assignments == 60)
        // Back, it gets its half from the first day on: neither nothing, nor everything to make up for it.
        var after: [String] = []
        for number in 0..<20 {
            story.given(away + number, .lead("L\(number)"))
            after.append(Self.holder(story, "L\(number)"))
            let ofA = after.filter { $0 == "A" }.count
            #expect(abs(2 * ofA - after.count) <= 2, "\(after)")
        }
    }

    @Test("5: leavers and paused partners still receive leads")
    func complaint05Leavers() {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A") { $0.typicalDealMax = euros(1_000_000) }, .partner("B"))
        story.given(0, .lead("L1"), .lead("L2"))
        #expect([Self.holder(story, "L1"), Self.holder(story, "L2")] == ["A", "A"])
        story.given(1, .paused("A"))
        story.until(1,
            then: ["ended L1 at A, attempt 1, partnerPaused", "assigned L1 to B, attempt 2, partnerPaused"],
            ["ended L2 at A, attempt 1, partnerPaused", "assigned L2 to B, attempt 2, partnerPaused"])
        story.when(2, .lead("L3"), then: "assigned L3 to B, attempt 1, submitted")
        story.given(3, .removed("B"))
        for lead in ["L1", "L2", "L3"] { #expect(Self.holder(story, lead) == "B") }
        story.until(3,
            then: ["ended L1 at B, attempt 2, partnerRemoved", "escalated L1 to partner-managers, noEligiblePartner"],
            ["ended L2 at B, attempt 2, partnerRemoved", "escalated L2 to partner-managers, noEligiblePartner"],
            ["ended L3 at B, attempt 1, partnerRemoved", "escalated L3 to partner-managers, everyoneAway"])
        story.when(4, .lead("L4"), then: "escalated L4 to partner-managers, everyoneAway")
    }

    @Test("6: bulk imports that send everything to one partner")
    func complaint06Bulk() {
        // The same leads in one moment and one by one, an hour between them.
        let holders = [0, 60].map { minutes in
            var story = Story(.policy { $0.sla.firstResponseMinutes = 0 })
            for partner in ["A", "B", "C", "D"] { story.given(0, .partner(partner) { $0.capacity.openLeadsMax = 12 }) }
            return (0..<50).map { number in
                story.given(1 + number * minutes, .lead("L\(number)") { $0.vertical = number % 2 == 0 ? "x" : "y" })
                return Self.holder(story, "L\(number)")
            }
        }
        #expect(holders[0] == holders[1])
        for partner in ["A", "B", "C", "D"] { #expect(holders[0].filter { $0 == partner }.count == 12) }
        #expect(holders[0].suffix(2) == ["nobody", "nobody"])
    }

    @Test("7: re-assignment that ignores the routing logic")
    func complaint07Reassignment() throws {
        var story = Story(
            .policy {
                $0.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))]
                $0.serviceLevels = [ServiceLevel(name: "all", when: .all([]), sla: $0.sla)]
            },
            .partner("A") { $0.countries = ["IT"]; $0.typicalDealMax = euros(1_000_000) },
            .partner("abroad") { $0.countries = ["FR"]; $0.typicalDealMax = euros(900_000) },
            .partner("full") { $0.countries = ["IT"]; $0.capacity.openLeadsMax = 0 }, .partner("B") { $0.countries = ["IT"] })
        story.given(0, .lead("L1") { $0.country = "IT" })
        let first = try story.evaluation()
        story.until(5, then: ["expired L1 at A, attempt 1, due 5", "assigned L1 to B, attempt 2, expired, due 10, all"])
        let second = try story.evaluation()
        #expect(second.policyVersion == first.policyVersion && second.fitExponent == first.fitExponent)
        #expect(try story.exclusions() == ["hardRule country 1", "tried 1", "openLeadsCap 1"])
    }

    /// By default an owner's lead is a turn; the policy can say that it is none. Both are visible as debt.
    @Test("8: ownership matches that distort the rotation", arguments: [(false, [-500_000, 500_000]), (true, [0, 0])] as [(Bool, [Int64])])
    func complaint08Ownership(keepsTurn: Bool, debts: [Int64]) {
        var story = Story(
            .policy { $0.sla.firstResponseMinutes = 0; $0.ownershipKeepsTurn = keepsTurn }, .partner("A"), .partner("B"))
        story.given(0, .lead("L0", account: 1), .human("L0", .assign(partnerID: "A")))
        let before = story.state.partnerStandings.map(\.tieDebtMicros)
        story.given(1, .lead("L1", account: 1))
        #expect(Self.holder(story, "L1") == "A")
        #expect(zip(story.state.partnerStandings, before).map { $0.tieDebtMicros - $1 } == debts)
    }

    @Test("9: hidden counters reset on the first of the month")
    func complaint09Counters() throws {
        // Windows of thirty days from 20 January: the first of February, day 27, lies inside the first.
        var story = Story(
            .policy { $0.sla.firstResponseMinutes = 0; $0.periodDays = 30; $0.periodAnchor = Moment.at(Moment.at(day: 15, 0)) },
            .partner("A") { $0.capacity = Capacity(leadsPerPeriodMax: 2, segments: [.init(leadField: .country, value: "IT", leadsPerPeriodMax: 9)]) })
        func shown(_ day: Int, _ lead: String) throws -> [UInt32] {
            story.given(Moment.at(day: day, 0), .lead(lead) { $0.country = "IT" })
            let standing = try story.partner("A")
            return [standing.leadsInPeriod, standing.segments[0].leads]
        }
        #expect(try shown(16, "L1") == [1, 1])
        #expect(try shown(26, "L2") == [2, 2])
        #expect(try shown(27, "L3") == [2, 2])
        #expect(Self.holder(story, "L3") == "nobody")
        #expect(try shown(45, "L4") == [1, 1])
    }

    @Test("10: everybody away means no routing")
    func complaint10EverybodyAway() {
        var story = Story(
            .policy { $0.escalationLadder = [.init(queue: "head-of-channel", afterMinutes: 30)] }, .partner("A"), .partner("B"),
            .absence("A", from: 0, until: 1_000), .absence("B", from: 0, until: 2_000))
        story.when(1, .lead("L1"), then: "escalated L1 to partner-managers, everyoneAway, moves on 31")
        story.until(31, then: ["escalated L1 to head-of-channel, unanswered"])
        story.when(1_000, .lead("L2"), then: "assigned L2 to A, attempt 1, submitted, due 1005")
        story.when(1_001, .human("L1", .reroute), then: "assigned L1 to A, attempt 1, human, due 1006")
    }

    /// Hostile histories, after which everyone falls silent: when all timers have fired, each lead is over, answered, or
    /// in a human queue, and the number of entries that took is bounded.
    @Test("11: leads that end nowhere", arguments: [1, 2, 3] as [UInt64])
    func complaint11Nowhere(seed: UInt64) {
        var producer = HostileProducer(seed: seed, pace: .crowded)
        var stream = Stream()
        var leads: Set<String> = []
        for input in [Input.program(), producer.policy()] + HostileProducer.partners.map({ producer.profile($0) }) {
            _ = stream.receive(input, at: Moment.start)
        }
        for _ in 0..<1_000 {
            let (input, at) = producer.next(stream.state)
            _ = stream.advance(before: at)
            _ = stream.receive(input, at: at)
            if case .leadSubmitted(let fact) = input.fact { leads.insert(fact.leadID) }
        }
        _ = stream.receive(.policy("last") { $0.sla.firstResponseMinutes = 5 }, at: producer.clock)
        let open = stream.state.openLeadCount
        let fired = stream.advance(before: .distantFuture)
        #expect(fired.count <= 100 * (open + 10))
        #expect(stream.state.nextDeadline == nil)
        for id in leads {
            guard let lead = stream.state.lead(id) else { continue }
            let isWaitingForNobody = lead.stage == .escalated || lead.partnerID != nil || ![.assigned, .accepted, .responded].contains(lead.stage)
            #expect(isWaitingForNobody && lead.respondBy == nil, "\(lead)")
        }
    }

    /// What is asked beforehand and what is done are one function: asking changes nothing, and the answer is the event.
    @Test("12: two matchers that disagree", arguments: [1, 2, 3] as [UInt64])
    func complaint12OneMatcher(seed: UInt64) {
        var producer = HostileProducer(seed: seed, pace: .crowded)
        var stream = Stream()
        for input in [Input.program(), producer.policy()] + HostileProducer.partners.map({ producer.profile($0) }) {
            _ = stream.receive(input, at: Moment.start)
        }
        var compared = 0
        for _ in 0..<400 {
            let (input, at) = producer.next(stream.state)
            _ = stream.advance(before: at)
            let now = max(at, stream.state.lastStamp)
            guard case .leadSubmitted = input.fact, stream.state.admission(of: input, at: now) == .accept else {
                _ = stream.receive(input, at: at)
                continue
            }
            let preview = Decider.decide(input, at: now, in: stream.state)
            guard case .entry(let entry) = stream.receive(input, at: at) else { continue }
            #expect(entry.events == preview, "seed \(seed)")
            compared += 1
        }
        #expect(compared > 50)
    }

    /// Nobody is never a name: an event of its own says that a human has it, why, and in which queue.
    @Test("13: unmatched leads on a default owner", arguments: [
        ([], "noPolicy"), ([.policy()], "noPartners"), ([.policy(), .partner("A") { $0.capacity.openLeadsMax = 0 }], "noEligiblePartner"),
        ([.policy(), .partner("A"), .paused("A")], "everyoneAway"),
        ([.policy { $0.lawfulBases = ["consent"] }, .partner("A")], "lawfulBasisMissing"),
        ([.policy { $0.shadow = true }, .partner("A")], "shadow, suggests A"),
        ([.policy { $0.review.dealValueAtLeastMinorUnits = 1 }, .partner("A")], "reviewRequired, suggests A"),
    ] as [([Input], String)])
    func complaint13Unmatched(givens: [Input], reason: String) {
        var story = Story()
        for given in givens { story.given(0, given) }
        story.when(1, .lead("L1"), then: "escalated L1 to partner-managers, \(reason)")
        #expect(story.state.lead("L1")?.partnerID == nil)
        #expect(story.state.lead("L1")?.stage == .escalated)
    }

    @Test("14: duplicates and merges that lose or double-assign a lead")
    func complaint14Duplicates() throws {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"), .partner("B"))
        let lead = Input.lead("L1", account: 1, person: 1).event(1)
        story.given(1, lead)
        let holder = Self.holder(story, "L1")
        // The producer repeats itself; the same id comes again; the same person comes under another id.
        story.when(2, lead)
        story.when(3, .lead("L1", account: 1, person: 1), then: "merged L1 into L1, same id")
        story.when(4, .lead("L2", account: 1, person: 1), then: "merged L2 into L1, same person")
        #expect(story.state.openLeadCount == 1)
        #expect(try story.partner("A").openLeads + story.partner("B").openLeads == 1)
        // What is said of either counts for the one.
        story.when(5, .responded("L2", holder), then: "responded L1 by \(holder) after 4")
        story.when(6, .won("L2", holder), then: "closed L1 at \(holder), won, 1000000, learned")
        #expect(story.state.openLeadCount == 0)
        // Another content under the same event id is refused, not merged.
        story.refuses(7, .lead("L3", account: 2, person: 2).event(1, content: 9), .eventIDConflict)
    }

    /// Friday evening before a Monday that is a holiday, in a zone whose clocks change on that Sunday.
    @Test("15: working hours, holidays and time zones that the SLA timer ignores")
    func complaint15WorkingTime() {
        let zone = TimeZoneRules(tzVersion: "2026a", offsets: [
            .init(from: .epoch, seconds: 3_600), .init(from: Moment.at(Moment.at(day: 83, 1)), seconds: 7_200),
        ])
        var story = Story(
            .policy {
                $0.sla.firstResponseMinutes = 60
                $0.sla.reminderMinutesBefore = 30
                $0.sla.inWorkingHours = true
            },
            .partner("A", zone: zone) { $0.workingHours = (1...5).map { WorkingHours(weekday: $0, fromMinute: 540, untilMinute: 1_020) } },
            .absence("A", "easter-monday", from: Moment.at(day: 83, 22), until: Moment.at(day: 84, 22)))
        // 16:45 in Rome on Friday; fifteen minutes are left of the day, and Tuesday begins at 07:00 UTC.
        story.when(Moment.at(day: 81, 15, 45), .lead("L1"),
            then: "assigned L1 to A, attempt 1, submitted, due \(Moment.at(day: 85, 7, 45)), reminder \(Moment.at(day: 85, 7, 15))")
        story.until(Moment.at(day: 85, 7, 44), then: ["reminded A of L1, due \(Moment.at(day: 85, 7, 45))"])
        // The answer took as long as was promised: an hour of working time.
        story.when(Moment.at(day: 85, 7, 45), .responded("L1", "A"), then: "responded L1 by A after 60")
    }
}
