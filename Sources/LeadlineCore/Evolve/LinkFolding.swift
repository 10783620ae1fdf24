// Links between leads that a person undid or made. Since logic version 5.

extension State {
    mutating func change(_ event: LeadLinkChanged) {
        guard let slot = leads.ownSlot(of: event.leadID).map({ Int($0) }) else { return }
        switch (event.link, event.linked) {
        case (.sameEnquiry, false): reopen(slot)
        // The merging itself is an event of its own.
        case (.sameEnquiry, true): break
        case (.sameCompany, false):
            if leads.leads[slot].status == .merged { reopen(slot) }
            leaveAccount(slot)
        case (.sameCompany, true): returnToAccount(slot)
        }
    }

    /// The merged lead is one of its own again. Neither it nor the other takes in a lead by itself any more: whose of
    /// the two enquiries that were told apart it is, no address can say.
    private mutating func reopen(_ slot: Int) {
        guard leads.leads[slot].status == .merged else { return }
        leads.leads[Int(leads.leads[slot].link)].marks.insert(.apart)
        leads.reopen(slot)
        leads.leads[slot].marks.insert(.apart)
        linkToAccount(slot)
        linkToPerson(slot)
    }

    /// The lead is of no company from here on; what it won makes nobody the owner of one.
    private mutating func leaveAccount(_ slot: Int) {
        let account = leads.leads[slot].account
        guard account != LeadTable.nowhere else { return }
        if leads.leads[slot].status == .closed { disown(Int(account), through: slot) } else { unlinkFromAccount(slot) }
        leads.leads[slot].account = LeadTable.nowhere
        leads.leads[slot].severedAccount = account
    }

    private mutating func returnToAccount(_ slot: Int) {
        let account = leads.leads[slot].severedAccount
        guard account != LeadTable.nowhere, leads.leads[slot].account == LeadTable.nowhere else { return }
        leads.leads[slot].account = account
        leads.leads[slot].severedAccount = LeadTable.nowhere
        if leads.leads[slot].isOpen { linkToAccount(slot) }
    }

    // MARK: What is over for good

    /// Somebody ended a lead by the id of one that is merged: that one goes to nobody any more.
    mutating func endMerged(_ leadID: String) {
        guard isLogic(5), let slot = leads.ownSlot(of: leadID).map({ Int($0) }), leads.leads[slot].status == .merged
        else { return }
        leads.leads[slot].marks.insert(.over)
    }

    /// Persons objected, were erased or are kept no longer: what was merged of theirs goes to nobody any more.
    mutating func endMerged(of subjects: some Collection<Digest128>) {
        if !isLogic(5) || subjects.isEmpty { return }
        for slot in leads.leads.indices
        where leads.leads[slot].status == .merged && subjects.contains(leads.leads[slot].subject) {
            leads.leads[slot].marks.insert(.over)
        }
    }

    /// The same after all events of an entry, which may end the keeping of a thousand persons at once.
    mutating func endMerged(kept events: [Event]) {
        if !isLogic(5) { return }
        endMerged(of: Set(events.compactMap { event in
            if case .retentionApplied(let ended) = event { ended.subject } else { nil }
        }))
    }

    /// What a journal of before says of merged leads. Whether a person was erased since, or is kept no longer, they do
    /// not tell; an open lead of the same person does.
    mutating func beginLinks() {
        for slot in leads.leads.indices where leads.leads[slot].status == .merged {
            let lead = leads.leads[slot]
            let other = leads.slot(of: lead.id).map { leads.leads[$0] }
            let isKept = other.map { $0.isOpen && persons.group(of: [lead.subject]).contains($0.subject) } ?? false
            if !isKept { leads.leads[slot].marks.insert(.over) }
        }
    }
}

extension LeadTable.Lead {
    /// Notes whether the lead is where it is because of who owns its company.
    mutating func note(byOwnership: Bool) {
        if byOwnership { marks.insert(.byOwnership) } else { marks.remove(.byOwnership) }
    }
}
