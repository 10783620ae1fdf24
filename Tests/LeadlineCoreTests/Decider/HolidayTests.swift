import Testing

@testable import LeadlineCore

/// Goal: no working time passes on a holiday, and nobody is at work; whose holidays they are follows from the profile.
/// Method: one partner whose office works from nine to five, Monday to Friday, and 6 January 2026, a Tuesday, as holiday.
@Suite struct HolidayTests {
    private static let office = (1...5).map { WorkingHours(weekday: UInt8($0), fromMinute: 540, untilMinute: 1_020) }
    private static let calendars = [
        HolidayCalendar(name: "germany", countries: ["DE", "AT"], dates: ["2026-01-06", "2026-12-25"]),
        HolidayCalendar(name: "company", countries: ["DE"], dates: ["2026-01-07"]),
        HolidayCalendar(name: "bavaria", dates: ["2026-01-08", "2026-01-06", "2026-01-06"]),
        HolidayCalendar(name: "none"),
    ]

    private static func story(
        logic version: UInt32 = Logic.newest, _ policy: @escaping (inout Policy) -> Void = { _ in },
        zone: TimeZoneRules? = nil, _ profile: @escaping (inout PartnerProfile) -> Void
    ) -> Story {
        Story(
            logic: version,
            .policy {
                ($0.sla.firstResponseMinutes, $0.sla.inWorkingHours) = (60, true)
                $0.holidayCalendars = calendars
                policy(&$0)
            },
            .partner("A", zone: zone) {
                $0.workingHours = office
                profile(&$0)
            })
    }

    private static func minute(_ moment: Timestamp?) -> Int? {
        moment.map { Int(($0.micros - Moment.start.micros) / Timestamp.microsPerMinute) }
    }

    /// A lead on Monday at half past four: half an hour is left of the day.
    @Test(arguments: [
        (["DE"], "", 3), (["AT"], "", 2), (["DE", "DE"], "", 3), (["FR"], "", 1), ([], "", 1),
        // Of a partner that serves two countries nobody knows in which it works.
        (["DE", "AT"], "", 1), (["DE", "AT"], "germany", 2), (["DE"], "bavaria", 2), (["DE"], "none", 1),
        // A policy without a calendar of that name has none for it.
        (["DE"], "unknown", 1),
    ] as [([String], String, Int)])
    func theProfileSaysWhichHolidaysItKeeps(countries: [String], name: String, day: Int) {
        var story = Self.story { ($0.countries, $0.holidayCalendar) = (countries, name) }
        story.given(Moment.at(day: 0, 16, 30), .lead("L1"))
        #expect(Self.minute(story.state.lead("L1")?.respondBy) == Moment.at(day: day, 9, 30))
    }

    /// Whoever names a calendar that is not there is named where the network is shown.
    @Test func anUnknownCalendarIsSaid() {
        for (name, expected) in [("unknown", ["A"]), ("bavaria", []), ("", [])] {
            let story = Self.story { $0.holidayCalendar = name }
            #expect(story.state.network(at: story.state.lastStamp)?.calendarsUnknown == expected, "\(name)")
        }
    }

    /// Without hours a partner works round the clock, and a promise round the clock runs on any day.
    @Test func aHolidayEndsHoursAndNothingElse() {
        for isByHours in [true, false] {
            var story = Self.story({ $0.sla.inWorkingHours = isByHours }) { profile in
                if isByHours { profile.workingHours = [] }
                profile.countries = ["DE"]
            }
            story.given(Moment.at(day: 1, 10), .lead("L1"))
            #expect(Self.minute(story.state.lead("L1")?.respondBy) == Moment.at(day: 1, 11))
        }
    }

    /// The day is the partner's own: in Los Angeles it begins eight hours after UTC's.
    @Test func theDayIsLocal() {
        let zone = TimeZoneRules(tzVersion: "2026a", offsets: [.init(from: .epoch, seconds: -8 * 3_600)])
        var story = Self.story(zone: zone) { $0.countries = ["AT"] }
        story.given(Moment.at(day: 1, 0, 30), .lead("L1"))
        #expect(Self.minute(story.state.lead("L1")?.respondBy) == Moment.at(day: 2, 17, 30))
    }

    /// Elapsed time is counted as the deadline is.
    @Test func anAnswerAfterAHolidayIsInTime() {
        var story = Self.story { $0.countries = ["AT"] }
        story.given(Moment.at(day: 0, 16, 30), .lead("L1"))
        story.when(Moment.at(day: 2, 9, 10), .responded("L1", "A"), then: "responded L1 by A after 40")
    }

