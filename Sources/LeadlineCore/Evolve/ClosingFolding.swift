// Leads that end, what their deals teach, and corrections of it.

extension State {
    mutating func close(_ event: LeadClosed, at stamp: Timestamp) {
        guard let slot = leads.slot(of: event.leadID) else { return }
        if leads.leads[slot].status == .closed {
            correct(slot, event, at: stamp)
            return
        }
        let partner = partners.index(of: event.partnerID)
        let (holder, agreed) = (leads.leads[slot].holder, leads.leads[slot].agreedBasisPoints)
        let rate = partner.map { commissionBasisPoints(leads.leads[slot], $0) }
        if event.reason == .withdrawn && policy?.placesBack.withdrawn == true { giveBackPlace(event.leadID) }
        release(slot)
        endOffers(slot)
        unlinkFromAccount(slot)
        unlinkFromPerson(slot)
        leaveQueue(slot)
        leads.leads[slot].holder = partner.map(UInt32.init) ?? LeadTable.nowhere
        // A later correction pays its partner what it agreed to, and nobody else.
        if isLogic(6) && leads.leads[slot].holder == holder { leads.leads[slot].agreedBasisPoints = agreed }
        leads.leads[slot].dueAt = stamp
        leads.leads[slot].tried = []
        leads.close(slot, as: .closed, at: stamp)
        if isLogic(7), event.reason == .won, let rate { leads.leads[slot].wonBasisPoints = rate }
        if event.learned, let partner {
            // From the human queue a partner may have got it by other ways.
            if leads.leads[slot].award == LeadTable.nowhere { award(slot, partner, at: stamp) }
            closeAward(slot, partner, won: event.reason == .won, at: stamp)
            learnMatch(slot, partner, won: event.reason == .won, isCorrection: false, at: stamp)
            learn(slot, partner, event, at: stamp)
        } else {
            endAward(slot)
        }
        noteClosing(slot, event.reason, at: stamp)
        if isLogic(5) { endClaims(onLead: event.leadID, at: stamp) }
    }

    private mutating func learn(_ slot: Int, _ partner: Int, _ event: LeadClosed, at stamp: Timestamp) {
        let won = event.reason == .won
        let lead = leads.leads[slot]
        var vertical = lead.words.vertical
        if vertical == Vocabulary.none, lead.account != LeadTable.nowhere {
            vertical = accounts.accounts[Int(lead.account)].vertical
        }
        leads.leads[slot].learnedVertical = vertical
        leads.leads[slot].learnedBand = UInt8(SizeBand.of(value(of: lead) ?? 0))
        leads.leads[slot].flags.insert(.learned)
        leads.leads[slot].flags.remove(.won)
        if won { leads.leads[slot].flags.insert(.won) }
        tallies.learn(outcome(slot, partner, won: won, amount: event.amountMinorUnits))
        if isLogic(7) { waitingCost.count(slot, won: won) }
        if isLogic(2) { recordDeal(slot, partner, won: won, amount: event.amountMinorUnits) }
        if won, lead.account != LeadTable.nowhere, let policy {
            accounts.accounts[Int(lead.account)].owner = UInt32(partner)
            accounts.accounts[Int(lead.account)].ownedThrough = UInt32(slot)
            accounts.accounts[Int(lead.account)].ownedUntil =
                stamp.adding(micros: Int64(policy.ownershipDays) * Timestamp.microsPerDay)
        }
    }

    /// What an outcome says of the partner beyond counts. The lead's segment and moment of closing are set.
    mutating func recordDeal(_ slot: Int, _ partner: Int, won: Bool, amount: Int64) {
        let lead = leads.leads[slot]
        leads.leads[slot].learnedMinorUnits = won ? amount : 0
        if won { records.win(partner, amount) }
        if lead.learnedVertical == Vocabulary.none || lead.learnedVertical == Vocabulary.unlisted { return }
        months.count(partner, lead.learnedVertical, won: won, closing: lead.dueAt, now: lastStamp)
    }

    private mutating func correct(_ slot: Int, _ event: LeadClosed, at stamp: Timestamp) {
        let lead = leads.leads[slot]
        guard lead.flags.contains(.learned), lead.holder != LeadTable.nowhere else { return }
        tallies.unlearn(outcome(slot, Int(lead.holder), won: lead.flags.contains(.won), amount: 0))
        if isLogic(7) { waitingCost.count(slot, won: lead.flags.contains(.won), isTakenBack: true) }
        forgetLargest(slot, Int(lead.holder))
        if isLogic(7), event.reason == .won, !lead.flags.contains(.won) {
            leads.leads[slot].wonBasisPoints = commissionBasisPoints(lead, Int(lead.holder))
        }
        if isLogic(2) { unrecordDeal(slot, Int(lead.holder)) }
        if lead.account != LeadTable.nowhere { disown(Int(lead.account), through: slot) }
        if (event.reason == .won) != lead.flags.contains(.won) {
            let row = features(slot, at: lead.assignedAt).learnedRow(&values, slots: model.slotCount)
            model.reserve(partners: partners.count, values: values.idEnd)
            model.correct(partner: Int(lead.holder), row: row.span, won: event.reason == .won)
            learnMatch(slot, Int(lead.holder), won: event.reason == .won, isCorrection: true, at: stamp)
        }
        learn(slot, Int(lead.holder), event, at: stamp)
    }

    /// Undoes what `recordDeal` did.
    private mutating func unrecordDeal(_ slot: Int, _ partner: Int) {
        let lead = leads.leads[slot]
        if lead.flags.contains(.won) { records.takeBackWin(partner, lead.learnedMinorUnits) }
        months.discount(partner, lead.learnedVertical, won: lead.flags.contains(.won), closing: lead.dueAt)
    }

    /// The account is nobody's if it was owned through this deal; through a later one it stays owned.
    mutating func disown(_ account: Int, through slot: Int) {
        guard accounts.accounts[account].ownedThrough == UInt32(slot) else { return }
        accounts.accounts[account].owner = LeadTable.nowhere
        accounts.accounts[account].ownedThrough = LeadTable.nowhere
        accounts.accounts[account].ownedUntil = .epoch
    }

    private func outcome(_ slot: Int, _ partner: Int, won: Bool, amount: Int64) -> OutcomeTallies.Outcome {
        let lead = leads.leads[slot]
        let days = max(0, lead.dueAt.micros - lead.submittedAt.micros) / Timestamp.microsPerDay
        return .init(
            partner: partner, vertical: lead.learnedVertical, band: Int(lead.learnedBand), won: won,
            amountMinorUnits: amount, cycleDays: UInt64(days))
    }
}
