import Audit
import Dashboard
import Engine
import Evaluation
import LeadlineCore
import Reports
import UseCases

/// Reports as pages show them, beside the documents that the same work answers over the API.

extension Ranged {
    init(_ estimate: Estimate) { self.init(estimate.value, estimate.interval.low, estimate.interval.high) }
    init(_ figure: Forecast.Figure) { self.init(figure.expected, figure.interval80.low, figure.interval80.high) }
}

extension LearningPage.Found {
    /// Rows of a list that are looked at for the strongest.
    private static let effectsMost = 200
    /// A 95 % interval, in standard deviations.
    private static let width = 1.96

    static func result(_ deployment: Deployment) async throws -> Job.Result {
        let walk = try deployment.folded()
        let records = try await deployment.records([.models]).records
        let standing = walk.stream.state.modelStanding(cellsMost: 0)
        let document = ModelDocument(
            program: deployment.program, state: walk.stream.state, standing: standing, most: effectsMost)
        var found = Self(
            card: .init(
                version: document.version, logic: walk.stream.state.logicVersion, baseRate: document.baseRate,
                priorRate: document.priorRate, awards: document.awards, open: document.awardsOpen,
                won: Int(document.won), lost: Int(document.lost)))
        if let report = walk.evaluation.report(name: deployment.program) { found.take(report) }
        found.months = months(records.models)
        found.effects = (document.partners + document.values).map { effect in
            let spread = width * effect.deviation
            return .init(
                name: name(effect), logOdds: Ranged(effect.logOdds, effect.logOdds - spread, effect.logOdds + spread),
                won: Int(effect.won), closed: Int(effect.closed))
        }
        return .init(body: Array(try JSONText.line(document).utf8), report: found)
    }

    private mutating func take(_ report: JournalReport) {
        scored = report.scored
        scores = report.scores.map {
            .init(model: $0.model, logLoss: $0.scores.logLoss, brier: $0.scores.brier)
        }
        bins = report.reliability.map { bin in
            let interval = Rate(bin.observed * Double(bin.count), of: bin.count).interval
            return .init(
                predicted: bin.predicted,
                observed: Ranged(bin.observed, interval?.low ?? bin.observed, interval?.high ?? bin.observed),
                count: bin.count)
        }
    }

    private static func name(_ effect: ModelDocument.Effect) -> String {
        [effect.partner, effect.slot, effect.value].compactMap { $0 }.joined(separator: " ")
    }

    /// Versions of a month together; what it had learned counts on from version to version.
    private static func months(_ cards: [ProgramRecords.ModelCard]) -> [LearningPage.Month] {
        var months: [LearningPage.Month] = []
        var (won, lost) = (0, 0)
        for card in cards {
            let (newlyWon, newlyLost) = (max(0, card.won - won), max(0, card.lost - lost))
            (won, lost) = (card.won, card.lost)
            if months.last?.month != card.month {
                months.append(
                    .init(
                        month: card.month, decisions: 0, won: 0, lost: 0, outcomes: 0, predicted: 0, observed: 0))
            }
            months[months.count - 1].add(card, newlyWon, newlyLost)
        }
        return months
    }
}

extension LearningPage.Month {
    /// Adds what a version of the month says; shares weigh by their outcomes.
    fileprivate mutating func add(_ card: ProgramRecords.ModelCard, _ newlyWon: Int, _ newlyLost: Int) {
        decisions += card.decisions
        won += newlyWon
        lost += newlyLost
        guard let metrics = card.metrics, metrics.outcomes > 0 else { return }
        let all = Double(outcomes + metrics.outcomes)
        predicted = (predicted * Double(outcomes) + metrics.predicted * Double(metrics.outcomes)) / all
        observed = (observed * Double(outcomes) + metrics.observed * Double(metrics.outcomes)) / all
        outcomes += metrics.outcomes
    }
}

extension ForecastsPage.Found {
    static func result(_ deployment: Deployment, days: Int, backtests: Bool) throws -> Job.Result {
        let document = try deployment.forecast(days: days, changes: [], forecasts: true, backtests: backtests)
        let body = Array(try JSONText.line(document).utf8)
        return .init(body: body, report: document.forecast.map { Self($0, document.backtest) })
    }

    private init(_ forecast: Forecast, _ backtest: ForecastBacktest?) {
        func row(_ row: Forecast.Row) -> ForecastsPage.Row {
            .init(partner: row.partner, open: row.open, wins: Ranged(row.wins), revenue: Ranged(row.revenue))
        }
        self.init(
            from: forecast.from, to: forecast.to, currency: forecast.currency, total: row(forecast.total),
            partners: forecast.partners.map(row),
            quarters: backtest.map { backtest in
                backtest.quarters.map { quarter in
                    .init(
                        from: quarter.from,
                        wins: Ranged(
                            quarter.expectedWins, quarter.winsInterval80.low, quarter.winsInterval80.high),
                        won: quarter.wins, takesOver: quarter.takesOver)
                }
            })
    }
}

