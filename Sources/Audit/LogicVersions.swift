import LeadlineCore
import LeadlineSchemas

/// Decides recorded inputs again under the logic that decided them first.
///
/// A version stays here as long as any journal holds entries of it.
struct LogicVersions {
    private var scratch = EvaluationScratch()

    /// What the entry's input comes to in `state`, the state before it; nil for a logic version that this code does not
    /// have.
    mutating func decide(_ entry: EntryRecord, in state: State) -> [Event]? {
        guard Logic.knows(entry.logicVersion) else { return nil }
        return Decider.decide(entry.input, at: entry.stamp, in: state, scratch: &scratch)
    }
}
