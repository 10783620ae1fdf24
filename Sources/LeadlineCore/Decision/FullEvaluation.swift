/// A whole evaluation, every partner and every contribution, computed again on demand.
///
/// A decision carries only a summary and a digest; this is what the digest stands for.
public struct FullEvaluation: Sendable, Equatable {
    /// What the decision itself recorded, computed again.
    public var summary: EvaluationSummary
    /// Scored candidates in order of registration.
    public var candidates: [ScoredCandidate]
    /// Partners who were out before scoring.
    public var excluded: [ExcludedPartner]
    /// What was known of the lead when it was evaluated; unstated fields are left out.
    public var lead: [KnownValue]
    /// Position of the entry that stated the deal's value; nil where the policy's default counts or nothing is
    /// remembered.
    public var dealValuePosition: UInt64?
    /// By what share each of fit's contributions counts, in their order; the shares sum to 1.
    public var fitWeights: [Double] = []
}

/// A value that was known of a lead, and the entry that stated it.
public struct KnownValue: Sendable, Equatable {
    /// Name of the field, as people say it.
    public var field: String
    public var value: String
    /// Position of the entry that stated it; nil where that is not remembered.
    public var position: UInt64?
    public init(field: String, value: String, position: UInt64? = nil) {
        self.field = field
        self.value = value
        self.position = position
    }
}

/// One scored candidate with everything that went into its score.
public struct ScoredCandidate: Sendable, Equatable {
    public var partnerID: String
    /// In the order of `FitContribution.allCases`, as many as the logic adds up; their sum is `fit`.
    public var fitContributions: [Double]
    /// In the order of `ConversionContribution.allCases`, as many as the logic adds up, in log-odds; the logistic of
    /// their sum is `conversion`.
    public var conversionContributions: [Double]
    public var fit: Double
    public var conversion: Double
    /// What is expected to be left of the lead's value once the partner works on it: 1 if it surely answers in time.
    public var engagement: Double
    /// Deal value x conversion x fit^w x engagement.
    public var score: Double
    /// What its next place is worth to the leads still expected, minor units.
    public var placePrice: Double
    /// What its floor, and having taken a smaller share of its places than others, add, minor units.
    public var favour: Double
    /// What the choice is made by where prices count: the score less the price of the place, with the favour, less the
    /// price of waiting.
    public var net: Double { ((score - placePrice) + favour) - waitingPrice }
    /// What waiting until it is at work costs, minor units; 0 where that is not weighed. Since logic version 7.
    public var waitingPrice: Double
    /// Out after all because the conversion is below the policy's minimum.
    public var isBelowMinimum: Bool
    public var evidence: Evidence
    /// Whose word the conversion is, and how far each is believed; since logic version 8, and nil where the truth was
    /// known.
    public var voices: WinVoices?
}

/// The counts behind a candidate's numbers.
public struct Evidence: Sendable, Equatable {
    public var won: UInt32
    public var closed: UInt32
    public var wonInVertical: UInt32
    public var closedInVertical: UInt32
    /// Average days from submission to winning in the vertical; nil without wins there.
    public var cycleDaysInVertical: UInt64?
    public var wonAtDealSize: UInt32
    public var closedAtDealSize: UInt32
    public var largestWonMinorUnits: Int64
    /// Won and closed deals with this value of the lead's, in the order of `LeadSlot.allCases`, as many as the logic
    /// knows.
    public var bySlot: [SlotRecord]
    /// Leads it took and declined; first responses in time and deadlines missed.
    public var taken: UInt32
    public var declined: UInt32
    public var inTime: UInt32
    public var missed: UInt32
    /// Leads that it holds, and other leads that it is offered.
    public var openLeads: UInt32
    /// Nil if uncapped.
    public var openLeadsMax: UInt32?
    /// Places left in the period, less what else it is offered; nil if uncapped.
    public var placesLeft: UInt32?
    public var tieDebtMicros: Int64
    /// What the living profile says besides; since logic version 2.
    public var living: LivingEvidence?
}

/// What deals and answers say of a partner beyond counts.
public struct LivingEvidence: Sendable, Equatable {
    /// Won and closed deals in the lead's vertical in twelve months of 30 days, this one included; nil for a lead
    /// without.
    public var inVerticalInYear: SlotRecord?
    /// Average days from submission to winning; nil without wins.
    public var cycleDays: UInt64?
    /// First responses, and the typical minutes to one: the geometric mean, which few long times hardly move.
    public var responses: UInt32
    public var typicalResponseMinutes: Double?
    /// Won deals whose size is known, and between which amounts about two of three of them lie; nil without.
    public var sizedWins: UInt32
    public var usualSizes: ClosedRange<Int64>?
}

