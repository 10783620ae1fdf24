// Two partners become one: what was the one's is the other's from that entry on. Since logic version 7.
//
// | what | what becomes of it |
// | --- | --- |
// | leads, open and over | they are the other's, with their promises; open ones are announced, one an entry |
// | outcomes, answers, deals of the last months | added up |
// | weights of the model | what both say, each as sure as it was; skills stay where there is one |
// | counts of the running periods, places one by one, turns and debts | added up |
// | floors | added up, until a profile states others; caps are the other's own |
// | accounts owned, claims, credits, shares of commissions | they are the other's |
// | offers that are open | they are withdrawn, as of a partner that goes |
// | absences, suspensions, rests | gone: the other has its own |
//
// The id that ends stands for the other from then on, in whatever partners and the vendor say of leads. What is said of
// the partner itself by that id is disregarded.

extension State {
    /// Whether two partners can become one; nil if they can.
    func hindrance(_ fact: PartnersMerged) -> (subject: String, reason: DisregardReason)? {
        guard isLogic(7) else { return (fact.fromPartnerID, .logicTooOld) }
        for id in [fact.fromPartnerID, fact.intoPartnerID] where partners.index(of: id) == nil {
            return (id, .partnerUnknown)
        }
        if fact.fromPartnerID == fact.intoPartnerID { return (fact.fromPartnerID, .noChange) }
        if partners.isMerged(fact.intoPartnerID) { return (fact.intoPartnerID, .partnerMerged) }
        if partners.isMerged(fact.fromPartnerID) {
            let isRepeated = partners.index(of: fact.fromPartnerID) == partners.index(of: fact.intoPartnerID)
            return (fact.fromPartnerID, isRepeated ? .noChange : .partnerMerged)
        }
        let isRemoved = partners.index(of: fact.intoPartnerID).map { partners.status[$0] == .removed } ?? true
        return isRemoved ? (fact.intoPartnerID, .partnerRemoved) : nil
    }

    mutating func merge(_ fact: PartnersMerged, at stamp: Timestamp) {
        guard hindrance(fact) == nil, let from = partners.index(of: fact.fromPartnerID),
            let into = partners.index(of: fact.intoPartnerID)
        else { return }
        let held = leads.assigned(to: from)
        noteBreaks(held, .profileChanged) { $0.merge(from, into, at: stamp) }
        for slot in held { announce(slot, from, at: stamp) }
    }

    private mutating func merge(_ from: Int, _ into: Int, at stamp: Timestamp) {
        takeBackOffers(of: from, at: stamp)
        moveLeads(from, into)
        moveRecords(from, into)
        moveCounts(from, into)
        moveClaims(from, into, at: stamp)
        returns.move(from, into)
        money.move(UInt32(from), UInt32(into))
        offers.move(from, into)
        for index in accounts.accounts.indices where accounts.accounts[index].owner == UInt32(from) {
            accounts.accounts[index].owner = UInt32(into)
        }
        suspensions.set(.init(), of: from)
        handOvers.setAbsence(nil, of: from)
        partners.merge(from, into)
        planDeputies(into)
        prices.isStale = true
        noteChance()
        noteStarvation(into, isBack: true)
    }

    private mutating func moveLeads(_ from: Int, _ into: Int) {
        let (old, new) = (UInt32(from), UInt32(into))
        for slot in leads.leads.indices {
            if leads.leads[slot].holder == old { leads.leads[slot].holder = new }
            leads.leads[slot].tried.replace(old, by: new)
            leads.leads[slot].recipients.replace(old, by: new)
            for index in leads.leads[slot].missed.indices where leads.leads[slot].missed[index].partner == old {
                leads.leads[slot].missed[index].partner = new
            }
            leads.leads[slot].turn.move(from, to: into)
        }
        model.moveAwards(from, into)
    }

    private mutating func moveRecords(_ from: Int, _ into: Int) {
        tallies.move(from, into)
        records.move(from, into)
        months.move(UInt32(from), UInt32(into))
        model.merge(from, into)
    }

    private mutating func moveCounts(_ from: Int, _ into: Int) {
        prices.use[into].taken += prices.use[from].taken
        prices.use[into].offered += prices.use[from].offered
        prices.use[from] = .init()
        turns.move(UInt32(from), UInt32(into))
        taken.move(from, into)
    }

    /// A claim whose id the other has used for one of its own ends.
    private mutating func moveClaims(_ from: Int, _ into: Int, at stamp: Timestamp) {
        for claim in claims.all where claim.partner == UInt32(from) {
            if claims.claim(claim.id, of: into) == nil { claims.move(claim.ticket, to: UInt32(into)) }
        }
        endClaims(of: from, at: stamp)
    }

    /// The lead's new holder is announced in an entry of its own.
    private mutating func announce(_ slot: Int, _ from: Int, at stamp: Timestamp) {
        handOvers[slot] = .init(at: stamp, cause: .partnersMerged, from: UInt32(from))
        agenda.add(.handOver, UInt32(slot), at: stamp)
    }
}

