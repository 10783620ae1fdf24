import GRDB
import Journal
import LeadlineCore

/// Keeps a folder's projections beside a running processor, on a thread and connections of its own, so that nobody
/// waits for a decision because a list is being written.
public actor Projector {
    private let executor = ThreadExecutor("leadline.projector")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let journal: any DatabaseReader
    private let derived: any DatabaseWriter
    private let commits: CommitSignal

    /// A projector of a folder whose databases exist.
    /// - Parameter commits: fires with every commit of the folder's processor.
    public init(_ folder: DataFolder, commits: CommitSignal) throws {
        journal = try folder.openJournalReadOnly()
        derived = try folder.openDerived()
        self.commits = commits
    }

    /// Follows the journal until cancelled: with the commits, but not more often than after each `pause`.
    public func run(every pause: Duration) async throws {
        while !Task.isCancelled {
            let seen = commits.commits
            try catchUp()
            do {
                try await commits.commit(past: seen)
                try await Task.sleep(for: pause)
            } catch is CancellationError { return }
        }
    }

    /// Brings every projection up to the journal.
    public func catchUp() throws {
        for model in Projections.all { try catchUp(model) }
    }

    private func catchUp<Model: Projection>(_ model: Model.Type) throws {
        let follower = ProjectionFollower<Model>(journal: journal, derived: derived)
        try follower.catchUp()
    }
}
