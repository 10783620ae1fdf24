import Logging
import ServiceLifecycle
import UnixSignals

/// Work that ends in good order on SIGTERM and SIGINT.
enum GracefulStop {
    /// Runs `work` until it returns, or until a signal cancels its task; it decides itself where to stop.
    static func run(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let quiet = Logger(label: "leadline.lifecycle") { _ in SwiftLogNoOpLogHandler() }
        let service = ServiceGroupConfiguration.ServiceConfiguration(
            service: Work(work: work), successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .cancelGroup, serviceName: "leadline")
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }

    private struct Work: Service {
        let work: @Sendable () async throws -> Void

        func run() async throws { try await cancelWhenGracefulShutdown(work) }
    }
}
