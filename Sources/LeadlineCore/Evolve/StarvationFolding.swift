// Who gets too little, and who too much, is watched by one timer for all partners; no lead waits for a look at each of
// them. Since logic version 7.

/// A partner of whom something is to be said, before it is asked why.
struct Starving: Sendable, Equatable {
    var partner: Int
    var kind: StarvationKind
    var since: Timestamp
    var until: Timestamp?
    var leads: UInt32 = 0
    var of: UInt32 = 0
    var valueMinorUnits: Int64 = 0
    var ofValueMinorUnits: Int64 = 0
}

extension State {
    private var watched: StarvationRule? { isLogic(7) ? policy?.starvation : nil }

    // MARK: What is counted

    /// A policy is in force: the watch begins, goes on by another rule, or ends.
    mutating func watchStarvation(before: StarvationRule?) {
        guard watched != nil else {
            starvation = StarvationTable()
            return
        }
        if before == nil && partners.count > 0 { standUp(to: partners.count - 1) }
        planStarvation()
    }

    /// What is promised to a partner, or when it is there, changed; it `isBack` if it is new or gets leads again.
    mutating func noteStarvation(_ partner: Int, isBack: Bool = false) {
        guard let rule = watched, let policy else { return }
        standUp(to: partner)
        if isBack { starvation.standings[partner].quietSince = lastStamp }
        lookForStarvation(at: min(starvation.lookAt, max(nextLook(at: partner, rule, policy), lastStamp)))
    }

    private mutating func standUp(to partner: Int) {
        while starvation.standings.count <= partner { starvation.standings.append(.init(quietSince: lastStamp)) }
    }

    /// A partner got a lead.
    mutating func countForStarvation(_ partner: Int, at stamp: Timestamp) {
        guard let rule = watched, let policy else { return }
        standUp(to: partner)
        let period = CapacityLimits.period(at: stamp, policy)
        if starvation.period != period {
            starvation.period = period
            starvation.total = 0
            for index in starvation.standings.indices { starvation.standings[index].got = 0 }
        }
        starvation.standings[partner].quietSince = stamp
        starvation.standings[partner].got += 1
        starvation.total += 1
        if takesTooMuch(partner, rule) { lookForStarvation(at: stamp) }
    }

    /// It lost the lead again, undecided.
    mutating func uncountForStarvation(_ partner: Int, assignedAt: Timestamp) {
        guard watched != nil, let policy, starvation[partner].got > 0,
            CapacityLimits.period(at: assignedAt, policy) == starvation.period
        else { return }
        starvation.standings[partner].got -= 1
        starvation.total -= 1
    }

    /// A lead was routed by what is known of it; the causes are looked for among the latest.
    mutating func noteRouted(_ leadID: String) {
        guard watched != nil, let slot = leads.slot(of: leadID) else { return }
        starvation.remember(slot, submittedAt: leads.leads[slot].submittedAt)
    }

    // MARK: When to look

    private mutating func lookForStarvation(at moment: Timestamp) {
        if moment == starvation.lookAt { return }
        starvation.lookAt = moment
        if moment < .distantFuture { agenda.add(.starvation, 0, at: moment) }
    }

    private mutating func planStarvation() {
        guard let rule = watched, let policy else { return }
        var next = Timestamp.distantFuture
        for partner in 0..<partners.count {
            next = min(next, nextLook(at: partner, rule, policy))
            if takesTooMuch(partner, rule) { next = min(next, lastStamp) }
        }
        lookForStarvation(at: max(next, lastStamp))
    }

    /// When time alone may give a reason to speak of a partner.
    private func nextLook(at partner: Int, _ rule: StarvationRule, _ policy: Policy) -> Timestamp {
        guard partners.status[partner] == .active else { return .distantFuture }
        var next = idleDue(partner, rule, policy)
        let capacity = partners.profiles[partner].capacity
        if rule.floorAfter > 0 && (capacity.leadsPerPeriodMin > 0 || capacity.floorValueMinorUnitsPerPeriod > 0) {
            let period = CapacityLimits.floorPeriod(at: lastStamp, policy)
            next = min(next, floorLook(in: starvation.floorsSeenIn == period ? period + 1 : period, rule, policy))
        }
        return next
    }

    private func floorLook(in period: Int64, _ rule: StarvationRule, _ policy: Policy) -> Timestamp {
        let span = CapacityLimits.span(ofFloorPeriod: period, policy)
        return span.start.adding(micros: (span.end.micros - span.start.micros) / 10_000 * Int64(rule.floorAfter))
    }

    /// When the partner has been there for so long and got nothing; an absence or a suspension begins the count anew.
    /// Not twice in a capacity period.
    private func idleDue(_ partner: Int, _ rule: StarvationRule, _ policy: Policy) -> Timestamp {
        guard rule.idle > 0, !isTurnless(partner, policy) else { return .distantFuture }
        let standing = starvation[partner], length = Int64(rule.idle) * Timestamp.microsPerDay
        let since = idleSince(partner, length)
        let due = max(since, standing.idleToldAt).adding(micros: length)
        if standing.idleToldAt == .epoch { return due }
        let told = CapacityLimits.period(at: standing.idleToldAt, policy)
        return max(due, CapacityLimits.span(ofPeriod: told, policy).end)
    }

