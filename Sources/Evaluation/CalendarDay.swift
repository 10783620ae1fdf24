import LeadlineCore
import TextFormats

/// Days as files have them: a whole number, or a date such as 2026-03-01, which counts from 1970-01-01.
enum CalendarDay {
    /// Larger numbers are seconds or milliseconds that somebody took for days.
    static let dayMax = 100_000_000

    /// A day and the form in which it was written.
    struct Reading: Equatable {
        var day: Int
        var isDate: Bool
    }

    /// Reads a day; nil if the text is none.
    static func read(_ text: String) -> Reading? {
        if let day = number(text) { return abs(day) <= dayMax ? Reading(day: day, isDate: false) : nil }
        return date(text).map { Reading(day: $0, isDate: true) }
    }

    /// The date of a day, as 2026-03-01.
    static func text(_ day: Int) -> String {
        String(RFC3339.format(Timestamp(micros: Int64(day) * Timestamp.microsPerDay)).prefix(10))
    }

    /// A whole number. Spreadsheets and pandas write "12.0" for 12 once a column has gaps.
    private static func number(_ text: String) -> Int? {
        Int(text.utf8.suffix(2).elementsEqual(".0".utf8) ? String(text.unicodeScalars.dropLast(2)) : text)
    }

    private static func date(_ text: String) -> Int? {
        if text.utf8.count != 10 { return nil }
        // Midnight, so that nothing is left over.
        return RFC3339.parse(text + "T00:00:00Z").map { Int($0.micros / Timestamp.microsPerDay) }
    }
}
