import ArgumentParser
import Foundation
import Simulation

/// Speed and memory, measured.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure throughput, recovery and memory on this machine.",
        discussion: "Use a release build. Without a subcommand it measures the core and the data folder's own log.",
        subcommands: [
            BenchEmbeddedCommand.self, BenchKafkaCommand.self, BenchProofCommand.self, BenchDossierCommand.self,
        ], defaultSubcommand: BenchEmbeddedCommand.self)
}

/// The core and the embedded log.
struct BenchEmbeddedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embedded", abstract: "Measure the core and the processor on a data folder.",
        discussion: """
            Works on invented leads in a temporary folder, which it removes. The journal of a million entries takes \
            about a minute to make and 2 GB of disk; --entries makes it smaller.
            """)

    @Option(help: "Leads of the core and end-to-end measurements.") var leads = 100_000
    @Option(help: "Entries of the journal that recovery is measured on.") var entries = 1_000_000
    @Option(help: ArgumentHelp("Where the temporary folder is made.", valueName: "dir")) var directory =
        NSTemporaryDirectory()
    @Flag(help: "Print JSON instead of a table.") var json = false

    func validate() throws {
        if leads < 1_000 || entries < 1_000 { throw ValidationError("--leads and --entries must be at least 1000") }
    }

    func run() async throws {
        let folder = directory + "/leadline-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { _ = try? FileManager.default.removeItem(atPath: folder) }
        var figures: [BenchmarkFigure] = []
        let isTerminal = isatty(STDERR_FILENO) == 1
        let benchmark = Benchmark(
            directory: folder, leads: leads, entries: entries,
            stage: { name in
                if isTerminal { FileHandle.standardError.write(Data("\r\u{1b}[K\(name)".utf8)) }
            }, report: { figures.append($0) })
        try await benchmark.run()
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1b}[K".utf8)) }
        try BenchmarkTable.show(figures, json: json)
    }
}

/// Figures for people, or as JSON.
enum BenchmarkTable {
    static func show(_ figures: [BenchmarkFigure], json: Bool) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(figures), as: UTF8.self))
        } else {
            for figure in figures { print(line(figure)) }
        }
    }

    private static func line(_ figure: BenchmarkFigure) -> String {
        let value = figure.value >= 1_000 ? grouped(figure.value) : String(format: "%.2f", figure.value)
        let share = figure.share.map { "   \(Int(($0 * 100).rounded())) %" } ?? ""
        let aim = figure.aim.map { "   (aim \(grouped($0)))" } ?? ""
        return figure.name.padding(toLength: 58, withPad: " ", startingAt: 0)
            + String(repeating: " ", count: max(0, 16 - value.count)) + value + " \(figure.unit)\(share)\(aim)"
    }

    private static func grouped(_ value: Double) -> String {
        let digits = Array(String(Int64(value.rounded())))
        return digits.enumerated().map { index, digit in
            (digits.count - index) % 3 == 0 && index > 0 ? ",\(digit)" : String(digit)
        }.joined()
    }
}
