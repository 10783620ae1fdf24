// Leads that wait in the human queue for want of a partner, and the moments from which one may be able to take them.
// Since logic version 7.

extension EscalationReason {
    /// True if the lead waits for nothing but a partner that can take it, or for a fact that lets one.
    var awaitsPartner: Bool {
        switch self {
        case .noPolicy, .noPartners, .noEligiblePartner, .ownerAtCap, .currencyUnknown, .lawfulBasisMissing,
            .everyoneAway, .placesReserved, .heldForWork:
            true
        case .attemptsExhausted, .processingRestricted, .reviewRequired, .unanswered, .shadow, .personObjected,
            .addressSuppressed, .sourceQuality, .negotiationFailed, .agreementToApprove, .pastPartnerUnknown,
            .holderIneligible:
            false
        }
    }
}

extension State {
    // MARK: Who waits

    /// A lead came to the human queue. One that climbs its ladder waits for what it waited for.
    mutating func joinQueue(_ slot: Int, _ reason: EscalationReason) {
        guard isLogic(7), reason != .unanswered else { return }
        leaveQueue(slot)
        guard reason.awaitsPartner else { return }
        leads.leads[slot].marks.insert(.awaitsPartner)
        leads.leads[slot].chancesSeen = again.chances
        let isFirst = again.slots.isEmpty
        again.insert(UInt32(slot))
        if isFirst { again.turnsAt = nextTurn() }
        lookAgain(at: min(again.lookAt, again.turnsAt))
    }

    /// The lead is at a partner, offered, merged or over.
    mutating func leaveQueue(_ slot: Int) {
        guard leads.leads[slot].marks.contains(.awaitsPartner) else { return }
        leads.leads[slot].marks.remove(.awaitsPartner)
        again.remove(UInt32(slot))
        if again.slots.isEmpty { again.lookAt = .distantFuture }
    }

    /// Of leads that were there before nobody has remembered what they wait for. Those of which the state tells nothing
    /// else wait for a partner, and are looked at once.
    mutating func beginWaiting() {
        if policy?.shadow == true { return }
        for slot in leads.leads.indices where mayAwaitPartner(slot) {
            leads.leads[slot].marks.insert(.awaitsPartner)
            again.insert(UInt32(slot))
        }
        noteChance()
    }

    private func mayAwaitPartner(_ slot: Int) -> Bool {
        let lead = leads.leads[slot]
        guard lead.status == .escalated, !lead.flags.contains(.restricted),
            !lead.marks.contains(.suppressed), offers.agreement(slot) == nil,
            persons.standing(of: persons.group(of: [lead.subject])).isEmpty
        else { return false }
        guard let policy else { return true }
        if lead.attempt >= max(policy.attemptsMax, 1) { return false }
        // Where a negotiation that fails ends with a human, one that was offered is there for that.
        if lead.offersMade > 0 && policy.negotiation.fallback == .escalate { return false }
        let view = view(ofLeadAt: slot)
        if let least = policy.review.dealValueAtLeastMinorUnits, view.valueMinorUnits ?? 0 >= least { return false }
        return view.sourceQualityBasisPoints.map { $0 >= policy.review.sourceQualityBelowBasisPoints } ?? true
    }

    // MARK: When somebody may take one

    /// Somebody is free, back, raised, new or newly eligible.
    mutating func noteChance() {
        guard isLogic(7), !again.slots.isEmpty else { return }
        again.chances &+= 1
        noteTurns()
    }

    /// True if the partner holds, with what it is offered, as many leads as it takes.
    func isFull(_ partner: Int) -> Bool {
        partners.openLeads[partner] + partners.offered[partner] >= partners.openLeadsMax[partner]
    }

    /// A partner has a place more: where it was not full that changes nothing.
    mutating func noteFreePlace(_ wasFull: Bool) { if wasFull { noteChance() } }

    /// Who is away or cools down, and until when, changed.
    mutating func noteTurns() {
        guard isLogic(7), !again.slots.isEmpty else { return }
        again.turnsAt = nextTurn()
        planLook()
    }

    private mutating func planLook() {
        let isPending = again.slots.contains { leads.leads[Int($0)].chancesSeen != again.chances }
        let next = isPending ? again.nextOffer(at: lastStamp, perMinute: perMinute) : again.turnsAt
        lookAgain(at: next)
    }

    private mutating func lookAgain(at moment: Timestamp) {
        again.lookAt = perMinute == 0 ? .distantFuture : moment
        if again.lookAt < .distantFuture { agenda.add(.waiting, 0, at: again.lookAt) }
    }

