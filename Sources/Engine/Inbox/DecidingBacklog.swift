import Synchronization

/// Records that are durable here and not decided yet, and how fast they are being decided: what intake is paced by, so
/// that clients who send as fast as they can do not push decisions ever further away.
///
/// Intake is slowed and never stopped. Up to half of ``recordsTarget`` nobody waits. Above, whoever has just been made
/// durable leaves the inbox idle for as long as deciding those records takes, times how far above: at the target as many
/// come as are decided, so that the backlog stays about there. A processor that stands still leaves its last pace in
/// force, and what is sent goes on becoming durable.
public final class DecidingBacklog: Sendable {
    /// Backlog at which as many records are taken in as are decided: some tenths of a second of deciding.
    public static let recordsTarget = 2_000
    /// Times its own deciding that a record is waited for at most, however far behind deciding is.
    static let factorMax = 4.0
    /// Longest wait after one commit.
    static let waitMax = Duration.seconds(2)
    /// A record is never taken to need more than this: a pause of the processor is not its pace.
    private static let secondsPerRecordMax = 0.001
    /// Weight of the latest batch in the pace.
    private static let latestWeight = 0.25

    private struct State {
        var waiting = 0
        var lastReport: Duration?
        var secondsPerRecord = 0.0
    }

    private let state = Mutex(State())
    private let time: any PassingTime

    /// Nothing waits.
    public init(_ time: any PassingTime = SystemTime()) { self.time = time }

    /// Records that wait for their decision.
    public var waiting: Int { state.withLock { $0.waiting } }

    /// Records are about to become durable.
    func appended(_ count: Int) { state.withLock { $0.waiting += count } }

    /// They did not.
    func withdrawn(_ count: Int) { state.withLock { $0.waiting = max(0, $0.waiting - count) } }

    /// Records were decided, or became dead letters. Others of the folder may have appended some of them.
    func decided(_ count: Int) {
        let now = time.elapsed()
        state.withLock { state in
            // While others wait, a report comes as soon as its records are decided: the time since the one before is
            // what they took.
            if let last = state.lastReport, count > 0, state.waiting > count {
                let seconds = min((now - last) / .seconds(1) / Double(count), Self.secondsPerRecordMax)
                state.secondsPerRecord += (seconds - state.secondsPerRecord) * Self.latestWeight
            }
            state.lastReport = now
            state.waiting = max(0, state.waiting - count)
        }
    }

    /// How long the inbox rests after a commit of so many records.
    func rest(after count: Int) -> Duration {
        let (waiting, secondsPerRecord) = state.withLock { ($0.waiting, $0.secondsPerRecord) }
        let free = Self.recordsTarget / 2
        let factor = min(Double(waiting - free) / Double(Self.recordsTarget - free), Self.factorMax)
        return factor <= 0 ? .zero : min(.seconds(1) * (Double(count) * secondsPerRecord * factor), Self.waitMax)
    }
}
