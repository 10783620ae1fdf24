import LeadlineCore
import Testing

/// Goal: published rates hold from their date on in place of the policy's, and stand with what they decided.
@Suite struct RateTests {
    private static let day = Moment.minutesPerDay

    private static func program(logic version: UInt32 = Logic.newest) -> Story {
        Story(
            logic: version,
            .policy {
                $0.sla.firstResponseMinutes = 0
                $0.waiting.offersPerMinuteMax = 10
                $0.exchangeRates = [.init(currency: "USD", rateMicros: 900_000)]
            }, .partner("A"))
    }

    private static func rates(_ from: Int, _ rates: (String, Int64)...) -> Input {
        Input(.ratesPublished(.init(
            validFrom: Moment.at(from), rates: rates.map { ExchangeRate(currency: $0.0, rateMicros: $0.1) }, publishedBy: "treasury")))
    }

    private static func dollars(_ id: String) -> Input { .lead(id) { $0.dealValue = Money(minorUnits: 1_000, currency: "USD") } }

    private func used(_ story: Story) throws -> [String] {
        let summary = try story.evaluation()
        let rate = summary.rate
        return ["\(summary.dealValueMinorUnits)", rate?.currency ?? "-", "\(rate?.rateMicros ?? 0)", rate?.validFrom.map(Moment.text) ?? "policy", rate?.position.map { "\($0)" } ?? "-"]
    }

    @Test func theyHoldFromTheirDateOn() throws {
        var story = Self.program()
        story.given(1, Self.dollars("L1"))
        #expect(try used(story) == ["900", "USD", "900000", "policy", "-"])
        story.when(2, Self.rates(Self.day, ("USD", 950_000)))
        story.given(3, Self.dollars("L2"))
        #expect(try used(story) == ["900", "USD", "900000", "policy", "-"])
        story.until(Self.day, then: [])
        story.given(Self.day, Self.dollars("L3"))
        #expect(try used(story) == ["950", "USD", "950000", "\(Self.day)", "4"])
        story.when(
            Self.day + 1, .won("L3", "A", Money(minorUnits: 100, currency: "USD")), then: "closed L3 at A, won, 95, learned")
        guard case .leadClosed(let closed)? = story.last.first else { return }
        #expect(closed.rate == RateUsed(currency: "USD", rateMicros: 950_000, validFrom: Moment.at(Self.day), position: 4))
        // A later policy states other rates; what was published by itself goes on.
        story.given(Self.day + 2, .policy("p2") { $0.exchangeRates = [.init(currency: "USD", rateMicros: 1)] }, Self.dollars("L4"))
        #expect(try used(story)[2] == "950000")
        // Euros need none.
        story.given(Self.day + 3, .lead("L5") { $0.dealValue = euros(5) })
        #expect(try used(story)[1] == "-")
    }

    /// Dates come in any order; the latest that has passed holds.
    @Test func inAnyOrder() throws {
        var story = Self.program()
        story.given(2 * Self.day, Self.rates(Self.day, ("USD", 3)))
        story.given(2 * Self.day, Self.rates(0, ("USD", 2)))
        story.when(2 * Self.day, Self.rates(0, ("USD", 1)), then: "disregarded -, noChange")
        story.given(2 * Self.day, Self.rates(4 * Self.day, ("USD", 6)), Self.rates(3 * Self.day, ("USD", 5), ("CHF", 7)))
        story.when(2 * Self.day, Self.rates(3 * Self.day, ("USD", 5)), then: "disregarded -, noChange")
        #expect(story.state.valueInProgramCurrency(Money(minorUnits: 1_000_000, currency: "USD")) == 3)
        let copy = try State(canonicalBytes: story.state.canonicalBytes())
        #expect(copy.nextDeadline == story.state.nextDeadline && copy.canonicalBytes() == story.state.canonicalBytes())
        story.until(3 * Self.day, then: [])
        #expect(story.state.valueInProgramCurrency(Money(minorUnits: 1_000_000, currency: "USD")) == 5)
        #expect(story.state.valueInProgramCurrency(Money(minorUnits: 1_000_000, currency: "CHF")) == 7)
        story.until(4 * Self.day, then: [])
        #expect(story.state.valueInProgramCurrency(Money(minorUnits: 1_000_000, currency: "USD")) == 6)
        #expect(story.state.nextDeadline == nil)
    }

    /// What waited for a rate is offered as soon as one holds.
    @Test func whatWaitedForARate() {
        var story = Self.program()
        story.when(1, .lead("L1") { $0.dealValue = Money(minorUnits: 5, currency: "CHF") }, then: "escalated L1 to partner-managers, currencyUnknown")
        story.given(2, Self.rates(Self.day, ("CHF", 1_000_000)))
        story.until(Self.day, then: [], ["assigned L1 to A, attempt 1, offeredAgain"])
    }

    @Test func tooManyAreRefused() {
        var story = Self.program()
        let letters = (0..<26).map { String(UnicodeScalar(UInt8(65 + $0))) }
        let names = letters.flatMap { first in letters.map { "X" + first + $0 } }
        func batch(_ from: Int, _ count: Int) -> Input {
            Input(.ratesPublished(.init(validFrom: Moment.at(from), rates: names.prefix(count).map { ExchangeRate(currency: $0, rateMicros: 1) })))
        }
        story.when(1, batch(10, 600))
        story.when(1, batch(20, 500), then: "disregarded -, tooManyRates")
        story.when(1, batch(20, 424))
    }

    @Test func earlierLogicDisregardsThem() {
        var story = Self.program(logic: 6)
        story.when(1, Self.rates(0, ("USD", 1)), then: "disregarded -, logicTooOld")
        story.given(2, Self.dollars("L1"))
        #expect(story.last.compactMap(\.evaluated).first?.summary.rate == nil)
    }
}
