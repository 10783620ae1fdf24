// Events: what Leadline did about an input. A refusal is an event with a reason.

/// Everything that Leadline does, one case a message of the decisions topic.
public enum Event: Sendable, Equatable {
    case leadAssigned(LeadAssigned)
    case shadowDecided(ShadowDecided)
    case assignmentExpired(AssignmentExpired)
    case assignmentEnded(AssignmentEnded)
    case firstResponseMet(FirstResponseMet)
    case leadEscalated(LeadEscalated)
    case leadClosed(LeadClosed)
    case leadMerged(LeadMerged)
    case outcomeWaiting(OutcomeWaiting)
    case outcomeUnmatched(OutcomeUnmatched)
    case inputDisregarded(InputDisregarded)
    case reviewOpened(ReviewOpened)
    case reviewResolved(ReviewResolved)
    case commissionAccrued(CommissionAccrued)
    case reminderDue(ReminderDue)
    case retentionApplied(RetentionApplied)
    case rightRecorded(RightRecorded)
    case recipientInformed(RecipientInformed)
    case personLinkChanged(PersonLinkChanged)
    case claimChanged(ClaimChanged)
    case partnerSuspended(PartnerSuspended)
    case partnerReinstated(PartnerReinstated)
    case returnChanged(ReturnChanged)
    case leadLinkChanged(LeadLinkChanged)
    case offerMade(OfferMade)
    case offerClosed(OfferClosed)
    case commissionReversed(CommissionReversed)
    case answerCredited(AnswerCredited)
    case starvationAnnounced(StarvationAnnounced)
    case holderIneligible(HolderIneligible)
}

/// Why a lead was routed at this moment. Raw values are the schema's.
public enum RoutingCause: UInt8, Sendable {
    case submitted = 1, expired, declined, partnerPaused, partnerRemoved, human, imported, resumed
    case partnerSuspended, returned
    case unlinked = 20, linked
    /// It waited for a human, and a partner can take it after all; its former holder had answered in time. Since logic
    /// version 7.
    case offeredAgain = 40, answeredInTime
    /// Its holder broke a hard rule since a fact changed. Since logic version 7.
    case ruleBroken = 60
    /// Its holder is away, and a deputy of the holder gets it. Since logic version 7.
    case partnerAbsent = 70
    /// Its holder was merged into another partner, which has it with its promise. Since logic version 7.
    case partnersMerged
}

/// Why a candidate is out. Raw values are the schema's.
public enum ExclusionReason: UInt8, Sendable {
    case hardRule = 1, paused, absent, tried, openLeadsCap, periodCap, conversionBelowMinimum
    case coolingDown, segmentCap, suspended
    /// It goes away before the promise is due; its rotation weight is 0. Since logic version 7.
    case leaving = 40, noTurns
}

/// Why a lead went to the human queue. Raw values are the schema's.
public enum EscalationReason: UInt8, Sendable {
    case noPolicy = 1, noPartners, noEligiblePartner, attemptsExhausted, ownerAtCap, currencyUnknown
    case processingRestricted, reviewRequired, lawfulBasisMissing, unanswered, shadow, everyoneAway
    case placesReserved, personObjected, addressSuppressed, sourceQuality
    /// No partner agreed; an agreement waits for whom the policy names. Since logic version 6.
    case negotiationFailed = 30, agreementToApprove
    /// It is history, and the partner who had it then is none of the program's. Since logic version 7.
    case pastPartnerUnknown = 50
    /// Its holder broke a hard rule since a fact changed. Since logic version 7.
    case holderIneligible = 60
    /// Nobody who could get it is at work; it goes to somebody once they are. Since logic version 7.
    case heldForWork
}

/// How a lead ended. Raw values are the schema's.
public enum ClosingReason: UInt8, Sendable {
    case won = 1, lost, withdrawn, human, objected, erased
}

/// How the choice among the best came about. Raw values are the schema's.
public enum SelectionBasis: UInt8, Sendable {
    /// Nobody was chosen.
    case none = 0
    case score, tieDebt, ownership, exploration, rotation, fit
    /// It was offered the lead and agreed, though Leadline would choose otherwise by now. Since logic version 6.
    case agreement = 10
}

/// Why an input changed nothing. Raw values are the schema's.
public enum DisregardReason: UInt8, Sendable {
    case notTheHolder = 1, leadClosed, noChange, leadUnknown, partnerUnknown, notEligible, tooManyWaiting
    case alreadyRegistered, tooManyPersons, logicTooOld, claimUnknown, tooManyClaims, returnUnknown
    case notLinked = 23
    /// No such offer is open to the partner, or it is over. Since logic version 6.
    case offerUnknown = 30, offerOver
    /// The policy has no rate for the amount's currency; the partner was removed. Since logic version 7.
    case currencyUnknown = 40, partnerRemoved
    /// The program keeps as many rates, in force and to come, as it can. Since logic version 7.
    case tooManyRates = 50
    /// The partner was merged into another. Since logic version 7.
    case partnerMerged = 70
}

