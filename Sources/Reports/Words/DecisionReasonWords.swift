public import LeadlineCore

/// Reasons, causes and methods as people say them: one wording each, wherever one is shown.
///
/// They are phrases without a verb of their own, so that they fit after a colon, a comma or in brackets.
public enum DecisionReasonWords {
    /// Why a lead went to a human.
    public static func escalation(_ reason: EscalationReason) -> String {
        switch reason {
        case .noPolicy: "the program had no policy yet"
        case .noPartners: "the program had no partners yet"
        case .noEligiblePartner: "no partner was eligible"
        case .attemptsExhausted: "already offered to as many partners as the policy allows"
        case .ownerAtCap: "the partner that owns the account was at its cap"
        case .currencyUnknown: "the policy has no exchange rate for the lead's currency"
        case .processingRestricted: "the person asked to restrict processing"
        case .reviewRequired: "the policy asks for a human to decide on such a lead"
        case .lawfulBasisMissing: "the lead states no lawful basis that the policy accepts"
        case .unanswered: "nobody took it from the queue before in time"
        case .shadow: "the policy is in shadow mode and only records what it would do"
        case .everyoneAway: "every partner that could have taken it was away"
        case .placesReserved: "the remaining places are kept for leads expected to be worth more"
        case .personObjected: "the person had objected to the processing before the lead came"
        case .addressSuppressed: "the lead came with an address that is suppressed"
        case .sourceQuality: "too many leads of its source came back for bad data"
        case .negotiationFailed: "it was offered to partners, and none agreed"
        case .agreementToApprove: "a partner agreed, and somebody has to approve it"
        case .pastPartnerUnknown: "it is history, and its partner of then is none of the program's"
        case .holderIneligible: "its partner broke a hard rule since a fact changed"
        case .heldForWork: "held until a partner that could take it is at work"
        }
    }

    /// How a lead ended.
    public static func closing(_ reason: ClosingReason) -> String {
        switch reason {
        case .won: "won"
        case .lost: "lost"
        case .withdrawn: "withdrawn"
        case .human: "closed by a human"
        case .objected: "the person objected to the processing"
        case .erased: "the person asked to be erased"
        }
    }

    /// What led to an assignment, or to the end of one.
    public static func cause(_ cause: RoutingCause) -> String {
        switch cause {
        case .submitted: "on arrival"
        case .expired: "no response in time"
        case .declined: "declined by the partner"
        case .partnerPaused: "partner paused"
        case .partnerRemoved: "partner removed"
        case .human: "decided by a human"
        case .imported: "imported from history"
        case .resumed: "restriction lifted"
        case .partnerSuspended: "partner suspended"
        case .returned: "given back by the partner"
        case .unlinked: "a link undone by a person"
        case .linked: "linked to another lead by a person"
        case .offeredAgain: "offered again, as a partner can take it by now"
        case .answeredInTime: "an answer in time that became known late"
        case .ruleBroken: "a hard rule broken since a fact changed"
        case .partnerAbsent: "handed to a deputy, as its partner is away"
        case .partnersMerged: "its partner merged into another"
        }
    }

    /// What kept a partner from leads, or others from those of one partner.
    public static func starvation(_ cause: StarvationCause) -> String {
        switch cause {
        case .noLeads: "no lead came"
        case .rules: "excluded by a hard rule"
        case .away: "away, paused, suspended or cooling down"
        case .capacity: "at a cap"
        case .ownership: "companies of which another is the owner"
        case .belowMinimum: "too unlikely to win for the policy"
        case .fit: "less expected of the leads there"
        case .price: "places kept for better leads, or others further behind"
        case .turn: "others owed the turn"
        case .nothing: "nothing by now"
        }
    }

    /// The same by a cause's name; the name itself where there is none of it.
    public static func starvation(named name: String) -> String { cause(named: name).map { starvation($0) } ?? name }

    /// What would help against a cause of that name; empty where there is none.
    public static func remedy(named name: String) -> String { cause(named: name).map { remedy($0) } ?? "" }

    private static func cause(named name: String) -> StarvationCause? { StarvationCause.allCases.first { "\($0)" == name } }

