public import GRDB
import Journal

/// Reads `leadline.decisions` out of the journal by offset: what was committed is published, exactly that, once.
///
/// Offsets count the decisions of all programs of one journal in commit order, as a partition of the topic would. What
/// must hold on every log is a ``DecisionCursor``.
public enum DecisionFeed {
    /// Decisions from `offset` on with their offsets, of at most `entryLimit` entries, and the offset to go on from.
    public static func read(
        from offset: UInt64, entryLimit: Int, in db: Database
    ) throws -> (decisions: [(offset: UInt64, decision: PublishedDecision)], next: UInt64) {
        var decisions: [(offset: UInt64, decision: PublishedDecision)] = []
        var next = offset
        for stored in try JournalReader().decisions(fromOffset: offset, limit: entryLimit, in: db) {
            for (ordinal, decision) in try PublishedDecision.all(program: stored.place.program, entry: stored.bytes)
                .enumerated()
            {
                let at = stored.place.firstDecisionOffset + UInt64(ordinal)
                next = at + 1
                if at >= offset { decisions.append((at, decision)) }
            }
        }
        return (decisions, next)
    }
}
