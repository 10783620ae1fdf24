// Leads that are offered to partners before one of them gets them. Since logic version 6.

/// What a partner promises for a lead, and what it gets for it.
public struct OfferTerms: Sendable, Equatable {
    /// Minutes until the first response is due; 0 is no promise, and in a counter the promise that was offered.
    public var promiseMinutes: UInt32
    /// Share of the deal that is the partner's; nil in a counter is the share that was offered.
    public var commissionBasisPoints: UInt32?
    /// What else the vendor tells it of the company, each by its name in the policy.
    public var enrichment: [String]
    public init(promiseMinutes: UInt32 = 0, commissionBasisPoints: UInt32? = nil, enrichment: [String] = []) {
        self.promiseMinutes = promiseMinutes
        self.commissionBasisPoints = commissionBasisPoints
        self.enrichment = enrichment
    }
}

/// What a partner is told of a lead before it agrees: nothing that names a person or a company.
public struct OfferedLead: Sendable, Equatable {
    public var country: String
    public var region: String
    public var language: String
    public var vertical: String
    /// 0 is unknown.
    public var employees: UInt32
    /// In the program's currency.
    public var dealValueMinorUnits: Int64
    public var product: String
    public var technologies: [String]
    public var requiredCertifications: [String]
    public var residency: String
    public init(
        country: String = "", region: String = "", language: String = "", vertical: String = "",
        employees: UInt32 = 0, dealValueMinorUnits: Int64 = 0, product: String = "", technologies: [String] = [],
        requiredCertifications: [String] = [], residency: String = ""
    ) {
        self.country = country
        self.region = region
        self.language = language
        self.vertical = vertical
        self.employees = employees
        self.dealValueMinorUnits = dealValueMinorUnits
        self.product = product
        self.technologies = technologies
        self.requiredCertifications = requiredCertifications
        self.residency = residency
    }
}

/// A partner was offered a lead, and has until a moment to answer.
public struct OfferMade: Sendable, Equatable {
    /// Follows from the lead, the partner and how many offers of the lead there were before.
    public var offerID: String
    public var leadID: String
    public var partnerID: String
    /// From 1; offers of one round are open at once.
    public var round: UInt32
    public var answerBy: Timestamp
    /// Why the lead was routed at this moment.
    public var cause: RoutingCause
    public var terms: OfferTerms
    public var lead: OfferedLead
    /// By which the partners of the round were chosen; with the first of its offers alone.
    public var evaluation: EvaluationSummary?
    public init(
        offerID: String, leadID: String, partnerID: String, round: UInt32, answerBy: Timestamp, cause: RoutingCause,
        terms: OfferTerms, lead: OfferedLead = OfferedLead(), evaluation: EvaluationSummary? = nil
    ) {
        self.offerID = offerID
        self.leadID = leadID
        self.partnerID = partnerID
        self.round = round
        self.answerBy = answerBy
        self.cause = cause
        self.terms = terms
        self.lead = lead
        self.evaluation = evaluation
    }
}

/// What a partner answers to an offer. Raw values are the schema's.
public enum OfferAnswer: UInt8, Sendable, CaseIterable {
    /// It has room for the lead and is still thinking; nothing follows from it but that it is known.
    case capacityConfirmed = 1
    case accepted, declined, countered
}

/// A partner answers an offer.
public struct OfferAnswered: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var offerID: String
    /// The round that it answers; 0 where it does not say.
    public var round: UInt32
    public var answer: OfferAnswer
    /// What it asks for instead, where it counters.
    public var terms: OfferTerms?
    /// Why it declines.
    public var reason: RefusalReason
    public init(
        leadID: String, partnerID: String, offerID: String, round: UInt32 = 0, answer: OfferAnswer,
        terms: OfferTerms? = nil, reason: RefusalReason = .unspecified
    ) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.offerID = offerID
        self.round = round
        self.answer = answer
        self.terms = terms
        self.reason = reason
    }
}

/// How an offer ended. Raw values are the schema's.
public enum OfferStatus: UInt8, Sendable, CaseIterable {
    /// The partner accepted, or countered with terms that the policy takes.
    case agreed = 1
    case declined
    /// No answer came in time.
    case expired
    /// The lead went on without it; also after the partner had agreed, where a human had to approve and did not.
    case withdrawn
    /// Another partner agreed first.
    case lostToAnother
    /// The partner asked for more than the policy may grant.
    case counterOutOfRange
    /// Another partner is worth more at its usual terms than this one at what it asked for.
    case counterNotWorth
    /// The partner may not have the lead any more.
    case notEligible
}

/// An offer is over.
public struct OfferClosed: Sendable, Equatable {
    public var offerID: String
    public var leadID: String
    public var partnerID: String
    public var round: UInt32
    public var status: OfferStatus
    /// Why the partner declined.
    public var reason: RefusalReason
    /// What was agreed, or what the partner asked for in vain.
    public var terms: OfferTerms?
    public init(
        offerID: String, leadID: String, partnerID: String, round: UInt32, status: OfferStatus,
        reason: RefusalReason = .unspecified, terms: OfferTerms? = nil
    ) {
        self.offerID = offerID
        self.leadID = leadID
        self.partnerID = partnerID
        self.round = round
        self.status = status
        self.reason = reason
        self.terms = terms
    }
}

/// Where a lead goes that no partner agreed on. Raw values are the schema's.
public enum NegotiationFallback: UInt8, Sendable, CaseIterable {
    /// As `assign`.
    case unspecified = 0
    /// To the partner that would have had it without an offer; who declined is out.
    case assign
    /// To the human queue.
    case escalate
}

/// What a policy says of offers; since logic version 6.
public struct NegotiationRule: Sendable, Equatable {
    /// How often partners are asked before the fallback; 0 is never.
    public var rounds: UInt32 = 0
    /// Partners that are asked at once; 0 is one.
    public var askedAtOnce: UInt32 = 0
    /// How long a round waits for answers; 0 is `usualAnswerMillis`.
    public var answerMillis: UInt32 = 0
    public var fallback = NegotiationFallback.unspecified
    /// The largest share of a deal that a counter may ask for; a partner's own is always allowed.
    public var commissionMaxBasisPoints: UInt32 = 0
    /// The longest promise that a counter may ask for; what was offered is always allowed.
    public var promiseMaxMinutes: UInt32 = 0
    /// What else a counter may ask to be told.
    public var enrichment: [String] = []
    /// What share of a lead's expected value each hour of a longer promise costs.
    public var hourCostBasisPoints: UInt32 = 0
    /// The leads and partners that there are offers for; nil is all. The others are assigned plainly.
    public var when: Predicate?
    /// Who approves what was agreed; empty if nobody has to.
    public var approver = ""
    /// Below this value, in minor units, and from this conversion on, nobody has to; nil is at no value.
    public var unattendedBelowMinorUnits: Int64?
    public var unattendedConversionBasisPoints: UInt32 = 0
    public init() {}

    public static let usualAnswerMillis: UInt32 = 5_000
    /// The most partners that are asked at once: those whom a decision names.
    public static let askedAtOnceMax = 8

    /// How many partners are asked at once.
    public var asked: Int { min(max(Int(askedAtOnce), 1), Self.askedAtOnceMax) }
    /// How long a round waits, in microseconds.
    public var answerMicros: Int64 { Int64(answerMillis == 0 ? Self.usualAnswerMillis : answerMillis) * 1_000 }
}
