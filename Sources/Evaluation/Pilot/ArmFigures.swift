import Foundation
import LeadlineCore

/// What some leads came to: an arm of a pilot, or a partner's.
public struct ArmFigures: Encodable, Equatable, Sendable {
    /// Leads that came in.
    public var leads: Int
    /// Those that went to a partner; to a partner who accepted or answered.
    public var routed: Int
    public var accepted: Int
    /// Those that anybody answered, and the median seconds from arrival to that; nil without answers.
    public var responded: Int
    public var medianResponseSeconds: Double?
    /// First promises of an answer that were kept, of those that were made and are not pending.
    public var withinSLA: Rate
    /// Won or lost; won; still open.
    public var closed: Int
    public var won: Int
    public var open: Int
    /// Wins of the closed ones; nil without any.
    public var winRate: Estimate?
    /// Won amount a closed lead in minor units; nil with fewer than two.
    public var revenuePerLead: Estimate?
    /// Won amounts in sum, in minor units.
    public var revenueMinorUnits: Int64

    /// Figures of leads.
    public init(_ leads: [LeadRecord]) {
        let decided = leads.filter(\.isDecided)
        self.leads = leads.count
        routed = leads.count { !$0.awards.isEmpty }
        accepted = leads.count { $0.awards.contains(where: \.isAccepted) }
        let responses = Self.responseSeconds(leads).sorted()
        responded = responses.count
        medianResponseSeconds = Quantiles.of(0.5, sorted: responses)
        withinSLA = Self.withinSLA(leads.compactMap(\.awards.first))
        closed = decided.count
        won = decided.count { $0.isWon }
        open = leads.count { $0.closing == nil }
        winRate = Rate(won, of: decided.count).estimate
        revenuePerLead = Moments(Self.amounts(leads)).estimate
        revenueMinorUnits = decided.reduce(0) { $0 + $1.amountMinorUnits }
    }

    /// Seconds to the first response of those that have one.
    static func responseSeconds(_ leads: [LeadRecord]) -> [Double] {
        leads.compactMap { $0.firstResponseMicros.map { Double($0) / 1e6 } }
    }

    /// Amounts of the leads that were won or lost; 0 for a loss.
    static func amounts(_ leads: [LeadRecord]) -> [Double] {
        leads.compactMap { $0.isDecided ? Double($0.amountMinorUnits) : nil }
    }

    /// Promises kept among awards whose promise was kept or broken.
    static func withinSLA(_ awards: [AwardRecord]) -> Rate {
        let promised = awards.filter { $0.respondBy != nil && ($0.responseMicros != nil || $0.end == .expired) }
        return Rate(promised.count { $0.responseMicros != nil }, of: promised.count)
    }
}

/// Some leads against others: what the one way of routing does that the other does not.
public struct Uplift: Encodable, Equatable, Sendable {
    /// Difference of the win rates (Newcombe) and their ratio (Katz); nil where a side has too little.
    public var winRateDifference: Estimate?
    public var winRateRatio: Estimate?
    /// Difference of the revenue a closed lead in minor units (Welch).
    public var revenueDifference: Estimate?
    /// Geometric mean of the response times over the other's, by Welch on logarithms of seconds plus one: below 1 is
    /// sooner.
    public var responseRatio: Estimate?
    /// The smallest difference of win rates that so many closed leads would show four times of five.
    public var detectableDifference: Double?
    /// Closed leads a side that it would take to show the difference seen, if it is real, and how many more that is;
    /// nil where it is shown already, or nothing differs.
    public var leadsNeeded: Int?
    public var leadsMissing: Int?

    /// Leads of one way of routing against those of the other.
    public init(_ leads: [LeadRecord], over others: [LeadRecord]) {
        let a = ArmFigures(leads), b = ArmFigures(others)
        self.init(winRate: Rate(a.won, of: a.closed), over: Rate(b.won, of: b.closed))
        revenueDifference = Moments(ArmFigures.amounts(leads)).minus(Moments(ArmFigures.amounts(others)))
        responseRatio = Self.ratio(ArmFigures.responseSeconds(leads), ArmFigures.responseSeconds(others))
    }

    /// Win rates alone; one of them may be what a model expects.
    init(winRate: Rate, over other: Rate) {
        winRateDifference = winRate.minus(other)
        winRateRatio = winRate.over(other)
        detectableDifference = Power.detectable(base: other.share, winRate.trials, other.trials)
        if let difference = winRateDifference, difference.interval.contains(0),
            let needed = Power.trialsNeeded(winRate.share, other.share)
        {
            leadsNeeded = needed
            leadsMissing = max(0, needed - winRate.trials) + max(0, needed - other.trials)
        }
    }

    private static func ratio(_ seconds: [Double], _ others: [Double]) -> Estimate? {
        let logs = Moments(seconds.map { log(1 + $0) }), otherLogs = Moments(others.map { log(1 + $0) })
        return logs.minus(otherLogs).map {
            Estimate(exp($0.value), Interval(exp($0.interval.low), exp($0.interval.high)))
        }
    }

    /// What may be said of the win rate.
    public enum Verdict: String, Encodable, Sendable { case better, worse, tooEarly }

    /// What may be said of the win rate.
    public var verdict: Verdict {
        guard let interval = winRateDifference?.interval else { return .tooEarly }
        return interval.low > 0 ? .better : interval.high < 0 ? .worse : .tooEarly
    }
}
