/// How much each of five experts is believed: the program's rate, the partner's own rate, the crossed model (whose
/// groups have multipliers of their own), segments, and the match of profile and lead. Their log-odds are mixed, so
/// that contributions add up.
///
/// Beliefs fall with the log-loss of what an expert said at arrival, decayed (exponential weights; Vovk 1990, with the
/// memory of Herbster and Warmuth 1998). On noise the base rate wins, and the model claims nothing.
struct ExpertBlend: Sendable, Equatable {
    /// Experts in use; the other lanes stay empty.
    static let count = 5

    /// Of bias, partner, slots, crosses, pairs, one.
    var multipliers: SIMD8<Double>
    var multiplierVariances: SIMD8<Double>
    /// Decayed log-losses.
    var losses = SIMD8<Double>(repeating: 0)
    private(set) var weights: SIMD8<Double>
    /// The same beliefs for variances, under another prior.
    private(set) var spreads: SIMD8<Double>
    private let multiplierPriors: SIMD8<Double>
    /// By partner: decayed log-losses on its own leads, and what they do to the weights. Who is the exception that
    /// segments see and profiles do not is believed to be one.
    private(set) var partnerLosses: [SIMD8<Double>] = []
    private(set) var partnerBeliefs: [SIMD8<Double>] = []

    init(_ settings: WinModelSettings) {
        let m = settings.multiplierMean, v = settings.multiplierVariance
        multipliers = SIMD8(m, m, m, m, m, 0, 0, 0)
        multiplierPriors = SIMD8(v, v, v, v, v, settings.interceptVariance, 0, 0)
        multiplierVariances = multiplierPriors
        weights = settings.blendPrior
        spreads = settings.spreadPrior
        // As a snapshot does it, so that both have the same bits.
        refresh(settings)
    }

    /// Works out what is believed from the losses.
    mutating func refresh(_ settings: WinModelSettings) {
        let beliefs = Self.beliefs(losses, rate: settings.blendRate, tolerance: 0, settings)
        let b = settings.blendPrior * beliefs, c = settings.spreadPrior * beliefs
        weights = b / ((((b[0] + b[1]) + b[2]) + b[3]) + b[4])
        spreads = c / ((((c[0] + c[1]) + c[2]) + c[3]) + c[4])
    }

    /// Makes room for partners 0..<count.
    mutating func reserve(partners count: Int) {
        while partnerLosses.count < count {
            partnerLosses.append(SIMD8(repeating: 0))
            partnerBeliefs.append(SIMD8(repeating: 1))
        }
    }

    /// The weights for leads at one partner.
    @inline(__always)
    static func weights(_ weights: SIMD8<Double>, _ belief: SIMD8<Double>) -> SIMD8<Double> {
        let b = weights * belief
        return b / ((((b[0] + b[1]) + b[2]) + b[3]) + b[4])
    }

    /// The weights for leads at one partner; those for all where partners are not told apart.
    func weights(of partner: Int) -> SIMD8<Double> {
        partner < partnerBeliefs.count ? Self.weights(weights, partnerBeliefs[partner]) : weights
    }

    /// For snapshots.
    mutating func restore(_ partner: Int, losses: SIMD8<Double>, _ settings: WinModelSettings) {
        partnerLosses[partner] = losses
        believe(partner, settings)
    }

    /// Works out what is believed of each partner's own losses.
    mutating func refreshPartners(_ settings: WinModelSettings) {
        for partner in partnerLosses.indices { believe(partner, settings) }
    }

    private mutating func believe(_ partner: Int, _ settings: WinModelSettings) {
        partnerBeliefs[partner] = Self.beliefs(
            partnerLosses[partner], rate: settings.partnerBlendRate, tolerance: settings.partnerBlendTolerance,
            settings)
    }

    /// What losses do to weights: 1 for the best of the experts in use, less for the others, 0 for those not in use.
    /// Who lies behind by much less than `tolerance` is believed nearly as before, by much more as if it had been that
    /// much less.
    private static func beliefs(
        _ losses: SIMD8<Double>, rate: Double, tolerance: Double, _ settings: WinModelSettings
    ) -> SIMD8<Double> {
        var best = losses[0]
        for expert in 1..<count where settings.blendPrior[expert] > 0 && losses[expert] < best { best = losses[expert] }
        var beliefs = SIMD8<Double>(repeating: 0)
        for expert in 0..<count where settings.blendPrior[expert] > 0 {
            var ahead = best - losses[expert]
            if tolerance > 0 { ahead = -(ahead * ahead / (tolerance - ahead)) }
            beliefs[expert] = ElementaryFunctions.exp(rate * ahead)
        }
        return beliefs
    }

    private mutating func judge(_ partner: Int, _ said: SIMD8<Double>, _ settings: WinModelSettings) {
        guard settings.partnerBlendRate > 0, partner < partnerLosses.count else { return }
        partnerLosses[partner] = partnerLosses[partner] * (1 - 1 / settings.partnerBlendMemory) + said
        believe(partner, settings)
    }

    /// Judges the experts by what they said of a lead at its arrival, and steps the multipliers towards `y`.
    mutating func judge(_ x: WinPrediction, _ y: Double, partner: Int, _ settings: WinModelSettings) {
        let groups = SIMD8<Double>(x.bias, x.partner, x.slots, x.crosses, x.pairs, 1, 0, 0)
        let means = multipliers * groups, variances = multiplierVariances * groups * groups
        let z = (((((x.base + means[0]) + means[1]) + means[2]) + means[3]) + means[4]) + means[5]
        let variance = ((((variances[0] + variances[1]) + variances[2]) + variances[3]) + variances[4]) + variances[5]
        let p = ElementaryFunctions.logistic(z)
        let keep = 1 - 1 / settings.blendMemory
        var said = SIMD8<Double>(repeating: 0)
        said[0] = Self.logLoss(ElementaryFunctions.logistic(x.base), y)
        said[1] = Self.logLoss(ElementaryFunctions.logistic(x.base + x.rate), y)
        said[2] = Self.logLoss(p, y)
        if settings.blendPrior[3] > 0 { said[3] = Self.logLoss(ElementaryFunctions.logistic(x.base + x.segment), y) }
        if settings.blendPrior[4] > 0 { said[4] = Self.logLoss(ElementaryFunctions.logistic(x.base + x.match), y) }
        losses = losses * keep + said
        refresh(settings)
        judge(partner, said, settings)

        var curvature = p * (1 - p)
        if curvature < 0.001 { curvature = 0.001 }
        let gain = 1 / (1 + curvature * variance)
        let old = multiplierVariances
        multipliers = multipliers + old * groups * ((y - p) * gain)
        let new = old - old * old * groups * groups * (curvature * gain)
            + multiplierPriors * settings.multiplierForgetting
        multiplierVariances = new.replacing(with: multiplierPriors, where: new .> multiplierPriors)
    }

    private static func logLoss(_ p: Double, _ y: Double) -> Double {
        var q = p
        if q < 0.000001 { q = 0.000001 }
        if q > 0.999999 { q = 0.999999 }
        if y > 0.999 { return -ElementaryFunctions.log(q) }
        if y < 0.001 { return -ElementaryFunctions.log(1 - q) }
        return -(y * ElementaryFunctions.log(q) + (1 - y) * ElementaryFunctions.log(1 - q))
    }
}
