import Audit
import Synchronization

/// One progress bar for several programs that are worked on at once.
final class SharedProgressBar: Sendable {
    private struct Work {
        var bar: ProgressBar
        var done: [String: AuditProgress] = [:]
    }

    private let work: Mutex<Work>

    init(_ label: String, unit: String) { work = Mutex(Work(bar: ProgressBar(label, unit: unit))) }

    /// Takes in how far one program is and shows the sum. May be called from any thread.
    func update(_ progress: AuditProgress) {
        work.withLock { work in
            work.done[progress.program] = progress
            work.bar.update(work.done.values.reduce(0) { $0 + $1.done }, of: work.done.values.reduce(0) { $0 + $1.total })
        }
    }

    /// Runs an audit under a bar of its own, which ends with it.
    /// - Throws: `CommandFailure` for whatever the audit throws.
    static func audit<Report>(
        _ label: String, _ body: (SharedProgressBar) async throws -> Report
    ) async throws -> Report {
        let bar = SharedProgressBar(label, unit: "entries")
        defer { bar.finish() }
        do { return try await body(bar) } catch { throw CommandFailure(ofAudit: error) }
    }

    private func finish() { work.withLock { $0.bar.finish() } }
}
