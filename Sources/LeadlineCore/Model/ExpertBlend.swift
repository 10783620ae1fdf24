/// How much each expert is believed: the program's rate, the partner's own rate, the crossed model (whose groups have
/// multipliers of their own), segments, the match of profile and lead, and since logic version 8 crossed models that
/// learn more slowly. Their log-odds are mixed, so that contributions add up.
///
/// Beliefs fall with the log-loss of what an expert said at arrival, decayed (exponential weights; Vovk 1990, with the
/// memory of Herbster and Warmuth 1998). On noise the base rate wins, and the model claims nothing.
struct ExpertBlend: Sendable, Equatable {
    /// Experts that every logic version knows, and the most there are; the other lanes stay empty.
    static let firstCount = 5
    static let most = 7
    /// In the order of their lanes.
    static let names = [
        "program-rate", "partner-rate", "crossed-model", "segments", "match-model", "slow-model", "slowest-model",
    ]
    /// Experts in use.
    let count: Int

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
    /// Won, and won or lost, among outcomes as they become known; fades. Counted since logic version 8.
    var closings = SIMD2<Double>(1, 4)

    init(_ settings: WinModelSettings) {
        count = Self.firstCount + settings.slowerShares.count
        let m = settings.multiplierMean, v = settings.multiplierVariance
        multipliers = SIMD8(m, m, m, m, m, 0, 0, 0)
        multiplierPriors = SIMD8(v, v, v, v, v, settings.interceptVariance, 0, 0)
        multiplierVariances = multiplierPriors
        weights = settings.blendPrior
        spreads = settings.spreadPrior
        // As a snapshot does it, so that both have the same bits.
        refresh(settings)
    }

    /// Goes on from what other settings believed; models that learn more slowly have done as the crossed model did.
    init(_ settings: WinModelSettings, from before: ExpertBlend, rate: Double) {
        self.init(settings)
        closings = SIMD2(20 * rate, 20)
        losses = before.losses
        reserve(partners: before.partnerLosses.count)
        for expert in Self.firstCount..<count { losses[expert] = losses[2] }
        for partner in before.partnerLosses.indices {
            partnerLosses[partner] = before.partnerLosses[partner]
            for expert in Self.firstCount..<count { partnerLosses[partner][expert] = partnerLosses[partner][2] }
        }
        refresh(settings)
        refreshPartners(settings)
    }

    /// Works out what is believed from the losses.
    mutating func refresh(_ settings: WinModelSettings) {
        let beliefs = Self.beliefs(losses, rate: settings.blendRate, tolerance: 0, settings)
        let b = settings.blendPrior * beliefs, c = settings.spreadPrior * beliefs
        weights = b / Self.sum(b)
        spreads = c / Self.sum(c)
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
        return b / sum(b)
    }

    /// In a fixed order; lanes of experts that are not in use are 0 and change nothing.
    @inline(__always)
    private static func sum(_ b: SIMD8<Double>) -> Double {
        (((((b[0] + b[1]) + b[2]) + b[3]) + b[4]) + b[5]) + b[6]
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

    /// Two partners are one: what was lost at both.
    mutating func merge(_ from: Int, _ into: Int, _ settings: WinModelSettings) {
        guard max(from, into) < partnerLosses.count else { return }
        partnerLosses[into] += partnerLosses[from]
        partnerLosses[from] = SIMD8(repeating: 0)
        believe(from, settings)
        believe(into, settings)
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
        for expert in 1..<most where settings.blendPrior[expert] > 0 && losses[expert] < best { best = losses[expert] }
        var beliefs = SIMD8<Double>(repeating: 0)
        for expert in 0..<most where settings.blendPrior[expert] > 0 {
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
        said[2] = Self.logLoss(p, y)
        Self.judge(x, base: x.base, y, count: count, settings, into: &said)
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

    /// Judges the experts when an outcome becomes known, long before all of its time are.
    ///
    /// What closes now is no fair sample while wins take longer than losses, or shorter: but if that is all in which it
    /// differs, the odds of all of it are off by one factor, so the experts are judged as if the program's rate were
    /// the share won among what closes (prior shift: Saerens, Latinne and Decaestecker, "Adjusting the Outputs of a
    /// Classifier to New a Priori Probabilities", Neural Computation 14, 2002). It says nothing of the rate itself.
    mutating func judgeAtClosing(_ x: WinPrediction, won: Bool, _ settings: WinModelSettings) {
        guard let late = settings.late else { return }
        let y = won ? 1.0 : 0.0
        let base = ElementaryFunctions.log(closings[0] / (closings[1] - closings[0]))
        let crossed = (((x.bias + x.partner) + x.slots) + x.crosses) + x.pairs
        var said = SIMD8<Double>(repeating: 0)
        said[2] = Self.logLoss(ElementaryFunctions.logistic(base + crossed), y)
        Self.judge(x, base: base, y, count: count, settings, into: &said)
        losses = losses * (1 - 1 / settings.blendMemory) + said
        refresh(settings)
        if closings[1] > late.closingMemory { closings *= 1 - 1 / late.closingMemory }
        closings += SIMD2(y, 1)
    }

    /// The losses of all experts but the crossed model.
    private static func judge(
        _ x: WinPrediction, base: Double, _ y: Double, count: Int, _ settings: WinModelSettings,
        into said: inout SIMD8<Double>
    ) {
        said[0] = logLoss(ElementaryFunctions.logistic(base), y)
        said[1] = logLoss(ElementaryFunctions.logistic(base + x.rate), y)
        if settings.blendPrior[3] > 0 { said[3] = logLoss(ElementaryFunctions.logistic(base + x.segment), y) }
        if settings.blendPrior[4] > 0 { said[4] = logLoss(ElementaryFunctions.logistic(base + x.match), y) }
        for expert in firstCount..<count {
            said[expert] = logLoss(ElementaryFunctions.logistic(base + x.slower[expert - firstCount]), y)
        }
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
