import LeadlineCore

/// The days of the all-day events in an iCalendar file (RFC 5545), as holiday calendars are published.
///
/// What the file means beyond what is read here is refused with the line and what to do, never left out in silence: a
/// day that is missing from a holiday calendar is a promise that falls due on a holiday.
public struct ICalendarDays: Sendable, Equatable {
    /// Most bytes of a file.
    public static let bytesMax = 4_194_304
    /// Most bytes of one line, unfolded.
    public static let lineBytesMax = 65_536
    /// Most events.
    public static let eventsMax = 10_000
    /// Most days that one event lasts.
    public static let eventDaysMax = 366
    /// Most days in all.
    public static let daysMax = 20_000

    /// Days from 1970-01-01 (`CalendarDay`), in order, each once.
    public var days: [Int32] = []
    /// Events that were read, and those among them that are cancelled.
    public var events = 0
    public var cancelled = 0
    /// Days that lie in other years than were asked for.
    public var outside = 0

    /// Reads a file.
    /// - Parameters:
    ///   - bytes: the file, UTF-8.
    ///   - years: days of other years are left out; what repeats every year is spelled out for these.
    /// - Throws: what in the file is not iCalendar, or means more than days.
    public init(_ bytes: [UInt8], years: ClosedRange<Int32>) throws(ICalendarError) {
        if bytes.count > Self.bytesMax {
            throw ICalendarError(0, "the file has \(bytes.count) bytes; at most \(Self.bytesMax) are read")
        }
        var reader = ICalendarReader(years: years.clamped(to: CalendarDay.years))
        try reader.read(bytes)
        events = reader.events
        cancelled = reader.cancelled
        outside = reader.outside
        days = reader.days.sorted()
    }
}

/// What in an iCalendar file cannot be read.
public struct ICalendarError: Error, Equatable, Sendable {
    /// The line, from 1; 0 for the file as a whole.
    public var line: Int
    /// What is wrong. Quotes nothing but names of iCalendar's own form.
    public var detail: String

    init(_ line: Int, _ detail: String) { (self.line, self.detail) = (line, detail) }
}

/// Goes through a file line by line.
private struct ICalendarReader {
    /// Most components, one inside the other.
    private static let depthMax = 8

    let years: ClosedRange<Int32>
    var days: Set<Int32> = []
    var outside = 0
    var events = 0
    var cancelled = 0
    private var open: [String] = []
    private var hasCalendar = false
    private var event = Event()

    init(years: ClosedRange<Int32>) { self.years = years }

    mutating func read(_ bytes: [UInt8]) throws(ICalendarError) {
        var at = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        var number = 0
        while at < bytes.count {
            let first = number + 1
            var line = Self.line(bytes, &at)
            number += 1
            // A line that begins with white space goes on with the one before.
            while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 {
                line += Self.line(bytes, &at).dropFirst()
                number += 1
                if line.count > ICalendarDays.lineBytesMax { break }
            }
            if line.count > ICalendarDays.lineBytesMax {
                throw ICalendarError(first, "the line is longer than \(ICalendarDays.lineBytesMax) bytes")
            }
            if line.isEmpty { continue }
            guard let property = Property(line, at: first) else {
                throw ICalendarError(first, hasCalendar ? "the line is no property (NAME:value)" : Self.noCalendar)
            }
            try take(property)
        }
        if !hasCalendar { throw ICalendarError(0, Self.noCalendar) }
        if let last = open.last { throw ICalendarError(number, "the file is cut off: END:\(last) is missing") }
    }

    private static let noCalendar = "the file is no iCalendar file: it does not begin with BEGIN:VCALENDAR"

    /// The next line without its end, CRLF or LF.
    private static func line(_ bytes: [UInt8], _ at: inout Int) -> [UInt8] {
        let end = bytes[at...].firstIndex(of: 0x0a) ?? bytes.count
        var line = bytes[at..<end]
        if line.last == 0x0d { line.removeLast() }
        at = end + 1
        return Array(line)
    }

    private mutating func take(_ property: Property) throws(ICalendarError) {
        switch property.name {
        case "BEGIN":
            let name = property.value.uppercased()
            guard hasCalendar || name == "VCALENDAR" else { throw ICalendarError(property.line, Self.noCalendar) }
            if !Property.isName(name) { throw ICalendarError(property.line, "BEGIN names no component") }
            if open.count >= Self.depthMax { throw ICalendarError(property.line, "components nest deeper than \(Self.depthMax)") }
            if open.isEmpty && name != "VCALENDAR" {
                throw ICalendarError(property.line, "a component begins outside of VCALENDAR")
            }
            if name == "VEVENT" && open != ["VCALENDAR"] {
                throw ICalendarError(property.line, "an event begins inside of another component")
            }
            hasCalendar = true
            open.append(name)
            if name == "VEVENT" { event = Event() }
        case "END":
            guard let last = open.popLast(), last == property.value.uppercased() else {
                throw ICalendarError(property.line, "END names another component than the one that is open")
            }
            if last == "VEVENT" { try add(property.line) }
        default:
            if !hasCalendar { throw ICalendarError(property.line, Self.noCalendar) }
            if open.isEmpty { throw ICalendarError(property.line, "a property stands outside of VCALENDAR") }
            // Alarms and time zones have properties of the same names.
            if open.last == "VEVENT" { try event.take(property) }
        }
    }

