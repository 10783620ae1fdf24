public import Evaluation

/// A backtest for people: the tables of `leadline evaluate` under a head of its own.
public enum BacktestText {
    /// The report.
    public static func of(_ report: JournalReport, _ style: TextStyle) -> String {
        let evaluation = report.asEvaluation
        let parts = [
            head(report, style), EvaluationText.scores(evaluation, style),
            EvaluationText.reliability(evaluation, style),
            EvaluationText.learning(evaluation, style),
        ]
        return (parts + report.by.map { EvaluationText.grouped($0, style) }).joined(separator: "\n")
    }

    private static func head(_ report: JournalReport, _ style: TextStyle) -> String {
        var lines = [
            style.styled(Escaping.harmless(report.program), .bold),
            "\(entries(report.entries)) from \(report.first) to \(report.last)",
            "\(CountText.of(report.awards, "award")) to \(CountText.of(report.partners, "partner")): \(count(report.won)) won, "
                + "\(count(report.lost)) lost, \(count(report.open)) still open, \(count(report.undecided)) ended undecided.",
            "Each is scored by what the model said of it when it was awarded.",
            "Scored: \(CountText.of(report.scored, "award")) of those won or lost, from number \(count(report.scoredFrom)) on, "
                + "\(NumberText.percent(report.scoredShareWon)) won.",
        ]
        if report.unpredicted > 0 { lines.append(unpredicted(report.unpredicted)) }
        if report.corrected > 0 {
            lines.append("\(CountText.of(report.corrected, "outcome")) corrected later; each counts as it is now.")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What is said where nothing can be scored.
    public static func nothing(_ evaluation: JournalEvaluation, _ program: String) -> String {
        let counts = evaluation.counts
        let known =
            counts.open + counts.undecided == 0
            ? "no lead was awarded"
            : "\(CountText.of(counts.open, "award")) still open, \(count(counts.undecided)) ended undecided"
        let others = evaluation.unpredicted > 0 ? " " + unpredicted(evaluation.unpredicted) : ""
        return "Nothing to score in \(Escaping.harmless(program)) yet: no award was won or lost (\(known)).\(others) "
            + "Send DealWon and DealLost on leadline.outcomes, or 'leadline import' a history, then run it again."
    }

    private static func unpredicted(_ number: Int) -> String {
        "\(CountText.of(number, "outcome")) of leads that reached a partner in another way: nothing had been predicted for them."
    }

    static func entries(_ number: UInt64) -> String { CountText.of(number, "entry", plural: "entries") }
    private static func count(_ value: Int) -> String { CountText.grouped(value) }
}
