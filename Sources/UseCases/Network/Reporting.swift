public import Evaluation
import LeadlineSchemas
public import LeadlineCore
public import Reports

extension Deployment {
    /// The health of the channel.
    public func channelReport(windowDays: Int, from: Timestamp, to: Timestamp) throws(Problem) -> ChannelReport {
        ChannelReport(try history(readsCandidates: true), program: program, windowDays: windowDays, from: from, to: to)
    }

    /// What a pilot shows so far.
    /// - Parameters:
    ///   - pilot: its name; nil for the newest.
    ///   - incumbent: the arm to compare with; nil for the first that takes turns or follows rules.
    public func pilotReport(_ pilot: String?, incumbent: String?) throws(Problem) -> PilotReport {
        let history = try history(readsCandidates: false)
        return try Problem.told {
            do { return try PilotReport(history, program: program, pilot: pilot, incumbent: incumbent) } catch let error
                as EvaluationError
            {
                throw Problem(.notFound, error.what, at: pilot ?? incumbent ?? "", remedy: error.remedy)
            }
        }
    }

    /// Next quarter's wins and revenue, and what enabling partners would be worth.
    /// - Parameters:
    ///   - changes: what is changed in profiles; they count together.
    ///   - forecasts: false leaves the forecast itself out.
    ///   - backtests: forecasts past quarters too.
    public func forecast(
        days: Int, changes: [Enablement], forecasts: Bool, backtests: Bool
    ) throws(Problem) -> ForecastDocument {
        let history = try history(readsCandidates: false)
        let last = history.last ?? .epoch
        return try Problem.told {
            do {
                let enablement = try enablement(
                    changes, from: last.adding(micros: -Int64(days) * Timestamp.microsPerDay), days: days)
                var document = ForecastDocument(forecast: nil, backtest: nil, enablement: enablement)
                if forecasts || enablement == nil {
                    document.forecast = try Forecast(history, program: program, at: last, days: days)
                }
                if backtests { document.backtest = ForecastBacktest(history, program: program, days: days) }
                return document
            } catch let error as EvaluationError {
                throw Problem(.invalid, error.what, at: program, remedy: error.remedy)
            }
        }
    }

    private func enablement(_ changes: [Enablement], from: Timestamp, days: Int) throws -> EnablementReport? {
        if changes.isEmpty { return nil }
        var run = EnablementRun(changes, from: from)
        try walk("routing again") { entry, _ in run.take(entry.input, entry.events, at: entry.stamp) }
        return try run.report(days: days)
    }
}
