import LeadlineCore
import LeadlineSchemas
import TextFormats

/// Counts what an impact assessment begins with, while entries are read.
struct ImpactLedger: Codable {
    private var impact = ProgramRecords.ImpactInputs()
    private var byLot = 0

    mutating func take(_ entry: EntryRecord, policy: Policy?) {
        let time = RFC3339.format(entry.stamp)
        if impact.from.isEmpty { impact.from = time }
        impact.through = time
        if case .leadSubmitted = entry.input.fact { impact.leads += 1 }
        for event in entry.events {
            if event.isRouting { decided(event, entry, policy) }
            if event.overriddenAward != nil { impact.overridden += 1 }
            switch event {
            case .leadEscalated(let event): impact.escalations["\(event.reason)", default: 0] += 1
            case .leadAssigned(let event): if event.evaluation?.basis == .exploration { byLot += 1 }
            case .reviewOpened: impact.reviewsRequested += 1
            case .reviewResolved(let event):
                impact.reviewsDecided += 1
                if event.overridden { impact.reviewsOverridden += 1 }
            default: break
            }
        }
    }

    private mutating func decided(_ event: Event, _ entry: EntryRecord, _ policy: Policy?) {
        let account = DecisionAccount(event, of: entry.input, events: entry.events, policy: policy)
        // What would have been decided decided nothing.
        if account.decider != .nobody { impact.decisions[account.decider.rawValue, default: 0] += 1 }
    }

    /// True if the policy lists lawful bases or has a hard rule that looks at them.
    private static func asksForBasis(_ policy: Policy) -> Bool {
        !policy.lawfulBases.isEmpty || policy.hardRules.contains { looksAtBasis($0.require) }
    }

    private static func looksAtBasis(_ predicate: Predicate) -> Bool {
        switch predicate {
        case .all(let parts), .any(let parts): parts.contains(where: looksAtBasis)
        case .not(let part): looksAtBasis(part)
        case .leadIs(let field, _), .partnerCovers(let field, _): field == .lawfulBasis
        case .partnerLists, .leadNumberWithin, .partnerTierAtLeast: false
        }
    }

    /// The inputs, with what the records leave open.
    func result(_ records: ProgramRecords, policy: Policy?) -> ProgramRecords.ImpactInputs {
        var impact = impact
        let counted = impact.decisions.filter { $0.key != DecisionMaker.history.rawValue }.values.reduce(0, +)
        let alone = impact.decisions[DecisionMaker.leadline.rawValue] ?? 0
        impact.automatedShare = counted > 0 ? Double(alone) / Double(counted) : nil
        let rule = policy?.retention ?? RetentionRule()
        let points: [(ProgramRecords.ImpactInputs.OpenPoint, Bool)] = [
            (.noPolicy, policy == nil), (.noApprover, policy?.approvedBy.isEmpty == true),
            (.noBasisAsked, policy.map { !Self.asksForBasis($0) } ?? false),
            (.leadsWithoutBasis, records.processing.lawfulBases["not stated"] ?? 0 > 0),
            (.dealsKeptForEver, rule.closedDealDays == 0), (.otherLeadsKeptForEver, rule.otherLeadDays == 0),
            (.deadLettersKeptForEver, rule.deadLetterDays == 0),
            (.noReviewRule, policy?.review == ReviewRule() && policy?.shadow == false),
            (.transfersOutside, records.transfers.contains { $0.outside > 0 }),
            (.leadsByLot, byLot > 0), (.reviewsOpen, impact.reviewsRequested > impact.reviewsDecided),
        ]
        impact.openPoints = points.filter(\.1).map(\.0)
        return impact
    }
}