/// A right of a person. Raw values are the schema's.
public enum PersonRight: UInt8, Sendable, CaseIterable {
    case restriction = 1, restrictionLifted, objection, objectionWithdrawn, rectification, erasure
}

/// One candidate as it stood.
public struct Candidate: Sendable, Equatable {
    public var partnerID: String
    /// Deal value x conversion x fit^w x engagement, in minor units of the program's currency.
    public var score: Double
    /// 0 to 1.
    public var fit: Double
    /// 0 to 1.
    public var conversion: Double
    /// What its next place is worth to the leads still expected, in minor units.
    public var placePrice: Double
    /// What its floor, and having taken a smaller share of its places than others, add, in minor units.
    public var favour: Double
    /// What waiting until it is at work costs, in minor units; 0 where that is not weighed. Since logic version 7.
    public var waitingPrice: Double
    /// What the choice is made by where prices count, in minor units.
    public var net: Double { ((score - placePrice) + favour) - waitingPrice }
    public init(
        partnerID: String, score: Double, fit: Double, conversion: Double, placePrice: Double = 0, favour: Double = 0,
        waitingPrice: Double = 0
    ) {
        self.partnerID = partnerID
        self.score = score
        self.fit = fit
        self.conversion = conversion
        self.placePrice = placePrice
        self.favour = favour
        self.waitingPrice = waitingPrice
    }
}

/// How many partners were out for one reason.
public struct Exclusion: Sendable, Equatable {
    public var reason: ExclusionReason
    /// Name of the hard rule where that is the reason, else empty.
    public var rule: String
    public var partners: UInt32
    public init(reason: ExclusionReason, rule: String = "", partners: UInt32) {
        self.reason = reason
        self.rule = rule
        self.partners = partners
    }
}

/// What a choice was made from, short enough for every decision to carry it. The whole evaluation is
/// computed again on demand and checked against `digest`.
public struct EvaluationSummary: Sendable, Equatable {
    public var policyVersion = ""
    public var modelVersion = Digest128.zero
    public var dealValueMinorUnits: Int64 = 0
    /// The exponent w with which fit entered the score.
    public var fitExponent: Double = 0
    /// At most eight, best first.
    public var best: [Candidate] = []
    /// Empty if there is none.
    public var runnerUpPartnerID = ""
    public var scored: UInt32 = 0
    public var exclusions: [Exclusion] = []
    public var digest = Digest128.zero
    public var basis = SelectionBasis.none
    /// Those who shared the best score, where debt decided or one of them agreed.
    public var tiedPartnerIDs: [String] = []
    /// How the arm, or the policy, chooses.
    public var method = RoutingMethod.bidPrice
    /// The pilot's arm that the lead fell to; empty without a pilot.
    public var arm = ""
    /// Probability with which the chosen partner was chosen; 0 where no lot is drawn, and then it was certain.
    public var propensity: Double = 0
    /// The best of those who were at a cap and would have been among the best, by score, at most eight.
    public var atCap: [Candidate] = []
    /// The claim in force by which the partner owns the account; empty without one. Since logic version 5.
    public var claimID = ""
    /// The rate by which the lead's value was counted; nil where it needed none. Since logic version 7.
    public var rate: RateUsed?
    public init() {}
}

public struct LeadAssigned: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    /// From 1.
    public var attempt: UInt32
    public var cause: RoutingCause
    /// When the first response is due; nil where no timer runs.
    public var respondBy: Timestamp?
    /// Nil where a human or history chose.
    public var evaluation: EvaluationSummary?
    /// When the partner is first reminded; nil where it is not.
    public var remindAt: Timestamp?
    /// The service level that holds; empty for the policy's own promise.
    public var serviceLevel: String
    /// The reminders after the first one, in order; since logic version 5.
    public var laterReminders: [PlannedReminder]
    /// The offer that the partner agreed to; empty where it was assigned plainly. Since logic version 6.
    public var offerID: String
    /// What was agreed; nil where nothing was.
    public var terms: OfferTerms?
    public init(
        leadID: String, partnerID: String, attempt: UInt32, cause: RoutingCause, respondBy: Timestamp? = nil,
        evaluation: EvaluationSummary? = nil, remindAt: Timestamp? = nil, serviceLevel: String = "",
        laterReminders: [PlannedReminder] = [], offerID: String = "", terms: OfferTerms? = nil
    ) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.attempt = attempt
        self.cause = cause
        self.respondBy = respondBy
        self.evaluation = evaluation
        self.remindAt = remindAt
        self.serviceLevel = serviceLevel
        self.laterReminders = laterReminders
        self.offerID = offerID
        self.terms = terms
    }

    /// Every moment at which the partner is reminded.
    public var reminders: [Timestamp] { [remindAt].compactMap { $0 } + laterReminders.map(\.at) }
}

