import LeadlineCore

/// What a replay under a candidate counts: decisions, partners, and each lead's way for the off-policy estimates.
struct ReplayBook: Sendable {
    private enum Fate { case open, closed, leftOut }

    private struct Lead {
        var id: String
        var wins: [LoggedChoice] = []
        var revenue: [LoggedChoice] = []
        var fate = Fate.open
        var won = false
        var amount: Int64 = 0
        /// The first decision was drawn by lot, or there was nothing to draw.
        var isInReach = false
        var lots = 0
        var changed = 0
        var unsupported = 0.0
        var candidates = 0
        var firstAt = Timestamp.epoch
    }

    /// The lots that the candidate itself would draw, and what they would come to.
    private var lots: LotBudget
    private var exploration: ExplorationTally
    private var leads: [Lead] = []
    private var indexByID: [String: Int] = [:]
    private var decisions = 0
    private var differences: [DecisionDifference] = []
    private var partners: [String: CandidateReport.PartnerLeads] = [:]
    private var expectedBefore = 0.0
    private var expectedAfter = 0.0
    private var imported = 0

    /// Nothing compared yet.
    /// - Parameter lots: The candidate's own.
    init(_ lots: LotBudget) {
        self.lots = lots
        exploration = ExplorationTally()
    }

    /// The candidate draws by another policy's lots from here on.
    mutating func draw(by lots: LotBudget) { self.lots = lots }

    // MARK: Decisions

    /// Compares a decision with the candidate's.
    mutating func compare(
        _ recorded: RoutingChoice, _ decided: RoutingChoice, _ evaluation: FullEvaluation?, position: UInt64,
        at stamp: Timestamp
    ) -> ComparedDecision {
        decisions += 1
        let value = Double(recorded.summary?.dealValueMinorUnits ?? decided.summary?.dealValueMinorUnits ?? 0)
        let drawnAmong = CandidateModel.drawnAmong(decided, evaluation)
        let explored = drawnAmong.isEmpty ? 0 : lots.next(at: stamp)
        let model = CandidateModel(recorded, decided, evaluation, drawnAmong, explored: explored)
        exploration.count(drawnAmong, usual: decided.partnerID, explored: explored, value: value, model.conversion)
        let before = value * model.conversion(of: recorded.partnerID),
            after = value * model.conversion(of: decided.partnerID)
        count(recorded.partnerID, \.before)
        count(decided.partnerID, \.after)
        expectedBefore += before
        expectedAfter += after
        if recorded.isImported { imported += 1 } else { log(recorded, decided, model, value, at: stamp) }
        if recorded.isSame(as: decided) { return ComparedDecision(chances: model.chances, difference: nil) }
        let difference = DecisionDifference(
            lead: recorded.leadID, position: position, at: stamp, before: recorded.partnerID,
            beforeReason: recorded.reason,
            after: decided.partnerID, afterReason: decided.reason, valueMinorUnits: Int64(value),
            expectedBeforeMinorUnits: MinorUnits.rounded(before), expectedAfterMinorUnits: MinorUnits.rounded(after))
        differences.append(difference)
        return ComparedDecision(chances: model.chances, difference: difference)
    }

    private mutating func count(_ partner: String?, _ side: WritableKeyPath<CandidateReport.PartnerLeads, Int>) {
        guard let partner else { return }
        partners[partner, default: .init(partner: partner, before: 0, after: 0)][keyPath: side] += 1
    }

