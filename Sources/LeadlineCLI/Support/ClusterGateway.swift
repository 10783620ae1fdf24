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
    let access: SharedAccess
    private let table: TopicTable
    /// Nil where another gateway sends webhooks.
    private let claim: SenderClaim?
    private let cluster: FollowedCluster
    private let copies: FollowedCopies
    /// Fires once the copies have everything that was there at the start.
    private let followed = CommitSignal()

    /// Opens the copies that a data folder keeps, once the topics are there.
    /// - Returns: nil if a signal stopped it before.
    static func open(
        _ root: DataFolder, _ settings: KafkaSettings, webhooks: WebhookSettings, signIn: SignInSettings,
        _ logger: Logger
    ) async throws -> ClusterGateway? {
        let opened = Mutex<(FollowedCluster, ClusterAccess, SenderClaim?)?>(nil)
        let place = try DataFolder.forCopy(
            path: root.path + "/gateway", settings: root.settings, machine: root.machine)
        try await GracefulStop.run(within: .seconds(9)) {
            let claim = webhooks.isSentHere ? SenderClaim(root, logger: logger) : nil
            let access = try await ClusterAccess.open(root, settings, claim: claim, logger)
            let cluster = try await ThreadTaskExecutor("leadline.start").run {
                try FollowedCluster(place, settings, logger: logger)
            }
            try await access.following { try await claim?.make() }
            opened.withLock { $0 = (cluster, access, claim) }
        }
        return try opened.withLock { $0 }.map { cluster, access, claim in
            try ClusterGateway(root, place, cluster, access, claim, settings, (webhooks, signIn), logger)
        }
    }

    private init(
        _ root: DataFolder, _ place: DataFolder, _ cluster: FollowedCluster, _ shared: ClusterAccess,
        _ claim: SenderClaim?, _ settings: KafkaSettings, _ faces: (webhooks: WebhookSettings, signIn: SignInSettings),
        _ logger: Logger
    ) throws {
        self.cluster = cluster
        self.claim = claim
        (access, table) = (shared.access, shared.table)
        copies = try FollowedCopies(
            cluster.folders.map { try ReadingPlace($0, in: place, of: settings) }, commits: cluster.commits,
            fates: cluster.fates
        ) { cluster.partition(of: $0) }
        services = try GatewayServices.following(
            root, copies, sink: KafkaRecordSink(settings), access: access, webhooks: faces.webhooks, signIn: faces.signIn,
            logger: logger
        ) {
            cluster.standing().map { CopyStanding(recordsBehind: $0.recordsBehind, age: $0.age) }
        }
    }

    /// An admin's key where there is no key at all.
    func firstKey(_ request: GrantRequest) async throws -> KeyToken? {
        guard try access.isEmpty() else { return nil }
        return try await ClusterAccess(access: access, table: table).following { try await access.create(request).token }
    }

    /// What works until it is stopped, the gateway aside.
    var work: [any Service] {
        let senders: [any Service] = claim.map { [$0, onceFollowed(WebhookSender(services))] } ?? []
        return [
            GracefulStop.Work { [table] in try await table.run() },
            GracefulStop.Work { [cluster, followed] in
                try await cluster.catchUp()
                followed.committed([:])
                try await cluster.run()
            },
            onceFollowed(GracefulStop.Work { [copies] in try await copies.run() }),
        ] + senders
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
