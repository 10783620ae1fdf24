/// Columns that one evaluation after another fills, so that candidates cost no allocation.
public struct EvaluationScratch: Sendable {
    /// Partners that each step put out, in order: one row of bits a step.
    struct Step: Sendable {
        var reason: ExclusionReason
        /// Index of the hard rule; -1 for other reasons.
        var rule: Int
        var out: [UInt64]
    }
    var steps: [Step] = []
    /// The lead's values, one a slot, as the model knows them.
    var row: [Int32] = []
    /// Partner index of each scored candidate.
    var partners: [Int] = []
    /// As many a candidate as the logic adds up.
    var fitContributions: [Double] = []
    var fitCount = 0
    var conversionContributions: [Double] = []
    var conversionCount = 0
    var fit: [Double] = []
    var conversion: [Double] = []
    /// What is expected to be left of the lead's value once the partner works on it.
    var engagement: [Double] = []
    var score: [Double] = []
    /// What the next place is worth to the leads still expected, and what speaks for the partner besides its score.
    var placePrice: [Double] = []
    var favour: [Double] = []
    /// What the choice is made by: score, less the price, with the favour; or the fit; as the method has it.
    var rank: [Double] = []
    /// What waiting until the partner is at work costs; only where that is weighed.
    var waiting: [Double] = []
    var weighsWaiting = false
    /// True for a scored candidate that is at a cap.
    var isAtCap: [Bool] = []
    /// False for a scored candidate at a cap, or whose conversion is below the policy's minimum.
    var isIn: [Bool] = []
    /// Conversions known from outside, one a partner, which stand in place of the model's; empty in all but simulations
    /// whose truth is known.
    public var knownConversions: [Double] = []

    /// Empty columns.
    public init() {}

    /// What waiting costs at a candidate; 0 where that is not weighed.
    func waitingPrice(_ row: Int) -> Double { weighsWaiting ? waiting[row] : 0 }

    mutating func reset(partnerCount: Int) {
        steps.removeAll(keepingCapacity: true)
        partners.removeAll(keepingCapacity: true)
        weighsWaiting = false
        if fit.count < partnerCount {
            fitContributions = Array(repeating: 0, count: partnerCount * FitContribution.allCases.count)
            conversionContributions = Array(
                repeating: 0, count: partnerCount * ConversionContribution.allCases.count)
            fit = Array(repeating: 0, count: partnerCount)
            conversion = fit
            score = fit
            engagement = fit
            placePrice = fit
            favour = fit
            rank = fit
            waiting = fit
            isAtCap = Array(repeating: false, count: partnerCount)
            isIn = Array(repeating: false, count: partnerCount)
        }
    }
}

/// The decision pipeline: enrich, hard rules, fit, conversion, expected value, capacity, choose.
enum Evaluation {
    /// Candidates named in a decision.
    static let bestMax = 8

    struct Outcome {
        /// Index of the chosen partner; nil if everyone is out.
        var chosen: Int?
        /// The owner of the account, if it is at its cap: a human decides then.
        var ownerAtCap = false
        /// True if every place left is expected to bring more than this lead: a human decides then.
        var placesReserved = false
        var summary: EvaluationSummary
    }

    /// Evaluates every partner for a lead whose value is known. `policy` is the state's.
    static func evaluate(
        _ lead: LeadView, leadID: String, _ state: State, _ policy: Policy, at stamp: Timestamp,
        scratch: inout EvaluationScratch
    ) -> Outcome {
        let period = CapacityLimits.period(at: stamp, policy)
        let exponent = score(lead, state, policy, at: stamp, period: period, scratch: &scratch)
        let arm = PilotArms.arm(lead, leadID: leadID, policy, state)
        let method = arm?.method ?? policy.method
        Ranking.fill(method, value: lead.valueMinorUnits ?? 0, state, policy, at: stamp, &scratch)
        if state.isLogic(7) && method == .weightedRotation { leaveOutTurnless(state, &scratch) }

        var summary = EvaluationSummary()
        summary.policyVersion = state.policyVersion
        summary.modelVersion = state.model.version
        summary.dealValueMinorUnits = lead.valueMinorUnits ?? 0
        summary.rate = lead.rate
        summary.fitExponent = exponent
        summary.method = method
        summary.arm = arm?.name ?? ""
        summary.scored = UInt32(scratch.partners.indices.count { !scratch.isAtCap[$0] })
        summary.exclusions = exclusions(state, scratch)
        summary.digest = EvaluationDigest.of(summary, scratch, logic: state.logicVersion)

        var outcome = Outcome(chosen: nil, summary: summary)
        choose(lead, state, policy, at: stamp, period: period, from: scratch, into: &outcome)
        return outcome
    }

