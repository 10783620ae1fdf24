import LeadlineCore

/// How often what came lies within what the model said, its own doubt included: rows of one partner that follow each other
/// are counted together, for one row is won or lost and lies within any interval.
///
/// Of a cell's rows the model expects so many wins; how many come varies by chance, and with the chances themselves, which
/// are uncertain by the deviations that the model states. Within a cell those hang together, for they are the partner's. An
/// interval of whole wins seldom holds just what it is named after: what it should hold is drawn, with a fixed seed, from
/// the model's own words, and stands beside what it held.
public struct IntervalCoverage: Encodable, Equatable, Sendable {
    /// Rows of a cell.
    public static let rows = 20
    /// Cells of a line of the table, at least.
    private static let cellsLeast = 20
    private static let draws = 40

    /// Mean deviation of the log-odds over these cells.
    public var deviation: Double
    /// Cells.
    public var cells: Int
    /// Share of them whose wins lay within the interval, and what share should have.
    public var held80: Double
    public var promised80: Double
    public var held95: Double
    public var promised95: Double
    /// Share within the 80 % interval that knows of chance alone and of no doubt.
    public var held80ByChance: Double

    /// The table: cells by thirds of how unsure the model was; one line where they are few, none where there are fewer.
    /// - Parameters:
    ///   - predicted: Chances, in order.
    ///   - deviations: Of their log-odds.
    ///   - partners: Whose rows they are.
    ///   - won: What came of each.
    static func table(predicted: [Double], deviations: [Double], partners: [Int], won: [Bool]) -> [IntervalCoverage] {
        let cells = cells(predicted, deviations, partners, won).sorted { ($0.deviation, $0.first) < ($1.deviation, $1.first) }
        if cells.count < cellsLeast { return [] }
        let parts = cells.count < 3 * cellsLeast ? 1 : 3
        var chance = SeededChance(seed: 0x1ead_c0de)
        return (0..<parts).map { part in
            IntervalCoverage(cells[(cells.count * part / parts)..<(cells.count * (part + 1) / parts)], &chance)
        }
    }

    /// Rows of one partner, one after the other.
    private struct Cell {
        /// Place of the first row.
        var first: Int
        var chances: [Double] = []
        var deviations: [Double] = []
        var wins = 0.0

        var expected: Double { chances.reduce(0, +) }
        var deviation: Double { deviations.reduce(0, +) / Double(max(deviations.count, 1)) }
        /// Variance of the wins where the chances are as they are said.
        var byChance: Double { chances.reduce(0) { $0 + $1 * (1 - $1) } }
        /// Deviation of the expected wins, where all rows stray together.
        var doubt: Double { zip(chances, deviations).reduce(0) { $0 + $1.0 * (1 - $1.0) * $1.1 } }

        /// Whether so many wins lie within so many deviations.
        func holds(_ wins: Double, _ deviations: Double, doubts: Bool = true) -> Bool {
            let variance = byChance + (doubts ? doubt * doubt : 0)
            return abs(wins - expected) <= deviations * variance.squareRoot()
        }
    }

    private static func cells(
        _ predicted: [Double], _ deviations: [Double], _ partners: [Int], _ won: [Bool]
    ) -> [Cell] {
        var open: [Int: Cell] = [:], whole: [Cell] = []
        for row in predicted.indices {
            var cell = open[partners[row]] ?? Cell(first: row)
            cell.chances.append(predicted[row])
            cell.deviations.append(deviations[row])
            if won[row] { cell.wins += 1 }
            let isWhole = cell.chances.count == rows
            if isWhole { whole.append(cell) }
            open[partners[row]] = isWhole ? nil : cell
        }
        return whole
    }

    private init(_ cells: ArraySlice<Cell>, _ chance: inout SeededChance) {
        let count = Double(max(cells.count, 1))
        func share(_ holds: (Cell) -> Bool) -> Double { Double(cells.count(where: holds)) / count }
        self.cells = cells.count
        deviation = cells.reduce(0) { $0 + $1.deviation } / count
        held80 = share { $0.holds($0.wins, Quantiles.normal90) }
        held95 = share { $0.holds($0.wins, Quantiles.normal975) }
        held80ByChance = share { $0.holds($0.wins, Quantiles.normal90, doubts: false) }
        var (within80, within95) = (0, 0)
        for cell in cells {
            for _ in 0..<Self.draws {
                let wins = Self.drawn(cell, &chance)
                if cell.holds(wins, Quantiles.normal90) { within80 += 1 }
                if cell.holds(wins, Quantiles.normal975) { within95 += 1 }
            }
        }
        promised80 = Double(within80) / (count * Double(Self.draws))
        promised95 = Double(within95) / (count * Double(Self.draws))
    }

    /// Wins of a cell as the model has it: all rows stray by the same share of their deviations.
    private static func drawn(_ cell: Cell, _ chance: inout SeededChance) -> Double {
        let strayed = chance.normal()
        var wins = 0.0
        for (p, deviation) in zip(cell.chances, cell.deviations) {
            let odds = p / max(1 - p, 1e-12) * ElementaryFunctions.exp(deviation * strayed)
            if chance.uniform() < odds / (1 + odds) { wins += 1 }
        }
        return wins
    }
}
