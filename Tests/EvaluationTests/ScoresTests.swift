import Testing

@testable import Evaluation

/// Goal: scores are what their definitions say. Method: values worked out by hand, or by numpy where it says so.
@Suite struct ScoresTests {
    @Test func logLossAndBrier() {
        let scores = Scores([0.5, 0.8, 0.25], won: [true, true, false])
        // -(ln 0.5 + ln 0.8 + ln 0.75) / 3 and (0.25 + 0.04 + 0.0625) / 3.
        #expect(abs(scores.logLoss - (0.6931471805599453 + 0.2231435513142097 + 0.2876820724517809) / 3) < 1e-15)
        #expect(abs(scores.brier - 0.3525 / 3) < 1e-15)
    }

    @Test func certaintyThatIsWrongIsClippedForTheLogLossAlone() {
        let scores = Scores([0, 1], won: [true, false])
        #expect(abs(scores.logLoss - 13.815510557964274) < 1e-9)
        #expect(scores.brier == 1)
    }

    struct Ranking: Sendable {
        var predictions: [Double]
        var won: [Bool]
        var area: Double
    }

    @Test(arguments: [
        Ranking(predictions: [0.1, 0.4, 0.35, 0.8], won: [false, false, true, true], area: 0.75),
        // All tied: a coin.
        Ranking(predictions: [0.3, 0.3, 0.3], won: [true, false, false], area: 0.5),
        // Of the pairs win | loss 0.5 | 0.5 counts half, 0.5 | 0.2 one, 0.2 | 0.5 none, 0.2 | 0.2 half: 2 of 4.
        Ranking(predictions: [0.5, 0.5, 0.2, 0.2], won: [true, false, true, false], area: 0.5),
        // 0.9 | 0.4 one, 0.9 | 0.1 one, 0.4 | 0.4 half, 0.4 | 0.1 one: 3.5 of 4.
        Ranking(predictions: [0.9, 0.4, 0.4, 0.1], won: [true, true, false, false], area: 0.875),
        Ranking(predictions: [0.1, 0.2, 0.8, 0.9], won: [true, true, false, false], area: 0),
    ])
    func areaUnderTheCurve(_ ranking: Ranking) {
        #expect(Scores(ranking.predictions, won: ranking.won).auc == ranking.area)
    }

    @Test func thereIsNoAreaWithoutWinsOrLosses() {
        #expect(Scores([0.1, 0.2], won: [true, true]).auc == nil)
        #expect(Scores([0.1, 0.2], won: [false, false]).auc == nil)
    }

    /// 23 rows in ten bins: numpy.array_split makes three of 3 and seven of 2.
    @Test func binsAreThoseOfArraySplit() {
        let predictions = (0..<23).map { Double(22 - $0) / 100 }
        let won = (0..<23).map { $0 % 4 == 0 }
        let bins = ReliabilityBin.bins(predictions, won: won)
        #expect(bins.map(\.count) == [3, 3, 3, 2, 2, 2, 2, 2, 2, 2])
        #expect(abs(bins[0].predicted - 0.01) < 1e-15 && abs(bins[9].predicted - 0.215) < 1e-15)
        // The lowest predictions are rows 22, 21, 20, of which 20 is won; then 19, 18, 17 and 16, 15, 14.
        #expect(bins[0].observed == 1.0 / 3 && bins[1].observed == 0 && bins[2].observed == 1.0 / 3)
    }