    private func idleSince(_ partner: Int, _ length: Int64) -> Timestamp {
        var since = max(starvation[partner].quietSince, suspensions[partner].until)
        for absence in partners.absences[partner]
        where absence.until > since && absence.from < since.adding(micros: length) { since = absence.until }
        return since
    }

    private func isTurnless(_ partner: Int, _ policy: Policy) -> Bool {
        policy.method == .weightedRotation && partners.profiles[partner].rotationWeight == 0
    }

    private func takesTooMuch(_ partner: Int, _ rule: StarvationRule) -> Bool {
        let standing = starvation[partner]
        return rule.share > 0 && starvation.total >= rule.shareFrom && standing.shareSeenIn != starvation.period
            && UInt64(standing.got) * 10_000 > UInt64(rule.share) * UInt64(starvation.total)
    }

    // MARK: What was said

    /// It was said of a partner; decisions from now on are explained beside it.
    mutating func noteAnnounced(_ event: StarvationAnnounced, at stamp: Timestamp) {
        guard watched != nil, let partner = partners.index(of: event.partnerID) else { return }
        standUp(to: partner)
        starvation.standings[partner].told.removeAll { $0.announced.kind == event.kind }
        starvation.standings[partner].told.append(StarvationNotice(at: stamp, announced: event))
    }

    /// What was announced of partners that are there and stands at a moment, in order of registration: of a floor or a
    /// share until the period ends, of one that got nothing until it gets something.
    public func starvationNotices(at moment: Timestamp) -> [StarvationNotice] {
        starvation.standings.indices.filter { partners.status[$0] == .active }.flatMap { partner in
            starvation.standings[partner].told.filter { notice in
                if let until = notice.announced.until { return moment < until }
                return starvation.standings[partner].quietSince <= notice.at
            }
        }
    }

    // MARK: A look

    /// Who is to be spoken of, in order of registration: floors first, then the idle, then who takes too much.
    func starving(at stamp: Timestamp) -> [Starving] {
        guard let rule = watched, let policy else { return [] }
        var found = behindFloors(rule, policy, at: stamp)
        for partner in 0..<partners.count where partners.status[partner] == .active {
            guard idleDue(partner, rule, policy) <= stamp else { continue }
            found.append(Starving(
                partner: partner, kind: .idle,
                since: idleSince(partner, Int64(rule.idle) * Timestamp.microsPerDay)))
        }
        let span = CapacityLimits.span(ofPeriod: starvation.period == .min ? 0 : starvation.period, policy)
        for partner in 0..<partners.count where takesTooMuch(partner, rule) {
            found.append(Starving(
                partner: partner, kind: .share, since: span.start, until: span.end, leads: starvation[partner].got,
                of: starvation.total))
        }
        return found
    }

    private func floorsAreDue(_ rule: StarvationRule, _ policy: Policy, at stamp: Timestamp) -> Int64? {
        let period = CapacityLimits.floorPeriod(at: stamp, policy)
        let isDue = rule.floorAfter > 0 && starvation.floorsSeenIn != period
            && floorLook(in: period, rule, policy) <= stamp
        return isDue ? period : nil
    }

    /// Floors that will be missed at the pace of the period so far.
    private func behindFloors(_ rule: StarvationRule, _ policy: Policy, at stamp: Timestamp) -> [Starving] {
        guard let period = floorsAreDue(rule, policy, at: stamp) else { return [] }
        let span = CapacityLimits.span(ofFloorPeriod: period, policy)
        // Ten-thousandths of the period that have passed.
        let passed = (stamp.micros - span.start.micros) / max((span.end.micros - span.start.micros) / 10_000, 1)
        var found: [Starving] = []
        for partner in 0..<partners.count where partners.status[partner] == .active {
            let capacity = partners.profiles[partner].capacity, got = gotForFloor(partner, in: period)
            let floor = UInt32(promised(capacity.leadsPerPeriodMin, to: partner, in: span))
            let value = Int64(promised(capacity.floorValueMinorUnitsPerPeriod, to: partner, in: span))
            let lacksLeads = got.leads < floor && Int64(got.leads) * 10_000 < Int64(floor) * passed
            let lacksValue = got.value < value && got.value < value / 10_000 * passed
            guard lacksLeads || lacksValue else { continue }
            found.append(Starving(
                partner: partner, kind: .floor, since: span.start, until: span.end, leads: got.leads, of: floor,
                valueMinorUnits: got.value, ofValueMinorUnits: value))
        }
        return found
    }

    /// The look took place: whatever came of it, it is not repeated before there is a new reason.
    mutating func takeDueStarvation(_ through: Timestamp, at stamp: Timestamp) {
        guard let item = agenda.first, item.at <= through, item.kind == .starvation, let rule = watched, let policy
        else { return }
        let found = starving(at: stamp)
        if let period = floorsAreDue(rule, policy, at: stamp) { starvation.floorsSeenIn = period }
        for one in found {
            switch one.kind {
            case .floor: break
            case .idle: starvation.standings[one.partner].idleToldAt = stamp
            case .share: starvation.standings[one.partner].shareSeenIn = starvation.period
            }
        }
        planStarvation()
    }
}
