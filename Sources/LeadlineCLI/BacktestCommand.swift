import ArgumentParser
import Engine
import Evaluation
import Foundation
import Reports
import UseCases

/// `leadline backtest`: what the model said of each award when it was made, and what came of it.
struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Measure how well the model predicted a program's own awards.",
        discussion: """
            Walks the program's journal in order, without deciding again. Each award is scored by what the model said \
            of that lead at that partner when it was awarded, with the outcomes known then, never later ones. Beside \
            it stand the base rate and each partner's own rate, shrunk to it, over the same outcomes.

            Scores: log-loss, AUC, Brier score and the expected calibration error over 10 bins of equal mass, over \
            the last half of the awards that were won or lost. Awards still open are not scored: where losses take \
            longer than wins, the latest awards look better than they will.

            With --json, one object: program, entries, first, last, awards, won, lost, open, undecided, unpredicted, \
            corrected, partners, scoredFrom, scored, scoredShareWon, scores, reliability, partnerRateReliability, \
            learningCurve, by; without an outcome only program, entries, awards, open, undecided, unpredicted, scored. \
            Reads only. \(Outcome.note)
            """)

    /// What scores can be grouped by.
    enum Grouping: String, CaseIterable, ExpressibleByArgument { case partner }

    @Option(help: ArgumentHelp("Score the awards after this share of those won or lost.", valueName: "share"))
    var fromShare = 0.5

    @Option(help: ArgumentHelp("Scores within each 'partner' too.", valueName: "partner"))
    var by: Grouping?

    @Option(help: ArgumentHelp("With --by, only partners with more scored awards than this.", valueName: "n"))
    var byLeast = 30

    @Option(
        help: ArgumentHelp("Write a reliability diagram and a learning curve as one SVG picture.", valueName: "file"))
    var svg: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws {
        if !(fromShare >= 0 && fromShare < 1) { throw ValidationError("--from-share must be from 0 to below 1") }
        if byLeast < 0 { throw ValidationError("--by-least must not be negative") }
    }

    func run() throws {
        let walk = try data.journal(kafka).folded()
        let program = walk.stream.program
        guard
            let report = walk.evaluation.report(
                name: program, fromShare: fromShare, byPartner: by == .partner, groupLeast: byLeast)
        else {
            tellNothing(walk.evaluation, program)
            return
        }
        if json {
            Terminal.line(try JSONText.line(report))
        } else {
            Terminal.write(BacktestText.of(report, Terminal.style))
        }
        if let svg { try PictureFile.write(ReliabilityPlot.svg([report.asEvaluation]), to: svg) }
    }

    private func tellNothing(_ evaluation: JournalEvaluation, _ program: String) {
        if !json { return Terminal.line(BacktestText.nothing(evaluation, program)) }
        let counts = evaluation.counts
        Terminal.line(
            JSONText.object([
                ("program", JSONText.quoted(program)), ("entries", "\(evaluation.entries)"),
                ("awards", "\(counts.open + counts.undecided)"),
                ("open", "\(counts.open)"), ("undecided", "\(counts.undecided)"),
                ("unpredicted", "\(evaluation.unpredicted)"), ("scored", "0"),
            ]))
    }
}
