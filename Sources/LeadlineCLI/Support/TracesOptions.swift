import ArgumentParser
import Engine
import Gateway
import Logging

/// Where a process writes its spans.
struct TracesOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Append spans of requests, decisions and webhooks to this file; OTLP/JSON.", valueName: "file"))
    var tracesFile: String?

    @Option(help: ArgumentHelp("Send them to this collector by OTLP/JSON over https.", valueName: "url"))
    var tracesEndpoint: String?

    @Flag(
        name: .customLong("traces-to-loopback"),
        help: "Let them go to a collector on this machine too, over plain HTTP.")
    var goToLoopback = false

    func validate() throws {
        if tracesFile != nil && tracesEndpoint != nil {
            throw ValidationError("give --traces-file or --traces-endpoint, not both")
        }
    }

    /// Writes spans; nil where nobody wants them.
    /// - Parameter settings: how others are reached.
    func export(_ folder: DataFolder, as settings: WebhookSettings = WebhookSettings(), _ logger: Logger) throws
        -> SpanExport?
    {
        let destination: SpanExport.Destination? =
            tracesFile.map { .file($0) } ?? tracesEndpoint.map { .endpoint($0) }
        var settings = settings
        settings.allowsLoopback = settings.allowsLoopback || goToLoopback
        return try destination.map { try SpanExport($0, settings, folder.machine, logger: logger) }
    }
}