    private mutating func log(
        _ recorded: RoutingChoice, _ decided: RoutingChoice, _ model: CandidateModel, _ value: Double,
        at stamp: Timestamp
    ) {
        if recorded.reason == "merged" { return }
        let index: Int
        if let known = indexByID[recorded.leadID] {
            index = known
        } else {
            index = leads.count
            indexByID[recorded.leadID] = index
            var lead = Lead(id: recorded.leadID)
            lead.isInReach = recorded.isDrawn || recorded.summary?.basis == .ownership || recorded.candidatesIn <= 1
            lead.firstAt = stamp
            leads.append(lead)
        }
        let choice = model.choice
        leads[index].wins.append(choice)
        leads[index].revenue.append(
            LoggedChoice(
                propensity: choice.propensity, candidateProbability: choice.candidateProbability,
                loggedModel: choice.loggedModel * value, candidateModel: choice.candidateModel * value))
        if recorded.isDrawn { leads[index].lots += 1 }
        if !recorded.isSame(as: decided) { leads[index].changed += 1 }
        leads[index].unsupported += model.unsupported
        leads[index].candidates += recorded.candidatesIn
    }

    /// Takes in what came of leads.
    mutating func take(_ events: [Event]) {
        for event in events {
            guard case .leadClosed(let closed) = event, let index = indexByID[closed.leadID] else { continue }
            // Whoever objected or was erased says nothing about how well a lead was routed.
            leads[index].fate = closed.reason == .objected || closed.reason == .erased ? .leftOut : .closed
            leads[index].won = closed.reason == .won
            leads[index].amount = closed.reason == .won ? closed.amountMinorUnits : 0
        }
    }

    // MARK: What came of it

    /// Leads on which a lot could fall. Where lots were drawn at all, the others say nothing about the candidate.
    private var reached: [Lead] {
        let hasLots = leads.contains { $0.lots > 0 }
        return leads.filter { !hasLots || $0.isInReach }
    }

    var estimatedLeads: [String] { reached.compactMap { $0.fate == .closed ? $0.id : nil } }

    func report(program: String, policy: String, version: String, currency: String, _ demands: Overlap.Demands)
        -> CandidateReport
    {
        let reached = reached
        let closed = reached.filter { $0.fate == .closed }
        let wins = OffPolicyEstimates(closed.map { LoggedLead(choices: $0.wins, reward: $0.won ? 1 : 0) })
        let revenue = OffPolicyEstimates(closed.map { LoggedLead(choices: $0.revenue, reward: Double($0.amount)) })
        let rows = partners.values.sorted { ($1.after - $1.before, $0.partner) < ($0.after - $0.before, $1.partner) }
        return CandidateReport(
            program: program, policy: policy, version: version, currency: currency, decisions: decisions,
            changed: differences.count,
            differences: differences, partners: rows, expectedBeforeMinorUnits: MinorUnits.rounded(expectedBefore),
            expectedAfterMinorUnits: MinorUnits.rounded(expectedAfter),
            exploration: exploration.report(lots, expected: expectedAfter), imported: imported, closed: closed.count,
            open: reached.count { $0.fate == .open }, leftOut: reached.count { $0.fate == .leftOut },
            withoutLot: leads.count - reached.count, settledThrough: Self.settled(reached), winRate: wins,
            revenue: revenue,
            overlap: Overlap(Self.evidence(closed), revenue, demands))
    }

    private static func evidence(_ closed: [Lead]) -> Overlap.Evidence {
        let decisions = closed.reduce(0) { $0 + $1.wins.count }
        var evidence = Overlap.Evidence()
        evidence.closed = closed.count
        if decisions == 0 { return evidence }
        evidence.lots = closed.reduce(0) { $0 + $1.lots }
        evidence.changedShare = Double(closed.reduce(0) { $0 + $1.changed }) / Double(decisions)
        evidence.unsupportedShare = closed.reduce(0) { $0 + $1.unsupported } / Double(decisions)
        evidence.meanCandidates = Double(closed.reduce(0) { $0 + $1.candidates }) / Double(decisions)
        return evidence
    }

    /// The latest moment up to which 95 of 100 leads have ended; nil if there is none, or if all leads are like that.
    private static func settled(_ leads: [Lead]) -> Timestamp? {
        let ordered = leads.sorted { $0.firstAt < $1.firstAt }
        var open = 0
        var last: Timestamp?
        for (count, lead) in ordered.enumerated() {
            if lead.fate == .open { open += 1 }
            if Double(open) <= 0.05 * Double(count + 1) { last = lead.firstAt }
        }
        return last == ordered.last?.firstAt ? nil : last
    }
}

