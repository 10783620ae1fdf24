public import Audit
public import Evaluation
import LeadlineCore

/// An explanation for machines: all numbers exact, so that sums and products can be checked.
///
/// For each candidate the `points` of `fitContributions` sum to `fit`; the logistic of the sum of
/// `conversionContributions` is `conversion`; `score` = `dealValueMinorUnits` x `conversion` x `fit`^`fitExponent` x
/// `engagement`, in minor units of `currency`. Sums run in the order of the lists. Numbers have as many digits as a
/// double needs. Times are RFC 3339 in UTC. Absent fields are left out.
public struct ExplanationDocument: Encodable, Sendable {
    /// A named summand.
    public struct Contribution: Encodable, Sendable {
        public var name: String
        public var value: Double
    }

    /// What the numbers rest on.
    public struct EvidenceCounts: Encodable, Sendable {
        public var won: UInt32
        public var closed: UInt32
        public var wonInVertical: UInt32
        public var closedInVertical: UInt32
        public var cycleDaysInVertical: UInt64?
        public var wonAtDealSize: UInt32
        public var closedAtDealSize: UInt32
        public var largestWonMinorUnits: Int64
        public var taken: UInt32
        public var declined: UInt32
        public var inTime: UInt32
        public var missed: UInt32
        public var openLeads: UInt32
        public var openLeadsMax: UInt32?
        public var tieDebtMicros: Int64
        /// Won and closed deals in the lead's vertical in twelve months of 30 days; these and all below since logic
        /// version 2.
        public var wonInVerticalInYear: UInt32?
        public var closedInVerticalInYear: UInt32?
        /// Average days from submission to winning.
        public var cycleDays: UInt64?
        /// First responses, and the geometric mean of the minutes to one.
        public var responses: UInt32?
        public var typicalResponseMinutes: Double?
        /// Between which amounts about two of three won deals lie.
        public var usualWonFromMinorUnits: Int64?
        public var usualWonToMinorUnits: Int64?
    }

    /// A scored candidate.
    public struct Candidate: Encodable, Sendable {
        public var partnerId: String
        public var score: Double
        /// What its next place is worth to the leads still expected, and what speaks for it besides; minor units.
        public var placePrice: Double
        public var favour: Double
        /// What waiting until it is at work costs, minor units; 0 where the policy does not weigh it.
        public var waitingPrice: Double
        public var conversion: Double
        /// What share of many deals like it would be won, four times of five, as far as the model knows how unsure it is;
        /// nil before logic version 8.
        public var conversionInterval80: Interval?
        /// Share of the value that is expected to be left once the partner works on the lead.
        public var engagement: Double
        public var fit: Double
        /// Shares of 1.
        public var fitContributions: [Contribution]
        /// Log-odds.
        public var conversionContributions: [Contribution]
        public var belowMinimum: Bool
        public var evidence: EvidenceCounts
    }

    /// A value of the lead and the event that stated it last.
    public struct Source: Encodable, Sendable {
        public var field: String
        public var value: String
        /// Position of the event's entry.
        public var position: UInt64
        public var type: String?
        /// CloudEvents id, as the producer chose it.
        public var eventId: String?
        /// CloudEvents source, or "keyed:" and a keyed digest of one that looks like a person's data.
        public var source: String?
        public var observer: String?
        public var time: String?
    }

    /// A partner who was out before scoring.
    public struct Excluded: Encodable, Sendable {
        public var partnerId: String
        /// `hardRule`, `paused`, `absent`, `tried`, `openLeadsCap`, `periodCap` or `removed`.
        public var reason: String
        /// The hard rule's name.
        public var rule: String?
        public var words: String
    }

    /// One decision about the lead.
    public struct Decision: Encodable, Sendable {
        public var id: String
        public var position: UInt64
        public var time: String
        /// `assigned`, `shadow`, `escalated` or `closed`.
        public var kind: String
        public var partnerId: String?
        public var attempt: UInt32?
        /// Why then: `submitted`, `expired`, `declined`, ...; or why not: `noEligiblePartner`, ...
        public var reason: String?
        public var respondBy: String?
    }

