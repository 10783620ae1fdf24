// Inputs: facts from outside. Empty strings and zero counts mean "not stated".

/// One input as the decider sees it: a fact with what intake resolved about it.
public struct Input: Sendable, Equatable {
    /// Keyed digest of the producer's event source and id; nil on Leadline's own inputs.
    public var eventDigest: Digest128?
    /// Keyed digest of the content, by which a repeated event is told from a conflicting one.
    public var contentDigest: Digest128?
    /// The data subject's random id, where the input concerns a person.
    public var subject: Digest128?
    /// Another person's random id, where the lead and the address that the input states lead to two.
    public var linkedSubject: Digest128?
    /// Keyed digest of the lead's address, where that address is suppressed.
    public var suppressedAddress: Digest128?
    /// The account's per-program pseudonym, where the input names one.
    public var account: Digest128?
    /// True if the record carries the time of a past event, not of its arrival.
    public var imported: Bool
    /// The rules of the time zone that the fact names, made explicit.
    public var timeZone: TimeZoneRules?
    /// The same of the zones that the steps of a policy's escalation ladder name, each once. Since logic version 7.
    public var stepTimeZones: [NamedTimeZone]
    /// Persons and rejected records whose keys this input ends; nothing is decided on it.
    public var erased: [Digest128]
    /// When a record of a partner's answer was received, and its own time where it states one; nil of all others. Since
    /// logic version 7.
    public var receivedAt: Timestamp?
    public var ownTime: Timestamp?
    /// What happened.
    public var fact: Fact

    /// An input of Leadline's own, or of a test: no digests, no subject.
    public init(
        _ fact: Fact, eventDigest: Digest128? = nil, contentDigest: Digest128? = nil, subject: Digest128? = nil,
        linkedSubject: Digest128? = nil, suppressedAddress: Digest128? = nil, account: Digest128? = nil,
        imported: Bool = false, timeZone: TimeZoneRules? = nil, stepTimeZones: [NamedTimeZone] = [],
        erased: [Digest128] = [], receivedAt: Timestamp? = nil, ownTime: Timestamp? = nil
    ) {
        self.fact = fact
        self.eventDigest = eventDigest
        self.contentDigest = contentDigest
        self.subject = subject
        self.linkedSubject = linkedSubject
        self.suppressedAddress = suppressedAddress
        self.account = account
        self.imported = imported
        self.timeZone = timeZone
        self.stepTimeZones = stepTimeZones
        self.erased = erased
        self.receivedAt = receivedAt
        self.ownTime = ownTime
    }
}

/// Everything that can happen outside, one case a message of the input topics, and Leadline's own two.
public enum Fact: Sendable, Equatable {
    case programRegistered(ProgramRegistered)
    case policyPublished(PolicyPublished)
    case reviewRequested(ReviewRequested)
    case humanDecisionRecorded(HumanDecisionRecorded)
    case processingRestricted(LeadReference)
    case processingObjected(LeadReference)
    case erasureRequested(LeadReference)
    case processingResumed(ProcessingResumed)
    case personsLinked(LeadPair)
    case personsUnlinked(LeadPair)
    case suppressionSet(SuppressedAddress)
    case suppressionLifted(SuppressedAddress)
    case segmentArchived(SegmentArchived)
    case programProfileSet(ProgramProfileSet)
    case claimDecided(ClaimDecided)
    case returnDecided(ReturnDecided)
    case rejectedRecordsErased(RejectedRecordsErased)
    case leadsUnlinked(LeadLinkStatement)
    case leadsLinked(LeadLinkStatement)
    case ratesPublished(RatesPublished)

    case partnerUpserted(PartnerProfile)
    case partnerCapacitySet(PartnerCapacitySet)
    case partnerPaused(PartnerReference)
    case partnerResumed(PartnerReference)
    case partnerRemoved(PartnerReference)
    case partnerAbsenceSet(PartnerAbsenceSet)
    case partnerAbsenceCancelled(PartnerAbsenceCancelled)
    case partnerCommissionTermsSet(PartnerCommissionTermsSet)
    case commissionShared(CommissionShared)
    case partnersMerged(PartnersMerged)

