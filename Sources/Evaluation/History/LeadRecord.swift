public import LeadlineCore

/// How an award ended.
public enum AwardEnd: Sendable, Equatable {
    /// The partner still has the lead.
    case open
    /// It did not answer in time.
    case expired
    /// It declined.
    case declined
    /// A human took the lead away, or closed it.
    case takenAway
    /// It left for another reason: the partner was paused or removed, or the lead went to a human.
    case left
    /// The deal was won, lost, or ended otherwise.
    case closed
}

/// A lead at one partner.
public struct AwardRecord: Sendable, Equatable {
    /// The partner's number.
    public var partner: Int
    /// When it got the lead.
    public var at: Timestamp
    /// True if a human, not Leadline, chose.
    public var isByHuman: Bool
    /// True if history chose.
    public var isImported: Bool
    /// When the first response was due; nil without a promise.
    public var respondBy: Timestamp?
    /// What the model said of it; nil if nothing.
    public var conversion: Double?
    /// True once the partner accepted or answered.
    public var isAccepted = false
    /// True if the partner gave it back for bad data, which is no refusal; not so where a person found the data good, or
    /// nobody looked in time.
    public var isExcused = false
    /// Time from the award to the first response; nil before.
    public var responseMicros: Int64?
    public var end = AwardEnd.open
    /// When it ended; `distantFuture` while open.
    public var endedAt = Timestamp.distantFuture
}

/// A lead's life, without anything personal.
public struct LeadRecord: Sendable, Equatable {
    /// Its id.
    public var id: String
    public var submittedAt: Timestamp
    /// True if it came with its past.
    public var isImported: Bool
    /// True once an older lead stands for it.
    public var isMerged = false
    /// Its value in minor units of the program's currency, as the first decision saw it.
    public var valueMinorUnits: Int64 = 0
    /// The pilot's arm, and how that arm chooses; empty and nil without a decision or a pilot.
    public var arm = ""
    public var method: RoutingMethod?
    /// Number of the pilot it fell into; nil without one.
    public var pilot: Int?
    /// The partner whom Leadline would have chosen where it did not act; nil if nobody.
    public var suggested: Int?
    /// What the model said of the suggested partner.
    public var suggestedConversion: Double?
    /// Chance of a win at the partner whose turn it would have been; nil where no candidate was looked at.
    public var rotationConversion: Double?
    public var awards: [AwardRecord] = []
    /// Why it went to humans, in order.
    public var escalations: [EscalationReason] = []
    /// How it ended; nil while open.
    public var closing: ClosingReason?
    /// The partner of its end; nil if nobody held it.
    public var closedBy: Int?
    public var closedAt = Timestamp.distantFuture
    /// What the deal was worth; 0 unless won.
    public var amountMinorUnits: Int64 = 0

    /// True if it was won.
    public var isWon: Bool { closing == .won }
    /// True if it was won or lost.
    public var isDecided: Bool { closing == .won || closing == .lost }
    /// Time from arrival to the first response by anybody; nil before.
    public var firstResponseMicros: Int64? {
        for award in awards {
            if let response = award.responseMicros { return award.at.micros + response - submittedAt.micros }
        }
        return nil
    }
}
