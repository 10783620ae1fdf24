import Dispatch
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Work that ends in good order on SIGTERM and SIGINT.
enum GracefulStop {
    /// Runs `work` until it returns, or until a signal cancels its task; it decides itself where to stop. A second
    /// signal ends the process at once, and so does the end of the patience: what is durable is so as a whole or not at
    /// all.
    /// - Parameter patience: how long work may take to stop; nil for as long as it takes.
    static func run(within patience: Duration? = nil, _ work: @escaping @Sendable () async throws -> Void) async throws
    {
        try await run(within: patience, [Work(work: work)])
    }

    /// Runs services until one returns, or until a signal stops them, the last of them first.
    static func run(within patience: Duration? = nil, _ services: [any Service]) async throws {
        let quiet = Logger(label: "leadline.lifecycle") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup, serviceName: "leadline")
                }, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        let impatience = Impatience(patience)
        defer { impatience.end() }
        try await group.run()
    }

    /// Work that a signal cancels, as a service beside others.
    struct Work: Service {
        let work: @Sendable () async throws -> Void

        /// What was cancelled in the middle of waiting has stopped as it was asked to.
        func run() async throws {
            do { try await cancelWhenGracefulShutdown(work) } catch is CancellationError {}
        }
    }
}

/// Ends the process without further ado when somebody asks twice, or when it takes too long. It has a thread of its
/// own, so that nothing that waits keeps it from doing so.
private final class Impatience {
    private let sources: [any DispatchSourceSignal]

    init(_ patience: Duration?) {
        let queue = DispatchQueue(label: "leadline.stop")
        sources = [SIGTERM, SIGINT].map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
        let asked = Asked()
        for source in sources {
            source.setEventHandler {
                let times = asked.add(Int(source.data))
                if times > 1 { Self.leave("stopped at once, since it was asked twice") }
                guard let patience else { return }
                queue.asyncAfter(deadline: .now() + .seconds(Int(patience.components.seconds))) {
                    Self.leave("stopped after \(patience.components.seconds) s without having finished")
                }
            }
            source.activate()
        }
    }

    func end() { for source in sources { source.cancel() } }

    /// Counts on the queue alone.
    private final class Asked: Sendable {
        private let times = Mutex(0)
        func add(_ count: Int) -> Int {
            times.withLock { times in
                times += count
                return times
            }
        }
    }

    private static func leave(_ why: String) {
        Terminal.say("\(why). Nothing is lost: what was not committed is done again")
        _exit(Outcome.environment.rawValue)
    }
}
