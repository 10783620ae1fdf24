// What accrues of a deal that is won, to whom, and what is taken back of it. Since logic version 7.
//
// | what is said | what comes of it |
// | --- | --- |
// | the deal is won | its commission accrues, shared as was said |
// | it was won for another amount | what stands is taken back, and the commission of the new amount accrues |
// | it was lost after all | what stands is taken back |
// | either, for less, after the time in which the policy has commission taken back | what stands, stands |
// | other shares | what a partner has more or less by them is taken back and accrues; the sum stays |

extension Decision {
    /// The commission of a deal that ends, or is corrected, and is worth so much.
    func commission(
        _ state: State, _ lead: LeadTable.Lead, _ partner: Int, won: Bool, worth: Int64
    ) -> [Event] {
        let deal = state.money[lead.id]
        let standing = state.accrued(lead)
        let before = standing.reduce(0) { $0 + $1.minorUnits }
        // Another amount of a deal that is won keeps its rate; one that is won after it was lost is won now.
        let isWon = lead.status == .closed && lead.flags.contains(.won)
        let rate = isWon && lead.wonBasisPoints != LeadTable.Lead.nothingAgreed
            ? lead.wonBasisPoints : state.commissionBasisPoints(lead, partner)
        let total = won && rate > 0 ? State.commission(of: worth, basisPoints: rate) : 0
        if let until = deal?.reversibleUntil, before > 0, stamp > until, total <= before { return [] }
        var events = standing.compactMap { state.reversal($0, lead) }
        if !won || rate == 0 { return events }
        var reversibleUntil = deal?.reversibleUntil
        if !isWon && before == 0 && state.isLogic(7) {
            reversibleUntil = state.policy?.clawbackDays.map {
                stamp.adding(micros: Int64($0) * Timestamp.microsPerDay)
            }
        }
        let shares = deal?.shares ?? []
        for part in state.parts(of: total, shares, winner: partner) {
            events.append(
                state.accrual(part, lead, rate: rate, isShared: !shares.isEmpty, reversibleUntil: reversibleUntil))
        }
        return events
    }

    /// Other shares of a lead's commission: what they change of what stands.
    func commissionShared(_ state: State, _ fact: CommissionShared) -> [Event] {
        guard state.isLogic(7) else { return disregard(fact.leadID, .logicTooOld) }
        if let stranger = fact.shares.first(where: { state.partners.index(of: $0.partnerID) == nil }) {
            return disregard(stranger.partnerID, .partnerUnknown)
        }
        guard let (slot, shares) = state.shares(fact) else { return disregard(fact.leadID, .leadUnknown) }
        let lead = state.leads.leads[slot], deal = state.money[lead.id]
        if shares == deal?.shares ?? [] { return disregard(lead.id, .noChange) }
        let standing = state.accrued(lead)
        let total = standing.reduce(0) { $0 + $1.minorUnits }
        if total == 0 || lead.holder == LeadTable.nowhere { return [] }
        let parts = state.parts(of: total, shares, winner: Int(lead.holder))
        func isSame(_ one: DealMoney.Accrued) -> Bool {
            parts.contains { $0.partner == Int(one.partner) && $0.minorUnits == one.minorUnits }
        }
        var events = standing.filter { !isSame($0) }.compactMap { state.reversal($0, lead) }
        for part in parts {
            let isThere = standing.contains { Int($0.partner) == part.partner && $0.minorUnits == part.minorUnits }
            if isThere || part.minorUnits == 0 { continue }
            events.append(
                state.accrual(
                    part, lead, rate: lead.wonBasisPoints, isShared: !shares.isEmpty,
                    reversibleUntil: deal?.reversibleUntil))
        }
        return events
    }
}

extension State {
    /// What one partner gets of a commission.
    struct Part {
        var partner: Int
        var minorUnits: Int64
        /// Of the whole commission.
        var basisPoints: UInt32
    }

    /// Each share rounded down; what is left over is the winner's, first. Whose share is nothing has no part.
    func parts(of total: Int64, _ shares: [DealMoney.Share], winner: Int) -> [Part] {
        var parts = [Part(partner: winner, minorUnits: total, basisPoints: 10_000)]
        for share in shares where Int(share.partner) != winner && share.basisPoints > 0 {
            let part = Part(
                partner: Int(share.partner), minorUnits: Self.commission(of: total, basisPoints: share.basisPoints),
                basisPoints: share.basisPoints)
            parts[0].minorUnits -= part.minorUnits
            parts[0].basisPoints -= part.basisPoints
            parts.append(part)
        }
        if parts[0].basisPoints == 0 && parts.count > 1 {
            // What rounding leaves over is nobody's but the first one's that is named.
            parts[1].minorUnits += parts[0].minorUnits
            parts.removeFirst()
        }
        return parts
    }

    /// The lead that shares are said of, and the shares: one a partner, and never more than there is.
    func shares(_ fact: CommissionShared) -> (slot: Int, [DealMoney.Share])? {
        guard isLogic(7), let slot = leads.slot(of: fact.leadID) else { return nil }
        var shares: [DealMoney.Share] = []
        var left: UInt32 = 10_000
        for share in fact.shares {
            guard let partner = partners.index(of: share.partnerID) else { return nil }
            let part = min(share.basisPoints, left)
            left -= part
            if let known = shares.firstIndex(where: { $0.partner == UInt32(partner) }) {
                shares[known].basisPoints += part
            } else if part > 0 {
                shares.append(.init(partner: UInt32(partner), basisPoints: part))
            }
        }
        return (slot, shares)
    }

    /// What stands accrued of a lead's deal.
    func accrued(_ lead: LeadTable.Lead) -> [DealMoney.Accrued] {
        if let deal = money[lead.id] { return deal.accrued }
        guard lead.accruedMinorUnits > 0, lead.holder != LeadTable.nowhere else { return [] }
        return [.init(partner: lead.holder, minorUnits: lead.accruedMinorUnits)]
    }

    /// A partner earns its part of a lead's commission.
    func accrual(
        _ part: Part, _ lead: LeadTable.Lead, rate: UInt32, isShared: Bool, reversibleUntil: Timestamp?
    ) -> Event {
        .commissionAccrued(CommissionAccrued(
            leadID: lead.id, partnerID: partners.profiles[part.partner].partnerID, amountMinorUnits: part.minorUnits,
            rateBasisPoints: rate, shareBasisPoints: isShared ? part.basisPoints : 0,
            reversibleUntil: reversibleUntil))
    }

    /// Nil where nothing is to be taken back.
    func reversal(_ accrued: DealMoney.Accrued, _ lead: LeadTable.Lead) -> Event? {
        if accrued.minorUnits == 0 { return nil }
        return .commissionReversed(CommissionReversed(
            leadID: lead.id, partnerID: partners.profiles[Int(accrued.partner)].partnerID,
            amountMinorUnits: accrued.minorUnits, rateBasisPoints: lead.wonBasisPoints))
    }
}