    /// Who may have the lead, and what it would be worth there. Returns the exponent with which fit counts.
    static func score(
        _ lead: LeadView, _ state: State, _ policy: Policy, at stamp: Timestamp, period: Int64,
        scratch: inout EvaluationScratch
    ) -> Double {
        scratch.reset(partnerCount: state.partners.count)
        let (eligible, free) = exclude(lead, state, at: stamp, period: period, &scratch)
        // Where the truth is known, there is no doubt that fit would have to make up for.
        let exponent = scratch.knownConversions.isEmpty ? ExpectedValue.fitExponent(policy, state.tallies) : 0
        let features = LeadFeatures(lead, state.accounts, at: stamp)
        features.write(to: &scratch.row, state.values, slots: state.model.slotCount)
        score(
            eligible, free: free, lead: lead, features, state, policy, exponent: exponent, at: stamp, into: &scratch)
        return exponent
    }

    /// Partners without a turn are out of a rotation; what they own still comes to them.
    private static func leaveOutTurnless(_ state: State, _ scratch: inout EvaluationScratch) {
        var out = [UInt64](repeating: 0, count: state.partners.wordCount)
        for row in scratch.partners.indices where scratch.isIn[row] {
            let partner = scratch.partners[row]
            guard state.partners.profiles[partner].rotationWeight == 0 else { continue }
            scratch.isIn[row] = false
            out[partner >> 6] |= 1 << UInt64(partner & 63)
        }
        put(out: out, .noTurns, rule: -1, &scratch)
    }

    /// Lays rule after rule over all partners: who is eligible, and of those, who has a place free.
    private static func exclude(
        _ lead: LeadView, _ state: State, at stamp: Timestamp, period: Int64, _ scratch: inout EvaluationScratch
    ) -> (eligible: [UInt64], free: [UInt64]) {
        var alive = [UInt64](repeating: 0, count: state.partners.wordCount)
        var paused = alive
        for index in 0..<state.partners.count {
            let bit: UInt64 = 1 << UInt64(index & 63)
            switch state.partners.status[index] {
            case .active: alive[index >> 6] |= bit
            case .paused: paused[index >> 6] |= bit
            case .removed: break
            }
        }
        put(out: paused, .paused, rule: -1, &scratch)
        for (index, rule) in state.hardRules.enumerated() {
            let satisfying = HardRules.satisfying(rule, lead, state.partners)
            var out = alive
            for word in out.indices {
                out[word] &= ~satisfying[word]
                alive[word] &= satisfying[word]
            }
            put(out: out, .hardRule, rule: index, &scratch)
        }
        let watchesAbsences = state.isLogic(7) && state.policy?.absenceAhead.passesOver == true
            && state.partners.withAbsences.words.contains { $0 != 0 }
        func lay(_ reason: ExclusionReason) {
            if reason == .coolingDown && state.partners.coolingLatest <= stamp { return }
            if reason == .suspended && state.suspensions.latest <= stamp { return }
            if reason == .segmentCap && state.partners.withSegments.words.allSatisfy({ $0 == 0 }) { return }
            if reason == .leaving && !watchesAbsences { return }
            let out = who(isOut: reason, of: alive, lead, state, at: stamp, period: period)
            for word in out.indices { alive[word] &= ~out[word] }
            put(out: out, reason, rule: -1, &scratch)
        }
        for reason in [ExclusionReason.absent, .leaving, .suspended, .coolingDown, .tried] { lay(reason) }
        let eligible = alive
        for reason in [ExclusionReason.openLeadsCap, .periodCap, .segmentCap] { lay(reason) }
        return (eligible, alive)
    }

