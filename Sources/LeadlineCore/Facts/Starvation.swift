/// What a policy says of partners that get too little, and of one that gets too much; since logic version 7. A policy
/// without it announces nothing.
public struct StarvationRule: Sendable, Equatable {
    /// Once so much of a floor period has passed, the floors that lie behind are announced; 0: none are; nil is
    /// `usualFloorAfter`.
    public var floorAfterBasisPoints: UInt32?
    /// A partner that is there and has got nothing for so many days is announced; 0: none is; nil is `usualIdleDays`.
    public var idleDays: UInt32?
    /// A partner that got more than this share of a capacity period's leads is announced; 0: none is; nil is
    /// `usualShare`.
    public var shareBasisPoints: UInt32?
    /// From so many leads in the period on; 0 is `usualShareLeads`.
    public var shareLeadsMin: UInt32 = 0
    public init() {}

    public static let usualFloorAfter: UInt32 = 7_500
    public static let usualIdleDays: UInt32 = 14
    public static let usualShare: UInt32 = 5_000
    public static let usualShareLeads: UInt32 = 20

    /// What counts where nothing is stated.
    public var floorAfter: UInt32 { floorAfterBasisPoints ?? Self.usualFloorAfter }
    public var idle: UInt32 { idleDays ?? Self.usualIdleDays }
    public var share: UInt32 { shareBasisPoints ?? Self.usualShare }
    public var shareFrom: UInt32 { shareLeadsMin == 0 ? Self.usualShareLeads : shareLeadsMin }
}

/// What is announced of a partner. Raw values are the schema's.
public enum StarvationKind: UInt8, Sendable, CaseIterable {
    /// Its floor is about to be missed: at the pace so far it will not be met.
    case floor = 1
    /// It was there and got nothing for as long as the policy says.
    case idle
    /// It took more than the share that the policy states.
    case share
}

/// What kept a partner from leads, or the others from those that one partner took: of all that did, what came closest
/// to letting them have one. The later it stands here, the closer. Raw values are the schema's.
public enum StarvationCause: UInt8, Sendable, CaseIterable {
    /// No lead came that could be looked at.
    case noLeads = 1
    /// A hard rule.
    case rules
    /// It was away, paused, suspended or cooling down.
    case away
    /// Its caps were reached.
    case capacity
    /// The leads were of companies that another owns.
    case ownership
    /// It was less likely to win than the policy demands.
    case belowMinimum
    /// Less was expected of the leads there than elsewhere.
    case fit
    /// As much was expected of them, but its places are kept for better leads, or others lie behind further.
    case price
    /// Others were owed the turn.
    case turn
    /// Nothing by now: it would get such a lead.
    case nothing
}

/// A partner is about to miss its floor, has got nothing for long, or takes more than a stated share; at most one
/// announcement a kind, partner and period. Since logic version 7.
public struct StarvationAnnounced: Sendable, Equatable {
    public var partnerID: String
    public var kind: StarvationKind
    public var cause: StarvationCause
    /// Name of the hard rule that excluded most often, where that is the cause; else empty.
    public var rule: String
    /// From when on was counted: the period's beginning, or when the partner got its last lead or came back.
    public var since: Timestamp
    /// When the period ends; nil where no period is counted.
    public var until: Timestamp?
    /// Leads that it got since, and how many it should have got, or of how many that is a share.
    public var leads: UInt32
    public var of: UInt32
    /// The same of a floor in value, minor units; 0 where the floor has none.
    public var valueMinorUnits: Int64
    public var ofValueMinorUnits: Int64
    /// Of the latest leads, those that others got or nobody, and of them those that went so for this cause.
    public var leadsLookedAt: UInt32
    public var leadsSo: UInt32
    public init(
        partnerID: String, kind: StarvationKind, cause: StarvationCause, rule: String = "", since: Timestamp,
        until: Timestamp? = nil, leads: UInt32, of: UInt32 = 0, valueMinorUnits: Int64 = 0,
        ofValueMinorUnits: Int64 = 0, leadsLookedAt: UInt32 = 0, leadsSo: UInt32 = 0
    ) {
        self.partnerID = partnerID
        self.kind = kind
        self.cause = cause
        self.rule = rule
        self.since = since
        self.until = until
        self.leads = leads
        self.of = of
        self.valueMinorUnits = valueMinorUnits
        self.ofValueMinorUnits = ofValueMinorUnits
        self.leadsLookedAt = leadsLookedAt
        self.leadsSo = leadsSo
    }
}

/// What was announced of a partner, and when.
public struct StarvationNotice: Sendable, Equatable {
    public var at: Timestamp
    public var announced: StarvationAnnounced
    public init(at: Timestamp, announced: StarvationAnnounced) {
        self.at = at
        self.announced = announced
    }
}
