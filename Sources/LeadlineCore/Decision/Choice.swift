extension Evaluation {
    /// Chooses among the scored candidates and fills in the summary's ranking.
    static func choose(
        _ lead: LeadView, _ state: State, _ policy: Policy, at stamp: Timestamp, period: Int64,
        from scratch: EvaluationScratch, into outcome: inout Outcome
    ) {
        let best = bestRows(scratch)
        // Loops where a closure would capture, and so copy, the whole state.
        outcome.summary.best.reserveCapacity(best.count)
        for row in best { outcome.summary.best.append(candidate(row, state, scratch)) }
        for row in bestAtCap(scratch, besides: best) { outcome.summary.atCap.append(candidate(row, state, scratch)) }
        let claim = Ownership.claim(on: lead, state, policy)
        if let owner = eligibleOwner(lead, claim, state, policy, at: stamp, scratch) {
            if CapacityLimits.reached(state.partners, owner, lead, in: period) != nil {
                outcome.ownerAtCap = true
                outcome.summary.claimID = claim?.id ?? ""
                return
            }
            if scratch.partners.contains(owner) {
                outcome.summary.claimID = claim?.id ?? ""
                settle(owner, by: .ownership, state, scratch, best: best, into: &outcome)
                return
            }
        }
        guard let top = best.first else { return }
        if outcome.summary.method == .bidPrice, !policy.alwaysAssign, state.prices.canReserve, areReserved(scratch) {
            outcome.placesReserved = true
            return
        }
        let usual = usualChoice(lead, top: top, state, scratch, into: &outcome)
        // Most policies draw no lots; their leads do without the list.
        let candidates = policy.exploration.shareBasisPoints == 0 ? [] : inRows(scratch)
        guard let draw = state.lots.draw(policy.exploration, candidates: candidates.count, period: period) else {
            settle(usual.partner, by: usual.basis, state, scratch, best: best, into: &outcome)
            return
        }
        let drawn = draw.candidate.map { scratch.partners[candidates[$0]] }
        let chosen = drawn ?? usual.partner
        outcome.summary.propensity = draw.propensity(isUsual: chosen == usual.partner, of: candidates.count)
        let basis = drawn == nil ? usual.basis : .exploration
        settle(chosen, by: basis, state, scratch, best: best, into: &outcome)
    }

    /// True if every free place is expected to bring more than this lead there. Having taken more than others is no
    /// reason to send a lead away; nor is a difference that rounding makes.
    private static func areReserved(_ scratch: EvaluationScratch) -> Bool {
        let tolerance = 1 - 1e-6
        return scratch.partners.indices.allSatisfy {
            !scratch.isIn[$0] || scratch.score[$0] + max(scratch.favour[$0], 0) < scratch.placePrice[$0] * tolerance
        }
    }

    private static func candidate(_ row: Int, _ state: State, _ scratch: EvaluationScratch) -> Candidate {
        Candidate(
            partnerID: state.partners.profiles[scratch.partners[row]].partnerID, score: scratch.score[row],
            fit: scratch.fit[row], conversion: scratch.conversion[row], placePrice: scratch.placePrice[row],
            favour: scratch.favour[row], waitingPrice: scratch.waitingPrice(row))
    }

    /// Whom the method chooses where no lot is drawn; names those who tie.
    private static func usualChoice(
        _ lead: LeadView, top: Int, _ state: State, _ scratch: EvaluationScratch, into outcome: inout Outcome
    ) -> (partner: Int, basis: SelectionBasis) {
        if outcome.summary.method.takesTurns {
            let partners = inRows(scratch).map { scratch.partners[$0] }
            let next = state.turns.next(
                among: partners, in: lead.words.country, lastAssigned: state.partners.lastAssigned)
            return (next ?? scratch.partners[top], .rotation)
        }
        let tied = tiedRows(with: top, outcome.summary.method, scratch).map { scratch.partners[$0] }
        if tied.count == 1 { return (scratch.partners[top], outcome.summary.method == .highestFit ? .fit : .score) }
        for partner in tied { outcome.summary.tiedPartnerIDs.append(state.partners.profiles[partner].partnerID) }
        return (byDebt(tied, state.partners, undecidedTies: state.undecidedTies), .tieDebt)
    }

    private static func inRows(_ scratch: EvaluationScratch) -> [Int] { scratch.partners.indices.filter {
        scratch.isIn[$0] }
    }

    private static func settle(
        _ partner: Int, by basis: SelectionBasis, _ state: State, _ scratch: EvaluationScratch, best: [Int],
        into outcome: inout Outcome
    ) {
        outcome.chosen = partner
        outcome.summary.basis = basis
        guard let runnerUp = best.first(where: { scratch.partners[$0] != partner }) else { return }
        outcome.summary.runnerUpPartnerID = state.partners.profiles[scratch.partners[runnerUp]].partnerID
    }

    /// The account's owner, unless it is gone, away, against a hard rule, or had this lead before: then competition
    /// decides.
    private static func eligibleOwner(
        _ lead: LeadView, _ claim: ClaimTable.Claim?, _ state: State, _ policy: Policy, at stamp: Timestamp,
        _ scratch: EvaluationScratch
    ) -> Int? {
        guard let owner = claim.map({ Int($0.partner) }) ?? owner(lead, state, policy, at: stamp),
            state.partners.active[owner]
        else { return nil }
        let isOut = scratch.steps.contains { step in
            ![.openLeadsCap, .periodCap, .segmentCap, .noTurns].contains(step.reason)
                && step.out[owner >> 6] & (1 << UInt64(owner & 63)) != 0
        }
        return isOut ? nil : owner
    }

    private static func owner(_ lead: LeadView, _ state: State, _ policy: Policy, at stamp: Timestamp) -> Int? {
        guard policy.ownerFirst, let account = lead.account else { return nil }
        return Ownership.owner(ofAccount: account, besides: lead.slot, state, at: stamp)
    }

    /// Rows of the best candidates that are in, best first; equal scores in order of registration.
    private static func bestRows(_ scratch: EvaluationScratch) -> [Int] {
        var best: [Int] = []
        best.reserveCapacity(bestMax + 1)
        for row in scratch.partners.indices where scratch.isIn[row] {
            insert(row, into: &best, by: scratch.rank)
        }
        return best
    }

    /// The best of those at a cap, if their score would have put them among the best.
    private static func bestAtCap(_ scratch: EvaluationScratch, besides best: [Int]) -> [Int] {
        let least = best.count == bestMax ? best.reduce(Double.infinity) { min($0, scratch.score[$1]) } : 0
        var rows: [Int] = []
        for row in scratch.partners.indices where scratch.isAtCap[row] && scratch.score[row] > least {
            insert(row, into: &rows, by: scratch.score)
        }
        return rows
    }

    /// Keeps the best `bestMax` rows in falling order; equal ones in order of registration.
    private static func insert(_ row: Int, into best: inout [Int], by rank: [Double]) {
        if best.count == bestMax, rank[row] <= rank[best[bestMax - 1]] { return }
        var at = best.count
        while at > 0 && rank[row] > rank[best[at - 1]] { at -= 1 }
        best.insert(row, at: at)
        if best.count > bestMax { best.removeLast() }
    }

    /// Candidates that rank equal to the best: by money to the minor unit, which nobody can tell apart, by fit to the
    /// thousandth of a percent.
    private static func tiedRows(with top: Int, _ method: RoutingMethod, _ scratch: EvaluationScratch) -> [Int] {
        let unit = method == .highestFit ? 100_000.0 : 1.0
        let whole = (scratch.rank[top] * unit).rounded()
        return scratch.partners.indices.filter { scratch.isIn[$0] && (scratch.rank[$0] * unit).rounded() == whole }
    }

    /// Who is owed most by earlier ties; among those, who waited longest; among those, the next in
    /// order, one further along each time.
    private static func byDebt(_ tied: [Int], _ partners: PartnerTable, undecidedTies: UInt64) -> Int {
        let (debts, assigned) = (partners.tieDebtMicros, partners.lastAssigned)
        let debt = tied.map { debts[$0] }.max()
        let owed = tied.filter { debts[$0] == debt }
        let oldest = owed.map { assigned[$0] }.min()
        let waiting = owed.filter { assigned[$0] == oldest }
        return waiting[Int(undecidedTies % UInt64(waiting.count))]
    }
}
