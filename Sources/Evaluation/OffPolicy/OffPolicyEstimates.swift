/// What a candidate policy would have earned a lead, estimated from leads that another policy routed.
///
/// - `ips`: outcomes weighted by how much more often the candidate makes the logged choice (Horvitz and Thompson,
///   1952). Unbiased, and noisy where weights differ much.
/// - `snips`: the same, divided by the sum of the weights (Swaminathan and Joachims, NeurIPS 2015). Slightly biased in
///   small samples, much less noisy, and never outside of the outcomes that were seen.
/// - `doublyRobust`: the model's expectation, corrected by the weighted errors that it made (Dudik, Langford and Li,
///   ICML 2011). Unbiased whatever the model is worth, and the less noisy the better it is.
///
/// Intervals are at 95 %, from each estimator's influence function by way of `SkewedMean`: weights make for long tails.
public struct OffPolicyEstimates: Encodable, Equatable, Sendable {
    /// Leads that count.
    public var leads: Int
    /// Leads that would be as good if all weighed the same: (sum of weights)^2 / sum of squares (Kong, 1992).
    public var effectiveSampleSize: Double
    /// The largest weight's share of all weight.
    public var largestWeightShare: Double
    /// Mean of the weights with its interval. It is 1 where the recorded propensities are right and cover the
    /// candidate.
    public var meanWeight: Estimate
    /// What the logged policy earned a lead.
    public var logged: Estimate
    /// Inverse propensity scoring.
    public var ips: Estimate
    /// Self-normalised; equal to `ips` where no lead weighs anything.
    public var snips: Estimate
    /// Doubly robust.
    public var doublyRobust: Estimate
    /// Doubly robust minus logged, lead by lead, so that what both share cancels.
    public var difference: Estimate

    /// Estimates from leads that have ended; nil with fewer than two.
    public init?(_ leads: [LoggedLead]) {
        if leads.count < 2 { return nil }
        let weights = leads.map(\.weight), rewards = leads.map(\.reward)
        let sum = weights.reduce(0, +), squares = weights.reduce(0) { $0 + $1 * $1 }
        self.leads = leads.count
        effectiveSampleSize = squares > 0 ? sum * sum / squares : 0
        largestWeightShare = sum > 0 ? (weights.max() ?? 0) / sum : 0
        meanWeight = Self.mean(weights)
        logged = Self.mean(rewards)
        ips = Self.mean(zip(weights, rewards).map { $0 * $1 })
        snips = sum > 0 ? Self.selfNormalised(weights, rewards, sum) : ips
        let robust = leads.map(\.doublyRobust)
        doublyRobust = Self.mean(robust)
        difference = Self.mean(zip(robust, rewards).map { $0 - $1 })
    }

    /// The interval holds every value from which the weighted deviations average 0 as far as chance allows (Fieller,
    /// 1954): no division by a sum of weights that is itself uncertain.
    private static func selfNormalised(_ weights: [Double], _ rewards: [Double], _ sum: Double) -> Estimate {
        let value = zip(weights, rewards).reduce(0) { $0 + $1.0 * $1.1 } / sum
        func deviations(from value: Double) -> Interval {
            SkewedMean(zip(weights, rewards).map { $0 * ($1 - value) }).interval
        }
        // Three half widths of the plain interval are outside, but for the thinnest of logs.
        let plain = deviations(from: value), reach = 3 * (plain.high - plain.low) * Double(weights.count) / (2 * sum)
        func edge(_ end: Double, _ step: Double) -> Double {
            let near = step < 0 ? max(end, value + step) : min(end, value + step)
            return edgeOf(from: value, to: deviations(from: near).contains(0) ? end : near) {
                deviations(from: $0).contains(0)
            }
        }
        return Estimate(value, Interval(edge(rewards.min() ?? 0, -reach), edge(rewards.max() ?? 0, reach)))
    }

    /// Where a condition that holds at `inside` ends on the way to `outside`; `outside` if it holds all the way.
    private static func edgeOf(from inside: Double, to outside: Double, _ holds: (Double) -> Bool) -> Double {
        if holds(outside) { return outside }
        var (good, bad) = (inside, outside)
        for _ in 0..<10 {
            let middle = (good + bad) / 2
            if holds(middle) { good = middle } else { bad = middle }
        }
        return bad
    }

    private static func mean(_ values: [Double]) -> Estimate {
        let mean = SkewedMean(values)
        return Estimate(mean.moments.mean, mean.interval)
    }
}
