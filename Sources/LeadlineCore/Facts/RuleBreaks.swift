/// What becomes of a lead whose holder breaks a hard rule because a fact changed. Raw values are the schema's. Since
/// logic version 7.
public enum RuleBreakResponse: UInt8, Sendable, CaseIterable {
    /// It stays, and that is said.
    case say = 1
    /// It is taken back and routed again, unless the holder has accepted it or responded.
    case reroute
    /// It is taken back and a human gets it, unless the holder has accepted it or responded.
    case escalate
}

/// Which fact changed. Raw values are the schema's.
public enum RuleBreakCause: UInt8, Sendable, CaseIterable {
    /// The lead's own.
    case leadUpdated = 1
    /// The partner's profile.
    case profileChanged
    /// What is known of the lead's company.
    case companyObserved
}

/// A lead's holder breaks a hard rule that it kept when it got the lead. Since logic version 7.
public struct HolderIneligible: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    /// Name of the first hard rule that it breaks.
    public var rule: String
    public var cause: RuleBreakCause
    /// What was done about it.
    public var response: RuleBreakResponse
    public init(
        leadID: String, partnerID: String, rule: String, cause: RuleBreakCause, response: RuleBreakResponse
    ) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.rule = rule
        self.cause = cause
        self.response = response
    }
}

/// Whether a lead that leaves its partner still counts against the period's caps there, and for its floor; since logic
/// version 7. All of them count unless it is said here.
public struct PlacesBackRule: Sendable, Equatable {
    /// True if a lead that the partner declines counts no more.
    public var declined = false
    /// True if a lead that was taken back for want of a response counts no more.
    public var expired = false
    /// True if a lead that the vendor withdraws counts no more.
    public var withdrawn = false
    public init() {}
}
