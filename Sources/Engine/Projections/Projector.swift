import GRDB
import Journal
public import Metrics

/// Keeps a folder's projections beside a running processor, on a thread and connections of its own, so that nobody
/// waits for a decision because a list is being written.
public actor Projector {
    private let executor = ThreadExecutor("leadline.projector")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let journal: any DatabaseReader
    private let derived: any DatabaseWriter
    private let commits: CommitSignal
    private let time: any PassingTime
    private let partition: String
    private let metrics: any MetricsFactory

    /// A projector of a folder whose databases exist.
    /// - Parameters:
    ///   - commits: fires with every commit of the folder's processor.
    ///   - metrics: where its figures go.
    public init(_ folder: DataFolder, commits: CommitSignal, metrics: any MetricsFactory = MetricsSystem.factory) throws
    {
        journal = try folder.openJournalReadOnly()
        derived = try folder.openDerived()
        self.commits = commits
        time = folder.machine.passingTime
        self.metrics = metrics
        partition = folder.partitionName
    }

    /// Follows the journal until cancelled: with the commits, but not more often than after each `pause`.
    public func run(every pause: Duration) async throws {
        while !Task.isCancelled {
            let seen = commits.commits
            try catchUp()
            do {
                try await commits.commit(past: seen)
                try await time.sleep(for: pause)
            } catch is CancellationError { return }
        }
    }

    /// Brings every projection up to the journal.
    public func catchUp() throws {
        for model in Projections.all { try catchUp(model) }
    }

    private func catchUp<Model: Projection>(_ model: Model.Type) throws {
        let follower = ProjectionFollower<Model>(journal: journal, derived: derived)
        // Before, so that a large step shows while it is being made; after, so that the figure does not stand there at
        // rest.
        try measure(follower)
        try follower.catchUp()
        try measure(follower)
    }

    private func measure<Model: Projection>(_ follower: ProjectionFollower<Model>) throws {
        EngineMetric.projectionLag.set(Double(try follower.behind()), Model.name, partition, to: metrics)
    }
}
