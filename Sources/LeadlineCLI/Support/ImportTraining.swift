import Engine
import Evaluation
import Foundation
import LeadlineCore

/// What an imported history taught, and how well each of its outcomes would have been foretold before it was known.
struct ImportTraining {
    /// As a program reads it. Field names are a contract.
    struct Summary: Encodable {
        /// Outcomes that taught the model.
        var outcomes: Int
        var won: UInt32
        var lost: UInt32
        /// The data's window: the first event of the history, and the last.
        var from: String
        var to: String
        /// Version and content hash of the model that came of it.
        var modelVersion: String
        var modelContentHash: String
        /// Awards that were scored, the last half of those decided; 0 if too few were.
        var heldOut: Int
        /// By the model, the base rate and the partner's own rate: log-loss, AUC, Brier score, calibration error.
        var scores: [EvaluationReport.ModelScores]
    }

    let summary: Summary
    /// The whole backtest; nil if no award was decided.
    private let report: JournalReport?

    /// Walks the program's journal.
    init(_ plan: ImportPlan, _ folder: DataFolder) throws {
        let walk = try JournalWalk.run(folder, program: plan.program)
        let standing = walk.stream.state.modelStanding(cellsMost: 0)
        report = walk.evaluation.report(name: plan.program, fromShare: 0.5, byPartner: false, groupLeast: 0)
        summary = Summary(
            outcomes: Int(standing.won) + Int(standing.lost), won: standing.won, lost: standing.lost, from: TimeText.utc(plan.firstMoment),
            to: TimeText.utc(plan.lastMoment), modelVersion: "\(standing.version)", modelContentHash: "\(standing.contentHash)",
            heldOut: report?.scored ?? 0, scores: report?.scores ?? [])
    }

    /// The same for people.
    var text: String {
        let window = "\(CountText.of(summary.outcomes, "outcome")) (\(summary.won) won, \(summary.lost) lost) between \(summary.from) and \(summary.to)"
        let head = """
            \(Terminal.styled("Learned", .bold)) from \(window)
            model version  \(summary.modelVersion)
            content hash   \(summary.modelContentHash)

            """
        guard let report else { return head + "No award was won or lost, so nothing can be said of how well it predicts.\n" }
        return head + """
            Held out: each of the last \(CountText.of(report.scored, "award")) is scored by what the model said before its outcome was known.

            \(EvaluationText.scores(report.asEvaluation))
            """
    }
}
