import LeadlineCore
import Testing

/// Goal: a promise in working hours counts the partner's own working time: nights, weekends, absences and clock
/// changes do not run it down.
/// Method: one partner, one lead, the deadline as day (0 is Monday, 5 January 2026), hour and minute in UTC.
@Suite struct WorkingTimeTests {
    /// Central Europe in 2026: an hour ahead, two from 29 March to 25 October, 01:00 UTC each.
    private static let berlin = TimeZoneRules(tzVersion: "2026a", offsets: [
        .init(from: .epoch, seconds: 3_600),
        .init(from: Moment.at(Moment.at(day: 83, 1)), seconds: 7_200),
        .init(from: Moment.at(Moment.at(day: 293, 1)), seconds: 3_600),
    ])
    /// New York in 2026: five hours behind, four from 8 March 07:00 UTC to 1 November 06:00 UTC.
    private static let newYork = TimeZoneRules(tzVersion: "2026a", offsets: [
        .init(from: .epoch, seconds: -18_000),
        .init(from: Moment.at(Moment.at(day: 62, 7)), seconds: -14_400),
        .init(from: Moment.at(Moment.at(day: 300, 6)), seconds: -18_000),
    ])

    private static func hours(_ days: ClosedRange<UInt8>, _ from: Int, _ until: Int) -> [WorkingHours] {
        days.map { WorkingHours(weekday: $0, fromMinute: UInt16(from * 60), untilMinute: UInt16(until * 60)) }
    }
    private static let office = hours(1...5, 9, 17)
    private static let always = hours(1...7, 0, 24)

    private func due(
        _ minutes: UInt32, from start: Int, _ hours: [WorkingHours], _ zone: TimeZoneRules? = nil, absences: [(Int, Int)] = []
    ) -> Int? {
        var story = Story(
            .policy { $0.sla.firstResponseMinutes = minutes; $0.sla.inWorkingHours = true },
            .partner("A", zone: zone) { $0.workingHours = hours })
        for (index, absence) in absences.enumerated() {
            story.given(0, .absence("A", "a\(index)", from: absence.0, until: absence.1))
        }
        story.given(start, .lead("L1"))
        return story.state.lead("L1")?.respondBy.map { Int(($0.micros - Moment.start.micros) / Timestamp.microsPerMinute) }
    }

    @Test func withinTheDay() {
        #expect(due(60, from: Moment.at(day: 0, 10), Self.office) == Moment.at(day: 0, 11))
        #expect(due(60, from: Moment.at(day: 0, 3), Self.office) == Moment.at(day: 0, 10))
        #expect(due(60, from: Moment.at(day: 0, 16), Self.office) == Moment.at(day: 0, 17))
        #expect(due(60, from: Moment.at(day: 0, 16, 30), Self.office) == Moment.at(day: 1, 9, 30))
        #expect(due(60, from: Moment.at(day: 0, 17), Self.office) == Moment.at(day: 1, 10))
    }

    @Test func acrossAWeekend() {
        #expect(due(60, from: Moment.at(day: 4, 16, 30), Self.office) == Moment.at(day: 7, 9, 30))
        #expect(due(60, from: Moment.at(day: 5, 12), Self.office) == Moment.at(day: 7, 10))
        #expect(due(5 * 8 * 60, from: Moment.at(day: 2, 9), Self.office) == Moment.at(day: 8, 17))
    }

    @Test func aBreakAtNoon() {
        let halves = Self.hours(1...5, 13, 17) + Self.hours(1...5, 9, 12)
        #expect(due(240, from: Moment.at(day: 0, 10), halves) == Moment.at(day: 0, 15))
    }

    /// Hours that overlap are one stretch of time, not two.
    @Test func overlappingHoursCountOnce() {
        let twice = Self.hours(1...5, 9, 13) + Self.hours(1...5, 10, 17) + Self.hours(1...5, 11, 12)
        #expect(due(360, from: Moment.at(day: 0, 9), twice) == Moment.at(day: 0, 15))
    }

    @Test func inALocalZone() {
        #expect(due(60, from: Moment.at(day: 0, 7), Self.office, Self.berlin) == Moment.at(day: 0, 9))
        #expect(due(60, from: Moment.at(day: 0, 7), Self.office, Self.newYork) == Moment.at(day: 0, 15))
        // Monday evening in New York is Tuesday in UTC.
        #expect(due(60, from: Moment.at(day: 1, 1), Self.hours(1...1, 18, 24), Self.newYork) == Moment.at(day: 1, 2))
    }