    private var perMinute: UInt32 { policy?.waiting.perMinute ?? 0 }

    /// The next moment at which time alone frees a partner.
    private func nextTurn() -> Timestamp {
        var next = Timestamp.distantFuture
        var isCounted = false
        for partner in 0..<partners.count where partners.active[partner] {
            if partners.coolingUntil[partner] > lastStamp { next = min(next, partners.coolingUntil[partner]) }
            for absence in partners.absences[partner] where absence.until > lastStamp {
                next = min(next, absence.until)
            }
            isCounted = isCounted || partners.leadsPerPeriodMax[partner] != PartnerTable.uncapped
                || partners.withSegments[partner]
        }
        if policy?.presence == .hold { next = min(next, nextAtWork(after: lastStamp)) }
        guard isCounted, let policy else { return next }
        return min(next, CapacityLimits.span(ofPeriod: CapacityLimits.period(at: lastStamp, policy), policy).end)
    }

    // MARK: A look

    /// What one look comes to: the lead that is offered, and those that it is known nobody can take.
    struct Look {
        var picked: Int?
        var passedOver: [Int] = []
    }

    /// The lead that is worth most among those that somebody can take; among equals the oldest.
    func look(at stamp: Timestamp) -> Look {
        let chances = again.turnsAt <= stamp ? again.chances &+ 1 : again.chances
        var pending = again.slots.map { Int($0) }.filter { leads.leads[$0].chancesSeen != chances }
        var look = Look()
        if again.nextOffer(at: stamp, perMinute: perMinute) > stamp { return look }
        let free = freePartners(at: stamp)
        if free.allSatisfy({ $0 == 0 }) {
            look.passedOver = pending
            return look
        }
        let values = pending.map { value(of: leads.leads[$0]) ?? 0 }
        let order = pending.indices.sorted { a, b in
            if values[a] != values[b] { return values[a] > values[b] }
            let (x, y) = (leads.leads[pending[a]].submittedAt, leads.leads[pending[b]].submittedAt)
            return x == y ? pending[a] < pending[b] : x < y
        }
        pending = order.prefix(WaitingLeads.lookedAtMax).map { pending[$0] }
        for slot in pending {
            if canBeTaken(slot, by: free) {
                look.picked = slot
                return look
            }
            look.passedOver.append(slot)
        }
        return look
    }

    /// Partners that are there, and have a place free under their caps.
    private func freePartners(at stamp: Timestamp) -> [UInt64] {
        var free = [UInt64](repeating: 0, count: partners.wordCount)
        guard let policy else { return free }
        let period = CapacityLimits.period(at: stamp, policy)
        for partner in 0..<partners.count where partners.active[partner] && partners.coolingUntil[partner] <= stamp {
            if partners.withAbsences[partner] && partners.isAbsent(partner, at: stamp) { continue }
            if suspensions[partner].until > stamp { continue }
            if CapacityLimits.reached(partners, partner, in: period) != nil { continue }
            free[partner >> 6] |= 1 << UInt64(partner & 63)
        }
        return free
    }

    /// Whether a decision on the lead is worth while: it may be routed, and somebody that keeps the hard rules is free.
    private func canBeTaken(_ slot: Int, by free: [UInt64]) -> Bool {
        let lead = leads.leads[slot]
        if !lead.flags.isDisjoint(with: [.restricted, .underReview]) { return false }
        let view = view(ofLeadAt: slot)
        if view.valueMinorUnits == nil { return false }
        if !lawfulBases.isEmpty && !lawfulBases.contains(where: { view.has($0, as: .lawfulBasis) }) { return false }
        var able = free
        for tried in view.tried { able[Int(tried) >> 6] &= ~(1 << UInt64(tried & 63)) }
        for rule in hardRules {
            let satisfying = HardRules.satisfying(rule, view, partners)
            for word in able.indices { able[word] &= satisfying[word] }
        }
        return able.contains { $0 != 0 }
    }

    /// A look took place: what it went through waits for the next chance.
    mutating func takeDueLook(_ through: Timestamp, at stamp: Timestamp) {
        guard let item = agenda.first, item.at <= through, item.kind == .waiting else { return }
        let look = look(at: stamp)
        if again.turnsAt <= stamp { again.chances &+= 1 }
        for slot in look.passedOver { leads.leads[slot].chancesSeen = again.chances }
        if let picked = look.picked {
            leads.leads[picked].chancesSeen = again.chances
            again.countOffer(at: stamp)
        }
        again.turnsAt = nextTurn()
        planLook()
    }
}
