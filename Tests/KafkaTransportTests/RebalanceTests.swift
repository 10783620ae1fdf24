import Engine
import Foundation
import Journal
import LeadlineCore
import LeadlineSchemas
import Logging
import Testing

@testable import KafkaTransport

/// Shards move between instances, and no program notices: every position comes once.
@Suite struct RebalanceTests {
    @Test(.timeLimit(.minutes(10)), arguments: ["range", "roundrobin", "cooperative-sticky"]) func shardsMoveWithoutGapOrRepeat(_ strategy: String) async throws {
        let cluster = try MockCluster(partitions: 4)
        let settings = KafkaSettings(
            bootstrap: cluster.bootstrap, group: "test", properties: [
                "partition.assignment.strategy": strategy,
                // The mock cluster waits that long for a member that has left.
                "session.timeout.ms": "6000", "heartbeat.interval.ms": "500",
            ])
        let programs = (0..<8).map { "program-\($0)" }
        let publisher = try KafkaPublisher(settings, partitionCount: 4)
        try publisher.send(programs.map { registration($0, "first") })

        let first = try Member(settings)
        try await first.until { $0 == [0, 1, 2, 3] }
        let second = try Member(settings)
        try await second.until { $0.count == 2 }
        try await first.until { $0.count == 2 }
        // Both work now, each on its half.
        try publisher.send(programs.map { registration($0, "second") })
        try await first.committed(records: 1)
        try await second.committed(records: 1)
        // The first leaves; what it had falls to the second.
        try await first.stop()
        try await second.until { $0 == [0, 1, 2, 3] }
        try await second.consumed(settings, 16)
        try await second.stop()

        var positions: [String: [UInt64]] = [:]
        try TopicReader(settings, .journal, partitionCount: 4).readAll { record in
            guard let key = record.key, let value = record.value else { return }
            positions[String(decoding: key, as: UTF8.self), default: []].append(try EntryCodec.peek(value).position)
        }
        #expect(positions.keys.sorted() == programs)
        #expect(positions.values.allSatisfy { $0 == [0, 1] })
    }

    /// One instance on a disk of its own.
    private final class Member {
        private let disk: LogFolder
        private let instance: KafkaInstance
        private let life: Task<Void, any Error>
        private var assignments: AsyncStream<[Int32]>.Iterator
        private var batches: AsyncStream<StepReport>.Iterator
        private var last: [Int32] = []

        init(_ settings: KafkaSettings) throws {
            disk = try LogFolder()
            var options = KafkaLogOptions(partitionCount: 4)
            options.requiresAppendTime = false
            let (reports, continuation) = AsyncStream<StepReport>.makeStream()
            let instance = try KafkaInstance(
                disk.folder, settings, options: options, batchMax: 100, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) { continuation.yield($1) }
            self.instance = instance
            batches = reports.makeAsyncIterator()
            assignments = instance.assignments.makeAsyncIterator()
            life = Task { try await instance.run() }
        }

        /// Waits until the partitions it has are what is wanted.
        func until(_ isWanted: ([Int32]) -> Bool) async throws {
            while !isWanted(last) { last = try #require(await assignments.next(isolation: #isolation)) }
        }

        func committed(records: Int) async throws {
            var seen = 0
            while seen < records { seen += try #require(await batches.next(isolation: #isolation)).records }
        }

        /// Waits, batch by batch, until the journal says that so many records were consumed by all instances together.
        func consumed(_ settings: KafkaSettings, _ count: Int) async throws {
            while true {
                var entries = 0
                try TopicReader(settings, .journal, partitionCount: 4).readAll { if $0.key != nil { entries += 1 } }
                if entries >= count { return }
                _ = try #require(await batches.next(isolation: #isolation))
            }
        }

        func stop() async throws {
            life.cancel()
            try await life.value
        }
    }
}
