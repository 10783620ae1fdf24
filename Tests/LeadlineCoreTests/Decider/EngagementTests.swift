import LeadlineCore
import Testing

/// Goal: a partner who declines or does not answer is expected to make less of a lead, and says so with its record.
@Suite struct EngagementTests {
    private static func program() -> Story {
        Story(.policy { $0.sla.firstResponseMinutes = 60; $0.ownerFirst = false }, .partner("A"), .partner("B"))
    }

    private func engagement(_ story: Story, _ partner: String, at minute: Int) throws -> (factor: Double, evidence: Evidence) {
        let lead = Input.lead("probe") { $0.dealValue = euros(1_000) }
        let evaluation = try #require(Decider.explain(lead, at: Moment.at(minute), in: story.state).evaluation)
        let one = try #require(evaluation.candidates.first { $0.partnerID == partner })
        return (one.engagement, one.evidence)
    }

    @Test func whoKeepsItsPromiseLosesNothing() throws {
        var story = Self.program()
        #expect(try engagement(story, "A", at: 1).factor == 1)
        story.given(1, .lead("L1"), .accepted("L1", "A"), .responded("L1", "A"))
        let after = try engagement(story, "A", at: 2)
        #expect(after.factor == 1)
        #expect([after.evidence.taken, after.evidence.declined, after.evidence.inTime, after.evidence.missed] == [1, 0, 1, 0])
    }

    /// Taken is counted once, whether the partner accepts first or answers first.
    @Test func anAnswerIsAnAcceptance() throws {
        var story = Self.program()
        story.given(1, .lead("L1"), .responded("L1", "A"), .accepted("L1", "A"))
        let record = try engagement(story, "A", at: 2).evidence
        #expect(record.taken == 1 && record.inTime == 1)
    }

    @Test func aDeclinedLeadCounts() throws {
        var story = Self.program()
        story.given(1, .lead("L1"), .declined("L1", "A"))
        // 8 expected to be taken against 1 declined is the program's habit, 8/9; of the partner itself (8 x 8/9) / 9.
        let habit = 8.0 / 9, own = 8 * habit / 9
        let a = try engagement(story, "A", at: 2), b = try engagement(story, "B", at: 2)
        #expect(a.evidence.declined == 1)
        #expect(a.factor == 1 - (1 - own * 1) * 0.5)
        #expect(b.factor == 1 - (1 - habit * 1) * 0.5)
    }

    @Test func aMissedDeadlineTurnsTheNextLeadAway() throws {
        var story = Self.program()
        story.given(1, .lead("L1"))
        let first = try #require(story.state.lead("L1")?.partnerID)
        let other = first == "A" ? "B" : "A"
        story.until(61, then: ["expired L1 at \(first), attempt 1, due 61", "assigned L1 to \(other), attempt 2, expired, due 121"])
        #expect(try engagement(story, first, at: 62).evidence.missed == 1)
        #expect(try engagement(story, first, at: 62).factor < engagement(story, other, at: 62).factor)
        story.given(62, .responded("L1", other))
        story.when(63, .lead("L2"), then: "assigned L2 to \(other), attempt 1, submitted, due 123")
    }

    /// Without a promise there is none to keep.
    @Test func leadsWithoutADeadlineCountAsNeither() throws {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        story.given(1, .lead("L1"), .responded("L1", "A"))
        let record = try engagement(story, "A", at: 2).evidence
        #expect([record.taken, record.inTime, record.missed] == [1, 0, 0])
    }
}
