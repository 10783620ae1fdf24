import ArgumentParser
import Engine
import KafkaTransport
import Logging
import UseCases

/// How an instance works on a cluster, whether or not HTTP is served beside it.
struct InstanceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Kafka: name of this instance, for static membership. A replacement of the same name takes its place.",
            valueName: "name"))
    var instanceId: String?

    @Option(
        help: ArgumentHelp(
            "Kafka: how long a batch waits for more records after its first. Waiting makes fewer, larger transactions and every decision later.",
            valueName: "millis"))
    var lingerMillis = 0

    @Option(help: ArgumentHelp("Kafka: how decisions are written, json or protobuf.", valueName: "format"))
    var decisions: DecisionFormat = .json

    func validate() throws {
        if lingerMillis < 0 || lingerMillis > 10_000 {
            throw ValidationError("--linger-millis must be from 0 to 10000")
        }
    }

    /// The cluster that is named, with where its client's words go; nil without Kafka.
    func settings(_ kafka: KafkaOptions, _ logger: Logger) throws -> KafkaSettings? {
        guard var settings = try kafka.settings(instanceID: instanceId) else { return nil }
        settings.logger = logger
        settings.waiting = { [logger] in logger.warning("\($0)") }
        return settings
    }

    /// An instance on a folder, once the topics are there.
    func make(
        _ folder: DataFolder, _ settings: KafkaSettings, batchMax: Int, _ logger: Logger,
        traced: (@Sendable ([TracedDeciding]) -> Void)? = nil,
        report: @escaping @Sendable (Int32, StepReport) -> Void
    ) async throws -> KafkaInstance {
        let options = try await ThreadTaskExecutor("leadline.start").run { try shardOptions(settings) }
        let instance = try KafkaInstance(
            folder, settings, options: options, batchMax: batchMax, logger: logger,
            companion: { [logger] in EmbeddedRuntime.recordsCounting($0, logger) }, traced: traced, report: report)
        logger.info(
            "started",
            metadata: [
                "data": "\(folder.path)", "group": "\(settings.group)", "partitions": "\(options.partitionCount)",
            ])
        return instance
    }

    private func shardOptions(_ settings: KafkaSettings) throws -> KafkaLogOptions {
        let admin = try ClusterAdmin(settings)
        var options = KafkaLogOptions(partitionCount: try Topics.partitionCount(admin))
        options.deadLetterBytesMax = try Topics.deadLetterBytesMax(admin, settings)
        options.linger = .milliseconds(lingerMillis)
        options.decisionFormat = decisions
        return options
    }
}

extension DecisionFormat: ExpressibleByArgument {}
