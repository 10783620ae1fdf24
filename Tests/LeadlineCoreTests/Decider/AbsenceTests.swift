import LeadlineCore
import Testing

/// Goal: absences are known as long as they matter, and no longer; whoever comes back is where it was.
@Suite struct AbsenceTests {
    /// A partner that takes a holiday every week for forty years.
    @Test func pastAbsencesAreForgotten() {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        var sizes: [Int] = []
        for week in 0..<2_080 {
            let day = 7 * week
            story.given(Moment.at(day: day, 0), .absence("A", "w\(week + 1_000)", from: Moment.at(day: day + 1, 0), until: Moment.at(day: day + 2, 0)))
            sizes.append(story.state.canonicalBytes().count)
        }
        #expect(sizes[100...].max() == sizes[100], "\(sizes[100]) bytes, then \(sizes.max() ?? 0)")
    }

    /// The period that runs is remembered whole, for whoever asks how much of it a partner was there.
    @Test func whatEndedInTheRunningPeriodStays() throws {
        var story = Story(.policy { $0.floorPeriodDays = 28 }, .partner("A"))
        story.given(0, .absence("A", "one", from: 10, until: 20))
        let with = story.state.canonicalBytes().count
        story.given(Moment.at(day: 27, 0), .absence("A", "two", from: Moment.at(day: 28, 0), until: Moment.at(day: 29, 0)))
        #expect(story.state.canonicalBytes().count > with)
        story.given(Moment.at(day: 30, 0), .absenceCancelled("A", "two"), .absence("A", "six", from: Moment.at(day: 31, 0), until: Moment.at(day: 32, 0)))
        #expect(story.state.canonicalBytes().count == with)
    }

    /// An absence that is over when it is told changes nothing, and takes back what its id said before.
    @Test func anAbsenceLongOver() {
        var story = Story(.policy { $0.periodDays = 1; $0.floorPeriodDays = 1 }, .partner("A"))
        story.given(Moment.at(day: 9, 0), .absence("A", from: Moment.at(day: 9, 0), until: Moment.at(day: 10, 0)))
        story.given(Moment.at(day: 9, 1), .absence("A", from: 0, until: 1))
        story.when(Moment.at(day: 9, 2), .lead("L1"), then: "assigned L1 to A, attempt 1, submitted, due \(Moment.at(day: 9, 2, 5))")
    }

    /// Half-open, to the minute, whatever overlaps.
    @Test(arguments: [(9, "B"), (10, "nobody"), (14, "nobody"), (15, "nobody"), (29, "nobody"), (30, "B")])
    func overlappingAbsences(minute: Int, expected: String) {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("B"))
        story.given(0, .absence("B", "a", from: 10, until: 15), .absence("B", "b", from: 14, until: 30), .absence("B", "c", from: 12, until: 13))
        story.given(minute, .lead("L1"))
        #expect(story.state.lead("L1")?.partnerID ?? "nobody" == expected)
        #expect(story.state.lead("L1")?.stage == (expected == "nobody" ? .escalated : .assigned))
    }

    /// Nothing and zero, each number of a policy or a profile that may be.
    @Test(arguments: [
        ("open_leads_max", Input.capacity("A", open: 0), "escalated L1 to partner-managers, noEligiblePartner"),
        ("leads_per_period_max", .capacity("A", period: 0), "escalated L1 to partner-managers, noEligiblePartner"),
        ("a segment", .capacity("A", segments: [.init(leadField: .country, value: "IT", leadsPerPeriodMax: 0)]),
            "escalated L1 to partner-managers, noEligiblePartner"),
        ("sla", .policy("p2") { $0.sla.firstResponseMinutes = 0 }, "assigned L1 to A, attempt 1, submitted"),
        ("attempts", .policy("p2") { $0.attemptsMax = 0 }, "assigned L1 to A, attempt 1, submitted, due 6"),
        ("period", .policy("p2") { $0.periodDays = 0; $0.floorPeriodDays = 0 }, "assigned L1 to A, attempt 1, submitted, due 6"),
        ("value", .policy("p2") { $0.defaultDealValueMinorUnits = 0 }, "assigned L1 to A, attempt 1, submitted, due 6"),
        ("review value", .policy("p2") { $0.review.dealValueAtLeastMinorUnits = 0 }, "escalated L1 to partner-managers, reviewRequired, suggests A"),
        ("cool-down and ownership", .policy("p2") { $0.coolDownMinutes = 0; $0.ownershipDays = 0 }, "assigned L1 to A, attempt 1, submitted, due 6"),
        ("ladder", .policy("p2") { $0.escalationLadder = [.init(queue: "desk", afterMinutes: 0)]; $0.shadow = true },
            "escalated L1 to partner-managers, shadow, suggests A, moves on 2"),
    ])
    func zeroes(name: String, input: Input, expected: String) {
        var story = Story(.policy(), .partner("A"))
        story.given(1, input)
        story.when(1, .lead("L1") { $0.country = "IT" }, then: expected)
    }
}
