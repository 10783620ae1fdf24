public import Engine
public import KafkaTransport
import LeadlineSchemas
import LeadlineCore
import Reports

/// What became of records that were put on the topics.
public enum Publication: Sendable {
    /// No processor was running, so everything that waited was processed here.
    case processed(StepReport)
    /// A processor is running and takes them up.
    case queued
    /// They stand on a cluster's topics.
    case sent(Int)

    /// Makes records durable on the topics, then processes them if nobody else does.
    static func publish(_ records: [NewRecord], to folder: DataFolder, cluster: KafkaSettings? = nil) async throws
        -> Publication
    {
        if let cluster {
            try KafkaPublisher(cluster, partitionCount: Topics.partitionCount(ClusterAdmin(cluster))).send(records)
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
        let journal = try folder.openJournal()
        try folder.requireNewestJournal(journal)
        try EmbeddedLog(journal).append(records, now: folder.now())
    }

    /// One line for people.
    public var sentence: String {
        switch self {
        case .processed(let report) where report.rejections > 0:
            "Processed \(CountText.of(report.records, "record")), \(report.rejections) rejected: see 'leadline deadletter list'."
        case .processed(let report): "Processed \(CountText.of(report.records, "record"))."
        case .sent(let count): "Sent \(CountText.of(count, "record")) to Kafka; the processors take them up."
        case .queued: "Another leadline process works on this folder and takes it up."
        }
    }
}

extension Deployment {
    /// A message in proto3 JSON as a record on its own topic, under a new id.
    func event(_ kind: MessageKind, _ json: String) -> NewRecord {
        EventRecord.binary(
            kind, program: program, json: json, id: folder.machine.newID(),
            source: submitting?.source ?? EventRecord.ownSource)
    }

    /// Makes records durable on the deployment's topics, then processes them if nobody else does.
    func publish(_ records: [NewRecord]) async throws -> Publication {
        if let submitting {
            _ = try await submitting.submit(records)
            return .queued
        }
        return try await Publication.publish(records, to: folder, cluster: cluster)
    }

    /// How long an instance may take to journal what was sent to it.
    private static let journalPatience = Duration.seconds(120)

    /// Looks until the folder's journal shows what was sent.
    /// - Parameters:
    ///   - late: thrown once an instance has had its time.
    ///   - look: nil while it is not there.
    func awaitJournal<Value>(otherwise late: Problem, _ look: () throws -> Value?) async throws -> Value {
        let time = folder.machine.passingTime, end = time.elapsed() + Self.journalPatience
        while true {
            if let found = try look() { return found }
            guard time.elapsed() < end else { throw late }
            try await time.sleep(for: .milliseconds(200))
        }
    }

    /// The cluster, where one is needed.
    func requiredCluster() throws(Problem) -> KafkaSettings {
        guard let cluster else { throw .needsCluster }
        return cluster
    }

    /// Where records are put, for many of them.
    public func topicWriter() throws(Problem) -> TopicWriter {
        try Problem.told { try TopicWriter(folder, cluster) }
    }
}

/// Where records go: the data folder's own topics, or a cluster's.
public enum TopicWriter {
    case embedded(EmbeddedLog, any WallClock)
    case kafka(KafkaPublisher)

    init(_ folder: DataFolder, _ cluster: KafkaSettings?) throws {
        if let cluster {
            self = .kafka(try KafkaPublisher(cluster, partitionCount: Topics.partitionCount(ClusterAdmin(cluster))))
        } else {
            let journal = try folder.openJournal()
            try folder.requireNewestJournal(journal)
            self = .embedded(try EmbeddedLog(journal), folder.machine.clock)
        }
    }

    /// Returns once they are durable.
    public func append(_ records: [NewRecord]) throws(Problem) {
        if records.isEmpty { return }
        try Problem.told {
            switch self {
            case .embedded(let log, let clock): try log.append(records, now: clock.now())
            case .kafka(let publisher): try publisher.send(records)
            }
        }
    }
}
