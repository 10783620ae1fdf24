public import Evaluation

/// What was announced of a partner with too little, or too much, in the words that every face uses.
public struct StarvationText: Sendable, Equatable {
    /// What is the matter.
    public let what: String
    /// What kept it from leads; of one that has too much, the others.
    public let cause: String
    /// What would help.
    public let remedy: String

    /// The words of an announcement.
    /// - Parameter day: writes the day of a moment (RFC 3339).
    public init(_ row: AnnouncedStarvation, _ currency: String, day: (String) -> String) {
        let leads = row.of == 0 ? [] : ["\(CountText.grouped(row.leads)) of \(CountText.of(row.of, "lead"))"]
        let value = row.ofValueMinorUnits.map {
            ["\(MoneyText.whole(Double(row.valueMinorUnits ?? 0), currency)) of \(MoneyText.whole(Double($0), currency))"]
        }
        switch row.kind {
        case "floor": what = "floor about to be missed, \((leads + (value ?? [])).joined(separator: ", "))"
        case "idle": what = "no lead since \(day(row.since))"
        default: what = "took \(CountText.grouped(row.leads)) of \(CountText.of(row.of, "lead"))"
        }
        cause = DecisionReasonWords.starvation(named: row.cause) + (row.rule.map { " (\($0))" } ?? "")
        remedy = DecisionReasonWords.remedy(named: row.cause)
    }
}
