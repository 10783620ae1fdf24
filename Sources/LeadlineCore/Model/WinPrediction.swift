/// A Gaussian weight, or a sum of them: mean in x, variance in y.
typealias WeightCell = SIMD2<Double>

/// P(won) for one lead at one partner, and what it was made of, in log-odds.
public struct WinPrediction: Sendable, Equatable {
    /// The program's rate.
    public var base = 0.0
    /// The partner's own rate, against the program's.
    public var rate = 0.0
    /// The crossed model's groups: the rest, the partner, the lead's slots, partner x slot, slot x slot.
    public var bias = 0.0
    public var partner = 0.0
    public var slots = 0.0
    public var crosses = 0.0
    public var pairs = 0.0
    /// What the program's segments say, against its rate; 0 where there are none.
    public var segment = 0.0
    /// What the match of profile and lead says, against the program's rate; 0 where there are no profiles.
    public var match = 0.0
    /// What the crossed models say that learn more slowly, against the program's rate; 0 where there are none.
    public var slower = SIMD2<Double>(0, 0)
    /// All of it, blended.
    public var logOdds = 0.0
    /// Variance of `logOdds`.
    public var variance = 0.0
    /// The logistic of `logOdds`.
    public var probability = 0.5
    /// Made once the closing curve was known: fit to judge the experts by.
    public var isJudgeable = false
    public init() {}
}

/// One term of a prediction. The terms of a prediction add up to its log-odds.
public struct WinContribution: Sendable, Equatable {
    /// What a term is about.
    public enum Source: Sendable, Equatable {
        /// The program's rate; what the crossed model adds to it for everybody; the partner.
        case base, correction, partner
        /// A value of the lead's, by slot.
        case slot(Int)
        /// The partner in a value of the lead's.
        case partnerAndSlot(Int)
        /// Two values of the lead's together.
        case slotAndSlot(Int, Int)
    }
    public var source: Source
    public var logOdds: Double
    public var variance: Double
    /// Leads learned from and won, for a partner and for a partner in a value; else 0.
    public var learned: UInt32 = 0
    public var won: UInt32 = 0
}

/// All ways to predict that counted in one prediction.
public struct WinVoices: Sendable, Equatable {
    /// The program's rate, in log-odds: what the voices speak against.
    public var base: Double
    /// In the experts' order; their weights sum to 1. With the program's rate, what they counted adds up to the
    /// prediction's log-odds.
    public var voices: [WinVoice]
    /// Standard deviation of the prediction's log-odds: how unsure each voice is of what it says, and how far they are
    /// from agreeing, by the weight of each.
    public var deviation: Double

    /// Voices that count, each with the variance of what it says, on a rate that has a variance itself (the law of
    /// total variance over a mixture).
    init(base: Double, baseVariance: Double, voices: [WinVoice], variances: [Double]) {
        self.base = base
        self.voices = voices
        let mean = voices.reduce(0) { $0 + $1.counted }
        var variance = baseVariance
        for (voice, own) in zip(voices, variances) {
            let apart = voice.says - mean
            variance += voice.weight * (own + apart * apart)
        }
        deviation = variance.squareRoot()
    }

    /// The range that holds the chance of a win 80 times of 100, as far as the model knows how unsure it is.
    public var interval80: ClosedRange<Double> {
        let centre = base + voices.reduce(0) { $0 + $1.counted }, reach = Self.normal80 * deviation
        return ElementaryFunctions.logistic(centre - reach)...ElementaryFunctions.logistic(centre + reach)
    }

    /// A normal variable is within so many deviations of its mean 80 times of 100.
    private static let normal80 = 1.2815515655446004
}

/// How much one way to predict counted in a prediction.
public struct WinVoice: Sendable, Equatable {
    /// As in `ModelStanding.Expert`.
    public var name: String
    /// How far it is believed at this partner; the weights of all voices sum to 1.
    public var weight: Double
    /// What it says by itself, against the program's rate, in log-odds. With its weight it is a term of the prediction:
    /// the program's rate and all voices' terms add up to the log-odds.
    public var says: Double

    /// The term of the prediction.
    public var counted: Double { weight * says }
}
