import LeadlineCore
import TextFormats

/// Floors that were met and missed, beside what could have been got.
public struct FloorReport: Encodable, Sendable {
    /// What floors count: leads, or their deal value in minor units.
    public enum Unit: String, Encodable, Sendable { case leads, minorUnits }

    /// A partner's floor in one floor period.
    public struct Row: Encodable, Equatable, Sendable {
        /// The partner.
        public var partner: String
        /// The period's first moment, and the first after it, RFC 3339 in UTC.
        public var from: String
        public var to: String
        /// What the floor counts.
        public var unit: Unit
        /// Fewest leads, or least deal value, that it should have got; what it got.
        public var floor: Int
        public var got: Int
        /// What it could have been chosen for when it came, as far as decisions tell: more it could not have got.
        public var eligible: Int

        /// True if the floor was met.
        public var isMet: Bool { got >= floor }
        /// True if it could not have been met.
        public var wasOutOfReach: Bool { !isMet && max(got, eligible) < floor }
    }

    /// Days of a floor period; 0 without a policy.
    public var periodDays: Int
    /// Floors of the periods that are over; those met; those that could not have been.
    public var asked: Int
    public var met: Int
    public var outOfReach: Int
    /// Those that were missed, oldest first.
    public var short: [Row]

    init(_ history: NetworkHistory, _ span: TimeSpan) {
        let policy = history.state.policy
        periodDays = Int(policy?.floorPeriodDays ?? 0)
        var rows: [Row] = []
        if let policy, let last = history.last, periodDays > 0 {
            let periods = span.windows(days: periodDays, anchor: policy.periodAnchor).filter {
                $0.from >= span.from && $0.until <= last
            }
            for period in periods { rows += Self.rows(history, period) }
        }
        asked = rows.count
        met = rows.count(where: \.isMet)
        outOfReach = rows.count(where: \.wasOutOfReach)
        short = rows.filter { !$0.isMet }
    }

    private static func rows(_ history: NetworkHistory, _ period: TimeSpan) -> [Row] {
        let capacities = history.capacities.map { changes in
            changes.last { $0.at < period.until }?.capacity ?? Capacity()
        }
        if capacities.allSatisfy({ $0.leadsPerPeriodMin == 0 && $0.floorValueMinorUnitsPerPeriod == 0 }) { return [] }
        var got = [Int](repeating: 0, count: capacities.count), value = got
        for lead in history.leads {
            for award in lead.awards where period.contains(award.at) {
                got[award.partner] += 1
                value[award.partner] += Int(lead.valueMinorUnits)
            }
        }
        let days =
            Int32(
                clamping: period.from.micros / Timestamp.microsPerDay)..<Int32(
                clamping: period.until.micros / Timestamp.microsPerDay)
        func row(_ partner: Int, _ unit: Unit, floor: Int, got: Int, eligible: Int) -> Row {
            Row(
                partner: history.partnerIDs[partner], from: RFC3339.format(period.from),
                to: RFC3339.format(period.until), unit: unit, floor: floor,
                got: got, eligible: eligible)
        }
        return capacities.indices.flatMap { partner -> [Row] in
            let capacity = capacities[partner]
            var rows: [Row] = []
            if capacity.leadsPerPeriodMin > 0 {
                rows.append(
                    row(
                        partner, .leads, floor: Int(capacity.leadsPerPeriodMin), got: got[partner],
                        eligible: days.reduce(0) { $0 + (history.eligible[partner][$1] ?? 0) }))
            }
            if capacity.floorValueMinorUnitsPerPeriod > 0 {
                let eligible = days.reduce(0) { $0 + Int(history.eligibleValue[partner][$1] ?? 0) }
                rows.append(
                    row(
                        partner, .minorUnits, floor: Int(capacity.floorValueMinorUnitsPerPeriod), got: value[partner],
                        eligible: eligible))
            }
            return rows
        }
    }
}
