/// What one may do, as a verb on a noun. A key carries some; an operation needs one.
public enum Scope: String, Sendable, CaseIterable, Codable {
    case leadsSubmit = "leads:submit"
    case leadsRead = "leads:read"
    case leadsReadContact = "leads:read-contact"
    case leadsAnswer = "leads:answer"
    case leadsPreview = "leads:preview"
    case decisionsRead = "decisions:read"
    case decisionsOverride = "decisions:override"
    case eventsSend = "events:send"
    /// Asking that a human looks at a decision.
    case reviewsRequest = "reviews:request"
    case reviewsRead = "reviews:read"
    case claimsRead = "claims:read"
    case deadLettersRead = "dead-letters:read"
    /// What rejected records hold, personal data included.
    case deadLettersReadContact = "dead-letters:read-contact"
    case deadLettersResubmit = "dead-letters:resubmit"
    /// What partners earn by commission; a partner's key shows its own.
    case commissionsRead = "commissions:read"
    case partnersRead = "partners:read"
    case partnersWrite = "partners:write"
    case availabilityWrite = "availability:write"
    case policiesRead = "policies:read"
    case policiesPublish = "policies:publish"
    case reportsRead = "reports:read"
    /// Long work that one's key began, and what came of it.
    case jobsRead = "jobs:read"
    /// Records of the system, checkpoints, proofs and verification.
    case auditRead = "audit:read"
    /// Restriction, objection, erasure, links and suppressions of people.
    case rightsExercise = "rights:exercise"
    /// What a program is: its registration, profile, logic version and archives.
    case programsManage = "programs:manage"
    case keysManage = "keys:manage"
    /// Endpoints that decisions are sent to.
    case webhooksManage = "webhooks:manage"
    /// Links by which partners answer without a key.
    case actionLinksMake = "action-links:make"
}

/// Who somebody is to a program. A role says which scopes a key may carry and which edition of an answer its bearer
/// gets.
public enum Role: String, Sendable, CaseIterable, Codable {
    case admin, manager
    case partnerLead = "partner-lead"
    case partner, auditor, producer, agent

    /// Every role's scopes: the one table of who may do what.
    public static let scopes: [Role: Set<Scope>] = [
        .admin: Set(Scope.allCases),
        .manager: Set(Scope.allCases).subtracting([.keysManage, .rightsExercise, .programsManage, .auditRead]),
        .partnerLead: partnersOwn.union([.availabilityWrite, .webhooksManage]),
        .partner: partnersOwn,
        .auditor: [
            .leadsRead, .decisionsRead, .partnersRead, .policiesRead, .reportsRead, .reviewsRead, .claimsRead,
            .deadLettersRead, .jobsRead, .auditRead, .commissionsRead,
        ],
        .producer: [.leadsSubmit, .leadsRead, .eventsSend],
        .agent: [
            .leadsSubmit, .leadsRead, .leadsPreview, .decisionsRead, .partnersRead, .policiesRead, .reportsRead,
            .jobsRead, .commissionsRead,
        ],
    ]

    private static let partnersOwn: Set<Scope> = [
        .leadsRead, .leadsReadContact, .leadsAnswer, .reviewsRequest, .claimsRead, .decisionsRead, .partnersRead,
        .commissionsRead,
    ]

    /// The most that a key of the role may do.
    public var scopes: Set<Scope> { Self.scopes[self] ?? [] }
    /// True for those who speak for one partner, and see its edition alone.
    public var isPartner: Bool { self == .partner || self == .partnerLead }
}
