import Engine
import Gateway
import Logging
import UseCases

/// What works on a folder's own log, whether or not HTTP is served beside it.
enum EmbeddedRuntime {
    /// - Parameters:
    ///   - batchMax: most records in one batch.
    ///   - traces: where spans of deciding go; nil for nowhere.
    ///   - pause: how long the processor waits for records before it looks at the timers again; nil for the usual time.
    static func make(
        _ folder: DataFolder, batchMax: Int, pause: Duration? = nil, traces: SpanExport? = nil, _ logger: Logger
    ) throws -> Runtime<EmbeddedLog> {
        var pace = Runtime<EmbeddedLog>.Pace()
        pace.batchMax = batchMax
        if let pause { pace.pause = pause }
        return try Runtime(
            folder, Processor(folder, traced: traces?.deciding), pace: pace, logger: logger,
            companions: [recordsCounting(folder, logger)])
    }

    /// Counts the records of a folder's programs; those that cannot be counted are told of in the log.
    static func recordsCounting(_ folder: DataFolder, _ logger: Logger) -> @Sendable () async throws -> Void {
        RecordsCounting.companion(folder) { program, error in
            logger.warning("records are not counted", metadata: ["program": "\(program)", "why": "\(error)"])
        }
    }
}
