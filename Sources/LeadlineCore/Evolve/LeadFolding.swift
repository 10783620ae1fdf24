// Leads that come in, change, are merged or restricted.

extension State {
    mutating func insert(_ fact: LeadSubmitted, _ input: Input, at stamp: Timestamp) {
        if leads.knows(fact.leadID) { return }
        var lead = LeadTable.Lead(id: fact.leadID)
        lead.subject = input.subject ?? .zero
        lead.submittedAt = stamp
        if input.imported { lead.flags.insert(.imported) }
        set(fact.attributes, on: &lead)
        if isLogic(2) { lead.statedAt = nextPosition }
        if let pseudonym = input.account { lead.account = UInt32(accounts.indexOrInsert(pseudonym)) }
        if isLogic(5), let address = input.suppressedAddress, suppressions.contains(address) {
            lead.marks.insert(.suppressed)
        }
        let slot = leads.insert(lead)
        waitingCost.forget(slot)
        linkToAccount(slot)
        linkToPerson(slot)
        for ticket in waiting.tickets(ofLead: fact.leadID) { agenda.add(.deliverOutcome, ticket, at: stamp) }
    }

    /// Facts about a lead changed; its holder may break a rule since.
    mutating func restate(_ fact: LeadUpdated) {
        noteBreaks(leads.slot(of: fact.leadID).map { [$0] } ?? [], .leadUpdated) { $0.update(fact) }
    }

    private mutating func update(_ fact: LeadUpdated) {
        guard let slot = leads.slot(of: fact.leadID), leads.leads[slot].isOpen else { return }
        var lead = leads.leads[slot]
        if isLogic(7) { for name in fact.cleared { lead.clear(name) } }
        set(fact.attributes, on: &lead)
        if isLogic(2) { lead.restated.set(fact.attributes.stated(toLogic: logicVersion), at: nextPosition) }
        leads.leads[slot] = lead
        if lead.marks.contains(.awaitsPartner) { noteChance() }
    }

    /// Sets what is stated; what is not stays. `view(of:account:)` foresees the codes in this order.
    private mutating func set(_ attributes: LeadAttributes, on lead: inout LeadTable.Lead) {
        for word in LeadWord.all where isLogic(word.sinceLogic) && !attributes[word].isEmpty {
            lead.words[word] = vocabulary.learn(attributes[word])
        }
        if attributes.lawfulBasis != .unspecified {
            lead.lawfulBasis = attributes.lawfulBasis
            if isLogic(3) { _ = vocabulary.learn(attributes.lawfulBasis.name) }
        }
        if attributes.employees > 0 { lead.employees = attributes.employees }
        if let value = attributes.dealValue {
            lead.valueMinorUnits = value.minorUnits
            lead.currency = vocabulary.learn(value.currency)
        }
        if !attributes.technologies.isEmpty { lead.technologies = attributes.technologies.map { vocabulary.learn($0) } }
        if !attributes.requiredCertifications.isEmpty {
            lead.requiredCertifications = attributes.requiredCertifications.map { vocabulary.learn($0) }
        }
    }

    mutating func restrict(_ leadID: String) {
        guard let slot = leads.slot(of: leadID), leads.leads[slot].isOpen else { return }
        leads.leads[slot].flags.insert(.restricted)
    }

    mutating func merge(_ event: LeadMerged, at stamp: Timestamp) {
        guard !event.sameID, let new = leads.slot(of: event.leadID),
            let old = leads.slot(of: event.intoLeadID)
        else { return }
        endOffers(new)
        unlinkFromAccount(new)
        unlinkFromPerson(new)
        leaveQueue(new)
        leads.leads[new].link = UInt32(old)
        let hasRecipients = !leads.leads[new].recipients.isEmpty || leads.leads[new].marks.contains(.tookIn)
        if isLogic(5) && hasRecipients { leads.leads[old].marks.insert(.tookIn) }
        takeOverMissed(from: new, to: old)
        moveShares(from: new, to: old)
        leads.close(new, as: .merged, at: stamp)
        if isLogic(5) { endClaims(onLead: event.leadID, at: stamp) }
    }

    mutating func openReview(_ event: ReviewOpened) {
        flag(event.leadID, .underReview)
        reviewsOpen += 1
    }

    mutating func resolveReview(_ event: ReviewResolved) {
        if let slot = leads.slot(of: event.leadID) { leads.leads[slot].flags.remove(.underReview) }
        reviewsOpen -= 1
        if let slot = leads.slot(of: event.leadID), leads.leads[slot].marks.contains(.awaitsPartner) { noteChance() }
    }

    /// A person is erased on request; the policy's retention has nothing left to end.
    mutating func forgetRetention(ofLead id: String) {
        if let slot = leads.slot(of: id) { retention.remove(leads.leads[slot].subject) }
    }

    private mutating func flag(_ leadID: String, _ flag: LeadTable.Flags) {
        if let slot = leads.slot(of: leadID) { leads.leads[slot].flags.insert(flag) }
    }

    mutating func linkToAccount(_ slot: Int) {
        let account = leads.leads[slot].account
        guard account != LeadTable.nowhere else { return }
        leads.leads[slot].link = accounts.accounts[Int(account)].firstOpenLead
        accounts.accounts[Int(account)].firstOpenLead = UInt32(slot)
    }

    mutating func unlinkFromAccount(_ slot: Int) {
        let account = leads.leads[slot].account
        guard account != LeadTable.nowhere else { return }
        let first = accounts.accounts[Int(account)].firstOpenLead
        accounts.accounts[Int(account)].firstOpenLead = leads.unchain(slot, from: first, by: \.link)
    }
}

extension LeadTable.Lead {
    /// Takes back what was stated in a field, by its name in the schema; other names are of what decisions do not see.
    fileprivate mutating func clear(_ name: String) {
        switch name {
        case "employees": employees = 0
        case "deal_value": (valueMinorUnits, currency) = (0, Vocabulary.none)
        case "technologies": technologies = []
        case "required_certifications": requiredCertifications = []
        case "lawful_basis": lawfulBasis = .unspecified
        default:
            if let word = LeadWord.allCases.first(where: { $0.name == name }) { words[word] = Vocabulary.none }
        }
    }
}
