/// When somebody works: weekly hours by the local clock, less holidays and absences; without hours round the clock.
struct WorkingCalendar {
    var hours: [WorkingHours]
    /// Nil is UTC.
    var zone: TimeZoneRules?
    /// Local days without hours.
    var holidays = HolidayDays()
    var absences: [PartnerTable.Absence] = []

    /// True if all time is working time.
    var isAlways: Bool { hours.isEmpty && absences.isEmpty }
}

extension State {
    /// When a partner works, as if it were away then and then alone.
    func calendar(of partner: Int, absences: [PartnerTable.Absence]) -> WorkingCalendar {
        WorkingCalendar(
            hours: partners.profiles[partner].workingHours, zone: partners.timeZones[partner],
            holidays: partners.holidays[partner], absences: absences)
    }
}

extension State {
    /// When the minutes of a step of the escalation ladder count.
    func calendar(of step: EscalationStep) -> WorkingCalendar {
        WorkingCalendar(
            hours: step.workingHours, zone: stepZones.first { $0.name == step.timeZone }?.rules,
            holidays: step.workingHours.isEmpty ? HolidayDays() : holidays.days(named: step.holidayCalendar))
    }
}

/// When a promise falls due if only working time counts.
enum WorkingTime {
    /// A promise that working hours cannot keep within this many days falls due then anyway.
    private static let horizonDays: Int64 = 90

    /// The moment at which `micros` of working time have passed since `start`.
    static func deadline(from start: Timestamp, micros: Int64, in calendar: WorkingCalendar) -> Timestamp {
        var left = micros
        if calendar.isAlways { return start.adding(micros: left) }
        let firstDay = localDay(of: start, calendar.zone)
        // Hours of a day may overlap; no moment counts twice.
        var counted = start
        for day in firstDay...(firstDay + horizonDays) {
            for stretch in stretches(on: day, calendar) where stretch.until > counted {
                let from = max(stretch.from, counted)
                let length = stretch.until.micros - from.micros
                if length >= left { return from.adding(micros: left) }
                left -= length
                counted = stretch.until
            }
        }
        return start.adding(micros: horizonDays * Timestamp.microsPerDay)
    }

    /// The working time between two moments; of more days than a promise is waited for, every day counts in full.
    static func elapsed(from start: Timestamp, until end: Timestamp, in calendar: WorkingCalendar) -> Int64 {
        if end <= start { return 0 }
        if calendar.isAlways { return end.micros - start.micros }
        let firstDay = localDay(of: start, calendar.zone)
        var counted = start, sum: Int64 = 0
        for day in firstDay...(firstDay + horizonDays) {
            for stretch in stretches(on: day, calendar)
            where stretch.until > counted && stretch.from < end {
                let until = min(stretch.until, end)
                sum += until.micros - max(stretch.from, counted).micros
                counted = until
            }
        }
        let horizon = start.adding(micros: horizonDays * Timestamp.microsPerDay)
        return sum + max(0, end.micros - horizon.micros)
    }

    /// Working stretches of one local day in UTC, in order, absences cut out; none on a holiday. A moment is in them if
    /// the local clock shows a working hour then: an hour that the clock skips is none, one that it shows twice is two.
    private static func stretches(
        on day: Int64, _ calendar: WorkingCalendar
    ) -> [(from: Timestamp, until: Timestamp)] {
        if calendar.holidays.contains(day) { return [] }
        let (hours, zone, absences) = (calendar.hours, calendar.zone, calendar.absences)
        // 1970-01-01 was a Thursday, ISO weekday 4.
        let weekday = UInt8((((day + 3) % 7) + 7) % 7 + 1)
        let today = hours.isEmpty
            ? [WorkingHours(weekday: weekday, fromMinute: 0, untilMinute: 1440)]
            : hours.filter { $0.weekday == weekday }
        var found: [(from: Timestamp, until: Timestamp)] = []
        for hours in today {
            let from = day * Timestamp.microsPerDay + Int64(hours.fromMinute) * Timestamp.microsPerMinute
            let until = day * Timestamp.microsPerDay + Int64(hours.untilMinute) * Timestamp.microsPerMinute
            for rule in 0..<max(zone?.offsets.count ?? 0, 1) {
                // The stretch as it would be if this offset always held, and of that what falls into its time.
                let (begin, end, offset) = validity(rule, zone)
                let stretch = (from: Timestamp(micros: max(from - offset, begin)),
                    until: Timestamp(micros: min(until - offset, end)))
                if stretch.from < stretch.until { found += cut(from: stretch.from, until: stretch.until, absences) }
            }
        }
        return found.sorted { ($0.from, $0.until) < ($1.from, $1.until) }
    }

    /// From when to when the zone's offset holds, all in microseconds; without a zone UTC holds always.
    private static func validity(_ rule: Int, _ zone: TimeZoneRules?) -> (begin: Int64, end: Int64, offset: Int64) {
        guard let offsets = zone?.offsets, rule < offsets.count else { return (.min, .max, 0) }
        return (
            rule == 0 ? .min : offsets[rule].from.micros,
            rule + 1 < offsets.count ? offsets[rule + 1].from.micros : .max,
            Int64(offsets[rule].seconds) * 1_000_000
        )
    }

    private static func cut(
        from: Timestamp, until: Timestamp, _ absences: [PartnerTable.Absence]
    ) -> [(from: Timestamp, until: Timestamp)] {
        var rest: [(from: Timestamp, until: Timestamp)] = []
        var at = from
        for absence in absences where absence.until > at && absence.from < until {
            if absence.from > at { rest.append((at, absence.from)) }
            at = max(at, absence.until)
        }
        if at < until { rest.append((at, until)) }
        return rest
    }

    private static func localDay(of moment: Timestamp, _ zone: TimeZoneRules?) -> Int64 {
        let local = moment.micros + Int64(offset(at: moment, zone)) * 1_000_000
        return local >= 0
            ? local / Timestamp.microsPerDay : (local - Timestamp.microsPerDay + 1) / Timestamp.microsPerDay
    }

    private static func offset(at moment: Timestamp, _ zone: TimeZoneRules?) -> Int32 {
        guard let zone else { return 0 }
        return (zone.offsets.last { $0.from <= moment } ?? zone.offsets.first)?.seconds ?? 0
    }
}
