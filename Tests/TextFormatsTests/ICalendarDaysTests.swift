import LeadlineCore
import Testing
import TextFormats

/// Goal: the days of a published holiday calendar are read as RFC 5545 means them, and what means more than days is refused
/// with its line; nothing from outside brings the reader down.
@Suite struct ICalendarDaysTests {
    private static func file(_ events: String..., end: String = "\r\n") -> [UInt8] {
        let body = events.map { "BEGIN:VEVENT\n\($0)\nEND:VEVENT" }.joined(separator: "\n")
        let text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n\(body)\nEND:VCALENDAR\n"
        return Array(text.utf8.flatMap { $0 == 0x0a ? Array(end.utf8) : [$0] })
    }

    private static func days(_ bytes: [UInt8], _ years: ClosedRange<Int32> = 2026...2028) throws -> [String] {
        try ICalendarDays(bytes, years: years).days.map(CalendarDay.text)
    }

    private static func refusal(_ bytes: [UInt8]) -> ICalendarError? {
        do throws(ICalendarError) {
            _ = try ICalendarDays(bytes, years: 2026...2028)
            return nil
        } catch { return error }
    }

    /// One event each.
    @Test(arguments: [
        ("DTSTART;VALUE=DATE:20261225", ["2026-12-25"]),
        ("DTSTART:20261225", ["2026-12-25"]),
        // The end is the first day after.
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227", ["2026-12-25", "2026-12-26"]),
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226", ["2026-12-25"]),
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225", ["2026-12-25"]),
        ("DTSTART;VALUE=DATE:20261231\nDURATION:P2D", ["2026-12-31", "2027-01-01"]),
        ("dtstart;value=date:20261225", ["2026-12-25"]),
        // Parameters with colons and semicolons in quotes, and folded lines, also within a word.
        ("DTSTART;X-A=\"a:b;c\";VALUE=DATE:20261225", ["2026-12-25"]),
        ("DTSTART;VALUE=DA\n TE:2026\n\t1225", ["2026-12-25"]),
        ("SUMMARY:Weihnachten\\, DTSTART:1\nDTSTART;VALUE=DATE:20261225\nDESCRIPTION:a\n  DTEND:x", ["2026-12-25"]),
        // Every year, as far as was asked for.
        ("DTSTART;VALUE=DATE:19990101\nRRULE:FREQ=YEARLY", ["2026-01-01", "2027-01-01", "2028-01-01"]),
        ("DTSTART;VALUE=DATE:20270101\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;WKST=MO", ["2027-01-01", "2028-01-01"]),
        ("DTSTART;VALUE=DATE:20200229\nRRULE:FREQ=YEARLY", ["2028-02-29"]),
        ("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY;COUNT=2", ["2026-01-01"]),
        ("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY;INTERVAL=2", ["2027-01-01"]),
        ("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY;UNTIL=20270101", ["2026-01-01", "2027-01-01"]),
        ("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY;UNTIL=20261231T235959Z", ["2026-01-01"]),
        ("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20270101,20280101", ["2026-01-01"]),
        ("DTSTART;VALUE=DATE:20260406\nRDATE;VALUE=DATE:20270329,20280417", ["2026-04-06", "2027-03-29", "2028-04-17"]),
        ("DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED", []),
        // An alarm has its own times.
        ("DTSTART;VALUE=DATE:20261225\nBEGIN:VALARM\nDURATION:PT15M\nEND:VALARM", ["2026-12-25"]),
        ("DTSTART;VALUE=DATE:20251225", []),
    ] as [(String, [String])])
    func anEventIsItsDays(event: String, expected: [String]) throws {
        for end in ["\r\n", "\n"] { #expect(try Self.days(Self.file(event, end: end)) == expected, "\(event)") }
    }

    @Test func daysOfAllEventsStandOnceAndInOrder() throws {
        let bytes = Self.file(
            "DTSTART;VALUE=DATE:20261226", "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227", "DTSTART;VALUE=DATE:20210101",
            "DTSTART;VALUE=DATE:20260101\nSTATUS:CANCELLED")
        let found = try ICalendarDays([0xef, 0xbb, 0xbf] + bytes, years: 2026...2026)
        #expect(found.days.map(CalendarDay.text) == ["2026-12-25", "2026-12-26"])
        #expect(found.events == 4 && found.cancelled == 1 && found.outside == 1)
    }

    /// What it says, and on which line. Lines 1 to 4 are the file's head and BEGIN:VEVENT.
    @Test(arguments: [
        ("DTSTART:20261225T090000Z", 5, "time of day"), ("DTSTART;VALUE=DATE-TIME:20261225T090000", 5, "time of day"),
        ("DTSTART;VALUE=DATE:20261325", 5, "no day"), ("DTSTART;VALUE=DATE:20270229", 5, "no day"), ("DTSTART;VALUE=DATE:", 5, "no day"),
        ("DTSTART;VALUE=DATE:18991231", 5, "no day of 1990"), ("DTSTART;VALUE=DATE:20261225,20261226", 5, "several days"),
        ("SUMMARY:x", 6, "no DTSTART"), ("DTSTART;VALUE=DATE:20261225\nDTSTART;VALUE=DATE:20261226", 6, "twice"),
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261224", 7, "before"),
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\nDURATION:P1D", 8, "both"),
        ("DTSTART;VALUE=DATE:20261225\nDURATION:PT1H", 6, "whole days"), ("DTSTART;VALUE=DATE:20261225\nDURATION:P0D", 6, "whole days"),
        ("DTSTART;VALUE=DATE:20261225\nDURATION:P99999999999999999999D", 6, "whole days"),
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20281225", 7, "at most 366"),
        ("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=WEEKLY", 6, "another FREQ"),
        ("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYDAY=4TH", 6, "BYDAY"),
        ("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTH=1,2", 6, "several months"),
        ("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTH=11", 7, "another day than its DTSTART"),
        ("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;INTERVAL=0", 6, "INTERVAL"),
        ("DTSTART;VALUE=DATE:20261225\nRRULE:INTERVAL=1", 6, "no FREQ"), ("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;FREQ=YEARLY", 6, "each once"),
        ("DTSTART;VALUE=DATE:20261225\nRRULE:", 6, "KEY=VALUE"), ("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;UNTIL=never", 6, "UNTIL"),
        ("DTSTART;VALUE=DATE:20261225\nRECURRENCE-ID;VALUE=DATE:20261225", 6, "RECURRENCE-ID"),
        ("DTSTART;VALUE=DATE:20261225\nEXRULE:FREQ=YEARLY", 6, "EXRULE"), ("no property", 5, "no property"), (":x", 5, "no property"),
        ("DTSTART;VALUE:20261225", 5, "no property"), ("DTSTART;X=\"a:20261225", 5, "no property"), ("END:VALARM", 5, "another component"),
    ] as [(String, Int, String)])
    func whatIsNotReadIsRefusedWithItsLine(event: String, line: Int, words: String) throws {
        let refusal = try #require(Self.refusal(Self.file(event)), "\(event)")
        #expect(refusal.line == line && refusal.detail.contains(words), "\(event): \(refusal)")
    }

    @Test(arguments: [
        "", "\n\n", "hello", "BEGIN:VEVENT\nEND:VEVENT\n", "<html>\n<a:b>", "DTSTART:20261225\n", "BEGIN:VCALENDAR", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n",
        "BEGIN:VCALENDAR\nEND:VCALENDAR\nDTSTART:20261225\n", "BEGIN:VCALENDAR\nEND:VCALENDAR\nBEGIN:VEVENT\n", "BEGIN:\n", "END:VCALENDAR\n",
    ])
    func whatIsNoCalendarIsRefused(text: String) { #expect(Self.refusal(Array(text.utf8)) != nil) }

    /// Sizes are bounded, and a file of any size below is read in a moment.
    @Test func sizesAreBounded() throws {
        let day = "DTSTART;VALUE=DATE:20261225"
        #expect(Self.refusal([UInt8](repeating: 0x41, count: ICalendarDays.bytesMax + 1))?.line == 0)
        #expect(Self.refusal(Self.file("SUMMARY:" + String(repeating: "x", count: ICalendarDays.lineBytesMax)))?.detail.contains("longer") == true)
        let folded = "SUMMARY:" + String(repeating: "\n " + String(repeating: "x", count: 70), count: 1_000)
        #expect(Self.refusal(Self.file(folded))?.line == 5)
        #expect(Self.refusal(Self.file(String(repeating: "BEGIN:X\n", count: 100)))?.detail.contains("deeper") == true)
        let many = "BEGIN:VCALENDAR\n" + String(repeating: "BEGIN:VEVENT\n\(day)\nEND:VEVENT\n", count: ICalendarDays.eventsMax + 1)
        #expect(Self.refusal(Array(many.utf8))?.detail.contains("more than 10000 events") == true)
        #expect(try Self.days(Self.file(day), 1...9_999) == ["2026-12-25"])
        #expect(try Self.days(Self.file("\(day)\nRRULE:FREQ=YEARLY"), 1...9_999).count == 2_199 - 2_025)
        #expect(Self.refusal(Array("BEGIN:VCALENDAR\n\u{feff}".utf8) + [0xff, 0xfe])?.line == 2)
    }

    /// Whatever bytes of a file are changed, it is read or refused.
    @Test func anyChangeIsReadOrRefused() {
        let whole = Self.file("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nRRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:20271225")
        for index in whole.indices {
            for byte in [0x00, 0x09, 0x0a, 0x20, 0x2d, 0x30, 0x39, 0x3a, 0x3b, 0x3d, 0x54, 0xff] as [UInt8] {
                var changed = whole
                changed[index] = byte
                _ = Self.refusal(changed)
            }
            _ = Self.refusal(Array(whole[..<index]))
        }
    }
}
