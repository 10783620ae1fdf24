import Engine
public import Foundation
public import LeadlineCore
import TextFormats

/// Moments and durations. Machines get RFC 3339 in UTC.
public enum TimeText {
    /// In a time zone, to the second, with its offset: "2026-03-01 10:30:00 +01:00".
    public static func local(_ moment: Timestamp, zone: TimeZone) -> String {
        let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.micros) / 1_000_000))
        let shifted = RFC3339.format(moment.adding(micros: Int64(seconds) * 1_000_000))
        return "\(shifted.utf8.prefix(10).text) \(shifted.utf8.dropFirst(11).prefix(8).text) \(offset(seconds))"
    }

    /// The day in a time zone, in UTC where none is said: "2026-03-01".
    public static func day(_ moment: Timestamp, zone: TimeZone = .gmt) -> String {
        local(moment, zone: zone).utf8.prefix(10).text
    }

    /// RFC 3339 in UTC.
    public static func utc(_ moment: Timestamp) -> String { RFC3339.format(moment) }

    /// The moment that an RFC 3339 text states; nil if it states none.
    public static func moment(_ text: String) -> Timestamp? { RFC3339.parse(text) }

    private static func offset(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        return (seconds < 0 ? "-" : "+") + pad(minutes / 60) + ":" + pad(minutes % 60)
    }

    private static func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// The two largest units: "2 d 4 h", "5 min 3 s", "0 s".
    public static func duration(seconds: Int64) -> String {
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
    public static func duration(micros: Int64) -> String { duration(seconds: micros / 1_000_000) }

    /// The same from a computed number of seconds; a dash where there is none.
    public static func duration(seconds: Double?) -> String {
        seconds.map { duration(seconds: Int64(exactly: $0.rounded()) ?? 0) } ?? "-"
    }
}

extension Sequence<UInt8> {
    /// Bytes of ASCII as text.
    fileprivate var text: String { String(decoding: Array(self), as: UTF8.self) }
}
