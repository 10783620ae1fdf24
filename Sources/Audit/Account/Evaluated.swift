import LeadlineCore

/// What the summary of an evaluation says: the ground it stood on, what was decisive, and what did not count.
struct Evaluated {
    private let summary: EvaluationSummary
    private let policy: Policy?

    /// - Parameter policy: the policy in force, for what a summary does not repeat: names of rules, and the minimum.
    init(_ summary: EvaluationSummary, policy: Policy?) {
        self.summary = summary
        self.policy = policy
    }

    // MARK: The ground

    /// The policy with its rules, who was out, how many were evaluated.
    var ground: [AccountStatement] {
        var statements = [named]
        if !summary.arm.isEmpty { statements.append(.init(.arm, [.arm: .text(summary.arm)])) }
        if let policy {
            let rules = policy.hardRules.map(\.name)
            statements.append(rules.isEmpty ? .init(.noRules) : .init(.rules, [.rules: .list(rules)]))
        }
        if let least = policy?.minimumConversionBasisPoints, least > 0 {
            statements.append(.init(.minimumConversion, [.share: .share(Double(least) / 10_000)]))
        }
        if let rate = summary.rate { statements.append(counted(rate)) }
        statements += summary.exclusions.isEmpty ? [.init(.nobodyOut)] : summary.exclusions.map(out)
        statements.append(.init(.evaluated, [.count: .count(Int(summary.scored))]))
        return statements
    }

    /// The rate by which the deal's value was converted, to the millionth, and whose it is.
    private func counted(_ rate: RateUsed) -> AccountStatement {
        let millionths = String(rate.rateMicros % 1_000_000 + 1_000_000).utf8.dropFirst()
        let number = "\(rate.rateMicros / 1_000_000).\(String(decoding: millionths, as: UTF8.self))"
        var values: [AccountStatement.Name: AccountStatement.Value] = [
            .currency: .text(rate.currency), .rate: .text(number),
        ]
        guard let from = rate.validFrom else { return .init(.rateOfPolicy, values) }
        values[.date] = .text(String(decoding: RFC3339Text.format(from).utf8.prefix(10), as: UTF8.self))
        return .init(.ratePublished, values)
    }

    private var named: AccountStatement {
        let version = AccountStatement.Value.text(summary.policyVersion)
        guard let name = policy?.name, !name.isEmpty else { return .init(.policyWithoutName, [.version: version]) }
        return .init(.policy, [.policy: .text(name), .version: version])
    }

    private func out(_ exclusion: Exclusion) -> AccountStatement {
        let kind: AccountStatement.Kind =
            switch exclusion.reason {
            case .hardRule: .outByRule
            case .paused: .outPaused
            case .absent: .outAway
            case .tried: .outTried
            case .openLeadsCap: .outFull
            case .periodCap: .outPeriodFull
            case .conversionBelowMinimum: .outBelowMinimum
            case .coolingDown: .outCoolingDown
            case .suspended: .outSuspended
            case .segmentCap: .outSegmentFull
            case .leaving: .outLeaving
            case .noTurns: .outTurnless
            }
        return .init(kind, [.count: .count(Int(exclusion.partners)), .rule: .text(exclusion.rule)])
    }

    // MARK: The choice

    /// How the partner was chosen, what was decisive, and what did not count.
    func choice(of partner: String) -> [AccountStatement] {
        let decisive = AccountStatement(decisive, [
            .partner: .text(partner), .partners: .list(summary.tiedPartnerIDs), .share: .share(summary.propensity),
        ])
        return [.init(method), decisive] + beside(partner)
    }

    private var method: AccountStatement.Kind {
        switch summary.method {
        case .bidPrice: .methodBidPrice
        case .highestScore: .methodHighestScore
        case .roundRobin: .methodRoundRobin
        case .weightedRotation: .methodWeightedRotation
        case .highestFit: .methodHighestFit
        }
    }

