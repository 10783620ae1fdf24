import Synchronization
import UseCases

/// Shows how far long work is, one bar at a time. May be told from any thread.
final class TerminalProgress: Sendable {
    private let current = Mutex<(label: String, bar: ProgressBar)?>(nil)

    /// Draws the bar of the part of the work that is under way, and takes it away at its end.
    func show(_ progress: WorkProgress) {
        current.withLock { current in
            if current?.label != progress.label {
                current?.bar.finish()
                current = (progress.label, ProgressBar(progress.label, unit: progress.unit))
            }
            if progress.isFinished {
                current?.bar.finish()
                current = nil
            } else {
                current?.bar.update(progress.done, of: progress.total)
            }
        }
    }
}
