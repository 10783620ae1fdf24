import Engine
import Gateway
import KafkaTransport
import Logging
import ServiceLifecycle
import Synchronization
import UseCases

/// A gateway's ports on a cluster, and what works for them.
struct ClusterGateway {
    var services: GatewayServices
    private let shared: SharedTables
    private let cluster: FollowedCluster
    private let copies: FollowedCopies
    /// Fires once the copies have everything that was there at the start.
    private let followed = CommitSignal()

    /// What gateways share, and the topics on which it stands.
    private struct SharedTables {
        let access: ClusterAccess
        let webhooks: SharedWebhooks
        /// Which of them sends webhooks.
        let claim: SenderClaim
        /// How far webhooks have come.
        let progress: TopicTable

        init(_ folder: DataFolder, _ settings: KafkaSettings, _ logger: Logger) async throws {
            let (webhooks, claim) = (try SharedWebhooks(folder, logger: logger), SenderClaim(folder, logger: logger))
            access = try await ClusterAccess.open(folder, settings, logger) { key, value in
                claim.take(key, value)
                try webhooks.take(key, value)
            }
            progress = try await ThreadTaskExecutor("leadline.start").run {
                try TopicTable(settings, .webhooks, logger: logger) { try webhooks.take($0, $1) }
            }
            try await progress.load()
            claim.follow(access.table)
            webhooks.follow(settings: access.table, progress: progress)
            (self.webhooks, self.claim) = (webhooks, claim)
        }
    }

    /// Opens the copies that a data folder keeps, once the topics are there.
    /// - Returns: nil if a signal stopped it before.
    static func open(
        _ root: DataFolder, _ settings: KafkaSettings, webhooks: WebhookSettings, signIn: SignInSettings,
        _ logger: Logger
    ) async throws -> ClusterGateway? {
        let opened = Mutex<(FollowedCluster, SharedTables)?>(nil)
        let place = try DataFolder.forCopy(
            path: root.path + "/gateway", settings: root.settings, machine: root.machine)
        try await GracefulStop.run(within: .seconds(9)) {
            let shared = try await SharedTables(root, settings, logger)
            let cluster = try await ThreadTaskExecutor("leadline.start").run {
                try FollowedCluster(place, settings, logger: logger)
            }
            opened.withLock { $0 = (cluster, shared) }
        }
        return try opened.withLock { $0 }.map { cluster, shared in
            try ClusterGateway(root, place, cluster, shared, settings, (webhooks, signIn), logger)
        }
    }

    private init(
        _ root: DataFolder, _ place: DataFolder, _ cluster: FollowedCluster, _ shared: SharedTables,
        _ settings: KafkaSettings, _ faces: (webhooks: WebhookSettings, signIn: SignInSettings), _ logger: Logger
    ) throws {
        (self.cluster, self.shared) = (cluster, shared)
        copies = try FollowedCopies(
            cluster.folders.map { try ReadingPlace($0, in: place, of: settings) }, commits: cluster.commits,
            fates: cluster.fates
        ) { cluster.partition(of: $0) }
        services = try GatewayServices.following(
            root, copies, sink: KafkaRecordSink(settings), access: shared.access.access, webhooks: faces.webhooks,
            sharedWebhooks: shared.webhooks, signIn: faces.signIn, logger: logger
        ) {
            cluster.standing().map { CopyStanding(recordsBehind: $0.recordsBehind, age: $0.age) }
        }
    }

    /// An admin's key where there is no key at all.
    func firstKey(_ request: GrantRequest) async throws -> KeyToken? {
        let access = shared.access.access
        guard try access.isEmpty() else { return nil }
        return try await shared.access.following { try await access.create(request).token }
    }

    /// What works until it is stopped, the gateway aside.
    var work: [any Service] {
        [
            GracefulStop.Work { [shared] in try await shared.access.table.run() },
            GracefulStop.Work { [shared] in try await shared.progress.run() },
            GracefulStop.Work { [cluster, followed] in
                try await cluster.catchUp()
                followed.committed([:])
                try await cluster.run()
            },
            onceFollowed(GracefulStop.Work { [copies] in try await copies.run() }),
            // Who claims can send: not before the copies are there.
            onceFollowed(shared.claim), onceFollowed(WebhookSender(services, under: shared.claim)),
            TaskPushSender(services),
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
