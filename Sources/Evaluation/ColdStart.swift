/// How well a program is predicted while it has hardly any outcomes: log-losses by how many were known when a row was
/// predicted.
public struct ColdStart: Encodable, Equatable, Sendable {
    /// Outcomes that were known at least, and fewer than.
    public var outcomesFrom: Int
    public var outcomesBelow: Int
    /// Rows predicted then whose outcome is known by now.
    public var scored: Int
    /// Mean log-losses of the model, of the base rate and of the partner's rate.
    public var model: Double
    public var baseRate: Double
    public var partnerRate: Double

    private static let edges = [0, 10, 25, 50, 100, 200, 400]

    /// The first hundreds of outcomes, the fewest first; without parts in which nothing was predicted.
    /// - Parameters:
    ///   - learned: For each row how many outcomes were known when it was predicted.
    ///   - outcomes: Whether it was won; nil while that is not known.
    static func table(
        model: [Double], baseRate: [Double], partnerRate: [Double], learned: [Int], outcomes: [Bool?]
    ) -> [ColdStart] {
        zip(edges, edges.dropFirst()).compactMap { from, below in
            var (losses, scored) = (SIMD4<Double>.zero, 0)
            for row in outcomes.indices where learned[row] >= from && learned[row] < below {
                guard let won = outcomes[row] else { continue }
                losses += SIMD4(
                    Scores.logLoss(model[row], won), Scores.logLoss(baseRate[row], won),
                    Scores.logLoss(partnerRate[row], won), 0)
                scored += 1
            }
            if scored == 0 { return nil }
            let mean = losses / Double(scored)
            return ColdStart(
                outcomesFrom: from, outcomesBelow: below, scored: scored, model: mean[0], baseRate: mean[1],
                partnerRate: mean[2])
        }
    }
}
