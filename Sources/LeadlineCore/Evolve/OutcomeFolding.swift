// Outcomes that change something by themselves, without an event, and those that wait for their leads.

extension State {
    /// What an outcome changes by itself, without an event: that it waits, or that the partner accepted.
    mutating func fold(outcome fact: Fact, imported: Bool, _ times: AnswerTimes) {
        guard let leadID = fact.outcomeLeadID, knows(fact) else { return }
        guard let slot = leads.slot(of: leadID) else {
            let until = lastStamp.adding(micros: WaitingOutcomes.patienceMicros)
            let ticket = waiting.add(
                .init(
                    position: nextPosition, leadID: leadID, fact: fact, imported: imported, until: until,
                    times: isLogic(7) ? times : AnswerTimes()))
            agenda.add(.outcomeExpiry, ticket, at: until)
            return
        }
        if case .leadAccepted(let fact) = fact, leads.leads[slot].isOpen,
            partners.index(of: fact.partnerID).map(UInt32.init) == leads.leads[slot].holder {
            if leads.leads[slot].flags.isDisjoint(with: [.accepted, .responded]) {
                countAnswer(\.taken, fact.leadID, taken: true)
            }
            leads.leads[slot].flags.insert(.accepted)
        }
    }

    /// The outcome that this entry delivers or gives up is no longer waited for.
    mutating func takeDueOutcome(_ through: Timestamp) {
        guard let item = agenda.first, item.at <= through, item.kind == .deliverOutcome || item.kind == .outcomeExpiry,
            let due = waiting[item.index]
        else { return }
        waiting.remove(item.index)
        if item.kind == .deliverOutcome { fold(outcome: due.fact, imported: due.imported, due.times) }
    }

    /// Too many outcomes wait: the newest is given up.
    mutating func disregard(_ event: InputDisregarded) {
        if event.reason == .tooManyWaiting { forgetNewestWaiting(event.subject) }
    }

    private mutating func forgetNewestWaiting(_ leadID: String) {
        if let ticket = waiting.tickets(ofLead: leadID).last { waiting.remove(ticket) }
    }
}