    private var decisive: AccountStatement.Kind {
        switch (summary.basis, summary.method) {
        case (.none, _): .decisiveUnrecorded
        case (.ownership, _): summary.claimID.isEmpty ? .byOwnership : .byClaim
        case (.exploration, _): .byLot
        case (.agreement, _): .byAgreement
        case (.score, .bidPrice): .byNet
        case (.score, .highestScore): .byScore
        case (.fit, .highestFit): .byFit
        case (.rotation, .roundRobin): .byTurn
        case (.rotation, .weightedRotation): .byWeightedTurn
        case (.tieDebt, .bidPrice): .tiedByNet
        case (.tieDebt, .highestScore): .tiedByScore
        case (.tieDebt, .highestFit): .tiedByFit
        case (.tieDebt, _): .tiedByRank
        // No decider records these pairs; of a record that has one, no more is said than it says.
        case (.score, _), (.fit, _), (.rotation, _): .byRank
        }
    }

    private func beside(_ partner: String) -> [AccountStatement] {
        switch summary.basis {
        case .none: []
        case .rotation: [.init(.valuesDidNotCount)] + led(partner)
        case .ownership, .exploration, .agreement: [.init(.othersDidNotCount)] + led(partner)
        case .score, .tieDebt, .fit:
            uncounted + waited + figures(partner) + next
                + (summary.propensity > 0 ? [.init(.lotSpared, [.share: .share(summary.propensity)])] : [])
        }
    }

    private var uncounted: [AccountStatement] {
        switch summary.method {
        case .highestFit: [.init(.onlyFitCounted)]
        case .highestScore: [.init(.placesDidNotCount)]
        case .bidPrice, .roundRobin, .weightedRotation: []
        }
    }

    /// That who was not at work was charged for the wait.
    private var waited: [AccountStatement] {
        summary.best.contains { $0.waitingPrice > 0 } ? [.init(.waitingCounted)] : []
    }

    private func figures(_ partner: String) -> [AccountStatement] {
        guard let candidate = summary.best.first(where: { $0.partnerID == partner }) else { return [] }
        return [.init(.figures, values(of: candidate))]
    }

    /// Who came next; those who tied are named already.
    private var next: [AccountStatement] {
        let id = summary.runnerUpPartnerID
        guard !id.isEmpty, !summary.tiedPartnerIDs.contains(id), !summary.method.takesTurnsByCountry,
            let candidate = summary.best.first(where: { $0.partnerID == id })
        else { return [] }
        return [.init(ranked(.nextByNet, .nextByScore, .nextByFit), values(of: candidate))]
    }

    private func values(of candidate: Candidate) -> [AccountStatement.Name: AccountStatement.Value] {
        [
            .partner: .text(candidate.partnerID), .fit: .share(candidate.fit),
            .conversion: .share(candidate.conversion),
        ]
    }

    /// Who ranked above a partner that was not chosen for its rank; nobody where the record shows none that did.
    private func led(_ partner: String) -> [AccountStatement] {
        guard let first = summary.best.first, first.partnerID != partner, let last = summary.best.last else {
            return []
        }
        // One that is not among the recorded ranks no higher than the last of them.
        let chosen = summary.best.first { $0.partnerID == partner } ?? last
        guard rank(first) > rank(chosen) else { return [] }
        return [.init(ranked(.ledByNet, .ledByScore, .ledByFit), [.partner: .text(first.partnerID)])]
    }

    /// A rank as coarse as that by which the decider tells candidates apart.
    private func rank(_ candidate: Candidate) -> Double {
        switch summary.method {
        case .bidPrice: candidate.net.rounded()
        case .highestScore: (candidate.score - candidate.waitingPrice).rounded()
        case .roundRobin, .weightedRotation: candidate.score.rounded()
        case .highestFit: (candidate.fit * 100_000).rounded()
        }
    }

    private func ranked(
        _ net: AccountStatement.Kind, _ score: AccountStatement.Kind, _ fit: AccountStatement.Kind
    ) -> AccountStatement.Kind {
        switch summary.method {
        case .bidPrice: net
        case .highestScore, .roundRobin, .weightedRotation: score
        case .highestFit: fit
        }
    }
}

extension RoutingMethod {
    fileprivate var takesTurnsByCountry: Bool { self == .roundRobin || self == .weightedRotation }
}
