import LeadlineCore
import Testing

/// Goal: equal partners get equally many leads, by a debt that anyone can see, without luck and without favour.
@Suite struct TieDebtTests {
    private static func equals(_ count: Int) -> Story {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 })
        for index in 0..<count { story.given(0, .partner("P\(index)")) }
        return story
    }

    /// After each lead, not only at the end.
    @Test(arguments: [2, 3, 5, 7, 12], [0, 1])
    func countsDifferByAtMostOne(partners: Int, minutesBetween: Int) {
        var story = Self.equals(partners)
        for number in 0..<(partners * 9 + 1) {
            story.given(1 + number * minutesBetween, .lead("L\(number)"))
            let counts = story.state.partnerStandings.map(\.assignments)
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "after lead \(number): \(counts)")
            #expect(story.state.partnerStandings.map(\.tieDebtMicros).reduce(0, +) == 0)
        }
    }

    @Test func theDebtIsVisible() throws {
        var story = Self.equals(3)
        story.given(1, .lead("L0"))
        let summary = try story.evaluation()
        #expect(summary.basis == .tieDebt)
        #expect(summary.tiedPartnerIDs == ["P0", "P1", "P2"])
        let winner = try #require(story.state.lead("L0")?.partnerID)
        for standing in story.state.partnerStandings {
            #expect(standing.tieDebtMicros == (standing.profile.partnerID == winner ? -666_666 : 333_333))
        }
    }

    /// Whoever is registered first wins no more ties than whoever is registered last.
    @Test func noFavourToTheFirst() {
        var story = Self.equals(4)
        var wins = [String: Int]()
        for number in 0..<400 {
            story.given(1 + number, .lead("L\(number)"))
            wins[story.state.lead("L\(number)")?.partnerID ?? "", default: 0] += 1
        }
        #expect(wins == ["P0": 100, "P1": 100, "P2": 100, "P3": 100])
    }

    /// Ties of different groups: who lost one tie is ahead in the next, whoever else takes part.
    @Test func debtIsCarriedFromTieToTie() {
        var story = Story(.policy {
            $0.sla.firstResponseMinutes = 0
            $0.hardRules = [HardRule(name: "product", require: .partnerCovers(.product, .products))]
        })
        story.given(0, .partner("A") { $0.products = ["x", "y"] }, .partner("B") { $0.products = ["x"] }, .partner("C") { $0.products = ["y"] })
        var sum: [String: Int] = [:]
        for number in 0..<300 {
            story.given(1 + number, .lead("L\(number)") { $0.product = number % 2 == 0 ? "x" : "y" })
            sum[story.state.lead("L\(number)")?.partnerID ?? "", default: 0] += 1
        }
        #expect(story.state.partnerStandings.map(\.tieDebtMicros).reduce(0, +) == 0)
        for standing in story.state.partnerStandings { #expect(abs(standing.tieDebtMicros) <= 2_000_000) }
        #expect(sum.values.allSatisfy { (70...150).contains($0) }, "\(sum)")
    }

    /// Scores that differ by less than a cent are a tie: nobody can tell that money apart.
    @Test func aTieIsToTheMinorUnit() throws {
        var story = Self.equals(2)
        story.given(0, .partner("P1") { $0.typicalDealMax = euros(1_000_000) })
        story.given(1, .lead("L0") { $0.dealValue = Money(minorUnits: 2, currency: "EUR") })
        #expect(try story.evaluation().basis == .tieDebt)
        story.given(2, .lead("L1") { $0.dealValue = euros(2) })
        #expect(try story.evaluation().basis == .score)
    }

    @Test func aSinglePartnerTiesWithNobody() throws {
        var story = Self.equals(1)
        story.given(1, .lead("L0"))
        #expect(try story.evaluation().basis == .score)
        #expect(try story.evaluation().runnerUpPartnerID == "")
        #expect(story.state.partnerStandings[0].tieDebtMicros == 0)
    }

    /// A human's choice is nobody's debt.
    @Test func humansOweNothing() {
        var story = Self.equals(2)
        story.given(1, .lead("L0"))
        let before = story.state.partnerStandings.map(\.tieDebtMicros)
        story.given(2, .human("L0", .assign(partnerID: "P1")), .lead("H", past: "P0").asHistory)
        #expect(story.state.partnerStandings.map(\.tieDebtMicros) == before)
    }
}
