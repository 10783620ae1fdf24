import Foundation
public import LeadlineCore

/// Where the engine reads the time of day; the core never does.
public protocol WallClock: Sendable {
    func now() -> Timestamp
}

/// The machine's clock.
public struct SystemClock: WallClock {
    public init() {}
    public func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(micros: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}

/// A clock that stands where it is put, for tests and imports.
public struct FixedClock: WallClock {
    public var moment: Timestamp
    public init(_ moment: Timestamp) { self.moment = moment }
    public func now() -> Timestamp { moment }
}
