import LeadlineCore
import Testing

/// Goal: a lead is offered before it is assigned; whatever partners answer, or do not, it ends at exactly one of them or
/// before a human, at terms that the policy takes, and within limits.
@Suite struct NegotiationTests {
    /// C is worth most, then B, then A; one minute for an answer, two rounds of one.
    private static func program(
        logic version: UInt32 = Logic.newest, _ change: (inout Policy) -> Void = { _ in }
    ) -> Story {
        Story(
            logic: version,
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 60
                policy.negotiation.rounds = 2
                policy.negotiation.answerMillis = 60_000
                policy.negotiation.commissionMaxBasisPoints = 2_000
                policy.negotiation.promiseMaxMinutes = 120
                policy.negotiation.enrichment = ["technographics"]
                change(&policy)
            },
            .partner("A"), .partner("B") { $0.typicalDealMax = euros(10_000) },
            .partner("C") { $0.typicalDealMax = euros(10_000); $0.countries = ["DE"] },
            .commission("C", basisPoints: 1_000))
    }

    private static func lead(_ id: String) -> Input {
        .lead(id) { $0.country = "DE"; $0.dealValue = euros(5_000); $0.technologies = ["k8s"] }
    }

    private static func offered(_ lead: String = "L1") -> Story {
        var story = program()
        story.given(0, Self.lead(lead))
        return story
    }

    private static let first = "offered L1 to C, round 1, until 1, promise 60, 1000 bp, submitted"
    private static let second = "offered L1 to B, round 2, until 1, promise 60, 0 bp, submitted"
    private static let toC = "assigned L1 to C, attempt 1, submitted, due 60, agreed, promise 60, 1000 bp"

    // MARK: Answers

    @Test func aLeadIsOfferedToTheOneWhoWouldGetIt() throws {
        var story = Self.program()
        story.when(0, Self.lead("L1"), then: Self.first)
        #expect(story.state.lead("L1")?.stage == .offered && story.state.lead("L1")?.partnerID == nil)
        #expect(try story.evaluation().basis == .score)
        guard case .offerMade(let offer)? = story.last.first else { return #expect(Bool(false)) }
        #expect(offer.lead == OfferedLead(country: "DE", dealValueMinorUnits: 500_000, technologies: ["k8s"]))
    }

    /// What each answer makes of the first offer.
    @Test(arguments: [
        (OfferAnswer.capacityConfirmed, nil, []),
        (.accepted, nil, ["offer of L1 to C agreed, promise 60, 1000 bp", toC]),
        (.declined, nil, ["offer of L1 to C declined, noCapacity", second]),
        (.countered, OfferTerms(), ["offer of L1 to C agreed, promise 60, 1000 bp", toC]),
        (.countered, OfferTerms(promiseMinutes: 120, commissionBasisPoints: 1_200, enrichment: ["technographics"]), [
            "offer of L1 to C agreed, promise 120, 1200 bp, with technographics",
            "assigned L1 to C, attempt 1, submitted, due 120, agreed, promise 120, 1200 bp, with technographics",
        ]),
        (.countered, OfferTerms(promiseMinutes: 5, commissionBasisPoints: 0), [
            "offer of L1 to C agreed, promise 5, 0 bp", "assigned L1 to C, attempt 1, submitted, due 5, agreed, promise 5, 0 bp",
        ]),
        (.countered, OfferTerms(promiseMinutes: 121), ["offer of L1 to C counterOutOfRange, promise 121, 1000 bp", second]),
        (.countered, OfferTerms(commissionBasisPoints: 2_001), ["offer of L1 to C counterOutOfRange, promise 60, 2001 bp", second]),
        (.countered, OfferTerms(enrichment: ["intent"]), ["offer of L1 to C counterOutOfRange, promise 60, 1000 bp, with intent", second]),
        (.countered, OfferTerms(promiseMinutes: .max, commissionBasisPoints: .max), [
            "offer of L1 to C counterOutOfRange, promise 4294967295, 4294967295 bp", second,
        ]),
    ] as [(OfferAnswer, OfferTerms?, [String])])
    func theFirstPartnerAnswers(answer: OfferAnswer, terms: OfferTerms?, expected: [String]) {
        var story = Self.offered()
        story.given(0, .answered("L1", "C", answer, in: story.state, reason: answer == .declined ? .noCapacity : .unspecified, terms))
        #expect(story.last.map(\.text) == expected)
    }

    /// A counter has to leave as much as the best other partner does at its usual terms.
    @Test func aCounterIsWeighedAgainstTheOthers() {
        var story = Self.program {
            $0.negotiation.commissionMaxBasisPoints = 9_000
            $0.negotiation.hourCostBasisPoints = 9_999
        }
        story.given(0, Self.lead("L1"))
        story.when(
            0, .answered("L1", "C", .countered, in: story.state, OfferTerms(commissionBasisPoints: 9_000)),
            then: "offer of L1 to C counterNotWorth, promise 60, 9000 bp", Self.second)
        story.given(0, .withdrawn("L1"))
        story.given(2, Self.lead("L2"))
        // An hour more costs nearly everything.
        story.when(
            2, .answered("L2", "C", .countered, in: story.state, OfferTerms(promiseMinutes: 120)),
            then: "offer of L2 to C counterNotWorth, promise 120, 1000 bp",
            "offered L2 to B, round 2, until 3, promise 60, 0 bp, submitted")
    }

    /// Given that the others leave more at their usual terms, when a partner counters with no more than it was offered, then
    /// it has that: it could have accepted as much. For one basis point more it is weighed.
    @Test(arguments: [
        (OfferTerms(), "offer of L1 to C agreed, promise 60, 9000 bp"),
        (OfferTerms(promiseMinutes: 30, commissionBasisPoints: 8_000), "offer of L1 to C agreed, promise 30, 8000 bp"),
        (OfferTerms(enrichment: ["technographics"]), "offer of L1 to C agreed, promise 60, 9000 bp, with technographics"),
        (OfferTerms(commissionBasisPoints: 9_001), "offer of L1 to C counterNotWorth, promise 60, 9001 bp"),
        (OfferTerms(promiseMinutes: 61), "offer of L1 to C counterNotWorth, promise 61, 9000 bp"),
    ] as [(OfferTerms, String)])
    func whoAsksForNoMoreIsNotWeighed(terms: OfferTerms, expected: String) {
        var story = Self.program { $0.negotiation.commissionMaxBasisPoints = 9_500 }
        story.given(0, .commission("C", basisPoints: 9_000), Self.lead("L1"))
        story.given(0, .answered("L1", "C", .countered, in: story.state, terms))
        #expect(story.last.first?.text == expected)
    }

    /// Given an agent that the vendor stops, when its open offer is answered for it, then that is a decline with its own
    /// reason, and what was agreed before stands.
    @Test func aStoppedAgentHasDeclined() throws {
        var story = Self.offered()
        story.given(0, .answered("L1", "C", .accepted, in: story.state))
        story.given(0, Self.lead("L2"))
        story.when(
            0, .answered("L2", "C", .declined, in: story.state, reason: .agentStopped),
            then: "offer of L2 to C declined, agentStopped",
            "offered L2 to B, round 2, until 1, promise 60, 0 bp, submitted")
        #expect(story.state.agreed(by: "C") == [
            AgreedLead(leadID: "L1", commissionBasisPoints: 1_000, stage: .accepted, isWaiting: false)
        ])
        #expect(story.state.offerRecords.last.map { [$0.made, $0.agreed, $0.declined] } == [2, 1, 1])
        story.given(1, .won("L1", "C", euros(5_000)))
        #expect(story.state.agreed(by: "C").map(\.stage) == [.won] && story.state.agreed(by: "nobody").isEmpty)
    }

    @Test func whoDeclinesAnOfferGetsTheLeadNoMore() throws {
        var story = Self.offered()
        for partner in ["C", "B"] { story.given(0, .answered("L1", partner, .declined, in: story.state)) }
        #expect(story.last.map(\.text) == ["offer of L1 to B declined", "assigned L1 to A, attempt 1, submitted, due 60"])
        story.until(60, then: ["expired L1 at A, attempt 1, due 60", "escalated L1 to partner-managers, noEligiblePartner"])
        #expect(story.state.offerRecords.map { [$0.made, $0.agreed, $0.declined, $0.countered, $0.lapsed] } == [[1, 0, 1, 0, 0], [1, 0, 1, 0, 0]])
    }

    // MARK: Time

    /// Silence costs a partner its turn to be asked, not the lead.
    @Test func nobodyAnswers() {
        var story = Self.offered()
        story.until(
            2, then: ["offer of L1 to C expired", "offered L1 to B, round 2, until 2, promise 60, 0 bp, submitted"],
            ["offer of L1 to B expired", "assigned L1 to C, attempt 1, submitted, due 62"])
        #expect(story.state.offerRecords.map(\.lapsed) == [1, 1])
    }

    @Test func nobodyAnswersAndAHumanGetsIt() {
        var story = Self.program { $0.negotiation.fallback = .escalate; $0.negotiation.rounds = 1 }
        story.given(0, Self.lead("L1"))
        story.until(1, then: ["offer of L1 to C expired", "escalated L1 to partner-managers, negotiationFailed, suggests C"])
    }

    /// Late, twice, of another round, of another partner, of no offer: recorded, and nothing else.
    @Test func answersThatChangeNothing() throws {
        var story = Self.offered()
        let offer = try #require(story.state.offerStandings.first)
        for (input, reason) in [
            (Input.answered("L1", "C", .accepted, offer: offer.offerID, round: 2), "offerOver"),
            (.answered("L1", "B", .accepted, offer: offer.offerID), "offerUnknown"),
            (.answered("L1", "C", .accepted, offer: "none"), "offerUnknown"), (.answered("L9", "C", .accepted, offer: offer.offerID), "leadUnknown"),
            (.answered("L1", "nobody", .accepted, offer: offer.offerID), "partnerUnknown"),
        ] {
            let lead = reason == "leadUnknown" ? "L9" : "L1"
            story.when(0, input, then: "disregarded \(lead), \(reason)")
        }
        story.given(0, .answered("L1", "C", .capacityConfirmed, offer: offer.offerID))
        #expect(story.state.offerStandings.map(\.isConfirmed) == [true])
        story.when(0, .answered("L1", "C", .capacityConfirmed, offer: offer.offerID), then: "disregarded L1, noChange")
        story.until(1, then: ["offer of L1 to C expired", "offered L1 to B, round 2, until 2, promise 60, 0 bp, submitted"])
        story.when(1, .answered("L1", "C", .accepted, offer: offer.offerID), then: "disregarded L1, offerOver")
        story.given(1, .answered("L1", "B", .accepted, in: story.state))
        #expect(story.state.lead("L1")?.partnerID == "B" && story.state.lead("L1")?.stage == .accepted)
        for answer in OfferAnswer.allCases {
            story.when(1, .answered("L1", "C", answer, offer: offer.offerID), then: "disregarded L1, offerOver")
        }
    }

    /// An answer that was received before the deadline counts, however long Leadline was away.
    @Test func anOutageExpiresAllAtItsEnd() {
        var story = Self.offered()
        story.afterOutage(
            500, then: ["offer of L1 to C expired", "offered L1 to B, round 2, until 501, promise 60, 0 bp, submitted"])
    }

    /// A lead that is told apart is offered as its own: its partner can answer, and a late answer finds its offer.
    @Test func aLeadThatIsToldApartIsOffered() {
        var story = Self.program()
        for (minute, id) in [(0, "L1"), (1, "L2")] {
            story.given(minute, .lead(id, account: 1, person: 1) { $0.country = "DE"; $0.dealValue = euros(5_000) })
            if id == "L1" { story.given(minute, .answered("L1", "C", .accepted, in: story.state)) }
        }
        story.when(
            2, .leadsUnlinked("L2", "L1"), then: "unlinked L2 and L1, sameEnquiry",
            "offered L2 to C, round 1, until 3, promise 60, 1000 bp, unlinked")
        let answer = Input.answered("L2", "C", .accepted, in: story.state)
        story.when(
            2, answer, then: "offer of L2 to C agreed, promise 60, 1000 bp",
            "assigned L2 to C, attempt 1, unlinked, due 62, agreed, promise 60, 1000 bp")
        story.when(2, answer, then: "disregarded L2, offerOver")
    }

    // MARK: Several at once

    @Test func theFirstAgreementWins() {
        var story = Self.program { $0.negotiation.askedAtOnce = 2 }
        story.when(0, Self.lead("L1"), then: Self.first, "offered L1 to B, round 1, until 1, promise 60, 0 bp, submitted")
        let late = Input.answered("L1", "C", .accepted, in: story.state)
        story.when(
            0, .answered("L1", "B", .accepted, in: story.state), then: "offer of L1 to B agreed, promise 60, 0 bp",
            "offer of L1 to C lostToAnother", "assigned L1 to B, attempt 1, submitted, due 60, agreed, promise 60, 0 bp")
        story.when(0, late, then: "disregarded L1, offerOver")
    }

    @Test func aRoundWaitsForAllOfIt() {
        var story = Self.program { $0.negotiation.askedAtOnce = 2 }
        story.given(0, Self.lead("L1"))
        story.when(0, .answered("L1", "C", .declined, in: story.state), then: "offer of L1 to C declined")
        story.until(1, then: ["offer of L1 to B expired", "offered L1 to A, round 2, until 2, promise 60, 0 bp, submitted"])
        story.until(2, then: ["offer of L1 to A expired", "assigned L1 to B, attempt 1, submitted, due 62"])
    }

    // MARK: What else happens

    @Test(arguments: [
        (Input.withdrawn("L1"), ["offer of L1 to C withdrawn", "closed L1 at nobody, withdrawn"]),
        (.human("L1", .close), ["offer of L1 to C withdrawn", "closed L1 at nobody, human"]),
        (.human("L1", .assign(partnerID: "A")), ["offer of L1 to C withdrawn", "assigned L1 to A, attempt 1, human, due 60"]),
        (.human("L1", .assign(partnerID: "C")), ["offer of L1 to C withdrawn", "assigned L1 to C, attempt 1, human, due 60"]),
        (.human("L1", .reroute), ["offer of L1 to C withdrawn", "offered L1 to C, round 1, until 1, promise 60, 1000 bp, human"]),
        (.objected("L1"), ["recorded objection by L1 for 1", "offer of L1 to C withdrawn", "closed L1 at nobody, objected"]),
        (.restricted("L1"), ["recorded restriction by L1 for 1", "offer of L1 to C withdrawn", "escalated L1 to partner-managers, processingRestricted"]),
        (.erasure("L1"), ["recorded erasure by L1 for 1", "offer of L1 to C withdrawn", "closed L1 at nobody, erased"]),
        (.updated("L1") { $0.vertical = "energy" }, []),
        (.accepted("L1", "C"), ["disregarded L1, notTheHolder"]), (.declined("L1", "C"), ["disregarded L1, notTheHolder"]),
        (.responded("L1", "C"), ["disregarded L1, notTheHolder"]), (.won("L1", "C"), ["disregarded L1, notTheHolder"]),
    ] as [(Input, [String])])
    func anOfferedLeadGoesOnOtherwise(input: Input, expected: [String]) {
        var story = Self.program()
        story.given(0, .lead("L1", account: 1, person: 1) { $0.country = "DE"; $0.dealValue = euros(5_000) })
        story.given(0, input)
        #expect(story.last.map(\.text) == expected)
        let (isOffered, open) = (story.state.lead("L1")?.stage == .offered, story.state.offerStandings.count)
        #expect(open == (isOffered ? 1 : 0))
    }

    /// What the partner may not have any more it does not get, agreed or not.
    @Test(arguments: [
        (Input.capacity("C", open: 0), "offer of L1 to C notEligible"),
        (.absence("C", from: 0, until: 500), "offer of L1 to C notEligible"),
        (.policy("p2") { $0.hardRules = [HardRule(name: "t", require: .partnerLists(.technologies, value: "x"))] }, "offer of L1 to C notEligible"),
        (.policy("p2") { $0.lawfulBases = ["consent"] }, "offer of L1 to C notEligible"),
    ] as [(Input, String)])
    func anAgreementIsWithinLimits(input: Input, ends: String) throws {
        var story = Self.offered()
        story.given(0, input)
        story.given(0, .answered("L1", "C", .accepted, in: story.state))
        #expect(story.last.first?.text == ends)
        #expect(story.state.lead("L1")?.partnerID != "C")
        #expect(try story.partner("C").openLeads == 0)
    }

    @Test(arguments: [Input.paused("C"), .removed("C")]) func aPartnerThatGoesIsAskedNoLonger(input: Input) {
        var story = Self.program { $0.negotiation.askedAtOnce = 2 }
        story.given(0, Self.lead("L1"))
        story.given(0, input)
        _ = story.fireNext()
        #expect(story.state.offerStandings.map(\.partnerID) == ["B"])
        story.until(1, then: ["offer of L1 to B expired", "offered L1 to A, round 2, until 2, promise 60, 0 bp, submitted"])
    }

    /// An offer holds a place: what is offered now cannot be given away meanwhile.
    @Test func anOfferHoldsAPlace() throws {
        var story = Self.program()
        story.given(0, .capacity("C", open: 1))
        story.given(0, Self.lead("L1"))
        story.when(0, Self.lead("L2"), then: "offered L2 to B, round 1, until 1, promise 60, 0 bp, submitted")
        story.given(0, .answered("L1", "C", .accepted, in: story.state), .answered("L2", "B", .declined, in: story.state))
        #expect(try story.partner("C").openLeads == 1)
        #expect(story.state.offerStandings.map(\.partnerID) == ["A"])
    }

    @Test func anOwnerAloneIsAsked() {
        var story = Self.program { $0.negotiation.askedAtOnce = 3; $0.sla.firstResponseMinutes = 0 }
        story.given(0, .lead("L0", account: 1), .human("L0", .assign(partnerID: "A")))
        story.when(
            0, .lead("L1", account: 1) { $0.country = "DE"; $0.dealValue = euros(5_000) },
            then: "offered L1 to A, round 1, until 1, promise 0, 0 bp, submitted")
    }

    /// Only leads and partners for which the policy has offers made are offered.
    @Test func theOthersAreAssignedPlainly() {
        var story = Self.program { $0.negotiation.when = .all([.leadIs(.country, values: ["DE"]), .not(.partnerTierAtLeast(3))]) }
        story.when(0, .lead("L0") { $0.country = "FR" }, then: "assigned L0 to B, attempt 1, submitted, due 60")
        story.when(0, Self.lead("L1"), then: Self.first)
        story.given(0, .partner("C") { $0.tier = 3; $0.typicalDealMax = euros(10_000); $0.countries = ["DE"] })
        story.when(0, Self.lead("L2"), then: "assigned L2 to C, attempt 1, submitted, due 60")
    }

    // MARK: What was agreed

    @Test func theAgreedCommissionAccrues() {
        var story = Self.offered()
        story.given(0, .answered("L1", "C", .countered, in: story.state, OfferTerms(commissionBasisPoints: 1_100)))
        story.given(1, .commission("C", basisPoints: 500))
        story.when(
            2, .won("L1", "C", euros(5_000)), then: "closed L1 at C, won, 500000, learned", "commission L1 to C, 55000 at 1100")
        story.given(3, .lost("L1", "C"))
        story.when(
            4, .won("L1", "C", euros(1_000)), then: "closed L1 at C, won, 100000, learned", "commission L1 to C, 11000 at 1100")
    }

    /// What one partner agreed to is not what another is paid, when the lead left it and ended elsewhere.
    @Test func anAgreedCommissionIsItsPartnersOwn() {
        var story = Self.program { $0.attemptsMax = 1 }
        story.given(0, .commission("B", basisPoints: 500))
        story.given(0, Self.lead("L1"))
        story.given(0, .answered("L1", "C", .accepted, in: story.state))
        story.until(60, then: ["expired L1 at C, attempt 1, due 60", "escalated L1 to partner-managers, attemptsExhausted"])
        story.given(61, .human("L1", .assign(partnerID: "B")), .lost("L1", "B"))
        story.when(
            62, .won("L1", "B", euros(5_000)), then: "closed L1 at B, won, 500000, learned", "commission L1 to B, 25000 at 500")
    }

    /// The promise that was agreed is the deadline; who misses it loses the lead, and what was agreed with it.
    @Test func theAgreedPromiseIsTheDeadline() {
        var story = Self.offered()
        story.given(0, .answered("L1", "C", .countered, in: story.state, OfferTerms(promiseMinutes: 90, commissionBasisPoints: 1_100)))
        story.until(90, then: ["expired L1 at C, attempt 1, due 90", "offered L1 to B, round 1, until 91, promise 60, 0 bp, expired"])
        story.given(90, .answered("L1", "B", .accepted, in: story.state))
        story.when(91, .won("L1", "B", euros(1)), then: "closed L1 at B, won, 100, learned")
    }

    /// An agreement is an acceptance; a response after it is not counted as a second.
    @Test func anAgreementIsCountedOnce() throws {
        var story = Self.offered()
        story.given(0, .answered("L1", "C", .accepted, in: story.state))
        story.when(1, .accepted("L1", "C"), then: "disregarded L1, noChange")
        story.given(2, .responded("L1", "C"))
        #expect(story.state.offerRecords.map { [$0.made, $0.agreed, $0.countered] } == [[1, 1, 0]])
        story.given(3, Self.lead("L2"))
        let (_, evaluation) = Decider.explain(Self.lead("L3"), at: Moment.at(3), in: story.state)
        #expect(evaluation?.candidates.first { $0.partnerID == "C" }?.evidence.taken == 1)
    }

    // MARK: Small deals on their own

    private static func approving(_ change: (inout NegotiationRule) -> Void) -> Story {
        var story = program {
            $0.negotiation.approver = "channel-lead"
            $0.escalationLadder = [EscalationStep(queue: "director", afterMinutes: 5)]
            change(&$0.negotiation)
        }
        story.given(0, lead("L1"))
        story.given(0, .answered("L1", "C", .countered, in: story.state, OfferTerms(commissionBasisPoints: 1_100)))
        return story
    }

    @Test(arguments: [
        (nil, 0, true), (500_000, 0, true), (500_001, 0, false), (500_001, 9_999, true), (500_001, 100, false),
    ] as [(Int64?, UInt32, Bool)])
    func whatWaitsForApproval(below: Int64?, conversion: UInt32, waits: Bool) {
        var story = Self.approving {
            $0.unattendedBelowMinorUnits = below
            $0.unattendedConversionBasisPoints = conversion
        }
        #expect(story.state.lead("L1")?.stage == (waits ? .escalated : .accepted))
        #expect(story.state.agreementStandings.map(\.partnerID) == (waits ? ["C"] : []))
        #expect(story.state.agreed(by: "C").map(\.isWaiting) == [waits])
        if !waits { return }
        #expect(story.last.last?.text == "escalated L1 to channel-lead, agreementToApprove, suggests C, moves on 5")
        story.when(
            1, .human("L1", .assign(partnerID: "C")), then: "assigned L1 to C, attempt 1, human, due 61, agreed, promise 60, 1100 bp")
        #expect(story.state.agreementStandings.isEmpty)
    }

    /// Nobody approves in time: the ladder applies, and never approval.
    @Test func silenceIsNoApproval() {
        var story = Self.approving { _ in }
        story.until(5, then: ["escalated L1 to director, unanswered"])
        story.given(6, .human("L1", .assign(partnerID: "B")))
        #expect(story.last.map(\.text) == ["offer of L1 to C withdrawn", "assigned L1 to B, attempt 1, human, due 66"])
        #expect(story.state.agreementStandings.isEmpty)
    }

    /// What was refused does not come back when somebody gives the lead to the same partner later; its partner hears.
    @Test func whatWasRefusedIsOver() {
        var story = Self.approving { _ in }
        story.given(1, .policy("p2") { $0.lawfulBases = ["consent"] })
        story.when(
            1, .human("L1", .reroute), then: "offer of L1 to C withdrawn", "escalated L1 to partner-managers, lawfulBasisMissing")
        #expect(story.state.agreementStandings.isEmpty)
        story.when(2, .human("L1", .assign(partnerID: "C")), then: "assigned L1 to C, attempt 1, human, due 7")
        story.when(3, .won("L1", "C", euros(5_000)), then: "closed L1 at C, won, 500000, learned", "commission L1 to C, 50000 at 1000")
    }

    /// However the lead goes on, its partner hears that what it agreed to did not come about.
    @Test(arguments: [
        (Input.withdrawn("L1"), ["offer of L1 to C withdrawn", "closed L1 at nobody, withdrawn"]),
        (.human("L1", .close), ["offer of L1 to C withdrawn", "closed L1 at nobody, human"]),
        (.human("L1", .reroute), ["offer of L1 to C withdrawn", "offered L1 to C, round 1, until 2, promise 60, 1000 bp, human"]),
        (.updated("L1") { $0.vertical = "energy" }, []),
    ] as [(Input, [String])])
    func anAgreementThatWaitsIsWithdrawn(input: Input, expected: [String]) {
        var story = Self.approving { _ in }
        story.given(1, input)
        #expect(story.last.map(\.text) == expected)
        #expect(story.state.agreementStandings.isEmpty == !expected.isEmpty)
    }

    // MARK: Review

    /// C won what it got and B lost it. The policy that follows has a human look at whoever is less likely to win than
    /// halfway between the two.
    private static func unlikely() throws -> (story: Story, review: UInt32) {
        var story = program { $0.negotiation.askedAtOnce = 3 }
        for number in 0..<6 {
            story.given(0, lead("C\(number)"), .human("C\(number)", .assign(partnerID: "C")), .won("C\(number)", "C", euros(5_000)))
            story.given(0, lead("B\(number)"), .human("B\(number)", .assign(partnerID: "B")), .lost("B\(number)", "B"))
        }
        story.given(0, lead("L1"))
        let best = try story.evaluation().best
        let likely = try #require(best.first { $0.partnerID == "C" }).conversion
        let unlikely = try #require(best.first { $0.partnerID == "B" }).conversion
        try #require(likely - unlikely > 0.01)
        return (story, UInt32((likely + unlikely) / 2 * 10_000))
    }

    /// The first choice needs no review, and whoever accepts does: a human looks, and gives it the lead as agreed.
    @Test func whoAcceptsIsReviewed() throws {
        let (before, review) = try Self.unlikely()
        var story = before
        try #require(Set(story.state.offerStandings.map(\.partnerID)) == ["A", "B", "C"])
        story.given(0, .policy("p2") { $0.review.conversionBelowBasisPoints = review })
        story.given(0, .answered("L1", "B", .accepted, in: story.state))
        #expect(story.last.first?.text == "offer of L1 to B agreed, promise 60, 0 bp")
        #expect(story.last.last?.text == "escalated L1 to partner-managers, reviewRequired, suggests B")
        #expect(story.state.agreementStandings.map(\.partnerID) == ["B"] && story.state.offerStandings.isEmpty)
        story.when(
            1, .human("L1", .assign(partnerID: "B")), then: "assigned L1 to B, attempt 1, human, due 61, agreed, promise 60, 0 bp")
    }

    @Test func whoWouldBeReviewedIsNotAsked() throws {
        let (before, review) = try Self.unlikely()
        var story = before
        story.given(0, .withdrawn("L1"))
        story.given(0, .policy("p2") {
            $0.negotiation.rounds = 1
            $0.negotiation.askedAtOnce = 3
            $0.review.conversionBelowBasisPoints = review
        })
        story.given(0, Self.lead("L2"))
        let asked = story.state.offerStandings.map(\.partnerID)
        #expect(asked.contains("C") && !asked.contains("B"), "\(asked)")
    }

    // MARK: Owners, ties, lots

    /// Ownership comes before competition, also where it begins after the offer; an owner without a place is a human's
    /// matter.
    @Test(arguments: [
        (nil, "offered L1 to A, round 2, until 1, promise 0, 0 bp, submitted"),
        (1, "escalated L1 to partner-managers, ownerAtCap, suggests C"),
    ] as [(UInt32?, String)])
    func anOwnerComesBeforeWhoeverAccepts(places: UInt32?, goesOn: String) {
        var story = Self.program { $0.sla.firstResponseMinutes = 0 }
        story.given(0, .lead("L1", account: 1) { $0.country = "DE"; $0.dealValue = euros(5_000) })
        story.given(0, .lead("L0", account: 1), .human("L0", .assign(partnerID: "A")), .capacity("A", open: places))
        story.when(
            0, .answered("L1", "C", .accepted, in: story.state), then: "offer of L1 to C notEligible", goesOn)
    }

    /// Whoever of those that tie accepts first has had its turn; the others are owed it.
    @Test func anAgreementCostsATurn() throws {
        var story = Story(
            .policy {
                $0.sla.firstResponseMinutes = 60
                $0.negotiation.rounds = 1
                $0.negotiation.askedAtOnce = 2
                $0.negotiation.answerMillis = 60_000
            }, .partner("A"), .partner("B"))
        story.when(
            0, .lead("L1"), then: "offered L1 to A, round 1, until 1, promise 60, 0 bp, submitted",
            "offered L1 to B, round 1, until 1, promise 60, 0 bp, submitted")
        story.given(0, .answered("L1", "B", .accepted, in: story.state))
        #expect(try story.evaluation().basis == .agreement && story.evaluation().tiedPartnerIDs == ["A", "B"])
        #expect(try story.partner("A").tieDebtMicros == 500_000 && story.partner("B").tieDebtMicros == -500_000)
    }

    /// A lot that a later round draws is drawn like the first's, and counts in the period.
    @Test func aLaterRoundsLotCounts() throws {
        var story = Self.program {
            $0.exploration.shareBasisPoints = 10_000
            $0.exploration.leadsPerPeriodMax = 2
        }
        story.given(0, Self.lead("L1"))
        var propensities = [try story.evaluation().propensity]
        let asked = try #require(story.state.offerStandings.first).partnerID
        story.given(0, .answered("L1", asked, .declined, in: story.state))
        propensities.append(try story.evaluation().propensity)
        story.given(0, Self.lead("L2"))
        propensities.append(try story.evaluation().propensity)
        #expect(propensities.map { $0 > 0 } == [true, true, false], "\(propensities)")
    }

    // MARK: What is said of it

    /// What a partner is offered counts in its evidence as it does in its caps, but for the lead's own offer.
    @Test func offersCountInTheEvidence() throws {
        var story = Self.program()
        story.given(0, .capacity("C", open: 1, period: 1))
        story.given(0, Self.lead("L1"))
        let other = Decider.explain(Self.lead("L2"), at: Moment.at(0), in: story.state).evaluation
        let out = try #require(other?.excluded.first { $0.partnerID == "C" })
        #expect(out.reason == .openLeadsCap && out.evidence.openLeads == 1 && out.evidence.openLeadsMax == 1)
        #expect(out.evidence.placesLeft == 0)
        let answer = Input.answered("L1", "C", .accepted, in: story.state)
        let own = Decider.explain(answer, at: Moment.at(0), in: story.state).evaluation
        let evidence = try #require(own?.candidates.first { $0.partnerID == "C" }).evidence
        #expect(evidence.openLeads == 0 && evidence.placesLeft == 1)
    }

    // MARK: Without

    /// The same inputs under a policy without offers say what would have been; answers find no offer.
    @Test func whatWouldHaveBeenWithoutOffers() {
        var story = Self.offered()
        let answer = Input.answered("L1", "C", .declined, in: story.state)
        story.given(0, answer)
        story.given(0, .answered("L1", "B", .accepted, in: story.state))
        var plain = Self.program { $0.negotiation = NegotiationRule() }
        plain.when(0, Self.lead("L1"), then: "assigned L1 to C, attempt 1, submitted, due 60")
        plain.when(0, answer, then: "disregarded L1, offerUnknown")
        #expect(story.state.lead("L1")?.partnerID == "B" && plain.state.lead("L1")?.partnerID == "C")
    }

    // MARK: Versions

    @Test func earlierVersionsMakeNoOffers() {
        var story = Self.program(logic: 5)
        story.when(0, Self.lead("L1"), then: "assigned L1 to C, attempt 1, submitted, due 60")
        story.when(0, .answered("L1", "C", .accepted, offer: "none"), then: "disregarded L1, logicTooOld")
        story.given(1, Input(.logicVersionAdopted(6)))
        story.when(1, Self.lead("L2"), then: "assigned L2 to C, attempt 1, submitted, due 61")
    }

    /// A policy that stops making offers lets those that are open stand, makes none any more and grants nothing.
    @Test func aPolicyWithoutOffers() {
        var story = Self.offered()
        story.given(0, .policy("p2"))
        story.when(
            0, .answered("L1", "C", .countered, in: story.state, OfferTerms(commissionBasisPoints: 1_100)),
            then: "offer of L1 to C counterOutOfRange, promise 60, 1100 bp", "assigned L1 to C, attempt 1, submitted, due 5")
    }

    /// A snapshot in the middle of a round goes on to the same bytes.
    @Test func aSnapshotDuringARound() throws {
        var story = Self.program { $0.negotiation.askedAtOnce = 2 }
        story.given(0, Self.lead("L1"))
        story.given(0, .answered("L1", "B", .capacityConfirmed, in: story.state))
        let answer = Input.answered("L1", "C", .accepted, in: story.state)
        var restored = Stream(try State(canonicalBytes: story.state.canonicalBytes()))
        #expect(restored.state.canonicalBytes() == story.state.canonicalBytes())
        #expect(restored.state.nextDeadline == story.state.nextDeadline)
        story.given(0, answer)
        _ = restored.receive(answer, at: Moment.at(0))
        #expect(restored.state.canonicalBytes() == story.state.canonicalBytes())
    }
}
