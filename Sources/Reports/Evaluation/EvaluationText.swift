public import Evaluation

/// An evaluation for people.
public enum EvaluationText {
    private static let barWidth = 40

    /// The report.
    public static func of(_ report: EvaluationReport, _ style: TextStyle) -> String {
        ([
            head(report, style), scores(report, style), speed(report), reliability(report, style),
            coverage(report, style), learning(report, style), coldStart(report, style),
        ]
            .filter { !$0.isEmpty }
            + report.by.map { grouped($0, style) }).joined(separator: "\n")
    }

    private static func head(_ report: EvaluationReport, _ style: TextStyle) -> String {
        var lines = [
            style.styled(Escaping.harmless(report.file), .bold),
            rows(report) + "; "
                + "\(CountText.of(report.partners, "partner")), \(CountText.of(report.slots.count, "slot")) with \(CountText.of(report.values, "value"))",
            report.outcomesArePrompt
                ? "Outcomes are known on arrival: each teaches before the next row."
                : "An outcome teaches once its closing day has passed.",
            scored(report),
        ]
        if report.wasSorted { lines.append(sortedNote) }
        return lines.joined(separator: "\n") + "\n"
    }

    static let sortedNote = "The rows were not in order of arrival and were sorted."

    /// How many rows there are, of what time, and what came of them.
    static func rows(_ report: EvaluationReport) -> String {
        let won = report.shareWon.map { "\(NumberText.percent($0)) won" } ?? "none closed"
        let open = report.open > 0 ? ", \(count(report.open)) still open" : ""
        return "\(CountText.of(report.rows, "row")) from \(report.first) to \(report.last), \(won)\(open)"
    }

    /// Which of them the scores are of.
    static func scored(_ report: EvaluationReport) -> String {
        let rows = CountText.of(report.scored, "closed row"), won = NumberText.percent(report.scoredShareWon)
        return "Scored: \(rows) from row \(count(report.scoredFrom)) on, \(won) won."
    }

    static func scores(_ report: EvaluationReport, _ style: TextStyle) -> String {
        var table = TextTable([
            ("MODEL", .left), ("LOG-LOSS", .right), ("AUC", .right), ("BRIER", .right), ("ECE", .right),
        ])
        for entry in report.scores {
            let scores = entry.scores
            table.add([
                name(entry.model), places(scores.logLoss), scores.auc.map(places) ?? "-", places(scores.brier),
                places(scores.ece),
            ])
        }
        return table.text(style)
    }

    private static func speed(_ report: EvaluationReport) -> String {
        let speed = report.speed
        let best = speed.passes > 1 ? ", the best of \(speed.passes) passes" : ""
        return """
            \(count(Int(speed.rowsPerSecond))) rows/s predicted and learned: \
            \(NumberText.fixed(speed.threadSeconds, 3)) s of one thread (\(NumberText.fixed(speed.wallSeconds, 3)) s \
            by the clock\(best))
            model hash  \(report.modelHash)

            """
    }

    /// The bar is the share won; the stroke in it stands where the prediction was.
    static func reliability(_ report: EvaluationReport, _ style: TextStyle) -> String {
        var table = TextTable([("PREDICTED", .right), ("WON", .right), ("ROWS", .right), ("# WON, | PREDICTED", .left)])
        let reach = report.reliability.reduce(0.0) { max($0, $1.predicted, $1.observed) }
        for bin in report.reliability {
            table.add([
                NumberText.percent(bin.predicted), NumberText.percent(bin.observed), count(bin.count),
                bar(bin, reach: reach > 0 ? reach : 1),
            ])
        }
        let model = report.scores.first { $0.model == "leadline" }
        return table.text(style) + (model.map { calibration($0.scores.calibration) } ?? "")
    }

    /// What chance alone makes of the error that the bins show.
    static func calibration(_ error: CalibrationError) -> String {
        let rest = error.debiased.map { ", and \(places($0)) (RMS) without what chance adds" } ?? ""
        return
            "Calibration error \(places(error.ece)); correct predictions would show \(places(error.byChance)) by chance, one time in twenty "
            + "over \(places(error.byChanceLimit))\(rest).\n"
    }

    private static func bar(_ bin: ReliabilityBin, reach: Double) -> String {
        let filled = Int((bin.observed / reach * Double(barWidth)).rounded())
        let stroke = min(barWidth - 1, Int(bin.predicted / reach * Double(barWidth)))
        return String((0..<barWidth).map { $0 == stroke ? "|" : $0 < filled ? "#" : "." })
    }

