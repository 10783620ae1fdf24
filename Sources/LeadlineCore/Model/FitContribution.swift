/// How well a partner and a lead match, 0 to 1, as a sum of named contributions.
public enum FitContribution: Int, Sendable, CaseIterable {
    case vertical = 0, country, language, dealSize, technologies, winRate
    /// What the living profile says besides; since logic version 2.
    case intent, acceptance, responseTime, cycleLength

    /// Name in explanations.
    public var name: String {
        switch self {
        case .vertical: "vertical"
        case .country: "country"
        case .language: "language"
        case .dealSize: "deal-size"
        case .technologies: "technologies"
        case .winRate: "win-rate"
        case .intent: "intent"
        case .acceptance: "acceptance"
        case .responseTime: "response-time"
        case .cycleLength: "cycle-length"
        }
    }

    /// How many of them the logic of a version adds up, from the first on.
    public static func count(logic version: UInt32) -> Int { version < 2 ? winRate.rawValue + 1 : allCases.count }
}

/// One number a contribution: matches from 0 to 1, or weights.
typealias FitMatches = InlineArray<10, Double>

extension FitWeights {
    /// The weights as shares that sum to 1, those that the logic of a version does not know left at 0.
    func shares(logic version: UInt32) -> FitMatches {
        let count = FitContribution.count(logic: version)
        var shares = FitMatches(repeating: 0), sum = 0.0
        for (k, weight) in [vertical, country, language, dealSize, technologies, winRate].enumerated() {
            shares[k] = Double(weight)
            sum += shares[k]
        }
        let usual = sum * Self.usualShare
        for (k, weight) in [intent, acceptance, responseTime, cycleLength].enumerated() where k + 6 < count {
            shares[k + 6] = weight.map(Double.init) ?? usual
            sum += shares[k + 6]
        }
        for k in 0..<count { shares[k] = sum > 0 ? shares[k] / sum : 1 / Double(count) }
        return shares
    }
}
