import LeadlineCore

/// Evaluates the product's model on a file's rows, beside two simple rates.
public struct Evaluator: Sendable {
    /// Share of the rows after which scores begin.
    public var fromShare: Double
    /// How often the timed pass is made.
    public var passes: Int
    /// A column's value gets scores of its own with more scored rows than this.
    public var groupLeast: Int
    /// The logic version as whose programs the model learns.
    public var logic: UInt32

    /// - Parameters:
    ///   - fromShare: Share of the rows after which scores begin, from 0 to below 1.
    ///   - passes: How often the timed pass is made, at least once.
    ///   - groupLeast: A column's value gets scores of its own with more scored rows than this.
    ///   - logic: The logic version as whose programs the model learns; the rows are to be read by the same.
    public init(fromShare: Double = 0.5, passes: Int = 1, groupLeast: Int = 500, logic: UInt32 = Logic.newest) {
        precondition(fromShare >= 0 && fromShare < 1 && passes >= 1 && groupLeast >= 0, "settings are checked before")
        self.fromShare = fromShare
        self.passes = passes
        self.groupLeast = groupLeast
        self.logic = logic
    }

    /// Runs the model and the simple rates over the rows, then scores them.
    /// - Parameters:
    ///   - observations: The rows.
    ///   - file: What the report calls them.
    ///   - progress: Called now and then with the rows done in all passes of the model.
    /// - Throws: `EvaluationError` if there is nothing to score.
    public func report(on observations: Observations, file: String, progress: (Int) -> Void = { _ in })
        throws(EvaluationError) -> EvaluationReport
    {
        let first = Int(Double(observations.count) * fromShare)
        let scored = (first..<observations.count).filter { observations.outcomes[$0] != nil }
        if scored.isEmpty {
            throw EvaluationError(
                "no outcome is known among the \(observations.count - first) rows that would be scored",
                remedy: "Score more of them with a smaller --from-share, or check the columns of closing and outcome")
        }
        let model = try timed(observations, progress)
        var base = BaseRate(), partner = PartnerRate(observations)
        let baseRates = ProgressiveValidation.run(&base, over: observations).predictions
        let partnerRates = ProgressiveValidation.run(&partner, over: observations).predictions
        let won = scored.map { observations.outcomes[$0] == true }
        func picked(_ predictions: [Double]) -> [Double] { scored.map { predictions[$0] } }
        let named = [("leadline", model.pass.predictions), ("base rate", baseRates), ("partner rate", partnerRates)]
        return EvaluationReport(
            file: file, rows: observations.count, partners: observations.partnerNames.count,
            slots: observations.slotNames,
            values: observations.valueCount - 1, open: observations.openCount,
            shareWon: Self.share(observations.outcomes.compactMap { $0 }),
            first: observations.dayText(observations.arrivals[0]),
            last: observations.dayText(observations.arrivals[observations.count - 1]),
            outcomesArePrompt: OutcomeQueue(observations).isPrompt, wasSorted: observations.wasSorted,
            scoredFrom: first + 1, scored: scored.count, scoredShareWon: Self.share(won) ?? 0,
            scores: named.map { EvaluationReport.ModelScores(model: $0.0, scores: Scores(picked($0.1), won: won)) },
            speed: EvaluationReport.Speed(
                rowsPerSecond: Double(observations.count) / max(model.pass.threadSeconds, 1e-9),
                threadSeconds: model.pass.threadSeconds,
                wallSeconds: model.pass.wallSeconds, passes: passes),
            modelHash: model.hash, reliability: ReliabilityBin.bins(picked(model.pass.predictions), won: won),
            partnerRateReliability: ReliabilityBin.bins(picked(partnerRates), won: won),
            coverage: observations.leads.isEmpty
                ? IntervalCoverage.table(
                    predicted: picked(model.pass.predictions), deviations: picked(model.pass.deviations),
                    partners: scored.map { observations.partners[$0] }, won: won) : [],
            coldStart: ColdStart.table(
                model: model.pass.predictions, baseRate: baseRates, partnerRate: partnerRates,
                learned: model.pass.learned, outcomes: observations.outcomes),
            learningCurve: LearningCurve(
                model: model.pass.predictions, baseRate: baseRates, partnerRate: partnerRates,
                outcomes: observations.outcomes),
            by: observations.groupings.map { grouped($0, scored, model.pass.predictions, observations.outcomes) })
    }

    /// The best of the timed passes; all of them must learn the same, to the bit.
    private func timed(_ observations: Observations, _ progress: (Int) -> Void) throws(EvaluationError) -> (
        pass: ProgressivePass, hash: String
    ) {
        var best: (pass: ProgressivePass, hash: String)?
        for number in 0..<passes {
            let (pass, hash) = pass(over: observations) { progress(number * observations.count + $0) }
            if let known = best, known.hash != hash || known.pass.predictions != pass.predictions {
                throw EvaluationError(
                    "two passes over the same rows differ",
                    remedy: "This is a defect of Leadline: please report it with the file")
            }
            if pass.threadSeconds < best?.pass.threadSeconds ?? .infinity { best = (pass, hash) }
        }
        guard let best else { preconditionFailure("there is at least one pass, and it takes less than for ever") }
        return best
    }

    /// One pass of the model, and a hash of what it has learned: as a program's own where columns are fields of leads.
    private func pass(
        over observations: Observations, _ progress: (Int) -> Void
    ) -> (pass: ProgressivePass, hash: String) {
        if observations.leads.isEmpty {
            var learner = WinModelLearner(observations, settings: .ofHistory(logic: logic))
            let pass = ProgressiveValidation.run(&learner, over: observations, progress: progress)
            return (pass, learner.model.contentHash().description)
        }
        var learner = ProgramLearner(observations, logic: logic)
        let pass = ProgressiveValidation.run(&learner, over: observations, progress: progress)
        return (pass, learner.run.state.modelStanding(cellsMost: 0).contentHash.description)
    }

    private func grouped(
        _ grouping: Observations.Grouping, _ scored: [Int], _ predictions: [Double], _ outcomes: [Bool?]
    ) -> EvaluationReport.GroupedScores {
        var members = [[Int]](repeating: [], count: grouping.names.count)
        for row in scored { members[grouping.ids[row]].append(row) }
        let large = members.indices.filter { members[$0].count > groupLeast }
            .sorted { (members[$1].count, $0) < (members[$0].count, $1) }
        let groups = large.map { id -> EvaluationReport.Group in
            EvaluationReport.Group(
                value: grouping.names[id], predicted: members[id].map { predictions[$0] },
                won: members[id].map { outcomes[$0] == true })
        }
        return EvaluationReport.GroupedScores(column: grouping.column, values: grouping.names.count, groups: groups)
    }

    private static func share(_ won: [Bool]) -> Double? {
        won.isEmpty ? nil : Double(won.reduce(0) { $0 + ($1 ? 1 : 0) }) / Double(won.count)
    }
}
