import LeadlineCore
import Testing

/// Goal: the conversion model learns what is there, invents nothing, and is the same to the bit wherever it learns.
/// Method: seeded made-up deals whose true chances are known.
@Suite struct WinModelTests {
    /// Deals of a made-up program: ten partners, four values a lead.
    private struct Deals {
        var chance: Seeded
        /// True chance of a deal, in percent, by partner and values.
        let truth: (_ partner: Int, _ row: [Int32]) -> Int

        mutating func next() -> (partner: Int, row: [Int32], won: Bool) {
            let partner = chance.below(10)
            let row = (0..<4).map { Int32(1 + $0 * 5 + chance.below(5)) }
            return (partner, row, chance.chance(truth(partner, row)))
        }
    }

    private static func model() -> WinModel {
        var model = WinModel(slotCount: 4)
        model.reserve(partners: 10, values: 21)
        return model
    }

    private func logLoss(_ p: Double, _ won: Bool) -> Double { -ElementaryFunctions.log(won ? p : 1 - p) }

    /// Mean log-loss of the model and of the running base rate over the last half, outcomes at once.
    private func run(_ count: Int, seed: UInt64, _ truth: @escaping (Int, [Int32]) -> Int) -> (model: Double, base: Double, hash: Digest128) {
        var deals = Deals(chance: Seeded(seed), truth: truth)
        var model = Self.model()
        var (losses, baseLosses, won, seen) = (0.0, 0.0, 1.0, 2.0)
        for day in 0..<count {
            let deal = deals.next()
            model.advance(to: day)
            let said = model.predict(deal.row, partner: deal.partner)
            if day >= count / 2 {
                losses += logLoss(said.probability, deal.won)
                baseLosses += logLoss(won / seen, deal.won)
            }
            let number = model.award(day: day, partner: deal.partner, row: deal.row, prediction: said)
            model.close(number, day: day, won: deal.won)
            won += deal.won ? 1 : 0
            seen += 1
        }
        return (losses / Double(count - count / 2), baseLosses / Double(count - count / 2), model.contentHash())
    }

    @Test(arguments: [10, 50, 80]) func noiseTeachesNothing(percent: Int) {
        let scores = run(4_000, seed: UInt64(percent)) { _, _ in percent }
        #expect(scores.model < scores.base + 0.003, "seed \(percent): \(scores)")
    }

    /// A partner is strong in one value and weak elsewhere: no sum of single effects says so.
    @Test func whatOnlyPairsSayIsLearned() {
        let scores = run(4_000, seed: 7) { partner, row in (partner % 2 == 0) == (row[0] <= 3) ? 60 : 15 }
        #expect(scores.model < scores.base - 0.05, "\(scores)")
    }

    /// The same deals give the same bits on every machine, in debug and in release builds.
    @Test func learnedBitsAreGolden() {
        let hash = run(3_000, seed: 1) { partner, row in 10 + partner * 4 + Int(row[1]) }.hash.description
        if Golden.isRewriting { print("model hash:", hash) }
        #expect(hash == "2fdf6155d5fa8b83d6e8f4ca16255f54")
    }

    /// Wins are known after 5 days, losses after 60: until the first loss is in, all that closed was won.
    @Test func anOpenDealIsNotALossAndTheFirstWinsAreNotTheRate() {
        var deals = Deals(chance: Seeded(3)) { _, _ in 20 }
        var model = Self.model()
        var open: [(number: Int, due: Int, won: Bool)] = []
        var rates: [Int: Double] = [:]
        for day in 0..<240 {
            for deal in open where deal.due == day { model.close(deal.number, day: day, won: deal.won) }
            model.advance(to: day)
            rates[day] = model.baseRate
            for _ in 0..<5 {
                let deal = deals.next()
                let said = model.predict(deal.row, partner: deal.partner)
                let number = model.award(day: day, partner: deal.partner, row: deal.row, prediction: said)
                open.append((number, day + (deal.won ? 5 : 60), deal.won))
            }
        }
        // Before any loss: neither "everything closed was won" nor "everything open is lost".
        #expect((0.15...0.45).contains(rates[50]!), "\(rates[50]!)")
        #expect((0.15...0.27).contains(rates[239]!), "\(rates[239]!)")
    }

    /// What waiting taught is taken back when the lead goes to another partner.
    @Test func anEndedAwardTeachesNothing() {
        var model = Self.model()
        let row: [Int32] = [1, 6, 11, 16]
        for day in 0..<80 {
            let number = model.award(day: day, partner: day % 10, row: row, prediction: model.predict(row, partner: day % 10))
            model.close(number, day: day + 3, won: day % 3 == 0)
        }
        // A twin to which the lead never came.
        var twin = model
        twin.advance(to: 93)
        let before = twin.contributions(partner: 1, row: row)
        let number = model.award(day: 90, partner: 1, row: row, prediction: model.predict(row, partner: 1))
        model.advance(to: 93)
        model.end(number, day: 93)
        let after = model.contributions(partner: 1, row: row)
        for (a, b) in zip(before, after) where a.source != .base {
            #expect(abs(a.logOdds - b.logOdds) < 1e-9 && a.variance == b.variance, "\(a) \(b)")
        }
        model.close(number, day: 95, won: true)
        #expect(model.contributions(partner: 1, row: row) == after, "an award that ended takes no outcome")
    }

    @Test func contributionsAddUpAndNewPartnersAreUncertain() {
        var deals = Deals(chance: Seeded(5)) { partner, _ in 10 + 5 * partner }
        var model = Self.model()
        for day in 0..<800 {
            var deal = deals.next()
            if deal.partner == 9 { deal.partner = 0 }
            let number = model.award(day: day, partner: deal.partner, row: deal.row, prediction: model.predict(deal.row, partner: deal.partner))
            model.close(number, day: day, won: deal.won)
        }
        let row: [Int32] = [2, 7, 12, 17]
        for partner in 0..<10 {
            let said = model.predict(row, partner: partner)
            let terms = model.contributions(partner: partner, row: row)
            #expect(abs(terms.reduce(0) { $0 + $1.logOdds } - said.logOdds) < 1e-12)
            #expect(abs(terms.reduce(0) { $0 + $1.variance } - said.variance) < 1e-12)
            #expect(said.probability == ElementaryFunctions.logistic(said.logOdds))
        }
        #expect(model.predict(row, partner: 9).variance > 1.2 * model.predict(row, partner: 3).variance)
    }
}