    /// Who of those still in is out for a reason that each partner is asked for; an empty row if nobody is.
    private static func who(
        isOut reason: ExclusionReason, of alive: [UInt64], _ lead: LeadView, _ state: State, at stamp: Timestamp,
        period: Int64
    ) -> [UInt64] {
        var out: [UInt64] = []
        for word in alive.indices {
            var rest = alive[word]
            while rest != 0 {
                let index = (word << 6) + rest.trailingZeroBitCount
                if isOut(reason, index, lead, state, at: stamp, period: period) {
                    if out.isEmpty { out = [UInt64](repeating: 0, count: alive.count) }
                    out[word] |= rest & (~rest &+ 1)
                }
                rest &= rest &- 1
            }
        }
        return out
    }

    @inline(__always)
    private static func isOut(
        _ reason: ExclusionReason, _ index: Int, _ lead: LeadView, _ state: State, at stamp: Timestamp,
        period: Int64
    ) -> Bool {
        switch reason {
        case .absent: state.partners.withAbsences[index] && state.partners.isAbsent(index, at: stamp)
        case .leaving:
            state.partners.withAbsences[index] && state.leavesBeforePromise(index, lead, at: stamp)
        case .suspended: state.suspensions[index].until > stamp
        case .coolingDown: state.partners.coolingUntil[index] > stamp
        case .tried: lead.tried.contains(UInt32(index))
        case .segmentCap: state.partners.withSegments[index] && state.partners.isSegmentFull(index, lead, in: period)
        default: CapacityLimits.reached(state.partners, index, besides: lead.offers(to: index), in: period) == reason
        }
    }

    private static func put(out: [UInt64], _ reason: ExclusionReason, rule: Int, _ scratch: inout EvaluationScratch) {
        if out.allSatisfy({ $0 == 0 }) { return }
        scratch.steps.append(.init(reason: reason, rule: rule, out: out))
    }

    private static func score(
        _ eligible: [UInt64], free: [UInt64], lead: LeadView, _ features: LeadFeatures, _ state: State,
        _ policy: Policy, exponent: Double, at stamp: Timestamp, into scratch: inout EvaluationScratch
    ) {
        forEachBit(eligible) { partner in
            scratch.isAtCap[scratch.partners.count] = free[partner >> 6] & (1 << UInt64(partner & 63)) == 0
            scratch.partners.append(partner)
        }
        let scorer = Scorer(
            fit: Fit(lead, state, policy, at: stamp),
            conversion: Conversion(lead, state, policy, row: scratch.row, features),
            minimum: Double(policy.minimumConversionBasisPoints) / 10_000, value: Double(lead.valueMinorUnits ?? 0),
            exponent: exponent, engagement: Engagement(state.tallies.programEngagement))
        scratch.fitCount = scorer.fit.count
        scratch.conversionCount = scorer.conversion.count
        scorer.fill(
            scratch.partners, state, fitContributions: &scratch.fitContributions,
            conversionContributions: &scratch.conversionContributions, fits: &scratch.fit,
            conversions: &scratch.conversion, engagements: &scratch.engagement, scores: &scratch.score,
            isIn: &scratch.isIn, isAtCap: scratch.isAtCap, knownConversions: scratch.knownConversions)
    }

    private static func exclusions(_ state: State, _ scratch: EvaluationScratch) -> [Exclusion] {
        var list: [Exclusion] = []
        for step in scratch.steps {
            var partners = 0
            for word in step.out { partners += word.nonzeroBitCount }
            list.append(Exclusion(
                reason: step.reason, rule: step.rule < 0 ? "" : state.hardRules[step.rule].name,
                partners: UInt32(partners)))
        }
        let turnless = scratch.steps.last.flatMap { $0.reason == .noTurns ? $0.out : nil } ?? []
        let below = scratch.partners.indices.reduce(0) { $0 + (scratch.isIn[$1] || scratch.isAtCap[$1] ? 0 : 1) }
            - turnless.reduce(0) { $0 + $1.nonzeroBitCount }
        if below > 0 { list.append(Exclusion(reason: .conversionBelowMinimum, partners: UInt32(below))) }
        return list
    }
}

/// Scores candidates, a row of the columns each.
private struct Scorer {
    let fit: Fit
    let conversion: Conversion
    let minimum: Double
    let value: Double
    let exponent: Double
    let engagement: Engagement

