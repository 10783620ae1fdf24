/// One thing that an account says of a decision, or of all that is held of a person: what kind of thing it is, and with
/// which values.
///
/// A statement holds no words. It is derived from what was recorded and from nothing else; each language has one text
/// for each kind, with the values' names in braces.
public struct AccountStatement: Sendable, Encodable, Equatable {
    /// What is said.
    public enum Kind: String, Sendable, Encodable, CaseIterable {
        // Of all that is held.
        case enquiries, nothingDecided
        case decidedByLeadline, decidedByLeadlineForHuman, decidedByHuman, decidedInHistory, decidedOnRequest
        case decidedByPartner, supposed
        case sealedUnseen, termFit, termConversion, termValue

        // What was decided.
        case assigned, assignedByHuman, assignedInHistory, wouldAssign, wouldAskHuman, wouldAskHumanByRule, toHuman
        case suggested, notSuggested, merged, repeated

        // What led to it.
        case onArrival, afterDeadline, afterRefusal, afterPause, afterRemoval, afterSuspension, sentBackByHuman
        case afterRestriction, afterReturn, afterUnlinking, afterLinking, afterWaiting, afterLateAnswer, afterRuleBreak
        case afterAbsence, afterMerger

        // Why a human got it.
        case noPolicy, noPartners, noEligiblePartner, attemptsExhausted, ownerAtCap, currencyUnknown
        case restrictedOnRequest, restrictedBefore, reviewRequired, lawfulBasisMissing, unanswered, shadow
        case everyoneAway, placesReserved, objectedBefore, addressSuppressed, sourceQuality
        case noAgreement, agreementToApprove, pastPartnerUnknown, holderIneligible, heldForWork

        // How it ended.
        case won, lost, lostByTime, withdrawn, endedElsewhere, closedByHuman, objected, erased

        // By what it was decided.
        case policy, policyWithoutName, arm, rules, noRules, minimumConversion, rateOfPolicy, ratePublished
        case methodBidPrice, methodHighestScore, methodRoundRobin, methodWeightedRotation, methodHighestFit

        // Who was in question.
        case outByRule, outPaused, outAway, outTried, outFull, outPeriodFull, outSegmentFull, outCoolingDown
        case outSuspended, outLeaving, outTurnless
        case outBelowMinimum, nobodyOut, evaluated, nobodyEvaluated

        // What was decisive.
        case byNet, byScore, byFit, byRank, byOwnership, byClaim, byLot, byTurn, byWeightedTurn
        case byAgreement, byDeputy, bySuccession, offered, agreed
        case tiedByNet, tiedByScore, tiedByFit, tiedByRank, decisiveUnrecorded

        // What stood beside it.
        case figures, nextByNet, nextByScore, nextByFit, ledByNet, ledByScore, ledByFit, lotSpared

        // What was not looked at, or is not known.
        case valuesDidNotCount, othersDidNotCount, onlyFitCounted, placesDidNotCount, waitingCounted
        case humanReasonsElsewhere
        case historyUnknown, hadNoEffect

        // Of the data, of humans and of rights.
        case dataHeld, dataOpened, dataUnavailable, keyDestroyed
        case humansNone, humansDecided, humansWithoutEffect, reviewsOpen, waitsForHuman
        case notAskedOtherwise, rights
    }

    /// Name of a value in a text.
    public enum Name: String, Sendable, Encodable, CaseIterable, CodingKeyRepresentable {
        case program, lead, into, partner, former, partners, queue, policy, version, arm, rule, rules
        case count, company, attempt, fit, conversion, share, rate, currency, date
    }

    /// A value, not yet written as a language writes it.
    public enum Value: Sendable, Encodable, Equatable {
        /// An id or a name.
        case text(String)
        /// Ids or names.
        case list([String])
        /// A whole number.
        case count(Int)
        /// 0 to 1.
        case share(Double)

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .list(let texts): try container.encode(texts)
            case .count(let count): try container.encode(count)
            case .share(let share): try container.encode(share)
            }
        }
    }

    /// What is said.
    public var kind: Kind
    /// The values that belong to it, by name.
    public var values: [Name: Value]

    /// A statement from its parts.
    public init(_ kind: Kind, _ values: [Name: Value] = [:]) {
        self.kind = kind
        self.values = values
    }
}

/// Who decided, by what was recorded.
public enum DecisionMaker: String, Sendable, Encodable, CaseIterable {
    /// Leadline alone.
    case leadline
    /// Leadline, after a human had sent the lead back to be routed again.
    case leadlineForHuman
    /// A human.
    case human
    /// Whoever decided before Leadline did: imported history.
    case history
    /// Whoever asked for a withdrawal, a restriction, an objection or an erasure.
    case request
    /// A partner, who said how the deal ended.
    case partner
    /// Nobody: what Leadline would have decided.
    case nobody
}
