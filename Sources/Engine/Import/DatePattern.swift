import Foundation
import LeadlineCore
import TextFormats

/// A way of writing dates, such as `M/D/YYYY` or `YYYY-MM-DD hh:mm:ss`.
///
/// | token | stands for |
/// | --- | --- |
/// | `YYYY`, `YY` | the year; two digits are 1970 to 2069 (POSIX `strptime`) |
/// | `MM`, `M`, `DD`, `D` | month and day of two digits, or of one or two |
/// | `MMM` | the month's name or its first letters, in English, German, French, Italian, Spanish, Portuguese, Dutch or Polish |
/// | `hh`, `h`, `mm`, `ss` | hour, minute and second |
/// | `A`, `AM`, `a`, `am`, `AM/PM` | morning or afternoon; the hour is then from 1 to 12 |
/// | `f` | a fraction of the second, of 1 to 9 digits |
/// | `Z` | the offset from UTC: `Z`, `+02:00`, `+0200` or `+02`; the mapping's zone then says nothing |
/// | `epoch`, `epoch-millis` | alone: seconds or milliseconds since 1970, UTC |
/// | `excel` | alone: days since 1899-12-30 with the time of day as their fraction |
///
/// Anything else stands for itself.
struct DatePattern {
    fileprivate enum Part: Equatable {
        case year, shortYear, month, monthName, day, hour, minute, second, fraction, half, offset
        case literal(UInt8)
    }
    /// A moment as one number.
    private enum Serial: String { case epoch, epochMillis = "epoch-millis", excel }

    private var parts: [(part: Part, digitsMin: Int, digitsMax: Int)] = []
    private var serial: Serial?

    /// True if the pattern names the time of day.
    var hasTimeOfDay: Bool { serial != nil || parts.contains { $0.part == .hour } }

    /// Longer tokens before those that they begin with.
    private static let tokens: [(String, Part, Int, Int)] = [
        ("YYYY", .year, 4, 4), ("YY", .shortYear, 2, 2), ("MMM", .monthName, 0, 0), ("AM/PM", .half, 0, 0),
        ("am/pm", .half, 0, 0), ("AM", .half, 0, 0), ("am", .half, 0, 0), ("A", .half, 0, 0), ("a", .half, 0, 0),
        ("MM", .month, 2, 2), ("DD", .day, 2, 2), ("hh", .hour, 2, 2), ("mm", .minute, 2, 2), ("ss", .second, 2, 2),
        ("M", .month, 1, 2), ("D", .day, 1, 2), ("h", .hour, 1, 2), ("f", .fraction, 1, 9), ("Z", .offset, 0, 0),
    ]

    /// Nil for a pattern without exactly one year, month and day, one that names half of the day without an hour, and
    /// one that holds an offset as it stands: that is written as `Z`, or it would be passed over.
    init?(_ pattern: String) {
        serial = Serial(rawValue: pattern)
        if serial != nil { return }
        var rest = Array(pattern.utf8)[...]
        while let first = rest.first {
            if let token = Self.tokens.first(where: { rest.starts(with: $0.0.utf8) }) {
                parts.append((token.1, token.2, token.3))
                rest = rest.dropFirst(token.0.utf8.count)
            } else {
                let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
                guard first < 0x80, !isDigit else { return nil }
                parts.append((.literal(first), 0, 0))
                rest = rest.dropFirst()
            }
        }
        func count(_ wanted: Part...) -> Int { parts.count { wanted.contains($0.part) } }
        guard count(.year, .shortYear) == 1, count(.month, .monthName) == 1, count(.day) == 1, count(.hour) <= 1,
            count(.half) <= count(.hour), count(.fraction) <= count(.second), count(.offset) <= count(.hour)
        else { return nil }
    }