    /// What would help against it.
    public static func remedy(_ cause: StarvationCause) -> String {
        switch cause {
        case .noLeads: "a lower floor, or more leads of its kind"
        case .rules: "a wider profile, or a rule that asks for less"
        case .away: "its return, or a deputy"
        case .capacity: "a higher cap, or leads that are closed sooner"
        case .ownership: "shorter ownership, or leads of new companies"
        case .belowMinimum: "a lower minimum conversion, or a share of leads by lot"
        case .fit: "a profile that says more, a floor, or a share of leads by lot"
        case .price: "a floor, or a smaller cap that is filled sooner"
        case .turn: "a greater weight in the rotation"
        case .nothing: "the next such lead"
        }
    }

    /// Which fact changed, so that a holder breaks a hard rule.
    public static func changed(_ cause: RuleBreakCause) -> String {
        switch cause {
        case .leadUpdated: "what the lead states"
        case .profileChanged: "the partner's profile"
        case .companyObserved: "what is known of the company"
        }
    }

    /// What is done about a holder that breaks a hard rule.
    public static func response(_ response: RuleBreakResponse) -> String {
        switch response {
        case .say: "it stays"
        case .reroute: "it is routed again"
        case .escalate: "a human gets it"
        }
    }

    /// Why a partner was out before scoring, or for its conversion after it.
    public static func exclusion(_ reason: ExclusionReason) -> String {
        switch reason {
        case .hardRule: "hard rule"
        case .paused: "paused"
        case .absent: "away"
        case .tried: "had this lead before"
        case .openLeadsCap: "at its cap of open leads"
        case .periodCap: "at its cap for the period"
        case .conversionBelowMinimum: "conversion below the policy's minimum"
        case .coolingDown: "cooling down after a missed deadline"
        case .segmentCap: "at its cap for leads of this kind"
        case .suspended: "suspended for missed deadlines"
        case .leaving: "away before the response is due"
        case .noTurns: "without a turn, by its rotation weight"
        }
    }

    /// A partner that had left the program before the decision.
    public static let removed = "no longer in the program"

    /// Why an input changed nothing.
    public static func disregard(_ reason: DisregardReason) -> String {
        switch reason {
        case .notTheHolder: "the lead is not with this partner"
        case .leadClosed: "the lead is closed"
        case .noChange: "it is so already"
        case .leadUnknown: "there is no such lead"
        case .partnerUnknown: "there is no such partner"
        case .notEligible: "a hard rule excludes the partner"
        case .tooManyWaiting: "too many outcomes are waiting for their leads"
        case .alreadyRegistered: "the program is registered already"
        case .tooManyPersons: "the program remembers as many persons as it can"
        case .logicTooOld: "the program's logic version does not know this message"
        case .claimUnknown: "the partner has no such claim"
        case .tooManyClaims: "the program remembers as many claims as it can"
        case .notLinked: "there is no such link, or none can be made"
        case .returnUnknown: "no credit waits for a return of this lead"
        case .offerUnknown: "no such offer is open to the partner"
        case .offerOver: "the offer is over"
        case .currencyUnknown: "the policy has no exchange rate for the amount's currency"
        case .partnerRemoved: "the partner was removed; it comes back by being resumed"
        case .tooManyRates: "the program keeps as many exchange rates as it can"
        case .partnerMerged: "the partner was merged into another"
        }
    }

    /// How an offer ended.
    public static func offer(_ status: OfferStatus) -> String {
        switch status {
        case .agreed: "agreed"
        case .declined: "declined"
        case .expired: "not answered in time"
        case .withdrawn: "withdrawn, as the lead went on without it"
        case .lostToAnother: "over, as another partner agreed first"
        case .counterOutOfRange: "countered with more than the policy may grant"
        case .counterNotWorth: "countered with more than it is worth against the others"
        case .notEligible: "over, as the partner may not have the lead any more"
        }
    }

    /// What a partner answers to an offer.
    public static func answer(_ answer: OfferAnswer) -> String {
        switch answer {
        case .capacityConfirmed: "has room for"
        case .accepted: "accepts the offer of"
        case .declined: "declines the offer of"
        case .countered: "asks for other terms for"
        }
    }

    /// What was offered, asked for or agreed.
    public static func terms(_ terms: OfferTerms) -> String {
        let promise = terms.promiseMinutes == 0
            ? "no promise" : "first response within \(TimeText.duration(micros: Int64(terms.promiseMinutes) * Timestamp.microsPerMinute))"
        return ([promise] + (terms.commissionBasisPoints.map { ["commission \(NumberText.percent(basisPoints: $0))"] } ?? [])
            + terms.enrichment).joined(separator: ", ")
    }