    case intentObserved(IntentObserved)
    case firmographicsObserved(FirmographicsObserved)
    case technographicsObserved(TechnographicsObserved)

    case leadAccepted(PartnerStatement)
    case leadDeclined(PartnerRefusal)
    case leadReturned(PartnerRefusal)
    case firstResponseRecorded(FirstResponseRecorded)
    case dealStageChanged(DealStageChanged)
    case dealWon(DealWon)
    case dealLost(DealLost)
    case dealClaimed(DealClaimed)
    case claimWithdrawn(ClaimWithdrawn)
    case offerAnswered(OfferAnswered)

    case leadSubmitted(LeadSubmitted)
    case leadUpdated(LeadUpdated)
    case leadWithdrawn(LeadReference)

    /// The program decides by this logic version from here on.
    case logicVersionAdopted(UInt32)

    /// Logical time reached a deadline, everything received by then having been read.
    case timeAdvanced(through: Timestamp)
    /// A producer repeated an event with the same content.
    case duplicateReceived
}

/// Names a lead and nothing else.
public struct LeadReference: Sendable, Equatable {
    public var leadID: String
    public init(leadID: String) { self.leadID = leadID }
}

/// A person's restriction ends, or an objection is withdrawn.
public struct ProcessingResumed: Sendable, Equatable {
    /// A lead of the person.
    public var leadID: String
    /// True if an objection is withdrawn, and not a restriction lifted.
    public var objectionWithdrawn: Bool
    public init(leadID: String, objectionWithdrawn: Bool = false) {
        self.leadID = leadID
        self.objectionWithdrawn = objectionWithdrawn
    }
}

/// Names two persons by a lead of each.
public struct LeadPair: Sendable, Equatable {
    public var leadID: String
    public var otherLeadID: String
    public init(leadID: String, otherLeadID: String) {
        self.leadID = leadID
        self.otherLeadID = otherLeadID
    }
}

/// Names an address by its keyed digest.
public struct SuppressedAddress: Sendable, Equatable {
    /// Sixteen bytes.
    public var addressDigest: [UInt8]
    /// Who asked, by the id of a role; may be empty.
    public var requestedBy: String
    public init(addressDigest: [UInt8], requestedBy: String = "") {
        self.addressDigest = addressDigest
        self.requestedBy = requestedBy
    }

    /// The digest as the state keeps it.
    public var digest: Digest128 { Digest128(addressDigest) ?? .zero }
}

/// Rejected records are erased, by themselves or with a person. Decides nothing and changes no state.
public struct RejectedRecordsErased: Sendable, Equatable {
    /// A lead of the person whose erasure ends them; empty where they are erased by themselves.
    public var leadID: String
    /// Ids of their keys, 32 hexadecimal digits each.
    public var recordIDs: [String]
    public init(leadID: String = "", recordIDs: [String]) {
        self.leadID = leadID
        self.recordIDs = recordIDs
    }
}

/// Entries left the journal for an archive; it holds their hashes alone from here on. Decides nothing and changes no
/// state.
public struct SegmentArchived: Sendable, Equatable {
    /// Position of the first entry in the archive.
    public var firstPosition: UInt64
    /// The position after the last one in it.
    public var nextPosition: UInt64
    /// Merkle root over all entries before `nextPosition`.
    public var root: [UInt8]
    /// The hash chain's link after them.
    public var chainLink: [UInt8]
    /// SHA-256 of the state after them.
    public var stateHash: [UInt8]
    /// SHA-256 of the archive's manifest.
    public var archiveDigest: [UInt8]
    /// Who archived, by the id of a role; may be empty.
    public var archivedBy: String
    public init(
        firstPosition: UInt64, nextPosition: UInt64, root: [UInt8], chainLink: [UInt8], stateHash: [UInt8],
        archiveDigest: [UInt8], archivedBy: String = ""
    ) {
        self.firstPosition = firstPosition
        self.nextPosition = nextPosition
        self.root = root
        self.chainLink = chainLink
        self.stateHash = stateHash
        self.archiveDigest = archiveDigest
        self.archivedBy = archivedBy
    }
}