    /// The columns come one by one and are written through spans: their storage is looked up once, not once a value.
    func fill(
        _ partners: [Int], _ state: State, fitContributions: inout [Double], conversionContributions: inout [Double],
        fits: inout [Double], conversions: inout [Double], engagements: inout [Double], scores: inout [Double],
        isIn: inout [Bool], isAtCap: [Bool], knownConversions: [Double]
    ) {
        var fitContributions = fitContributions.mutableSpan
        var conversionContributions = conversionContributions.mutableSpan
        var fits = fits.mutableSpan
        var conversions = conversions.mutableSpan
        var engagements = engagements.mutableSpan
        var scores = scores.mutableSpan
        let habits = state.tallies.engagement.span
        let (least, most, largest) = (
            state.partners.typicalDealMin.span, state.partners.typicalDealMax.span,
            state.tallies.largestWonMinorUnits.span)
        let all = state.tallies.partners.span
        let ofVertical = fit.living?.verticalColumn.map { state.tallies.verticals[$0].tallies } ?? []
        let inVertical = ofVertical.span
        let records = state.records.partners.span
        var isIn = isIn.mutableSpan
        let crosses = state.model.weights.crosses.span
        let biases = state.model.weights.partners.span
        let rates = state.model.weights.rates.span
        let slower = state.model.slower, none: [WeightCell] = []
        let slowCrosses = (slower.isEmpty ? none : slower[0].weights.crosses).span
        let slowPartners = (slower.isEmpty ? none : slower[0].weights.partners).span
        let slowestCrosses = (slower.count < 2 ? none : slower[1].weights.crosses).span
        let slowestPartners = (slower.count < 2 ? none : slower[1].weights.partners).span
        let own = state.model.match.own.span
        let shared = state.model.match.shared.span
        let profiles = state.partners.lists.span
        let beliefs = state.model.blend.partnerBeliefs.span
        for row in partners.indices {
            let partner = partners[row]
            let estimate = conversion.estimate(
                of: partner, state.tallies, crosses: crosses, partners: biases, rates: rates, state.model.match,
                own: own, shared: shared, profiles: profiles, beliefs: beliefs, slowCrosses: slowCrosses,
                slowPartners: slowPartners, slowestCrosses: slowestCrosses, slowestPartners: slowestPartners,
                into: &conversionContributions, at: row * conversion.count)
            let acceptance = engagement.acceptance(habits[partner])
            let readings = FitReadings(
                typicalDealMin: least[partner], typicalDealMax: most[partner], largestWonMinorUnits: largest[partner],
                winRate: estimate.partnerRate, acceptance: acceptance, all: all[partner],
                inVertical: inVertical.isEmpty ? Tally() : inVertical[partner], record: records[partner])
            fits[row] = fit.contributions(of: partner, readings, into: &fitContributions, at: row * fit.count)
            conversions[row] = estimate.logOdds
            engagements[row] = engagement.factor(habits[partner], acceptance: acceptance)
        }
        for first in stride(from: 0, to: partners.count, by: 4) {
            let rows = min(4, partners.count - first)
            let expected = expected(from: first, rows, fits, conversions)
            for lane in 0..<rows {
                let row = first + lane
                let probability = knownConversions.isEmpty
                    ? expected.conversions[lane] : knownConversions[partners[row]]
                conversions[row] = probability
                scores[row] = ExpectedValue.score(
                    value: value, conversion: probability, fitFactor: expected.fitFactors[lane],
                    engagement: engagements[row])
                isIn[row] = probability >= minimum && !isAtCap[row]
            }
        }
    }

    /// Four rows at once: a polynomial waits for each of its steps, and while one waits there is time for three more.
    @inline(__always)
    private func expected(
        from first: Int, _ rows: Int, _ fits: borrowing MutableSpan<Double>, _ logOdds: borrowing MutableSpan<Double>
    ) -> (conversions: SIMD4<Double>, fitFactors: SIMD4<Double>) {
        var sums = SIMD4<Double>(repeating: 0), matches = SIMD4<Double>(repeating: 1)
        for lane in 0..<rows {
            sums[lane] = logOdds[first + lane]
            matches[lane] = fits[first + lane]
        }
        return (ElementaryFunctions.logistic(sums), ExpectedValue.fitFactors(matches, exponent: exponent))
    }
}
