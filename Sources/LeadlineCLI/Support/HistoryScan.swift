import Evaluation
import LeadlineSchemas

/// A program's history, read from its journal for reports.
enum HistoryScan {
    /// Reads all of it.
    static func run(_ data: DataFolderOptions, readsCandidates: Bool) throws -> NetworkHistory {
        var history = NetworkHistory(readsCandidates: readsCandidates)
        try EntryScan.run(data) { entry, _ in history.take(entry.input, entry.events, at: entry.stamp) }
        return history
    }
}
