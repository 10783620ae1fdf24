import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
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
        try plan.refuse(ifOver: lastStamp)
    }
}

extension ImportPlan {
    /// Stamps never go back.
    fileprivate func refuse(ifOver lastStamp: Timestamp?) throws(ImportError) {
        guard let lastStamp, lastStamp > firstMoment else { return }
        throw ImportError.historyIsOver(
            program: program, lastStamp: RFC3339.format(lastStamp), start: RFC3339.format(firstMoment))
    }

    /// Whether the import has still to be begun in a folder, or to be finished there. Changes nothing.
    /// - Throws: `ImportError.historyIsOver` if the program's time is past the start of the history.
    public func isNew(in folder: DataFolder) throws -> Bool {
        let journal = try folder.openJournalReadOnly()
        return try journal.read { db in
            let appended =
                try db.tableExists("imports")
                ? Int.fetchOne(db, sql: "SELECT appended FROM imports WHERE id = ?", arguments: [importID]) ?? 0 : 0
            if appended > 0 { return appended < recordCount }
            guard let head = try JournalReader().head(of: program, in: db), head.size > 0 else { return true }
            try refuse(ifOver: try lastStamp(head.size - 1, db))
            return true
        }
    }

    private func lastStamp(_ position: UInt64, _ db: Database) throws -> Timestamp? {
        guard let bytes = try JournalReader().entry(program: program, position: position, in: db) else {
            // What is archived is older than what any new history starts with.
            return try ProgramStream.archivedState(program, db)?.lastStamp
        }
        return try EntryCodec.decode(bytes).stamp
    }
}
