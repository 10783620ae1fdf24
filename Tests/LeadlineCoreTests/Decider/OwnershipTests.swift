import LeadlineCore
import Testing

/// Goal: who holds or won an account gets its next lead before anyone competes, unless it cannot.
@Suite struct OwnershipTests {
    /// B wins every competition; A owns account 1 by an open deal.
    private static func owned(_ change: (inout Policy) -> Void = { _ in }) -> Story {
        var story = Story(
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 0
                change(&policy)
            },
            .partner("A"), .partner("B") { $0.typicalDealMax = euros(10_000) })
        story.given(0, .lead("L0", account: 1), .human("L0", .assign(partnerID: "A")))
        return story
    }

    @Test func theOwnerComesFirst() throws {
        var story = Self.owned()
        story.when(1, .lead("L1", account: 1), then: "assigned L1 to A, attempt 1, submitted")
        #expect(try story.evaluation().basis == .ownership)
        #expect(try story.evaluation().runnerUpPartnerID == "B")
        story.when(1, .lead("L2", account: 2), then: "assigned L2 to B, attempt 1, submitted")
        #expect(try story.evaluation().basis == .score)
    }

    @Test func policyCanLeaveItToCompetition() {
        var story = Self.owned { $0.ownerFirst = false }
        story.when(1, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
    }

    @Test func anOwnerAtItsCapMeansAHuman() throws {
        var story = Self.owned()
        story.given(0, .capacity("A", open: 1))
        story.when(1, .lead("L1", account: 1), then: "escalated L1 to partner-managers, ownerAtCap, suggests B")
        #expect(try story.evaluation().best.map(\.partnerID) == ["B"])
        story.given(0, .capacity("A", period: 1))
        story.when(1, .lead("L2", account: 1), then: "escalated L2 to partner-managers, ownerAtCap, suggests B")
    }

    @Test func anOwnerThatCannotLeavesItToCompetition() {
        for hindrance in [Input.paused("A"), .removed("A"), .absence("A", from: 0, until: 9)] {
            var story = Self.owned()
            story.given(0, .responded("L0", "A"), hindrance)
            if case .partnerRemoved = hindrance.fact {
                story.until(0, then: ["ended L0 at A, attempt 2, partnerRemoved", "escalated L0 to partner-managers, noEligiblePartner"])
            }
            story.when(1, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
        }
    }

    @Test func anOwnerBehindAHardRuleLeavesItToCompetition() {
        var story = Self.owned()
        story.given(0, .policy("p2") {
            $0.sla.firstResponseMinutes = 0
            $0.hardRules = [HardRule(name: "tier", require: .not(.partnerTierAtLeast(0)))]
        })
        story.when(1, .lead("L1", account: 1), then: "escalated L1 to partner-managers, noEligiblePartner")
    }

    @Test func theNewestOpenDealOwns() {
        var story = Self.owned()
        story.given(1, .lead("L1", account: 1), .human("L1", .assign(partnerID: "B")))
        story.when(2, .lead("L2", account: 1), then: "assigned L2 to B, attempt 1, submitted")
        story.given(3, .withdrawn("L1"), .withdrawn("L2"))
        story.when(4, .lead("L3", account: 1), then: "assigned L3 to A, attempt 1, submitted")
    }

    @Test func aDealClosedOtherwiseOwnsNothing() {
        var story = Self.owned()
        story.given(1, .lost("L0", "A"))
        story.when(2, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
    }

    @Test func aWonDealOwnsForSoManyDays() throws {
        var story = Self.owned { $0.ownershipDays = 10 }
        story.given(0, .won("L0", "A"))
        let end = 10 * Moment.minutesPerDay
        story.when(end - 1, .lead("L1", account: 1), then: "assigned L1 to A, attempt 1, submitted")
        #expect(try story.evaluation().basis == .ownership)
        story.given(end - 1, .withdrawn("L1"))
        story.given(end, .lead("L2", account: 1))
        #expect(try story.evaluation().basis == .score)
    }

    /// The lead that is routed again is no evidence of who owns its account.
    @Test func aLeadDoesNotOwnItself() throws {
        var story = Self.owned()
        story.given(1, .won("L0", "A"), .paused("A"))
        story.when(2, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
        story.given(3, .resumed("A"), .partner("C") { $0.typicalDealMax = euros(20_000); $0.verticals = ["x"] })
        story.given(3, .updated("L1") { $0.vertical = "x" })
        story.when(4, .declined("L1", "B"), then: "ended L1 at B, attempt 1, declined", "assigned L1 to A, attempt 2, declined")
        #expect(try story.evaluation().basis == .ownership)
        #expect(try story.evaluation().runnerUpPartnerID == "C")
    }
}
