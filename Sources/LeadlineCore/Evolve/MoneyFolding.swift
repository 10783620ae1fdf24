// What a closed deal came to, and what is taken back of it when it is corrected. Since logic version 7.

extension State {
    /// What a partner earns on a lead of its: as it agreed, else as its terms say.
    func commissionBasisPoints(_ lead: LeadTable.Lead, _ partner: Int) -> UInt32 {
        lead.holder == UInt32(partner) && lead.agreedBasisPoints != LeadTable.Lead.nothingAgreed
            ? lead.agreedBasisPoints : partners.commissionBasisPoints[partner]
    }

    /// A share of a deal, rounded down.
    static func commission(of amount: Int64, basisPoints: UInt32) -> Int64 {
        Int64(10_000).dividingFullWidth(amount.multipliedFullWidth(by: Int64(basisPoints))).quotient
    }

    /// The currency of a won deal's amount that cannot be counted, for want of a rate or because it is beyond all
    /// amounts; nil where it can.
    func currencyNotCounted(_ fact: DealWon) -> String? {
        guard isLogic(7) else { return nil }
        if let amount = fact.amount { return valueInProgramCurrency(amount) == nil ? amount.currency : nil }
        guard let slot = leads.slot(of: fact.leadID), value(of: leads.leads[slot]) == nil else { return nil }
        return vocabulary.word(leads.leads[slot].currency)
    }

    mutating func accrue(_ event: CommissionAccrued) {
        guard isLogic(7), let slot = leads.slot(of: event.leadID), let partner = partners.index(of: event.partnerID)
        else { return }
        let lead = leads.leads[slot]
        if money[lead.id] == nil && event.reversibleUntil == nil && lead.holder == UInt32(partner) {
            leads.leads[slot].accruedMinorUnits = event.amountMinorUnits
            return
        }
        var deal = money[lead.id] ?? .init(accrued: accrued(lead))
        deal.accrued.removeAll { $0.partner == UInt32(partner) }
        deal.accrued.append(.init(partner: UInt32(partner), minorUnits: event.amountMinorUnits))
        deal.reversibleUntil = event.reversibleUntil
        set(deal, slot)
    }

    mutating func reverse(_ event: CommissionReversed) {
        guard let slot = leads.slot(of: event.leadID) else { return }
        guard var deal = money[leads.leads[slot].id] else {
            leads.leads[slot].accruedMinorUnits = 0
            return
        }
        deal.accrued.removeAll { Int($0.partner) == partners.index(of: event.partnerID) }
        if deal.accrued.isEmpty { deal.reversibleUntil = nil }
        set(deal, slot)
    }

    /// Partners share the lead's commission from here on; what has accrued is shared anew by the events.
    mutating func share(_ fact: CommissionShared) {
        guard let (slot, shares) = shares(fact) else { return }
        var deal = money[leads.leads[slot].id] ?? .init(accrued: accrued(leads.leads[slot]))
        deal.shares = shares
        set(deal, slot)
    }

    private mutating func set(_ deal: DealMoney.Deal, _ slot: Int) {
        let lead = leads.leads[slot]
        leads.leads[slot].accruedMinorUnits = deal.accrued.reduce(0) { $0 + $1.minorUnits }
        let isOfOne = deal.accrued.allSatisfy { $0.partner == lead.holder }
        money[lead.id] = deal.isPlain && isOfOne ? nil : deal
    }

    /// What was said of a merged lead's commission is said of the lead that goes on, unless something was of that.
    mutating func moveShares(from merged: Int, to slot: Int) {
        let (from, to) = (leads.leads[merged].id, leads.leads[slot].id)
        guard let deal = money[from] else { return }
        money[from] = nil
        if money[to] == nil { money[to] = .init(shares: deal.shares, accrued: accrued(leads.leads[slot])) }
    }

    /// A partner's largest deal is taken back: the next largest is its largest.
    mutating func forgetLargest(_ slot: Int, _ partner: Int) {
        guard isLogic(7), leads.leads[slot].flags.contains(.won),
            leads.leads[slot].learnedMinorUnits >= tallies.largestWonMinorUnits[partner]
        else { return }
        var largest = tallies.largestArchivedMinorUnits[partner]
        for other in leads.leads.indices where other != slot && leads.leads[other].holder == UInt32(partner) {
            let lead = leads.leads[other]
            if lead.isWonDeal { largest = max(largest, lead.learnedMinorUnits) }
        }
        tallies.largestWonMinorUnits[partner] = largest
    }

    /// A deal that is archived is corrected no more.
    mutating func noteArchivedDeal(_ lead: LeadTable.Lead) {
        guard isLogic(7), lead.isWonDeal, lead.holder != LeadTable.nowhere else { return }
        let partner = Int(lead.holder)
        tallies.largestArchivedMinorUnits[partner] = max(
            tallies.largestArchivedMinorUnits[partner], lead.learnedMinorUnits)
    }

    /// What earlier logic did not remember: the commission that stands accrued. Terms that changed since the deal was
    /// won are not remembered, so the present ones are taken.
    mutating func beginMoney() {
        for slot in leads.leads.indices
        where leads.leads[slot].isWonDeal && leads.leads[slot].holder != LeadTable.nowhere {
            let rate = commissionBasisPoints(leads.leads[slot], Int(leads.leads[slot].holder))
            leads.leads[slot].wonBasisPoints = rate
            leads.leads[slot].accruedMinorUnits = Self.commission(
                of: leads.leads[slot].learnedMinorUnits, basisPoints: rate)
        }
    }
}

extension LeadTable.Lead {
    fileprivate var isWonDeal: Bool { status == .closed && flags.isSuperset(of: [.learned, .won]) }
}