/// A partner who was out, and why.
public struct ExcludedPartner: Sendable, Equatable {
    public var partnerID: String
    public var reason: ExclusionReason
    /// Name of the hard rule, else empty.
    public var rule: String
    public var evidence: Evidence
    /// What it would have been worth; nil unless a cap alone put it out.
    public var scored: ScoredCandidate?
}

extension Decider {
    /// Decides again and keeps the whole evaluation; nil where the decision looked at no candidates.
    ///
    /// `state` is the state before the entry that holds `input`.
    public static func explain(
        _ input: Input, at stamp: Timestamp, in state: State
    ) -> (events: [Event], evaluation: FullEvaluation?) {
        var scratch = EvaluationScratch()
        let events = decide(input, at: stamp, in: state, scratch: &scratch)
        guard let (leadID, summary) = events.lazy.compactMap(\.evaluated).first else { return (events, nil) }
        var view: LeadView
        var (state, stated) = (state, LeadAttributes?.none)
        if case .leadSubmitted(let fact) = input.fact, !state.leads.knows(leadID) {
            stated = fact.attributes
            view = state.view(of: fact.attributes, account: input.account)
        } else if case .leadsUnlinked(let fact) = input.fact, let slot = state.leads.ownSlot(of: leadID) {
            view = state.view(ofLeadAt: Int(slot), isOfAccount: fact.link == .sameEnquiry)
            state = state.withoutPlace(ofLeadAt: Int(slot))
        } else if let slot = state.leads.slot(of: leadID) {
            view = state.view(ofLeadAt: slot)
            // Who declined in this entry is out from here on.
            for case .offerClosed(let event) in events where event.status == .declined {
                if let partner = state.partners.index(of: event.partnerID) { view.tried.append(UInt32(partner)) }
            }
        } else {
            return (events, nil)
        }
        return (events, FullEvaluation(summary, scratch, view, stating: stated, state, at: stamp))
    }

    /// Scores every partner that may have a lead that comes in, and decides nothing: fit, conversion, engagement,
    /// expected value. Returns how many were scored; 0 for other inputs and without a policy.
    public static func score(
        _ input: Input, at stamp: Timestamp, in state: State, scratch: inout EvaluationScratch
    ) -> Int {
        guard case .leadSubmitted(let fact) = input.fact, let policy = state.policy else { return 0 }
        let lead = state.view(of: fact.attributes, account: input.account)
        _ = Evaluation.score(
            lead, state, policy, at: stamp, period: CapacityLimits.period(at: stamp, policy), scratch: &scratch)
        return scratch.partners.count
    }
}

extension Event {
    /// The lead and summary of a decision that looked at candidates.
    public var evaluated: (leadID: String, summary: EvaluationSummary)? {
        switch self {
        case .leadAssigned(let event): event.evaluation.map { (event.leadID, $0) }
        case .shadowDecided(let event): event.evaluation.map { (event.leadID, $0) }
        case .leadEscalated(let event): event.evaluation.map { (event.leadID, $0) }
        case .offerMade(let event): event.evaluation.map { (event.leadID, $0) }
        default: nil
        }
    }
}

