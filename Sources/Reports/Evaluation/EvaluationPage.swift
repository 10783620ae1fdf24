public import Evaluation

/// An evaluation as a page: for each file its scores beside baselines, calibration, how it learned and drifted, and what
/// was found within partners and segments beside what chance would give.
public enum EvaluationPage {
    /// The page of some files.
    public static func page(_ reports: [EvaluationReport]) -> Page {
        let one = reports.count == 1 ? reports.first : nil
        return Page(
            title: one.map { "How well the model predicts: \($0.file)" } ?? "How well the model predicts, on \(CountText.of(reports.count, "file"))",
            scope: "Each row is predicted before its outcome is known, and teaches once its closing day has passed. Scores are "
                + "over the last part of the rows; lower is better, but for AUC.",
            message: one.map(message) ?? "", figures: one.map(figures) ?? [],
            sections: reports.flatMap { sections($0, isAlone: reports.count == 1) })
    }

    /// How the model stands beside the better of what it is held against.
    private static func message(_ report: EvaluationReport) -> String {
        guard let model = report.scores.first(where: { $0.model == "leadline" }) else { return "" }
        guard let best = report.scores.filter({ $0.model != "leadline" }).min(by: { $0.scores.logLoss < $1.scores.logLoss })
        else { return "" }
        let difference = model.scores.logLoss - best.scores.logLoss
        if abs(difference) < 0.0005 { return "The model predicts as well as the \(best.model)." }
        return "By log-loss the model predicts \(difference < 0 ? "better" : "worse") than the \(best.model), the better of both "
            + "baselines, by \(places(abs(difference)))."
    }

    private static func figures(_ report: EvaluationReport) -> [Page.Figure] {
        guard let model = report.scores.first(where: { $0.model == "leadline" })?.scores else { return [] }
        let basis = "of \(CountText.of(report.scored, "closed row"))"
        return [
            .init("Log-loss", places(model.logLoss), basis: basis), .init("AUC", model.auc.map(places) ?? "-", basis: basis),
            .init(
                "Calibration error", places(model.calibration.ece),
                basis: "by chance \(places(model.calibration.byChance)), one time in twenty over \(places(model.calibration.byChanceLimit))"),
        ]
    }

    private static func sections(_ report: EvaluationReport, isAlone: Bool) -> [HTML] {
        let name = isAlone ? "" : "\(report.file): "
        return [
            .section(name + "scores", [.p("\(EvaluationText.rows(report)). \(EvaluationText.scored(report))"), scores(report), report.wasSorted ? .notes(EvaluationText.sortedNote) : .nothing]),
            .section(name + "calibration", [calibration(report)]),
            .section(name + "how sure it may be", [coverage(report)]),
            .section(name + "learning and drift", [drift(report)]),
            report.coldStart.isEmpty ? .nothing : .section(name + "cold start", [coldStart(report)]),
        ] + report.by.map { .section(name + "by \($0.column)", [grouped($0)]) }
    }

    private static func scores(_ report: EvaluationReport) -> HTML {
        .table(
            [.init("Model", isText: true), .init("Log-loss"), .init("AUC"), .init("Brier"), .init("ECE", meaning: "Expected calibration error")],
            report.scores.map { entry in
                let scores = entry.scores
                return [EvaluationText.name(entry.model), places(scores.logLoss), scores.auc.map(places) ?? "-", places(scores.brier), places(scores.ece)]
            })
    }

    private static func calibration(_ report: EvaluationReport) -> HTML {
        let rows = report.reliability.map { bin in
            BarPlot.Row(
                "predicted \(NumberText.percent(bin.predicted))", bin.observed, Rate(bin.observed * Double(bin.count), of: bin.count).interval,
                basis: "of \(count(bin.count))")
        }
        if rows.isEmpty { return .nothing }
        let model = report.scores.first { $0.model == "leadline" }
        return .all([
            .plots([BarPlot.intervals("Share won where so much was predicted, with 95 % interval", rows, mark: nil, text: NumberText.percent)]),
            model.map { .p(EvaluationText.calibration($0.scores.calibration)) } ?? .nothing,
        ])
    }

    private static func coverage(_ report: EvaluationReport) -> HTML {
        if report.coverage.isEmpty { return .nothing }
        return .all([
            .table(
                [
                    .init("Doubt"), .init("Cells"), .init("80 % held"), .init("Should"), .init("95 % held"), .init("Should"),
                    .init("80 % without doubt", meaning: "Within the interval that knows of chance alone"),
                ], report.coverage.map(EvaluationText.cells)),
            .notes(EvaluationText.coverageNote),
        ])
    }

    /// What is predicted while hardly any outcome is known.
    private static func coldStart(_ report: EvaluationReport) -> HTML {
        .table(
            [
                .init("Outcomes known", isText: true), .init("Closed rows"), .init("Log-loss, model"), .init("Base rate"),
                .init("Partner rate"),
            ], report.coldStart.map(EvaluationText.parts))
    }

    /// Tenths of the rows: what was lost in each, and whether what was said still comes true.
    private static func drift(_ report: EvaluationReport) -> HTML {
        let tenths = report.learningCurve.tenths
        if tenths.isEmpty { return .p("No outcome is known yet.") }
        let bars = tenths.map { BarPlot.Row("to row \(count($0.rows))", $0.model, basis: "of \(count($0.scored))") }
        return .all([
            .plots([BarPlot.bars("Log-loss of the model, each tenth of the rows", bars, text: places)]),
            .table(
                [
                    .init("To row", isText: true), .init("Closed"), .init("Log-loss, model"), .init("Base rate"), .init("Partner rate"),
                    .init("Predicted", meaning: "Mean prediction of the model"), .init("Won"),
                ],
                tenths.map { tenth in
                    [count(tenth.rows), count(tenth.scored)] + [tenth.model, tenth.baseRate, tenth.partnerRate].map(places)
                        + [tenth.predicted, tenth.observed].map(NumberText.percent)
                }),
        ])
    }

    private static func grouped(_ scores: EvaluationReport.GroupedScores) -> HTML {
        if scores.groups.isEmpty { return .p("No value has enough scored rows; --by-least asks for fewer.") }
        let table = HTML.table(
            [
                .init("Value", isText: true), .init("Rows"), .init("Predicted"), .init("Won"), .init("Log-loss"), .init("ECE"),
                .init("By chance", meaning: "The ECE that correct predictions would show of as many rows"),
                .init("95 %", meaning: "Below which it stays by chance 19 times in 20"),
            ],
            scores.groups.map { group in
                let error = group.calibration
                return [group.value, count(group.scored), NumberText.percent(group.predicted), NumberText.percent(group.observed)]
                    + [group.logLoss, error.ece, error.byChance, error.byChanceLimit].map(places)
            })
        let (left, beyond) = (scores.values - scores.groups.count, scores.groups.count { $0.calibration.exceedsChance })
        let says = beyond == 0 ? "None errs more than chance would make it." : "\(beyond) of \(scores.groups.count) err more than chance would make them."
        return .all([
            table, .p(says),
            left > 0 ? .notes("\(CountText.of(left, "other value")) with too few scored rows.") : .nothing,
        ])
    }

    private static func count(_ value: Int) -> String { CountText.grouped(value) }
    private static func places(_ value: Double) -> String { NumberText.fixed(value, 4) }
}
