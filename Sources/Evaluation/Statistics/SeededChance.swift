import Foundation
import LeadlineCore

/// Draws from distributions that are the same for the same seed.
struct SeededChance: Sendable {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func next() -> UInt64 { generator.next() }

    /// From 0 to below 1, 53 bits.
    mutating func uniform() -> Double { generator.uniform() }

    /// From 0 to below `count`, which is at least 1; the bias below 2^-40 for any count that fits in memory does not
    /// show.
    mutating func below(_ count: Int) -> Int { min(Int(uniform() * Double(count)), count - 1) }

    /// Standard normal (Box and Muller, 1958; one of the pair).
    mutating func normal() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()) }

    /// Poisson: by multiplication (Knuth) for small means, else the normal approximation, rounded and not below 0.
    mutating func poisson(_ mean: Double) -> Int {
        if mean <= 0 { return 0 }
        if mean > 60 { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
        let limit = exp(-mean)
        var product = uniform(), count = 0
        while product > limit {
            product *= uniform()
            count += 1
        }
        return count
    }

    /// Gamma with this shape and a mean of 1 (Marsaglia and Tsang, 2000); shapes below 1 are raised by one and thinned.
    mutating func gammaMeanOne(shape: Double) -> Double {
        if shape < 1 { return gammaMeanOne(shape: shape + 1) * (shape + 1) / shape * pow(1 - uniform(), 1 / shape) }
        let d = shape - 1.0 / 3, c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal(), v = 1 + c * x
            if v <= 0 { continue }
            let cube = v * v * v
            if log(1 - uniform()) < 0.5 * x * x + d - d * cube + d * log(cube) { return d * cube / shape }
        }
    }
}
