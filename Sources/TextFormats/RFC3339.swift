public import LeadlineCore

/// Date-times of RFC 3339, sec. 5.6, without a library's locale or calendar.
public enum RFC3339 {
    /// The moment, to the microsecond (further digits are dropped); nil if the text is no date-time.
    public static func parse(_ text: String) -> Timestamp? {
        let b = Array(text.utf8)
        func number(_ from: Int, _ count: Int) -> Int64? {
            guard from + count <= b.count else { return nil }
            var value: Int64 = 0
            for byte in b[from..<from + count] {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        guard b.count >= 20, b[4] == 45, b[7] == 45, (b[10] == 84 || b[10] == 116 || b[10] == 32), b[13] == 58,
            b[16] == 58,
            let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
            let minute = number(14, 2), let second = number(17, 2),
            (1...12).contains(month), day >= 1, day <= daysIn(month, year), hour < 24, minute < 60, second < 61
        else { return nil }
        var at = 19
        var micros: Int64 = 0
        if b[at] == 46 {
            at += 1
            let start = at
            var scale: Int64 = 100_000
            while at < b.count, b[at] >= 48, b[at] <= 57 {
                micros += Int64(b[at] - 48) * scale
                scale /= 10
                at += 1
            }
            if at == start { return nil }
        }
        guard at < b.count else { return nil }
        var offsetMinutes: Int64 = 0
        if b[at] == 90 || b[at] == 122 {
            guard at + 1 == b.count else { return nil }
        } else {
            guard b[at] == 43 || b[at] == 45, at + 6 == b.count, b[at + 3] == 58, let h = number(at + 1, 2),
                let m = number(at + 4, 2), h < 24, m < 60
            else { return nil }
            offsetMinutes = (h * 60 + m) * (b[at] == 43 ? 1 : -1)
        }
        let seconds =
            daysSinceEpoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offsetMinutes * 60
        return Timestamp(micros: seconds * 1_000_000 + micros)
    }

    /// The moment in UTC, to the second, or with six digits where it has microseconds.
    public static func format(_ moment: Timestamp) -> String {
        let seconds = moment.micros.floorDivided(by: 1_000_000)
        let micros = moment.micros - seconds * 1_000_000
        let days = seconds.floorDivided(by: 86_400)
        let rest = seconds - days * 86_400
        let (year, month, day) = civil(days)
        let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
        let time = "\(pad(rest / 3_600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))"
        return micros == 0 ? "\(date)T\(time)Z" : "\(date)T\(time).\(pad(micros, 6))Z"
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func daysIn(_ month: Int64, _ year: Int64) -> Int64 {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that leap days
    /// come last (Fliegel and Van Flandern's idea, CACM 11:10, 1968).
    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = y.floorDivided(by: 400)
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
        let z = days + 719_468
        let era = z.floorDivided(by: 146_097)
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
