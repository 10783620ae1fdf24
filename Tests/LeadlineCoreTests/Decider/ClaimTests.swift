import LeadlineCore
import Testing

/// Goal: a partner's claim on an account goes through its states as the table in DeciderClaims says, and one in force is
/// ownership that every decision names.
@Suite struct ClaimTests {
    private static let day = Moment.minutesPerDay

    /// B wins every competition. Claims hold ten days, and wait for three.
    private static func program(
        _ approval: ClaimApproval = .byRule, logic version: UInt32 = Logic.newest, _ change: (inout Policy) -> Void = { _ in }
    ) -> Story {
        Story(
            logic: version,
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 0
                policy.claims.protectedDays = 10
                policy.claims.answerDays = 3
                policy.claims.approval = approval
                change(&policy)
            },
            .partner("A"), .partner("B") { $0.typicalDealMax = euros(10_000) }, .partner("C"))
    }

    private static func approved(_ minute: Int = 0) -> String {
        "claim c of A approved, byRule, until \(minute + 10 * day)"
    }

    // MARK: In force

    @Test func aClaimInForceIsOwnershipOfAnAccountWithoutALead() throws {
        var story = Self.program()
        story.when(1, .claim("c", "A", account: 1), then: Self.approved(1))
        story.when(2, .lead("L1", account: 1), then: "assigned L1 to A, attempt 1, submitted")
        #expect(try story.evaluation().basis == .ownership && story.evaluation().claimID == "c")
        story.when(3, .lead("L2", account: 2), then: "assigned L2 to B, attempt 1, submitted")
        #expect(try story.evaluation().basis == .score && story.evaluation().claimID.isEmpty)
        let claim = try #require(story.state.claimStandings.first)
        #expect(claim.partnerID == "A" && claim.claimID == "c" && claim.leadID.isEmpty && claim.isOnAccount)
        #expect(claim.status == .approved && claim.until == Moment.at(1 + 10 * Self.day))
    }

    @Test func aClaimComesBeforeTheHolderAndWithoutOwnerFirst() throws {
        var story = Self.program(.unspecified) { $0.ownerFirst = false }
        story.when(1, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
        story.given(2, .claim("c", "A", account: 1), .claimDecided("c", "A", approved: true))
        story.when(3, .lead("L2", account: 1), then: "assigned L2 to A, attempt 1, submitted")
        #expect(try story.evaluation().claimID == "c")
    }

    @Test func anOwnerByClaimAtItsCapMeansAHuman() throws {
        var story = Self.program()
        story.given(1, .claim("c", "A", account: 1), .capacity("A", open: 1), .lead("L0", account: 1))
        story.when(2, .lead("L1", account: 1), then: "escalated L1 to partner-managers, ownerAtCap, suggests B")
        #expect(try story.evaluation().claimID == "c")
    }

    @Test func whoCannotHaveTheLeadLeavesItToCompetition() throws {
        for hindrance in [Input.paused("A"), .absence("A", from: 0, until: 9)] {
            var story = Self.program()
            story.given(1, .claim("c", "A", account: 1), hindrance)
            story.when(2, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
            #expect(try story.evaluation().claimID.isEmpty)
        }
    }

    @Test func aPolicyThatTakesNoClaimsHonoursNone() {
        var story = Self.program()
        story.given(1, .claim("c", "A", account: 1), .policy("p2") { $0.sla.firstResponseMinutes = 0 })
        story.when(2, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
        story.when(3, .claim("d", "B", account: 2), then: "claim d of B refused, notOffered")
        story.given(4, .policy("p3") { $0.sla.firstResponseMinutes = 0; $0.claims.protectedDays = 1 })
        story.when(5, .lead("L2", account: 1), then: "assigned L2 to A, attempt 1, submitted")
    }

    @Test func aClaimOfALeadWithoutAnAccountIsForThatLeadAndEndsWithIt() throws {
        var story = Self.program { $0.attemptsMax = 5 }
        story.given(1, .lead("L1"), .paused("B"), .resumed("B"))
        story.until(1, then: ["ended L1 at B, attempt 1, partnerPaused", "assigned L1 to A, attempt 2, partnerPaused"])
        story.when(2, .claim("c", "A", lead: "L1"), then: "claim c of A by L1 approved, byRule, until \(2 + 10 * Self.day)")
        story.when(3, .won("L1", "A"), then: "closed L1 at A, won, 1000000, learned")
        story.until(3, then: ["claim c of A by L1 expired, leadClosed"])
        #expect(story.state.claimStandings.isEmpty)
    }

    // MARK: Conflicts

    @Test func aClaimAgainstTheHolderWaitsForAPerson() {
        var story = Self.program()
        story.given(1, .lead("L1", account: 1))
        story.when(2, .claim("c", "A", lead: "L1"), then: "claim c of A by L1 conflicting, heldByAnother B, until \(2 + 3 * Self.day)")
        story.when(3, .lead("L2", account: 1), then: "assigned L2 to B, attempt 1, submitted")
        story.when(4, .claimDecided("c", "A", approved: true), then: "claim c of A by L1 approved, byPerson, until \(4 + 10 * Self.day)")
        story.when(5, .lead("L3", account: 1), then: "assigned L3 to A, attempt 1, submitted")
        // What B holds stays with it.
        #expect(story.state.lead("L1")?.partnerID == "B")
    }

    @Test func whoWonTheAccountStandsAgainstAClaimToo() {
        var story = Self.program()
        story.given(1, .lead("L1", account: 1), .won("L1", "B"))
        story.when(2, .claim("c", "A", account: 1), then: "claim c of A conflicting, heldByAnother B, until \(2 + 3 * Self.day)")
        story.when(2, .claim("d", "B", account: 1), then: "claim d of B conflicting, claimedByAnother A, until \(2 + 3 * Self.day)")
    }

    @Test(arguments: [ClaimApproval.byRule, .unspecified]) func ofTwoClaimsOneIsApprovedAndTheOthersRefused(approval: ClaimApproval) {
        var story = Self.program(approval)
        story.given(1, .claim("c", "A", account: 1))
        story.when(2, .claim("c", "B", account: 1), then: "claim c of B conflicting, claimedByAnother A, until \(2 + 3 * Self.day)")
        story.when(3, .claim("x", "C", account: 1), then: "claim x of C conflicting, claimedByAnother A, until \(3 + 3 * Self.day)")
        story.when(
            4, .claimDecided("c", "B", approved: true),
            then: "claim c of A refused, anotherApproved", "claim x of C refused, anotherApproved",
            "claim c of B approved, byPerson, until \(4 + 10 * Self.day)")
        story.when(5, .claimDecided("c", "B", approved: true), then: "disregarded B, noChange")
        story.when(6, .claimDecided("c", "B", approved: false), then: "claim c of B refused, byPerson")
        story.when(7, .claimDecided("c", "B", approved: true), then: "disregarded B, claimUnknown")
    }

    // MARK: Its end

    @Test func protectionEndsByTimerAndTheAccountCanBeClaimedAgain() {
        var story = Self.program()
        story.given(1, .claim("c", "A", account: 1))
        let end = 1 + 10 * Self.day
        story.until(end, then: ["claim c of A expired, protectionOver"])
        story.when(end + 1, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
        story.given(end + 2, .withdrawn("L1"))
        story.when(end + 3, .claim("c", "A", account: 1), then: Self.approved(end + 3))
        story.when(end + 4, .claim("c", "A", account: 1), then: "disregarded A, noChange")
        story.when(end + 4, .claim("d", "A", account: 1), then: "disregarded A, noChange")
    }

    @Test func whatNobodyDecidesExpires() {
        var story = Self.program(.unspecified)
        story.when(1, .claim("c", "A", account: 1), then: "claim c of A submitted, personDecides, until \(1 + 3 * Self.day)")
        story.when(2, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
        story.until(1 + 3 * Self.day, then: ["claim c of A expired, unanswered"])
    }

    @Test func aPartnerTakesItBackAndOnlyItsOwn() {
        var story = Self.program()
        story.given(1, .claim("c", "A", account: 1))
        story.when(2, .claimWithdrawn("c", "B"), then: "disregarded B, claimUnknown")
        story.when(3, .claimWithdrawn("c", "A"), then: "claim c of A withdrawn, byPartner")
        story.when(4, .lead("L1", account: 1), then: "assigned L1 to B, attempt 1, submitted")
    }

    @Test func aRemovedPartnersClaimsFallDueAndItMakesNoMore() {
        var story = Self.program()
        story.given(1, .claim("c", "A", account: 1), .claim("d", "A", account: 2), .claim("e", "C", account: 3), .removed("A"))
        story.until(1, then: ["claim c of A expired, partnerRemoved"], ["claim d of A expired, partnerRemoved"])
        story.when(2, .claim("f", "A", account: 4), then: "disregarded A, partnerUnknown")
        #expect(story.state.claimStandings.map(\.claimID) == ["e"])
    }

    // MARK: What cannot be claimed

    @Test func strangersAndEndedLeads() {
        var story = Self.program()
        story.given(1, .lead("L1", account: 1), .withdrawn("L1"))
        story.when(2, .claim("c", "A", lead: "L1"), then: "disregarded L1, leadClosed")
        story.when(2, .claim("c", "A", lead: "L9", account: 1), then: "disregarded L9, leadUnknown")
        story.when(2, .claim("c", "A"), then: "disregarded A, leadUnknown")
        story.when(2, .claim("c", "Z", account: 1), then: "disregarded Z, partnerUnknown")
        story.when(2, .claimDecided("c", "Z", approved: true), then: "disregarded Z, claimUnknown")
    }

    @Test func aPartnerHasAsManyAsThePolicySays() {
        var story = Self.program { $0.claims.claimsPerPartnerMax = 1 }
        story.given(1, .claim("c", "A", account: 1))
        story.when(2, .claim("d", "A", account: 2), then: "claim d of A refused, tooManyClaims")
        story.given(3, .claimWithdrawn("c", "A"))
        story.when(4, .claim("d", "A", account: 2), then: "claim d of A approved, byRule, until \(4 + 10 * Self.day)")
    }

    // MARK: The person

    @Test func aRestrictedPersonsLeadIsNotClaimedAndStaysWithAHuman() {
        var story = Self.program { $0.samePersonDays = 0 }
        story.given(1, .lead("L1", account: 1, person: 1), .restricted("L1"))
        story.when(2, .claim("c", "A", lead: "L1"), then: "claim c of A by L1 refused, leadRestricted")
        // The company can be claimed; the person's leads go to a human all the same.
        story.when(3, .claim("c", "A", account: 1), then: Self.approved(3))
        story.when(4, .lead("L2", account: 1, person: 1), then: "escalated L2 to partner-managers, processingRestricted")
        story.when(5, .lead("L3", account: 1, person: 2), then: "assigned L3 to A, attempt 1, submitted")
    }

    @Test func anObjectionEndsAClaimOnTheLeadAlone() {
        var story = Self.program { $0.method = .roundRobin }
        story.given(1, .lead("L1", person: 1))
        story.given(1, .claim("c", story.state.lead("L1")?.partnerID ?? "", lead: "L1"))
        #expect(story.state.claimStandings.map(\.status) == [.approved])
        story.given(2, .objected("L1"))
        let partner = story.state.claimStandings.first?.partnerID ?? ""
        story.until(2, then: ["claim c of \(partner) by L1 expired, leadClosed"])
    }

    @Test func anErasedPersonsClaimStaysOnTheCompanyWithoutTheLead() {
        var story = Self.program()
        story.given(1, .lead("L1", account: 1, person: 1))
        story.given(2, .claim("c", "B", lead: "L1"))
        #expect(story.state.claimStandings.map(\.leadID) == ["L1"])
        story.given(3, .erasure("L1"))
        #expect(story.state.claimStandings.map(\.leadID) == [""])
        story.when(4, .claim("d", "A", lead: "L1"), then: "disregarded L1, leadClosed")
        story.until(2 + 10 * Self.day, then: ["claim c of B expired, protectionOver"])
    }

    // MARK: Versions and snapshots

    @Test func earlierVersionsKnowNoClaims() {
        var story = Self.program(logic: 4)
        story.when(1, .claim("c", "A", account: 1), then: "disregarded A, logicTooOld")
        story.when(1, .claimDecided("c", "A", approved: true), then: "disregarded A, logicTooOld")
        story.when(1, .claimWithdrawn("c", "A"), then: "disregarded A, logicTooOld")
        // A policy says it anew once the version is adopted.
        story.given(2, Input(.logicVersionAdopted(5)))
        story.when(3, .claim("c", "A", account: 1), then: "claim c of A refused, notOffered")
    }

    @Test func aSnapshotGoesOnAlike() throws {
        var story = Self.program()
        story.given(1, .claim("c", "A", account: 1), .lead("L1"), .claim("d", "C", lead: "L1"))
        let bytes = story.state.canonicalBytes()
        let copy = try State(canonicalBytes: bytes)
        #expect(copy.canonicalBytes() == bytes && copy.nextDeadline == story.state.nextDeadline)
        #expect(copy.claimStandings == story.state.claimStandings)
        let lead = Input.lead("L2", account: 1)
        #expect(Decider.decide(lead, at: Moment.at(2), in: copy) == Decider.decide(lead, at: Moment.at(2), in: story.state))
    }
}
