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
