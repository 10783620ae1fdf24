/// How deals close over time: of all that were ever going to be won or lost, how many are so by which age, and what
/// share is won in the end. An open deal is not a loss: it counts for the ages that it has survived.
///
/// Cumulative incidence of two competing ends by age (Aalen and Johansen, 1978), from counts that fade with new leads.
/// From won by 14 days and lost by 90 alone one would learn wins first and expect too many.
struct ClosingCurve: Sendable, Equatable {
    /// Ends of the age bands, in days; the last is the horizon.
    static let ageEdges: [Int32] = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384]
    static let bandCount = ageEdges.count - 1
    /// A band's counts where there is nothing left to say.
    private static let openLeast = 0.002

    var atRisk = [Double](repeating: 0, count: bandCount)
    var wonIn = [Double](repeating: 0, count: bandCount)
    var lostIn = [Double](repeating: 0, count: bandCount)
    var usedBands = 1
    /// Won and lost among outcomes from beyond the last band; counted since logic version 8.
    var wonBeyond = 0.0
    var lostBeyond = 0.0

    // What follows from them.
    /// Share of the eventual wins, and of the losses, that are in by a band's end.
    private(set) var wonBy = [Double](repeating: 1, count: bandCount)
    private(set) var lostBy = [Double](repeating: 1, count: bandCount)
    /// Age by which most of the outcomes are in; 0 where they come at once.
    private(set) var matureAge: Int32 = 0
    /// True once enough losses were seen to say how deals end.
    private(set) var isKnown = false
    private(set) var baseRate = 0.5
    private(set) var baseLogOdds = 0.0
    private(set) var baseVariance = 4.0
    /// How long a lead stays open on average, as far as ages have been seen.
    private(set) var meanOpenDays = 0.0
    /// Share of the leads that are won or lost within the ages seen.
    private(set) var settledShare = 0.0

    /// A lead has left a band: won there, lost there, or still open.
    mutating func count(band: Int, won: Bool, lost: Bool, memory: Double) {
        let keep = 1 - 1 / memory
        atRisk[band] = atRisk[band] * keep + 1
        wonIn[band] = wonIn[band] * keep + (won ? 1 : 0)
        lostIn[band] = lostIn[band] * keep + (lost ? 1 : 0)
        if band + 1 > usedBands { usedBands = band + 1 }
    }

    /// The outcome of a lead that had left the last band open.
    mutating func countBeyond(won: Bool, memory: Double) {
        let keep = 1 - 1 / memory
        wonBeyond = wonBeyond * keep + (won ? 1 : 0)
        lostBeyond = lostBeyond * keep + (won ? 0 : 1)
    }

    /// Works the counts into shares and rates.
    mutating func refresh(_ settings: WinModelSettings) {
        var open = 1.0, won = 0.0, lost = 0.0, wonSeen = 0.0, lostSeen = 0.0, resolved = 0.0
        var bands = 0, openDays = 0.0
        while bands < usedBands && open >= Self.openLeast {
            let n = atRisk[bands] + 1
            let winning = wonIn[bands] / n, losing = lostIn[bands] / n
            won = won + open * winning
            lost = lost + open * losing
            let before = open
            open = open * (1 - winning - losing)
            openDays += (before + open) / 2 * Double(Self.ageEdges[bands + 1] - Self.ageEdges[bands])
            wonSeen = wonSeen + wonIn[bands]
            lostSeen = lostSeen + lostIn[bands]
            resolved = resolved + (wonIn[bands] + lostIn[bands])
            wonBy[bands] = won
            lostBy[bands] = lost
            bands += 1
        }
        // Those still open at every age seen so far: a first guess, until losses have been seen.
        let settled = won + lost
        // What came first is not the rate, whichever it was: since version 8 both ends have to have been seen.
        let seen = settings.late == nil || lostSeen < wonSeen ? lostSeen : wonSeen
        let trust = seen / (seen + 4)
        var share = trust * (settled > 0 ? won / settled : 0.5) + (1 - trust) * settings.firstGuess
        let beyond = wonBeyond + lostBeyond
        if let late = settings.late, beyond > 0 {
            share = (wonBeyond + late.beyondStrength * share) / (beyond + late.beyondStrength)
            resolved = resolved + beyond
        }
        let allWon = won + open * share, allLost = lost + open * (1 - share)
        findMaturity(bands, settled, settings.maturity)
        for band in 0..<bands {
            wonBy[band] = allWon > 0 ? wonBy[band] / allWon : 1
            lostBy[band] = allLost > 0 ? lostBy[band] / allLost : 1
        }
        for band in bands..<Self.bandCount {
            wonBy[band] = 1
            lostBy[band] = 1
        }
        isKnown = trust > 0.7 || beyond > 10
        meanOpenDays = openDays
        settledShare = settled
        setBase(allWon, resolved, settings)
    }

    private mutating func findMaturity(_ bands: Int, _ settled: Double, _ maturity: Double) {
        matureAge = 0
        for band in 0..<bands where wonBy[band] + lostBy[band] >= maturity * settled {
            matureAge = band == 0 ? 0 : Self.ageEdges[band + 1]
            return
        }
    }

    private mutating func setBase(_ allWon: Double, _ resolved: Double, _ settings: WinModelSettings) {
        let n = atRisk[0]
        baseRate = (allWon * n + settings.priorStrength * settings.priorRate) / (n + settings.priorStrength)
        if baseRate < 0.001 { baseRate = 0.001 }
        if baseRate > 0.999 { baseRate = 0.999 }
        baseLogOdds = ElementaryFunctions.log(baseRate / (1 - baseRate))
        baseVariance = 1 / ((resolved + 1) * baseRate * (1 - baseRate))
    }

    /// What a deal with chance `p` at its arrival is worth when it is still open at the end of a band: the chance of a
    /// win given that neither end has come.
    @inline(__always)
    func worthWhileOpen(_ p: Double, band: Int) -> Double {
        let winsLeft = 1 - wonBy[band], lossesLeft = 1 - lostBy[band]
        let left = p * winsLeft + (1 - p) * lossesLeft
        return left > 0 ? p * winsLeft / left : p
    }

    /// By what the odds of a deal change when it is still open at the end of a band, in log-odds; bounded.
    func stillOpenRatio(band: Int) -> Double {
        Self.ratio(winsLeft: 1 - wonBy[band], lossesLeft: 1 - lostBy[band])
    }

    /// The same from what is left of each kind of end.
    static func ratio(winsLeft: Double, lossesLeft: Double) -> Double {
        let wins = winsLeft > 0.001 ? winsLeft : 0.001, losses = lossesLeft > 0.001 ? lossesLeft : 0.001
        return ElementaryFunctions.log(wins / losses)
    }

    /// Hazards of a band: the share of the leads at risk that is won in it, and that is lost.
    @inline(__always)
    func hazards(band: Int) -> (won: Double, lost: Double) {
        let n = atRisk[band] + 1
        return (wonIn[band] / n, lostIn[band] / n)
    }

    /// The band that ends at the mature age.
    var matureBand: Int {
        var band = 0
        while band + 2 < Self.ageEdges.count && Self.ageEdges[band + 1] < matureAge { band += 1 }
        return band
    }
}