    /// What was announced of a partner.
    public struct Announcement: Encodable, Sendable {
        public var partnerId: String
        /// `floor`, `idle` or `share`.
        public var kind: String
        /// What kept it, or of a share the others, from leads: `rules`, `capacity`, `fit`, ...
        public var cause: String
        /// When it was announced.
        public var time: String
        public var leads: UInt32
        /// How many it should have got, or of how many they are a share; absent where neither is counted.
        public var of: UInt32?
        /// When the period that counts ends.
        public var until: String?

        init(_ notice: StarvationNotice) {
            let event = notice.announced
            partnerId = event.partnerID
            kind = "\(event.kind)"
            cause = "\(event.cause)"
            time = TimeText.utc(notice.at)
            leads = event.leads
            of = event.of == 0 ? nil : event.of
            until = event.until.map { TimeText.utc($0) }
        }
    }

    /// The evaluation, whole.
    public struct EvaluationPart: Encodable, Sendable {
        public var policyVersion: String
        public var modelVersion: String
        public var dealValueMinorUnits: Int64
        /// The rate by which it was counted; absent where it needed none.
        public var rate: RateDocument?
        public var fitExponent: Double
        /// By what share each contribution to fit counts; the shares sum to 1.
        public var fitWeights: [Contribution]
        /// `none`, `score`, `tieDebt` or `ownership`.
        public var basis: String
        public var runnerUpPartnerId: String?
        public var tiedPartnerIds: [String]
        /// How the policy, or the pilot's arm, chooses: `bidPrice`, `highestScore`, `roundRobin`, ...
        public var method: String
        /// The pilot's arm; absent without a pilot.
        public var arm: String?
        /// Probability with which the chosen partner was chosen; absent where no lot was drawn.
        public var propensity: Double?
        /// Best first.
        public var candidates: [Candidate]
        public var excluded: [Excluded]
        /// What was known of the lead.
        public var lead: [String: String]
        /// Which event stated each value, in the order of the page; a field with several values, as buying signals, has
        /// several.
        public var leadSources: [Source]
    }

    public var program: String
    public var leadId: String
    public var currency: String
    public var logicVersion: UInt32
    public var decision: Decision
    public var evaluation: EvaluationPart?
    public var history: [Decision]
    /// Links to other leads and to its company that were made or undone, in order.
    public var links: [LinkDocument]
    /// What stood announced, before the decision, of partners that get too little, or too much.
    public var announced: [Announcement]
    /// True for what would have been decided at another moment: nothing is recorded of it, and the digests are its own.
    public var supposed: Bool
    public var recordedDigest: String?
    public var recomputedDigest: String?
    /// True if deciding again gave the recorded events and digest.
    public var recomputedEqual: Bool
    /// The page for people, line by line.
    public var text: [String]

    /// The document of an explanation; `text` is the page that goes with it.
    public init(_ explanation: Explanation, text: [String]) {
        program = explanation.decision.program
        leadId = explanation.leadID
        currency = explanation.currency
        logicVersion = explanation.decision.logicVersion
        decision = Decision(explanation.decision)
        evaluation = explanation.evaluation.map { EvaluationPart($0, explanation) }
        history = explanation.history.map(Decision.init)
        links = explanation.links.map(LinkDocument.init)
        announced = explanation.notices.map(Announcement.init)
        supposed = explanation.isSupposed
        recordedDigest = explanation.recomputation.recorded?.description
        recomputedDigest = explanation.recomputation.recomputed?.description
        recomputedEqual = explanation.recomputation.isEqual
        self.text = text
    }
}

