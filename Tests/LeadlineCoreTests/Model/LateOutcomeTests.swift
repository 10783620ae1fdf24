import Testing

@testable import LeadlineCore

/// Goal: predictions hold whenever outcomes come, what mixes speeds adds up and goes on from a snapshot, and versions
/// before it learn as they did.
/// Method: made-up deals whose true chances and delays are known, told to the model day by day.
@Suite struct LateOutcomeTests {
    private static let mixed = WinModelSettings.ofHistory(logic: 8)

    /// When the outcome of a deal becomes known, in days from its arrival.
    enum Delay: String, CaseIterable {
        case prompt, lossesFirst, winsFirst, both, bySegment, ancient

        func days(won: Bool, _ row: [Int32], _ chance: inout Seeded) -> Int {
            switch self {
            case .prompt: 0
            case .lossesFirst: won ? 30 + chance.below(170) : 1 + chance.below(13)
            case .winsFirst: won ? 1 + chance.below(13) : 30 + chance.below(170)
            case .both: 20 + chance.below(100)
            case .bySegment: won ? 10 + 60 * Int(row[0]) : 1 + chance.below(10 + 60 * Int(row[0]))
            case .ancient: 450 + chance.below(250)
            }
        }
    }

    /// Ten partners, four values a lead, five leads a day.
    private struct Stream {
        var chance: Seeded
        let delay: Delay
        let truth: (_ partner: Int, _ row: [Int32]) -> Int
        var model: WinModel
        /// By day.
        var due: [Int: [(number: Int, partner: Int, row: [Int32], won: Bool)]] = [:]
        var day = 0
        // Won and all of it, known by now, of the program and of each partner.
        var known = SIMD2<Double>(1, 4)
        var ofPartner = [SIMD2<Double>](repeating: SIMD2(0, 0), count: 10)
        var losses = SIMD3<Double>(repeating: 0)
        var scored = 0.0

        init(seed: UInt64, _ delay: Delay, _ settings: WinModelSettings, _ truth: @escaping (Int, [Int32]) -> Int) {
            chance = Seeded(seed)
            self.delay = delay
            self.truth = truth
            model = WinModel(slotCount: 4, settings: settings)
            model.reserve(partners: 10, values: 21)
        }

        mutating func pass(scoring: Bool) {
            for deal in due.removeValue(forKey: day) ?? [] {
                close(deal)
            }
            model.advance(to: day)
            for _ in 0..<5 {
                let partner = chance.below(10), row = (0..<4).map { Int32(1 + $0 * 5 + chance.below(5)) }
                let won = chance.chance(truth(partner, row))
                let said = model.predict(row, partner: partner)
                if scoring { score(said.probability, partner, won) }
                let number = model.award(day: day, partner: partner, row: row, prediction: said)
                let closing = day + delay.days(won: won, row, &chance)
                if closing == day {
                    close((number, partner, row, won))
                } else {
                    due[closing, default: []].append((number, partner, row, won))
                }
            }
            day += 1
        }

        private mutating func close(_ deal: (number: Int, partner: Int, row: [Int32], won: Bool)) {
            model.advance(to: day)
            if model.hasForgotten(deal.number) {
                let said = model.predict(deal.row, partner: deal.partner)
                model.closeLate(day: day, partner: deal.partner, row: deal.row, prediction: said, won: deal.won)
            } else {
                model.close(deal.number, day: day, won: deal.won)
            }
            known += SIMD2(deal.won ? 1 : 0, 1)
            ofPartner[deal.partner] += SIMD2(deal.won ? 1 : 0, 1)
        }

        private mutating func score(_ p: Double, _ partner: Int, _ won: Bool) {
            let base = known[0] / known[1], own = ofPartner[partner]
            let rate = (own[0] + 20 * base) / (own[1] + 20)
            func loss(_ p: Double) -> Double { -ElementaryFunctions.log(max(won ? p : 1 - p, 0.000001)) }
            losses += SIMD3(loss(p), loss(base), loss(rate))
            scored += 1
        }

        /// Mean log-loss of the model and of the better of the running base rate and the partners' rates.
        var result: (model: Double, simple: Double) {
            (losses[0] / scored, min(losses[1], losses[2]) / scored)
        }
    }

