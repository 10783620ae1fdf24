import LeadlineCore
import Testing

/// Goal: what was said of a deal last is what counts, for revenue, records and commission, whatever was said before.
@Suite struct CorrectedDealTests {
    private static func held(logic version: UInt32 = Logic.newest) -> Story {
        var story = Story(
            logic: version, .policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"), .commission("A", basisPoints: 1_000))
        story.given(0, .lead("L1") { $0.dealValue = euros(10_000) })
        return story
    }

    @Test func aLaterAmountCounts() {
        var story = Self.held()
        story.when(1, .won("L1", "A", euros(10_000)), then: "closed L1 at A, won, 1000000, learned", "commission L1 to A, 100000 at 1000")
        story.when(2, .won("L1", "A", euros(8_000)),
            then: "closed L1 at A, won, 800000, learned", "reversed L1 of A, 100000 at 1000", "commission L1 to A, 80000 at 1000")
        story.when(3, .won("L1", "A", euros(8_000)), then: "disregarded L1, noChange")
        // Whoever says again that it was won says nothing of the amount.
        story.when(4, .won("L1", "A"), then: "disregarded L1, noChange")
        story.when(5, .lost("L1", "A"), then: "closed L1 at A, lost, learned", "reversed L1 of A, 80000 at 1000")
        story.when(6, .lost("L1", "A"), then: "disregarded L1, noChange")
    }

    /// All orders of what may be said come to the commission of what was said last.
    @Test(arguments: [
        [Input.won("L1", "A", euros(100)), .won("L1", "A", euros(50))],
        [.won("L1", "A", euros(50)), .won("L1", "A", euros(100))],
        [.lost("L1", "A"), .won("L1", "A", euros(70))],
        [.won("L1", "A", euros(70)), .lost("L1", "A"), .won("L1", "A", euros(30))],
        [.won("L1", "A", euros(70)), .won("L1", "A", euros(0)), .won("L1", "A", euros(20))],
        [.won("L1", "A"), .won("L1", "A", euros(20)), .lost("L1", "A")],
    ])
    func commissionInAllIsThatOfTheFinalState(inputs: [Input]) throws {
        var story = Self.held()
        var sum: Int64 = 0, final: Int64 = 0
        for (minute, input) in inputs.enumerated() {
            story.given(1 + minute, input)
            for event in story.last {
                switch event {
                case .leadClosed(let event): final = event.amountMinorUnits
                case .commissionAccrued(let event): sum += event.amountMinorUnits
                case .commissionReversed(let event): sum -= event.amountMinorUnits
                default: break
                }
            }
        }
        #expect(sum == final / 10)
        #expect(try State(canonicalBytes: story.state.canonicalBytes()).canonicalBytes() == story.state.canonicalBytes())
    }

    /// A deal keeps the rate at which it was won, also where there was none.
    @Test(arguments: [(UInt32(1_000), "commission L1 to A, 5000 at 1000"), (0, nil)] as [(UInt32, String?)])
    func theRateIsThatOfTheWin(rate: UInt32, accrued: String?) {
        var story = Self.held()
        story.given(0, .commission("A", basisPoints: rate))
        story.given(1, .won("L1", "A", euros(1_000)))
        story.given(2, .commission("A", basisPoints: 2_000))
        story.given(3, .won("L1", "A", euros(500)))
        #expect(story.last.map(\.text).last == accrued ?? "closed L1 at A, won, 50000, learned")
    }

    /// The largest deal is the largest of those that stand.
    @Test func recordsFollow() throws {
        var story = Self.held()
        story.given(0, .lead("L2"), .lead("L3"))
        func largest() throws -> Int64? {
            let (_, whole) = Decider.explain(.lead("probe"), at: Moment.at(20), in: story.state)
            return try #require(whole).candidates.first?.evidence.largestWonMinorUnits
        }
        story.given(1, .won("L1", "A", euros(90)), .won("L2", "A", euros(50)), .won("L3", "A", euros(20)))
        #expect(try largest() == 9_000)
        story.given(2, .won("L1", "A", euros(30)))
        #expect(try largest() == 5_000)
        story.given(3, .lost("L2", "A"))
        #expect(try largest() == 3_000)
        story.given(4, .won("L2", "A", euros(40)))
        #expect(try largest() == 4_000)
    }

    @Test func anAmountThatCannotBeCountedIsNone() {
        var story = Self.held()
        story.refuses(1, .won("L1", "A", Money(minorUnits: 5, currency: "CHF")), .amountNotCounted(currency: "CHF"))
        story.given(2, .policy("p2") { $0.exchangeRates = [.init(currency: "CHF", rateMicros: 1_000_000_000_000)] })
        story.refuses(3, .won("L1", "A", Money(minorUnits: 2_000_000_000, currency: "CHF")), .amountNotCounted(currency: "CHF"))
        story.when(4, .won("L1", "A", Money(minorUnits: 2, currency: "CHF")),
            then: "closed L1 at A, won, 2000000, learned", "commission L1 to A, 200000 at 1000")
        // Nor as a correction.
        story.refuses(5, .won("L1", "A", Money(minorUnits: 2, currency: "JPY")), .amountNotCounted(currency: "JPY"))
    }

    /// The lead's own value stands in for no amount where nobody can say what it comes to.
    @Test func norIsTheLeadsValueWithoutARate() {
        var story = Self.held()
        story.given(1, .policy("p2") { $0.sla.firstResponseMinutes = 0; $0.exchangeRates = [.init(currency: "USD", rateMicros: 500_000)] })
        story.given(2, .lead("L2") { $0.dealValue = Money(minorUnits: 10, currency: "USD") })
        story.given(3, .policy("p3"))
        story.refuses(4, .won("L2", "A"), .amountNotCounted(currency: "USD"))
        story.when(5, .won("L2", "A", euros(1)), then: "closed L2 at A, won, 100, learned", "commission L2 to A, 10 at 1000")
    }

    /// One that waited for its lead is in the journal already; it is told that it counts for nothing.
    @Test func anEarlyOutcomeWhoseRateIsGone() {
        var story = Self.held()
        story.given(1, .policy("p2") { $0.exchangeRates = [.init(currency: "USD", rateMicros: 500_000)]; $0.sla.firstResponseMinutes = 0 })
        story.given(2, .won("L9", "A", Money(minorUnits: 10, currency: "USD")))
        story.given(3, .policy("p3") { $0.sla.firstResponseMinutes = 0 })
        story.given(4, .lead("L9"))
        story.until(4, then: ["disregarded L9, currencyUnknown"])
    }

    @Test func earlierLogicIsAsItWas() {
        var story = Self.held(logic: 6)
        story.when(1, .won("L1", "A", Money(minorUnits: 5, currency: "CHF")),
            then: "closed L1 at A, won, 1000000, learned", "commission L1 to A, 100000 at 1000")
        story.when(2, .won("L1", "A", euros(8_000)), then: "disregarded L1, noChange")
        story.when(3, .lost("L1", "A"), then: "closed L1 at A, lost, learned")
    }

    /// What was won before the program took up this logic is corrected by what follows from its terms.
    @Test func afterAnAdoption() {
        var story = Self.held(logic: 6)
        story.given(1, .won("L1", "A", euros(10_000)))
        story.given(2, Input(.logicVersionAdopted(7)))
        story.when(3, .won("L1", "A", euros(8_000)),
            then: "closed L1 at A, won, 800000, learned", "reversed L1 of A, 100000 at 1000", "commission L1 to A, 80000 at 1000")
    }
}
