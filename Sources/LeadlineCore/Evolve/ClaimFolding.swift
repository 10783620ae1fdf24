// What partners claim, and what ends it. Since logic version 5.

extension State {
    mutating func change(_ event: ClaimChanged) {
        guard let partner = partners.index(of: event.partnerID) else { return }
        // Of a partner that was merged into another only what ends at once is left.
        let own = partners.ownIndex(of: event.partnerID) ?? partner
        let known = claims.claim(event.claimID, of: own) ?? claims.claim(event.claimID, of: partner)
        guard let until = event.until else {
            if let known { claims.remove(known.ticket) }
            return
        }
        // A claim on an account that nobody has spoken of yet is the first that is known of it.
        if let account = event.account { _ = accounts.indexOrInsert(account) }
        let claim = ClaimTable.Claim(
            ticket: known?.ticket ?? claims.comingTicket, id: event.claimID, partner: known?.partner ?? UInt32(partner),
            leadID: event.leadID, account: event.account, status: event.status, until: until,
            ends: event.status == .approved ? .protectionOver : .unanswered)
        claims.set(claim)
        agenda.add(.claim, claim.ticket, at: until)
    }

    /// The partner's claims fall due at once, one entry each.
    mutating func endClaims(of partner: Int, at stamp: Timestamp) {
        for claim in claims.all where claim.partner == UInt32(partner) { end(claim, .partnerRemoved, at: stamp) }
    }

    /// The lead has ended: what was claimed of it alone falls due at once.
    mutating func endClaims(onLead id: String, at stamp: Timestamp) {
        for claim in claims.claims(on: .lead(id)) { end(claim, .leadClosed, at: stamp) }
    }

    private mutating func end(_ claim: ClaimTable.Claim, _ reason: ClaimReason, at stamp: Timestamp) {
        var claim = claim
        claim.until = stamp
        claim.ends = reason
        claims.set(claim)
        agenda.add(.claim, claim.ticket, at: stamp)
    }

    /// A person is erased: claims on a company stay, and name the person's leads no longer.
    mutating func forgetLeads(of subjects: [Digest128]) {
        if claims.count == 0 { return }
        let ids = leads.slots(of: subjects).map { leads.leads[$0].id }
        for var claim in claims.all where claim.account != nil && ids.contains(claim.leadID) {
            claim.leadID = ""
            claims.set(claim)
        }
    }
}
