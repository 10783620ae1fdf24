import LeadlineCore
import Testing

/// Goal: won and lost close a lead, teach once, can be corrected, and count only from its holder.
@Suite struct OutcomeTests {
    private static func held() -> Story {
        var story = Story(
            .policy { $0.sla.firstResponseMinutes = 0 }, .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"))
        story.given(0, .lead("L1") { $0.vertical = "energy"; $0.dealValue = euros(5_000) })
        return story
    }

    private func tallies(_ story: Story) -> [String] {
        story.state.partnerStandings.map { "\($0.won)/\($0.lost)" }
    }

    @Test func wonTeaches() {
        var story = Self.held()
        story.when(1, .won("L1", "A", euros(4_000)), then: "closed L1 at A, won, 400000, learned")
        #expect(tallies(story) == ["1/0", "0/0"])
        #expect(story.state.lead("L1")?.stage == .won)
        #expect(story.state.partnerStandings[0].openLeads == 0)
        story.when(2, .won("L1", "A", euros(4_000)), then: "disregarded L1, noChange")
        story.when(2, .declined("L1", "A"), then: "disregarded L1, leadClosed")
        story.when(2, .responded("L1", "A"), then: "disregarded L1, leadClosed")
        #expect(tallies(story) == ["1/0", "0/0"])
    }

    @Test func lostTeaches() {
        var story = Self.held()
        story.when(1, .lost("L1", "A"), then: "closed L1 at A, lost, learned")
        #expect(tallies(story) == ["0/1", "0/0"])
        #expect(story.state.lead("L1")?.stage == .lost)
    }

    @Test func withoutAmountTheLeadsValueCounts() {
        var story = Self.held()
        story.when(1, .won("L1", "A"), then: "closed L1 at A, won, 500000, learned")
        story.given(2, .lead("L2"))
        story.when(3, .won("L2", "A"), then: "closed L2 at A, won, 1000000, learned")
    }

    @Test func amountsInOtherCurrencies() {
        var story = Self.held()
        story.given(0, .policy("p2") { $0.exchangeRates = [.init(currency: "USD", rateMicros: 500_000)] })
        story.when(1, .won("L1", "A", Money(minorUnits: 300, currency: "USD")), then: "closed L1 at A, won, 150, learned")
        story.given(2, .lead("L2") { $0.dealValue = euros(7) })
        // Nobody makes up what an amount without a rate comes to.
        story.refuses(3, .won("L2", "A", Money(minorUnits: 300, currency: "JPY")), .amountNotCounted(currency: "JPY"))
        story.given(4, .policy("p3") { $0.exchangeRates = [.init(currency: "JPY", rateMicros: 6_000_000)] })
        story.when(5, .won("L2", "A", Money(minorUnits: 300, currency: "JPY")), then: "closed L2 at A, won, 1800, learned")
    }

    @Test func anotherPartnersOutcomeDoesNothing() {
        var story = Self.held()
        story.when(1, .won("L1", "B"), then: "disregarded L1, notTheHolder")
        story.when(1, .lost("L1", "B"), then: "disregarded L1, notTheHolder")
        story.when(1, .won("L1", "Z"), then: "disregarded L1, partnerUnknown")
        story.when(2, .won("L1", "A", euros(1)), then: "closed L1 at A, won, 100, learned")
        story.when(3, .won("L1", "B"), then: "disregarded L1, leadClosed")
        story.when(3, .lost("L1", "B"), then: "disregarded L1, leadClosed")
        #expect(tallies(story) == ["1/0", "0/0"])
    }

    /// The partner before came late: the lead is at another by now.
    @Test func lateOutcomeByAFormerHolder() {
        var story = Self.held()
        story.given(1, .declined("L1", "A"))
        story.when(2, .won("L1", "A"), then: "disregarded L1, notTheHolder")
        #expect(story.state.lead("L1")?.partnerID == "B")
    }

    @Test func correctionMovesTheTallyAndBackRestoresIt() {
        var story = Self.held()
        story.given(1, .won("L1", "A", euros(4_000)))
        story.when(2, .lost("L1", "A"), then: "closed L1 at A, lost, learned")
        #expect(tallies(story) == ["0/1", "0/0"])
        #expect(story.state.lead("L1")?.stage == .lost)
        story.when(3, .won("L1", "A", euros(4_000)), then: "closed L1 at A, won, 400000, learned")
        #expect(tallies(story) == ["1/0", "0/0"])
        #expect(story.state.partnerStandings.map(\.openLeads) == [0, 0])
    }

    /// There and back again the next lead is scored as if nothing had been corrected, but for rounding.
    @Test func scoresAreTheSameAfterThereAndBack() throws {
        var plain = Self.held()
        plain.given(1, .won("L1", "A", euros(4_000)))
        var corrected = plain
        corrected.given(2, .lost("L1", "A"), .won("L1", "A", euros(4_000)))
        let next = Input.lead("L2") { $0.vertical = "energy"; $0.dealValue = euros(5_000) }
        plain.given(3, next)
        corrected.given(3, next)
        for (a, b) in zip(try plain.evaluation().best, try corrected.evaluation().best) {
            #expect(a.partnerID == b.partnerID && abs(a.score - b.score) < 1e-9 * a.score, "\(a) \(b)")
        }
        #expect(try plain.evaluation().modelVersion != corrected.evaluation().modelVersion)
    }

    /// A correction holds by the segments under which the outcome was learnt, whatever the policy says by then.
    @Test func correctionUnderAnotherPolicy() {
        var story = Self.held()
        story.given(1, .lead("L2") { $0.dealValue = Money(minorUnits: 100_000, currency: "USD") })
        story.given(2, .policy("p2") { $0.exchangeRates = [.init(currency: "USD", rateMicros: 1_000_000)] })
        story.given(3, .human("L2", .reroute), .won("L2", "A"))
        story.given(4, .policy("p3") { $0.exchangeRates = [.init(currency: "USD", rateMicros: 90_000_000)] })
        story.when(5, .lost("L2", "A"), then: "closed L2 at A, lost, learned")
        #expect(tallies(story) == ["0/1", "0/0"])
    }

    /// A won deal gives the account to its winner; a correction takes it back.
    @Test func correctionTakesOwnershipBack() throws {
        var story = Story(
            .policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"), .partner("B") { $0.typicalDealMax = euros(10_000) })
        story.given(1, .lead("L1", account: 1), .human("L1", .assign(partnerID: "A")), .won("L1", "A"))
        story.when(2, .lead("L2", account: 1), then: "assigned L2 to A, attempt 1, submitted")
        #expect(try story.evaluation().basis == .ownership)
        story.given(3, .withdrawn("L2"), .lost("L1", "A"))
        story.when(4, .lead("L3", account: 1), then: "assigned L3 to B, attempt 1, submitted")
        #expect(try story.evaluation().basis == .score)
    }

    @Test func aLeadClosedOtherwiseTakesNoOutcome() {
        var story = Self.held()
        story.given(1, .withdrawn("L1"))
        story.when(2, .won("L1", "A"), then: "disregarded L1, leadClosed")
        #expect(tallies(story) == ["0/0", "0/0"])
    }

    /// What waits for a human is won by who had it before, or by whom the human chose; nobody else says how it went.
    @Test func outcomeOfAnEscalatedLead() {
        var story = Story(.policy { $0.attemptsMax = 1; $0.sla.firstResponseMinutes = 5 }, .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"))
        for lead in ["L1", "L2", "L3"] { story.given(0, .lead(lead)) }
        for lead in ["L1", "L2", "L3"] { story.given(1, .declined(lead, "A")) }
        story.when(2, .declined("L1", "B"), then: "disregarded L1, notTheHolder")
        for input in [Input.won("L1", "B", euros(3)), .lost("L1", "B")] { story.when(2, input, then: "disregarded L1, notTheHolder") }
        #expect(tallies(story) == ["0/0", "0/0"])
        story.when(3, .won("L1", "A", euros(3)), then: "closed L1 at A, won, 300, learned")
        story.given(4, .human("L2", .assign(partnerID: "B")))
        story.when(5, .won("L2", "B", euros(3)), then: "closed L2 at B, won, 300, learned")
        #expect(tallies(story) == ["1/0", "1/0"])
        // Where Leadline decides nothing itself, it is not told whom humans chose.
        story.given(6, .policy("p2") { $0.shadow = true }, .lead("L4"))
        story.when(7, .lost("L4", "B"), then: "closed L4 at B, lost, learned")
        story.when(7, .lost("L3", "B"), then: "closed L3 at B, lost, learned")
    }

    @Test func earlierLogicBelievesAnyPartner() {
        var story = Story(logic: 6, .partner("A"), .partner("B"))
        story.given(0, .lead("L1"))
        story.when(1, .won("L1", "B", euros(3)), then: "closed L1 at B, won, 300, learned")
    }

    @Test(arguments: [(10_000, 1, 1), (9_999, 1, 0), (333, 10_001, 333), (2_500, 0, 0)] as [(UInt32, Int64, Int64)])
    func commissionIsRoundedDown(rate: UInt32, minorUnits: Int64, share: Int64) {
        var story = Self.held()
        story.given(1, .commission("A", basisPoints: rate))
        guard minorUnits > 0 else {
            story.when(2, .won("L1", "A", euros(0)), then: "closed L1 at A, won, learned", "commission L1 to A, 0 at \(rate)")
            return
        }
        story.when(
            2, .won("L1", "A", Money(minorUnits: minorUnits, currency: "EUR")),
            then: "closed L1 at A, won, \(minorUnits), learned", "commission L1 to A, \(share) at \(rate)")
    }

    @Test func noTermsNoCommission() {
        var story = Self.held()
        story.given(1, .commission("B", basisPoints: 500))
        story.when(2, .lost("L1", "A"), then: "closed L1 at A, lost, learned")
        story.given(2, .commission("B", basisPoints: 0), .lead("L2"), .human("L2", .assign(partnerID: "B")))
        story.when(3, .won("L2", "B", euros(1)), then: "closed L2 at B, won, 100, learned")
    }

    @Test func commissionOfTheLargestAmount() {
        var story = Self.held()
        story.given(1, .commission("A", basisPoints: 10_000))
        story.when(
            2, .won("L1", "A", Money(minorUnits: .max, currency: "EUR")),
            then: "closed L1 at A, won, \(Int64.max), learned", "commission L1 to A, \(Int64.max) at 10000")
    }
}
