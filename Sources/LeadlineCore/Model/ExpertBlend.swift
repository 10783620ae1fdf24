/// How much each of five experts is believed: the program's rate, the partner's own rate, the crossed model (whose
/// groups have multipliers of their own), segments, and the match of profile and lead. Their log-odds are mixed, so that contributions add up.
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
        var best = losses[0]
        for expert in 1..<Self.count where settings.blendPrior[expert] > 0 && losses[expert] < best { best = losses[expert] }
        let r = settings.blendRate
        var beliefs = SIMD8<Double>(repeating: 0)
        for expert in 0..<Self.count { beliefs[expert] = ElementaryFunctions.exp(r * (best - losses[expert])) }
        let b = settings.blendPrior * beliefs, c = settings.spreadPrior * beliefs
        weights = b / ((((b[0] + b[1]) + b[2]) + b[3]) + b[4])
        spreads = c / ((((c[0] + c[1]) + c[2]) + c[3]) + c[4])
    }

    /// Judges the experts by what they said of a lead at its arrival, and steps the multipliers towards `y`.
    mutating func judge(_ x: WinPrediction, _ y: Double, _ settings: WinModelSettings) {
        let groups = SIMD8<Double>(x.bias, x.partner, x.slots, x.crosses, x.pairs, 1, 0, 0)
        let means = multipliers * groups, variances = multiplierVariances * groups * groups
        let z = (((((x.base + means[0]) + means[1]) + means[2]) + means[3]) + means[4]) + means[5]
        let variance = ((((variances[0] + variances[1]) + variances[2]) + variances[3]) + variances[4]) + variances[5]
        let p = ElementaryFunctions.logistic(z)
        let keep = 1 - 1 / settings.blendMemory
        losses[0] = losses[0] * keep + Self.logLoss(ElementaryFunctions.logistic(x.base), y)
        losses[1] = losses[1] * keep + Self.logLoss(ElementaryFunctions.logistic(x.base + x.rate), y)
        losses[2] = losses[2] * keep + Self.logLoss(p, y)
        if settings.blendPrior[3] > 0 {
            losses[3] = losses[3] * keep + Self.logLoss(ElementaryFunctions.logistic(x.base + x.segment), y)
        }
        if settings.blendPrior[4] > 0 {
            losses[4] = losses[4] * keep + Self.logLoss(ElementaryFunctions.logistic(x.base + x.match), y)
        }
        refresh(settings)

        var curvature = p * (1 - p)
        if curvature < 0.001 { curvature = 0.001 }
        let gain = 1 / (1 + curvature * variance)
        let old = multiplierVariances
        multipliers = multipliers + old * groups * ((y - p) * gain)
        let new = old - old * old * groups * groups * (curvature * gain) + multiplierPriors * settings.multiplierForgetting
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
