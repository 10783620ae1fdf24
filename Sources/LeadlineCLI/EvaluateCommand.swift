import ArgumentParser
import Engine
import Evaluation
import Foundation
import Reports
import TextFormats
import UseCases

/// `leadline evaluate`: how well the model would have predicted a history, row by row, before it knew the outcome.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure how well the model predicts, on CSV files of opportunities.",
        discussion: """
            Test, then train: each row is predicted at its arrival, and teaches once its closing day has passed, never \
            before. Where every row closes on the day it arrives, it teaches at once. Scores are over the last half of \
            the rows. The same settings serve all files; a file is learned from scratch.

              leadline evaluate stream.csv
              leadline evaluate crm.csv --arrival created --closed closed --outcome stage

            Columns are t, tclose, partner and y unless named; c_* are categories and n_* numbers, unless --category \
            or --number say what to learn from. Days are dates such as 2026-03-01 or whole numbers. Outcomes are 1, \
            won, true or yes, and 0, lost, false or no. Without an outcome or a closing day a row is still open: \
            predicted, never learned from or scored. A number counts in three ways: by bands of half an octave and of \
            an eighth, and by the zeros at its end.

            With --field the columns are fields of leads, and the rows are the leads of a program, which decides and \
            learns as every program does: the same scores as 'import --train' and 'backtest' have of the same rows at \
            the same times, where outcomes of a day come after its leads.

              leadline evaluate crm.csv --field source=origin --field deal-value=amount

            Scores: log-loss, AUC, Brier score and the expected calibration error (ECE) over 10 bins of equal mass. \
            Bins of few rows show an error even where every prediction is right: the ECE to expect by chance is told, \
            and what is left of the error without it. Beside the model stand the base rate and each partner's own \
            rate, shrunk to it. Reads only. \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("CSV files, each with a header.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("Column of the day of arrival.", valueName: "column"))
    var arrival = ColumnChoice().arrival

    @Option(help: ArgumentHelp("Column of the day on which the outcome became known.", valueName: "column"))
    var closed = ColumnChoice().closed

    @Option(help: ArgumentHelp("Column of the partner.", valueName: "column"))
    var partner = ColumnChoice().partner

    @Option(help: ArgumentHelp("Column of the outcome.", valueName: "column"))
    var outcome = ColumnChoice().outcome

    @Option(help: ArgumentHelp("Column of a category to learn from. May be given several times.", valueName: "column"))
    var category: [String] = []

    @Option(help: ArgumentHelp("Column of a number to learn from. May be given several times.", valueName: "column"))
    var number: [String] = []

    @Option(
        help: ArgumentHelp(
            "Learn a column as this field of a program's leads: \(ProgramField.allCases.map(\.rawValue).joined(separator: ", ")). May be given several times.",
            valueName: "field=column"))
    var field: [String] = []

    @Option(help: ArgumentHelp("Score the rows after this share of them.", valueName: "share"))
    var fromShare = 0.5

    @Option(
        help: ArgumentHelp(
            "Scores within each value of this column too; 'partner' is the partner's. May be given several times.",
            valueName: "column"))
    var by: [String] = []

    @Option(help: ArgumentHelp("With --by, only values with more scored rows than this.", valueName: "n"))
    var byLeast = 500

    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp("Run the timed pass so often and report the fastest.", valueName: "n"))
    var passes = 1

    @Option(
        help: ArgumentHelp(
            "Write a reliability diagram and a learning curve a file, as one SVG picture.", valueName: "file"))
    var svg: String?

    @Option(
        help: ArgumentHelp(
            "Write a page: scores beside baselines, calibration, learning and drift, and what --by asks for.",
            valueName: "file"))
    var html: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        if !(fromShare >= 0 && fromShare < 1) { throw ValidationError("--from-share must be from 0 to below 1") }
        if byLeast < 0 { throw ValidationError("--by-least must not be negative") }
        if !field.isEmpty && !(category.isEmpty && number.isEmpty) {
            throw ValidationError("Give --field, or --category and --number, not both")
        }
        _ = try fields()
        if !(1...1_000).contains(passes) { throw ValidationError("--repeat must be from 1 to 1000") }
    }

    func run() throws {
        var reports: [EvaluationReport] = []
        for file in files {
            let report = try report(on: file)
            // Each as soon as it is there; a document only when it is whole.
            if !json { Terminal.write((reports.isEmpty ? "" : "\n") + EvaluationText.of(report, Terminal.style)) }
            reports.append(report)
        }
        if json { Terminal.line(try JSONText.line(EvaluationDocument(files: reports))) }
        if let html { try PageFile.write(EvaluationPage.page(reports).html(), to: html) }
        if let svg { try PictureFile.write(ReliabilityPlot.svg(reports), to: svg) }
    }

    /// The columns that are fields of leads.
    private func fields() throws -> [ProgramField: String] {
        var fields: [ProgramField: String] = [:]
        for text in field {
            let parts = text.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard parts.count == 2, let name = ProgramField(rawValue: parts[0]), !parts[1].isEmpty else {
                let names = ProgramField.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--field is a field and its column, as in source=origin; fields are \(names)")
            }
            if fields.updateValue(parts[1], forKey: name) != nil {
                throw ValidationError("--field names \(parts[0]) twice")
            }
        }
        return fields
    }

    private var columns: ColumnChoice {
        var columns = ColumnChoice()
        // Checked before.
        if let fields = try? fields() { columns.fields = fields }
        columns.arrival = arrival
        columns.closed = closed
        columns.partner = partner
        columns.outcome = outcome
        columns.categories = category
        columns.numbers = number
        columns.groups = by
        return columns
    }

    private func report(on file: String) throws -> EvaluationReport {
        do {
            let observations = try read(file)
            var bar = ProgressBar("predicting", unit: "rows")
            defer { bar.finish() }
            let total = UInt64(observations.count * passes)
            return try Evaluator(fromShare: fromShare, passes: passes, groupLeast: byLeast).report(
                on: observations, file: file
            ) {
                bar.update(UInt64($0), of: total)
            }
        } catch let error as EvaluationError {
            throw Problem(.invalid, error.what, at: error.line.map { "\(file):\($0)" } ?? file, remedy: error.remedy)
        } catch let error as CSVError {
            throw Problem(.invalid, "\(error)", at: file)
        } catch is CocoaError {
            throw Problem.notReadable(file)
        }
    }

    private func read(_ file: String) throws -> Observations {
        let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? NSNumber)?.uint64Value
        var bar = ProgressBar("reading", unit: "bytes")
        defer { bar.finish() }
        return try ObservationReader.read(path: file, columns: columns) { bar.update(UInt64($0), of: size) }
    }
}
