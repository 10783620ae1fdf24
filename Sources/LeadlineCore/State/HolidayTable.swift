/// Local days on which somebody does not work, in order.
struct HolidayDays: Sendable, Equatable {
    private var days: [Int32] = []

    /// None.
    init() {}

    /// Days in any order; one that is named twice is one.
    init(_ numbers: [Int32]) {
        for day in numbers.sorted() where days.last != day { days.append(day) }
    }

    /// Whether it holds a local day, counted from 1970-01-01.
    func contains(_ day: Int64) -> Bool {
        var (low, high) = (0, days.count)
        while low < high {
            let middle = (low + high) / 2
            if Int64(days[middle]) < day { low = middle + 1 } else { high = middle }
        }
        return low < days.count && Int64(days[low]) == day
    }
}

/// The policy's holiday calendars by what they are looked up by; derived from the policy.
struct HolidayTable: Sendable {
    private var byName: [String: HolidayDays] = [:]
    private var byCountry: [String: HolidayDays] = [:]

    init() {}

    /// Several calendars for one country add up. What is no day counts for nothing: intake refuses it.
    init(_ calendars: [HolidayCalendar]) {
        var countries: [String] = []
        var gathered: [String: [Int32]] = [:]
        for calendar in calendars {
            let numbers = calendar.dates.compactMap(CalendarDay.number)
            byName[calendar.name] = HolidayDays(numbers)
            for country in calendar.countries {
                if gathered[country] == nil { countries.append(country) }
                gathered[country, default: []] += numbers
            }
        }
        for country in countries { byCountry[country] = HolidayDays(gathered[country] ?? []) }
    }

    /// The days of the calendar of that name; none where there is none.
    func days(named name: String) -> HolidayDays { byName[name] ?? HolidayDays() }

    /// True if the policy has a calendar of that name.
    func has(_ name: String) -> Bool { byName[name] != nil }

    /// The days on which a partner does not work: those of the calendar that its profile names, else those of the
    /// country that it serves. Of a partner that serves several nobody knows in which of them it works, and one that
    /// states no hours works round the clock, whatever day it is.
    func days(of profile: PartnerProfile) -> HolidayDays {
        if profile.workingHours.isEmpty { return HolidayDays() }
        if !profile.holidayCalendar.isEmpty { return days(named: profile.holidayCalendar) }
        guard let country = profile.countries.first, profile.countries.allSatisfy({ $0 == country }) else {
            return HolidayDays()
        }
        return byCountry[country] ?? HolidayDays()
    }
}
