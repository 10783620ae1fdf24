import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import Simulation
import TextFormats
import Yams
import UseCases

/// `leadline import`: a CRM's exported history becomes a program's history, on the time of its events.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import history from CSV files: partners, accounts, leads and how they ended.",
        discussion: """
            The mapping file says which file and column becomes what. --explain-mapping tells every key; --ready prints \
            one for an export of Salesforce, HubSpot, Pipedrive, Zoho, Dynamics or Odoo; --guess writes one to start from \
            out of a file's head and values, and says what it guessed. History stays as it was: each past \
            assignment is recorded as such, Leadline's own choice at that moment stands beside it, and outcomes \
            teach; a lead that history gave to nobody is routed. With --route Leadline assigns, and an outcome counts \
            only where it chose the same partner. With --train nothing is newly decided: a lead that nobody had is \
            left out, what consumers see of the others bears the cause 'imported', and at the end stands what was \
            learned, and how well each outcome would have been foretold, as 'leadline backtest' measures it.

              leadline import --guess deals.csv >mapping.yaml
              leadline import --mapping mapping.yaml --from ~/crm --dry-run
              leadline import --mapping mapping.yaml --from ~/crm --report rows.csv
              leadline import --mapping mapping.yaml --from ~/crm --train

            An import that was stopped goes on where it was when the same command is run again; one that is complete \
            changes nothing. A program's time never goes back, so history goes into a program without entries: the one \
            that --program names, else the mapping's, else the data folder's. A dry run finds what the run would, what \
            stands in the data folder included; without a folder it reads the files alone. \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions

    @Option(help: ArgumentHelp("Mapping, YAML or JSON.", valueName: "file"))
    var mapping: String?

    @Option(help: ArgumentHelp("Folder with the CSV files.", valueName: "dir"))
    var from: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Print a mapping guessed from files: opportunities, and partners.", valueName: "file"))
    var guess: [String] = []

    @Option(help: ArgumentHelp("Print a ready mapping: \(ReadyMappings.names.joined(separator: ", ")).", valueName: "export"))
    var ready: String?

    @Flag(help: "Print every key that a mapping can have, with what it means.")
    var explainMapping = false

    @Flag(help: "Let Leadline assign the leads instead of recording who got them.")
    var route = false

    @Flag(help: "Import history to learn from it alone, and say what was learned.")
    var train = false

    @Option(help: ArgumentHelp("Most records a batch.", valueName: "n"))
    var batchMax = 5_000

    @Option(
        help: ArgumentHelp(
            "Write each row with its outcome, the rules that applied, its times and its money, as CSV.",
            valueName: "file"))
    var report: String?

    @Flag(help: "Print the result as one line of JSON.")
    var json = false

    @Flag(help: "Read the files and report; change nothing.")
    var dryRun = false

    func validate() throws {
        if batchMax < 1 { throw ValidationError("--batch-max must be at least 1") }
        if train && route {
            throw ValidationError("Give --train or --route, not both: to train, history stays as it was.")
        }
        let others = [!guess.isEmpty, ready != nil, explainMapping].count(where: { $0 })
        if others > 1 { throw ValidationError("Give one of --guess, --ready and --explain-mapping.") }
        if let ready, ReadyMappings.text(of: ready) == nil {
            throw ValidationError("--ready is one of \(ReadyMappings.names.joined(separator: ", "))")
        }
        if others == 0 && (mapping == nil || from == nil) {
            throw ValidationError(
                "--mapping and --from are needed; --guess FILE or --ready EXPORT print a mapping to start from")
        }
    }

    func run() async throws {
        if explainMapping { return Terminal.write(MappingKeysText.of(Terminal.style)) }
        if let ready { return Terminal.write(ReadyMappings.text(of: ready) ?? "") }
        if !guess.isEmpty { return try showGuess() }
        let start = ContinuousClock.now
        let plan = try plan()
        if let report { try write(plan, to: report) }
        if dryRun {
            try show(plan, nil, nil, isNew: try await isNew(plan), elapsed: .zero)
            return
        }
        let deployment = try data.deployment()
        let imported = try await deployment.importHistory(plan, batchMax: batchMax)
        let elapsed = ContinuousClock.now - start
        let training = train ? try ImportTraining(plan, deployment) : nil
        try show(plan, imported.result, training, isNew: imported.isNew, elapsed: elapsed)
        if imported.result.rejections > 0 { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    private func showGuess() throws {
        do {
            let guessed = try ImportGuess(guess)
            Terminal.write(guessed.yaml)
            for note in guessed.notes { Terminal.say("guessed: \(Terminal.harmless(note))") }
        } catch let error as ImportError {
            throw Problem(.invalid, "\(error)")
        }
    }

    /// Whether the run would import anything; a folder that is not there holds nothing yet.
    private func isNew(_ plan: ImportPlan) async throws -> Bool {
        guard let deployment = try? data.deployment() else { return true }
        return try deployment.checkImport(plan)
    }

    // MARK: Reading

    private func plan() throws -> ImportPlan {
        guard let mapping, let from else { preconditionFailure("validate asks for both") }
        let file = try MappingFile(mapping)
        let policy = try file.mapping.policy.map { try PolicyBeside.read($0, mapping: mapping) }
        do {
            return try ImportPlan(
                mapping: file.mapping, from: from, policy: policy, program: try program(file.mapping),
                mode: train ? .train : route ? .route : .history, now: SystemClock().now())
        } catch let error as ImportError {
            throw Problem(.invalid, "\(error)")
        }
    }

    /// A dry run needs no data folder; the program then only has to be some id.
    private func program(_ mapping: ImportMapping) throws -> String {
        if let id = data.givenProgram ?? mapping.program.id { return id }
        do { return try data.deployment().program } catch {
            if dryRun { return "dry-run" }
            throw error
        }
    }

    // MARK: Telling

    private func write(_ plan: ImportPlan, to path: String) throws {
        var text = CSVReader.line(Self.reportHead) + "\r\n"
        for row in plan.rows { text += CSVReader.line(Self.fields(row)) + "\r\n" }
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw Problem.notWritable("the report cannot be written", at: path)
        }
    }

    private static let reportHead = [
        "file", "line", "id", "outcome", "rules", "came", "ended", "partner", "value_minor_units", "value_currency",
        "amount_minor_units", "amount_currency",
    ]

    private static func fields(_ row: ImportRowReport) -> [String] {
        func money(_ amount: ImportRowReport.Amount?) -> [String] {
            amount.map { [String($0.minorUnits), $0.currency] } ?? ["", ""]
        }
        return [row.file, String(row.line), row.id, row.outcome, row.rules.joined(separator: "; ")]
            + [row.came.map(RFC3339.format) ?? "", row.ended.map(RFC3339.format) ?? "", row.partner ?? ""]
            + money(row.value) + money(row.amount)
    }

    private func show(
        _ plan: ImportPlan, _ result: ImportResult?, _ training: ImportTraining?, isNew: Bool, elapsed: Duration
    ) throws {
        let seconds = elapsed.inSeconds
        let rate = result != nil && isNew && seconds > 0 ? Int(Double(plan.counts.rows) / seconds) : nil
        if json {
            Terminal.line(
                try JSONText.line(ImportDocument(plan, result, training?.document, isNew: isNew, rowsPerSecond: rate)))
        } else {
            Terminal.write(ImportText.of(plan, result, isNew: isNew, rowsPerSecond: rate, Terminal.style))
            if let training {
                Terminal.write("\n" + TrainingText.of(training.document, training.report, Terminal.style))
            }
        }
    }
}

/// The mapping as its file has it; errors name the line.
struct MappingFile {
    let mapping: ImportMapping

    init(_ name: String) throws {
        let file = try YAMLFile(name)
        do {
            mapping = try JSONDecoder().decode(ImportMapping.self, from: Data(YAMLTree.json(file.root).utf8))
        } catch let error as DecodingError {
            throw Self.failure(error, file)
        }
    }

    private static func failure(_ error: DecodingError, _ file: YAMLFile) -> Problem {
        let (path, detail): ([any CodingKey], String) =
            switch error {
            case .keyNotFound(let key, let context): (context.codingPath, "the key '\(key.stringValue)' is missing")
            case .typeMismatch(let type, let context): (context.codingPath, "\(name(type)) is needed here")
            case .valueNotFound(let type, let context): (context.codingPath, "\(name(type)) is needed here")
            case .dataCorrupted(let context): (context.codingPath, context.debugDescription)
            @unknown default: ([], "\(error)")
            }
        var node = file.root
        for key in path {
            guard
                let inner = key.intValue.map({ index in node.sequence?[index] }) ?? node.mapping?[Node(key.stringValue)]
            else { break }
            node = inner
        }
        return Problem(
            .invalid, detail, at: file.place(node, path.map(\.stringValue).joined(separator: ".")),
            remedy: "'leadline import --explain-mapping' tells every key")
    }

    private static func name(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is Int64.Type: "a whole number"
        default: "a mapping of keys to values"
        }
    }
}

/// The policy that a mapping names.
enum PolicyBeside {
    static func read(_ path: String, mapping: String) throws -> WirePolicy {
        let folder = (mapping as NSString).deletingLastPathComponent
        let file = try YAMLFile(
            (path as NSString).isAbsolutePath ? path : (folder as NSString).appendingPathComponent(path))
        return try file.message(WirePolicy.self, at: file.root, path: "")
    }
}
