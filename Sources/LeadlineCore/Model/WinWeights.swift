/// The crossed model's weights: Gaussian, each with a mean and a variance, learned by one closed-form step an outcome
/// (assumed-density filtering with a diagonal covariance; as in Chapelle and Li 2011, with the probit approximation of
/// MacKay 1992).
///
/// Cells of partners lie side by side under each value, so that one lead is scored against all partners by running
/// along a few rows. Id 0 is "no value that was ever learned": it stays at the prior.
struct WinWeights: Sendable {
    private(set) var slotCount: Int
    /// False for a model that learns beside another, which counts the deals for both.
    private let countsDeals: Bool
    let pairSlots: [SIMD2<Int32>]
    let slotPrior: Double
    let crossPrior: Double
    let pairPrior: Double
    /// A power of two.
    let pairCount: Int

    var bias: WeightCell
    var partners: [WeightCell] = []
    /// Each partner's own rate, against the program's: a model of one weight.
    var rates: [WeightCell] = []
    var partnerTallies: [SIMD2<UInt32>] = []
    var slots: [WeightCell] = []
    /// By value, then partner.
    var crosses: [WeightCell] = []
    var crossTallies: [SIMD2<UInt32>] = []
    /// Slot x slot, hashed; empty until something is learned.
    var pairs: [WeightCell] = []
    private(set) var stride = 0
    private(set) var valueCapacity = 0

    /// What does not depend on the partner.
    struct LeadSums: Sendable {
        var slots = WeightCell(0, 0)
        var pairs = WeightCell(0, 0)
    }

    init(slotCount: Int, _ settings: WinModelSettings, countsDeals: Bool = true) {
        self.slotCount = slotCount
        self.countsDeals = countsDeals
        let paired = min(slotCount, settings.pairedSlotsMax)
        var list: [SIMD2<Int32>] = []
        for a in 0..<max(paired - 1, 0) { for b in (a + 1)..<paired { list.append(SIMD2(Int32(a), Int32(b))) } }
        pairSlots = list
        let sharers = settings.budgetedSlots == 0 ? slotCount : settings.budgetedSlots
        slotPrior = settings.slotBudget / Double(max(sharers, 1))
        crossPrior = settings.crossBudget / Double(max(sharers, 1))
        pairPrior = settings.pairBudget / Double(max(list.count, 1))
        pairCount = 1 << settings.pairBits
        bias = WeightCell(0, settings.biasVariance)
        growValues(to: 1, stride: 0)
    }

    /// Leads have one value more from here on.
    mutating func addSlot() { slotCount += 1 }

    /// Makes room for partners and values.
    mutating func reserve(partners count: Int, values: Int, _ settings: WinModelSettings) {
        while partners.count < count {
            partners.append(WeightCell(0, settings.partnerVariance))
            rates.append(WeightCell(0, settings.rateVariance))
            partnerTallies.append(SIMD2(0, 0))
        }
        if count <= stride && values <= valueCapacity { return }
        var newStride = max(stride, 8)
        while newStride < count { newStride *= 2 }
        growValues(to: values, stride: newStride)
    }

    private mutating func growValues(to values: Int, stride newStride: Int) {
        var capacity = max(valueCapacity, 32)
        while capacity < values { capacity *= 2 }
        var cells = [WeightCell](repeating: WeightCell(0, crossPrior), count: newStride * capacity)
        var tallies = [SIMD2<UInt32>](repeating: SIMD2(0, 0), count: countsDeals ? newStride * capacity : 0)
        for value in 0..<valueCapacity {
            for partner in 0..<stride {
                cells[value * newStride + partner] = crosses[value * stride + partner]
                if countsDeals {
                    tallies[value * newStride + partner] = crossTallies[value * stride + partner]
                }
            }
        }
        crosses = cells
        crossTallies = tallies
        while slots.count < capacity { slots.append(WeightCell(0, slotPrior)) }
        stride = newStride
        valueCapacity = capacity
    }

    // MARK: Sums

    @inline(__always)
    static func pairCell(_ a: Int32, _ b: Int32, _ count: Int) -> Int {
        let x = (UInt64(UInt32(bitPattern: a)) &* 0x9e37_79b9_7f4a_7c15)
            ^ (UInt64(UInt32(bitPattern: b)) &* 0xc2b2_ae3d_27d4_eb4f)
        return Int(truncatingIfNeeded: (x ^ (x >> 29)) >> 17) & (count - 1)
    }

    @inline(__always)
    func leadSums(_ row: Span<Int32>) -> LeadSums {
        var sums = LeadSums()
        let cells = slots.span
        for k in 0..<slotCount { sums.slots += cells[Int(row[k])] }
        if pairs.isEmpty {
            // One by one, as if they were there: the product has other bits, and who comes from a snapshot would too.
            for _ in pairSlots.indices { sums.pairs.y += pairPrior }
            return sums
        }
        let pairs = pairs.span
        let list = pairSlots.span
        for index in list.indices {
            sums.pairs += pairs[Self.pairCell(row[Int(list[index].x)], row[Int(list[index].y)], pairs.count)]
        }
        return sums
    }