extension FairnessPage.Found {
    /// Of floors, so many days are looked back.
    private static let days: Int64 = 365

    static func result(_ deployment: Deployment) async throws -> Job.Result {
        let document = try await deployment.records([.fairness])
        let now = deployment.folder.now()
        let channel = try deployment.channelReport(
            windowDays: 30, from: now.adding(micros: -days * Timestamp.microsPerDay), to: now)
        let records = document.records
        let found = Self(
            jain: records.jainOfAssigned,
            partners: records.fairness.map { row in
                .init(
                    partner: row.partner, considered: row.considered, assigned: row.assigned,
                    overridden: row.overridden, selection: row.selectionRate, disparity: row.disparity)
            },
            countries: records.countries.map { row in
                .init(
                    country: row.country, leads: row.leads, toHuman: row.toHuman, rate: row.rate,
                    disparity: row.disparity)
            },
            floors: .init(
                asked: channel.floors.asked, met: channel.floors.met, outOfReach: channel.floors.outOfReach),
            announced: channel.starvation.reversed().map { row in
                let words = StarvationText(row, channel.currency) { String($0.utf8.prefix(10)) ?? $0 }
                return .init(
                    partner: row.partner, at: TimeText.moment(row.at), what: words.what, cause: words.cause,
                    remedy: words.remedy)
            })
        return .init(body: Array(try JSONText.line(channel).utf8), report: found)
    }
}

extension PilotsPage.Found {
    static func result(_ deployment: Deployment, _ pilot: String?, _ incumbent: String?) throws -> Job.Result {
        let report = try deployment.pilotReport(pilot, incumbent: incumbent)
        return .init(body: Array(try JSONText.line(report).utf8), report: Self(report))
    }

    private init(_ report: PilotReport) {
        self.init(
            pilot: report.pilot, incumbent: report.incumbent,
            arms: report.arms.map { PilotsPage.Arm($0, isIncumbent: $0.name == report.incumbent) },
            shadow: report.shadow.map { .init(leads: $0.leads, agreed: $0.agreed) })
    }
}

extension PilotsPage.Arm {
    fileprivate init(_ arm: PilotReport.Arm, isIncumbent: Bool) {
        let verdict: PilotsPage.Verdict =
            switch arm.verdict {
            case .better: .better
            case .worse: .worse
            case .tooEarly: .tooEarly
            case nil: isIncumbent ? .incumbent : .tooEarly
            }
        self.init(
            name: arm.name, leads: arm.figures.leads, closed: arm.figures.closed, won: arm.figures.won,
            winRate: arm.figures.winRate.map { Ranged($0) },
            difference: arm.uplift?.winRateDifference.map { Ranged($0) }, missing: arm.uplift?.leadsMissing,
            verdict: isIncumbent ? .incumbent : verdict)
    }
}

extension EnablementPage.Found {
    static func result(_ deployment: Deployment, _ change: Enablement, days: Int) throws -> Job.Result {
        let document = try deployment.forecast(days: days, changes: [change], forecasts: false, backtests: false)
        let body = Array(try JSONText.line(document).utf8)
        return .init(body: body, report: document.enablement.map { Self($0) })
    }

    private init(_ report: EnablementReport) {
        self.init(
            changes: report.changes, days: report.days, currency: report.currency, leads: report.leads,
            moved: report.moved, difference: Ranged(report.difference),
            partners: report.partners.map { .init(partner: $0.partner, before: $0.before, after: $0.after) })
    }
}

extension RulesEffectPage.Found {
    static func result(_ deployment: Deployment, _ policy: PolicyPublished, text: String) throws -> Job.Result {
        var request = CandidateRequest()
        request.policy = policy
        var report = try deployment.replay(against: request)
        let found = Self(report, text: text)
        report.differences = Array(report.differences.prefix(PolicyOperations.differencesMax))
        return .init(body: Array(try JSONText.line(report).utf8), report: found)
    }

    private init(_ report: CandidateReport, text: String) {
        self.init(
            version: report.version, currency: report.currency, decisions: report.decisions, changed: report.changed,
            expectedBefore: report.expectedBeforeMinorUnits, expectedAfter: report.expectedAfterMinorUnits,
            verdict: RulesEffectPage.Verdict(rawValue: report.verdict.rawValue) ?? .refused,
            differences: report.differences.prefix(RulesEffectPage.most).map { one in
                .init(
                    lead: one.lead, before: Self.place(one.before, one.beforeReason),
                    after: Self.place(one.after, one.afterReason),
                    gain: one.expectedAfterMinorUnits - one.expectedBeforeMinorUnits)
            },
            partners: report.partners.map { .init(partner: $0.partner, before: $0.before, after: $0.after) },
            text: text)
    }

    /// A partner, or in brackets why the lead went to none.
    private static func place(_ partner: String?, _ reason: String) -> String {
        partner ?? "(" + (reason == "merged" ? reason : DecisionReasonWords.escalation(named: reason)) + ")"
    }
}
