import LeadlineCore
import Testing

/// Goal: a lead goes to the partner with the highest expected value, or to a human with the reason why not.
/// Method: given a program, when a lead comes, then exactly these events.
@Suite struct RoutingTests {
    @Test func highestScoreGetsTheLead() throws {
        var story = Story(.policy(), .partner("A"), .partner("B") { $0.verticals = ["banking"] }, .partner("C"))
        story.when(
            10, .lead("L1") { $0.vertical = "banking" },
            then: "assigned L1 to B, attempt 1, submitted, due 15")
        let summary = try story.evaluation()
        #expect(summary.basis == .score)
        #expect(summary.best.map(\.partnerID) == ["B", "A", "C"])
        #expect(summary.runnerUpPartnerID == "A")
        #expect(summary.scored == 3)
        #expect(summary.exclusions == [])
        #expect(summary.policyVersion == "p1")
        #expect(summary.dealValueMinorUnits == 1_000_000)
        #expect(summary.fitExponent == 1)
        #expect(summary.tiedPartnerIDs == [])
    }

    @Test func noPolicyEscalates() {
        var story = Story(.partner("A"))
        story.when(1, .lead("L1"), then: "escalated L1 to partner-managers, noPolicy")
        story.given(2, .policy { $0.humanQueue = "desk" })
        story.when(3, .human("L1", .reroute), then: "assigned L1 to A, attempt 1, human, due 8")
    }

    @Test func noPartnersEscalate() {
        var story = Story(.policy { $0.humanQueue = "desk" })
        story.when(1, .lead("L1"), then: "escalated L1 to desk, noPartners")
    }

    @Test func nobodyEligibleEscalatesWithTheExclusions() throws {
        var story = Story(.policy(), .partner("A") { $0.capacity.openLeadsMax = 0 })
        story.when(1, .lead("L1"), then: "escalated L1 to partner-managers, noEligiblePartner")
        #expect(try story.exclusions() == ["openLeadsCap 1"])
        #expect(try story.evaluation().basis == SelectionBasis.none)
    }

    @Test func unknownCurrencyEscalates() {
        var story = Story(.policy(), .partner("A"))
        story.when(
            1, .lead("L1") { $0.dealValue = Money(minorUnits: 5, currency: "USD") },
            then: "escalated L1 to partner-managers, currencyUnknown")
        story.given(2, .policy("p2") { $0.exchangeRates = [.init(currency: "USD", rateMicros: 900_000)] })
        story.when(3, .human("L1", .reroute), then: "assigned L1 to A, attempt 1, human, due 8")
    }

    @Test(arguments: [
        (100, 900_000, 90), (101, 900_000, 90), (1, 999_999, 0), (3, 1_500_000, 4),
        (1_000_000_000_000_000, 163_000, 163_000_000_000_000), (6_000_000_000_000, 163_000_000, 978_000_000_000_000),
    ] as [(Int64, Int64, Int64)])
    func exchangeRatesRoundDown(amount: Int64, rateMicros: Int64, expected: Int64) throws {
        var story = Story(
            .policy { $0.exchangeRates = [.init(currency: "XXX", rateMicros: rateMicros)] }, .partner("A"))
        story.given(1, .lead("L1") { $0.dealValue = Money(minorUnits: amount, currency: "XXX") })
        #expect(try story.evaluation().dealValueMinorUnits == expected)
    }

    /// A rate that would leave the range of amounts is no rate.
    @Test(arguments: [(.max, .max), (1_000_000_000_000_000, 163_000_000)] as [(Int64, Int64)])
    func overflowingExchangeIsUnknown(amount: Int64, rateMicros: Int64) {
        var story = Story(
            .policy { $0.exchangeRates = [.init(currency: "XXX", rateMicros: rateMicros)] }, .partner("A"))
        story.when(
            1, .lead("L1") { $0.dealValue = Money(minorUnits: amount, currency: "XXX") },
            then: "escalated L1 to partner-managers, currencyUnknown")
    }

    @Test func dealValueInProgramCurrencyCounts() throws {
        var story = Story(.policy(), .partner("A"))
        story.given(1, .lead("L1") { $0.dealValue = euros(12_345) })
        #expect(try story.evaluation().dealValueMinorUnits == 1_234_500)
    }

    /// What the lead does not state comes from its account.
    @Test func accountFactsEnrich() {
        var story = Story(
            .policy(), .partner("A"), .partner("B") { $0.verticals = ["energy"]; $0.technologies = ["k8s"] },
            .firmographics(account: 7) { $0.vertical = "energy" }, .technographics(account: 7, ["k8s"]))
        story.when(1, .lead("L1", account: 7), then: "assigned L1 to B, attempt 1, submitted, due 6")
        story.when(
            1, .lead("L2", account: 8), then: "assigned L2 to A, attempt 1, submitted, due 6")
    }

