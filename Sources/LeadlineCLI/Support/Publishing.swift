import Engine
import KafkaTransport
import LeadlineCore
import Reports

/// What became of records that a command put on the topics.
enum Publication {
    /// No processor was running, so the command processed everything that waited.
    case processed(StepReport)
    /// A processor is running and takes them up.
    case queued
    /// They stand on a cluster's topics.
    case sent(Int)

    /// Makes records durable on the topics, then processes them if nobody else does.
    static func publish(_ records: [NewRecord], to folder: DataFolder, kafka: KafkaSettings? = nil) async throws -> Publication {
        if let kafka {
            try KafkaPublisher(kafka, partitionCount: Topics.partitionCount(ClusterAdmin(kafka))).send(records)
            return .sent(records.count)
        }
        try append(records, to: folder)
        do {
            let processor = try Processor(folder)
            let report = try await processor.runUntilIdle(batchMax: 1_000)
            try await processor.settle()
            return .processed(report)
        } catch EngineError.locked {
            return .queued
        }
    }

    private static func append(_ records: [NewRecord], to folder: DataFolder) throws {
        try EmbeddedLog(folder.openJournal()).append(records, now: SystemClock().now())
    }

    /// One line on stderr for people.
    var sentence: String {
        switch self {
        case .processed(let report) where report.rejections > 0:
            "Processed \(CountText.of(report.records, "record")), \(report.rejections) rejected: see 'leadline deadletter list'."
        case .processed(let report): "Processed \(CountText.of(report.records, "record"))."
        case .sent(let count): "Sent \(CountText.of(count, "record")) to Kafka; the processors take them up."
        case .queued: "Another leadline process works on this folder and takes it up."
        }
    }
}
