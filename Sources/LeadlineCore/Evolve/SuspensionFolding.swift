// Partners that keep missing deadlines. Since logic version 5.

extension State {
    /// A deadline that Leadline sees so long after it passed counts against nobody: an answer may lie unread.
    private static let seenLateMicros = Timestamp.microsPerMinute

    /// The missed deadlines that count against the holder of a lead once this one's has passed, at most as many as
    /// suspend it; nil where this one does not count.
    func missedDeadlines(with lead: LeadTable.Lead, at stamp: Timestamp) -> [Timestamp]? {
        guard isLogic(5), let rule = policy?.suspension, rule.missedDeadlines > 0, lead.holder != LeadTable.nowhere,
            stamp.micros - lead.dueAt.micros <= Self.seenLateMicros
        else { return nil }
        let partner = Int(lead.holder)
        let wasAway = partners.absences[partner].contains { $0.from < lead.dueAt && $0.until > lead.assignedAt }
        if wasAway { return nil }
        let since = lead.dueAt.adding(micros: -Int64(rule.windowDays) * Timestamp.microsPerDay)
        let missed = suspensions[partner].missed.filter { $0 > since } + [lead.dueAt]
        return missed.suffix(Int(rule.missedDeadlines))
    }

    /// Counts a deadline against the lead's holder.
    mutating func countMissed(_ leadID: String, at stamp: Timestamp) {
        guard let slot = leads.slot(of: leadID), let missed = missedDeadlines(with: leads.leads[slot], at: stamp)
        else { return }
        let partner = Int(leads.leads[slot].holder)
        var standing = suspensions[partner]
        standing.missed = missed
        suspensions.set(standing, of: partner)
    }

    mutating func suspend(_ event: PartnerSuspended, at stamp: Timestamp) {
        guard let partner = partners.index(of: event.partnerID) else { return }
        let causes = isLogic(7) ? suspensions[partner].missed : []
        suspensions.set(.init(until: event.until, causes: causes), of: partner)
        agenda.add(.suspension, UInt32(partner), at: event.until)
        prices.isStale = true
        if policy?.suspension.movesLeads == true {
            takeBackLeads(of: partner, .partnerSuspended, keepingAnswered: true, at: stamp)
        }
    }

    mutating func reinstate(_ event: PartnerReinstated) {
        guard let partner = partners.index(of: event.partnerID) else { return }
        suspensions.set(.init(missed: suspensions[partner].missed), of: partner)
        prices.isStale = true
        noteChance()
        noteStarvation(partner, isBack: true)
    }
}