/// A moment at which a partner is reminded of a lead, unless it has answered.
public struct PlannedReminder: Sendable, Equatable {
    public var at: Timestamp
    public init(at: Timestamp) { self.at = at }
}

/// What Leadline would have decided where history decided.
public struct ShadowDecided: Sendable, Equatable {
    public var leadID: String
    /// Empty if it would have gone to the human queue.
    public var partnerID: String
    public var evaluation: EvaluationSummary?
    public init(leadID: String, partnerID: String, evaluation: EvaluationSummary?) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.evaluation = evaluation
    }
}

/// An assignment was taken back for want of a first response.
public struct AssignmentExpired: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var attempt: UInt32
    public var respondBy: Timestamp
    public init(leadID: String, partnerID: String, attempt: UInt32, respondBy: Timestamp) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.attempt = attempt
        self.respondBy = respondBy
    }
}

/// An assignment ended otherwise before the deal was decided.
public struct AssignmentEnded: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var attempt: UInt32
    public var cause: RoutingCause
    public init(leadID: String, partnerID: String, attempt: UInt32, cause: RoutingCause) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.attempt = attempt
        self.cause = cause
    }
}

/// The first response stopped the SLA timer.
public struct FirstResponseMet: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var elapsedMicros: Int64
    public init(leadID: String, partnerID: String, elapsedMicros: Int64) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.elapsedMicros = elapsedMicros
    }
}

/// The deadline of a first response is near.
public struct ReminderDue: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var respondBy: Timestamp
    /// Which of the assignment's reminders it is, from 1; 0 before logic version 5.
    public var reminder: UInt32
    /// How many there are; 0 before logic version 5.
    public var reminders: UInt32
    public init(leadID: String, partnerID: String, respondBy: Timestamp, reminder: UInt32 = 0, reminders: UInt32 = 0) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.respondBy = respondBy
        self.reminder = reminder
        self.reminders = reminders
    }
}

/// A closed lead was kept for as long as the policy says: the person's key is destroyed. Or rejected records were:
/// their keys are.
public struct RetentionApplied: Sendable, Equatable {
    /// Empty for rejected records.
    public var leadID: String
    public var category: RetentionCategory
    /// When the lead was closed; rejected records are those that came before.
    public var closedAt: Timestamp
    /// For how many days the policy in force has it kept.
    public var keptDays: UInt32
    /// The person, by its random id: the lead's id may be another lead's by now. Nil for rejected records.
    public var subject: Digest128?
    public init(
        leadID: String, category: RetentionCategory, closedAt: Timestamp, keptDays: UInt32, subject: Digest128? = nil
    ) {
        self.leadID = leadID
        self.subject = subject
        self.category = category
        self.closedAt = closedAt
        self.keptDays = keptDays
    }
}

/// A lead went to the human queue.
public struct LeadEscalated: Sendable, Equatable {
    public var leadID: String
    public var reason: EscalationReason
    public var queue: String
    public var evaluation: EvaluationSummary?
    /// When it moves on to the next queue; nil where there is none.
    public var movesOn: Timestamp?
    /// The partner whom Leadline would have chosen; empty if nobody.
    public var suggestedPartnerID: String
    public init(
        leadID: String, reason: EscalationReason, queue: String, evaluation: EvaluationSummary? = nil,
        movesOn: Timestamp? = nil, suggestedPartnerID: String = ""
    ) {
        self.leadID = leadID
        self.reason = reason
        self.queue = queue
        self.evaluation = evaluation
        self.movesOn = movesOn
        self.suggestedPartnerID = suggestedPartnerID
    }
}

/// A lead ended.
public struct LeadClosed: Sendable, Equatable {
    public var leadID: String
    /// Empty if nobody held it.
    public var partnerID: String
    public var reason: ClosingReason
    /// What the deal was worth in the program's currency; 0 unless won.
    public var amountMinorUnits: Int64
    /// True if the outcome taught the model.
    public var learned: Bool
    /// The rate by which a won deal's amount was counted; nil where it needed none. Since logic version 7.
    public var rate: RateUsed?
    public init(
        leadID: String, partnerID: String, reason: ClosingReason, amountMinorUnits: Int64 = 0, learned: Bool,
        rate: RateUsed? = nil
    ) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.reason = reason
        self.amountMinorUnits = amountMinorUnits
        self.learned = learned
        self.rate = rate
    }
}

/// A lead is the same as an older one.
public struct LeadMerged: Sendable, Equatable {
    public var leadID: String
    public var intoLeadID: String
    /// True if both carry the same id; false if the same person and account.
    public var sameID: Bool
    public init(leadID: String, intoLeadID: String, sameID: Bool) {
        self.leadID = leadID
        self.intoLeadID = intoLeadID
        self.sameID = sameID
    }
}

