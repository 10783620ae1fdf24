/// How many leads come on which day: a rate a weekday, and how busy the last days were against it.
///
/// Both are exponentially weighted means (Brown, "Statistical Forecasting for Inventory Control", 1959), the weekday's
/// over about five weeks, the level's over about a week, before logic version 8 over about two.
struct ArrivalRhythm: Sendable, Equatable {
    /// Weight of a new day in its weekday's rate.
    static let weekdayWeight = 0.2
    /// Weight of a whole new week in the level.
    private static let levelWeight = 1.0
    private static let levelWeightBefore8 = 0.5
    /// Days that are looked at before the level is taken out of a weekday's rate.
    private static let daysToLearn = 14.0
    /// Quiet days that are counted one by one; after a longer gap the rest is skipped.
    private static let gapDaysMax = 70
    private static let levelRange = 0.25...4.0

    /// Leads a day, Monday first.
    var rates = InlineArray<7, Double>(repeating: 0)
    /// Days seen of each weekday.
    var seen = InlineArray<7, Double>(repeating: 0)
    /// How busy the last days were: 1 is as usual.
    var level = 1.0
    /// The day being counted, since 1970; nil before the first lead.
    var day: Int64?
    /// Leads of that day so far.
    var count = 0.0

    static func == (a: Self, b: Self) -> Bool {
        (0..<7).allSatisfy { a.rates[$0] == b.rates[$0] && a.seen[$0] == b.seen[$0] }
            && a.level == b.level && a.day == b.day && a.count == b.count
    }

    /// Monday is 0; 1970-01-01 was a Thursday.
    private static func weekday(_ day: Int64) -> Int { Int(((day + 3) % 7 + 7) % 7) }

    /// A lead arrives on a day, never earlier than the last.
    mutating func arrive(on now: Int64, logicVersion: UInt32) {
        advance(to: now, logicVersion: logicVersion)
        count += 1
    }

    /// Days before `now` are over.
    mutating func advance(to now: Int64, logicVersion: UInt32) {
        guard let last = day else {
            day = now
            return
        }
        if now <= last { return }
        let levelWeight = logicVersion < 8 ? Self.levelWeightBefore8 : Self.levelWeight
        for ended in last..<min(now, last + Int64(Self.gapDaysMax)) { close(ended, levelWeight: levelWeight) }
        day = now
    }

    private mutating func close(_ ended: Int64, levelWeight: Double) {
        let weekday = Self.weekday(ended)
        let expected = rate(weekday)
        if expected > 0 {
            // Busy weekdays say as much of the level as they bring of the week.
            let share = expected / max(week, expected)
            level += (count / expected - level) * share * levelWeight
            level = min(max(level, Self.levelRange.lowerBound), Self.levelRange.upperBound)
        }
        seen[weekday] += 1
        // What the level explains is not the weekday's.
        let usual = daysSeen > Self.daysToLearn ? level : 1
        rates[weekday] += (count / usual - rates[weekday]) * max(Self.weekdayWeight, 1 / seen[weekday])
        count = 0
    }

    private var daysSeen: Double {
        var sum = 0.0
        for weekday in 0..<7 { sum += seen[weekday] }
        return sum
    }

    /// Leads of a whole usual week.
    var week: Double {
        var sum = 0.0
        for weekday in 0..<7 { sum += rate(weekday) }
        return sum
    }

    /// A weekday not seen yet is like the mean of the others.
    private func rate(_ weekday: Int) -> Double {
        if seen[weekday] > 0 { return rates[weekday] }
        var (sum, days) = (0.0, 0.0)
        for other in 0..<7 where seen[other] > 0 {
            sum += rates[other]
            days += 1
        }
        return days > 0 ? sum / days : 0
    }

    /// Leads expected between two moments, in days since 1970.
    func expected(from start: Double, until end: Double) -> Double {
        guard start < end else { return 0 }
        var sum = 0.0
        var day = Int64(start.rounded(.down))
        while Double(day) < end {
            let part = min(Double(day + 1), end) - max(Double(day), start)
            sum += part * rate(Self.weekday(day)) * level
            day += 1
        }
        return sum
    }
}
