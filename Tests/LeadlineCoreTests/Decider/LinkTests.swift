import LeadlineCore
import Testing

/// Goal: what Leadline linked, a person undoes: a merged lead goes its own way, a lead counts for its company no longer,
/// and neither link is made again by itself. A link that is undone can be made by hand.
@Suite struct LinkTests {
    private static let day = Moment.minutesPerDay

    /// B wins every competition; claims of A put a company into its hands.
    private static func program(
        logic version: UInt32 = Logic.newest, _ change: (inout Policy) -> Void = { _ in }
    ) -> Story {
        Story(
            logic: version,
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 0
                policy.claims.protectedDays = 10
                policy.claims.approval = .byRule
                change(&policy)
            },
            .partner("A"), .partner("B") { $0.typicalDealMax = euros(10_000) })
    }

    /// L2 is merged into L1, which B holds.
    private static func merged(_ change: (inout Policy) -> Void = { _ in }) -> Story {
        var story = program(change)
        story.given(1, .lead("L1", account: 1, person: 1))
        story.when(2, .lead("L2", account: 1, person: 1), then: "merged L2 into L1, same person")
        return story
    }

    /// A owns account 1 by a claim, and got L1 for it.
    private static func owned() -> Story {
        var story = program()
        story.given(1, .claim("c", "A", account: 1))
        story.when(2, .lead("L1", account: 1, person: 1), then: "assigned L1 to A, attempt 1, submitted")
        return story
    }

    private static func stage(_ story: Story, _ lead: String) -> String {
        story.state.lead(lead).map { "\($0.leadID) \($0.partnerID ?? "nobody") \($0.stage.rawValue)" } ?? "unknown"
    }

    // MARK: One enquiry

    @Test func aMergedLeadToldApartIsRoutedAsItsOwn() throws {
        var story = Self.merged()
        story.when(3, .leadsUnlinked("L2", "L1"), then: "unlinked L2 and L1, sameEnquiry", "assigned L2 to B, attempt 1, unlinked")
        #expect(try story.evaluation().basis == .ownership)
        #expect(["L1", "L2"].map { Self.stage(story, $0) } == ["L1 B assigned", "L2 B assigned"])
        #expect(try story.state.openLeadCount == 2 && story.partner("B").openLeads == 2)
        // From here on each goes its way.
        story.when(4, .won("L2", "B", euros(10)), then: "closed L2 at B, won, 1000, learned")
        #expect(["L1", "L2"].map { Self.stage(story, $0) } == ["L1 B assigned", "L2 B won"])
    }

    /// Neither of the two takes in another by itself; a third is one of its own, and takes in the fourth.
    @Test func theLinkIsNotMadeAgain() {
        var story = Self.merged()
        story.given(3, .leadsUnlinked("L2", "L1"))
        story.when(4, .lead("L3", account: 1, person: 1), then: "assigned L3 to B, attempt 1, submitted")
        story.when(5, .lead("L4", account: 1, person: 1), then: "merged L4 into L3, same person")
        story.when(6, .lead("L2", account: 1, person: 1), then: "merged L2 into L2, same id")
    }

    /// The older one has ended; the newer one begins.
    @Test func theOtherMayHaveEndedLongAgo() {
        var story = Self.merged()
        story.given(3, .won("L1", "B", euros(10)))
        story.when(
            3 + 500 * Self.day, .leadsUnlinked("L2", "L1"),
            then: "unlinked L2 and L1, sameEnquiry", "assigned L2 to B, attempt 1, unlinked")
        #expect(Self.stage(story, "L1") == "L1 B won")
    }

    @Test func onePersonsEnquiriesAreBoundByItsRights() {
        var story = Self.merged()
        story.given(3, .restricted("L1"))
        story.when(
            4, .leadsUnlinked("L2", "L1"),
            then: "unlinked L2 and L1, sameEnquiry", "escalated L2 to partner-managers, processingRestricted")
        #expect(story.state.person([digest(1)]).isRestricted)
    }

    /// What was ended by its own id, or whose person is gone, wakes up no more.
    @Test(arguments: [
        Input.withdrawn("L2"), .human("L2", .close), .objected("L1").of(person: 1), .erasure("L1").of(person: 1),
        .erasure("L2").of(person: 1),
    ])
    func whatIsOverStaysOver(_ end: Input) {
        var story = Self.merged()
        story.given(3, end)
        story.when(4, .leadsUnlinked("L2", "L1"), then: "disregarded L2, leadClosed")
        story.when(5, .leadsUnlinked("L2", "", .sameCompany), then: "disregarded L2, leadClosed")
    }

    @Test func whatIsKeptNoLongerStaysOver() {
        var story = Self.merged { $0.retention.otherLeadDays = 1 }
        story.given(3, .human("L1", .close))
        #expect(story.fireNext() != nil)
        story.when(4 * Self.day, .leadsUnlinked("L2", "L1"), then: "disregarded L2, leadClosed")
    }

    // MARK: One company

    @Test func ownershipEndsWithTheCompany() throws {
        var story = Self.owned()
        story.when(
            3, .leadsUnlinked("L1", "", .sameCompany),
            then: "ended L1 at A, attempt 1, unlinked", "unlinked L1, sameCompany", "assigned L1 to B, attempt 2, unlinked")
        #expect(try story.evaluation().basis == .score && story.evaluation().claimID.isEmpty)
        // The company stays A's.
        story.when(4, .lead("L2", account: 1), then: "assigned L2 to A, attempt 1, submitted")
        // And nobody's claim on the company is one on the lead.
        story.when(5, .declined("L1", "B"), then: "ended L1 at B, attempt 2, declined", "assigned L1 to A, attempt 3, declined")
    }

    /// Whoever had it by ownership is no worse off than anybody: it may get it by competition.
    @Test func whoWinsByCompetitionGetsItBack() throws {
        var story = Self.program()
        story.given(1, .claim("c", "B", account: 1), .lead("L1", account: 1))
        story.when(
            3, .leadsUnlinked("L1", "", .sameCompany),
            then: "ended L1 at B, attempt 1, unlinked", "unlinked L1, sameCompany", "assigned L1 to B, attempt 2, unlinked")
        #expect(try story.evaluation().basis == .score)
    }

    /// The place that the lead takes at its holder is none that another took: it counts there once, before and after.
    @Test(arguments: [
        Input.capacity("B", open: 1), .capacity("B", period: 1),
        .capacity("B", period: 9, segments: [SegmentCap(leadField: .country, value: "DE", leadsPerPeriodMax: 1)]),
    ])
    func aLeadDoesNotStandInItsOwnWay(_ capacity: Input) throws {
        var story = Self.program()
        story.given(1, capacity, .paused("A"), .claim("c", "B", account: 1))
        story.given(2, .lead("L1", account: 1) { $0.country = "DE" })
        let before = story.state
        story.when(
            3, .leadsUnlinked("L1", "", .sameCompany),
            then: "ended L1 at B, attempt 1, unlinked", "unlinked L1, sameCompany", "assigned L1 to B, attempt 2, unlinked")
        #expect(try [story.partner("B").openLeads, story.partner("B").leadsInPeriod] == [1, 1])
        let told = Decider.explain(.leadsUnlinked("L1", "", .sameCompany), at: Moment.at(3), in: before)
        #expect(told.events.map(\.text) == story.last.map(\.text))
        let evidence = try #require(told.evaluation?.candidates.first { $0.partnerID == "B" }).evidence
        #expect(evidence.openLeads == 0)
    }

    @Test(arguments: [Input.accepted("L1", "A"), .responded("L1", "A")])
    func whatIsTakenUpStays(_ answer: Input) {
        var story = Self.owned()
        story.given(3, answer)
        story.when(4, .leadsUnlinked("L1", "", .sameCompany), then: "unlinked L1, sameCompany")
        #expect(story.state.lead("L1")?.partnerID == "A")
    }

    @Test func whatCompetitionDecidedStays() {
        var story = Self.program()
        story.given(1, .lead("L1", account: 1), .lead("L2", account: 1))
        story.when(2, .leadsUnlinked("L1", "L2", .sameCompany), then: "unlinked L1 and L2, sameCompany")
        #expect(Self.stage(story, "L1") == "L1 B assigned")
    }

    @Test func aLeadThatWaitsForItsFullOwnerGoesElsewhere() {
        var story = Self.owned()
        story.given(3, .capacity("A", open: 1))
        story.when(4, .lead("L2", account: 1), then: "escalated L2 to partner-managers, ownerAtCap, suggests B")
        story.when(
            5, .leadsUnlinked("L2", "", .sameCompany),
            then: "unlinked L2, sameCompany", "assigned L2 to B, attempt 1, unlinked")
    }

    /// What is known of the company is no more known of the lead.
    @Test func theCompanysFactsAreTheLeadsNoLonger() throws {
        var story = Self.program { $0.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))] }
        story.given(1, .partner("A") { $0.countries = ["DE"] }, .firmographics(account: 1) { $0.country = "DE" })
        story.given(2, .claim("c", "A", account: 1))
        story.when(3, .lead("L1", account: 1), then: "assigned L1 to A, attempt 1, submitted")
        story.when(
            4, .leadsUnlinked("L1", "", .sameCompany),
            then: "ended L1 at A, attempt 1, unlinked", "unlinked L1, sameCompany", "assigned L1 to B, attempt 2, unlinked")
        #expect(try story.exclusions() == [])
    }

    /// A merged lead of another company is a lead of its own, without one.
    @Test func aMergedLeadOfAnotherCompanyIsToldApartAsWell() throws {
        var story = Self.owned()
        story.when(3, .lead("L2", account: 1, person: 1), then: "merged L2 into L1, same person")
        story.when(
            4, .leadsUnlinked("L2", "", .sameCompany),
            then: "unlinked L2, sameCompany", "assigned L2 to B, attempt 1, unlinked")
        #expect(["L1", "L2"].map { Self.stage(story, $0) } == ["L1 A assigned", "L2 B assigned"])
    }

    /// A won deal makes its partner the owner of the company only while it is of the company.
    @Test func aDealOfAnotherCompanyMakesNobodyItsOwner() {
        var story = Self.program()
        story.given(1, .lead("L1", account: 1), .human("L1", .assign(partnerID: "A")), .won("L1", "A", euros(10)))
        story.when(2, .lead("L2", account: 1), then: "assigned L2 to A, attempt 1, submitted")
        story.given(3, .withdrawn("L2"))
        story.when(4, .leadsUnlinked("L1", "", .sameCompany), then: "unlinked L1, sameCompany")
        story.when(5, .lead("L3", account: 1), then: "assigned L3 to B, attempt 1, submitted")
        story.given(6, .withdrawn("L3"))
        // A correction of the deal does not bring it back.
        story.given(7, .lost("L1", "A"), .won("L1", "A", euros(20)))
        story.when(8, .lead("L4", account: 1), then: "assigned L4 to B, attempt 1, submitted")
    }

    /// A suppressed address is one however its lead comes to be routed.
    @Test func aSuppressedEnquiryToldApartGoesToAHuman() {
        var story = Self.program()
        story.given(0, .suppress(7))
        story.given(1, .lead("L1", account: 1, person: 1).suppressed(7))
        story.when(2, .lead("L2", account: 1, person: 1).suppressed(7), then: "merged L2 into L1, same person")
        story.given(3, .leadsUnlinked("L2", "L1"))
        #expect(Self.stage(story, "L2") == "L2 nobody escalated")
        #expect(story.last.map(\.text).last?.contains("addressSuppressed") == true, "\(story.last.map(\.text))")
    }

    // MARK: By hand

    @Test func anUndoneLinkIsMadeByHandAndUndoneAgain() throws {
        var story = Self.merged()
        story.given(3, .leadsUnlinked("L2", "L1"))
        story.when(
            4, .leadsLinked("L2", "L1"),
            then: "linked L2 and L1, sameEnquiry", "ended L2 at B, attempt 1, linked", "merged L2 into L1, same person")
        #expect(try Self.stage(story, "L2") == "L1 B assigned" && story.partner("B").openLeads == 1)
        story.when(5, .leadsUnlinked("L2", "L1"), then: "unlinked L2 and L1, sameEnquiry", "assigned L2 to B, attempt 2, unlinked")
    }

    /// What a link took is not counted against the lead: it finds a partner again, however few attempts there are.
    @Test func aLeadToldApartIsRoutedPastItsAttempts() {
        var story = Self.merged { $0.attemptsMax = 1 }
        story.given(3, .leadsUnlinked("L2", "L1"), .leadsLinked("L2", "L1"))
        story.when(5, .leadsUnlinked("L2", "L1"), then: "unlinked L2 and L1, sameEnquiry", "assigned L2 to B, attempt 2, unlinked")
    }

    /// Whoever held a lead before a person merged it is told when it is corrected, as is whoever holds the other.
    @Test func whoHeldAMergedLeadIsToldOfItsCorrection() {
        var story = Self.merged()
        story.given(3, .leadsUnlinked("L2", "L1"), .human("L2", .assign(partnerID: "A")), .leadsLinked("L2", "L1"))
        // Whichever id the correction names: both go on as one lead.
        for id in ["L2", "L1"] {
            story.given(4, .updated(id) { $0.employees = id == "L1" ? 8 : 7 })
            #expect(story.last.map(\.text).filter { $0.contains("told") || $0.contains("informed") }.count == 3, "\(story.last.map(\.text))")
        }
    }

    @Test func aReviewOfALeadEndsWhereItIsLinked() {
        var story = Self.merged()
        story.given(3, .leadsUnlinked("L2", "L1"), .review("L2"))
        story.when(
            4, .leadsLinked("L2", "L1"),
            then: "linked L2 and L1, sameEnquiry", "ended L2 at B, attempt 1, linked", "review resolved L2, overridden",
            "merged L2 into L1, same person")
        #expect(story.state.reviewsOpen == 0)
    }

    @Test func aLeadReturnsToItsCompany() {
        var story = Self.owned()
        story.given(3, .leadsUnlinked("L1", "", .sameCompany), .claimWithdrawn("c", "A"))
        story.when(4, .lead("L2", account: 1), then: "assigned L2 to B, attempt 1, submitted")
        story.given(5, .withdrawn("L2"), .human("L1", .assign(partnerID: "A")))
        story.when(6, .leadsLinked("L1", "L2", .sameCompany), then: "linked L1 and L2, sameCompany")
        story.when(7, .lead("L3", account: 1), then: "assigned L3 to A, attempt 1, submitted")
        story.when(8, .leadsLinked("L1", "", .sameCompany), then: "disregarded L1, notLinked")
    }

    // MARK: What is no link

    @Test func whatIsNotLinkedStaysAsItIs() {
        var story = Self.merged()
        story.given(3, .lead("L5", account: 1, person: 2), .lead("L6", account: 2, person: 1), .lead("L7", person: 1))
        for (input, text) in [
            (Input.leadsUnlinked("L9", "L1"), "disregarded L9, leadUnknown"), (.leadsUnlinked("L1", "L2"), "disregarded L1, notLinked"),
            (.leadsUnlinked("L2", "L9"), "disregarded L2, notLinked"), (.leadsUnlinked("L2", "L5"), "disregarded L2, notLinked"),
            (.leadsUnlinked("L7", "", .sameCompany), "disregarded L7, notLinked"),
            (.leadsUnlinked("L1", "L6", .sameCompany), "disregarded L1, notLinked"),
            (.leadsUnlinked("L1", "L9", .sameCompany), "disregarded L1, notLinked"),
            (.leadsLinked("L9", "L1"), "disregarded L9, leadUnknown"), (.leadsLinked("L1", "L9"), "disregarded L9, leadUnknown"),
            // Of two persons, of two companies, with itself, merged already.
            (.leadsLinked("L5", "L1"), "disregarded L5, notLinked"), (.leadsLinked("L6", "L1"), "disregarded L6, notLinked"),
            (.leadsLinked("L1", "L2"), "disregarded L1, notLinked"), (.leadsLinked("L2", "L1"), "disregarded L2, leadClosed"),
            (.leadsLinked("L1", "", .sameCompany), "disregarded L1, notLinked"),
        ] {
            story.when(4, input, then: text)
        }
        story.given(5, .leadsUnlinked("L2", "L1"))
        story.when(6, .leadsUnlinked("L2", "L1"), then: "disregarded L2, notLinked")
    }

    // MARK: Versions

    @Test func anEarlierLogicKnowsNoneOfIt() {
        var story = Self.program(logic: 4)
        story.given(1, .lead("L1", account: 1, person: 1), .lead("L2", account: 1, person: 1))
        story.when(2, .leadsUnlinked("L2", "L1"), then: "disregarded L2, logicTooOld")
        story.when(2, .leadsLinked("L2", "L1"), then: "disregarded L2, logicTooOld")
    }

    /// Of a lead that was merged before, the version knows only that its person's other lead is still open.
    @Test func whatWasMergedBeforeIsToldApartWhileTheOtherIsOpen() {
        var story = Self.program(logic: 4)
        story.given(1, .lead("L1", account: 1, person: 1), .lead("L2", account: 1, person: 1))
        story.given(2, .lead("M1", account: 2, person: 2), .lead("M2", account: 2, person: 2), .erasure("M1").of(person: 2))
        story.given(3, Input(.logicVersionAdopted(5)))
        story.when(4, .leadsUnlinked("L2", "L1"), then: "unlinked L2 and L1, sameEnquiry", "assigned L2 to B, attempt 1, unlinked")
        story.when(4, .leadsUnlinked("M2", "M1"), then: "disregarded M2, leadClosed")
    }

    /// A right by the id of a merged lead is of that lead's person, not of whose lead it went into.
    @Test func aMergedLeadIsItsOwnPersons() {
        var story = Self.program()
        story.given(1, .lead("L1", account: 1, person: 1), .lead("L0", account: 2, person: 2), .link("L1", "L0"))
        story.when(2, .lead("L2", account: 1, person: 2), then: "merged L2 into L1, same person")
        story.given(3, .unlink("L1", "L0"))
        story.given(4, .erasure("L2").of(person: 2))
        #expect(["L0", "L1"].map { Self.stage(story, $0) } == ["L0 B closed", "L1 B assigned"])
    }
}