    /// The night to 29 March is an hour short: seven hours of it last from 00:00 to 08:00 local time.
    @Test func acrossTheSpringChange() {
        let midnight = Moment.at(day: 82, 23)
        #expect(due(120, from: midnight, Self.always, Self.berlin) == Moment.at(day: 83, 1))
        #expect(due(7 * 60, from: midnight, Self.always, Self.berlin) == Moment.at(day: 83, 6))
        // 22 hours of the Saturday from two in the morning, then 23 of the Sunday: Monday begins.
        #expect(due(45 * 60, from: Moment.at(day: 82, 1), Self.always, Self.berlin) == Moment.at(day: 83, 22))
        // Office hours begin at 09:00 local: 08:00 UTC on Friday, 07:00 UTC on Monday.
        #expect(due(8 * 60 + 30, from: Moment.at(day: 81, 8), Self.office, Self.berlin) == Moment.at(day: 84, 7, 30))
    }

    @Test func acrossTheAutumnChange() {
        // The Sunday of 25 October has 25 hours, from 22:00 to 23:00 UTC.
        #expect(due(25 * 60, from: Moment.at(day: 292, 22), Self.always, Self.berlin) == Moment.at(day: 293, 23))
        #expect(due(8 * 60 + 30, from: Moment.at(day: 291, 7), Self.office, Self.berlin) == Moment.at(day: 294, 8, 30))
        #expect(due(25 * 60, from: Moment.at(day: 300, 4), Self.always, Self.newYork) == Moment.at(day: 301, 5))
    }

    @Test func hoursThatTheClockSkips() {
        // 02:00 to 03:00 does not exist on 29 March: that week's hour is the next Sunday's.
        let skipped = Self.hours(7...7, 2, 3)
        #expect(due(30, from: Moment.at(day: 83, 0), skipped, Self.berlin) == Moment.at(day: 90, 0, 30))
    }

    private static let newZealand = zone(46_800, (Moment.at(day: 89, 14), 43_200), (Moment.at(day: 264, 14), 46_800))
    /// Half an hour of summer time: to the winter on 5 April at 15:00 UTC, to the summer on 3 October at 15:30 UTC.
    private static let lordHowe = zone(39_600, (Moment.at(day: 89, 15), 37_800), (Moment.at(day: 271, 15, 30), 39_600))
    private static let kolkata = zone(19_800)

    private static func zone(_ seconds: Int32, _ changes: (Int, Int32)...) -> TimeZoneRules {
        TimeZoneRules(tzVersion: "2026a", offsets: [.init(from: .epoch, seconds: seconds)] + changes.map { .init(from: Moment.at($0.0), seconds: $0.1) })
    }

    /// A Sunday's hours, in minutes of its local clock.
    private static func sunday(_ from: Int, _ until: Int) -> [WorkingHours] {
        [WorkingHours(weekday: 7, fromMinute: UInt16(from), untilMinute: UInt16(until))]
    }

    struct Change: CustomTestStringConvertible {
        var testDescription: String
        var zone: TimeZoneRules
        var hours: [WorkingHours]
        var start: Int
        var minutes: UInt32
        var due: Int
        init(_ name: String, _ zone: TimeZoneRules, _ hours: [WorkingHours], from start: Int, _ minutes: UInt32, due: Int) {
            (testDescription, self.zone, self.hours, self.start, self.minutes, self.due) = (name, zone, hours, start, minutes, due)
        }
    }

