public import Engine
public import LeadlineCore
import Synchronization

/// A clock that stands until it is set, shared by whoever holds it: a test moves time past a running engine.
public final class SettableClock: WallClock {
    private let moment: Mutex<Timestamp>

    /// A clock that shows `moment`.
    public init(_ moment: Timestamp) { self.moment = Mutex(moment) }

    /// The moment it was set to.
    public func now() -> Timestamp { moment.withLock { $0 } }

    /// Sets it. Backwards too: whoever depends on a clock must bear that.
    public func set(_ moment: Timestamp) { self.moment.withLock { $0 = moment } }

    /// Moves it on.
    public func advance(micros: Int64) { moment.withLock { $0 = $0.adding(micros: micros) } }
}

/// A clock that shows `start` when it is made, runs `factor` times as fast as another, and can be told to skip ahead.
public final class FastClock: WallClock {
    private let factor: Int64
    private let base: any WallClock
    private let baseStart: Timestamp
    /// What it showed, or would have, when it was made: `start` and every skip since.
    private let origin: Mutex<Timestamp>

    /// - Parameter factor: How many of its seconds pass in one of the other clock's; at least 1.
    public init(from start: Timestamp, factor: Int, over base: any WallClock = SystemClock()) {
        precondition(factor >= 1, "a clock that stands or runs backwards fires no timer")
        self.factor = Int64(factor)
        self.base = base
        baseStart = base.now()
        origin = Mutex(start)
    }

    public func now() -> Timestamp {
        // The machine's clock may be set back while this one runs; time here never goes back.
        let passed = max(0, base.now().micros - baseStart.micros)
        return origin.withLock { $0.adding(micros: passed * factor) }
    }

    /// Leaves out a stretch of time in which nothing happens.
    public func skip(micros: Int64) {
        precondition(micros >= 0, "time never goes back")
        origin.withLock { $0 = $0.adding(micros: micros) }
    }
}
