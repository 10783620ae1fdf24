import LeadlineCore
import Testing

/// Goal: who gets too little, or too much, is said once, with what kept it or the others, and nothing is said where
/// nobody goes without. Method: programs in which a known cause keeps a partner out, and the timer that speaks of it.
@Suite struct StarvationTests {
    private static let day = Moment.minutesPerDay

    private static func policy(
        _ rule: StarvationRule, _ change: (inout Policy) -> Void = { _ in }
    ) -> Input {
        .policy("p1") { policy in
            policy.sla.firstResponseMinutes = 0
            policy.periodAnchor = Moment.start
            policy.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))]
            policy.starvation = rule
            change(&policy)
        }
    }

    private static func rule(floor: UInt32 = 0, idle: UInt32 = 0, share: UInt32 = 0, from leads: UInt32 = 0) -> StarvationRule {
        var rule = StarvationRule()
        rule.floorAfterBasisPoints = floor
        rule.idleDays = idle
        rule.shareBasisPoints = share
        rule.shareLeadsMin = leads
        return rule
    }

    /// Whatever keeps A from two leads is the cause that is named two days after it was registered.
    @Test(arguments: [
        ("rules country", [Input.partner("A") { $0.countries = ["DE"] }]),
        ("capacity", [.partner("A") { $0.countries = ["IT"] }, .capacity("A", open: 0)]),
        ("fit", [.partner("A") { ($0.countries, $0.typicalDealMax) = (["IT"], euros(1)) }]),
    ] as [(String, [Input])])
    func theCauseIsNamed(cause: String, partner: [Input]) {
        var story = Story(Self.policy(Self.rule(idle: 2)))
        for input in partner { story.given(0, input) }
        story.given(0, .partner("B") { ($0.countries, $0.typicalDealMax) = (["IT"], euros(10_000)) })
        story.given(10, .lead("L1") { $0.country = "IT" })
        story.given(20, .lead("L2") { $0.country = "IT" })
        #expect(story.state.lead("L1")?.partnerID == "B" && story.state.lead("L2")?.partnerID == "B")
        // B has had everything that came: of it there is nothing to say two days after its last lead.
        story.until(
            2 * Self.day + 30, then: ["starving A: idle, \(cause), since 0, 0 of 0, 2 of 2 leads"], [])
    }

    @Test func whoOwnsTheCompanyIsTheCause() {
        var story = Story(
            Self.policy(Self.rule(idle: 2)), .partner("B") { $0.countries = ["IT"] })
        story.given(10, .lead("L1", account: 1) { $0.country = "IT" })
        story.given(11, .won("L1", "B"), .partner("A") { ($0.countries, $0.typicalDealMax) = (["IT"], euros(10_000)) })
        story.given(20, .lead("L2", account: 1) { $0.country = "IT" })
        #expect(story.state.lead("L2")?.partnerID == "B")
        // When they were registered somebody was to be looked at two days later; by then nobody was due.
        story.until(2 * Self.day + 15, then: [], ["starving A: idle, ownership, since 11, 0 of 0, 1 of 1 leads"])
    }

    /// Once a period, and again when another has begun; who is away, or without leads to miss, is not spoken of.
    @Test func notTwiceInAPeriodNorOfTheAbsent() {
        var story = Story(
            Self.policy(Self.rule(idle: 2)), .partner("A") { $0.countries = ["DE"] }, .partner("B") { $0.countries = ["IT"] })
        story.given(10, .absence("A", from: 0, until: Self.day))
        story.given(2 * Self.day, .lead("L1") { $0.country = "IT" })
        let told = "starving A: idle, rules country, since \(Self.day), 0 of 0, 1 of 1 leads"
        story.until(3 * Self.day, then: [], [told])
        // The period of seven days ends; B had the only lead.
        story.until(7 * Self.day, then: [], [told])
        story.given(7 * Self.day + 1, .paused("A"))
        story.given(8 * Self.day, .resumed("A"))
        story.until(9 * Self.day)
    }

    @Test(arguments: [
        (UInt32(4), 2, ["starving A: floor, rules country, since 0 until \(28 * day), 2 of 4, 1 of 1 leads"]),
        (4, 3, []), (2, 2, []),
    ] as [(UInt32, Int, [String])])
    func aFloorThatLiesBehindIsAnnounced(floor: UInt32, got: Int, expected: [String]) {
        var story = Story(
            Self.policy(Self.rule(floor: 7_500)),
            .partner("A") { ($0.countries, $0.capacity.leadsPerPeriodMin) = (["IT"], floor) },
            .partner("B") { $0.countries = ["DE"] })
        for lead in 0..<got { story.given(lead, .lead("L\(lead)") { $0.country = "IT" }) }
        story.given(50, .lead("D1") { $0.country = "DE" })
        story.until(21 * Self.day, then: expected)
        story.until(28 * Self.day)
    }

    @Test func aFloorInValueCountsLikewise() {
        var story = Story(
            Self.policy(Self.rule(floor: 5_000)),
            .partner("A") {
                $0.countries = ["IT"]
                $0.capacity.floorValueMinorUnitsPerPeriod = 1_000_000
            })
        story.given(5, .lead("L1") { ($0.country, $0.dealValue) = ("IT", euros(4_000)) })
        story.until(14 * Self.day, then: ["starving A: floor, noLeads, since 0 until \(28 * Self.day), 1 of 0, worth 400000 of 1000000, 0 of 0 leads"])
    }

    /// The fourth lead makes B's share countable; the entry that says so comes at once, and once a period.
    @Test func whoTakesTooMuchIsAnnounced() {
        var story = Story(
            Self.policy(Self.rule(share: 6_000, from: 4)), .partner("A") { $0.countries = ["DE"] },
            .partner("B") { $0.countries = ["IT"] })
        for lead in 1...3 { story.given(lead, .lead("L\(lead)") { $0.country = "IT" }) }
        story.given(4, .lead("L4") { $0.country = "IT" })
        story.until(4, then: ["starving B: share, rules country, since 0 until \(7 * Self.day), 4 of 4, 4 of 4 leads"])
        story.given(5, .lead("L5") { $0.country = "IT" })
        story.until(6 * Self.day)
        for lead in 1...4 { story.given(7 * Self.day + lead, .lead("M\(lead)") { $0.country = "IT" }) }
        story.until(7 * Self.day + 4, then: ["starving B: share, rules country, since \(7 * Self.day) until \(14 * Self.day), 4 of 4, 9 of 9 leads"])
    }

    /// What was said stands until its period ends, or until a partner that got nothing gets something.
    @Test func whatWasAnnouncedStands() throws {
        var story = Story(
            Self.policy(Self.rule(idle: 2, share: 6_000, from: 4)), .partner("A") { $0.countries = ["DE"] },
            .partner("B") { $0.countries = ["IT"] })
        func standing(_ minute: Int) -> [String] {
            story.state.starvationNotices(at: Moment.at(minute)).map { "\($0.announced.partnerID) \($0.announced.kind) \(Moment.text($0.at))" }
        }
        for lead in 1...4 { story.given(lead, .lead("L\(lead)") { $0.country = "IT" }) }
        #expect(standing(4).isEmpty)
        while let due = story.state.nextDeadline, due <= Moment.at(2 * Self.day) { _ = story.fireNext() }
        let (share, idle) = ("B share 4", "A idle \(2 * Self.day)")
        #expect(standing(2 * Self.day) == [idle, share] && standing(7 * Self.day - 1) == [idle, share])
        #expect(standing(7 * Self.day) == [idle])
        #expect(story.state.network(at: Moment.at(2 * Self.day))?.announced.count == 2)
        // The state that is read back says the same.
        let bytes = story.state.canonicalBytes()
        let restored = try State(canonicalBytes: bytes)
        #expect(restored.canonicalBytes() == bytes)
        #expect(restored.starvationNotices(at: story.state.lastStamp) == story.state.starvationNotices(at: story.state.lastStamp))
        while let due = story.state.nextDeadline, due <= Moment.at(3 * Self.day) { _ = story.fireNext() }
        story.given(3 * Self.day, .lead("L5") { $0.country = "DE" })
        #expect(standing(3 * Self.day) == [share])
        story.given(3 * Self.day, .paused("B"))
        #expect(standing(3 * Self.day).isEmpty)
    }

    /// A lead that was lost again is no part of anybody's share; nor is there a share where nobody else is there.
    @Test func aShareIsOfWhatIsKept() {
        var story = Story(
            Self.policy(Self.rule(share: 6_000, from: 2)), .partner("A") { $0.countries = ["IT"] })
        story.given(1, .lead("L1") { $0.country = "IT" }, .declined("L1", "A"))
        story.given(2, .lead("L2") { $0.country = "IT" })
        story.given(3, .lead("L3") { $0.country = "IT" })
        story.until(3, then: [])
    }

    @Test(arguments: [(UInt32(6), true), (7, false), (7, true)])
    func withoutARuleNothingIsWatched(logic: UInt32, states: Bool) {
        var story = Story(
            logic: logic,
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 0
                policy.starvation = states ? Self.rule() : nil
            },
            .partner("A") { $0.capacity.leadsPerPeriodMin = 5 })
        story.given(1, .lead("L1"))
        story.until(100 * Self.day)
        #expect(story.state.nextDeadline == nil)
    }

    /// The bound is kept: whoever takes part in so many ties gets the last of them at the latest.
    @Test(arguments: [UInt64(1), 2, 3])
    func nobodyIsPassedOverMoreOftenThanIsSaid(seed: UInt64) throws {
        var random = Seeded(seed)
        var story = Story(.policy("p1") { $0.sla.firstResponseMinutes = 0 })
        let ids = ["A", "B", "C", "D", "E"]
        for id in ids { story.given(0, .partner(id) { $0.countries = id < "D" ? ["IT", "DE"] : ["IT"] }) }
        for lead in 0..<40 { story.given(lead, .lead("P\(lead)") { $0.country = random.below(2) == 0 ? "IT" : "DE" }) }
        let network = try #require(story.state.network(at: story.state.lastStamp))
        var within: [String: UInt32] = [:]
        for partner in network.partners {
            let turn: UInt32 = try #require(partner.turnWithin)
            within[partner.partnerID] = turn
        }
        #expect(network.turnWithinMax == within.values.max() && network.debtsBalance)
        var lost: [String: UInt32] = [:]
        for lead in 0..<60 {
            story.given(100 + lead, .lead("L\(lead)") { $0.country = "IT" })
            let summary = try story.evaluation()
            guard summary.tiedPartnerIDs.count == ids.count, let winner = story.state.lead("L\(lead)")?.partnerID else { continue }
            for id in ids where within[id] != nil {
                if id == winner {
                    #expect(lost[id, default: 0] + 1 <= within[id] ?? 0, "\(id), seed \(seed)")
                    within[id] = nil
                } else {
                    lost[id, default: 0] += 1
                }
            }
        }
        #expect(within.isEmpty, "\(within), seed \(seed)")
    }
}
