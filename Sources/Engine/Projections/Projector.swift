import GRDB
import Journal
import LeadlineCore

/// Keeps a folder's projections beside a running processor, on a thread and connections of its own, so that nobody
/// waits for a decision because a list is being written.
public actor Projector {
    private let executor = ThreadExecutor("leadline.projector")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let projection: LeadsProjection

    /// A projector of a folder whose databases exist.
    public init(_ folder: DataFolder) throws {
        projection = LeadsProjection(journal: try folder.openJournalReadOnly(), derived: try folder.openDerived())
    }

    /// Follows the journal until cancelled.
    public func run(every pause: Duration) async throws {
        while !Task.isCancelled {
            try projection.catchUp()
            do { try await Task.sleep(for: pause) } catch { return }
        }
    }
}
