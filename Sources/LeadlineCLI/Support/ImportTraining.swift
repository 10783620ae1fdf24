import Engine
import Evaluation
import LeadlineCore
import Reports
import UseCases

/// What an imported history taught, and how well each of its outcomes would have been foretold before it was known.
struct ImportTraining {
    let document: TrainingDocument
    /// The whole backtest; nil if no award was decided.
    let report: JournalReport?

    /// Walks the program's journal.
    init(_ plan: ImportPlan, _ deployment: Deployment) throws {
        let walk = try deployment.asked(of: plan.program).folded()
        report = walk.evaluation.report(name: plan.program, fromShare: 0.5, byPartner: false, groupLeast: 0)
        document = TrainingDocument(
            walk.stream.state.modelStanding(cellsMost: 0), report, from: plan.firstMoment, to: plan.lastMoment)
    }
}
