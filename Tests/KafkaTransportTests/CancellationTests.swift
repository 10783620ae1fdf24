import Engine
import Foundation
import GRDB
import Logging
import Testing

@testable import KafkaTransport

/// A broker that is away keeps nobody from stopping, and nobody from working on something else.
@Suite struct CancellationTests {
    /// Takes connections and never answers.
    final class SilentPort {
        private let descriptor: Int32
        let port: UInt16

        init() throws {
            (descriptor, port) = try TestBroker.listen()
        }

        deinit { close(descriptor) }
    }

    private static func open(_ settings: KafkaSettings, _ folder: DataFolder) async throws {
        let metadata = GroupMetadata()
        metadata.set(try GroupMetadata.outsideOfGroup(settings))
        try await ThreadTaskExecutor("test").run {
            _ = try KafkaLog(
                settings, partition: 0, options: KafkaLogOptions(partitionCount: 1), metadata: metadata, journal: folder.openJournal(),
                vault: folder.openVault().vault)
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: [false, true]) func takingOverEndsWhenItIsCancelled(_ isSilent: Bool) async throws {
        let silent = isSilent ? try SilentPort() : nil
        let settings = KafkaSettings(bootstrap: "127.0.0.1:\(silent?.port ?? 1)", group: "test")
        // More of them than the cooperative pool has threads: were they on it, the cancellation below would never run.
        let disks = try (0..<8).map { _ in try LogFolder() }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for folder in disks.map(\.folder) {
                group.addTask {
                    do { try await Self.open(settings, folder) } catch is CancellationError { return true }
                    return false
                }
            }
            group.cancelAll()
            var cancelled = 0
            for try await isCancelled in group where isCancelled { cancelled += 1 }
            #expect(cancelled == disks.count)
        }
    }

    @Test(.timeLimit(.minutes(10))) func askingEndsWhenItIsCancelled() async throws {
        let silent = try SilentPort()
        let settings = KafkaSettings(bootstrap: "127.0.0.1:\(silent.port)", group: "test")
        let asking = Task {
            try await ThreadTaskExecutor("test").run { _ = try Topics.partitionCount(try ClusterAdmin(settings)) }
        }
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
    }

    @Test(.timeLimit(.minutes(10))) func aPersonIsToldThatNobodyAnswers() async throws {
        let lines = LogLines()
        var settings = KafkaSettings(bootstrap: "127.0.0.1:1", group: "test")
        settings.waiting = { lines.logger.warning("\($0)") }
        let asking = Task { [settings] in
            try await ThreadTaskExecutor("test").run { _ = try Topics.partitionCount(try ClusterAdmin(settings)) }
        }
        // The line comes of itself, after the first try.
        while !lines.all.contains(where: { $0.contains("no answer from the brokers (127.0.0.1:1)") }) { await Task.yield() }
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
    }
}
