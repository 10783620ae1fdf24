/// The share won among all outcomes so far. Starts as if one of four had been won.
public struct BaseRate: ProgressiveLearner {
    private(set) var won = 1.0
    private(set) var learned = 4.0

    /// Nothing learned.
    public init() {}

    var rate: Double { won / learned }

    public mutating func predict(row: Int, day: Int) -> Double { rate }

    public mutating func learn(row: Int, day: Int, won isWon: Bool) {
        won += isWon ? 1 : 0
        learned += 1
    }
}

/// Each partner's own share won, shrunk to the running base rate as if the partner had `strength` outcomes at that
/// rate.
public struct PartnerRate: ProgressiveLearner {
    private let partners: [Int]
    private let strength: Double
    private var base = BaseRate()
    private var won: [Double]
    private var learned: [Double]

    /// Nothing learned.
    /// - Parameters:
    ///   - observations: The rows that will come.
    ///   - strength: Outcomes at the base rate that a partner starts with.
    public init(_ observations: Observations, strength: Double = 20) {
        partners = observations.partners
        self.strength = strength
        won = [Double](repeating: 0, count: observations.partnerNames.count)
        learned = won
    }

    public mutating func predict(row: Int, day: Int) -> Double {
        let partner = partners[row]
        return (won[partner] + strength * base.rate) / (learned[partner] + strength)
    }

    public mutating func learn(row: Int, day: Int, won isWon: Bool) {
        base.learn(row: row, day: day, won: isWon)
        won[partners[row]] += isWon ? 1 : 0
        learned[partners[row]] += 1
    }
}
