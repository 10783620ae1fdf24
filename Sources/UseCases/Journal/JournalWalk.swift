import Audit
import Engine
public import Evaluation
import GRDB
import Journal
import LeadlineSchemas

extension Deployment {
    /// Walks over the program's entries in order, from the first to the newest. The chain is checked on the way: of
    /// what was tampered with no entry is handed out.
    /// - Parameters:
    ///   - skipsArchived: entries that are archived and not at hand are passed over, where else they are asked for.
    ///   - known: the stream as far as it was walked before; only what came since is handed out.
    /// - Returns: the head, and whether entries were passed over.
    @discardableResult
    func walk(
        _ label: String = "reading the journal", skipsArchived: Bool = false, after known: StreamHead? = nil,
        _ body: (EntryRecord, UInt64) throws -> Void
    ) throws(Problem) -> (head: StreamHead, isWhole: Bool) {
        let line = progress(label)
        defer { line.finish() }
        return try Problem.told {
            try folder.openJournalReadOnly().read { db in
                let head = try existing(try JournalReader().head(of: program, in: db))
                let isWhole = try JournalReader().firstReadable(of: program, in: db) <= known?.size ?? 0
                if !isWhole && !skipsArchived { try JournalReader().checkReadable(program: program, in: db) }
                try VerifiedEntries.forEach(of: program, after: known, in: db) { entry, position in
                    // Whoever asked may have gone; a long history is not read for nobody.
                    if Task.isCancelled { throw Problem(.unavailable, "the work was called off") }
                    try body(entry, position)
                    line.update(position + 1, of: head.size)
                }
                return (head, isWhole)
            }
        }
    }

    /// The program's history for reports, all of it.
    func history(readsCandidates: Bool) throws(Problem) -> NetworkHistory {
        var history = NetworkHistory(readsCandidates: readsCandidates)
        try walk { entry, _ in history.take(entry.input, entry.events, at: entry.stamp) }
        return history
    }

    /// Folds the program from its first entry on, never deciding again, with what the model said at each award.
    /// - Parameter last: position of the last entry that counts; nil for the newest.
    public func folded(through last: UInt64? = nil) throws(Problem) -> (
        stream: ProgramStream, evaluation: JournalEvaluation
    ) {
        var stream = ProgramStream(program: program)
        var evaluation = JournalEvaluation()
        if let last { try checkExists(last) }
        try walk { entry, position in
            if let last, position > last { return }
            try stream.fold(entry, at: position)
            evaluation.take(entry.events, folded: stream.state, at: entry.stamp)
        }
        return (stream, evaluation)
    }

    private func checkExists(_ position: UInt64) throws(Problem) {
        try Problem.told {
            let head = try existing(
                folder.openJournalReadOnly().read { try JournalReader().head(of: program, in: $0) })
            try Problem.check(position: position, in: head)
        }
    }
}
