import LeadlineCore
import Testing

/// Goal: every reason for which a partner can be out, each alone and all at once, is counted once and under its name.
@Suite struct ExclusionTests {
    private static let quiet = Input.policy { $0.sla.firstResponseMinutes = 0 }

    @Test func paused() throws {
        var story = Story(Self.quiet, .partner("A"), .partner("B"), .paused("A"))
        story.when(1, .lead("L1"), then: "assigned L1 to B, attempt 1, submitted")
        #expect(try story.exclusions() == ["paused 1"])
        story.given(2, .resumed("A"), .paused("B"))
        story.when(2, .lead("L2"), then: "assigned L2 to A, attempt 1, submitted")
    }

    /// A partner that left is no candidate at all, so it is not counted.
    @Test func removed() throws {
        var story = Story(Self.quiet, .partner("A"), .partner("B"), .removed("A"))
        story.when(1, .lead("L1"), then: "assigned L1 to B, attempt 1, submitted")
        #expect(try story.exclusions() == [])
    }

    @Test func absent() throws {
        var story = Story(Self.quiet, .partner("A"), .partner("B"), .absence("A", from: 10, until: 20))
        story.given(1, .capacity("B", open: 1), .lead("L0"))
        for (minute, expected) in [(10, "B"), (19, "nobody"), (20, "A")] {
            story.given(minute, .lead("L\(minute)"))
            #expect(story.state.lead("L\(minute)")?.partnerID ?? "nobody" == expected)
        }
        story.given(21, .absence("A", "second", from: 21, until: 30), .lead("L21"))
        #expect(try story.exclusions() == ["absent 1", "openLeadsCap 1"])
        story.given(22, .absenceCancelled("A", "second"), .lead("L22"))
        #expect(story.state.lead("L22")?.partnerID == "A")
    }

    @Test func tried() throws {
        var story = Story(Self.quiet, .partner("A"), .partner("B") { $0.verticals = ["x"] })
        story.given(1, .lead("L1") { $0.vertical = "x" })
        story.when(2, .declined("L1", "B"),
            then: "ended L1 at B, attempt 1, declined", "assigned L1 to A, attempt 2, declined")
        #expect(try story.exclusions() == ["tried 1"])
    }

    @Test func openLeadsCap() throws {
        var story = Story(Self.quiet, .partner("A") { $0.capacity.openLeadsMax = 1 })
        story.when(1, .lead("L1"), then: "assigned L1 to A, attempt 1, submitted")
        story.when(1, .lead("L2"), then: "escalated L2 to partner-managers, noEligiblePartner")
        #expect(try story.exclusions() == ["openLeadsCap 1"])
    }

    @Test func periodCap() throws {
        var story = Story(Self.quiet, .partner("A") { $0.capacity.leadsPerPeriodMax = 1 })
        story.given(1, .lead("L1"), .withdrawn("L1"))
        story.when(1, .lead("L2"), then: "escalated L2 to partner-managers, noEligiblePartner")
        #expect(try story.exclusions() == ["periodCap 1"])
    }

    @Test func capOfNothing() throws {
        var story = Story(Self.quiet, .partner("A") { $0.capacity.openLeadsMax = 0; $0.capacity.leadsPerPeriodMax = 0 })
        story.given(1, .lead("L1"))
        #expect(try story.exclusions() == ["openLeadsCap 1"])
    }

    /// The prior win rate is 20 %: a minimum just above it puts everyone out, just below it nobody.
    @Test(arguments: [(1_999, true), (2_001, false)] as [(UInt32, Bool)])
    func conversionBelowMinimum(basisPoints: UInt32, isAssigned: Bool) throws {
        var story = Story(.policy { $0.minimumConversionBasisPoints = basisPoints }, .partner("A"))
        story.given(1, .lead("L1"))
        #expect((story.state.lead("L1")?.partnerID == "A") == isAssigned)
        #expect(try story.exclusions() == (isAssigned ? [] : ["conversionBelowMinimum 1"]))
        #expect(try story.evaluation().scored == 1)
    }

    @Test func allReasonsAtOnce() throws {
        var story = Story(.policy {
            $0.sla.firstResponseMinutes = 0
            $0.hardRules = [HardRule(name: "tier", require: .partnerTierAtLeast(1))]
        })
        for id in ["low", "paused", "absent", "full", "spent", "free", "removed", "tried"] {
            story.given(0, .partner(id) {
                $0.tier = id == "low" ? 0 : 1
                $0.typicalDealMax = id == "tried" ? euros(1_000_000) : euros(1)
                if id == "full" { $0.capacity.openLeadsMax = 0 }
                if id == "spent" { $0.capacity.leadsPerPeriodMax = 0 }
            })
        }
        story.given(1, .lead("L1"))
        #expect(story.state.lead("L1")?.partnerID == "tried")
        story.given(2, .paused("paused"), .removed("removed"), .absence("absent", from: 0, until: 9))
        story.when(3, .declined("L1", "tried"),
            then: "ended L1 at tried, attempt 1, declined", "assigned L1 to free, attempt 2, declined")
        #expect(try story.exclusions() == [
            "paused 1", "hardRule tier 1", "absent 1", "tried 1", "openLeadsCap 1", "periodCap 1",
        ])
    }
}
