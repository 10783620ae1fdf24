import Engine
import Logging
public import ServiceLifecycle
import Synchronization

/// Sends decisions to every endpoint of the folder's programs, each by a task of its own, until it is told to stop. A
/// message under way is then given up; nothing is kept of it, so it is sent again.
public struct WebhookSender: Service {
    private let services: GatewayServices
    private let claim: SenderClaim?
    private let running = Running()

    /// A sender on a gateway's ports.
    /// - Parameter claim: under which it sends; nil where no other process sends to the same endpoints.
    public init(_ services: GatewayServices, under claim: SenderClaim? = nil) {
        self.services = services
        self.claim = claim
    }

    /// Sends until it is stopped.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                guard let claim else { return try await send() }
                try await claim.whileHeld { try await send() }
            }
        } catch is CancellationError {}
    }

    private func send() async throws {
        let file = services.webhooks
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await WebhookStanding(services: services).report() }
            while true {
                let seen = file.changes.commits
                for id in try await active(file) where running.begin(id) {
                    group.addTask {
                        var delivery = EndpointDelivery(id, services)
                        await delivery.run()
                        running.end(id)
                        // It may have been switched on again while it ended.
                        file.changes.committed([:])
                    }
                }
                try await file.changes.commit(past: seen)
            }
        }
    }

    /// Asked again until the file answers.
    private func active(_ file: any WebhookKeeper) async throws -> [String] {
        while true {
            do { return try await services.readers.run { try file.active() } } catch let error as CancellationError {
                throw error
            } catch {
                services.logger.error("webhooks paused", metadata: ["error": "\(type(of: error))"])
                try await services.folder.machine.passingTime.sleep(for: .seconds(5))
            }
        }
    }

    /// Endpoints that have a task.
    private final class Running: Sendable {
        private let ids = Mutex<Set<String>>([])

        /// False if there is one already.
        func begin(_ id: String) -> Bool { ids.withLock { $0.insert(id).inserted } }

        func end(_ id: String) { _ = ids.withLock { $0.remove(id) } }
    }
}