    /// Whether the model is as sure as it may be.
    private static func coverage(_ report: EvaluationReport, _ style: TextStyle) -> String {
        if report.coverage.isEmpty { return "" }
        var table = TextTable([
            ("DOUBT", .right), ("CELLS", .right), ("80 % HELD", .right), ("SHOULD", .right), ("95 % HELD", .right),
            ("SHOULD", .right), ("80 % WITHOUT DOUBT", .right),
        ])
        for line in report.coverage {
            table.add(cells(line))
        }
        return table.text(style) + coverageNote + "\n"
    }

    /// A line of the table of coverage.
    static func cells(_ line: IntervalCoverage) -> [String] {
        [NumberText.fixed(line.deviation, 2), count(line.cells)]
            + [line.held80, line.promised80, line.held95, line.promised95, line.held80ByChance].map(NumberText.percent)
    }

    static let coverageNote =
        "Doubt: the mean deviation of the log-odds that the model states. A cell is \(IntervalCoverage.rows) rows of one "
        + "partner, one after the other; held are the wins of a cell within the interval of those expected."

    /// What is predicted while hardly any outcome is known; empty for a journal.
    static func coldStart(_ report: EvaluationReport, _ style: TextStyle) -> String {
        if report.coldStart.isEmpty { return "" }
        var table = TextTable([
            ("OUTCOMES KNOWN", .left), ("ROWS", .right), ("LEADLINE", .right), ("BASE RATE", .right),
            ("PARTNER RATE", .right),
        ])
        for part in report.coldStart { table.add(parts(part)) }
        return table.text(style)
    }

    /// A line of the table of the cold start.
    static func parts(_ part: ColdStart) -> [String] {
        ["\(part.outcomesFrom) to \(part.outcomesBelow - 1)", count(part.scored)]
            + [part.model, part.baseRate, part.partnerRate].map(places)
    }

    static func learning(_ report: EvaluationReport, _ style: TextStyle) -> String {
        var table = TextTable([
            ("LOG-LOSS TO ROW", .right), ("LEADLINE", .right), ("BASE RATE", .right), ("PARTNER RATE", .right),
            ("LEADLINE SO FAR", .right),
            ("BASE SO FAR", .right), ("PARTNER SO FAR", .right),
        ])
        for tenth in report.learningCurve.tenths {
            let sofar = report.learningCurve.cumulative.last { $0.rows <= tenth.rows }
            table.add(
                [count(tenth.rows)] + [tenth.model, tenth.baseRate, tenth.partnerRate].map(places)
                    + [sofar?.model, sofar?.baseRate, sofar?.partnerRate].map { $0.map(places) ?? "-" })
        }
        return table.text(style)
    }

    static func grouped(_ scores: EvaluationReport.GroupedScores, _ style: TextStyle) -> String {
        if scores.groups.isEmpty {
            return
                "No value of \(Escaping.harmless(scores.column)) has enough scored rows; --by-least asks for fewer.\n"
        }
        var table = TextTable([
            (Escaping.harmless(scores.column).uppercased(), .left), ("ROWS", .right), ("PREDICTED", .right),
            ("WON", .right), ("LOG-LOSS", .right),
            ("ECE", .right), ("BY CHANCE", .right), ("95 %", .right), ("DEBIASED", .right),
        ])
        for group in scores.groups {
            let error = group.calibration
            table.add(
                [
                    group.value, count(group.scored), NumberText.percent(group.predicted),
                    NumberText.percent(group.observed),
                ]
                    + [group.logLoss, error.ece, error.byChance, error.byChanceLimit].map(places) + [
                        error.debiased.map(places) ?? "-"
                    ])
        }
        let left = scores.values - scores.groups.count, beyond = scores.groups.count { $0.calibration.exceedsChance }
        return table.text(style) + """
            By chance: the ECE that correct predictions would show of as many rows, and below which it stays 19 times \
            in 20; \(beyond == 0 ? "none is" : beyond == 1 ? "one is" : "\(beyond) are") beyond.
            Debiased: root of the mean squared error without what chance adds to it; the ECE without chance is no larger.

            """ + (left > 0 ? "\(CountText.of(left, "other value")) with too few scored rows\n" : "")
    }

    static func name(_ model: String) -> String {
        switch model {
        case "leadline": "Leadline"
        case "partner rate": "partner rate (Beta, m = 20)"
        default: model
        }
    }

    private static func count(_ value: Int) -> String { CountText.grouped(value) }
    private static func places(_ value: Double) -> String { NumberText.fixed(value, 4) }
}
