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
    /// Partner index of each scored candidate.
    var partners: [Int] = []
    var fitContributions: [Double] = []
    var conversionContributions: [Double] = []
    var fit: [Double] = []
    var conversion: [Double] = []
    var score: [Double] = []
    /// False for a scored candidate whose conversion is below the policy's minimum.
    var isIn: [Bool] = []

    /// Empty columns.
    public init() {}

    mutating func reset(partnerCount: Int) {
        steps.removeAll(keepingCapacity: true)
        partners.removeAll(keepingCapacity: true)
        isIn.removeAll(keepingCapacity: true)
        if fit.count < partnerCount {
            fitContributions = Array(repeating: 0, count: partnerCount * Fit.count)
            conversionContributions = Array(repeating: 0, count: partnerCount * Conversion.count)
            fit = Array(repeating: 0, count: partnerCount)
            conversion = fit
            score = fit
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
        var summary: EvaluationSummary
    }

    /// Evaluates every partner for a lead whose value is known. `policy` is the state's.
    static func evaluate(
        _ lead: LeadView, _ state: State, _ policy: Policy, at stamp: Timestamp, scratch: inout EvaluationScratch
    ) -> Outcome {
        scratch.reset(partnerCount: state.partners.count)
        let period = CapacityLimits.period(at: stamp, policy)
        let eligible = exclude(lead, state, at: stamp, period: period, &scratch)
        let exponent = ExpectedValue.fitExponent(policy, state.tallies)
        score(eligible, lead, state, policy, exponent, &scratch)

        var summary = EvaluationSummary()
        summary.policyVersion = state.policyVersion
        summary.modelVersion = state.tallies.version
        summary.dealValueMinorUnits = lead.valueMinorUnits ?? 0
        summary.fitExponent = exponent
        summary.scored = UInt32(scratch.partners.count)
        summary.exclusions = exclusions(state, scratch)
        summary.digest = digest(summary, scratch)

        var outcome = Outcome(chosen: nil, summary: summary)
        choose(lead, state, policy, at: stamp, period: period, scratch, &outcome)
        return outcome
    }

    /// Lays rule after rule over all partners and keeps who is still in.
    private static func exclude(
        _ lead: LeadView, _ state: State, at stamp: Timestamp, period: Int64, _ scratch: inout EvaluationScratch
    ) -> [UInt64] {
        let partners = state.partners
        var alive = [UInt64](repeating: 0, count: partners.wordCount)
        var paused = alive
        for index in 0..<partners.count {
            let bit: UInt64 = 1 << UInt64(index & 63)
            switch partners.status[index] {
            case .active: alive[index >> 6] |= bit
            case .paused: paused[index >> 6] |= bit
            case .removed: break
            }
        }
        put(out: paused, .paused, rule: -1, &scratch)
        for (index, rule) in state.hardRules.enumerated() {
            let satisfying = HardRules.satisfying(rule, lead, partners)
            var out = alive
            for word in out.indices {
                out[word] &= ~satisfying[word]
                alive[word] &= satisfying[word]
            }
            put(out: out, .hardRule, rule: index, &scratch)
        }
        removeSome(&alive, .absent, &scratch) { partners.withAbsences[$0] && partners.isAbsent($0, at: stamp) }
        if !lead.tried.isEmpty { removeSome(&alive, .tried, &scratch) { lead.tried.contains(UInt32($0)) } }
        removeSome(&alive, .openLeadsCap, &scratch) { CapacityLimits.reached(partners, $0, in: period) == .openLeadsCap }
        removeSome(&alive, .periodCap, &scratch) { CapacityLimits.reached(partners, $0, in: period) == .periodCap }
        return alive
    }

    private static func removeSome(
        _ alive: inout [UInt64], _ reason: ExclusionReason, _ scratch: inout EvaluationScratch, _ isOut: (Int) -> Bool
    ) {
        var out: [UInt64] = []
        let count = alive.count
        forEachBit(alive) { index in
            if isOut(index) {
                if out.isEmpty { out = [UInt64](repeating: 0, count: count) }
                out[index >> 6] |= 1 << UInt64(index & 63)
            }
        }
        if out.isEmpty { return }
        for word in alive.indices { alive[word] &= ~out[word] }
        put(out: out, reason, rule: -1, &scratch)
    }

    private static func put(out: [UInt64], _ reason: ExclusionReason, rule: Int, _ scratch: inout EvaluationScratch) {
        if out.allSatisfy({ $0 == 0 }) { return }
        scratch.steps.append(.init(reason: reason, rule: rule, out: out))
    }

    private static func score(
        _ eligible: [UInt64], _ lead: LeadView, _ state: State, _ policy: Policy, _ exponent: Double,
        _ scratch: inout EvaluationScratch
    ) {
        let fit = Fit(lead, state, policy)
        let conversion = Conversion(lead, state, policy)
        let minimum = Double(policy.minimumConversionBasisPoints) / 10_000
        let value = Double(lead.valueMinorUnits ?? 0)
        forEachBit(eligible) { partner in
            let row = scratch.partners.count
            let estimate = conversion.estimate(
                of: partner, state.tallies, into: &scratch.conversionContributions, at: row * Conversion.count)
            let match = fit.contributions(
                of: partner, state, winRate: estimate.partnerRate, into: &scratch.fitContributions, at: row * Fit.count)
            scratch.partners.append(partner)
            scratch.fit[row] = match
            scratch.conversion[row] = estimate.conversion
            scratch.score[row] = ExpectedValue.score(
                value: value, conversion: estimate.conversion, fit: match, exponent: exponent)
            scratch.isIn.append(estimate.conversion >= minimum)
        }
    }

    private static func exclusions(_ state: State, _ scratch: EvaluationScratch) -> [Exclusion] {
        var list = scratch.steps.map { step in
            Exclusion(
                reason: step.reason, rule: step.rule < 0 ? "" : state.hardRules[step.rule].name,
                partners: UInt32(step.out.reduce(0) { $0 + $1.nonzeroBitCount }))
        }
        let below = scratch.isIn.reduce(0) { $0 + ($1 ? 0 : 1) }
        if below > 0 { list.append(Exclusion(reason: .conversionBelowMinimum, partners: UInt32(below))) }
        return list
    }

    /// A hash over the whole evaluation: inputs, who was out by which step, every candidate's every contribution.
    private static func digest(_ summary: EvaluationSummary, _ scratch: EvaluationScratch) -> Digest128 {
        var hash = SipHash128()
        hash.absorb(UInt64(bitPattern: summary.dealValueMinorUnits))
        hash.absorb(summary.fitExponent)
        for step in scratch.steps {
            hash.absorb(UInt64(step.reason.rawValue) << 32 | UInt64(UInt32(bitPattern: Int32(step.rule))))
            for word in step.out { hash.absorb(word) }
        }
        for row in scratch.partners.indices {
            hash.absorb(UInt64(scratch.partners[row]) << 1 | (scratch.isIn[row] ? 1 : 0))
            for column in 0..<Fit.count { hash.absorb(scratch.fitContributions[row * Fit.count + column]) }
            for column in 0..<Conversion.count {
                hash.absorb(scratch.conversionContributions[row * Conversion.count + column])
            }
            hash.absorb(scratch.score[row])
        }
        return hash.digest()
    }
}
