// Claims of partners on accounts: what comes in, and what becomes of it. Since logic version 5.

/// A partner claims a deal. The account, where the message names one, comes with the input.
public struct DealClaimed: Sendable, Equatable {
    /// The lead that the claim is made by; empty for an account without one.
    public var leadID: String
    public var partnerID: String
    /// The partner's own id of the claim.
    public var claimID: String
    public init(leadID: String = "", partnerID: String, claimID: String) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.claimID = claimID
    }
}

/// A partner takes its claim back.
public struct ClaimWithdrawn: Sendable, Equatable {
    /// The lead that the claim was made by; may be empty.
    public var leadID: String
    public var partnerID: String
    public var claimID: String
    public init(leadID: String = "", partnerID: String, claimID: String) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.claimID = claimID
    }
}

/// A person of the vendor's decides about a claim.
public struct ClaimDecided: Sendable, Equatable {
    /// The lead that the claim was made by; may be empty.
    public var leadID: String
    public var partnerID: String
    public var claimID: String
    /// False: it is refused, or no longer in force.
    public var approved: Bool
    public init(leadID: String = "", partnerID: String, claimID: String, approved: Bool) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.claimID = claimID
        self.approved = approved
    }
}

/// Where a claim is in its life. Raw values are the schema's.
public enum ClaimStatus: UInt8, Sendable, CaseIterable {
    case submitted = 1, conflicting, approved, refused, expired, withdrawn

    /// True while it waits for a person.
    public var isWaiting: Bool { self == .submitted || self == .conflicting }
    /// True once nothing follows from it any more.
    public var isOver: Bool { !isWaiting && self != .approved }
}

/// Why a claim is where it is. Raw values are the schema's.
public enum ClaimReason: UInt8, Sendable, CaseIterable {
    case personDecides = 1, heldByAnother, claimedByAnother, byRule, byPerson, notOffered, tooManyClaims
    case leadRestricted, anotherApproved, unanswered, protectionOver, partnerRemoved, leadClosed, byPartner
}

/// A claim came to another place in its life.
public struct ClaimChanged: Sendable, Equatable {
    /// The lead that the claim was made by; empty where there is none.
    public var leadID: String
    public var partnerID: String
    public var claimID: String
    public var status: ClaimStatus
    public var reason: ClaimReason
    /// Until when it waits, or is in force; nil once it is over.
    public var until: Timestamp?
    /// The partner that stands against it; empty if none does.
    public var conflictingPartnerID: String
    /// The account; nil for a lead without one.
    public var account: Digest128?
    public init(
        leadID: String, partnerID: String, claimID: String, status: ClaimStatus, reason: ClaimReason,
        until: Timestamp? = nil, conflictingPartnerID: String = "", account: Digest128? = nil
    ) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.claimID = claimID
        self.status = status
        self.reason = reason
        self.until = until
        self.conflictingPartnerID = conflictingPartnerID
        self.account = account
    }
}

/// Who decides about a claim that nothing stands against. Raw values are the schema's.
public enum ClaimApproval: UInt8, Sendable, CaseIterable {
    /// Not stated: a person.
    case unspecified = 0
    case byRule
}

/// What a policy says of claims; since logic version 5.
public struct ClaimRule: Sendable, Equatable {
    /// For how many days a claim is in force; 0: no claims are taken, and none in force counts.
    public var protectedDays: UInt32 = 0
    /// About a conflict a person always decides.
    public var approval = ClaimApproval.unspecified
    /// For how many days a claim waits for a person; 0 is `usualAnswerDays`.
    public var answerDays: UInt32 = 0
    /// Most claims of a partner, waiting or in force; 0 is `usualClaimsMax`.
    public var claimsPerPartnerMax: UInt32 = 0
    public init() {}

    public static let usualAnswerDays: UInt32 = 14
    public static let usualClaimsMax: UInt32 = 100

    /// For how long a claim waits.
    public var waitingDays: UInt32 { answerDays == 0 ? Self.usualAnswerDays : answerDays }
    /// How many a partner may have.
    public var mostPerPartner: UInt32 { claimsPerPartnerMax == 0 ? Self.usualClaimsMax : claimsPerPartnerMax }
}
