extension Evaluation {
    /// Chooses among the scored candidates and fills in the summary's ranking.
    static func choose(
        _ lead: LeadView, _ state: State, _ policy: Policy, at stamp: Timestamp, period: Int64,
        _ scratch: EvaluationScratch, _ outcome: inout Outcome
    ) {
        let best = bestRows(scratch)
        // Loops where a closure would capture, and so copy, the whole state.
        outcome.summary.best.reserveCapacity(best.count)
        for row in best {
            outcome.summary.best.append(Candidate(
                partnerID: state.partners.profiles[scratch.partners[row]].partnerID, score: scratch.score[row],
                fit: scratch.fit[row], conversion: scratch.conversion[row]))
        }
        if let owner = eligibleOwner(lead, state, policy, at: stamp, scratch) {
            if CapacityLimits.reached(state.partners, owner, lead, in: period) != nil {
                outcome.ownerAtCap = true
                return
            }
            if scratch.partners.contains(owner) {
                settle(owner, .ownership, state, scratch, best, &outcome)
                return
            }
        }
        guard let top = best.first else { return }
        let tied = tiedRows(with: top, scratch).map { scratch.partners[$0] }
        if tied.count == 1 {
            settle(scratch.partners[top], .score, state, scratch, best, &outcome)
        } else {
            for partner in tied { outcome.summary.tiedPartnerIDs.append(state.partners.profiles[partner].partnerID) }
            settle(byDebt(tied, state.partners, rotation: state.rotation), .tieDebt, state, scratch, best, &outcome)
        }
    }

    private static func settle(
        _ partner: Int, _ basis: SelectionBasis, _ state: State, _ scratch: EvaluationScratch, _ best: [Int],
        _ outcome: inout Outcome
    ) {
        outcome.chosen = partner
        outcome.summary.basis = basis
        guard let runnerUp = best.first(where: { scratch.partners[$0] != partner }) else { return }
        outcome.summary.runnerUpPartnerID = state.partners.profiles[scratch.partners[runnerUp]].partnerID
    }

    /// The account's owner, unless it is gone, away, against a hard rule, or had this lead before: then competition decides.
    private static func eligibleOwner(
        _ lead: LeadView, _ state: State, _ policy: Policy, at stamp: Timestamp, _ scratch: EvaluationScratch
    ) -> Int? {
        guard policy.ownerFirst, let account = lead.account,
            let owner = Ownership.owner(ofAccount: account, besides: lead.slot, state, at: stamp), state.partners.active[owner]
        else { return nil }
        let isOut = scratch.steps.contains { step in
            ![.openLeadsCap, .periodCap, .segmentCap].contains(step.reason) && step.out[owner >> 6] & (1 << UInt64(owner & 63)) != 0
        }
        return isOut ? nil : owner
    }

    /// Rows of the best candidates that are in, best first; equal scores in order of registration.
    private static func bestRows(_ scratch: EvaluationScratch) -> [Int] {
        var best: [Int] = []
        best.reserveCapacity(bestMax + 1)
        for row in scratch.partners.indices where scratch.isIn[row] {
            if best.count == bestMax, scratch.score[row] <= scratch.score[best[bestMax - 1]] { continue }
            var at = best.count
            while at > 0 && scratch.score[row] > scratch.score[best[at - 1]] { at -= 1 }
            best.insert(row, at: at)
            if best.count > bestMax { best.removeLast() }
        }
        return best
    }

    /// Candidates whose score equals the best one's to the minor unit: money that nobody can tell apart.
    private static func tiedRows(with top: Int, _ scratch: EvaluationScratch) -> [Int] {
        let whole = scratch.score[top].rounded()
        return scratch.partners.indices.filter { scratch.isIn[$0] && scratch.score[$0].rounded() == whole }
    }

    /// Who is owed most by earlier ties; among those, who waited longest; among those, the next in rotation.
    private static func byDebt(_ tied: [Int], _ partners: PartnerTable, rotation: UInt64) -> Int {
        let (debts, assigned) = (partners.tieDebtMicros, partners.lastAssigned)
        let debt = tied.map { debts[$0] }.max()
        let owed = tied.filter { debts[$0] == debt }
        let oldest = owed.map { assigned[$0] }.min()
        let waiting = owed.filter { assigned[$0] == oldest }
        return waiting[Int(rotation % UInt64(waiting.count))]
    }
}
