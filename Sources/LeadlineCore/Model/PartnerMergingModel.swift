// Two partners become one: what the model learned of both. Since logic version 7.

extension WinModel {
    /// What both say of a partner, each as sure as it was; the one that ends is unknown from here on.
    mutating func merge(_ from: Int, _ into: Int) {
        note(.merged, of: from, day: day, partner: into, Span())
        weights.merge(from, into, settings)
        for k in slower.indices { slower[k].weights.merge(from, into, slower[k].settings) }
        match.merge(from, into)
        blend.merge(from, into, settings)
    }

    /// Leads whose outcome is awaited are awaited at the other.
    mutating func moveAwards(_ from: Int, _ into: Int) {
        for number in awards.first..<awards.next where awards[number].partner == Int32(clamping: from) {
            awards[number].partner = Int32(clamping: into)
        }
    }
}

extension WinWeights {
    fileprivate mutating func merge(_ from: Int, _ into: Int, _ settings: WinModelSettings) {
        guard max(from, into) < partners.count else { return }
        Self.merge(&partners, from, into, prior: settings.partnerVariance)
        Self.merge(&rates, from, into, prior: settings.rateVariance)
        partnerTallies[into] &+= partnerTallies[from]
        partnerTallies[from] = SIMD2(0, 0)
        for value in 0..<valueCapacity {
            let start = value * stride
            Self.merge(&crosses, start + from, start + into, prior: crossPrior)
            if crossTallies.isEmpty { continue }
            crossTallies[start + into] &+= crossTallies[start + from]
            crossTallies[start + from] = SIMD2(0, 0)
        }
    }

    /// Two Gaussians that were learned from the same prior around zero, each from outcomes of its own: precisions add
    /// up, and the prior counts once.
    private static func merge(_ cells: inout [WeightCell], _ from: Int, _ into: Int, prior: Double) {
        let (a, b) = (cells[into], cells[from])
        cells[from] = WeightCell(0, prior)
        if b == WeightCell(0, prior) { return }
        if a == WeightCell(0, prior) {
            cells[into] = b
            return
        }
        let variance = 1 / ((1 / a.y + 1 / b.y) - 1 / prior)
        guard variance > 0, variance <= prior else { return }
        cells[into] = WeightCell(variance * (a.x / a.y + b.x / b.y), variance)
    }
}

extension MatchModel {
    /// A partner's deviations hang together, so that two of them do not add up: those of the one that remains stand,
    /// unless nothing was learned of it.
    fileprivate mutating func merge(_ from: Int, _ into: Int) {
        guard max(from, into) < lastDay.count, lastDay[from] != Int32.min else { return }
        let isNew = lastDay[into] == Int32.min, block = ownCount * ownCount
        for k in 0..<ownCount {
            if isNew { own[into * ownCount + k] = own[from * ownCount + k] }
            own[from * ownCount + k] = 0
        }
        for k in 0..<block {
            if isNew { ownCovariance[into * block + k] = ownCovariance[from * block + k] }
            let isOfOne = k / ownCount == k % ownCount
            ownCovariance[from * block + k] = isOfOne ? ownPrior[k / ownCount] : 0
        }
        if isNew { lastDay[into] = lastDay[from] }
        lastDay[from] = Int32.min
    }
}