    private static func run(
        _ delay: Delay, seed: UInt64 = 1, days: Int = 1_000, _ settings: WinModelSettings = mixed,
        _ truth: @escaping (Int, [Int32]) -> Int
    ) -> Stream {
        var stream = Stream(seed: seed, delay, settings, truth)
        for day in 0..<days { stream.pass(scoring: day >= days / 2) }
        return stream
    }

    // MARK: What it predicts

    @Test(arguments: Delay.allCases) func noiseTeachesNothingWheneverItIsKnown(delay: Delay) {
        let result = Self.run(delay, seed: 11) { _, _ in 35 }.result
        #expect(result.model < result.simple + 0.003, "\(delay): \(result)")
    }

    /// True log-loss of the chances below is about 0.02 better than the best partner rate in every stream.
    @Test(arguments: Delay.allCases) func signalIsLearnedWheneverItIsKnown(delay: Delay) {
        let result = Self.run(delay, seed: 12) { partner, row in row[1] <= 8 ? 12 + 2 * partner : 50 }.result
        #expect(result.model < result.simple - 0.02, "\(delay): \(result)")
    }

    /// How long a deal takes hangs on what it is about, and its chance does not: a curve for all would take the slow
    /// ones for better the longer they are open.
    @Test func whatTakesLongIsNotTakenForMore() {
        let truth = { (partner: Int, row: [Int32]) in row[1] <= 7 ? 30 : 60 }
        let mixed = Self.run(.bySegment, seed: 13, Self.mixed, truth)
        let before = Self.run(.bySegment, seed: 13, WinModelSettings(), truth)
        #expect(mixed.model.segmentCurves.followed(LateOutcomeSettings()) == 0)
        #expect(mixed.result.model < before.result.model, "\(mixed.result) \(before.result)")
        func said(_ speed: Int32) -> Double {
            (0..<10).reduce(0) { $0 + mixed.model.predict([speed, 6, 11, 16], partner: $1).probability } / 10
        }
        let (quick, slow) = (said(1), said(5))
        #expect(abs(quick - slow) < 0.06 && (0.2...0.4).contains(quick), "\(quick) \(slow)")
    }

    @Test func whereAllTakeEquallyLongNoSlotIsFollowed() {
        let stream = Self.run(.both, seed: 14) { partner, _ in 10 + 5 * partner }
        #expect(stream.model.segmentCurves.followed(LateOutcomeSettings()) == nil, "\(stream.model.segmentCurves.leads)")
    }

    /// From beyond the window an outcome teaches the rate and the weights; before version 8 it taught nothing.
    @Test(arguments: [7, 8] as [UInt32]) func outcomesFromBeyondTheWindow(logic: UInt32) {
        let stream = Self.run(.ancient, seed: 15, days: 900, .ofHistory(logic: logic)) { _, _ in 60 }
        #expect((abs(stream.model.baseRate - 0.6) < 0.05) == (logic == 8), "\(stream.model.baseRate)")
        #expect(stream.model.awards.next - stream.model.awards.first < 2_100, "what is beyond is not kept")
    }

    // MARK: What it says of itself

    @Test func contributionsAndVoicesAddUp() {
        let model = Self.run(.lossesFirst, seed: 16, days: 400) { partner, row in 10 + partner * 4 + Int(row[1]) }.model
        for partner in 0..<10 {
            let row: [Int32] = [2, 7, 12, 17]
            let said = model.predict(row, partner: partner)
            let told = model.voices(in: said, row, partner: partner, matchVariance: 0), voices = told.voices
            let terms = model.contributions(partner: partner, row: row)
            #expect(abs(terms.reduce(0) { $0 + $1.logOdds } - said.logOdds) < 1e-12)
            #expect(abs(terms.reduce(0) { $0 + $1.variance } - said.variance) < 1e-12)
            #expect(voices.map(\.name) == ["program-rate", "partner-rate", "crossed-model", "slow-model", "slowest-model"])
            #expect(abs(voices.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
            #expect(abs(voices.reduce(said.base) { $0 + $1.counted } - said.logOdds) < 1e-12)
            // As unsure as its voices, and more where they disagree.
            let interval = told.interval80
            #expect(interval.lowerBound < said.probability && said.probability < interval.upperBound, "\(interval)")
            #expect(told.deviation > model.curve.baseVariance.squareRoot() && told.deviation < 1.5, "\(told.deviation)")
        }
    }

