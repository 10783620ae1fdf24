// Claims of partners on accounts. Since logic version 5.
//
// | state | a claim comes | a person decides | the partner withdraws | time |
// | --- | --- | --- | --- | --- |
// | none | refused, waits, or in force by rule | unknown | unknown | |
// | submitted, conflicting | no change | in force, or refused | withdrawn | expired: nobody decided |
// | approved | no change | refused, if so decided | withdrawn | expired: protection over |
// | over | as if there had been none | unknown | unknown | |
//
// Of all claims on one account at most one is in force: approving another ends it, and those that wait. When a partner
// is removed its claims fall due at once; so does one that is about a lead alone when the lead ends.

extension Decision {
    func claimed(_ state: State, _ fact: DealClaimed, _ input: Input) -> [Event] {
        guard state.isLogic(5) else { return disregard(fact.partnerID, .logicTooOld) }
        guard let partner = state.partners.index(of: fact.partnerID), state.partners.status[partner] != .removed else {
            return disregard(fact.partnerID, .partnerUnknown)
        }
        if state.claims.claim(fact.claimID, of: partner) != nil { return disregard(fact.partnerID, .noChange) }
        let slot = fact.leadID.isEmpty ? nil : state.leads.slot(of: fact.leadID)
        if !fact.leadID.isEmpty {
            guard let slot else { return disregard(fact.leadID, .leadUnknown) }
            guard state.leads.leads[slot].isOpen else { return disregard(fact.leadID, .leadClosed) }
        }
        guard let target = target(state, slot, input.account) else { return disregard(fact.partnerID, .leadUnknown) }
        if state.claims.claims(on: target).contains(where: { $0.partner == UInt32(partner) }) {
            return disregard(fact.partnerID, .noChange)
        }
        if state.claims.count >= ClaimTable.countMax { return disregard(fact.partnerID, .tooManyClaims) }
        return judge(state, fact, partner, slot, target)
    }

    /// The lead's own account counts; then the one that the message names; then the lead alone.
    private func target(_ state: State, _ slot: Int?, _ named: Digest128?) -> ClaimTable.Target? {
        if let slot {
            let lead = state.leads.leads[slot]
            if lead.account == LeadTable.nowhere { return .lead(lead.id) }
            return .account(state.accounts.accounts[Int(lead.account)].pseudonym)
        }
        return named.map { .account($0) }
    }

    /// A new claim: what forbids it, what stands against it, and whether a person decides.
    private func judge(
        _ state: State, _ fact: DealClaimed, _ partner: Int, _ slot: Int?, _ target: ClaimTable.Target
    ) -> [Event] {
        let rule = state.policy?.claims ?? ClaimRule()
        var change = ClaimChanged(
            leadID: slot.map { state.leads.leads[$0].id } ?? "",
            partnerID: state.partners.profiles[partner].partnerID, claimID: fact.claimID, status: .refused,
            reason: .notOffered)
        if case .account(let account) = target { change.account = account }
        if rule.protectedDays == 0 { return [.claimChanged(change)] }
        if state.claims.count(of: partner) >= Int(rule.mostPerPartner) {
            change.reason = .tooManyClaims
            return [.claimChanged(change)]
        }
        if let slot, isBound(state, slot) {
            change.reason = .leadRestricted
            return [.claimChanged(change)]
        }
        if let against = conflict(state, partner, slot, target) {
            change.status = .conflicting
            change.reason = against.reason
            change.conflictingPartnerID = state.partners.profiles[against.partner].partnerID
            change.until = days(rule.waitingDays)
        } else if rule.approval == .byRule {
            change.status = .approved
            change.reason = .byRule
            change.until = days(rule.protectedDays)
        } else {
            change.status = .submitted
            change.reason = .personDecides
            change.until = days(rule.waitingDays)
        }
        return [.claimChanged(change)]
    }

    private func isBound(_ state: State, _ slot: Int) -> Bool {
        let lead = state.leads.leads[slot]
        return lead.flags.contains(.restricted) || barrier(state, [lead.subject]) != nil
    }

    /// Who has the account, or the lead, by its deals; else who claims it too, the claim in force first.
    private func conflict(
        _ state: State, _ partner: Int, _ slot: Int?, _ target: ClaimTable.Target
    ) -> (partner: Int, reason: ClaimReason)? {
        var holder: Int?
        switch target {
        case .account(let account):
            holder = state.accounts.index(of: account).flatMap {
                Ownership.owner(ofAccount: $0, besides: LeadTable.nowhere, state, at: stamp)
            }
        case .lead: break
        }
        if let slot, state.leads.leads[slot].holder != LeadTable.nowhere {
            holder = Int(state.leads.leads[slot].holder)
        }
        if let holder, holder != partner { return (holder, .heldByAnother) }
        let others = state.claims.claims(on: target)
        return (others.first { $0.status == .approved } ?? others.first).map { (Int($0.partner), .claimedByAnother) }
    }

    private func days(_ count: UInt32) -> Timestamp { stamp.adding(micros: Int64(count) * Timestamp.microsPerDay) }

    // MARK: A claim that is there

    func claimDecided(_ state: State, _ fact: ClaimDecided) -> [Event] {
        guard state.isLogic(5) else { return disregard(fact.partnerID, .logicTooOld) }
        guard let claim = claim(state, fact.claimID, fact.partnerID) else {
            return disregard(fact.partnerID, .claimUnknown)
        }
        if !fact.approved { return [over(state, claim, .refused, .byPerson)] }
        if claim.status == .approved { return disregard(fact.partnerID, .noChange) }
        guard let rule = state.policy?.claims, rule.protectedDays > 0 else {
            return [over(state, claim, .refused, .notOffered)]
        }
        var approved = change(state, claim, .approved, .byPerson)
        approved.until = days(rule.protectedDays)
        let others = state.claims.claims(on: claim.target).filter { $0.ticket != claim.ticket }
        return others.map { over(state, $0, .refused, .anotherApproved) } + [.claimChanged(approved)]
    }

    func claimWithdrawn(_ state: State, _ fact: ClaimWithdrawn) -> [Event] {
        guard state.isLogic(5) else { return disregard(fact.partnerID, .logicTooOld) }
        guard let claim = claim(state, fact.claimID, fact.partnerID) else {
            return disregard(fact.partnerID, .claimUnknown)
        }
        return [over(state, claim, .withdrawn, .byPartner)]
    }

    /// A claim's time is over.
    func claimDue(_ state: State, _ ticket: UInt32) -> [Event] {
        state.claims[ticket].map { [over(state, $0, .expired, $0.ends)] } ?? []
    }

    private func claim(_ state: State, _ id: String, _ partnerID: String) -> ClaimTable.Claim? {
        state.partners.index(of: partnerID).flatMap { state.claims.claim(id, of: $0) }
    }

    private func over(
        _ state: State, _ claim: ClaimTable.Claim, _ status: ClaimStatus, _ reason: ClaimReason
    ) -> Event {
        .claimChanged(change(state, claim, status, reason))
    }

    private func change(
        _ state: State, _ claim: ClaimTable.Claim, _ status: ClaimStatus, _ reason: ClaimReason
    ) -> ClaimChanged {
        ClaimChanged(
            leadID: claim.leadID, partnerID: state.partners.profiles[Int(claim.partner)].partnerID, claimID: claim.id,
            status: status, reason: reason, account: claim.account)
    }
}
