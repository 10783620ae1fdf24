/// When a promise falls due if only a partner's working time counts.
enum WorkingTime {
    /// A promise that working hours cannot keep within this many days falls due then anyway.
    private static let horizonDays: Int64 = 90

    /// The moment at which `minutes` of working time have passed since `start`.
    static func deadline(
        from start: Timestamp, minutes: UInt32, hours: [WorkingHours], zone: TimeZoneRules?,
        absences: [PartnerTable.Absence]
    ) -> Timestamp {
        var left = Int64(minutes) * Timestamp.microsPerMinute
        if hours.isEmpty && absences.isEmpty { return start.adding(micros: left) }
        let firstDay = localDay(of: start, zone)
        // Hours of a day may overlap; no moment counts twice.
        var counted = start
        for day in firstDay...(firstDay + horizonDays) {
            for stretch in stretches(on: day, hours, zone, absences) where stretch.until > counted {
                let from = max(stretch.from, counted)
                let length = stretch.until.micros - from.micros
                if length >= left { return from.adding(micros: left) }
                left -= length
                counted = stretch.until
            }
        }
        return start.adding(micros: horizonDays * Timestamp.microsPerDay)
    }

    /// Working stretches of one local day in UTC, in order, absences cut out.
    private static func stretches(
        on day: Int64, _ hours: [WorkingHours], _ zone: TimeZoneRules?, _ absences: [PartnerTable.Absence]
    ) -> [(from: Timestamp, until: Timestamp)] {
        // 1970-01-01 was a Thursday, ISO weekday 4.
        let weekday = UInt8((((day + 3) % 7) + 7) % 7 + 1)
        let today = hours.isEmpty
            ? [WorkingHours(weekday: weekday, fromMinute: 0, untilMinute: 1440)] : hours.filter { $0.weekday == weekday }
        let ordered = today.sorted { ($0.fromMinute, $0.untilMinute) < ($1.fromMinute, $1.untilMinute) }
        return ordered.flatMap { stretch in
            cut(from: utc(day, minute: stretch.fromMinute, zone), until: utc(day, minute: stretch.untilMinute, zone), absences)
        }
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
        return local >= 0 ? local / Timestamp.microsPerDay : (local - Timestamp.microsPerDay + 1) / Timestamp.microsPerDay
    }

    /// A local wall time in UTC. Where clocks jump, the offset in force just before that UTC moment counts.
    private static func utc(_ day: Int64, minute: UInt16, _ zone: TimeZoneRules?) -> Timestamp {
        let local = day * Timestamp.microsPerDay + Int64(minute) * Timestamp.microsPerMinute
        let guess = Timestamp(micros: local - Int64(offset(at: Timestamp(micros: local), zone)) * 1_000_000)
        return Timestamp(micros: local - Int64(offset(at: guess, zone)) * 1_000_000)
    }

    private static func offset(at moment: Timestamp, _ zone: TimeZoneRules?) -> Int32 {
        guard let zone else { return 0 }
        return (zone.offsets.last { $0.from <= moment } ?? zone.offsets.first)?.seconds ?? 0
    }
}