extension Array where Element == UInt32 {
    /// One of them is another from here on; each stays there once, where it first was.
    fileprivate mutating func replace(_ old: UInt32, by new: UInt32) {
        guard let at = firstIndex(of: old) else { return }
        if let known = firstIndex(of: new) {
            self[Swift.min(at, known)] = new
            remove(at: Swift.max(at, known))
        } else {
            self[at] = new
        }
        removeAll { $0 == old }
    }
}

extension BitRow {
    fileprivate mutating func move(_ index: Int, to other: Int) {
        guard self[index] else { return }
        self[index] = false
        self[other] = true
    }
}

// MARK: - Tables

extension PartnerTable {
    /// What counts of the one counts of the other; the one is removed, and its id stands for the other.
    fileprivate mutating func merge(_ from: Int, _ into: Int) {
        openLeads[into] += openLeads[from]
        assignments[into] += assignments[from]
        tieDebtMicros[into] += tieDebtMicros[from]
        if lastAssigned[from] > lastAssigned[into] { lastAssigned[into] = lastAssigned[from] }
        mergePeriods(from, into)
        mergeSegments(from, into)
        mergeFloors(from, into)
        (openLeads[from], assignments[from], tieDebtMicros[from]) = (0, 0, 0)
        (leadsInPeriod[from], leadsInFloorPeriod[from], valueInFloorPeriod[from]) = (0, 0, 0)
        for absence in absences[from] { cancelAbsence(absence.id, at: from) }
        setStatus(.removed, at: from)
        setAlias(profiles[from].partnerID, into)
    }

    private mutating func mergePeriods(_ from: Int, _ into: Int) {
        if period[from] > period[into] { (period[into], leadsInPeriod[into]) = (period[from], 0) }
        if period[from] == period[into] { leadsInPeriod[into] += leadsInPeriod[from] }
        if floorPeriod[from] > floorPeriod[into] {
            (floorPeriod[into], leadsInFloorPeriod[into], valueInFloorPeriod[into]) = (floorPeriod[from], 0, 0)
        }
        if floorPeriod[from] == floorPeriod[into] {
            leadsInFloorPeriod[into] += leadsInFloorPeriod[from]
            valueInFloorPeriod[into] += min(valueInFloorPeriod[from], .max - valueInFloorPeriod[into])
        }
    }

    /// Of the kinds that the other's own caps name.
    private mutating func mergeSegments(_ from: Int, _ into: Int) {
        for count in segmentCounts[from] {
            guard let at = segmentCounts[into].firstIndex(where: { $0.field == count.field && $0.code == count.code })
            else { continue }
            if count.period > segmentCounts[into][at].period {
                segmentCounts[into][at].period = count.period
                segmentCounts[into][at].leads = 0
            }
            if count.period == segmentCounts[into][at].period { segmentCounts[into][at].leads += count.leads }
        }
        segmentCounts[from] = []
    }

    private mutating func mergeFloors(_ from: Int, _ into: Int) {
        let more = profiles[from].capacity
        var capacity = profiles[into].capacity
        let leads = UInt64(capacity.leadsPerPeriodMin) + UInt64(more.leadsPerPeriodMin)
        capacity.leadsPerPeriodMin = UInt32(clamping: leads)
        let (value, isTooMuch) = capacity.floorValueMinorUnitsPerPeriod
            .addingReportingOverflow(more.floorValueMinorUnitsPerPeriod)
        capacity.floorValueMinorUnitsPerPeriod = isTooMuch ? .max : value
        setFloors(capacity, at: into)
    }
}

extension OutcomeTallies {
    fileprivate mutating func move(_ from: Int, _ into: Int) {
        Self.move(from, into, &partners)
        for column in verticals.indices { Self.move(from, into, &verticals[column].tallies) }
        for band in bands.indices { Self.move(from, into, &bands[band]) }
        for what in [\EngagementTally.taken, \.declined, \.inTime, \.missed] {
            engagement[into][keyPath: what] += engagement[from][keyPath: what]
        }
        engagement[from] = EngagementTally()
        largestWonMinorUnits[into] = max(largestWonMinorUnits[into], largestWonMinorUnits[from])
        largestArchivedMinorUnits[into] = max(largestArchivedMinorUnits[into], largestArchivedMinorUnits[from])
        (largestWonMinorUnits[from], largestArchivedMinorUnits[from]) = (0, 0)
    }

    private static func move(_ from: Int, _ into: Int, _ column: inout [Tally]) {
        column[into].won += column[from].won
        column[into].lost += column[from].lost
        column[into].cycleDays += column[from].cycleDays
        column[from] = Tally()
    }
}

extension PartnerRecords {
    fileprivate mutating func move(_ from: Int, _ into: Int) {
        let (a, b) = (partners[into], partners[from])
        partners[into].wonSizes = SizeTally(
            count: a.wonSizes.count + b.wonSizes.count, logs: a.wonSizes.logs + b.wonSizes.logs,
            logSquares: a.wonSizes.logSquares + b.wonSizes.logSquares)
        partners[into].responses.count += b.responses.count
        partners[into].responses.logs += b.responses.logs
        partners[from] = PartnerRecord()
    }
}
