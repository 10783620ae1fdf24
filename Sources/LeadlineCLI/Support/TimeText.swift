import Engine
import Foundation
import LeadlineCore

/// Moments and durations for people. Machines get RFC 3339 in UTC.
enum TimeText {
    /// In the local time zone, to the second, with its offset: "2026-03-01 10:30:00 +01:00".
    static func local(_ moment: Timestamp, zone: TimeZone = .current) -> String {
        let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.micros) / 1_000_000))
        let shifted = Timestamp(micros: moment.micros).adding(micros: Int64(seconds) * 1_000_000)
        let text = RFC3339.format(shifted).prefix(19).replacing("T", with: " ")
        return "\(text) \(offset(seconds))"
    }

    /// RFC 3339 in UTC.
    static func utc(_ moment: Timestamp) -> String { RFC3339.format(moment) }

    private static func offset(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        return (seconds < 0 ? "-" : "+") + pad(minutes / 60) + ":" + pad(minutes % 60)
    }

    private static func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// The two largest units: "2 d 4 h", "5 min 3 s", "0 s".
    static func duration(seconds: Int64) -> String {
        let units: [(name: String, seconds: Int64)] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
        var rest = max(0, seconds)
        var parts: [String] = []
        for unit in units where rest >= unit.seconds && parts.count < 2 {
            parts.append("\(rest / unit.seconds) \(unit.name)")
            rest %= unit.seconds
        }
        return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
    }

    /// The same from microseconds.
    static func duration(micros: Int64) -> String { duration(seconds: micros / 1_000_000) }
}
