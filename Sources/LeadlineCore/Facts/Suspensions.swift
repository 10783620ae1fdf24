/// What a policy says of partners that keep missing deadlines; since logic version 5.
public struct SuspensionRule: Sendable, Equatable {
    /// Missed deadlines that suspend a partner; 0: none do.
    public var missedDeadlines: UInt32 = 0
    /// Days within which they lie; 0 is `usualWithinDays`.
    public var withinDays: UInt32 = 0
    /// For how many days the partner is suspended; 0 is `usualSuspendedDays`.
    public var suspendedDays: UInt32 = 0
    /// True if the leads that it holds and has not responded to are routed again at once.
    public var movesLeads = false
    public init() {}

    public static let usualWithinDays: UInt32 = 30
    public static let usualSuspendedDays: UInt32 = 7

    /// Days within which missed deadlines count.
    public var windowDays: UInt32 { withinDays == 0 ? Self.usualWithinDays : withinDays }
    /// For how many days a partner is suspended.
    public var lastsDays: UInt32 { suspendedDays == 0 ? Self.usualSuspendedDays : suspendedDays }
}

/// A partner missed so many deadlines that it gets no leads for a while.
public struct PartnerSuspended: Sendable, Equatable {
    public var partnerID: String
    public var until: Timestamp
    /// Deadlines that it missed and that count.
    public var missedDeadlines: UInt32
    /// Days within which they lie.
    public var withinDays: UInt32
    public init(partnerID: String, until: Timestamp, missedDeadlines: UInt32, withinDays: UInt32) {
        self.partnerID = partnerID
        self.until = until
        self.missedDeadlines = missedDeadlines
        self.withinDays = withinDays
    }
}

/// A partner's suspension is over.
public struct PartnerReinstated: Sendable, Equatable {
    public var partnerID: String
    /// True if the vendor said so, false if its time has passed.
    public var byVendor: Bool
    /// True if it had kept a deadline that the suspension counted as missed. Since logic version 7.
    public var answeredInTime: Bool
    public init(partnerID: String, byVendor: Bool, answeredInTime: Bool = false) {
        self.partnerID = partnerID
        self.byVendor = byVendor
        self.answeredInTime = answeredInTime
    }
}
