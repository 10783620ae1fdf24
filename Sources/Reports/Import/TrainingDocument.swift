public import Evaluation
public import LeadlineCore

/// What an imported history taught, and how well each of its outcomes would have been foretold before it was known, as
/// JSON. Field names are a contract.
public struct TrainingDocument: Encodable, Sendable {
    /// Outcomes that taught the model.
    public var outcomes: Int
    public var won: UInt32
    public var lost: UInt32
    /// The data's window: the first event of the history, and the last.
    public var from: String
    public var to: String
    /// Version and content hash of the model that came of it.
    public var modelVersion: String
    public var modelContentHash: String
    /// Awards that were scored, the last half of those decided; 0 if too few were.
    public var heldOut: Int
    /// By the model, the base rate and the partner's own rate: log-loss, AUC, Brier score, calibration error.
    public var scores: [EvaluationReport.ModelScores]

    /// The document of a training.
    /// - Parameter report: the backtest; nil if no award was decided.
    public init(_ standing: ModelStanding, _ report: JournalReport?, from: Timestamp, to: Timestamp) {
        outcomes = Int(standing.won) + Int(standing.lost)
        won = standing.won
        lost = standing.lost
        self.from = TimeText.utc(from)
        self.to = TimeText.utc(to)
        modelVersion = "\(standing.version)"
        modelContentHash = "\(standing.contentHash)"
        heldOut = report?.scored ?? 0
        scores = report?.scores ?? []
    }
}

/// The same for people.
public enum TrainingText {
    /// The text.
    public static func of(_ training: TrainingDocument, _ report: JournalReport?, _ style: TextStyle) -> String {
        let outcomes =
            "\(CountText.of(training.outcomes, "outcome")) (\(CountText.grouped(training.won)) won, \(CountText.grouped(training.lost)) lost)"
        let head = """
            \(style.styled("Learned", .bold)) from \(outcomes) between \(style.time(training.from)) and \(style.time(training.to))
            model version  \(training.modelVersion)
            content hash   \(training.modelContentHash)

            """
        guard let report else {
            return head + "No award was won or lost, so nothing can be said of how well it predicts.\n"
        }
        return head + """
            Held out: each of the last \(CountText.of(report.scored, "award")) is scored by what the model said before its outcome was known.

            \(EvaluationText.scores(report.asEvaluation, style))
            """
    }
}
