import Audit
public import Engine
import Reports

/// Counts the system's records beside a processor, so that they are at hand when they are asked for.
public enum RecordsCounting {
    /// What counts the records of a folder's programs until cancelled.
    /// - Parameter failed: told once of each program whose records cannot be counted; deciding goes on.
    public static func companion(
        _ folder: DataFolder, failed: @escaping @Sendable (_ program: String, any Error) -> Void
    ) -> @Sendable () async throws -> Void {
        { try await RecordsKeeper(folder, words: AuditWords(), failed: failed).run() }
    }
}
