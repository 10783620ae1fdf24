import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas

extension Explainer {
    /// What would have been decided had a lead come at another moment, and why: the lead as it was submitted, decided
    /// in the state, by the policy and the model of then. Nothing is recorded of it, so there is nothing to compare it
    /// with.
    ///
    /// It comes as a lead of nobody's before: it is merged with no other, and whether its account has an owner is left
    /// aside, or the partner who got it would have it again.
    /// - Parameters:
    ///   - leadID: A lead of the program's, which may have come before that moment or after it.
    ///   - end: The last entry that counts.
    ///   - progress: Entries indexed and entries in all, while the index of leads catches up.
    /// - Throws: `ExplanationError` for a question without an answer; `AuditFault` and `EngineError` for a broken
    ///   journal.
    public func suppose(
        _ leadID: String, program: String, at end: ReplayEnd,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> Explanation {
        try projection.catchUp(progress: progress)
        guard let row = try projection.lead(leadID, program: program) else {
            throw ExplanationError.unknownLead(leadID, program: program)
        }
        return try journal.read { db in
            guard let submitted = try submission(of: row, db) else {
                throw ExplanationError.unknownLead(leadID, program: program)
            }
            let size = try entries(program, until: end, db)
            let state = try derived.read {
                try ProgramStream.recover(program, through: size, journal: db, snapshots: $0).state
            }
            guard state.isRegistered else { throw ExplanationError.notRegistered(program, entries: size) }
            guard Logic.knows(state.logicVersion) else {
                throw AuditFault(
                    .logicVersion, program: program, position: size,
                    "it decides by logic version \(state.logicVersion), which this program does not have")
            }
            var stamp = state.lastStamp
            if case .time(let time) = end { stamp = max(stamp, time) }
            return Self.suppose(leadID, submitted, at: stamp, in: state, program, entries: size)
        }
    }

    private static func suppose(
        _ leadID: String, _ submitted: Input, at stamp: Timestamp, in state: State, _ program: String, entries: UInt64
    ) -> Explanation {
        var state = state
        state.leaveOwnersAside()
        let answer = Decider.explain(submitted, at: stamp, in: state)
        // Every lead that comes in is placed: with a partner, or with a human.
        let event =
            answer.events.last { $0.evaluated != nil } ?? answer.events.first { $0.isRouting } ?? answer.events[0]
        let decision = LeadDecision(
            program: program, position: entries, ordinal: 0, stamp: stamp, logicVersion: state.logicVersion,
            event: event)
        let digest = answer.evaluation?.summary.digest
        return Explanation(
            leadID: leadID, decision: decision, history: [], evaluation: answer.evaluation,
            partners: state.partnerStandings,
            policy: state.policy, policyVersion: state.policyVersion, currency: state.currency,
            recomputation: Recomputation(recorded: digest, recomputed: digest, eventsAreEqual: true),
            notices: state.starvationNotices(at: stamp), isSupposed: true)
    }

    /// The lead as it was submitted, as a lead that nobody knows.
    private func submission(of row: LeadRow, _ db: Database) throws -> Input? {
        for position in row.positions {
            let input = try entry(row.program, position, db).input
            guard case .leadSubmitted(let fact) = input.fact, fact.leadID == row.leadID else { continue }
            // No producer can have sent this id: it has a character that ids do not.
            let unknown = LeadSubmitted(leadID: "supposed/" + fact.leadID, attributes: fact.attributes)
            return Input(.leadSubmitted(unknown), account: input.account, timeZone: input.timeZone)
        }
        return nil
    }

    /// How many entries count: stamps never decrease, so that the first one after a moment is found by halving.
    private func entries(_ program: String, until end: ReplayEnd, _ db: Database) throws -> UInt64 {
        let size = try JournalReader().head(of: program, in: db)?.size ?? 0
        switch end {
        case .newest: return size
        case .entries(let count): return min(count, size)
        case .time(let time):
            var (low, high): (UInt64, UInt64) = (0, size)
            while low < high {
                let middle = (low + high) / 2
                if try entry(program, middle, db).stamp <= time { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}
