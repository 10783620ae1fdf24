/// The exact worth of a partner's places, and of the leads that its floor lacks, while leads keep coming.
///
/// One partner is one resource that is sold by a dynamic program over the arrivals still expected (Lautenbacher and
/// Stidham, "The Underlying Markov Decision Process in the Single-Leg Airline Yield-Management Problem", Transportation
/// Science 33, 1999; Talluri and van Ryzin, "The Theory and Practice of Revenue Management", 2004, section 2.5). What a
/// lead gains at the partner is net of what it would gain elsewhere (there, section 3.4.4, decomposition).
struct ResourceProgram {
    /// Most rows of a table; with more places or leads, a row stands for several.
    static let rowsMax = 64
    /// Most steps in which arrivals are gone through.
    private static let stepsMax = 128.0

    /// Worth by number left, from one: now, and when prices are worked out next. Row r stands for `rowSize` of them.
    struct Table {
        var now: [Double]
        var later: [Double]
        var rowSize: Int
    }

    /// Net gains in falling order, and their sums from the largest on.
    private let gains: [Double]
    private let sums: [Double]

    /// A resource that the leads of the past would have given these gains, in falling order.
    init(sortedGains: [Double]) {
        gains = sortedGains
        var sums = [0.0]
        sums.reserveCapacity(gains.count + 1)
        for gain in gains { sums.append(sums[sums.count - 1] + gain) }
        self.sums = sums
    }

    /// D(c), what the c-th place is worth: D'(c) = F(D(c)) - F(D(c - 1)) per arrival, F(x) being the mean of what gains
    /// exceed x by, from D = 0 at the end.
    ///
    /// `arrivals` are expected until the end of the period, `later` of them after the next working out. `shift` is
    /// added to every gain.
    func places(_ places: Int, shift: Double, arrivals: Double, later: Double) -> Table {
        let rowSize = (places + Self.rowsMax - 1) / Self.rowsMax
        let rows = places / max(rowSize, 1)
        var worth = [Double](repeating: 0, count: rows)
        if gains.isEmpty || rows == 0 { return Table(now: worth, later: worth, rowSize: rowSize) }
        var early = worth
        var top = [Int](repeating: gains.count, count: rows)
        let leads = Double(gains.count)
        Self.walk(arrivals / Double(rowSize), later / Double(rowSize), record: { early = worth }) { step in
            var above = 0.0
            for row in 0..<rows {
                while top[row] > 0 && gains[top[row] - 1] + shift <= worth[row] { top[row] -= 1 }
                let excess = (sums[top[row]] + Double(top[row]) * (shift - worth[row])) / leads
                let next = worth[row] + step * (excess - above)
                above = excess
                if next > worth[row] { worth[row] = next }
            }
        }
        return Table(now: worth, later: early, rowSize: rowSize)
    }

    /// S(r), what a lead more is worth while r are still lacking: from a penalty at the end down, S falls by what leads
    /// that come anyway bring in. Empty where far more welcome leads are expected than are lacking.
    func floor(_ lacking: Int, shift: Double, arrivals: Double, later: Double, penalty: Double) -> Table {
        let rowSize = (lacking + Self.rowsMax - 1) / Self.rowsMax
        let rows = (lacking + rowSize - 1) / max(rowSize, 1)
        var worth = [Double](repeating: penalty, count: rows)
        if gains.isEmpty || rows == 0 { return Table(now: worth, later: worth, rowSize: rowSize) }
        let leads = Double(gains.count)
        var welcome = gains.count
        while welcome > 0 && gains[welcome - 1] + shift <= 0 { welcome -= 1 }
        let sure = later * Double(welcome) / leads
        if Double(lacking) + 4 * sure.squareRoot() + 4 < sure { return Table(now: [], later: [], rowSize: 1) }
        var early = worth
        var top = [Int](repeating: gains.count, count: rows)
        let base = (sums[welcome] + Double(welcome) * shift) / leads
        Self.walk(arrivals / Double(rowSize), later / Double(rowSize), record: { early = worth }) { step in
            var below = base
            for row in 0..<rows {
                while top[row] > 0 && gains[top[row] - 1] + shift <= -worth[row] { top[row] -= 1 }
                let excess = (sums[top[row]] + Double(top[row]) * (shift + worth[row])) / leads
                worth[row] = max(0, worth[row] + step * (below - excess))
                below = excess
            }
        }
        for row in 0..<rows {
            // So few are still expected that none may be passed over, whatever the last weeks' gains say.
            let safe = Self.safeArrivals(for: (row + 1) * rowSize)
            if arrivals < safe { worth[row] = penalty }
            if later < safe { early[row] = penalty }
        }
        return Table(now: worth, later: early, rowSize: rowSize)
    }

    /// Expected arrivals of which so many will come almost surely: Poisson's mean less two and a half deviations.
    private static func safeArrivals(for needed: Int) -> Double {
        let needed = Double(needed)
        return needed + 2.5 * needed.squareRoot() + 2.5
    }

    /// Goes through the arrivals from the last to the first in steps of one, or of more where there are many, and
    /// records the tables when `later` of them are done.
    private static func walk(_ arrivals: Double, _ later: Double, record: () -> Void, _ advance: (Double) -> Void) {
        let size = max(1, arrivals / stepsMax)
        var done = 0.0
        var isRecorded = false
        while done < arrivals {
            if !isRecorded && done >= later {
                record()
                isRecorded = true
            }
            let step = min(size, (isRecorded ? arrivals : min(later, arrivals)) - done)
            done += step
            advance(step)
        }
        if !isRecorded { record() }
    }
}
