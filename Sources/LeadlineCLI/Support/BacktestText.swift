import Evaluation
import Foundation

/// A backtest for people: the tables of `leadline evaluate` under a head of its own.
enum BacktestText {
    static func of(_ report: JournalReport) -> String {
        let evaluation = report.asEvaluation
        let parts = [head(report), EvaluationText.scores(evaluation), EvaluationText.reliability(evaluation), EvaluationText.learning(evaluation)]
        return (parts + report.by.map(EvaluationText.grouped)).joined(separator: "\n")
    }

    private static func head(_ report: JournalReport) -> String {
        var lines = [
            Terminal.styled(Terminal.harmless(report.program), .bold),
            "\(entries(report.entries)) from \(report.first) to \(report.last)",
            "\(CountText.of(report.awards, "award")) to \(CountText.of(report.partners, "partner")): \(count(report.won)) won, "
                + "\(count(report.lost)) lost, \(count(report.open)) still open, \(count(report.undecided)) ended undecided.",
            "Each is scored by what the model said of it when it was awarded.",
            "Scored: \(CountText.of(report.scored, "award")) of those won or lost, from number \(count(report.scoredFrom)) on, "
                + String(format: "%.1f %% won.", report.scoredShareWon * 100),
        ]
        if report.unpredicted > 0 { lines.append(unpredicted(report.unpredicted)) }
        if report.corrected > 0 { lines.append("\(CountText.of(report.corrected, "outcome")) corrected later; each counts as it is now.") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What is said where nothing can be scored.
    static func nothing(_ evaluation: JournalEvaluation, _ program: String) -> String {
        let counts = evaluation.counts
        let known = counts.open + counts.undecided == 0
            ? "no lead was awarded" : "\(CountText.of(counts.open, "award")) still open, \(count(counts.undecided)) ended undecided"
        let others = evaluation.unpredicted > 0 ? " " + unpredicted(evaluation.unpredicted) : ""
        return "Nothing to score in \(Terminal.harmless(program)) yet: no award was won or lost (\(known)).\(others) "
            + "Send DealWon and DealLost on leadline.outcomes, or 'leadline import' a history, then run it again."
    }

    private static func unpredicted(_ number: Int) -> String {
        "\(CountText.of(number, "outcome")) of leads that a partner got by other ways: nothing had been said of them."
    }

    static func entries(_ number: UInt64) -> String { "\(CountText.grouped(Int64(clamping: number))) \(number == 1 ? "entry" : "entries")" }
    private static func count(_ value: Int) -> String { CountText.grouped(Int64(value)) }
}