/// Why decisions may be left to a program (GDPR Art. 22). Raw values are the schema's.
public enum AutomatedDecisionGround: UInt8, Sendable, Equatable, CaseIterable {
    case unspecified = 0, contract, law, explicitConsent, noSignificantEffect
}

/// The program states anew what it tells the people whose data it processes. Decides nothing and changes no state; all
/// that is written in it is sealed.
public struct ProgramProfileSet: Sendable, Equatable {
    /// The ground of the processing.
    public var lawfulBasis: LawfulBasis
    /// Why decisions may be left to the program.
    public var automatedDecisionGround: AutomatedDecisionGround
    /// True if partners are named to the people whose leads they held.
    public var namesPartners: Bool
    /// True if the data is transferred to no third country.
    public var noTransfers: Bool
    /// Who approved it, by the id of a role; may be empty.
    public var approvedBy: String
    public init(
        lawfulBasis: LawfulBasis = .unspecified, automatedDecisionGround: AutomatedDecisionGround = .unspecified,
        namesPartners: Bool = false, noTransfers: Bool = false, approvedBy: String = ""
    ) {
        self.lawfulBasis = lawfulBasis
        self.automatedDecisionGround = automatedDecisionGround
        self.namesPartners = namesPartners
        self.noTransfers = noTransfers
        self.approvedBy = approvedBy
    }
}

/// Names a partner and nothing else.
public struct PartnerReference: Sendable, Equatable {
    public var partnerID: String
    public init(partnerID: String) { self.partnerID = partnerID }
}

/// An amount in minor units of a currency.
public struct Money: Sendable, Equatable {
    /// Minor units, never negative.
    public var minorUnits: Int64
    /// ISO 4217 code.
    public var currency: String
    public init(minorUnits: Int64, currency: String) {
        self.minorUnits = minorUnits
        self.currency = currency
    }
}

/// On what ground a lead may be processed (GDPR Art. 6(1)). Raw values are the schema's.
public enum LawfulBasis: UInt8, Sendable, Equatable {
    case unspecified = 0, consent, contract, legitimateInterest

    /// The word by which policies name it; empty where none is stated.
    public var name: String {
        switch self {
        case .unspecified: ""
        case .consent: "consent"
        case .contract: "contract"
        case .legitimateInterest: "legitimate-interest"
        }
    }
}

/// Why a partner declined or lost. Raw values are the schema's.
public enum RefusalReason: UInt8, Sendable, Equatable {
    case unspecified = 0, noCapacity, notAFit, conflict, badData, price, competitor, noDecision, other
    /// The vendor stopped the agent that was to answer an offer. Since logic version 6.
    case agentStopped
}

/// A lead came in.
public struct LeadSubmitted: Sendable, Equatable {
    public var leadID: String
    public var attributes: LeadAttributes
    /// On imported history, the partner who got the lead then.
    public var pastPartnerID: String?
    /// What the vendor's own system knows of it and the policy declares. Decides nothing.
    public var declaredAttributes: [DeclaredAttribute]
    public init(
        leadID: String, attributes: LeadAttributes, pastPartnerID: String? = nil,
        declaredAttributes: [DeclaredAttribute] = []
    ) {
        self.leadID = leadID
        self.attributes = attributes
        self.pastPartnerID = pastPartnerID
        self.declaredAttributes = declaredAttributes
    }
}

/// Facts about a lead changed; what is stated replaces, after what is cleared was taken back.
public struct LeadUpdated: Sendable, Equatable {
    public var leadID: String
    public var attributes: LeadAttributes
    /// Fields whose values are taken back, by their names in the schema. Since logic version 7.
    public var cleared: [String]
    /// As a lead states them; each takes the place of what was said under its name.
    public var declaredAttributes: [DeclaredAttribute]
    public init(
        leadID: String, attributes: LeadAttributes, cleared: [String] = [],
        declaredAttributes: [DeclaredAttribute] = []
    ) {
        self.leadID = leadID
        self.attributes = attributes
        self.cleared = cleared
        self.declaredAttributes = declaredAttributes
    }