    /// The event is whole: its days.
    private mutating func add(_ line: Int) throws(ICalendarError) {
        events += 1
        if events > ICalendarDays.eventsMax { throw ICalendarError(line, "the file has more than \(ICalendarDays.eventsMax) events") }
        if event.isCancelled { return cancelled += 1 }
        for start in try event.starts(in: years, line) {
            for day in try event.span(from: start, line) {
                guard let first = CalendarDay.number(year: years.lowerBound, month: 1, day: 1),
                    let last = CalendarDay.number(year: years.upperBound, month: 12, day: 31), first...last ~= day
                else {
                    outside += 1
                    continue
                }
                days.insert(day)
            }
            if days.count > ICalendarDays.daysMax { throw ICalendarError(line, "the file has more than \(ICalendarDays.daysMax) days") }
        }
    }
}

/// `NAME;PARAMETER=value:value` of one line.
private struct Property {
    var line: Int
    var name: String
    var parameters: [String: String] = [:]
    var value: String

    /// Nil for what is no property, or no UTF-8.
    init?(_ bytes: [UInt8], at line: Int) {
        self.line = line
        var (quoted, colon) = (false, -1)
        var breaks: [Int] = []
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\"") { quoted.toggle() }
            if quoted { continue }
            if byte == UInt8(ascii: ":") {
                colon = index
                break
            }
            if byte == UInt8(ascii: ";") { breaks.append(index) }
        }
        guard colon > 0, let value = String(validating: bytes[(colon + 1)...], as: UTF8.self),
            let name = String(validating: bytes[..<(breaks.first ?? colon)], as: UTF8.self)?.uppercased(),
            Self.isName(name)
        else { return nil }
        self.name = name
        self.value = value
        for (start, end) in zip(breaks, breaks.dropFirst() + [colon]) {
            let part = bytes[(start + 1)..<end]
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")),
                let key = String(validating: part[..<equals], as: UTF8.self)?.uppercased(), Self.isName(key),
                let text = String(validating: part[(equals + 1)...], as: UTF8.self)
            else { return nil }
            parameters[key] = text.uppercased()
        }
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    /// The one day that it names.
    func day() throws(ICalendarError) -> Int32 {
        let found = try days()
        guard found.count == 1 else { throw ICalendarError(line, "\(name) names several days; one is read") }
        return found[0]
    }

    /// The days that it names.
    func days() throws(ICalendarError) -> [Int32] {
        if let kind = parameters["VALUE"], kind != "DATE" { throw hasTime }
        var found: [Int32] = []
        for part in value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let day = Self.day(Array(part)) else {
                if part.contains(UInt8(ascii: "T")) { throw hasTime }
                let years = CalendarDay.years
                throw ICalendarError(line, "\(name) is no day of \(years.lowerBound) to \(years.upperBound), YYYYMMDD")
            }
            found.append(day)
            if found.count > ICalendarDays.daysMax { throw ICalendarError(line, "\(name) names too many days") }
        }
        return found
    }

    private var hasTime: ICalendarError {
        ICalendarError(line, "\(name) has a time of day; holidays are all-day events (VALUE=DATE): take the others out of the file")
    }

    /// `YYYYMMDD`, nothing else.
    static func day(_ bytes: [UInt8]) -> Int32? {
        guard bytes.count == 8, let number = digits(bytes) else { return nil }
        return CalendarDay.number(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }

    static func digits(_ bytes: some Collection<UInt8>) -> Int32? {
        guard (1...9).contains(bytes.count), bytes.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return bytes.reduce(0) { $0 * 10 + Int32($1 - 48) }
    }
}

/// What an event states, as far as its days follow from it.
private struct Event {
    private var start: Int32?
    private var end: Int32?
    private var length: Int32?
    private var rule: YearlyRule?
    private var others: [Int32] = []
    private var excluded: Set<Int32> = []
    var isCancelled = false

    mutating func take(_ property: Property) throws(ICalendarError) {
        switch property.name {
        case "DTSTART": try once(&start, property) { (property) throws(ICalendarError) in try property.day() }
        case "DTEND": try once(&end, property) { (property) throws(ICalendarError) in try property.day() }
        case "DURATION": try once(&length, property, Self.length)
        case "RRULE":
            try once(&rule, property) { (property) throws(ICalendarError) in try YearlyRule(property) }
        case "RDATE": others += try property.days()
        case "EXDATE": excluded.formUnion(try property.days())
        case "RECURRENCE-ID":
            throw ICalendarError(
                property.line, "RECURRENCE-ID moves one day of a series, which is not read: write the days as events of their own")
        case "EXRULE": throw ICalendarError(property.line, "EXRULE is not read: write the days as events of their own")
        case "STATUS": isCancelled = property.value.uppercased() == "CANCELLED"
        default: break
        }
        if others.count > ICalendarDays.daysMax || excluded.count > ICalendarDays.daysMax {
            throw ICalendarError(property.line, "the event names too many days")
        }
    }

