// Links between leads: a person of the vendor's undoes what Leadline linked, or links by hand. Since logic version 5.

extension Decision {
    // MARK: A link is undone

    mutating func unlinked(_ state: State, _ fact: LeadLinkStatement) -> [Event] {
        guard state.isLogic(5) else { return disregard(fact.leadID, .logicTooOld) }
        guard let slot = state.leads.ownSlot(of: fact.leadID).map({ Int($0) }) else {
            return disregard(fact.leadID, .leadUnknown)
        }
        let lead = state.leads.leads[slot]
        guard isLinked(state, lead, fact) else { return disregard(fact.leadID, .notLinked) }
        // A merged lead that somebody withdrew, or whose person is gone, would go to nobody.
        if lead.status == .merged && lead.marks.contains(.over) { return disregard(fact.leadID, .leadClosed) }
        let change = change(fact, linked: false)
        let view = state.view(ofLeadAt: slot, isOfAccount: fact.link == .sameEnquiry)
        if lead.status == .merged {
            if lead.marks.contains(.suppressed) { return [change] + escalate(state, lead.id, .addressSuppressed) }
            return [change] + reroute(state, slot, .unlinked, view)
        }
        guard lead.isOpen, lead.marks.contains(.byOwnership), lead.flags.isDisjoint(with: [.accepted, .responded])
        else { return [change] }
        // The turn is given back where it was taken, and so is the place: the holder may get the lead again.
        return ended(state, lead, .unlinked) + [change]
            + reroute(state.withoutPlace(ofLeadAt: slot), slot, .unlinked, view)
    }

    /// True if the link that is to be undone is there.
    private func isLinked(_ state: State, _ lead: LeadTable.Lead, _ fact: LeadLinkStatement) -> Bool {
        switch fact.link {
        case .sameEnquiry:
            return lead.status == .merged && state.leads.leads[Int(lead.link)].id == fact.otherLeadID
        case .sameCompany:
            return lead.account != LeadTable.nowhere && isOf(lead.account, state, fact.otherLeadID)
        }
    }

    /// True if the other lead, where one is named, is of the account.
    private func isOf(_ account: UInt32, _ state: State, _ otherLeadID: String) -> Bool {
        if otherLeadID.isEmpty { return true }
        return state.leads.ownSlot(of: otherLeadID).map { state.leads.leads[Int($0)].account == account } ?? false
    }

    // MARK: A link is made by hand

    func linked(_ state: State, _ fact: LeadLinkStatement) -> [Event] {
        guard state.isLogic(5) else { return disregard(fact.leadID, .logicTooOld) }
        guard let slot = state.leads.ownSlot(of: fact.leadID).map({ Int($0) }) else {
            return disregard(fact.leadID, .leadUnknown)
        }
        let lead = state.leads.leads[slot]
        if fact.link == .sameEnquiry { return merge(state, lead, fact) }
        guard lead.severedAccount != LeadTable.nowhere, isOf(lead.severedAccount, state, fact.otherLeadID) else {
            return disregard(fact.leadID, .notLinked)
        }
        return [change(fact, linked: true)]
    }

    /// One of two open leads of a person and company goes on for both. Rights bind persons, so leads of two are not
    /// merged: whoever finds that they are one person says that first.
    private func merge(_ state: State, _ lead: LeadTable.Lead, _ fact: LeadLinkStatement) -> [Event] {
        guard let target = state.leads.slot(of: fact.otherLeadID) else {
            return disregard(fact.otherLeadID, .leadUnknown)
        }
        let other = state.leads.leads[target]
        guard lead.isOpen, other.isOpen else { return disregard(fact.leadID, .leadClosed) }
        let isOnePerson = state.persons.group(of: [lead.subject]).contains(other.subject)
        let isOneCompany = lead.account != LeadTable.nowhere && lead.account == other.account
        guard lead.id != other.id, isOnePerson, isOneCompany else { return disregard(fact.leadID, .notLinked) }
        let review = lead.flags.contains(.underReview) ? resolved(lead, overridden: true) : []
        // The link is to the lead that goes on, whichever of its ids was said, and is undone by that one's.
        var named = fact
        named.otherLeadID = other.id
        return [change(named, linked: true)] + ended(state, lead, .linked) + review
            + [.leadMerged(LeadMerged(leadID: lead.id, intoLeadID: other.id, sameID: false))]
    }

    private func change(_ fact: LeadLinkStatement, linked: Bool) -> Event {
        .leadLinkChanged(LeadLinkChanged(
            leadID: fact.leadID, otherLeadID: fact.otherLeadID, link: fact.link, linked: linked))
    }
}
