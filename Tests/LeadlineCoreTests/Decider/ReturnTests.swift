import LeadlineCore
import Testing

/// Goal: partners hand leads back for the vendor's own reasons; bad data costs them nothing, within bounds that a person may
/// pass, and marks the source, whose quality the policy can look at.
@Suite struct ReturnTests {
    private static let day = Moment.minutesPerDay

    /// B wins every competition; one credit a week; no deadline.
    private static func program(
        logic version: UInt32 = Logic.newest, _ change: (inout Policy) -> Void = { _ in }
    ) -> Story {
        Story(
            logic: version,
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 0
                policy.periodAnchor = Moment.start
                policy.returns.creditsPerPeriodMax = 1
                policy.returns.answerDays = 3
                policy.returns.reasons = [
                    ReturnReason(id: "wrong-number", meaning: .badData), ReturnReason(id: "booked", meaning: .noCapacity),
                ]
                change(&policy)
            },
            .partner("A"), .partner("B") { $0.typicalDealMax = euros(10_000) })
    }

    private static func taken(_ lead: String, _ cause: String) -> [String] {
        ["ended \(lead) at B, attempt 1, \(cause)", "assigned \(lead) to A, attempt 2, \(cause)"]
    }

    // MARK: What comes of a return

    /// Its words, what is said of it, and whether it is credited.
    @Test(arguments: [
        (Input.declined("L1", "B"), nil, "declined"),
        (.declined("L1", "B", .noCapacity), nil, "declined"),
        (.declined("L1", "B", because: "booked"), "return of L1 by B, booked noCapacity, taken", "declined"),
        (.declined("L1", "B", .badData), "return of L1 by B, badData, credited, 1 of 1", "declined"),
        (.declined("L1", "B", because: "wrong-number"), "return of L1 by B, wrong-number badData, credited, 1 of 1", "declined"),
        (.returned("L1", "B"), "return of L1 by B, unspecified, taken", "returned"),
        (.returned("L1", "B", .notAFit), "return of L1 by B, notAFit, taken", "returned"),
        // The meaning of the reason counts, whatever is said beside it.
        (.returned("L1", "B", .notAFit, because: "wrong-number"), "return of L1 by B, wrong-number badData, credited, 1 of 1", "returned"),
    ] as [(Input, String?, String)])
    func aLeadComesBack(input: Input, said: String?, cause: String) throws {
        var story = Self.program()
        story.given(0, .lead("L1") { $0.source = "fair" })
        story.given(1, .accepted("L1", "B"))
        story.given(2, input)
        #expect(story.last.map(\.text) == [said].compactMap { $0 } + Self.taken("L1", cause))
        let isBad = said?.contains("badData") == true
        #expect(story.state.sourceQualities == [
            SourceQuality(source: "fair", leads: 1, returned: isBad ? 1 : 0, qualityBasisPoints: isBad ? 9_090 : 10_000)
        ])
        #expect(try story.partner("B").creditedReturns == (isBad ? 1 : 0))
        #expect(try story.partner("B").leadsInPeriod == (isBad ? 0 : 1))
    }

    @Test func onlyTheHolderGivesBack() {
        var story = Self.program()
        story.given(0, .lead("L1"))
        story.when(1, .returned("L1", "A", .badData), then: "disregarded L1, notTheHolder")
        story.when(1, .returned("L1", "nobody"), then: "disregarded L1, partnerUnknown")
        story.given(2, .withdrawn("L1"))
        story.when(3, .returned("L1", "B"), then: "disregarded L1, leadClosed")
    }

    @Test func anUnknownReasonIsRefusedWithThoseThatThereAre() {
        var story = Self.program()
        story.given(0, .lead("L1"))
        for input in [Input.declined("L1", "B", because: "gone"), .returned("L1", "B", because: "gone")] {
            story.refuses(1, input, .returnReasonUnknown(known: ["wrong-number", "booked"]))
        }
        story.given(2, .policy("p2"))
        story.refuses(3, .declined("L1", "B", because: "booked"), .returnReasonUnknown(known: []))
    }

    /// A return may come before its lead; the reason may be gone by then, and what was said beside it counts.
    @Test func aReturnWaitsForItsLead() {
        var story = Self.program()
        story.given(0, .returned("L1", "B", .badData, because: "booked"))
        story.given(1, .policy("p2") { $0.sla.firstResponseMinutes = 0 })
        story.given(2, .lead("L1"))
        story.until(2, then: ["return of L1 by B, badData, taken"] + Self.taken("L1", "returned"))
    }

    @Test func earlierLogicKnowsNoReturns() {
        var story = Self.program(logic: 4)
        story.given(0, .lead("L1") { $0.source = "fair" })
        story.when(1, .returned("L1", "B"), then: "disregarded L1, logicTooOld")
        story.when(1, .returned("L9", "B"), then: "disregarded L9, logicTooOld")
        story.refuses(1, .declined("L1", "B", because: "booked"), .returnReasonUnknown(known: []))
        story.when(1, .returnDecided("L1", "B", approved: true), then: "disregarded L1, logicTooOld")
        story.given(2, .declined("L1", "B", .badData))
        #expect(story.last.map(\.text) == Self.taken("L1", "declined"))
        #expect(story.state.sourceQualities.isEmpty && !story.state.knowsReturns)
    }

    // MARK: Credit

    /// Past the bound the lead is taken back all the same, and the credit waits for a person.
    private static func waiting(_ change: (inout Policy) -> Void = { _ in }) -> Story {
        var story = program(change)
        for lead in ["L1", "L2"] { story.given(0, .lead(lead) { $0.source = "fair" }) }
        story.given(1, .returned("L1", "B", .badData))
        story.given(2, .returned("L2", "B", because: "wrong-number"))
        return story
    }

    @Test(arguments: [true, false])
    func aPersonDecidesPastTheBound(isApproved: Bool) throws {
        var story = Self.waiting()
        #expect(story.last.map(\.text) == [
            "return of L2 by B, wrong-number badData, waiting until \(2 + 3 * Self.day), 1 of 1",
            "ended L2 at B, attempt 1, returned", "assigned L2 to A, attempt 2, returned",
        ])
        #expect(story.state.returnStandings.map { "\($0.partnerID) \($0.leadID) \($0.reasonID)" } == ["B L2 wrong-number"])
        #expect(story.state.returnStandings.map(\.until) == [Moment.at(2 + 3 * Self.day)])
        #expect(try story.partner("B").leadsInPeriod == 1)
        let status = isApproved ? "approved" : "refused"
        story.when(
            3, .returnDecided("L2", "B", approved: isApproved),
            then: "return of L2 by B, wrong-number badData, \(status), 1 of 1")
        #expect(try story.partner("B").leadsInPeriod == (isApproved ? 0 : 1))
        #expect(story.state.sourceQualities.map(\.returned) == [isApproved ? 2 : 1])
        #expect(story.state.returnStandings.isEmpty && story.state.nextDeadline == nil)
        story.when(4, .returnDecided("L2", "B", approved: true), then: "disregarded L2, returnUnknown")
    }

    /// Given a lead counted in a period of 30 days and a policy of 7 days since, when the partner gives it back, then only
    /// where it counted is it taken off: of the week that runs it never was. Version 5 worked the week out from the day.
    @Test(arguments: [(5, 0), (6, 1)] as [(UInt32, UInt32)])
    func aLeadCountsNoMoreWhereItCounted(logic version: UInt32, left: UInt32) throws {
        var story = Self.program(logic: version) { $0.periodDays = 30; $0.floorPeriodDays = 30 }
        story.given(8 * Self.day, .lead("L1"))
        story.given(8 * Self.day + 1, .policy("p2") {
            $0.sla.firstResponseMinutes = 0
            $0.periodAnchor = Moment.start
            $0.periodDays = 7
            $0.floorPeriodDays = 7
            $0.returns.creditsPerPeriodMax = 1
            $0.returns.answerDays = 3
        })
        story.given(9 * Self.day, .lead("L2"))
        #expect(try story.partner("B").leadsInPeriod == 1)
        let bytes = story.state.canonicalBytes()
        #expect(try State(canonicalBytes: bytes).canonicalBytes() == bytes)
        story.given(9 * Self.day + 2, .returned("L1", "B", .badData))
        #expect(story.last.first?.text == "return of L1 by B, badData, credited, 1 of 1")
        #expect(try story.partner("B").leadsInPeriod == left)
    }

    /// Whoever has left still has its word; and the source its name back.
    @Test func aRemovedPartnersCreditIsDecided() {
        var story = Self.waiting()
        story.given(3, .removed("B"))
        story.when(
            4, .returnDecided("L2", "B", approved: false), then: "return of L2 by B, wrong-number badData, refused, 1 of 1")
        #expect(story.state.sourceQualities.map(\.returned) == [1])
    }

    /// A lead that counts for no source takes nothing off the one that it states later.
    @Test func aLeadWithoutASourceClearsNone() {
        var story = Self.program()
        story.given(0, .lead("M") { $0.source = "fair" }, .lead("L"))
        story.given(1, .returned("M", "B", .badData))
        story.given(2, .returned("L", "B", .badData))
        story.given(3, .updated("L") { $0.source = "fair" })
        #expect(story.state.sourceQualities.map(\.returned) == [1])
        story.given(4, .returnDecided("L", "B", approved: false))
        #expect(story.state.sourceQualities.map(\.returned) == [1])
    }

    @Test func aCreditLapses() throws {
        var story = Self.waiting()
        story.until(2 + 3 * Self.day, then: ["return of L2 by B, wrong-number badData, lapsed, 1 of 1"])
        #expect(try story.partner("B").leadsInPeriod == 1)
        #expect(story.state.sourceQualities.map(\.returned) == [2])
        #expect(story.state.nextDeadline == nil)
    }

    @Test func decidedOnNobodyAndNothing() {
        var story = Self.waiting()
        story.when(3, .returnDecided("L2", "nobody", approved: true), then: "disregarded nobody, partnerUnknown")
        story.when(3, .returnDecided("L1", "B", approved: true), then: "disregarded L1, returnUnknown")
        story.when(3, .returnDecided("L2", "A", approved: true), then: "disregarded L2, returnUnknown")
    }

    /// Periods are a week from the start on: what was used is counted anew in the next.
    @Test func creditsAreCountedByPeriod() throws {
        var story = Self.waiting()
        story.given(3, .returnDecided("L2", "B", approved: false))
        let next = 8 * Self.day
        story.given(next, .lead("L3"))
        #expect(try story.partner("B").creditedReturns == 0)
        story.given(next + 1, .returned("L3", "B", .badData))
        #expect(story.last.first?.text == "return of L3 by B, badData, credited, 1 of 1")
    }

    /// A credit that comes in a later period gives no place of that period.
    @Test func aPlaceIsGivenBackInItsPeriodAlone() throws {
        var story = Self.waiting { $0.returns.answerDays = 20 }
        story.given(8 * Self.day, .lead("L3"))
        #expect(try story.partner("B").leadsInPeriod == 1)
        story.given(8 * Self.day + 1, .returnDecided("L2", "B", approved: true))
        #expect(try story.partner("B").leadsInPeriod == 1)
    }

    /// B may have one lead a week. With its place back it gets the next.
    @Test func aCreditedPlaceIsFree() {
        var story = Self.program()
        story.given(0, .capacity("B", period: 1, segments: [SegmentCap(leadField: .country, value: "DE", leadsPerPeriodMax: 1)]))
        story.given(1, .lead("L1") { $0.country = "DE" })
        story.given(2, .lead("L2") { $0.country = "DE" })
        #expect(story.state.lead("L2")?.partnerID == "A")
        story.given(3, .returned("L1", "B", .badData))
        story.given(4, .lead("L3") { $0.country = "DE" })
        #expect(story.state.lead("L3")?.partnerID == "B")
    }

    /// What the lead says since, what the caps say since: it gives back what it took.
    @Test(arguments: [
        ("told to be of another country", [Input.updated("L1") { $0.country = "FR" }], ["FR": 1, "DE": 0]),
        ("a cap that came after it", [.capacity("B", period: 9, segments: caps("DE", "FR", "GB"))], ["FR": 1, "DE": 0]),
        ("nothing", [], ["FR": 1, "DE": 0]),
    ] as [(String, [Input], [String: UInt32])])
    func aPlaceIsGivenBackAsItWasTaken(what: String, inputs: [Input], left: [String: UInt32]) throws {
        var story = Self.program { $0.returns.answerDays = 5 }
        story.given(0, .capacity("B", period: 9, segments: Self.caps("DE", "FR")))
        story.given(1, .lead("L1") { $0.country = "DE" }, .lead("L2") { $0.country = "FR" })
        for input in inputs { story.given(2, input) }
        story.given(3, .returned("L1", "B", .badData))
        let counted = try story.partner("B").segments.map { ($0.cap.value, $0.leads) }
        for (country, leads) in left { #expect(counted.first { $0.0 == country }?.1 == leads, "\(what): \(country)") }
        #expect(try story.partner("B").leadsInPeriod == 1)
    }

    private static func caps(_ countries: String...) -> [SegmentCap] {
        countries.map { SegmentCap(leadField: .country, value: $0, leadsPerPeriodMax: 5) }
    }

    private func floorValue(_ story: Story) -> Int64? {
        story.state.network(at: Moment.at(3))?.partners.first { $0.partnerID == "B" }?.floorValueGot
    }

    /// A lead that says another value since gives the floor what it counted for it, now or when a person decides.
    @Test(arguments: [1, 2])
    func aFloorIsGivenBackWhatItCounted(returns: Int) throws {
        var story = Self.program()
        for number in 1...3 { story.given(0, .lead("L\(number)") { $0.dealValue = euros(1_000) }) }
        let full = try #require(floorValue(story))
        #expect(full > 0)
        for number in 1...2 { story.given(1, .updated("L\(number)") { $0.dealValue = euros(9_000) }) }
        for number in 1...returns { story.given(2, .returned("L\(number)", "B", .badData)) }
        if returns == 2 { story.given(3, .returnDecided("L2", "B", approved: true)) }
        #expect(floorValue(story) == full / 3 * Int64(3 - returns))
    }

    /// In a rotation, and past a response: the turn comes back with the credit, and not without.
    @Test(arguments: [(RefusalReason.badData, "BACB"), (.notAFit, "ABCA")])
    func theTurnComesBack(reason: RefusalReason, then: String) {
        var story = Story(
            .policy("p1") {
                $0.method = .roundRobin
                $0.sla.firstResponseMinutes = 0
                $0.returns.creditsPerPeriodMax = 1
            }, .partner("A"), .partner("B"), .partner("C"))
        story.given(1, .lead("N1"))
        story.given(2, .lead("L1"), .responded("L1", "B"), .returned("L1", "B", reason))
        #expect(["N1", "L1"].map { story.state.lead($0)?.partnerID } == ["A", "C"])
        let holders = (3...6).map { minute in
            story.given(minute, .lead("N\(minute)"))
            return story.state.lead("N\(minute)")?.partnerID ?? "nobody"
        }
        #expect(holders.joined() == then)
    }

    // MARK: What is learned

    /// Leads that B is taken to have accepted, and to have declined.
    @Test(arguments: [
        ([Input.declined("L2", "B")], [0, 1]), ([.declined("L2", "B", .badData)], [0, 0]), ([.returned("L2", "B")], [0, 1]),
        ([.accepted("L2", "B"), .returned("L2", "B")], [1, 0]), ([.accepted("L2", "B"), .returned("L2", "B", .badData)], [1, 0]),
        ([.declined("L2", "B", .badData), .declined("L3", "B", .badData)], [0, 0]),
        ([.declined("L2", "B", .badData), .declined("L3", "B", .badData), .returnDecided("L3", "B", approved: false)], [0, 1]),
        ([.declined("L2", "B", .badData), .declined("L3", "B", .badData), .returnDecided("L3", "B", approved: true)], [0, 0]),
        ([.declined("L2", "B", .badData), .accepted("L3", "B"), .returned("L3", "B", .badData), .returnDecided("L3", "B", approved: false)], [1, 0]),
    ] as [([Input], [UInt32])])
    func badDataIsNoRefusal(inputs: [Input], record: [UInt32]) throws {
        var story = Self.program()
        story.given(0, .lead("L1"), .lead("L2"), .lead("L3"))
        for input in inputs { story.given(1, input) }
        let evaluation = try #require(Decider.explain(.lead("probe"), at: Moment.at(2), in: story.state).evaluation)
        let evidence = try #require(evaluation.candidates.first { $0.partnerID == "B" }).evidence
        #expect([evidence.taken, evidence.declined] == record)
    }

    // MARK: Sources

    /// However many partners give it back, it is one bad lead; a lead counts once, for the source it stated then.
    @Test func aLeadIsBadOnce() {
        var story = Self.program { $0.attemptsMax = 5 }
        story.given(0, .lead("L1") { $0.source = "fair" }, .lead("L2") { $0.source = "web" }, .lead("L3"))
        story.given(1, .returned("L1", "B", .badData))
        story.given(2, .updated("L1") { $0.source = "web" })
        story.given(3, .returned("L1", "A", .badData))
        #expect(story.state.sourceQualities.map { "\($0.source) \($0.returned) of \($0.leads)" } == ["fair 1 of 1", "web 0 of 1"])
    }

    /// Nine bad leads of nine: (0 + 10) / (9 + 10). Partners of tier 1 alone get such leads; others' leads go on as before.
    @Test func rulesLookAtTheQuality() {
        var story = Self.program { policy in
            policy.returns.creditsPerPeriodMax = 100
            policy.hardRules = [HardRule(
                name: "good-source",
                require: .any([.leadNumberWithin(.sourceQualityBasisPoints, atLeast: 6_000, atMost: nil), .partnerTierAtLeast(1)]))]
        }
        story.given(0, .partner("A") { $0.tier = 1 })
        for number in 0..<9 {
            story.given(number, .lead("L\(number)") { $0.source = "fair" })
            story.given(number, .returned("L\(number)", story.state.lead("L\(number)")?.partnerID ?? "", .badData))
        }
        #expect(story.state.sourceQualities.map(\.qualityBasisPoints) == [5_263])
        story.given(10, .lead("bad") { $0.source = "fair" }, .lead("good") { $0.source = "web" }, .lead("silent"))
        #expect(["bad", "good", "silent"].map { story.state.lead($0)?.partnerID } == ["A", "B", "B"])
    }

    @Test func aPoorSourcesLeadsGoToAHuman() {
        var story = Self.program { $0.review.sourceQualityBelowBasisPoints = 9_100 }
        story.when(0, .lead("L1") { $0.source = "fair" }, then: "assigned L1 to B, attempt 1, submitted")
        story.given(1, .returned("L1", "B", .badData))
        story.when(2, .lead("L2") { $0.source = "fair" }, then: "escalated L2 to partner-managers, sourceQuality, suggests B")
        story.when(2, .lead("L3") { $0.source = "web" }, then: "assigned L3 to B, attempt 1, submitted")
        // A human has the last word.
        story.when(3, .human("L2", .reroute), then: "assigned L2 to B, attempt 1, human")
    }

    /// Past a thousand leads the older half counts no more.
    @Test func aSourceIsKnownByItsLatestLeads() {
        var story = Self.program { $0.returns.creditsPerPeriodMax = 10_000 }
        for number in 0..<1_200 {
            story.given(number, .lead("L\(number)") { $0.source = "fair" })
            if number < 400 { story.given(number, .returned("L\(number)", "B", .badData)) }
        }
        #expect(story.state.sourceQualities == [
            SourceQuality(source: "fair", leads: 700, returned: 200, qualityBasisPoints: 10_000 * 510 / 710)
        ])
    }

    /// A state that was written down goes on as it was.
    @Test func returnsAreInASnapshot() throws {
        let story = Self.waiting()
        let bytes = story.state.canonicalBytes()
        let read = try State(canonicalBytes: bytes)
        #expect(read.canonicalBytes() == bytes)
        #expect(read.returnStandings == story.state.returnStandings && read.nextDeadline == story.state.nextDeadline)
        #expect(read.sourceQualities == story.state.sourceQualities)
    }
}