    /// The date and, where the pattern has it, the time of day; nil if the text is written otherwise.
    func parse(_ text: String) -> LocalMoment? {
        let bytes = Array(text.utf8)
        if let serial { return Self.parse(bytes, serial) }
        var rest = bytes[...]
        var moment = LocalMoment(year: 0, month: 0, day: 0, time: TimeOfDay(hour: 0, minute: 0, second: 0))
        var isAfternoon: Bool?
        for part in parts {
            switch part.part {
            case .literal(let byte):
                guard rest.first == byte else { return nil }
                rest = rest.dropFirst()
            case .monthName:
                guard let month = Self.month(&rest) else { return nil }
                moment.month = month
            case .half:
                guard let half = Self.half(&rest) else { return nil }
                isAfternoon = half
            case .offset:
                guard let minutes = Self.offset(&rest) else { return nil }
                moment.offsetMinutes = minutes
            default:
                guard let (value, digits) = Self.number(&rest, part.digitsMin...part.digitsMax) else { return nil }
                moment.set(part.part, value, digits)
            }
        }
        if let isAfternoon {
            guard (1...12).contains(moment.time.hour) else { return nil }
            moment.time.hour = moment.time.hour % 12 + (isAfternoon ? 12 : 0)
        }
        return rest.isEmpty ? moment : nil
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ range: ClosedRange<Int>) -> (Int, digits: Int)? {
        let digits = rest.prefix(range.upperBound).prefix { (48...57).contains($0) }
        guard digits.count >= range.lowerBound else { return nil }
        rest = rest.dropFirst(digits.count)
        return (digits.reduce(0) { $0 * 10 + Int($1 - 48) }, digits.count)
    }

    private static func half(_ rest: inout ArraySlice<UInt8>) -> Bool? {
        // "4:30 p.m." is written, too.
        let letters = rest.prefix { $0 != 0x20 }.filter { $0 != UInt8(ascii: ".") }.map { $0 | 0x20 }
        let isAfternoon = letters.starts(with: "pm".utf8)
        guard isAfternoon || letters.starts(with: "am".utf8), letters.count == 2 else { return nil }
        rest = rest.drop { $0 != 0x20 }
        return isAfternoon
    }

    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard let first = rest.first else { return nil }
        rest = rest.dropFirst()
        if first == UInt8(ascii: "Z") || first == UInt8(ascii: "z") { return 0 }
        guard first == UInt8(ascii: "+") || first == UInt8(ascii: "-"), let (hours, _) = number(&rest, 2...2) else {
            return nil
        }
        var minutes = 0
        if rest.first == UInt8(ascii: ":") { rest = rest.dropFirst() }
        if let (found, _) = number(&rest, 2...2) { minutes = found }
        guard hours <= 14, minutes < 60 else { return nil }
        return (hours * 60 + minutes) * (first == UInt8(ascii: "-") ? -1 : 1)
    }

    // MARK: Names of months

    /// By month, in English, German, French, Italian, Spanish, Portuguese, Dutch and Polish; a dot may follow.
    private static let names: [[String]] = [
        ["january", "januar", "jänner", "janvier", "gennaio", "enero", "janeiro", "januari", "styczeń", "stycznia"],
        ["february", "februar", "février", "febbraio", "febrero", "fevereiro", "februari", "luty", "lutego"],
        ["march", "märz", "mars", "marzo", "março", "maart", "mrt", "marzec", "marca"],
        ["april", "avril", "aprile", "abril", "kwiecień", "kwietnia"],
        ["may", "mai", "maggio", "mayo", "maio", "mei", "maja"],
        ["june", "juni", "juin", "giugno", "junio", "junho", "czerwiec", "czerwca"],
        ["july", "juli", "juillet", "luglio", "julio", "julho", "lipiec", "lipca"],
        ["august", "août", "agosto", "augustus", "sierpień", "sierpnia"],
        ["september", "septembre", "settembre", "septiembre", "setembro", "wrzesień", "września"],
        ["october", "oktober", "octobre", "ottobre", "octubre", "outubro", "październik", "października"],
        ["november", "novembre", "noviembre", "novembro", "listopad", "listopada"],
        ["december", "dezember", "décembre", "dicembre", "diciembre", "dezembro", "grudzień", "grudnia"],
    ]

    /// A name or at least three letters of it, if they are of one month alone.
    private static func month(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let word = rest.prefix { $0 >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        guard let text = String(validating: word, as: UTF8.self)?.lowercased(), word.count >= 3 else { return nil }
        let found = names.indices.filter { month in names[month].contains { $0.utf8.starts(with: text.utf8) } }
        guard found.count == 1 else { return nil }
        rest = rest.dropFirst(word.count)
        if rest.first == UInt8(ascii: ".") { rest = rest.dropFirst() }
        return found[0] + 1
    }

    // MARK: Numbers

    /// No date of a program is beyond these.
    private static let secondsMax = 253_402_300_799

    private static func parse(_ bytes: [UInt8], _ serial: Serial) -> LocalMoment? {
        var rest = bytes[...]
        guard let (whole, _) = number(&rest, 1...15) else { return nil }
        var micros = 0
        if rest.first == UInt8(ascii: "."), serial != .epochMillis {
            rest = rest.dropFirst()
            guard let (value, digits) = number(&rest, 1...9) else { return nil }
            let unit = serial == .excel ? 86_400_000_000 : 1_000_000
            micros = Int((Double(value) / pow(10, Double(digits)) * Double(unit)).rounded())
        }
        guard rest.isEmpty, whole <= secondsMax * 1_000 else { return nil }
        switch serial {
        case .epoch:
            guard whole <= secondsMax else { return nil }
            return LocalMoment(utcMicros: Int64(whole) * 1_000_000 + Int64(micros), isUTC: true)
        case .epochMillis: return LocalMoment(utcMicros: Int64(whole) * 1_000, isUTC: true)
        case .excel:
            guard whole <= 2_958_465 else { return nil }
            // 1970-01-01 is day 25569. A sheet's fraction of a day is exact to the second.
            let day = Int64(whole - 25_569) * 86_400_000_000
            return LocalMoment(utcMicros: day + Int64((Double(micros) / 1_000_000).rounded()) * 1_000_000, isUTC: false)
        }
    }
}

