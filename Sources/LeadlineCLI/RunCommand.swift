import ArgumentParser
import Engine
import Gateway
import KafkaTransport
import LeadlineCore
import Logging
import Metering
import ServiceLifecycle
import UseCases

/// The processor in the foreground.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Process what is on the topics until stopped.",
        discussion: """
            Takes the data folder's lock, recovers every program, then works: reads records, decides, commits, and \
            fires timers when they fall due. SIGTERM and SIGINT stop it between two batches; a kill loses nothing \
            either, since a batch is durable as a whole or not at all. One line a batch goes to stderr.

            With --kafka it joins the consumer group and works on the partitions that fall to it, one transaction a \
            batch; start as many instances as you like, each with a data folder of its own and the same master key. \
            The folder is a copy: an empty one is filled from the journal topic.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Option(help: ArgumentHelp("Most records in one batch, that is, in one commit.", valueName: "count"))
    var batchMax = 1_000

    @Option(help: ArgumentHelp("How long to wait before looking again when nothing is there.", valueName: "millis"))
    var pauseMillis = 50

    @OptionGroup var instance: InstanceOptions

    @Option(help: ArgumentHelp("Serve GET /metrics for Prometheus on this port of 127.0.0.1.", valueName: "port"))
    var metricsPort: Int?

    @OptionGroup var traces: TracesOptions

    @Flag(help: "Process what is there, then exit.")
    var once = false

    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    func validate() throws {
        if batchMax < 1 || batchMax > 1_000_000 { throw ValidationError("--batch-max must be from 1 to 1000000") }
        if once && kafka.bootstrap != nil { throw ValidationError("--once works on the data folder's own log only") }
        if let metricsPort, !(1...65_535).contains(metricsPort) {
            throw ValidationError("--metrics-port must be from 1 to 65535")
        }
        if pauseMillis < 1 || pauseMillis > 60_000 { throw ValidationError("--pause-millis must be from 1 to 60000") }
    }

    func run() async throws {
        let root = try DataFolder(path: data.path)
        try root.requireWhole()
        var logger = Logger(label: "leadline", factory: StreamLogHandler.standardError(label:))
        logger.logLevel = quiet ? .error : .info
        // Before anything measures: what was made earlier would measure for nobody.
        let endpoint = try await MetricsOptions.serve(on: metricsPort, logger)
        if let settings = try instance.settings(kafka, logger) {
            try await serve(root, settings, logger)
        } else {
            try await work(try data.whole(), logger)
        }
        try await MetricsOptions.stop(endpoint)
    }

    /// On the data folder's own log.
    private func work(_ deployment: Deployment, _ logger: Logger) async throws {
        let folder = deployment.folder
        let spans = try traces.export(folder, logger)
        let runtime = try EmbeddedRuntime.make(
            folder, batchMax: batchMax, pause: .milliseconds(pauseMillis), traces: spans, logger)
        logger.info("started", metadata: ["data": "\(folder.path)", "program": "\(deployment.program)"])
        if once {
            let drain: @Sendable () async throws -> StepReport = { try await runtime.drain { Self.log($0, logger) } }
            let total = if let spans { try await spans.export(during: drain) } else { try await drain() }
            logger.info("done", metadata: Self.metadata(total))
        } else {
            let work = GracefulStop.Work { try await runtime.run { Self.log($0, logger) } }
            try await GracefulStop.run(Self.exporting(spans) + [work])
            logger.info("stopped")
        }
    }

    /// On a cluster. A signal stops it from the first moment on: it may wait for topics that are not there yet.
    private func serve(_ folder: DataFolder, _ settings: KafkaSettings, _ logger: Logger) async throws {
        let spans = try traces.export(folder, logger)
        let work = GracefulStop.Work { [instance, batchMax] in
            let member = try await instance.make(
                folder, settings, batchMax: batchMax, logger, traced: spans?.deciding
            ) {
                Self.log($1, logger, ["partition": "\($0)"])
            }
            try await member.run()
        }
        try await GracefulStop.run(within: Self.stopPatience, Self.exporting(spans) + [work])
        logger.info("stopped")
    }

    private static func exporting(_ spans: SpanExport?) -> [any Service] { spans.map { [$0] } ?? [] }

    /// However a broker behaves, stopping takes no longer.
    private static let stopPatience = Duration.seconds(9)

    private static func log(_ report: StepReport, _ logger: Logger, _ place: Logger.Metadata = [:]) {
        if report.entries + report.rejections > 0 {
            logger.info("batch", metadata: metadata(report).merging(place) { $1 })
        }
    }

    private static func metadata(_ report: StepReport) -> Logger.Metadata {
        [
            "records": "\(report.records)", "entries": "\(report.entries)", "decisions": "\(report.events)",
            "rejected": "\(report.rejections)",
        ]
    }
}