    /// Twelve rows: bins of 2, 2 and eight of 1; a tie across a border is broken by the order of rows.
    @Test func calibrationErrorOfUnevenBins() {
        let predictions = [0.2, 0.1, 0.3, 0.3, 0.3, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
        let won = [false, true, true, false, false, true, false, true, true, false, true, true]
        // {0.1 won, 0.2} {0.3 won, 0.3} {0.3} {0.5 won} {0.5} {0.6 won} {0.7 won} {0.8} {0.9 won} {1.0 won}.
        let gaps = [2 * 0.35, 2 * 0.2, 0.3, 0.5, 0.5, 0.4, 0.3, 0.8, 0.1, 0.0]
        #expect(abs(Scores(predictions, won: won).ece - gaps.reduce(0, +) / 12) < 1e-15)
    }

    @Test func fewerRowsThanBins() {
        let scores = Scores([0.25, 0.75], won: [false, true])
        #expect(scores.ece == 0.25)
        #expect(ReliabilityBin.bins([0.25, 0.75], won: [false, true]).count == 2)
    }

    /// Outcomes are drawn from the predictions themselves: all there is to see is chance. Chances from 0.02 to 0.6, a seed a
    /// sample.
    @Test(arguments: [200, 600, 5_000])
    func rightPredictionsShowTheErrorByChance(_ rows: Int) throws {
        let predictions = (0..<rows).map { 0.02 + 0.58 * Double($0 * $0 % rows) / Double(rows) }
        var (seen, beyond, debiased) = (0.0, 0, [Double]())
        for seed: UInt64 in 1...400 {
            var chance = SeededChance(seed: seed)
            let error = CalibrationError(predictions, won: predictions.map { chance.uniform() < $0 })
            seen += error.ece / 400
            if error.exceedsChance { beyond += 1 }
            debiased.append(try #require(error.debiased))
        }
        let error = CalibrationError(predictions, won: predictions.map { _ in false })
        #expect(abs(seen / error.byChance - 1) < 0.04, "\(seen) where \(error.byChance) was expected")
        // One of twenty, within what 400 samples allow.
        #expect((6...38).contains(beyond), "\(beyond) of 400")
        // Half of the time chance explains it all and more.
        #expect((120...280).contains(debiased.count { $0 == 0 }))
    }

    /// What is wrong by 0.05 everywhere shows it with many rows and with few, while the plain error grows with chance.
    @Test(arguments: [300, 3_000])
    func anErrorIsFoundBesideChance(_ rows: Int) throws {
        let truth = (0..<rows).map { 0.1 + 0.5 * Double($0 * $0 % rows) / Double(rows) }
        var (square, plain) = (0.0, 0.0)
        for seed: UInt64 in 1...300 {
            var chance = SeededChance(seed: seed)
            let error = CalibrationError(truth.map { $0 + 0.05 }, won: truth.map { chance.uniform() < $0 })
            let root = try #require(error.debiased)
            square += root * root / 300
            plain += error.ece / 300
        }
        #expect(abs(square.squareRoot() - 0.05) < 0.006, "\(square.squareRoot())")
        #expect(plain > (rows == 300 ? 0.07 : 0.05))
    }

    @Test func tooFewRowsABinSayNothingOfTheRest() {
        #expect(CalibrationError([0.2, 0.4, 0.6], won: [false, true, true]).debiased == nil)
        #expect(CalibrationError([], won: []).ece == 0)
    }

    /// Of rows that were predicted while so many outcomes were known, and of no others.
    @Test func aColdStartIsWhatWasSaidThen() {
        let learned = [0, 0, 5, 10, 10, 24, 99, 100, 400], outcomes: [Bool?] = [true, nil, false, true, true, nil, nil, false, true]
        let half = [Double](repeating: 0.5, count: 9), quarter = [Double](repeating: 0.25, count: 9)
        let table = ColdStart.table(model: half, baseRate: quarter, partnerRate: half, learned: learned, outcomes: outcomes)
        #expect(table.map(\.outcomesFrom) == [0, 10, 100] && table.map(\.outcomesBelow) == [10, 25, 200])
        #expect(table.map(\.scored) == [2, 2, 1])
        let (won, lost) = (1.3862943611198906, 0.2876820724517809)
        for (part, expected) in zip(table, [(won + lost) / 2, won, lost]) {
            #expect(abs(part.baseRate - expected) < 1e-12 && abs(part.model - 0.6931471805599453) < 1e-12 && part.partnerRate == part.model)
        }
    }

    @Test func theLearningCurveAddsUp() throws {
        // Thirty rows, of which every third is open; the model says 0.5 and the rates 0.25.
        let outcomes: [Bool?] = (0..<30).map { $0 % 3 == 2 ? nil : $0 % 3 == 0 }
        let half = [Double](repeating: 0.5, count: 30), quarter = [Double](repeating: 0.25, count: 30)
        let curve = LearningCurve(model: half, baseRate: quarter, partnerRate: half, outcomes: outcomes)
        #expect(curve.tenths.map(\.rows) == Array(stride(from: 3, through: 30, by: 3)))
        #expect(curve.tenths.allSatisfy { $0.scored == 2 })
        #expect(curve.cumulative.map(\.rows) == Array(1...30))
        let known = outcomes.compactMap { $0 }
        #expect(curve.cumulative.last?.predicted == 0.5 && curve.cumulative.last?.observed == Double(known.count { $0 }) / Double(known.count))
        let last = try #require(curve.cumulative.last)
        #expect(last.scored == 20 && abs(last.model - 0.6931471805599453) < 1e-12)
        #expect(abs(last.baseRate - (1.3862943611198906 + 0.2876820724517809) / 2) < 1e-12)
    }
}
