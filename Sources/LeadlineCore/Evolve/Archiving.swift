// What is over is let go: closed leads past the time for corrections, timers that no longer run.

extension State {
    mutating func archiveClosedLeads(at stamp: Timestamp) {
        let limit = stamp.adding(micros: -Self.correctionMicros)
        var gone: [LeadTable.Lead] = []
        leads.archive(closedBefore: limit, most: 4) { gone.append($0) }
        for lead in gone {
            // Nobody can decide a review of a lead that is no longer there.
            if lead.flags.contains(.underReview) { reviewsOpen -= 1 }
            noteArchivedDeal(lead)
            money[lead.id] = nil
            let digest = Self.archiveDigest(lead.id)
            if archivedIDs.insert(digest).inserted { archived.append(digest, at: stamp) }
        }
        while archived.items.count > Self.archivedMax, let oldest = archived.popFirst(before: .distantFuture) {
            archivedIDs.remove(oldest)
        }
    }

    mutating func dropStaleAgenda() {
        let leads = leads
        let waiting = waiting
        let claims = claims
        let suspensions = suspensions
        let returns = returns
        let lookAt = again.lookAt
        let ratesAt = rates.nextFrom
        let (starvationLookAt, ruleBreaks, handOvers) = (starvation.lookAt, ruleBreaks, handOvers)
        agenda.dropStale { item in
            switch item.kind {
            case .lead:
                let lead = leads.leads[Int(item.index)]
                return lead.hasTimer && lead.dueAt == item.at
            case .reminder:
                let lead = leads.leads[Int(item.index)]
                return lead.hasReminder && lead.remindAt == item.at
            case .deliverOutcome, .outcomeExpiry:
                return waiting[item.index] != nil
            case .claim: return claims[item.index]?.until == item.at
            case .suspension: return suspensions[Int(item.index)].until == item.at
            case .returnCredit: return returns[item.index]?.until == item.at
            case .waiting: return lookAt == item.at
            case .rates: return ratesAt == item.at
            case .starvation: return starvationLookAt == item.at
            case .ruleBreak: return ruleBreaks[Int(item.index)]?.at == item.at
            case .absence: return handOvers.absence(of: Int(item.index)) == item.at
            case .handOver: return handOvers[Int(item.index)]?.at == item.at
            }
        }
    }
}
