public import LeadlineCore

/// The product's own model, fed row by row.
public struct WinModelLearner: ProgressiveLearner {
    /// The model as it has learned so far.
    public private(set) var model: WinModel
    private let rows: [[Int32]]
    private let partners: [Int]
    private var numbers: [Int]
    public private(set) var lastDeviation = 0.0

    /// A model that has learned nothing, with room for all partners and values of the rows.
    public init(_ observations: Observations, settings: WinModelSettings = WinModelSettings()) {
        model = WinModel(slotCount: observations.slotNames.count, settings: settings)
        model.reserve(partners: observations.partnerNames.count, values: observations.valueCount)
        rows = observations.rows
        partners = observations.partners
        numbers = [Int](repeating: 0, count: observations.count)
    }

    public mutating func predict(row: Int, day: Int) -> Double {
        model.advance(to: day)
        let prediction = model.predict(rows[row], partner: partners[row])
        numbers[row] = model.award(day: day, partner: partners[row], row: rows[row], prediction: prediction)
        lastDeviation = prediction.variance.squareRoot()
        return prediction.probability
    }

    public mutating func learn(row: Int, day: Int, won: Bool) {
        model.advance(to: day)
        if model.hasForgotten(numbers[row]) {
            let said = model.predict(rows[row], partner: partners[row])
            model.closeLate(day: day, partner: partners[row], row: rows[row], prediction: said, won: won)
        } else {
            model.close(numbers[row], day: day, won: won)
        }
    }
}
