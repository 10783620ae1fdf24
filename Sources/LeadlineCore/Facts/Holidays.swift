/// Days on which nobody works, beside the weekly hours. Since logic version 7.
public struct HolidayCalendar: Sendable, Equatable {
    /// By which a partner's profile and a step of the escalation ladder name it.
    public var name: String
    /// Partners whose profile names no calendar and that serve one country, one of these, keep it.
    public var countries: [String]
    /// Local days as `YYYY-MM-DD`, in any order.
    public var dates: [String]
    public init(name: String, countries: [String] = [], dates: [String] = []) {
        self.name = name
        self.countries = countries
        self.dates = dates
    }
}

/// Days of the Gregorian calendar as numbers; 0 is 1970-01-01.
public enum CalendarDay {
    /// The years in which days are known.
    public static let years: ClosedRange<Int32> = 1990...2199

    /// The day that `YYYY-MM-DD` names; nil for anything else, as for the 30th of February.
    public static func number(_ text: String) -> Int32? {
        let bytes = Array(text.utf8.prefix(11))
        guard bytes.count == 10, bytes[4] == 45, bytes[7] == 45, let year = digits(bytes[0..<4]),
            let month = digits(bytes[5..<7]), let day = digits(bytes[8..<10])
        else { return nil }
        return number(year: year, month: month, day: day)
    }

    /// The day of a year, a month from 1 and a day from 1; nil where there is none.
    public static func number(year: Int32, month: Int32, day: Int32) -> Int32? {
        guard years ~= year, 1...12 ~= month, 1...length(ofMonth: month, in: year) ~= day else { return nil }
        // Years begin in March, so that a leap day is a year's last.
        let begun = month > 2 ? year : year - 1
        let era = begun / 400, ofEra = begun % 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// `YYYY-MM-DD` of a day within `years`.
    public static func text(_ number: Int32) -> String {
        let shifted = number + 719_468
        let era = shifted / 146_097, ofEra = shifted % 146_097
        let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let (day, named) = (ofYear - (153 * month + 2) / 5 + 1, month < 10 ? month + 3 : month - 9)
        return "\(year + era * 400 + (named <= 2 ? 1 : 0))-\(two(named))-\(two(day))"
    }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func length(ofMonth month: Int32, in year: Int32) -> Int32 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int32? {
        var number: Int32 = 0
        for byte in bytes {
            guard 48...57 ~= byte else { return nil }
            number = number * 10 + Int32(byte - 48)
        }
        return number
    }
}