    /// Hours that lie over a change of clocks: those that are skipped are none, those shown twice are two.
    static let changes: [Change] = [
        .init("Berlin, the hour twice", berlin, sunday(120, 180), from: Moment.at(day: 293, 0), 90, due: Moment.at(day: 293, 1, 30)),
        .init("Berlin, the first of the two", berlin, sunday(120, 180), from: Moment.at(day: 293, 0), 30, due: Moment.at(day: 293, 0, 30)),
        .init("Berlin, half of it twice", berlin, sunday(90, 150), from: Moment.at(day: 292, 23), 75, due: Moment.at(day: 293, 1, 15)),
        .init("Berlin, spring, around the gap", berlin, sunday(60, 240), from: Moment.at(day: 82, 23), 120, due: Moment.at(day: 83, 2)),
        .init("Berlin, spring, a minute more", berlin, sunday(60, 240), from: Moment.at(day: 82, 23), 121, due: Moment.at(day: 89, 23, 1)),
        .init("Berlin, spring, out of the gap", berlin, sunday(150, 240), from: Moment.at(day: 83, 0), 30, due: Moment.at(day: 83, 1, 30)),
        .init("New York, spring", newYork, sunday(60, 240), from: Moment.at(day: 62, 0), 90, due: Moment.at(day: 62, 7, 30)),
        .init("New York, autumn", newYork, sunday(60, 120), from: Moment.at(day: 300, 0), 90, due: Moment.at(day: 300, 6, 30)),
        .init("New Zealand, autumn in April", newZealand, sunday(120, 180), from: Moment.at(day: 89, 12), 100, due: Moment.at(day: 89, 14, 40)),
        .init("New Zealand, spring in September", newZealand, sunday(60, 240), from: Moment.at(day: 264, 12), 100, due: Moment.at(day: 264, 14, 40)),
        .init("Lord Howe, half an hour twice", lordHowe, sunday(60, 120), from: Moment.at(day: 89, 12), 75, due: Moment.at(day: 89, 15, 15)),
        .init("Lord Howe, half an hour skipped", lordHowe, sunday(60, 180), from: Moment.at(day: 271, 12), 80, due: Moment.at(day: 271, 15, 50)),
        .init("Kolkata never changes", kolkata, hours(1...1, 9, 10), from: 0, 60, due: Moment.at(day: 0, 4, 30)),
    ]

    @Test(arguments: changes) func overAChangeOfClocks(_ change: Change) {
        #expect(due(change.minutes, from: change.start, change.hours, change.zone) == change.due)
    }

    /// A holiday on the day of the change is that day's twenty-five hours.
    @Test func aHolidayOnTheLongDay() {
        let sunday = (Moment.at(day: 292, 22), Moment.at(day: 293, 23))
        #expect(due(60, from: Moment.at(day: 292, 21, 30), Self.always, Self.berlin, absences: [sunday]) == Moment.at(day: 293, 23, 30))
    }

    /// A promise that was given stands: what is said of the calendar later counts for later promises.
    @Test func laterHolidaysMoveNoDeadline() {
        var story = Story(
            .policy { $0.sla.firstResponseMinutes = 60; $0.sla.inWorkingHours = true }, .partner("A") { $0.workingHours = Self.office },
            .partner("B") { $0.workingHours = Self.office })
        story.given(Moment.at(day: 0, 16, 30), .lead("L1"), .absence("A", from: Moment.at(day: 0, 16, 30), until: Moment.at(day: 3, 0)))
        story.until(Moment.at(day: 1, 9, 30), then: [
            "expired L1 at A, attempt 1, due \(Moment.at(day: 1, 9, 30))",
            "assigned L1 to B, attempt 2, expired, due \(Moment.at(day: 1, 10, 30))",
        ])
    }

    @Test func acrossAnAbsence() {
        let tuesday = (Moment.at(day: 1, 0), Moment.at(day: 2, 0))
        #expect(due(120, from: Moment.at(day: 0, 16), Self.office, absences: [tuesday]) == Moment.at(day: 2, 10))
        let noon = (Moment.at(day: 0, 12), Moment.at(day: 0, 14))
        #expect(due(240, from: Moment.at(day: 0, 10), Self.office, absences: [noon]) == Moment.at(day: 0, 16))
        // Overlapping absences, one inside the other, count once.
        let inner = (Moment.at(day: 0, 12, 30), Moment.at(day: 0, 13))
        #expect(due(240, from: Moment.at(day: 0, 10), Self.office, absences: [inner, noon]) == Moment.at(day: 0, 16))
        // Round the clock but for the absence.
        #expect(due(240, from: Moment.at(day: 0, 10), [], absences: [noon]) == Moment.at(day: 0, 16))
    }

    @Test func roundTheClock() {
        #expect(due(5, from: 7, []) == 12)
    }

    /// A promise that cannot be kept in ninety days falls due then: no lead waits for ever.
    @Test func neverLongerThanNinetyDays() {
        #expect(due(100_000, from: 0, Self.hours(1...1, 9, 10)) == 90 * Moment.minutesPerDay)
        #expect(due(60, from: 0, Self.office, absences: [(1, 400 * Moment.minutesPerDay)]) == 90 * Moment.minutesPerDay)
    }
}
