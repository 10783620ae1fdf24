import Engine
import Foundation
public import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Logging
import Synchronization

/// Measures the processor on a Kafka cluster beside a loop that decides nothing. The cluster must be for this alone.
public struct KafkaBenchmark: Sendable {
    private let settings: KafkaSettings
    private let directory: String
    private let leads: Int
    private let batchMax: Int
    private let partitionCount: Int32
    private let stage: @Sendable (String) -> Void

    /// A benchmark whose data folders are made in `directory`.
    public init(
        _ settings: KafkaSettings, directory: String, leads: Int, batchMax: Int, partitionCount: Int32,
        stage: @escaping @Sendable (String) -> Void
    ) {
        self.settings = settings
        self.directory = directory
        self.leads = leads
        self.batchMax = batchMax
        self.partitionCount = partitionCount
        self.stage = stage
    }

    /// All measurements.
    public func run(_ report: (BenchmarkFigure) -> Void) async throws {
        let prefix = "bench-\(UUID().uuidString.prefix(8).lowercased())"
        var sealed = Workload(program: "\(prefix)-sealed", seed: 1)
        var open = Workload(program: "\(prefix)-open", seed: 2)
        let publisher = try KafkaPublisher(settings, partitionCount: partitionCount)

        stage("sending leads with contact data")
        try publisher.send(try sealed.setUp(at: nil) + sealed.partners(40, at: nil))
        try publisher.send(try (0..<leads).map { _ in try sealed.lead(at: nil) })
        stage("a loop that decides nothing")
        let place = Partitioner.partition(of: Array(sealed.program.utf8), count: partitionCount)
        var raw = settings
        raw.group = "\(prefix)-raw"
        let rawSeconds = try RawLoop.run(
            raw, partition: place, from: .leads, to: .checkpoints, count: leads, batchMax: batchMax)
        let rawRate = Double(leads) / rawSeconds
        report(.init(name: "raw loop: read, write, commit", value: rawRate, unit: "records/s"))

        stage("processing leads with contact data")
        let folder = try folder("processor")
        let sealedRate = try await rate(folder)
        report(
            .init(
                name: "processor, leads with contact data", value: sealedRate, unit: "leads/s",
                share: sealedRate / rawRate, aim: 15_000))

        try publisher.send(try open.setUp(at: nil) + open.partners(40, at: nil))
        try publisher.send(try (0..<leads).map { _ in try open.leadOfNobody() })
        stage("processing leads without personal fields")
        let openRate = try await rate(folder)
        report(
            .init(
                name: "processor, leads without personal fields", value: openRate, unit: "leads/s",
                share: openRate / rawRate, aim: rawRate / 10))

        stage("latency at 1,000 leads/s")
        let delays = try await latencies(folder, &sealed, publisher)
        report(
            .init(
                name: "latency at 1,000/s, produced to decided, p50", value: Self.percentile(delays, 0.50), unit: "ms"))
        report(
            .init(
                name: "latency at 1,000/s, produced to decided, p99", value: Self.percentile(delays, 0.99), unit: "ms",
                aim: 50))
        report(.init(name: "peak memory", value: Benchmark.peakMemoryBytes(), unit: "bytes"))

        stage("reading the journal back")
        try sizes(report)
        try restore(report)
    }

    private func folder(_ name: String) throws -> DataFolder {
        try DataFolder.create(
            path: directory + "/" + name, settings: .init(program: "bench", masterKeyFile: directory + "/master.key"))
    }

    private func instance(_ folder: DataFolder, linger: Duration, _ report: @escaping @Sendable (StepReport) -> Void)
        throws -> KafkaInstance
    {
        var options = KafkaLogOptions(partitionCount: partitionCount)
        options.linger = linger
        options.decisionFormat = .protobuf
        let quiet = Logger(label: "leadline.bench") { _ in SwiftLogNoOpLogHandler() }
        return try KafkaInstance(folder, settings, options: options, batchMax: batchMax, logger: quiet) { report($1) }
    }

