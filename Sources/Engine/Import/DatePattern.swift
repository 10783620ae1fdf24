import Foundation
import LeadlineCore
import TextFormats

/// A way of writing dates, such as `M/D/YYYY` or `YYYY-MM-DD hh:mm:ss`.
///
/// `YYYY` is the year; `M`, `D`, `h` take one or two digits, `MM`, `DD`, `hh`, `mm`, `ss` exactly two; anything else
/// stands for itself.
struct DatePattern {
    private enum Part: Equatable {
        case year, month, day, hour, minute, second
        case literal(UInt8)
    }
    private var parts: [(part: Part, digitsMin: Int, digitsMax: Int)] = []

    /// True if the pattern names the time of day.
    var hasTimeOfDay: Bool { parts.contains { $0.part == .hour } }

    init?(_ pattern: String) {
        let tokens: [(String, Part, Int, Int)] = [
            ("YYYY", .year, 4, 4), ("MM", .month, 2, 2), ("DD", .day, 2, 2), ("hh", .hour, 2, 2), ("mm", .minute, 2, 2),
            ("ss", .second, 2, 2), ("M", .month, 1, 2), ("D", .day, 1, 2), ("h", .hour, 1, 2),
        ]
        var rest = Substring(pattern)
        while let first = rest.utf8.first {
            if let token = tokens.first(where: { rest.utf8.starts(with: $0.0.utf8) }) {
                parts.append((token.1, token.2, token.3))
                rest = Substring(rest.unicodeScalars.dropFirst(token.0.utf8.count))
            } else {
                guard first < 0x80 else { return nil }
                parts.append((.literal(first), 0, 0))
                rest = Substring(rest.unicodeScalars.dropFirst())
            }
        }
        for needed in [Part.year, .month, .day] where parts.count(where: { $0.part == needed }) != 1 { return nil }
    }

    /// The date and, where the pattern has it, the time of day; nil if the text is written otherwise.
    func parse(_ text: String) -> LocalMoment? {
        let bytes = Array(text.utf8)
        var at = 0
        var moment = LocalMoment(year: 0, month: 0, day: 0, time: TimeOfDay(hour: 0, minute: 0, second: 0))
        for part in parts {
            if case .literal(let byte) = part.part {
                guard at < bytes.count, bytes[at] == byte else { return nil }
                at += 1
                continue
            }
            var value = 0
            var digits = 0
            while digits < part.digitsMax, at < bytes.count, (48...57).contains(bytes[at]) {
                value = value * 10 + Int(bytes[at] - 48)
                digits += 1
                at += 1
            }
            if digits < part.digitsMin { return nil }
            switch part.part {
            case .year: moment.year = value
            case .month: moment.month = value
            case .day: moment.day = value
            case .hour: moment.time.hour = value
            case .minute: moment.time.minute = value
            case .second: moment.time.second = value
            case .literal: break
            }
        }
        return at == bytes.count ? moment : nil
    }
}

/// A time of day as a mapping names it, e.g. "09:00".
struct TimeOfDay: Equatable {
    var hour: Int
    var minute: Int
    var second: Int
}

extension TimeOfDay {
    init?(_ text: String) {
        let parts = text.unicodeScalars.split(separator: ":", omittingEmptySubsequences: false).map { Int(String($0)) }
        guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1],
            let second = parts.count == 3 ? parts[2] : 0,
            (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second)
        else { return nil }
        self.init(hour: hour, minute: minute, second: second)
    }
}

/// A date and a time of day in some time zone.
struct LocalMoment: Equatable {
    var year: Int
    var month: Int
    var day: Int
    var time: TimeOfDay

    /// The same digits read as UTC; nil if there is no such date.
    private var asUTC: Timestamp? {
        func pad(_ value: Int, _ width: Int = 2) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return RFC3339.parse(
            "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(time.hour)):\(pad(time.minute)):\(pad(time.second))Z")
    }

    /// The moment in `zone`; nil if there is no such date. Around a clock change the offset of the moment that the
    /// digits mean under the offset of their UTC reading is taken.
    func inZone(_ zone: TimeZone) -> Timestamp? {
        guard let local = asUTC else { return nil }
        func offset(_ micros: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(micros / 1_000_000)))) * 1_000_000
        }
        let guess = local.micros - offset(local.micros)
        return Timestamp(micros: local.micros - offset(guess))
    }
}
