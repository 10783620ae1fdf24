import Engine
import Gateway
import KafkaTransport
import Logging
import UseCases

/// The keys that gateways of a cluster share, and the topic on which they stand.
struct ClusterAccess {
    let access: SharedAccess
    let table: TopicTable

    /// Reads all keys there are.
    /// - Parameter taking: given the topic's records as well.
    static func open(
        _ folder: DataFolder, _ settings: KafkaSettings, _ logger: Logger,
        taking: @escaping TopicTable.Take = { _, _ in }
    ) async throws -> ClusterAccess {
        let access = try SharedAccess(folder, logger: logger)
        let table = try await ThreadTaskExecutor("leadline.start").run {
            try TopicTable(settings, .gateway, logger: logger) { key, value in
                try taking(key, value)
                try access.take(key, value)
            }
        }
        try await table.load()
        access.follow(table)
        return ClusterAccess(access: access, table: table)
    }

    /// Does work while the topic is followed.
    func following<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        let following = Task { [table] in try await table.run() }
        defer { following.cancel() }
        return try await work()
    }
}

extension DataFolderOptions {
    /// Does work with the keys of the data folder's gateway, or of those of a cluster.
    func withAccess<Value: Sendable>(
        _ kafka: KafkaOptions, _ work: @Sendable (_ access: any AccessKeeper, _ program: String) async throws -> Value
    ) async throws -> Value {
        let deployment = try whole()
        guard let settings = try kafka.settings() else {
            return try await work(AccessFile(deployment.folder), deployment.program)
        }
        let logger = Logger(label: "leadline", factory: StreamLogHandler.standardError(label:))
        let shared = try await ClusterAccess.open(deployment.root, settings, logger)
        return try await shared.following { try await work(shared.access, deployment.program) }
    }
}
