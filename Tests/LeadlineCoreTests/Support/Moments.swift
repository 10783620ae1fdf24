import LeadlineCore

/// Tests count minutes from one Monday at midnight UTC, 5 January 2026.
enum Moment {
    static let start = Timestamp(micros: 1_767_571_200_000_000)
    static let minutesPerDay = 1_440

    static func at(_ minute: Int) -> Timestamp {
        start.adding(micros: Int64(minute) * Timestamp.microsPerMinute)
    }

    /// "Mon 09:30" style tables are easier to get wrong than day and time.
    static func at(day: Int, _ hour: Int, _ minute: Int = 0) -> Int {
        day * minutesPerDay + hour * 60 + minute
    }

    /// The minute as tables write it; microseconds where it is not a whole one.
    static func text(_ stamp: Timestamp) -> String {
        let micros = stamp.micros - start.micros
        return micros % Timestamp.microsPerMinute == 0 ? "\(micros / Timestamp.microsPerMinute)" : "\(micros)us"
    }
}
