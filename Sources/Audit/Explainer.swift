public import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas

/// Explains decisions: finds the entry, brings the program back to the moment before it, decides again and compares.
public struct Explainer {
    let journal: DatabaseQueue
    let derived: DatabaseQueue
    let projection: LeadsProjection

    /// An explainer of a folder's decisions.
    public init(_ folder: DataFolder) throws {
        journal = try folder.openJournalReadOnly()
        derived = try folder.openDerived()
        projection = LeadsProjection(journal: journal, derived: derived)
    }

    /// Explains a decision about a lead.
    /// - Parameters:
    ///   - withCounterfactuals: whether it is decided again with one thing changed at a time, too.
    ///   - progress: entries indexed and entries in all, while the index of leads catches up.
    /// - Throws: `ExplanationError` for a question without an answer; `AuditFault` and `EngineError` for a broken
    ///   journal.
    public func explain(
        _ leadID: String, program: String, _ selection: DecisionSelection = .latest, withCounterfactuals: Bool = false,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> ExplanationAnswer {
        try projection.catchUp(progress: progress)
        guard let row = try projection.lead(leadID, program: program) else {
            throw ExplanationError.unknownLead(leadID, program: program)
        }
        return try journal.read { db in
            let (history, links) = try history(of: row, db)
            guard let decision = try select(selection, history, leadID) else {
                throw ExplanationError.unknownLead(leadID, program: program)
            }
            if case .leadMerged(let merged) = decision.event { return .merged(merged, decision, links) }
            var explanation = try explain(decision, history, row, withCounterfactuals: withCounterfactuals, db)
            explanation.links = links
            return .explained(explanation)
        }
    }

    private func history(of row: LeadRow, _ db: Database) throws -> ([LeadDecision], [RecordedLink]) {
        var history: [LeadDecision] = []
        var links: [RecordedLink] = []
        for position in row.positions {
            let entry = try entry(row.program, position, db)
            links += try RecordedLink.all(of: row.leadID, in: entry) { try person(behind: $0, row.program, db) }
            history += LeadDecision.all(of: row.leadID, in: entry, row.program)
        }
        return (history, links)
    }

    /// Whose a lead was when it came in, by the person's random id.
    private func person(behind lead: String, _ program: String, _ db: Database) throws -> Digest128? {
        guard let first = try projection.lead(lead, program: program)?.positions.first else { return nil }
        return try source(program, first, db)?.input.subject
    }

    private func select(_ selection: DecisionSelection, _ history: [LeadDecision], _ leadID: String) throws
        -> LeadDecision?
    {
        switch selection {
        case .latest:
            return LeadDecision.explained(of: history)
        case .attempt(let number):
            let attempts = history.compactMap(\.attempt)
            guard let index = history.lastIndex(where: { $0.attempt == number }) else {
                throw ExplanationError.noAttempt(number, leadID: leadID, attempts: attempts.max() ?? 0)
            }
            // On imported history the shadow decision stands beside the assignment, and is the one with reasons.
            let position = history[index].position
            return history.last { $0.position == position && $0.event.evaluated != nil } ?? history[index]
        case .position(let position):
            let here = history.filter { $0.position == position }
            guard let decision = here.last(where: { $0.event.evaluated != nil }) ?? here.last else {
                throw ExplanationError.noDecisionAt(position, leadID: leadID, positions: history.map(\.position))
            }
            return decision
        }
    }

    func entry(_ program: String, _ position: UInt64, _ db: Database) throws -> EntryRecord {
        guard let entry = try held(program, position, db) else {
            throw AuditFault(.chain, program: program, position: position, "the entry is missing")
        }
        return entry
    }

    /// What stated a value of the lead; nil where it stands in an archive that is not at hand.
    private func source(_ program: String, _ position: UInt64, _ db: Database) throws -> EntryRecord? {
        do { return try held(program, position, db) } catch JournalError.archived { return nil }
    }

    /// The entry at a position; nil where the journal does not hold it.
    private func held(_ program: String, _ position: UInt64, _ db: Database) throws -> EntryRecord? {
        guard let bytes = try JournalReader().entry(program: program, position: position, in: db) else { return nil }
        do {
            return try EntryCodec.decode(bytes)
        } catch {
            throw AuditFault(.decoding, program: program, position: position, "the bytes are no entry: \(error)")
        }
    }

    private func explain(
        _ decision: LeadDecision, _ history: [LeadDecision], _ row: LeadRow, withCounterfactuals: Bool, _ db: Database
    ) throws -> Explanation {
        let entry = try entry(decision.program, decision.position, db)
        guard Logic.knows(entry.logicVersion) else {
            throw AuditFault(
                .logicVersion, program: decision.program, position: decision.position,
                "it was decided by logic version \(entry.logicVersion), which this program does not have")
        }
        var attempt = try derived.read { try recompute(decision, entry, db, snapshots: $0) }
        if !attempt.recomputation.isEqual {
            // A snapshot is disposable: only what the journal itself leads to counts.
            attempt = try recompute(decision, entry, db, snapshots: nil)
            attempt.recomputation.snapshotWasWrong = attempt.recomputation.isEqual
        }
        return Explanation(
            leadID: row.leadID, decision: decision, history: history, evaluation: attempt.evaluation,
            partners: attempt.state.partnerStandings, policy: attempt.state.policy,
            policyVersion: attempt.state.policyVersion, currency: attempt.state.currency,
            recomputation: attempt.recomputation,
            sources: try ValueSource.of(attempt.evaluation, currency: attempt.state.currency) {
                try source(decision.program, $0, db)
            },
            notices: attempt.state.starvationNotices(at: entry.stamp),
            counterfactuals: withCounterfactuals
                ? try counterfactuals(of: decision, entry, row, attempt.evaluation, in: attempt.state, db) : [])
    }

    /// What would have had to differ for a decision to fall otherwise: decided again with one thing changed at a time.
    /// - Returns: nothing for a decision beside history.
    private func counterfactuals(
        of decision: LeadDecision, _ asked: EntryRecord, _ row: LeadRow, _ evaluation: FullEvaluation?, in state: State,
        _ db: Database
    ) throws -> [Counterfactual] {
        if case .shadowDecided = decision.event { return [] }
        var attributes: [String: LeadAttributes] = [:]
        for position in row.positions where position <= decision.position {
            guard let known = try source(decision.program, position, db) else { continue }
            DossierBuilder.learn(known, &attributes)
        }
        return Counterfactuals(leadID: row.leadID, decisionID: decision.id, currency: state.currency).answer(
            .init(
                input: asked.input, stamp: asked.stamp, event: decision.event, events: asked.events,
                attributes: attributes[row.leadID] ?? LeadAttributes(), excluded: evaluation?.excluded ?? []), in: state)
    }

    private func recompute(
        _ decision: LeadDecision, _ entry: EntryRecord, _ db: Database, snapshots: Database?
    ) throws -> (state: State, evaluation: FullEvaluation?, recomputation: Recomputation) {
        let state = try ProgramStream.recover(
            decision.program, through: decision.position, journal: db, snapshots: snapshots
        ).state
        let again = Decider.explain(entry.input, at: entry.stamp, in: state)
        return (
            state, again.evaluation,
            Recomputation(
                recorded: entry.events.lazy.compactMap(\.evaluated).first?.summary.digest,
                recomputed: again.evaluation?.summary.digest, eventsAreEqual: again.events == entry.events)
        )
    }
}

extension LeadDecision {
    /// Number of the assignment; nil for what is none.
    public var attempt: UInt32? {
        if case .leadAssigned(let event) = event { return event.attempt }
        return nil
    }
}
