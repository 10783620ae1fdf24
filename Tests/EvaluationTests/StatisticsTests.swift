import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: intervals and indices are those of the literature. Method: published examples and cases by hand.
@Suite struct StatisticsTests {
    private func near(_ a: Double?, _ b: Double, _ tolerance: Double = 5e-4) -> Bool { a.map { abs($0 - b) < tolerance } ?? false }

    @Test func wilsonAndNewcombeAsPublished() {
        // Newcombe (1998), tables I and II: 81 of 263, and 56 of 70 against 48 of 80.
        let one = Rate(81, of: 263).interval
        #expect(near(one?.low, 0.2553) && near(one?.high, 0.3662))
        let two = Rate(56, of: 70).minus(Rate(48, of: 80))
        #expect(near(two?.value, 0.2) && near(two?.interval.low, 0.0524) && near(two?.interval.high, 0.3339))
        #expect(Rate(0, of: 0).interval == nil && Rate(0, of: 10).interval?.low == 0 && near(Rate(10, of: 10).interval?.high, 1, 1e-12))
    }

    @Test func ratiosOfRates() {
        // ln 2 +- 1.96 sqrt(0.6 / 40 + 0.8 / 20).
        let ratio = Rate(40, of: 100).over(Rate(20, of: 100))
        #expect(near(ratio?.value, 2) && near(ratio?.interval.low, 1.2629, 1e-3) && near(ratio?.interval.high, 3.1673, 1e-3))
        #expect(Rate(0, of: 10).over(Rate(1, of: 10)) == nil)
    }

    @Test func studentsQuantiles() {
        for (degrees, value) in [(3.0, 3.1824), (5, 2.5706), (10, 2.2281), (30, 2.0423), (1_000, 1.9623)] {
            #expect(abs(Quantiles.student975(degrees: degrees) - value) < 0.02)
        }
        #expect(Quantiles.of(0.5, sorted: [1, 2, 3, 10]) == 2.5 && Quantiles.of(0.9, sorted: []) == nil)
    }

    @Test func welchByHand() {
        let difference = Moments([1, 2, 3, 4]).minus(Moments([2, 4, 6, 8, 10]))
        // Variances 5/3 and 10, means 2.5 and 6, 5.5 degrees of freedom.
        #expect(near(difference?.value, -3.5, 1e-12) && (difference.map { $0.interval.low < -7 && $0.interval.high > 0 } ?? false))
        #expect(Moments([1]).minus(Moments([1, 2])) == nil)
    }

    @Test func evennessOfShares() {
        #expect(Concentration.gini([1, 1, 1]) == 0 && near(Concentration.gini([0, 0, 3]), 2.0 / 3, 1e-12) && Concentration.gini([]) == 0)
        #expect(JainIndex.of([1, 1, 1]) == 1 && near(JainIndex.of([0, 0, 3]), 1.0 / 3, 1e-12) && JainIndex.of([0, 0]) == 1)
    }

    @Test func howManyLeadsItTakes() {
        // Textbook: 0.5 against 0.6 needs about 385 a side without continuity correction.
        #expect(Power.trialsNeeded(0.5, 0.6) == 385 && Power.trialsNeeded(0.5, 0.5) == nil)
        #expect(near(Power.detectable(base: 0.5, 385, 385), 0.101, 1e-3))
    }

    @Test func skewedMeansReachFurtherToTheirTail() {
        let values = (0..<200).map { $0 % 20 == 0 ? 20.0 : 1 }
        let interval = SkewedMean(values).interval, mean = Moments(values).mean
        #expect(interval.high - mean > 1.1 * (mean - interval.low) && interval.contains(mean))
    }

    @Test func chanceIsTheSameForTheSameSeed() {
        var chance = SeededChance(seed: 7), again = SeededChance(seed: 7)
        #expect((0..<5).map { _ in chance.next() } == (0..<5).map { _ in again.next() })
        let gammas = Moments((0..<20_000).map { _ in chance.gammaMeanOne(shape: 0.7) }), poissons = Moments((0..<20_000).map { _ in Double(chance.poisson(3)) })
        #expect(near(gammas.mean, 1, 0.03) && near(gammas.variance, 1 / 0.7, 0.1))
        #expect(near(poissons.mean, 3, 0.05) && near(poissons.variance, 3, 0.12))
    }
}
