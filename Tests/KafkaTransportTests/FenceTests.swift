import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Logging
import Testing

@testable import KafkaTransport

/// A producer that was fenced while the group says that the shard is still its instance's: nobody took the shard, so the
/// instance goes on at once. (Guarantee 2: every input takes effect once.)
@Suite struct FenceTests {
    private static let partitions: Int32 = 4

    @Test(.enabled(if: TestBroker.program != nil), .timeLimit(.minutes(10)))
    func aShardThatNobodyTookGoesOnAtOnce() async throws {
        let lines = LogLines()
        var settings = KafkaSettings(
            bootstrap: try TestBroker.start(partitions: Self.partitions), group: "fence-\(UUID().uuidString)", instanceID: "instance-\(UUID().uuidString)")
        settings.logger = lines.logger
        let disk = try LogFolder()
        let (reports, continuation) = AsyncStream<(Int32, StepReport)>.makeStream()
        var options = KafkaLogOptions(partitionCount: Self.partitions)
        options.linger = .zero
        let instance = try KafkaInstance(disk.folder, settings, options: options, batchMax: 100, logger: lines.logger) {
            continuation.yield(($0, $1))
        }
        let life = Task { try await instance.run() }
        var batches = reports.makeAsyncIterator()
        let publisher = try KafkaPublisher(settings, partitionCount: Self.partitions)
        let program = "fenced-\(UUID().uuidString)"
        let shard = Partitioner.partition(of: Array(program.utf8), count: Self.partitions)

        try publisher.send([registration(program, "first")])
        try await committed(&batches, on: shard)
        // What the broker does to a producer whose transaction stood open for too long: its epoch goes up.
        let broker = try Producer(settings, transactionalID: settings.transactionalID(shard))
        try broker.initTransactions()
        try publisher.send([registration(program, "second")])
        try await committed(&batches, on: shard)

        life.cancel()
        try await life.value
        #expect(lines.all.contains { $0.contains("shard starts over") })
        #expect(!lines.all.contains { $0.contains("taken this one's place") })
        var ids: [UInt64] = []
        try TopicReader(settings, .journal, partitionCount: Self.partitions).readAll { record in
            guard record.key == Array(program.utf8), let value = record.value else { return }
            ids.append(try EntryCodec.peek(value).position)
        }
        #expect(ids == [0, 1])
    }

    private func committed(_ batches: inout AsyncStream<(Int32, StepReport)>.Iterator, on shard: Int32) async throws {
        while let (partition, report) = await batches.next(isolation: #isolation) {
            if partition == shard, report.entries > 0 { return }
        }
    }
}
