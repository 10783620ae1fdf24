import LeadlineCore
import TextFormats

/// How far an import is.
public struct ImportProgress: Sendable, Equatable {
    public var appended: Int
    public var processed: Int
    public var total: Int
}

/// Records that one transaction appends.
private let chunkRecords = 5_000

extension Processor where Log == EmbeddedLog {
    /// Puts a history into the log and processes it. A crash at any moment is made up for by calling it again: what
    /// was appended is not appended twice, what was processed is not processed twice, and the journal is the same.
    ///
    /// The processor must run on event time, with a clock that stands at the end of the history.
    /// - Returns: False if this import was complete already; then nothing has changed.
    /// - Throws: `ImportError.historyIsOver` if the program's time is past the start of the history.
    public func importHistory(
        _ plan: ImportPlan, batchMax: Int, progress: (ImportProgress) -> Void = { _ in }
    ) throws -> Bool {
        var appended = try log.importProgress(plan.importID)
        if appended == plan.recordCount, try log.pendingCount() == 0 { return false }
        if appended == 0 { try refuseEarlierHistory(plan) }
        let isRegistered = try withState(of: plan.program) { state, _ in state.isRegistered } ?? false
        while appended < plan.recordCount {
            let end = min(appended + chunkRecords, plan.recordCount)
            var records = plan.newRecords(appended..<end)
            if isRegistered, let index = (appended..<end).first(where: { plan.isRegistration($0) }) {
                records.remove(at: index - appended)
            }
            try log.append(records, importID: plan.importID, progress: end, now: plan.lastMoment)
            appended = end
            progress(ImportProgress(appended: appended, processed: 0, total: plan.recordCount))
        }
        _ = try runUntilIdle(batchMax: batchMax) { report in
            progress(ImportProgress(appended: plan.recordCount, processed: report.records, total: plan.recordCount))
        }
        try settle()
        return true
    }

    /// Stamps never go back: a history that starts before the program's last entry would all fall on one moment.
    private func refuseEarlierHistory(_ plan: ImportPlan) throws {
        let lastStamp =
            try withState(of: plan.program) { state, _ in
                state.nextPosition > 0 ? state.lastStamp : nil
            } ?? nil
        guard let lastStamp, lastStamp > plan.firstMoment else { return }
        throw ImportError.historyIsOver(
            program: plan.program, lastStamp: RFC3339.format(lastStamp), start: RFC3339.format(plan.firstMoment))
    }
}
