// Why a partner gets too little, or the others do beside one: the latest leads are looked at again, as they would be
// decided now. Since logic version 7.

/// What kept one partner, or all but one, from one lead.
private struct Hindrance {
    var cause: StarvationCause
    /// Index of the hard rule; -1 for other causes.
    var rule = -1
}

/// What kept it from several.
private struct Hindrances {
    private var counts = [UInt32](repeating: 0, count: Int(StarvationCause.nothing.rawValue) + 1)
    private var rules: [UInt32]

    init(rules: Int) { self.rules = Array(repeating: 0, count: rules) }

    mutating func add(_ one: Hindrance) {
        counts[Int(one.cause.rawValue)] += 1
        if one.rule >= 0 { rules[one.rule] += 1 }
    }

    var leads: UInt32 { counts.reduce(0, +) }

    /// What came closest to letting the partner have one, and of how many leads it is true.
    var closest: (cause: StarvationCause, leads: UInt32) {
        let cause = StarvationCause.allCases.last { counts[Int($0.rawValue)] > 0 } ?? .noLeads
        return (cause, counts[Int(cause.rawValue)])
    }

    /// The rule that excluded most often; the first of several.
    var rule: Int? {
        guard let most = rules.max(), most > 0 else { return nil }
        return rules.firstIndex(of: most)
    }
}

extension Decision {
    /// Somebody gets too little or too much: that is said, with what kept it, or the others, from the latest leads.
    mutating func starvationDue(_ state: State) -> [Event] {
        let starving = state.starving(at: stamp)
        if starving.isEmpty { return [] }
        let hindrances = lookBack(state, for: starving)
        return starving.indices.compactMap { index in
            let one = starving[index], found = hindrances[index]
            // Nothing came: nobody went without.
            if one.kind == .idle && found.leads == 0 { return nil }
            if one.kind == .share && !hasOthers(state, than: one.partner) { return nil }
            let (cause, leads) = found.closest
            let rule = cause == .rules ? found.rule.map { state.hardRules[$0].name } ?? "" : ""
            return .starvationAnnounced(StarvationAnnounced(
                partnerID: state.partners.profiles[one.partner].partnerID, kind: one.kind, cause: cause, rule: rule,
                since: one.since, until: one.until, leads: one.leads, of: one.of,
                valueMinorUnits: one.valueMinorUnits, ofValueMinorUnits: one.ofValueMinorUnits,
                leadsLookedAt: found.leads, leadsSo: leads))
        }
    }

    private func hasOthers(_ state: State, than partner: Int) -> Bool {
        (0..<state.partners.count).contains { $0 != partner && state.partners.status[$0] == .active }
    }

    /// One evaluation a lead, whoever is asked about.
    private mutating func lookBack(_ state: State, for starving: [Starving]) -> [Hindrances] {
        var found = starving.map { _ in Hindrances(rules: state.hardRules.count) }
        guard let policy = state.policy else { return found }
        var priced = state
        priced.workOutPrices(at: stamp)
        for recent in state.starvation.recent {
            guard let view = viewAgain(priced, recent) else { continue }
            let lead = priced.leads.leads[Int(recent.slot)]
            let outcome = Evaluation.evaluate(view, leadID: lead.id, priced, policy, at: stamp, scratch: &scratch)
            let kept = hindrances(priced, outcome)
            for index in starving.indices {
                let one = starving[index]
                let isHis = lead.holder == UInt32(one.partner)
                switch one.kind {
                case .floor, .idle:
                    let hadIt = isHis || lead.tried.contains(UInt32(one.partner))
                    if !hadIt && lead.submittedAt >= one.since { found[index].add(kept[one.partner]) }
                case .share:
                    if isHis, let closest = closest(kept, besides: one.partner, priced) { found[index].add(closest) }
                }
            }
        }
        return found
    }

    /// A lead as if it came now. None that must not be evaluated, and none that ended without a deal.
    private func viewAgain(_ state: State, _ recent: StarvationTable.Recent) -> LeadView? {
        let slot = Int(recent.slot), lead = state.leads.leads[slot]
        let isThere = lead.status == .assigned || lead.status == .escalated
            || (lead.status == .closed && lead.flags.contains(.learned))
        guard isThere, lead.submittedAt == recent.submittedAt, !lead.flags.contains(.restricted),
            barrier(state, [lead.subject]) == nil
        else { return nil }
        var view = state.view(ofLeadAt: slot)
        guard view.valueMinorUnits != nil, hasLawfulBasis(state, view) else { return nil }
        view.tried = []
        return view
    }

    private func closest(_ kept: [Hindrance], besides partner: Int, _ state: State) -> Hindrance? {
        kept.indices.lazy.filter { $0 != partner && state.partners.status[$0] == .active }.map { kept[$0] }
            .max { $0.cause.rawValue < $1.cause.rawValue }
    }

    /// What kept each partner from the lead that was evaluated last.
    private func hindrances(_ state: State, _ outcome: Evaluation.Outcome) -> [Hindrance] {
        var kept = [Hindrance](repeating: Hindrance(cause: .away), count: state.partners.count)
        let chosen = outcome.chosen.flatMap { scratch.partners.firstIndex(of: $0) }
        for row in scratch.partners.indices {
            kept[scratch.partners[row]] = Hindrance(cause: cause(row, chosen: chosen, outcome, state))
        }
        for step in scratch.steps {
            let hindrance = Hindrance(cause: Self.cause(step.reason), rule: step.rule)
            forEachBit(step.out) { kept[$0] = hindrance }
        }
        return kept
    }

    private static func cause(_ reason: ExclusionReason) -> StarvationCause {
        switch reason {
        case .hardRule: .rules
        case .paused, .absent, .tried, .coolingDown, .suspended, .leaving: .away
        case .openLeadsCap, .periodCap, .segmentCap: .capacity
        case .conversionBelowMinimum: .belowMinimum
        case .noTurns: .turn
        }
    }

    /// Of a partner that was scored: why not it.
    private func cause(
        _ row: Int, chosen: Int?, _ outcome: Evaluation.Outcome, _ state: State
    ) -> StarvationCause {
        if row == chosen { return .nothing }
        if !scratch.isIn[row] { return .belowMinimum }
        guard let chosen else {
            return outcome.ownerAtCap ? .ownership : outcome.placesReserved ? .price : .fit
        }
        let id = state.partners.profiles[scratch.partners[row]].partnerID
        switch outcome.summary.basis {
        case .ownership: return .ownership
        case .rotation: return .turn
        case .tieDebt where outcome.summary.tiedPartnerIDs.contains(id): return .turn
        default: return scratch.score[row] >= scratch.score[chosen] ? .price : .fit
        }
    }
}
