/// Every constant of the conversion model. One setting serves all programs; a change to it is a new logic version.
///
/// Chosen by progressive log-loss on real and made-up histories of won and lost deals (prompt and late outcomes, drift,
/// noise, few and many partners).
public struct WinModelSettings: Sendable, Equatable {
    /// Prior variance of a single weight.
    public var biasVariance = 0.05
    public var partnerVariance = 0.1
    /// Prior variance of a whole group in one row, shared evenly among its weights: more slots, no looser model.
    public var slotBudget = 0.4
    public var crossBudget = 0.35
    public var pairBudget = 0.6
    /// Share of its prior variance that a weight wins back each time it learns, so that it can follow drift.
    public var biasForgetting = 0.0
    public var partnerForgetting = 0.002
    public var slotForgetting = 0.0002
    public var crossForgetting = 0.00005
    public var pairForgetting = 0.00005
    /// The partner's own rate, apart from the crossed model.
    public var rateVariance = 0.1
    public var rateForgetting = 0.002
    /// Memory of the closing curve, in leads.
    public var curveMemory = 1_000.0
    /// Win rate before anything is learned, how many deals it weighs, and what is presumed of leads older than any age
    /// at which losses have been seen.
    public var priorRate = 0.5
    public var priorStrength = 2.0
    public var firstGuess = 0.2
    /// Prior weights of base rate, partner's rate, crossed model, segments and match model; memory in leads; rate of
    /// belief.
    public var blendPrior = SIMD8<Double>(0.375, 0.375, 0.25, 0, 0, 0, 0, 0)
    /// The same for the variance: without evidence slow to believe the crossed model, and slow to rule it out.
    public var spreadPrior = SIMD8<Double>(0.05, 0.05, 0.9, 0, 0, 0, 0, 0)
    public var blendMemory = 1_000.0
    public var blendRate = 0.3
    /// Memory, in leads, and rate of belief for one partner by itself; a rate of 0 believes the same of all.
    public var partnerBlendMemory = 100.0
    public var partnerBlendRate = 0.0
    /// Log-loss by which an expert may lie behind at one partner and still be there by bad luck alone.
    public var partnerBlendTolerance = 0.0
    /// Multipliers of the crossed model's groups.
    public var multiplierMean = 0.7
    public var multiplierVariance = 0.02
    public var interceptVariance = 0.0005
    public var multiplierForgetting = 0.0005
    /// Share of the eventual outcomes that must be in before a cohort judges the experts.
    public var maturity = 0.8
    /// Slots among which the budgets are shared; those beyond have the same share besides, so that a slot that comes
    /// later changes no prior. 0 is all.
    public var budgetedSlots = 0
    /// Most slots that are crossed with one another.
    public var pairedSlotsMax = 16
    /// Cells for pairs of values, as a power of two; pairs that share a cell share what they learn.
    public var pairBits = 16
    /// Crossed models that learn more slowly beside the first: the share of its prior variance that each has; at most
    /// two, and none before logic version 8.
    public var slowerShares: [Double] = []
    /// How outcomes are learned that come late; nil as it was before logic version 8.
    public var late: LateOutcomeSettings?
    public init() {}

    /// For histories that have no profiles, such as files of past deals: as programs of a logic version learn.
    ///
    /// Up to version 7 these are the settings of `init`.
    public static func ofHistory(logic version: UInt32) -> WinModelSettings {
        var settings = WinModelSettings()
        if version < 8 { return settings }
        settings.mixSpeeds()
        settings.firstGuess = 0.25
        settings.priorRate = 0.25
        settings.blendPrior = historyPrior
        settings.spreadPrior = SIMD8(0.05, 0.05, 0.3, 0, 0, 0.3, 0.3, 0)
        return settings
    }

    /// How far each way to predict is believed at first where there are no profiles.
    private static let historyPrior = SIMD8<Double>(0.3, 0.3, 0.1, 0, 0, 0.15, 0.15, 0)

    /// What logic version 8 learns by: a mixture of speeds, each taken whole, and outcomes that come late.
    private mutating func mixSpeeds() {
        slowerShares = [0.25, 0.0625]
        late = LateOutcomeSettings()
        blendMemory = 2_000
        blendRate = 0.1
        multiplierMean = 1
        multiplierVariance = 0
        interceptVariance = 0
    }

    /// The same for a program whose partners' profiles say what they are good at, or do not: then, since logic version
    /// 8, segments and matches, which know nothing of open deals, have to prove themselves first.
    static func withSegments(logic version: UInt32, hasProfiles: Bool) -> WinModelSettings {
        var settings = withSegments(logic: version)
        if version >= 8 && !hasProfiles {
            settings.blendPrior = historyPrior
            settings.blendPrior[3] = unprovenPrior
            settings.blendPrior[4] = unprovenPrior
        }
        return settings
    }

    private static let unprovenPrior = 0.001

    /// For a program whose few deals are first judged by segment: a partner's rate, in a vertical, at a deal size.
    /// Those say most while there is little history; what the crossed model says has to prove itself.
    public static func withSegments(logic version: UInt32) -> WinModelSettings {
        var settings = WinModelSettings()
        settings.blendPrior = SIMD8(0.01, 0.01, 0.02, 0.03, 0.93, 0, 0, 0)
        settings.partnerBlendRate = 3
        settings.partnerBlendTolerance = version >= 2 ? 2 : 0
        settings.pairBits = 14
        settings.budgetedSlots = LeadSlot.firstCount
        settings.pairedSlotsMax = LeadSlot.firstCount
        if version >= 8 {
            settings.mixSpeeds()
            settings.blendPrior = SIMD8(0.01, 0.01, 0.01, 0.03, 0.92, 0.01, 0.01, 0)
            settings.spreadPrior = SIMD8(0.05, 0.05, 0.3, 0, 0, 0.3, 0.3, 0)
        }
        return settings
    }
}

/// How outcomes are learned that come late. Since logic version 8.
public struct LateOutcomeSettings: Sendable, Equatable {
    /// Leads that a value counts for as much as the program's closing curve does, before it has a curve of its own.
    public var curveStrength = 10.0
    /// Wins, and losses, after which a value's own curve says as much as the program's of a deal that is still open.
    public var ratioStrength = 10.0
    /// Memory, in leads that left an age band, of which slot tells best how long deals take.
    public var slotMemory = 20_000.0
    /// How much better than the program's curve a slot must have foretold closings, in log-likelihood, to be followed.
    public var slotLead = 5.0
    /// Memory, in outcomes, of the share won among those that become known.
    public var closingMemory = 300.0
    /// Outcomes from beyond the window that say as much of its open deals as what was presumed of them.
    public var beyondStrength = 4.0
    public init() {}
}
