/// How deals close by what the lead is: a closing curve for each value, of which the best-telling slot's is followed.
///
/// How long a deal takes often hangs on what it is about: an order for next year is not lost because it is still open
/// in spring. A curve for all deals takes such a deal for lost, or for won, and teaches so. Each slot foretells, by the
/// curves of its values, what becomes of each lead in each age band; the slot that has foretold best is followed, if it
/// beats the program's own curve (prequential model choice: Dawid, "Statistical Theory: The Prequential Approach", JRSS
/// A 147, 1984). Counts of a value are shrunk towards the program's. Since logic version 8.
struct SegmentCurves: Sendable, Equatable {
    /// Of leads at risk, won, lost, by value and age band; the last lane is empty.
    private(set) var counts: [SIMD4<Double>] = []
    /// By slot: how much better than the program's curve it foretold, in log-likelihood that fades.
    private(set) var leads: [Double]

    init(slotCount: Int) { leads = Array(repeating: 0, count: slotCount) }

    /// Makes room for value ids below `values`.
    mutating func reserve(values: Int) {
        let missing = values * ClosingCurve.bandCount - counts.count
        if missing > 0 { counts += Array(repeating: SIMD4(repeating: 0), count: missing) }
    }

    mutating func addSlot() { leads.append(0) }

    /// The slot that is followed; nil for the program's own curve.
    func followed(_ settings: LateOutcomeSettings) -> Int? {
        var best: Int?
        var lead = settings.slotLead
        for slot in leads.indices where leads[slot] > lead {
            best = slot
            lead = leads[slot]
        }
        return best
    }

    /// A lead with these values has left a band: won there, lost there, or still open. The program's curve has not yet
    /// counted it.
    mutating func count(
        _ row: Span<Int32>, band: Int, won: Bool, lost: Bool, _ curve: ClosingCurve, memory: Double,
        _ settings: LateOutcomeSettings
    ) {
        let program = curve.hazards(band: band)
        let said = Self.chance(program, won: won, lost: lost)
        let keep = 1 - 1 / memory, keepLead = 1 - 1 / settings.slotMemory
        for slot in row.indices {
            let at = Int(row[slot]) * ClosingCurve.bandCount + band
            let own = Self.hazards(counts[at], program, settings.curveStrength)
            let gained = ElementaryFunctions.log(Self.chance(own, won: won, lost: lost) / said)
            leads[slot] = leads[slot] * keepLead + gained
            counts[at] = counts[at] * keep + SIMD4(1, won ? 1 : 0, lost ? 1 : 0, 0)
        }
    }

    /// By what the odds of a lead change when it is still open at the end of a band, in log-odds.
    func stillOpenRatio(
        _ row: Span<Int32>, band: Int, _ curve: ClosingCurve, firstGuess: Double, _ settings: LateOutcomeSettings
    ) -> Double {
        let usual = curve.stillOpenRatio(band: band)
        guard let slot = followed(settings) else { return usual }
        let start = Int(row[slot]) * ClosingCurve.bandCount
        var open = 1.0, won = 0.0, lost = 0.0, wonBy = 0.0, lostBy = 0.0
        var seen = SIMD4<Double>(repeating: 0), all = SIMD2<Double>(0, 0)
        var at = 0
        while at < curve.usedBands && open >= 0.002 {
            let own = Self.hazards(counts[start + at], curve.hazards(band: at), settings.curveStrength)
            won += open * own.won
            lost += open * own.lost
            open *= 1 - own.won - own.lost
            seen += counts[start + at]
            all += SIMD2(curve.wonIn[at], curve.lostIn[at])
            if at <= band {
                wonBy = won
                lostBy = lost
            }
            at += 1
        }
        let rare = all[0] < all[1] ? all[0] : all[1], trust = rare / (rare + 4), settled = won + lost
        let share = trust * (settled > 0 ? won / settled : 0.5) + (1 - trust) * firstGuess
        let allWon = won + open * share, allLost = lost + open * (1 - share)
        let ratio = ClosingCurve.ratio(
            winsLeft: allWon > 0 ? 1 - wonBy / allWon : 0, lossesLeft: allLost > 0 ? 1 - lostBy / allLost : 0)
        // A few ends of either kind say little about when the others come.
        let own = seen[1] < seen[2] ? seen[1] : seen[2], weight = own / (own + settings.ratioStrength)
        return weight * ratio + (1 - weight) * usual
    }

    @inline(__always)
    private static func hazards(
        _ counts: SIMD4<Double>, _ program: (won: Double, lost: Double), _ strength: Double
    ) -> (won: Double, lost: Double) {
        let n = counts[0] + strength
        return ((counts[1] + strength * program.won) / n, (counts[2] + strength * program.lost) / n)
    }

    @inline(__always)
    private static func chance(_ hazards: (won: Double, lost: Double), won: Bool, lost: Bool) -> Double {
        let chance = won ? hazards.won : lost ? hazards.lost : 1 - hazards.won - hazards.lost
        return chance > 0.0001 ? chance : 0.0001
    }
}

extension SegmentCurves {
    func write(to w: inout StateWriter) {
        w.put(UInt32(leads.count))
        for lead in leads { w.put(lead.bitPattern) }
        w.put(UInt32(counts.count))
        w.put(counts, except: SIMD4(repeating: 0)) { w, count in for lane in 0..<3 { w.put(count[lane].bitPattern) } }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        leads = []
        for _ in 0..<(try r.count()) { leads.append(try r.double()) }
        let count = Int(try r.get(UInt32.self))
        guard count <= 1 << 24 else { throw .invalid(at: r.at) }
        counts = Array(repeating: SIMD4(repeating: 0), count: count)
        try r.put(into: &counts) { (r) throws(StateBytesError) in
            let atRisk = try r.double(), won = try r.double()
            return SIMD4(atRisk, won, try r.double(), 0)
        }
    }
}
