public import Evaluation
public import LeadlineCore

/// Off-policy estimates held against the truth: in an arena what a candidate would have earned is known.
///
/// Each run routes the arena's leads once more, with other lots and other outcomes, hands the entries to a
/// `CandidateReplay` as a journal would, and compares its estimates with the arena's hidden probabilities at the
/// candidate's choice, lead by lead, in the state that the run had left: the very thing that a replay estimates.
public struct EstimateCheck: Sendable, Encodable {
    /// One estimator of one reward, over all runs that allowed a conclusion.
    public struct Row: Sendable, Encodable {
        /// "ips", "snips", "doublyRobust", or "difference" for doubly robust minus logged.
        public var estimator: String
        /// Runs whose 95 % interval held the truth.
        public var covered: Rate
        /// Of the other runs, those whose interval lay above the truth.
        public var above = 0
        /// Means over the runs: truth, estimate, and width of the interval.
        public var meanTruth = 0.0
        public var meanEstimate = 0.0
        public var meanWidth = 0.0
    }

    /// Runs so far, and those in which the logs did not allow a conclusion.
    public private(set) var runs = 0
    public private(set) var refused = 0
    /// Why the last of those did not, a sentence each, and what would mend it.
    public private(set) var refusal: [String] = []
    /// Won amount a lead in minor units; wins a lead.
    public private(set) var revenue = Self.rows
    public private(set) var winRate = Self.rows
    /// Runs that called the candidate better or worse, by whether that was true; and runs that did not tell.
    public private(set) var right = 0
    public private(set) var wrong = 0
    public private(set) var undecided = 0
    /// Share of the decisions in which the candidate chooses otherwise, leads that the estimates rest on, and effective
    /// sample size, on average.
    public private(set) var meanChangedShare = 0.0
    public private(set) var meanLeads = 0.0
    public private(set) var meanEffectiveSampleSize = 0.0

    private static var rows: [Row] {
        ["ips", "snips", "doublyRobust", "difference"].map { Row(estimator: $0, covered: Rate(0, of: 0)) }
    }

    /// No run yet.
    public init() {}

    /// True if every estimator's interval held the truth in nine of ten runs at least.
    public var holds: Bool { (revenue + winRate).allSatisfy { $0.covered.trials == 0 || $0.covered.share >= 0.9 } }

    /// Routes the leads once more and compares.
    /// - Parameters:
    ///   - seed: Of lots and outcomes.
    ///   - candidate: What is estimated; rules and periods are the arena's.
    ///   - change: What the logged policy has otherwise than the default.
    ///   - progress: Called with the leads routed so far.
    public mutating func run(
        _ arena: Arena, start: ArenaStart, seed: UInt64, candidate: Policy, change: (inout Policy) -> Void,
        progress: (Int) -> Void = { _ in }
    ) throws {
        precondition(start != .truth, "a replay knows no truth")
        var log = EstimateLog(arena, CandidateReplay(arena.fitted(candidate), version: "candidate"))
        var run = ArenaRun(arena, start: start, change: change)
        run.policyVersion = "arena-\(seed)"
        run.outcomeSeed = seed
        run.waitsForOutcomes = true
        run.observe = { try log.take($0) }
        try run.route(progress: progress)
        add(log)
    }

    private mutating func add(_ log: EstimateLog) {
        let report = log.replay.report(program: "arena"), truth = log.truth
        runs += 1
        guard report.overlap.isEnough, let money = report.revenue, let wins = report.winRate else {
            refused += 1
            refusal = report.overlap.words + [report.overlap.remedy]
            return
        }
        for index in revenue.indices {
            revenue[index].add(money, truth.revenue, truth.loggedRevenue, of: runs - refused)
            winRate[index].add(wins, truth.wins, truth.loggedWins, of: runs - refused)
        }
        switch report.verdict {
        case .better, .worse:
            if (report.verdict == .better) == (truth.revenue > truth.loggedRevenue) { right += 1 } else { wrong += 1 }
        case .undecided, .same, .refused: undecided += 1
        }
        let count = Double(runs - refused)
        meanChangedShare += (Double(report.changed) / Double(max(report.decisions, 1)) - meanChangedShare) / count
        meanLeads += (Double(money.leads) - meanLeads) / count
        meanEffectiveSampleSize += (money.effectiveSampleSize - meanEffectiveSampleSize) / count
    }
}

extension EstimateCheck.Row {
    fileprivate mutating func add(_ estimates: OffPolicyEstimates, _ truth: Double, _ logged: Double, of count: Int) {
        let (estimate, true_) =
            switch estimator {
            case "ips": (estimates.ips, truth)
            case "snips": (estimates.snips, truth)
            case "doublyRobust": (estimates.doublyRobust, truth)
            default: (estimates.difference, truth - logged)
            }
        covered.trials += 1
        if estimate.interval.contains(true_) {
            covered.successes += 1
        } else if estimate.interval.low > true_ {
            above += 1
        }
        meanTruth += (true_ - meanTruth) / Double(count)
        meanEstimate += (estimate.value - meanEstimate) / Double(count)
        meanWidth += (estimate.interval.high - estimate.interval.low - meanWidth) / Double(count)
    }
}

/// One run's replay, and the truth of each decision beside it.
private struct EstimateLog {
    struct Truth {
        var revenue = 0.0
        var wins = 0.0
        var loggedRevenue = 0.0
        var loggedWins = 0.0
    }

    private let arena: Arena
    private let leads: [String: Int]
    private let partners: [String: Int]
    private(set) var replay: CandidateReplay
    /// By the candidate's choice and by the one that was logged, of each lead.
    private var chances: [String: (candidate: Double, logged: Double)] = [:]

    init(_ arena: Arena, _ replay: CandidateReplay) {
        self.arena = arena
        self.replay = replay
        leads = Dictionary(uniqueKeysWithValues: arena.leads.enumerated().map { ($1.id, $0) })
        partners = Dictionary(uniqueKeysWithValues: arena.profiles.enumerated().map { ($1.partnerID, $0) })
    }

    mutating func take(_ entry: ArenaRun.Entry) throws {
        guard let compared = replay.take(entry.input, entry.events, at: entry.stamp),
            let choice = RoutingChoice(entry.events), let lead = leads[choice.leadID]
        else { return }
        let candidate = try compared.chances.reduce(0) { try $0 + $1.probability * probability(lead, $1.partnerID) }
        chances[choice.leadID] = (candidate, try probability(lead, choice.partnerID))
    }

    private func probability(_ lead: Int, _ partnerID: String?) throws -> Double {
        guard let partnerID else { return 0 }
        guard let partner = partners[partnerID], let place = arena.leads[lead].eligible.firstIndex(of: partner) else {
            throw ArenaError("\(arena.leads[lead].id) went to \(partnerID), of whom truth.jsonl says nothing there")
        }
        return arena.leads[lead].probabilities[place]
    }

    /// What the candidate would earn a lead, over the leads that the estimates rest on.
    var truth: Truth {
        var truth = Truth()
        let estimated = replay.estimatedLeads
        for id in estimated {
            guard let lead = leads[id], let chance = chances[id] else { continue }
            let value = Double(arena.leads[lead].attributes.dealValue?.minorUnits ?? 0)
            truth.revenue += value * chance.candidate
            truth.wins += chance.candidate
            truth.loggedRevenue += value * chance.logged
            truth.loggedWins += chance.logged
        }
        let count = Double(max(estimated.count, 1))
        truth.revenue /= count
        truth.wins /= count
        truth.loggedRevenue /= count
        truth.loggedWins /= count
        return truth
    }
}