    /// A partner that goes away over the holiday alone misses nothing that it promised.
    @Test func anAbsenceOnAHolidayCostsNoPromise() {
        for (country, expected) in [("AT", "A"), ("FR", nil)] as [(String, String?)] {
            var story = Self.story({ $0.absenceAhead = .passOver }) { $0.countries = [country] }
            story.given(0, .absence("A", from: Moment.at(day: 1, 0), until: Moment.at(day: 2, 0)))
            story.given(Moment.at(day: 0, 16, 30), .lead("L1"))
            #expect(story.state.lead("L1")?.partnerID ?? nil == expected, "\(country)")
        }
    }

    /// Nobody is at work: the lead is held until the day after.
    @Test func nobodyIsAtWorkOnAHoliday() {
        var story = Self.story({ ($0.presence, $0.method, $0.waiting.offersPerMinuteMax) = (.hold, .highestScore, 10) }) {
            $0.countries = ["AT"]
        }
        story.given(Moment.at(day: 1, 10), .lead("L1"))
        #expect(story.state.lead("L1")?.stage == .escalated)
        #expect(Self.minute(story.state.nextDeadline) == Moment.at(day: 2, 9))
    }

    /// A policy and a profile that are published again hold from then on.
    @Test func calendarsFollowPolicyAndProfile() {
        var story = Self.story({ $0.holidayCalendars = [] }) { $0.countries = ["AT"] }
        story.given(Moment.at(day: 0, 16, 30), .lead("L1"))
        #expect(Self.minute(story.state.lead("L1")?.respondBy) == Moment.at(day: 1, 9, 30))
        story.given(Moment.at(day: 0, 16, 31), .policy("p2") {
            ($0.sla.firstResponseMinutes, $0.sla.inWorkingHours) = (60, true)
            $0.holidayCalendars = Self.calendars
        }, .lead("L2"))
        #expect(Self.minute(story.state.lead("L2")?.respondBy) == Moment.at(day: 2, 9, 31))
        story.given(Moment.at(day: 0, 16, 32), .partner("A") { $0.workingHours = Self.office; $0.countries = ["FR"] }, .lead("L3"))
        #expect(Self.minute(story.state.lead("L3")?.respondBy) == Moment.at(day: 1, 9, 32))
    }

    /// Logic before version 7 knows none of it, whatever a program takes up later.
    @Test func earlierLogicKnowsNoHolidays() throws {
        var story = Self.story(logic: 6) { ($0.countries, $0.holidayCalendar) = (["AT"], "germany") }
        story.given(Moment.at(day: 0, 16, 30), .lead("L1"))
        #expect(Self.minute(story.state.lead("L1")?.respondBy) == Moment.at(day: 1, 9, 30))
        #expect(story.state.policy?.holidayCalendars.isEmpty == true)
        #expect(story.state.partners.profiles[0].holidayCalendar.isEmpty)
    }

    /// A state that is read back keeps the same holidays.
    @Test func aRestoredStateKeepsThem() throws {
        let story = Self.story { $0.holidayCalendar = "bavaria" }
        let bytes = story.state.canonicalBytes()
        let restored = try State(canonicalBytes: bytes)
        #expect(restored.canonicalBytes() == bytes)
        #expect(restored.partners.holidays == story.state.partners.holidays)
        #expect(restored.partners.holidays[0].contains(20_459) && !restored.partners.holidays[0].contains(20_460))
    }

    // MARK: Days

    @Test(arguments: [
        ("1990-01-01", 7_305), ("2000-02-29", 11_016), ("2026-01-05", 20_458), ("2199-12-31", 84_005),
    ] as [(String, Int32)])
    func aDayIsANumber(text: String, number: Int32) {
        #expect(CalendarDay.number(text) == number && CalendarDay.text(number) == text)
    }

    @Test(arguments: [
        "", "2026", "2026-1-5", "2026-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00", "1989-12-31",
        "2200-01-01", "2026/01/05", "2026-01-05T", "+026-01-05", "20２6-01-05", "2026-01-05\u{301}",
    ])
    func whatIsNoDayIsNone(text: String) { #expect(CalendarDay.number(text) == nil) }

    /// Every day of the years that are known, each the one after the day before.
    @Test func daysFollowOneAnother() throws {
        let (first, last) = (try #require(CalendarDay.number("1990-01-01")), try #require(CalendarDay.number("2199-12-31")))
        #expect(last - first == 76_700)
        for number in first...last { #expect(CalendarDay.number(CalendarDay.text(number)) == number) }
    }
}
