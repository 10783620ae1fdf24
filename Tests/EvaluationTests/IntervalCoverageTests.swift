import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: the table of coverage shows a model that is as sure as it may be, and one that is too sure. Method: outcomes drawn from chances
/// that stray from what was said by as much as was said, or by more.
@Suite struct IntervalCoverageTests {
    private static func table(says deviation: Double, strays: Double, partners: Int = 400) -> [IntervalCoverage] {
        var chance = SeededChance(seed: 7)
        var (predicted, said, whose, won) = ([Double](), [Double](), [Int](), [Bool]())
        for partner in 0..<partners {
            let shift = strays * chance.normal()
            for _ in 0..<IntervalCoverage.rows {
                let p = 0.1 + 0.5 * chance.uniform(), odds = p / (1 - p) * ElementaryFunctions.exp(shift)
                predicted.append(p)
                said.append(deviation)
                whose.append(partner)
                won.append(chance.uniform() < odds / (1 + odds))
            }
        }
        return IntervalCoverage.table(predicted: predicted, deviations: said, partners: whose, won: won)
    }

    @Test(arguments: [0.0, 0.3, 0.8]) func whoStraysAsFarAsItSaysIsHeld(deviation: Double) {
        let table = Self.table(says: deviation, strays: deviation)
        #expect(table.count == 3 && table.reduce(0) { $0 + $1.cells } == 400)
        for line in table {
            // Of 133 cells a share of 0.8 strays by 0.035; three times that by chance once in hundreds.
            #expect(abs(line.held80 - line.promised80) < 0.11 && abs(line.held95 - line.promised95) < 0.07, "\(line)")
            #expect(abs(line.deviation - deviation) < 1e-9)
        }
    }

    @Test func whoIsTooSureIsFoundOut() {
        for line in Self.table(says: 0.05, strays: 0.8) { #expect(line.held80 < line.promised80 - 0.15, "\(line)") }
        // What chance alone explains is held without any doubt.
        for line in Self.table(says: 0.8, strays: 0.8) { #expect(line.held80ByChance < line.held80 - 0.1, "\(line)") }
    }

    @Test func fewCellsAreOneLineAndFewerNone() {
        #expect(Self.table(says: 0, strays: 0, partners: 59).count == 1)
        #expect(Self.table(says: 0, strays: 0, partners: 19).isEmpty)
        // Rows that fill no cell count nowhere.
        let rows = IntervalCoverage.rows - 1
        #expect(IntervalCoverage.table(
            predicted: Array(repeating: 0.5, count: rows), deviations: Array(repeating: 0, count: rows), partners: Array(repeating: 1, count: rows),
            won: Array(repeating: true, count: rows)).isEmpty)
    }
}