    @Test func atMostEightCandidatesAreNamed() throws {
        var story = Story(.policy())
        for number in 0..<12 {
            story.given(0, .partner("P\(number)") { $0.typicalDealMax = euros(1_000 + Int64(number) * 100) })
        }
        story.when(
            1, .lead("L1") { $0.dealValue = euros(10_000) },
            then: "assigned L1 to P11, attempt 1, submitted, due 6")
        let summary = try story.evaluation()
        #expect(summary.best.map(\.partnerID) == (4...11).reversed().map { "P\($0)" })
        #expect(summary.best.map(\.score) == summary.best.map(\.score).sorted(by: >))
        #expect(summary.scored == 12)
    }

    /// Outcomes teach: a partner that keeps losing large deals stops getting them, and still gets small ones.
    @Test func outcomesTeachBySizeOfDeal() {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"), .partner("B"))
        for number in 0..<80 {
            let (isLarge, partner) = (number < 40, number % 40 < 20 ? "A" : "B")
            let isWon = isLarge == (partner == "B")
            story.given(number, .lead("H\(number)", past: partner) { $0.dealValue = euros(isLarge ? 120_000 : 3_000) }.asHistory)
            let outcome: Input = isWon ? .won("H\(number)", partner) : .lost("H\(number)", partner)
            story.given(number, outcome.asHistory)
        }
        story.when(100, .lead("L1") { $0.dealValue = euros(120_000) }, then: "assigned L1 to B, attempt 1, submitted")
        story.when(100, .lead("L2") { $0.dealValue = euros(3_000) }, then: "assigned L2 to A, attempt 1, submitted")
    }

    /// w = n0 / (n0 + closed): full weight without history, fading as outcomes come.
    @Test func fitFadesWithOutcomes() throws {
        var story = Story(.policy { $0.fitFadeOutcomes = 3; $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        for (number, exponent) in [1, 0.75, 0.6, 0.5].enumerated() {
            story.given(number, .lead("L\(number)"))
            #expect(try story.evaluation().fitExponent == exponent)
            story.given(number, .lost("L\(number)", "A"))
        }
    }

    @Test func updatesReplaceWhatTheyState() throws {
        var story = Story(.policy(), .partner("A"), .partner("B") { $0.verticals = ["energy"] })
        story.given(1, .lead("L1") { $0.vertical = "banking"; $0.dealValue = euros(50) })
        story.when(2, .updated("L1") { $0.vertical = "energy" }, then: "told A about L1, rectification")
        story.when(3, .declined("L1", "A"),
            then: "ended L1 at A, attempt 1, declined", "assigned L1 to B, attempt 2, declined, due 8")
        #expect(try story.evaluation().dealValueMinorUnits == 5_000)
        #expect(try story.evaluation().best.first?.fit ?? 0 > 0.5)
        story.when(4, .updated("L9") { $0.vertical = "energy" }, then: "disregarded L9, leadUnknown")
        story.given(5, .withdrawn("L1"))
        story.when(6, .updated("L1") { $0.vertical = "x" }, then: "disregarded L1, leadClosed",
            "told A about L1, rectification", "told B about L1, rectification")
    }

    @Test func factsAboutTheProgramAreSaidOnce() {
        var story = Story(.policy(), .partner("A"))
        story.when(1, .program("USD"), then: "disregarded -, alreadyRegistered")
        #expect(story.state.currency == "EUR")
        story.when(1, .policy(), then: "disregarded -, noChange")
        story.when(1, .policy("p2"))
        story.when(1, .paused("Z"), then: "disregarded Z, partnerUnknown")
        story.when(1, .capacity("Z", open: 1), then: "disregarded Z, partnerUnknown")
        story.when(1, .absence("Z", from: 0, until: 1), then: "disregarded Z, partnerUnknown")
        story.when(1, .absenceCancelled("Z"), then: "disregarded Z, partnerUnknown")
        story.when(1, .commission("Z", basisPoints: 1), then: "disregarded Z, partnerUnknown")
        story.when(1, .removed("Z"), then: "disregarded Z, partnerUnknown")
        story.when(1, .resumed("A"), then: "disregarded A, noChange")
    }

    @Test func nothingEntersBeforeTheProgram() {
        var story = Story(empty: ())
        story.refuses(0, .partner("A"), .programUnknown)
        story.refuses(0, .lead("L1"), .programUnknown)
        story.when(0, .program())
        story.when(0, .partner("A"))
    }
}
