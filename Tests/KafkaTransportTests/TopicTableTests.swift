import CRdKafka
import Engine
import Logging
import Synchronization
import Testing

@testable import KafkaTransport

/// Goal: what is put into a table is with everybody who follows it, in order, and a table knows how long ago it had
/// everything. Method: two tables on the mock cluster.
@Suite(.serialized) struct TopicTableTests {
    private final class Kept: Sendable {
        private let all = Mutex<[(key: String, value: [UInt8]?)]>([])
        let changes = CommitSignal()
        func take(_ key: String, _ value: [UInt8]?) {
            all.withLock { $0.append((key, value)) }
            changes.committed([:])
        }
        func values(of key: String) -> [[UInt8]?] { all.withLock { $0.filter { $0.key == key }.map(\.value) } }
        var count: Int { all.withLock { $0.count } }
    }

    private static func table(_ settings: KafkaSettings, _ kept: Kept) async throws -> TopicTable {
        let table = try TopicTable(settings, .gateway, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
            kept.take($0, $1)
        }
        try await table.load()
        return table
    }

    @Test(.timeLimit(.minutes(5))) func whatOnePutsEverybodyHas() async throws {
        let settings = KafkaSettings(bootstrap: try MockCluster().bootstrap)
        let (here, there) = (Kept(), Kept())
        let one = try await Self.table(settings, here)
        let work = Task { try await one.run() }
        defer { work.cancel() }
        for number in 0..<20 {
            try await one.put("key-\(number % 5)", [UInt8(number)])
            // It is here as soon as it is said to be durable.
            #expect(here.values(of: "key-\(number % 5)").last == [UInt8(number)])
        }
        try await one.put("key-0", nil)
        // Who comes later reads it from the beginning, in the order of each key.
        let two = try await Self.table(settings, there)
        #expect(there.count == 21)
        #expect(there.values(of: "key-0") == [[0], [5], [10], [15], nil] && there.values(of: "key-4") == [[4], [9], [14], [19]])
        let more = Task { try await two.run() }
        defer { more.cancel() }
        let seen = there.changes.commits
        try await one.put("late", [])
        try await there.changes.commit(past: seen)
        #expect(there.values(of: "late") == [[]])
    }

    @Test(.timeLimit(.minutes(5))) func aTableThatIsNotFollowedGrowsOld() async throws {
        let kept = Kept()
        let table = try await Self.table(KafkaSettings(bootstrap: try MockCluster().bootstrap), kept)
        // Longer than it takes to ask again, so that only following makes it new.
        while table.age < .milliseconds(600) { await Task.yield() }
        let work = Task { try await table.run() }
        defer { work.cancel() }
        while table.age >= .milliseconds(600) { await Task.yield() }
        try await table.put("a", [1])
        #expect(kept.values(of: "a") == [[1]])
    }
}