/// An outcome came before its lead and waits for it.
public struct OutcomeWaiting: Sendable, Equatable {
    public var leadID: String
    public var until: Timestamp
    public init(leadID: String, until: Timestamp) {
        self.leadID = leadID
        self.until = until
    }
}

/// An outcome waited in vain.
public struct OutcomeUnmatched: Sendable, Equatable {
    public var leadID: String
    /// Position of the entry that holds the outcome.
    public var waitingPosition: UInt64
    public init(leadID: String, waitingPosition: UInt64) {
        self.leadID = leadID
        self.waitingPosition = waitingPosition
    }
}

/// An input was understood and changed nothing.
public struct InputDisregarded: Sendable, Equatable {
    /// The lead or partner it spoke of; empty if neither.
    public var subject: String
    public var reason: DisregardReason
    public init(subject: String, reason: DisregardReason) {
        self.subject = subject
        self.reason = reason
    }
}

public struct ReviewOpened: Sendable, Equatable {
    public var leadID: String
    /// Empty if nobody holds the lead.
    public var partnerID: String
    public init(leadID: String, partnerID: String) {
        self.leadID = leadID
        self.partnerID = partnerID
    }
}

public struct ReviewResolved: Sendable, Equatable {
    public var leadID: String
    /// True if the human changed what Leadline had decided.
    public var overridden: Bool
    public init(leadID: String, overridden: Bool) {
        self.leadID = leadID
        self.overridden = overridden
    }
}

public struct CommissionAccrued: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    /// Rounded down.
    public var amountMinorUnits: Int64
    public var rateBasisPoints: UInt32
    /// The partner's share of the deal's commission; 0 where it is not shared. Since logic version 7.
    public var shareBasisPoints: UInt32
    /// After this moment it is taken back no more; nil: it is for as long as the deal can be corrected. Since logic
    /// version 7.
    public var reversibleUntil: Timestamp?
    public init(
        leadID: String, partnerID: String, amountMinorUnits: Int64, rateBasisPoints: UInt32,
        shareBasisPoints: UInt32 = 0, reversibleUntil: Timestamp? = nil
    ) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.amountMinorUnits = amountMinorUnits
        self.rateBasisPoints = rateBasisPoints
        self.shareBasisPoints = shareBasisPoints
        self.reversibleUntil = reversibleUntil
    }
}

/// Commission that had accrued is taken back. Since logic version 7.
public struct CommissionReversed: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var amountMinorUnits: Int64
    /// The rate at which it had accrued.
    public var rateBasisPoints: UInt32
    public init(leadID: String, partnerID: String, amountMinorUnits: Int64, rateBasisPoints: UInt32) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.amountMinorUnits = amountMinorUnits
        self.rateBasisPoints = rateBasisPoints
    }
}

/// A partner whose deadline passed had answered before it, as became known later. Since logic version 7.
public struct AnswerCredited: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    public var elapsedMicros: Int64
    /// When the response was due.
    public var respondBy: Timestamp
    public init(leadID: String, partnerID: String, elapsedMicros: Int64, respondBy: Timestamp) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.elapsedMicros = elapsedMicros
        self.respondBy = respondBy
    }
}

/// A right holds for a person from here on, or no longer.
public struct RightRecorded: Sendable, Equatable {
    /// The lead by which the person was named.
    public var leadID: String
    public var right: PersonRight
    /// The person's random ids: the one that was named, then those linked to it.
    public var subjects: [Digest128]
    public init(leadID: String, right: PersonRight, subjects: [Digest128]) {
        self.leadID = leadID
        self.right = right
        self.subjects = subjects
    }
}

/// A partner that received a lead of a person is told that the person used a right.
public struct RecipientInformed: Sendable, Equatable {
    public var leadID: String
    /// Who holds the lead, or held it.
    public var partnerID: String
    public var right: PersonRight
    public init(leadID: String, partnerID: String, right: PersonRight) {
        self.leadID = leadID
        self.partnerID = partnerID
        self.right = right
    }
}

/// Two persons are known to be one from here on, or no longer.
public struct PersonLinkChanged: Sendable, Equatable {
    /// The lead by which the one was named.
    public var leadID: String
    public var subject: Digest128
    public var linkedSubject: Digest128
    /// True if it follows from a lead's address, false if somebody said so.
    public var isInferred: Bool
    /// True if they are linked, false if they are no longer.
    public var isLinked: Bool
    public init(leadID: String, subject: Digest128, linkedSubject: Digest128, isInferred: Bool, isLinked: Bool) {
        self.leadID = leadID
        self.subject = subject
        self.linkedSubject = linkedSubject
        self.isInferred = isInferred
        self.isLinked = isLinked
    }
}