    /// What came of a return.
    public static func handedBack(_ status: ReturnStatus) -> String {
        switch status {
        case .taken: "taken back, without credit"
        case .credited: "taken back, and credited"
        case .waiting: "taken back, and the credit waits for a person"
        case .approved: "a person gave the credit"
        case .refused: "a person refused the credit"
        case .lapsed: "nobody decided on the credit in time"
        }
    }

    /// Where a claim is in its life.
    public static func claim(_ status: ClaimStatus) -> String {
        switch status {
        case .submitted: "waits for a person"
        case .conflicting: "waits for a person, in conflict"
        case .approved: "in force"
        case .refused: "refused"
        case .expired: "expired"
        case .withdrawn: "withdrawn"
        }
    }

    /// Why a claim is where it is.
    public static func claim(_ reason: ClaimReason) -> String {
        switch reason {
        case .personDecides: "the policy has a person decide"
        case .heldByAnother: "another partner has the account"
        case .claimedByAnother: "another partner claims it too"
        case .byRule: "nothing stood against it"
        case .byPerson: "a person decided"
        case .notOffered: "the policy takes no claims"
        case .tooManyClaims: "the partner has as many claims as the policy allows"
        case .leadRestricted: "the lead is not to be routed"
        case .anotherApproved: "a claim of another partner was approved"
        case .unanswered: "nobody decided in time"
        case .protectionOver: "it was in force as long as the policy says"
        case .partnerRemoved: "the partner was removed"
        case .leadClosed: "the lead has ended"
        case .byPartner: "the partner took it back"
        }
    }

    /// A right of a person, as a partner who received a lead of theirs is told.
    public static func right(_ right: PersonRight) -> String {
        switch right {
        case .restriction: "processing is restricted"
        case .restrictionLifted: "the restriction was lifted"
        case .objection: "the person objects to the processing"
        case .objectionWithdrawn: "the objection was withdrawn"
        case .rectification: "facts about the lead were changed"
        case .erasure: "the person is erased"
        }
    }

    /// Why a partner declined a lead or lost it; nil where it gave no reason.
    public static func refusal(_ reason: RefusalReason) -> String? {
        switch reason {
        case .unspecified: nil
        case .noCapacity: "no capacity"
        case .notAFit: "not a fit"
        case .conflict: "conflict of interest"
        case .badData: "the prospect cannot be reached or is not real"
        case .price: "price"
        case .competitor: "a competitor won"
        case .noDecision: "the customer made no decision"
        case .other: "another reason"
        case .agentStopped: "the vendor stopped the partner's agent"
        }
    }

    /// How a policy, or the arm of a pilot, chooses among partners.
    public static func method(_ method: RoutingMethod) -> String {
        switch method {
        case .bidPrice: "expected value after the price of the place"
        case .highestScore: "highest expected value"
        case .roundRobin: "turns by country"
        case .weightedRotation: "weighted turns by country"
        case .highestFit: "best fit"
        }
    }

    /// What a human decided about a lead.
    public static func humanDecision(_ decision: HumanDecisionRecorded.Decision) -> String {
        switch decision {
        case .assign(let partner): "assign it to \(partner)"
        case .uphold: "leave it as decided"
        case .close: "close it"
        case .reroute: "route it again"
        }
    }

    /// What is kept under one rule of retention.
    public static func retention(_ category: RetentionCategory) -> String {
        switch category {
        case .closedDeal: "won or lost deals"
        case .otherLead: "other closed leads"
        case .deadLetter: "rejected records"
        }
    }

    // MARK: Names in documents

    /// A reason for escalation by its name in a JSON document; the name itself where this release does not know it.
    public static func escalation(named name: String) -> String {
        word(name, EscalationReason.init(rawValue:), escalation)
    }

    /// A method by its name in a JSON document.
    public static func method(named name: String) -> String { word(name, RoutingMethod.init(rawValue:), method) }

    /// Raw values are small and have no gaps.
    private static func word<Reason>(_ name: String, _ reason: (UInt8) -> Reason?, _ words: (Reason) -> String)
        -> String
    {
        (1...UInt8.max).lazy.compactMap(reason).first { "\($0)" == name }.map(words) ?? name
    }
}
