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
            The mapping file says which file and column becomes what; the example \
            deploy/examples/maven_crm/mapping.yaml shows all it can say. History stays as it was: each past \
            assignment is recorded as such, Leadline's own choice at that moment stands beside it, and outcomes \
            teach; a lead that history gave to nobody is routed. With --route Leadline assigns, and an outcome counts \
            only where it chose the same partner. With --train nothing is newly decided: a lead that nobody had is \
            left out, what consumers see of the others bears the cause 'imported', and at the end stands what was \
            learned, and how well each outcome would have been foretold, as 'leadline backtest' measures it.

              leadline import --mapping mapping.yaml --from ~/crm --dry-run
              leadline import --mapping mapping.yaml --from ~/crm --report rows.csv
              leadline import --mapping mapping.yaml --from ~/crm --train

            An import that was stopped goes on where it was when the same command is run again; one that is complete \
            changes nothing. A program's time never goes back, so history goes into a program without entries: the one \
            that --program names, else the mapping's, else the data folder's. \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions

    @Option(help: ArgumentHelp("Mapping, YAML or JSON.", valueName: "file"))
    var mapping: String

    @Option(help: ArgumentHelp("Folder with the CSV files.", valueName: "dir"))
    var from: String

    @Flag(help: "Let Leadline assign the leads instead of recording who got them.")
    var route = false

    @Flag(help: "Import history to learn from it alone, and say what was learned.")
    var train = false

    @Option(help: ArgumentHelp("Most records a batch.", valueName: "n"))
    var batchMax = 5_000

    @Option(
        help: ArgumentHelp("Write each row with its outcome and the rules that applied, as CSV.", valueName: "file"))
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
    }

    func run() async throws {
        let start = ContinuousClock.now
        let plan = try plan()
        if let report { try write(plan, to: report) }
        if dryRun {
            try show(plan, nil, nil, isNew: true, elapsed: .zero)
            return
        }
        let deployment = try data.deployment()
        let imported = try await deployment.importHistory(plan, batchMax: batchMax)
        let elapsed = ContinuousClock.now - start
        let training = train ? try ImportTraining(plan, deployment) : nil
        try show(plan, imported.result, training, isNew: imported.isNew, elapsed: elapsed)
        if imported.result.rejections > 0 { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    // MARK: Reading

    private func plan() throws -> ImportPlan {
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
        var text = CSVReader.line(["file", "line", "id", "outcome", "rules"]) + "\r\n"
        for row in plan.rows {
            text +=
                CSVReader.line([row.file, String(row.line), row.id, row.outcome, row.rules.joined(separator: "; ")])
                + "\r\n"
        }
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw Problem.notWritable("the report cannot be written", at: path)
        }
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
            remedy: "the example deploy/examples/maven_crm/mapping.yaml shows every key")
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