    /// Leads a second from the first commit to the last of everything that waits.
    private func rate(_ folder: DataFolder) async throws -> Double {
        let times = BatchTimes()
        let instance = try instance(folder, linger: .milliseconds(5)) { times.add($0) }
        let total = leads
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await instance.run() }
            group.addTask {
                while times.records < total { try await Task.sleep(for: .milliseconds(20)) }
            }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
        return times.rate
    }

    /// When batches were committed.
    private final class BatchTimes: Sendable {
        private struct Seen {
            var first: ContinuousClock.Instant?
            var last = ContinuousClock.now
            var records = 0
            var skipped = 0
        }
        private let seen = Mutex(Seen())

        func add(_ report: StepReport) {
            seen.withLock { seen in
                if report.records == 0 { return }
                seen.last = .now
                if seen.first == nil {
                    seen.first = .now
                    seen.skipped = report.records
                }
                seen.records += report.records
            }
        }

        var records: Int { seen.withLock { $0.records } }

        /// Records a second after the first batch, whose start nobody saw.
        var rate: Double {
            seen.withLock { seen in
                let time = (seen.first ?? seen.last).duration(to: seen.last)
                return Double(seen.records - seen.skipped) / Swift.max(time.inSeconds, 0.000_001)
            }
        }
    }

    /// Milliseconds from handing a lead to the producer to its decision at an outside consumer, for 20 s.
    private func latencies(_ folder: DataFolder, _ workload: inout Workload, _ publisher: KafkaPublisher) async throws
        -> [Double]
    {
        let records = try (0..<20_000).map { _ in try workload.lead(at: nil) }
        let ids = records.map { record in
            record.headers.first { $0.name == Array("ce_id".utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
                ?? ""
        }
        let instance = try instance(folder, linger: .milliseconds(2)) { _ in }
        let settings = settings
        let partitionCount = partitionCount
        return try await withThrowingTaskGroup(of: [Double]?.self) { group in
            group.addTask {
                try await instance.run()
                return nil
            }
            group.addTask {
                try await LatencyRun(settings, partitionCount: partitionCount).run(records, ids)
            }
            while let found = try await group.next() {
                guard let found else { continue }
                group.cancelAll()
                while try await group.next() != nil {}
                return found
            }
            return []
        }
    }

    /// Sends at a steady rate and watches the decisions, on a thread of its own.
    private actor LatencyRun {
        private let executor = ThreadExecutor("leadline.bench.latency")
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
        private let settings: KafkaSettings
        private let partitionCount: Int32

        init(_ settings: KafkaSettings, partitionCount: Int32) {
            self.settings = settings
            self.partitionCount = partitionCount
        }

        func run(_ records: [NewRecord], _ ids: [String]) throws -> [Double] {
            let decisions = try TopicReader(settings, .decisions, partitionCount: partitionCount, atEnd: true)
            let publisher = try KafkaPublisher(settings, partitionCount: partitionCount)
            try awaitReady(records[0], decisions, publisher)
            let began = ContinuousClock.now
            var sent: [String: ContinuousClock.Instant] = [:]
            var delays: [Double] = []
            var next = 1
            let deadline = began + .seconds(60)
            while delays.count < records.count - 1, ContinuousClock.now < deadline {
                while next < records.count, began + .milliseconds(next) <= .now {
                    sent[ids[next]] = .now
                    try publisher.enqueue(records[next])
                    next += 1
                }
                try publisher.tend()
                try decisions.read(waitMillis: 1) { record in
                    guard let value = record.value, let assigned = try? WireLeadAssigned(serializedBytes: value),
                        let start = sent.removeValue(forKey: assigned.leadID)
                    else { return }
                    delays.append(start.duration(to: .now).inSeconds * 1_000)
                }
            }
            return delays.sorted()
        }

        /// A lead that is decided says that the shard has recovered and works.
        private func awaitReady(_ record: NewRecord, _ decisions: TopicReader, _ publisher: KafkaPublisher) throws {
            try publisher.send([record])
            var isReady = false
            let deadline = ContinuousClock.now + .seconds(120)
            while !isReady, ContinuousClock.now < deadline {
                try decisions.read(waitMillis: 10) { _ in isReady = true }
            }
        }
    }

    private static func percentile(_ sorted: [Double], _ share: Double) -> Double {
        sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
    }

    private func sizes(_ report: (BenchmarkFigure) -> Void) throws {
        for topic in [Topic.journal, .decisions, .keys] {
            var bytes = 0
            try TopicReader(settings, topic, partitionCount: partitionCount).readAll { record in
                bytes +=
                    (record.key?.count ?? 0) + (record.value?.count ?? 0)
                    + record.headers.reduce(0) { $0 + $1.name.count + $1.value.count }
            }
            report(
                .init(
                    name: "bytes a lead on \(topic.name), uncompressed",
                    value: Double(bytes) / Double(2 * leads + 20_000), unit: "bytes"))
        }
    }

    private func restore(_ report: (BenchmarkFigure) -> Void) throws {
        var entries: [Int32: UInt64] = [:]
        let folder = try folder("restored")
        let began = ContinuousClock.now
        _ = try JournalCopy.fill(folder, settings) { partition, _, count in entries[partition] = count }
        let time = began.duration(to: .now).inSeconds
        report(
            .init(
                name: "restoring an empty disk from the journal topic",
                value: Double(entries.values.reduce(0, +)) / time, unit: "entries/s"))
    }
}
