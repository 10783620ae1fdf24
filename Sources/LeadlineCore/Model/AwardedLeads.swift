/// A lead at a partner, whose outcome is awaited or still counts in the closing curve.
///
/// 96 bytes: a program may have a million of them.
struct AwardedLead: Sendable {
    enum Outcome: Int8, Sendable {
        case open = 0, won, lost
        /// It left the partner undecided: it says nothing about how deals end there.
        case ended
    }
    var day: Int32 = 0
    var partner: Int32 = 0
    /// Days from the award to its end; no more than fits, for nothing is asked beyond the horizon.
    var closingAge = Int16.max
    var outcome = Outcome.open
    /// What is true of it, as bits.
    var flags: UInt8 = 0
    var probability: Float = 0.5
    /// The gradient taught so far, to the crossed model and to the partner's rate, on the way to outcome - p.
    var taught = 0.0
    var taughtRate = 0.0
    /// What the experts said at the award: base, rate, bias, partner, slots, crosses, pairs, segment; match.
    var said = InlineArray<8, Float>(repeating: 0)
    var saidMatch: Float = 0
    /// The same of the crossed models that learn more slowly: what was taught so far, and what they said.
    var taughtSlower = InlineArray<2, Double>(repeating: 0)
    var saidSlower = SIMD2<Float>(0, 0)

    var isClosed: Bool { outcome != .open }
    /// Its end, or the horizon, is in the closing curve.
    var isInCurve: Bool {
        get { flags & 1 != 0 }
        set { flags = newValue ? flags | 1 : flags & ~1 }
    }
    /// What was said of it was said once the closing curve was known.
    var isJudgeable: Bool { flags & 2 != 0 }

    /// The prediction as far as it is remembered.
    var prediction: WinPrediction {
        var x = WinPrediction()
        x.base = Double(said[0])
        x.rate = Double(said[1])
        x.bias = Double(said[2])
        x.partner = Double(said[3])
        x.slots = Double(said[4])
        x.crosses = Double(said[5])
        x.pairs = Double(said[6])
        x.segment = Double(said[7])
        x.match = Double(saidMatch)
        x.slower = SIMD2(Double(saidSlower[0]), Double(saidSlower[1]))
        x.probability = Double(probability)
        x.isJudgeable = isJudgeable
        return x
    }

    mutating func remember(_ x: WinPrediction) {
        said = [
            Float(x.base), Float(x.rate), Float(x.bias), Float(x.partner), Float(x.slots), Float(x.crosses),
            Float(x.pairs), Float(x.segment),
        ]
        saidMatch = Float(x.match)
        saidSlower = SIMD2(Float(x.slower[0]), Float(x.slower[1]))
        probability = Float(x.probability)
        if x.isJudgeable { flags |= 2 }
    }
}

/// Awarded leads in the order of their award, numbered from 0, with their rows: a ring that grows with what is awaited.
struct AwardedLeads: Sendable {
    private(set) var slotCount: Int
    private(set) var leads: [AwardedLead] = []
    private(set) var rows: [Int32] = []
    private var mask = -1
    var first = 0
    private(set) var next = 0

    init(slotCount: Int) { self.slotCount = slotCount }

    func contains(_ number: Int) -> Bool { number >= first && number < next }

    subscript(number: Int) -> AwardedLead {
        @inline(__always) get { leads[number & mask] }
        @inline(__always) _modify { yield &leads[number & mask] }
    }

    /// The row of an award, copied out.
    func row(_ number: Int) -> [Int32] {
        let start = (number & mask) * slotCount
        return Array(rows[start..<start + slotCount])
    }

    mutating func append(_ lead: AwardedLead, row: Span<Int32>) -> Int {
        if next - first > mask { grow() }
        leads[next & mask] = lead
        let start = (next & mask) * slotCount
        for k in 0..<slotCount { rows[start + k] = row[k] }
        next += 1
        return next - 1
    }

    /// Starts numbering at `number`, with room for nothing; for snapshots.
    mutating func restart(at number: Int) {
        first = number
        next = number
    }

    /// Leads have one value more from here on; of those that are there it is `value`.
    mutating func addSlot(_ value: Int32) {
        let old = rows, width = slotCount
        slotCount += 1
        rows = []
        rows.reserveCapacity(leads.count * slotCount)
        for index in leads.indices {
            rows += old[index * width..<(index + 1) * width]
            rows.append(value)
        }
    }

    private mutating func grow() {
        let size = max(16, (mask + 1) * 2)
        var newLeads = [AwardedLead](repeating: AwardedLead(), count: size)
        var newRows = [Int32](repeating: 0, count: size * slotCount)
        for number in first..<next {
            let (from, to) = (number & mask, number & (size - 1))
            newLeads[to] = leads[from]
            for k in 0..<slotCount { newRows[to * slotCount + k] = rows[from * slotCount + k] }
        }
        leads = newLeads
        rows = newRows
        mask = size - 1
    }
}