    private func once<T>(
        _ member: inout T?, _ property: Property, _ read: (Property) throws(ICalendarError) -> T
    ) throws(ICalendarError) {
        if member != nil { throw ICalendarError(property.line, "\(property.name) stands twice in one event") }
        member = try read(property)
    }

    /// `P1D` or `P2W`; times of day are refused.
    private static func length(_ property: Property) throws(ICalendarError) -> Int32 {
        var text = Array(property.value.utf8)
        if text.first == UInt8(ascii: "+") { text.removeFirst() }
        guard text.first == UInt8(ascii: "P"), let unit = text.last, unit == UInt8(ascii: "D") || unit == UInt8(ascii: "W"),
            let count = Property.digits(text.dropFirst().dropLast()), count > 0, count <= 1_000
        else { throw ICalendarError(property.line, "DURATION is read in whole days or weeks, such as P1D or P2W") }
        return unit == UInt8(ascii: "W") ? count * 7 : count
    }

    /// The first days of its occurrences.
    func starts(in years: ClosedRange<Int32>, _ line: Int) throws(ICalendarError) -> [Int32] {
        guard let start else { throw ICalendarError(line, "the event has no DTSTART") }
        let regular = try rule?.days(from: start, through: years.upperBound, line) ?? [start]
        return (regular + others).filter { !excluded.contains($0) }
    }

    /// The days of the occurrence that begins on one; the end is the first day after.
    func span(from first: Int32, _ line: Int) throws(ICalendarError) -> Range<Int32> {
        guard let start else { return first..<first }
        if end != nil && length != nil { throw ICalendarError(line, "the event has both DTEND and DURATION") }
        var days = length ?? 1
        if let end {
            if end < start { throw ICalendarError(line, "the event's DTEND lies before its DTSTART") }
            // Some write the day itself for an event of one day.
            days = max(end - start, 1)
        }
        if days > ICalendarDays.eventDaysMax {
            throw ICalendarError(line, "the event lasts \(days) days; at most \(ICalendarDays.eventDaysMax) are read")
        }
        return first..<(first + days)
    }
}

/// `FREQ=YEARLY`: the same day of the same month, every year or every so many.
private struct YearlyRule {
    private var interval: Int32 = 1
    private var count: Int32?
    private var until: Int32?
    private var month: Int32?
    private var dayOfMonth: Int32?

    init(_ property: Property) throws(ICalendarError) {
        func refused(_ what: String) -> ICalendarError {
            ICalendarError(
                property.line, "RRULE with \(what) is not read, only FREQ=YEARLY on the day of DTSTART: write the days as events of their own")
        }
        var seen: Set<String> = []
        for part in property.value.uppercased().utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            let sides = part.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false).map(Array.init)
            guard sides.count == 2, let key = String(validating: sides[0], as: UTF8.self), Property.isName(key),
                seen.insert(key).inserted
            else { throw ICalendarError(property.line, "RRULE is not made of parts KEY=VALUE, each once") }
            let value = sides[1], number = Property.digits(value)
            switch key {
            case "FREQ":
                if value != Array("YEARLY".utf8) { throw refused("another FREQ") }
            case "INTERVAL":
                guard let number, number > 0, number <= 1_000 else { throw refused("this INTERVAL") }
                interval = number
            case "COUNT":
                guard let number, number > 0 else { throw refused("this COUNT") }
                count = number
            case "UNTIL":
                guard let day = Property.day(Array(value.prefix(8))), value.count == 8 || value[8] == UInt8(ascii: "T") else {
                    throw refused("this UNTIL")
                }
                until = day
            case "BYMONTH":
                guard let number else { throw refused("several months") }
                month = number
            case "BYMONTHDAY":
                guard let number else { throw refused("such days of the month") }
                dayOfMonth = number
            case "WKST": break
            default: throw refused(key)
            }
        }
        if !seen.contains("FREQ") { throw ICalendarError(property.line, "RRULE has no FREQ") }
    }

    /// Its days from the first one through a year. The 29th of February comes in leap years alone.
    func days(from start: Int32, through last: Int32, _ line: Int) throws(ICalendarError) -> [Int32] {
        let parts = CalendarDay.text(start).utf8.split(separator: UInt8(ascii: "-")).compactMap { Property.digits($0) }
        guard parts.count == 3 else { return [] }
        let (year, month, day) = (parts[0], parts[1], parts[2])
        if self.month ?? month != month || dayOfMonth ?? day != day {
            throw ICalendarError(line, "the event's RRULE names another day than its DTSTART: write the days as events of their own")
        }
        var (found, next) = ([Int32](), year)
        while next <= last, found.count < count ?? .max {
            defer { next += interval }
            guard let number = CalendarDay.number(year: next, month: month, day: day) else { continue }
            if let until, number > until { break }
            found.append(number)
        }
        return found
    }
}
