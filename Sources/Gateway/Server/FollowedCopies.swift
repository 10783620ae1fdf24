public import Engine
public import LeadlineCore
public import Logging
public import UseCases

/// Copies of a cluster's partitions, which somebody follows, and what is kept beside them: what a gateway reads whose
/// programs may be decided on any machine.
public struct FollowedCopies: Sendable {
    /// How long the states that are kept may be behind the copies while nobody looks.
    private static let statesEvery = Duration.seconds(1)
    private static let projectionsEvery = Duration.milliseconds(100)

    fileprivate let places: [ReadingPlace]
    fileprivate let decisions: [JournalDecisions]
    fileprivate let states: [FollowedStates]
    fileprivate let fates: RecordFates
    fileprivate let partition: @Sendable (_ program: String) -> Int
    private let projectors: [Projector]
    public let commits: CommitSignal

    /// Opens what a gateway reads.
    /// - Parameters:
    ///   - places: the copies, by partition; their databases are there.
    ///   - partition: the one that holds a program.
    ///   - commits: fires with whatever is added to a copy.
    ///   - fates: told what becomes of records.
    public init(
        _ places: [ReadingPlace], commits: CommitSignal, fates: RecordFates,
        partition: @escaping @Sendable (_ program: String) -> Int
    ) throws {
        self.places = places
        self.commits = commits
        self.fates = fates
        self.partition = partition
        decisions = try places.map { JournalDecisions(try $0.folder.openJournalPool(), commits: commits) }
        states = try places.map { try FollowedStates($0.folder) }
        projectors = try places.map { try Projector($0.folder, commits: commits) }
    }

    /// Keeps lists and states up with the copies until cancelled.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for projector in projectors {
                group.addTask { try await projector.run(every: Self.projectionsEvery) }
            }
            group.addTask { try await keepStates() }
        }
    }

    private func keepStates() async throws {
        while !Task.isCancelled {
            let seen = commits.commits
            for one in states { try await one.catchUp() }
            do {
                try await commits.commit(past: seen)
                try await Task.sleep(for: Self.statesEvery)
            } catch is CancellationError { return }
        }
    }
}

extension FollowedCopies: LiveState, DecisionStream {
    public func look<Value: Sendable>(
        _ program: String, _ work: @Sendable (borrowing State) throws -> Value
    ) async throws -> Value? {
        try await states[partition(program)].withState(of: program, work)
    }

    public func read(after cursor: DecisionCursor, limit: Int) async throws -> DecisionPage {
        try await decisions[partition(cursor.program)].read(after: cursor, limit: limit)
    }
}

extension GatewayServices {
    /// The ports of a gateway on a cluster: changes go to its topics, and what is read comes from copies.
    /// - Parameters:
    ///   - sink: the cluster's topics.
    ///   - sharedWebhooks: endpoints that gateways share; nil for those of the folder.
    ///   - standing: how far the copies are behind.
    public static func following(
        _ folder: DataFolder, _ copies: FollowedCopies, sink: any RecordSink, access: any AccessDirectory,
        webhooks: WebhookSettings = WebhookSettings(), sharedWebhooks: SharedWebhooks? = nil,
        signIn: SignInSettings = SignInSettings(), logger: Logger, standing: @escaping @Sendable () -> CopyStanding?
    ) throws -> GatewayServices {
        let inbox = GroupedInbox(sink, clock: folder.machine.clock, fates: copies.fates) { partition in
            copies.decisions[Int(partition)]
        }
        return try GatewayServices(
            folder: folder, inbox: inbox, decisions: copies, access: access, webhooks: webhooks,
            sharedWebhooks: sharedWebhooks, signIn: signIn, logger: logger, live: copies,
            place: { copies.places[copies.partition($0)] }, standing: standing)
    }
}
