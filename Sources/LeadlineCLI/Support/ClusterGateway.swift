import Engine
import Gateway
import KafkaTransport
import Logging
import ServiceLifecycle
import Synchronization
import UseCases

/// A gateway's ports on a cluster, and what works for them.
struct ClusterGateway {
    let services: GatewayServices
    let access: AccessFile
    private let cluster: FollowedCluster
    private let copies: FollowedCopies
    /// Fires once the copies have everything that was there at the start.
    private let followed = CommitSignal()

    /// Opens the copies that a data folder keeps, once the topics are there.
    /// - Returns: nil if a signal stopped it before.
    static func open(
        _ root: DataFolder, _ settings: KafkaSettings, webhooks: WebhookSettings, _ logger: Logger
    ) async throws -> ClusterGateway? {
        let opened = Mutex<FollowedCluster?>(nil)
        let place = try DataFolder.forCopy(
            path: root.path + "/gateway", settings: root.settings, machine: root.machine)
        try await GracefulStop.run(within: .seconds(9)) {
            let cluster = try await ThreadTaskExecutor("leadline.start").run {
                try FollowedCluster(place, settings, logger: logger)
            }
            opened.withLock { $0 = cluster }
        }
        return try opened.withLock { $0 }.map { try ClusterGateway(root, place, $0, settings, webhooks, logger) }
    }

    private init(
        _ root: DataFolder, _ place: DataFolder, _ cluster: FollowedCluster, _ settings: KafkaSettings,
        _ webhooks: WebhookSettings, _ logger: Logger
    ) throws {
        self.cluster = cluster
        access = try AccessFile(root)
        copies = try FollowedCopies(
            cluster.folders.map { try ReadingPlace($0, in: place, of: settings) }, commits: cluster.commits,
            fates: cluster.fates
        ) { cluster.partition(of: $0) }
        services = try GatewayServices.following(
            root, copies, sink: KafkaRecordSink(settings), access: access, webhooks: webhooks, logger: logger
        ) {
            cluster.standing().map { CopyStanding(recordsBehind: $0.recordsBehind, age: $0.age) }
        }
    }

    /// What works until it is stopped, the gateway aside.
    var work: [any Service] {
        [
            GracefulStop.Work { [cluster, followed] in
                try await cluster.catchUp()
                followed.committed([:])
                try await cluster.run()
            },
            onceFollowed(GracefulStop.Work { [copies] in try await copies.run() }),
            onceFollowed(WebhookSender(services)),
        ]
    }

    /// A service that begins once the copies have what was there at the start.
    func onceFollowed(_ service: any Service) -> any Service { AfterSignal(signal: followed, service: service) }

    private struct AfterSignal: Service {
        let signal: CommitSignal
        let service: any Service

        func run() async throws {
            do { try await cancelWhenGracefulShutdown { _ = try await signal.commit(past: 0) } } catch is CancellationError {
                return
            }
            try await service.run()
        }
    }
}