extension ExplanationDocument.EvaluationPart {
    init(_ evaluation: FullEvaluation, _ explanation: Explanation) {
        let summary = evaluation.summary
        policyVersion = summary.policyVersion
        modelVersion = summary.modelVersion.description
        dealValueMinorUnits = summary.dealValueMinorUnits
        rate = summary.rate.map(RateDocument.init)
        fitExponent = summary.fitExponent
        fitWeights = zip(FitContribution.allCases, evaluation.fitWeights).map { .init(name: $0.name, value: $1) }
        basis = "\(summary.basis)"
        runnerUpPartnerId = summary.runnerUpPartnerID.isEmpty ? nil : summary.runnerUpPartnerID
        tiedPartnerIds = summary.tiedPartnerIDs
        method = "\(summary.method)"
        arm = summary.arm.isEmpty ? nil : summary.arm
        propensity = summary.propensity > 0 ? summary.propensity : nil
        candidates = evaluation.candidates.enumerated()
            .sorted { ($1.element.net, $0.offset) < ($0.element.net, $1.offset) }
            .map { ExplanationDocument.Candidate($0.element) }
        let standings = Dictionary(explanation.partners.map { ($0.profile.partnerID, $0) }) { first, _ in first }
        excluded = evaluation.excluded.map { partner in
            .init(
                partnerId: partner.partnerID, reason: "\(partner.reason)",
                rule: partner.rule.isEmpty ? nil : partner.rule,
                words: ExplanationText.exclusion(
                    partner, standings[partner.partnerID], explanation.policy, currency: explanation.currency))
        }
        excluded += explanation.partners.filter { $0.status == "removed" }.map {
            .init(partnerId: $0.profile.partnerID, reason: "removed", rule: nil, words: "out: \(DecisionReasonWords.removed)")
        }
        lead = Dictionary(evaluation.lead.map { ($0.field, $0.value) }) { "\($0); \($1)" }
        leadSources = explanation.sources.map {
            .init(
                field: $0.field, value: SourceText.value($0), position: $0.position, type: $0.type, eventId: $0.eventID,
                source: $0.source, observer: $0.observer, time: $0.time)
        }
    }
}

extension ExplanationDocument.Candidate {
    init(_ candidate: ScoredCandidate) {
        partnerId = candidate.partnerID
        score = candidate.score
        placePrice = candidate.placePrice
        favour = candidate.favour
        waitingPrice = candidate.waitingPrice
        conversion = candidate.conversion
        conversionInterval80 = candidate.voices.map { Interval($0.interval80.lowerBound, $0.interval80.upperBound) }
        engagement = candidate.engagement
        fit = candidate.fit
        fitContributions = zip(FitContribution.allCases, candidate.fitContributions).map {
            .init(name: $0.name, value: $1)
        }
        conversionContributions = zip(ConversionContribution.allCases, candidate.conversionContributions).map {
            .init(name: $0.name, value: $1)
        }
        belowMinimum = candidate.isBelowMinimum
        evidence = ExplanationDocument.EvidenceCounts(candidate.evidence)
    }
}

extension ExplanationDocument.EvidenceCounts {
    init(_ evidence: Evidence) {
        won = evidence.won
        closed = evidence.closed
        wonInVertical = evidence.wonInVertical
        closedInVertical = evidence.closedInVertical
        cycleDaysInVertical = evidence.cycleDaysInVertical
        wonAtDealSize = evidence.wonAtDealSize
        closedAtDealSize = evidence.closedAtDealSize
        largestWonMinorUnits = evidence.largestWonMinorUnits
        taken = evidence.taken
        declined = evidence.declined
        inTime = evidence.inTime
        missed = evidence.missed
        openLeads = evidence.openLeads
        openLeadsMax = evidence.openLeadsMax
        tieDebtMicros = evidence.tieDebtMicros
        guard let living = evidence.living else { return }
        wonInVerticalInYear = living.inVerticalInYear?.won
        closedInVerticalInYear = living.inVerticalInYear?.closed
        cycleDays = living.cycleDays
        responses = living.responses
        typicalResponseMinutes = living.typicalResponseMinutes
        usualWonFromMinorUnits = living.usualSizes?.lowerBound
        usualWonToMinorUnits = living.usualSizes?.upperBound
    }
}

extension ExplanationDocument.Decision {
    init(_ decision: LeadDecision) {
        id = decision.id
        position = decision.position
        time = TimeText.utc(decision.stamp)
        kind = ""
        switch decision.event {
        case .leadAssigned(let event):
            kind = "assigned"
            partnerId = event.partnerID
            attempt = event.attempt
            reason = "\(event.cause)"
            respondBy = event.respondBy.map { TimeText.utc($0) }
        case .offerMade(let event):
            kind = "offered"
            partnerId = event.partnerID
            reason = "\(event.cause)"
        case .shadowDecided(let event):
            kind = "shadow"
            partnerId = event.partnerID.isEmpty ? nil : event.partnerID
        case .leadEscalated(let event):
            kind = "escalated"
            reason = "\(event.reason)"
        case .leadClosed(let event):
            kind = "closed"
            partnerId = event.partnerID.isEmpty ? nil : event.partnerID
            reason = "\(event.reason)"
        default: break
        }
    }
}
