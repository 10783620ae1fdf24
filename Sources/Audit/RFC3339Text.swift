import Engine
import LeadlineCore
import TextFormats

/// Moments as reports write them.
enum RFC3339Text {
    static func format(_ moment: Timestamp) -> String { RFC3339.format(moment) }

    /// - Parameter seconds: Unix seconds; what lies past the calendar's end is written as a number.
    static func format(seconds: UInt64) -> String {
        seconds < 253_402_300_800 ? RFC3339.format(Timestamp(micros: Int64(seconds) * 1_000_000)) : "\(seconds) s"
    }
}
