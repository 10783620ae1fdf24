// What the vendor says about its partners.

extension State {
    mutating func setCapacity(_ fact: PartnerCapacitySet) {
        ifPartner(fact.partnerID) {
            $0.partners.setCapacity($0.known(fact.capacity), at: $1, &$0.vocabulary)
            $0.prices.isStale = true
            $0.noteChance()
            $0.noteStarvation($1)
        }
    }

    mutating func pause(_ id: String, at stamp: Timestamp) {
        ifPartner(id, becomes: .paused) { $0.leave($1, .paused, .partnerPaused, at: stamp) }
    }

    mutating func resume(_ id: String) {
        ifPartner(id, becomes: .active) {
            $0.partners.setStatus(.active, at: $1)
            $0.prices.isStale = true
            $0.noteChance()
            $0.noteStarvation($1, isBack: true)
        }
    }

    mutating func remove(_ id: String, at stamp: Timestamp) {
        ifPartner(id, becomes: .removed) {
            $0.leave($1, .removed, .partnerRemoved, at: stamp)
            if $0.isLogic(5) {
                $0.endClaims(of: $1, at: stamp)
                $0.suspensions.set(.init(), of: $1)
            }
        }
    }

    mutating func setAbsence(_ fact: PartnerAbsenceSet, at stamp: Timestamp) {
        ifPartner(fact.partnerID) {
            let absence = PartnerTable.Absence(id: fact.absenceID, from: fact.from, until: fact.until)
            $0.partners.setAbsence(absence, at: $1, forgetting: $0.absencesMatterFrom(stamp))
            $0.prices.isStale = true
            $0.noteChance()
            $0.planDeputies($1)
        }
    }

    mutating func cancelAbsence(_ fact: PartnerAbsenceCancelled) {
        ifPartner(fact.partnerID) {
            $0.partners.cancelAbsence(fact.absenceID, at: $1)
            $0.prices.isStale = true
            $0.noteChance()
            $0.noteStarvation($1)
            $0.planDeputies($1)
        }
    }

    mutating func setCommission(_ fact: PartnerCommissionTermsSet) {
        ifPartner(fact.partnerID) { $0.partners.commissionBasisPoints[$1] = fact.rateBasisPoints }
    }

    private mutating func ifPartner(_ id: String, _ body: (inout State, Int) -> Void) {
        if let index = partners.index(of: id), !partners.isMerged(id) { body(&self, index) }
    }

    private mutating func ifPartner(
        _ id: String, becomes status: PartnerTable.Status, _ body: (inout State, Int) -> Void
    ) {
        ifPartner(id) { if $0.canBecome(status, $1) { body(&$0, $1) } }
    }

    /// Whether a pause, a return or a removal changes anything. A partner that was removed comes back by a profile;
    /// since logic version 7 by the word that it takes leads again, and by nothing else.
    func canBecome(_ status: PartnerTable.Status, _ partner: Int) -> Bool {
        if isLogic(7) && status == .active { return partners.status[partner] != .active }
        return partners.canBecome(status, at: partner)
    }

    /// True if the profile is one of a partner that was removed, and changes nothing.
    func isKeptOut(_ id: String) -> Bool {
        if !isLogic(7) { return false }
        return partners.isMerged(id) || partners.index(of: id).map { partners.status[$0] == .removed } ?? false
    }

    mutating func upsert(_ profile: PartnerProfile, _ timeZone: TimeZoneRules?) {
        if isKeptOut(profile.partnerID) { return }
        let isNew = partners.index(of: profile.partnerID) == nil
        if isNew {
            tallies.addPartner()
            records.addPartner()
            prices.addPartner()
            model.reserve(partners: partners.count + 1, values: values.idEnd)
            model.match.reserve(partners: partners.count + 1)
        }
        var profile = profile
        profile.capacity = known(profile.capacity)
        if !isLogic(7) {
            if profile.rotationWeight == 0 { profile.rotationWeight = nil }
            profile.holidayCalendar = ""
            profile.deputies = []
        }
        partners.upsert(profile, timeZone: timeZone, currency: currency, &vocabulary)
        if isLogic(8) {
            model.believe(as: .withSegments(logic: logicVersion, hasProfiles: partners.haveProfiles))
        }
        if let partner = partners.index(of: profile.partnerID) {
            partners.holidays[partner] = holidays.days(of: profile)
        }
        prices.isStale = true
        noteChance()
        guard let partner = partners.index(of: profile.partnerID) else { return }
        noteStarvation(partner, isBack: isNew)
        if partners.withAbsences[partner] { planDeputies(partner) }
    }

    /// Floors in value are pursued from logic version 2 on; one that was stated before is to be stated again.
    func known(_ capacity: Capacity) -> Capacity {
        if isLogic(2) { return capacity }
        var known = capacity
        known.floorValueMinorUnitsPerPeriod = 0
        return known
    }

    /// A partner goes; what it holds falls due at once and is routed again, one entry a lead. A paused partner
    /// keeps what it is already in touch about.
    private mutating func leave(
        _ partner: Int, _ status: PartnerTable.Status, _ cause: RoutingCause, at stamp: Timestamp
    ) {
        partners.setStatus(status, at: partner)
        prices.isStale = true
        takeBackLeads(of: partner, cause, keepingAnswered: status == .paused, at: stamp)
        takeBackOffers(of: partner, at: stamp)
    }

    /// What a partner holds falls due at once.
    /// - Parameter keepingAnswered: leaves what it is in touch about already.
    mutating func takeBackLeads(of partner: Int, _ cause: RoutingCause, keepingAnswered: Bool, at stamp: Timestamp) {
        for slot in leads.assigned(to: partner) {
            let lead = leads.leads[slot]
            if keepingAnswered && (lead.flags.contains(.responded) || lead.flags.contains(.imported)) { continue }
            leads.leads[slot].dueAt = stamp
            leads.leads[slot].dueCause = cause
            leads.leads[slot].flags.remove(.onHorizon)
            agenda.add(.lead, UInt32(slot), at: stamp)
        }
    }

    /// Absences that ended before this matter to no deadline and to no period that still runs.
    func absencesMatterFrom(_ stamp: Timestamp) -> Timestamp {
        let days = policy.map { max($0.periodDays, $0.floorPeriodDays) } ?? 0
        return stamp.adding(micros: -Int64(days) * Timestamp.microsPerDay)
    }
}
