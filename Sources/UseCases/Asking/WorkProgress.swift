import Audit
import Synchronization

/// How far long work is.
public struct WorkProgress: Sendable {
    /// Told of each step; may be called from any thread, and often.
    public typealias Handler = @Sendable (WorkProgress) -> Void

    /// What is being done, e.g. "verifying".
    public var label: String
    /// What is counted, e.g. "entries".
    public var unit: String
    public var done: UInt64
    /// Nil where it is not known.
    public var total: UInt64?
    /// True once this part of the work has ended, well or not.
    public var isFinished: Bool
}

/// One part of long work, told of as it goes on.
struct ProgressLine: Sendable {
    private let label: String
    private let unit: String
    private let handler: WorkProgress.Handler

    init(_ label: String, unit: String, _ handler: @escaping WorkProgress.Handler) {
        self.label = label
        self.unit = unit
        self.handler = handler
    }

    func update(_ done: UInt64, of total: UInt64? = nil) {
        handler(WorkProgress(label: label, unit: unit, done: done, total: total, isFinished: false))
    }

    func finish() { handler(WorkProgress(label: label, unit: unit, done: 0, total: nil, isFinished: true)) }
}

/// The same for several programs that are worked on at once: their sum is told.
final class SharedProgressLine: Sendable {
    private let line: ProgressLine
    private let done = Mutex<[String: AuditProgress]>([:])

    init(_ line: ProgressLine) { self.line = line }

    /// Takes in how far one program is. May be called from any thread.
    func update(_ progress: AuditProgress) {
        let (sum, total) = done.withLock { done in
            done[progress.program] = progress
            return (done.values.reduce(0) { $0 + $1.done }, done.values.reduce(0) { $0 + $1.total })
        }
        line.update(sum, of: total)
    }
}