/// A decision's figures by the model of its moment.
struct CandidateModel {
    /// Conversions of the candidate's evaluation and, where it does not know a partner, of the recorded one.
    private var conversions: [String: Double] = [:]
    /// The decision as the estimates take it, in chances to win.
    let choice: LoggedChoice
    /// Share of the candidate's choices that the logged policy could not have made.
    let unsupported: Double
    /// Where the candidate sends the lead; nil is no partner.
    let chances: [(partnerID: String?, probability: Double)]

    init(
        _ recorded: RoutingChoice, _ decided: RoutingChoice, _ evaluation: FullEvaluation?, _ drawnAmong: [String],
        explored: Double
    ) {
        var conversions: [String: Double] = [:]
        for best in recorded.summary?.best ?? [] { conversions[best.partnerID] = best.conversion }
        for candidate in evaluation?.candidates ?? [] { conversions[candidate.partnerID] = candidate.conversion }
        self.conversions = conversions
        let chances = Self.chances(decided, drawnAmong, explored)
        self.chances = chances
        let probability =
            recorded.isSame(as: decided) && recorded.partnerID == nil
            ? 1 : chances.first { $0.partnerID == recorded.partnerID }?.probability ?? 0
        choice = LoggedChoice(
            propensity: recorded.propensity, candidateProbability: probability,
            loggedModel: recorded.partnerID.flatMap { conversions[$0] } ?? 0,
            candidateModel: chances.reduce(0) { $0 + $1.probability * ($1.partnerID.flatMap { conversions[$0] } ?? 0) })
        unsupported = Self.unsupported(recorded, chances, isSameQueue: recorded.isSame(as: decided))
    }

    func conversion(of partner: String?) -> Double { partner.flatMap { conversions[$0] } ?? 0 }

    /// Partners among whom the candidate's lot would be drawn; none where it would not be.
    static func drawnAmong(_ decided: RoutingChoice, _ evaluation: FullEvaluation?) -> [String] {
        if decided.partnerID == nil || decided.summary?.basis == .ownership { return [] }
        let partners = (evaluation?.candidates ?? []).compactMap { $0.isBelowMinimum ? nil : $0.partnerID }
        return partners.count > 1 ? partners : []
    }

    private static func chances(
        _ decided: RoutingChoice, _ drawnAmong: [String], _ explored: Double
    ) -> [(partnerID: String?, probability: Double)] {
        if explored == 0 || drawnAmong.isEmpty { return [(decided.partnerID, 1)] }
        let lot = explored / Double(drawnAmong.count)
        return drawnAmong.map { ($0, lot + ($0 == decided.partnerID ? 1 - explored : 0)) }
    }

    /// A lot could have fallen on every candidate; all of them are known where a decision names all of them.
    private static func unsupported(
        _ recorded: RoutingChoice, _ chances: [(partnerID: String?, probability: Double)], isSameQueue: Bool
    ) -> Double {
        let named = recorded.summary?.best ?? []
        let namesAll = recorded.candidatesIn <= named.count
        return chances.reduce(0) { sum, chance in
            let could: Bool
            if let partner = chance.partnerID {
                could =
                    partner == recorded.partnerID
                    || (recorded.isDrawn && (!namesAll || named.contains { $0.partnerID == partner }))
            } else {
                could = recorded.partnerID == nil && isSameQueue
            }
            return sum + (could ? 0 : chance.probability)
        }
    }
}

/// Amounts that were computed, as the whole minor units that reports show.
enum MinorUnits {
    static func rounded(_ amount: Double) -> Int64 {
        Int64(exactly: amount.rounded()) ?? (amount > 0 ? .max : amount < 0 ? .min : 0)
    }
}