extension FullEvaluation {
    init(
        _ summary: EvaluationSummary, _ scratch: EvaluationScratch, _ view: LeadView, stating stated: LeadAttributes?,
        _ state: State, at stamp: Timestamp
    ) {
        self.summary = summary
        let period = state.policy.map { CapacityLimits.period(at: stamp, $0) } ?? 0
        let column = state.tallies.column(ofVertical: view.words.vertical)
        let band = SizeBand.of(view.valueMinorUnits ?? 0)
        let scored = scratch.partners.indices.map { row in
            let partner = scratch.partners[row]
            return ScoredCandidate(
                partnerID: state.partners.profiles[partner].partnerID,
                fitContributions: Array(
                    scratch.fitContributions[row * scratch.fitCount..<(row + 1) * scratch.fitCount]),
                conversionContributions: Array(
                    scratch.conversionContributions[row * scratch.conversionCount..<(
                        row + 1) * scratch.conversionCount]),
                fit: scratch.fit[row], conversion: scratch.conversion[row], engagement: scratch.engagement[row],
                    score: scratch.score[row],
                placePrice: scratch.placePrice[row], favour: scratch.favour[row],
                waitingPrice: scratch.waitingPrice(row),
                isBelowMinimum: !scratch.isIn[row] && !scratch.isAtCap[row],
                evidence: Evidence(
                    partner, view, column: column, band: band, row: scratch.row, state, period: period, at: stamp),
                voices: scratch.knownConversions.isEmpty ? state.voices(view, scratch.row, partner, at: stamp) : nil)
        }
        candidates = scored.indices.filter { !scratch.isAtCap[$0] }.map { scored[$0] }
        var excluded: [ExcludedPartner] = []
        for step in scratch.steps {
            forEachBit(step.out) { partner in
                excluded.append(ExcludedPartner(
                    partnerID: state.partners.profiles[partner].partnerID, reason: step.reason,
                    rule: step.rule < 0 ? "" : state.hardRules[step.rule].name,
                    evidence: Evidence(
                        partner, view, column: column, band: band, row: scratch.row, state, period: period, at: stamp),
                    scored: scratch.partners.firstIndex(of: partner).map { scored[$0] }))
            }
        }
        self.excluded = excluded
        lead = view.described(state, stating: stated, at: stamp)
        if let policy = state.policy {
            let weights = Fit.weights(state, policy)
            fitWeights = (0..<scratch.fitCount).map { weights[$0] }
        }
        dealValuePosition = view.statesValue ? view.position(of: .dealValue, state) : nil
    }
}

extension Evidence {
    init(
        _ partner: Int, _ view: LeadView, column: Int?, band: Int, row: [Int32], _ state: State, period: Int64,
        at stamp: Timestamp
    ) {
        let tallies = state.tallies
        let all = tallies.partners[partner]
        let vertical = column.map { tallies.verticals[$0].tallies[partner] } ?? Tally()
        let size = tallies.bands[band][partner]
        let weights = state.model.weights
        var bySlot = row.map { value in
            let tally = weights.crossTallies[Int(value) * weights.stride + partner]
            return SlotRecord(won: tally.y, closed: tally.x)
        }
        // The tallies know of corrections.
        bySlot[LeadSlot.vertical.rawValue] = SlotRecord(won: vertical.won, closed: vertical.closed)
        bySlot[LeadSlot.dealSize.rawValue] = SlotRecord(won: size.won, closed: size.closed)
        let openMax = state.partners.openLeadsMax[partner]
        let cap = state.partners.leadsPerPeriodMax[partner]
        // Caps count what else the partner is offered.
        let offered = state.partners.offered[partner] - view.offers(to: partner)
        let got = CapacityLimits.leads(state.partners, partner, in: period) + offered
        self.init(
            won: all.won, closed: all.closed, wonInVertical: vertical.won, closedInVertical: vertical.closed,
            cycleDaysInVertical: vertical.won > 0 ? vertical.cycleDays / UInt64(vertical.won) : nil,
            wonAtDealSize: size.won, closedAtDealSize: size.closed,
            largestWonMinorUnits: tallies.largestWonMinorUnits[partner], bySlot: bySlot,
            taken: tallies.engagement[partner].taken, declined: tallies.engagement[partner].declined,
            inTime: tallies.engagement[partner].inTime, missed: tallies.engagement[partner].missed,
            openLeads: state.partners.openLeads[partner] + offered,
            openLeadsMax: openMax == PartnerTable.uncapped ? nil : openMax,
            placesLeft: cap == PartnerTable.uncapped ? nil : cap > got ? cap - got : 0,
            tieDebtMicros: state.partners.tieDebtMicros[partner],
            living: state.isLogic(2) ? LivingEvidence(partner, vertical: view.words.vertical, state, at: stamp) : nil)
    }
}

extension LivingEvidence {
    init(_ partner: Int, vertical: Vocabulary.Code, _ state: State, at stamp: Timestamp) {
        let record = state.records.partners[partner], all = state.tallies.partners[partner]
        inVerticalInYear = vertical == Vocabulary.none ? nil : state.months.record(partner, vertical, at: stamp)
        cycleDays = all.won > 0 ? all.cycleDays / UInt64(all.won) : nil
        responses = record.responses.count
        typicalResponseMinutes = record.responses.typicalMinutes
        sizedWins = record.wonSizes.count
        if sizedWins > 0 {
            let (mean, spread) = (record.wonSizes.mean, record.wonSizes.variance.squareRoot())
            usualSizes = Self.amount(mean - spread)...Self.amount(mean + spread)
        }
    }

    private static func amount(_ log: Double) -> Int64 { Int64(min(ElementaryFunctions.exp(log), 1e18).rounded()) }
}
