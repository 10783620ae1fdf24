public import Engine
import LeadlineCore

/// What an import did.
public struct Imported: Sendable {
    /// False if this import was there already.
    public let isNew: Bool
    public let result: ImportResult
}

extension Deployment {
    /// Imports a CRM's history on the time of its events.
    /// - Parameter batchMax: most records a batch.
    public func importHistory(_ plan: ImportPlan, batchMax: Int) async throws(Problem) -> Imported {
        try await Problem.told {
            // The clock stands at the end of the history: what falls due later is for the live program to decide.
            let processor = try Processor(folder, clock: FixedClock(plan.lastMoment), timeSource: .eventTime)
            let line = progress("importing", unit: "records")
            defer { line.finish() }
            let isNew: Bool
            do {
                isNew = try await processor.importHistory(plan, batchMax: batchMax) { progress in
                    line.update(UInt64(progress.processed), of: UInt64(progress.total))
                }
            } catch let error as ImportError {
                throw Problem(.invalid, "\(error)")
            }
            return Imported(isNew: isNew, result: try ImportResult.read(plan, in: folder))
        }
    }
}

extension Deployment {
    /// What an import of this plan would meet in the folder's journal: that it is there already, or what stops it.
    /// Changes nothing.
    /// - Returns: true if it would be new.
    public func checkImport(_ plan: ImportPlan) throws(Problem) -> Bool {
        try Problem.told { () throws -> Bool in
            do {
                return try plan.isNew(in: folder)
            } catch let error as ImportError {
                throw Problem(.invalid, "\(error)")
            }
        }
    }
}