    /// The same deals give the same bits on every machine, in debug and in release builds.
    @Test func learnedBitsAreGolden() {
        let hash = Self.run(.bySegment, seed: 17, days: 450) { partner, row in 10 + partner * 4 + Int(row[1]) }
            .model.contentHash().description
        if Golden.isRewriting { print("mixed model hash:", hash) }
        #expect(hash == "55be5db0681d69b862cff83e35881dbf")
    }

    /// A model from a snapshot goes on to learn and to say the same, to the bit.
    @Test(arguments: Delay.allCases) func goesOnFromASnapshot(delay: Delay) throws {
        var stream = Self.run(delay, seed: 18, days: 460) { partner, row in 10 + partner * 4 + Int(row[1]) }
        var writer = StateWriter(capacity: 1 << 16, logicVersion: Logic.oldest)
        stream.model.write(to: &writer)
        var twin = stream
        var reader = StateReader(writer.bytes)
        twin.model = try WinModel(from: &reader, settings: Self.mixed, partners: 1_000, values: 100_000)
        #expect(twin.model.contentHash() == stream.model.contentHash())
        for _ in 0..<60 {
            stream.pass(scoring: true)
            twin.pass(scoring: true)
        }
        #expect(twin.model.contentHash() == stream.model.contentHash() && twin.losses == stream.losses)
    }

    // MARK: Versions

    @Test(arguments: 1...7 as ClosedRange<UInt32>) func versionsBeforeEightDoNotMix(version: UInt32) {
        #expect(WinModelSettings.ofHistory(logic: version) == WinModelSettings())
        let settings = WinModelSettings.withSegments(logic: version)
        #expect(settings.late == nil && settings.slowerShares.isEmpty && settings.blendRate == 0.3)
    }

    /// A program that takes up version 8 says at first what it said, and nothing it has learned is lost.
    @Test func takingItUpKeepsWhatWasLearned() {
        var stream = Self.run(.both, seed: 19, days: 500, WinModelSettings()) { _, row in row[1] <= 7 ? 20 : 60 }
        let row: [Int32] = [2, 6, 12, 17]
        let before = stream.model.predict(row, partner: 3)
        stream.model.mixSpeeds(Self.mixed)
        let after = stream.model.predict(row, partner: 3)
        #expect(abs(before.probability - after.probability) < 0.08, "\(before.probability) \(after.probability)")
        let voices = stream.model.voices(in: after, row, partner: 3, matchVariance: 0).voices
        #expect(voices.count == 5 && voices[2...].allSatisfy { abs($0.says - voices[2].says) < 1e-12 }, "\(voices)")
        (stream.losses, stream.scored) = (SIMD3(repeating: 0), 0)
        for _ in 0..<200 { stream.pass(scoring: true) }
        #expect(stream.result.model < stream.result.simple - 0.02, "\(stream.result)")
    }

    // MARK: Numbers

    @Test(arguments: [
        (0.0, -9_999, -9_999), (.nan, -9_998, -9_998), (1, 0, 0), (1.09, 0, -1), (1.1, 1, -1), (2, 8, 0),
        (0.5, -8, -1), (1_000, 79, 3), (250_000, 143, 4), (248_730, 143, 1), (-1_000, 100_079, 3), (1e300, 7_972, -1),
        (12.5, 29, -1),
    ] as [(Double, Int, Int)])
    func numbersAreReadInSeveralWays(x: Double, eighth: Int, zeros: Int) {
        #expect(NumberBands.eighthOctave(x) == eighth)
        #expect(NumberBands.trailingZeros(x) == zeros)
    }

    @Test func beforeVersion8ANumberIsOneSlot() {
        #expect(NumberBands.Reading.readings(logic: 7) == [.half])
        #expect(NumberBands.Reading.readings(logic: 8) == [.half, .eighth, .zeros])
        #expect(NumberBands.Reading.half.of(3) == NumberBands.halfOctave(3))
    }
}
