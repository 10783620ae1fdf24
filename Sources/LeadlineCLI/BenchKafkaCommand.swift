import ArgumentParser
import Foundation
import KafkaTransport
import Simulation

/// The processor on a Kafka cluster.
struct BenchKafkaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kafka", abstract: "Measure the processor on a Kafka cluster, beside a loop that decides nothing.",
        discussion: """
            Makes the topics where they are missing and leaves its invented leads on them: use a cluster, or a \
            broker, that is for this alone, and a release build. One program, that is one shard and one core.

            \(Outcome.note)
            """)

    @OptionGroup var kafka: KafkaOptions
    @Option(help: "Leads of each measurement.") var leads = 100_000
    @Option(help: ArgumentHelp("Most records in one transaction.", valueName: "count")) var batchMax = 1_000
    @Option(help: ArgumentHelp("Where temporary data folders are made.", valueName: "dir")) var directory =
        NSTemporaryDirectory()
    @Flag(help: "Print JSON instead of a table.") var json = false

    func validate() throws {
        if leads < 1_000 || leads > 10_000_000 { throw ValidationError("--leads must be from 1000 to 10000000") }
        if batchMax < 1 || batchMax > 1_000_000 { throw ValidationError("--batch-max must be from 1 to 1000000") }
    }

    func run() async throws {
        var settings = try kafka.required()
        settings.group = "bench"
        let admin = try ClusterAdmin(settings)
        for plan in Topics.plans(partitions: 1, replicas: 1) { _ = try admin.create(plan) }
        let folder = directory + "/leadline-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { _ = try? FileManager.default.removeItem(atPath: folder) }
        let isTerminal = isatty(STDERR_FILENO) == 1
        let benchmark = KafkaBenchmark(
            settings, directory: folder, leads: leads, batchMax: batchMax,
            partitionCount: try Topics.partitionCount(admin)
        ) { stage in
            if isTerminal { FileHandle.standardError.write(Data("\r\u{1b}[K\(stage)".utf8)) }
        }
        var figures: [BenchmarkFigure] = []
        try await benchmark.run { figures.append($0) }
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1b}[K".utf8)) }
        try BenchmarkTable.show(figures, json: json)
    }
}