    @inline(__always)
    func crossSum(_ partner: Int, _ row: Span<Int32>) -> WeightCell {
        var sum = WeightCell(0, 0)
        let cells = crosses.span
        for k in 0..<slotCount { sum += cells[Int(row[k]) * stride + partner] }
        return sum
    }

    /// What two values together say.
    func pair(_ a: Int32, _ b: Int32) -> WeightCell {
        pairs.isEmpty ? WeightCell(0, pairPrior) : pairs[Self.pairCell(a, b, pairCount)]
    }

    /// All of a lead at a partner.
    @inline(__always)
    func sum(_ partner: Int, _ row: Span<Int32>) -> WeightCell {
        let sums = leadSums(row)
        return (((bias + partners[partner]) + sums.slots) + crossSum(partner, row)) + sums.pairs
    }

    // MARK: Learning

    /// Moves every weight of a row: means by their variance times `gradient`, variances down by `shrink`.
    /// - Parameter isFinal: false for what an open lead teaches, which is no information and leaves variances alone.
    mutating func move(
        partner: Int, _ row: Span<Int32>, _ gradient: Double, _ shrink: Double, isFinal: Bool,
        _ settings: WinModelSettings
    ) {
        let on = isFinal ? 1.0 : 0.0
        Self.move(&bias, gradient, shrink, forgetting: on * settings.biasForgetting, prior: settings.biasVariance)
        Self.move(
            &partners[partner], gradient, shrink, forgetting: on * settings.partnerForgetting,
            prior: settings.partnerVariance)
        let slotForgetting = on * settings.slotForgetting * slotPrior
        let crossForgetting = on * settings.crossForgetting * crossPrior
        let pairForgetting = on * settings.pairForgetting * pairPrior
        // Subscripts, not mutable spans: with one, optimised code of Swift 6.3.1 wrote through the storage that a copy
        // of the weights shares (`HistoryTests.aCopyStaysAsItWas`).
        for k in row.indices {
            Self.step(&slots[Int(row[k])], gradient, shrink, regained: slotForgetting, prior: slotPrior)
        }
        for k in row.indices {
            let at = Int(row[k]) * stride + partner
            Self.step(&crosses[at], gradient, shrink, regained: crossForgetting, prior: crossPrior)
        }
        if pairs.isEmpty { makePairs() }
        for slots in pairSlots {
            let at = Self.pairCell(row[Int(slots.x)], row[Int(slots.y)], pairCount)
            Self.step(&pairs[at], gradient, shrink, regained: pairForgetting, prior: pairPrior)
        }
    }

    /// Means as another model has them, with a share of its variances; both have room for the same. Only a share that
    /// is a power of two leaves cells that never learned exactly at their prior.
    mutating func take(from other: WinWeights, share: Double) {
        let shares = WeightCell(1, share)
        bias = other.bias * shares
        for k in other.partners.indices { partners[k] = other.partners[k] * shares }
        for k in other.slots.indices { slots[k] = other.slots[k] * shares }
        for k in other.crosses.indices { crosses[k] = other.crosses[k] * shares }
        pairs = other.pairs.map { $0 * shares }
    }

    mutating func makePairs() { pairs = Array(repeating: WeightCell(0, pairPrior), count: pairCount) }

    mutating func moveRate(
        _ partner: Int, _ gradient: Double, _ shrink: Double, isFinal: Bool, _ settings: WinModelSettings
    ) {
        Self.move(
            &rates[partner], gradient, shrink, forgetting: isFinal ? settings.rateForgetting : 0,
            prior: settings.rateVariance)
    }

    mutating func count(partner: Int, _ row: Span<Int32>, won: Bool) {
        let tally = SIMD2<UInt32>(1, won ? 1 : 0)
        partnerTallies[partner] &+= tally
        for k in row.indices { crossTallies[Int(row[k]) * stride + partner] &+= tally }
    }

    private static func move(
        _ cell: inout WeightCell, _ gradient: Double, _ shrink: Double, forgetting: Double, prior: Double
    ) {
        step(&cell, gradient, shrink, regained: forgetting * prior, prior: prior)
    }

    /// One Gaussian step: mean by variance x gradient, variance down by the curvature, and a little back up.
    @inline(__always)
    private static func step(
        _ cell: inout WeightCell, _ gradient: Double, _ shrink: Double, regained: Double, prior: Double
    ) {
        let v = cell.y
        var variance = v - v * v * shrink + regained
        if variance > prior { variance = prior }
        cell = WeightCell(cell.x + v * gradient, variance)
    }
}