extension LocalMoment {
    /// Ten to a power; one for a negative one.
    private static func power(_ exponent: Int) -> Int { (0..<max(0, exponent)).reduce(1) { unit, _ in unit * 10 } }

    /// Sets what a part of a pattern read.
    fileprivate mutating func set(_ part: DatePattern.Part, _ value: Int, _ digits: Int) {
        switch part {
        case .year: year = value
        case .shortYear: year = value + (value < 70 ? 2_000 : 1_900)
        case .month: month = value
        case .day: day = value
        case .hour: time.hour = value
        case .minute: time.minute = value
        case .second: time.second = value
        case .fraction: micros = value * Self.power(6 - digits) / Self.power(digits - 6)
        case .monthName, .half, .offset, .literal: break
        }
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
    /// Microseconds of the second.
    var micros = 0
    /// From UTC, where the text says so itself.
    var offsetMinutes: Int?
    /// The moment as it was counted, without any digits of a date.
    private var counted: Int64?

    init(year: Int, month: Int, day: Int, time: TimeOfDay) {
        self.year = year
        self.month = month
        self.day = day
        self.time = time
    }

    /// One that was counted: in UTC, or in the digits of some zone.
    init(utcMicros: Int64, isUTC: Bool) {
        self.init(year: 0, month: 0, day: 0, time: TimeOfDay(hour: 0, minute: 0, second: 0))
        counted = utcMicros
        offsetMinutes = isUTC ? 0 : nil
    }

    /// The same digits read as UTC; nil if there is no such date.
    private var asUTC: Timestamp? {
        if let counted { return Timestamp(micros: counted) }
        func pad(_ value: Int, _ width: Int = 2) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return RFC3339.parse(
            "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(time.hour)):\(pad(time.minute)):\(pad(time.second))Z")?
            .adding(micros: Int64(micros))
    }

    /// The moment in `zone`, unless the text said its offset itself; nil if there is no such date. Around a clock
    /// change the offset of the moment that the digits mean under the offset of their UTC reading is taken.
    func inZone(_ zone: TimeZone) -> Timestamp? {
        guard let local = asUTC else { return nil }
        if let offsetMinutes { return local.adding(micros: -Int64(offsetMinutes) * 60_000_000) }
        func offset(_ micros: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(micros / 1_000_000)))) * 1_000_000
        }
        let guess = local.micros - offset(local.micros)
        return Timestamp(micros: local.micros - offset(guess))
    }
}
