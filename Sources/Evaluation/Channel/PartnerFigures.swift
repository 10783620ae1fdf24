/// What awards in a stretch of time came to. Speed and acceptance are of the awards made in it, wins and amounts of the
/// deals decided in it.
public struct ChannelFigures: Encodable, Equatable, Sendable {
    /// Awards.
    public var leads = 0
    /// Awards that asked for an answer: not those of imported history.
    public var asked = 0
    /// Of these, awards whose answer is known: accepted or answered, declined, or not answered in time. While a
    /// deadline is open, nobody knows.
    public var answersKnown = 0
    /// Of those asked, awards that were accepted or answered; declined; not answered in time; taken away or closed by a
    /// human.
    public var accepted = 0
    public var declined = 0
    public var breaches = 0
    public var overrides = 0
    /// Awards that were answered, and the seconds that half of them, and nine of ten, took at most; nil without any.
    public var responded = 0
    public var medianResponseSeconds: Double?
    public var p90ResponseSeconds: Double?
    /// Promises kept, of those kept or broken.
    public var withinSLA = Rate(0, of: 0)
    /// Deals won or lost; won; the win rate with its interval.
    public var closed = 0
    public var won = 0
    public var winRate: Estimate?
    /// Won amounts in minor units.
    public var revenueMinorUnits: Int64 = 0
    /// Awards over the leads that the partners' caps allowed in the capacity periods that the time touches; nil where
    /// nothing is capped.
    public var utilisation: Double?

    /// Awards that were accepted or answered, of those whose answer is known.
    public var acceptance: Rate { Rate(accepted, of: answersKnown) }
}

/// A partner's figures.
public struct PartnerFigures: Encodable, Sendable {
    /// The partner.
    public var partner: String
    /// "active", "paused" or "removed".
    public var status: String
    /// All of the time.
    public var whole: ChannelFigures
    /// Window by window, as the report's.
    public var windows: [ChannelFigures]
}

/// The network's figures.
public struct NetworkFigures: Encodable, Sendable {
    /// All partners together.
    public var figures: ChannelFigures
    /// Leads that came in; that partners got on their first decision or a later one; that went to humans.
    public var arrived: Int
    /// Times that leads went to humans, by reason, the most frequent first.
    public var escalations: [ReasonCount]
    /// How evenly leads are spread over partners that are not gone: 0 and 1 are even.
    public var giniOfLeads: Double
    public var jainOfLeads: Double
    /// The same of utilisation, over partners with a period cap; nil with fewer than two.
    public var giniOfUtilisation: Double?
    public var jainOfUtilisation: Double?
}
