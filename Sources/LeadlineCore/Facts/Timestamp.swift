/// A moment in logical time: microseconds since the Unix epoch, UTC.
///
/// The core never asks a clock; every timestamp comes from the journal.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var micros: Int64

    /// The moment that many microseconds after the Unix epoch.
    public init(micros: Int64) { self.micros = micros }

    /// The Unix epoch.
    public static let epoch = Timestamp(micros: 0)
    /// Later than every moment that an input may name.
    public static let distantFuture = Timestamp(micros: .max)

    /// Microseconds in one minute.
    public static let microsPerMinute: Int64 = 60_000_000
    /// Microseconds in one day.
    public static let microsPerDay: Int64 = 86_400_000_000

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.micros < b.micros }

    /// The moment `micros` later; stops at the end of time instead of overflowing.
    public func adding(micros delta: Int64) -> Timestamp {
        let (sum, overflow) = micros.addingReportingOverflow(delta)
        return overflow ? .distantFuture : Timestamp(micros: sum)
    }
}
