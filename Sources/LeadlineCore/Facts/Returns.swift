// Leads that partners hand back, and what becomes of the credit for it. Since logic version 5.

/// A reason's words in one language.
public struct ReasonWording: Sendable, Equatable {
    /// ISO 639 code.
    public var language: String
    public var text: String
    public init(language: String, text: String) {
        self.language = language
        self.text = text
    }
}

/// A reason of the vendor's for which partners hand leads back.
public struct ReturnReason: Sendable, Equatable {
    /// By which an answer names it.
    public var id: String
    /// What it means; only this is learned from.
    public var meaning: RefusalReason
    /// Its words, one a language.
    public var wordings: [ReasonWording]
    public init(id: String, meaning: RefusalReason, wordings: [ReasonWording] = []) {
        self.id = id
        self.meaning = meaning
        self.wordings = wordings
    }
}

/// What a policy says of leads that come back; since logic version 5.
public struct ReturnRule: Sendable, Equatable {
    /// The reasons that partners can name.
    public var reasons: [ReturnReason] = []
    /// Returns for bad data a capacity period that give a partner its turn and its place back; 0: none do.
    public var creditsPerPeriodMax: UInt32 = 0
    /// For how many days a credit past them waits for a person; 0 is `usualAnswerDays`.
    public var answerDays: UInt32 = 0
    public init() {}

    public static let usualAnswerDays: UInt32 = 14

    /// For how many days a credit waits.
    public var waitingDays: UInt32 { answerDays == 0 ? Self.usualAnswerDays : answerDays }

    /// The reason with this id; nil where there is none.
    public func reason(_ id: String) -> ReturnReason? { reasons.first { $0.id == id } }
}

/// A person of the vendor's decides about a credit that waits.
public struct ReturnDecided: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    /// False: the lead's data was good.
    public var approved: Bool
    public init(leadID: String, partnerID: String, approved: Bool) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.approved = approved
    }
}

/// What came of a return. Raw values are the schema's.
public enum ReturnStatus: UInt8, Sendable, CaseIterable {
    case taken = 1, credited, waiting, approved, refused, lapsed
}

/// A partner handed a lead back for a reason of the vendor's or for bad data, or the credit for that was decided on.
public struct ReturnChanged: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    /// Empty if the partner named no reason of the policy's.
    public var reasonID: String
    public var meaning: RefusalReason
    public var status: ReturnStatus
    /// Until when the credit waits; nil where it does not.
    public var until: Timestamp?
    /// Credits that the policy gave the partner in the capacity period, this one included.
    public var creditsUsed: UInt32
    /// Credits that the policy allows it in one.
    public var creditsMax: UInt32
    public init(
        leadID: String, partnerID: String, reasonID: String = "", meaning: RefusalReason, status: ReturnStatus,
        until: Timestamp? = nil, creditsUsed: UInt32 = 0, creditsMax: UInt32 = 0
    ) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.reasonID = reasonID
        self.meaning = meaning
        self.status = status
        self.until = until
        self.creditsUsed = creditsUsed
        self.creditsMax = creditsMax
    }
}

extension Fact {
    /// The return reason that an answer names; empty where it names none.
    public var returnReasonID: String {
        switch self {
        case .leadDeclined(let fact), .leadReturned(let fact): fact.reasonID
        default: ""
        }
    }
}
