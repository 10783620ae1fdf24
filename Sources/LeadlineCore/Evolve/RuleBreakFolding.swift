// Facts change after a decision: a lead's, its company's or its holder's. Whoever holds a lead against a hard rule
// since then is noted, and what is done about it is an entry of its own, so that no profile waits for all leads of its
// partner. Since logic version 7.

extension State {
    /// The first hard rule that a lead's holder breaks; nil if it breaks none, or nobody holds the lead.
    func brokenRule(_ slot: Int) -> CompiledRule? {
        let lead = leads.leads[slot]
        guard isLogic(7), lead.status == .assigned, lead.holder != LeadTable.nowhere, !hardRules.isEmpty else {
            return nil
        }
        let view = view(ofLeadAt: slot)
        return hardRules.first { !HardRules.holds($0, view, Int(lead.holder), partners) }
    }

    /// Runs what changes facts about these leads, and notes the ones whose holders break a rule since.
    mutating func noteBreaks(_ slots: [Int], _ cause: RuleBreakCause, _ change: (inout State) -> Void) {
        let sound = isLogic(7) && !hardRules.isEmpty ? slots.filter { brokenRule($0) == nil } : []
        change(&self)
        for slot in sound where brokenRule(slot) != nil && ruleBreaks[slot] == nil {
            ruleBreaks[slot] = .init(at: lastStamp, cause: cause)
            agenda.add(.ruleBreak, UInt32(slot), at: lastStamp)
        }
    }

    /// Leads that a partner holds, where a new profile may make it break a rule: another tier, or other lists.
    func leadsTouched(by profile: PartnerProfile) -> [Int] {
        guard isLogic(7), !hardRules.isEmpty, let partner = partners.index(of: profile.partnerID),
            partners.openLeads[partner] > 0
        else { return [] }
        let known = partners.profiles[partner]
        if known.tier == profile.tier && PartnerList.allCases.allSatisfy({ known[$0] == profile[$0] }) { return [] }
        return leads.assigned(to: partner)
    }

    /// Open leads of a company.
    func openLeads(ofAccount account: Digest128?) -> [Int] {
        guard isLogic(7), !hardRules.isEmpty, let account, let index = accounts.index(of: account) else { return [] }
        var slots: [Int] = []
        var at = accounts.accounts[index].firstOpenLead
        while at != LeadTable.nowhere {
            slots.append(Int(at))
            at = leads.leads[Int(at)].link
        }
        return slots
    }

    mutating func takeDueRuleBreak(_ through: Timestamp) {
        guard let item = agenda.first, item.at <= through, item.kind == .ruleBreak else { return }
        ruleBreaks[Int(item.index)] = nil
    }

    /// The lead is taken from its holder for no fault of either: it counts there no more.
    mutating func giveBackPlace(_ leadID: String) {
        guard isLogic(7), let slot = leads.slot(of: leadID), leads.leads[slot].holder != LeadTable.nowhere else {
            return
        }
        let lead = leads.leads[slot]
        uncount(lead.place, ofLeadAt: slot, Int(lead.holder), assignedAt: lead.assignedAt)
        // What is given back is given back once.
        leads.leads[slot].place = CountedPlace(country: lead.place.country)
    }
}