    /// Every field that decisions are made on, by its name in the schema.
    public static let clearableFacts = LeadWord.allCases.map(\.name)
        + ["employees", "deal_value", "technologies", "required_certifications", "lawful_basis"]
}

/// An account shows interest.
public struct IntentObserved: Sendable, Equatable {
    public var topic: String
    /// 0 to 100.
    public var strengthPercent: UInt32
    public var observer: String
    public var firstSeen: Timestamp
    public var lastSeen: Timestamp
    public init(topic: String, strengthPercent: UInt32, observer: String, firstSeen: Timestamp, lastSeen: Timestamp) {
        self.topic = topic
        self.strengthPercent = strengthPercent
        self.observer = observer
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}

/// Firmographic facts about an account; what is stated replaces.
public struct FirmographicsObserved: Sendable, Equatable {
    public var vertical = ""
    public var employees: UInt32 = 0
    public var annualRevenue: Money?
    public var country = ""
    public var observer = ""
    public init() {}
}

/// Technologies in use at an account; replaces the list.
public struct TechnographicsObserved: Sendable, Equatable {
    public var technologies: [String]
    public var observer: String
    public init(technologies: [String], observer: String) {
        self.technologies = technologies
        self.observer = observer
    }
}

/// A partner says something about a lead.
public struct PartnerStatement: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public init(leadID: String, partnerID: String) {
        self.leadID = leadID
        self.partnerID = partnerID
    }
}

/// A partner declines a lead or gives it back.
public struct PartnerRefusal: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var reason: RefusalReason
    /// A return reason of the policy, whose meaning then counts; empty for none. Since logic version 5.
    public var reasonID: String
    public init(leadID: String, partnerID: String, reason: RefusalReason = .unspecified, reasonID: String = "") {
        self.leadID = leadID
        self.partnerID = partnerID
        self.reason = reason
        self.reasonID = reasonID
    }
}

/// The deal was lost.
public struct DealLost: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var reason: RefusalReason
    public init(leadID: String, partnerID: String, reason: RefusalReason = .unspecified) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.reason = reason
    }
}

/// The partner got in touch with the prospect.
public struct FirstResponseRecorded: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var channel: String
    public init(leadID: String, partnerID: String, channel: String = "") {
        self.leadID = leadID
        self.partnerID = partnerID
        self.channel = channel
    }
}

/// The deal moved in the partner's pipeline.
public struct DealStageChanged: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var stage: String
    public init(leadID: String, partnerID: String, stage: String) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.stage = stage
    }
}

/// The deal was won.
public struct DealWon: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var amount: Money?
    public init(leadID: String, partnerID: String, amount: Money? = nil) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.amount = amount
    }
}

/// A partner program starts.
public struct ProgramRegistered: Sendable, Equatable {
    /// ISO 4217 code in which the program counts.
    public var currency: String
    /// The logic version with which it starts.
    public var logicVersion: UInt32
    public init(currency: String, logicVersion: UInt32 = Logic.newest) {
        self.currency = currency
        self.logicVersion = logicVersion
    }
}

/// A policy is in force from here on.
public struct PolicyPublished: Sendable, Equatable {
    public var policy: Policy
    /// Content hash of the policy.
    public var version: String
    public init(policy: Policy, version: String) {
        self.policy = policy
        self.version = version
    }
}

/// Someone concerned asks that a human looks at a decision.
public struct ReviewRequested: Sendable, Equatable {
    public var leadID: String
    public init(leadID: String) { self.leadID = leadID }
}

/// A human decided about a lead.
public struct HumanDecisionRecorded: Sendable, Equatable {
    public enum Decision: Sendable, Equatable {
        case assign(partnerID: String), uphold, close, reroute
    }
    public var leadID: String
    public var decision: Decision
    public init(leadID: String, decision: Decision) {
        self.leadID = leadID
        self.decision = decision
    }
}

extension Fact {
    /// The lead whose facts a producer states; nil for everything else.
    var statedLeadID: String? {
        switch self {
        case .leadSubmitted(let fact): fact.leadID
        case .leadUpdated(let fact): fact.leadID
        default: nil
        }
    }
}
