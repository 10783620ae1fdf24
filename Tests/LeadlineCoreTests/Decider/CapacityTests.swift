import LeadlineCore
import Testing

/// Goal: caps count what is open and what came this period, to the moment (rule 4).
@Suite struct CapacityTests {
    private static func capped(open: UInt32? = nil, period: UInt32? = nil, _ change: (inout Policy) -> Void = { _ in }) -> Story {
        Story(
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 0
                policy.periodAnchor = Moment.start
                change(&policy)
            },
            .partner("A") { $0.capacity = Capacity(openLeadsMax: open, leadsPerPeriodMax: period) })
    }

    private func holder(_ story: Story, _ lead: String) -> String { story.state.lead(lead)?.partnerID ?? "nobody" }

    @Test(arguments: [
        Input.declined("L1", "A"), .withdrawn("L1"), .won("L1", "A"), .lost("L1", "A"), .human("L1", .close),
        .human("L1", .reroute), .objected("L1"), .erasure("L1"), .restricted("L1"),
    ])
    func whateverEndsAnAssignmentFreesItsPlace(end: Input) throws {
        var story = Self.capped(open: 1)
        story.given(1, .lead("L1"), .lead("L2"))
        #expect(holder(story, "L2") == "nobody")
        story.given(2, end)
        #expect(try story.partner("A").openLeads == 0)
        story.given(3, .lead("L3"))
        #expect(holder(story, "L3") == "A")
    }

    @Test(arguments: [
        Input.accepted("L1", "A"), .responded("L1", "A"), .stage("L1", "A"), .review("L1"), .updated("L1") { $0.country = "DE" },
    ])
    func nothingElseDoes(input: Input) {
        var story = Self.capped(open: 1)
        story.given(1, .lead("L1"), input, .lead("L2"))
        #expect(holder(story, "L2") == "nobody")
    }

    @Test func capacityCanChange() {
        var story = Self.capped(open: 1)
        story.given(1, .lead("L1"), .capacity("A", open: 2), .lead("L2"), .lead("L3"))
        #expect([holder(story, "L2"), holder(story, "L3")] == ["A", "nobody"])
        story.given(2, .capacity("A"), .lead("L4"), .capacity("A", open: 1), .lead("L5"))
        #expect([holder(story, "L4"), holder(story, "L5")] == ["A", "nobody"])
        story.given(3, .partner("A") { $0.capacity.openLeadsMax = 4 }, .lead("L6"), .lead("L7"))
        #expect([holder(story, "L6"), holder(story, "L7")] == ["A", "nobody"])
    }

    /// Periods are tumbling windows from the anchor: what was given back in one still counts in it.
    @Test func periodsRollOver() {
        var story = Self.capped(period: 2)
        let week = 7 * Moment.minutesPerDay
        story.given(week - 3, .lead("L1"), .withdrawn("L1"))
        story.given(week - 2, .lead("L2"), .lead("L3"))
        #expect([holder(story, "L2"), holder(story, "L3")] == ["A", "nobody"])
        story.given(week, .lead("L4"), .lead("L5"), .lead("L6"))
        #expect([holder(story, "L4"), holder(story, "L5"), holder(story, "L6")] == ["A", "A", "nobody"])
        story.given(3 * week, .lead("L7"))
        #expect(holder(story, "L7") == "A")
    }

    /// The anchor may lie ahead; windows reach back from it as well.
    @Test func periodsBeforeTheAnchor() {
        var story = Self.capped(period: 1) { $0.periodAnchor = Moment.at(14 * Moment.minutesPerDay) }
        let week = 7 * Moment.minutesPerDay
        for (minute, expected) in [(0, "A"), (week - 1, "nobody"), (week, "A"), (2 * week - 1, "nobody"), (2 * week, "A")] {
            story.given(minute, .lead("L\(minute)"))
            #expect(holder(story, "L\(minute)") == expected, "minute \(minute)")
        }
    }

    @Test func everyAssignmentCountsInThePeriod() {
        var story = Self.capped(period: 2)
        story.given(1, .lead("H1", past: "A").asHistory, .lead("L1"), .lead("L2"))
        #expect([holder(story, "L1"), holder(story, "L2")] == ["A", "nobody"])
        story.when(2, .human("L2", .assign(partnerID: "A")), then: "assigned L2 to A, attempt 1, human")
    }
}
