public import Engine
import Foundation
import GRDB
import Journal
public import LeadlineCore
public import LeadlineSchemas
import TextFormats
public import Vault

/// Makes dossiers: reads the entries about one person, decides again what was decided, and asks what would have been.
public struct DossierBuilder {
    /// Names and values of a serialised message.
    public typealias Leaves = ([UInt8], MessageKind) throws -> [Dossier.Field]
    /// What opening an entry's sealed part gave.
    public enum Opened {
        case nothing, erased, unavailable
        case fields([Dossier.Field])
    }

    private let folder: DataFolder
    private let program: String
    private let leaves: Leaves
    private let open: (EntryRecord) throws -> Opened
    private let words: any AuditWording
    /// Bytes of a snapshot that are read in the time in which an entry is folded.
    private static let snapshotBytesPerEntry = 500
    /// Account inputs that a dossier lists at most.
    private static let accountInputsMax = 1_000

    /// A builder.
    /// - Parameters:
    ///   - leaves: names the fields of a message.
    ///   - open: opens what intake sealed.
    ///   - words: how what was decided is said.
    public init(
        _ folder: DataFolder, program: String, words: any AuditWording, leaves: @escaping Leaves,
        open: @escaping (EntryRecord) throws -> Opened
    ) {
        self.words = words
        self.folder = folder
        self.program = program
        self.leaves = leaves
        self.open = open
    }

    /// The dossier of a person as of now.
    /// - Throws: `AuditFault` for a broken journal; SQLite's own failures.
    public func build(_ person: Person, isErased: Bool, now: Timestamp) throws -> Dossier {
        let (journal, derived) = (try folder.openJournalReadOnly(), try folder.openDerived())
        return try journal.read { db in
            guard let head = try JournalReader().head(of: program, in: db) else {
                throw JournalError.unknownProgram(program)
            }
            let entries = try person.entries(program, in: db)
            let account = try accountEntries(entries, db, derived)
            var dossier = Dossier(
                program: program, currency: try ProgramStream.currency(of: program, db), made: RFC3339.format(now),
                subjects: person.allSubjects.map(\.description),
                isErased: isErased,
                leads: person.leads.map {
                    .init(lead: $0.leadID, status: $0.status, submitted: RFC3339.format($0.submittedAt))
                } + person.absentLeads.map { .init(lead: $0.leadID, status: "never came", submitted: "") },
                sources: try (entries.map { ($0, false) } + account.map { ($0, true) }).sorted {
                    $0.0.position < $1.0.position
                }
                .map { try source($0.0, isAboutAccount: $0.1) },
                decisions: [], counterfactuals: [], recipients: [], reviews: [], requests: [],
                certificate: .init(
                    method: "", decisions: 0, reproduced: 0, streamSize: head.size, chainHead: head.link.description))
            let leads = Set(person.leadIDs)
            try derived.read { try decideAgain(entries, leads, &dossier, db, snapshots: $0) }
            var file = PersonFile(leads: leads, words: words, currency: dossier.currency)
            for entry in entries {
                let source = try source(entry, isAboutAccount: false)
                file.take(entry, source.sealed, clear: source.clear)
            }
            dossier.partners = Set(person.partners.map(\.partnerID)).sorted()
            dossier.recipients = file.recipients
            dossier.reviews = file.reviews
            dossier.requests = file.requests
            dossier.certificate = try certificate(dossier, head)
            dossier.opening = PersonAccount.opening(dossier)
            dossier.closing = PersonAccount.closing(dossier)
            dossier.account = words.account(dossier)
            return dossier
        }
    }

    // MARK: Rejected records

    /// Bytes of a rejected record that a dossier shows.
    private static let contentBytesMax = 65_536

    /// Adds the rejected records and waiting outcomes that speak of a person.
    /// - Parameter name: that the person was sought by.
    /// - Returns: the keys that they were opened with.
    public func addRejected(_ person: Person, _ name: String, _ search: RecordSearch, to dossier: inout Dossier) throws
        -> [SubjectID]
    {
        var keys: [SubjectID] = []
        let opened = dossier.sources.filter { !$0.isAboutAccount }.flatMap(\.sealed)
        let marks = Person.marks(of: person, name, opened)
        var found: [Dossier.Rejected] = []
        dossier.unsearchableRecords = try search.find(marks: [marks]) { _, record in
            let value = record.record.value
            if let key = SubjectID(record.letter.keyID) { keys.append(key) }
            found.append(
                .init(
                    state: record.isWaiting ? "waiting" : "rejected", place: record.place,
                    received: RFC3339.format(Timestamp(micros: record.letter.receivedMicros)),
                    topic: record.letter.origin.topic, reason: record.letter.reason.word, detail: record.letter.detail,
                    content: String(decoding: value.prefix(Self.contentBytesMax), as: UTF8.self),
                    isCut: value.count > Self.contentBytesMax))
        }
        dossier.rejected = found
        return keys
    }

    // MARK: Entries

    /// What was observed of the person's company before the last decision; the newest, where it is very much. Other
    /// people's leads of the company stay out.
    private func accountEntries(_ entries: [EntryRecord], _ db: Database, _ derived: DatabaseQueue) throws
        -> [EntryRecord]
    {
        let accounts = entries.reduce(into: [Digest128]()) { accounts, entry in
            guard case .leadSubmitted = entry.input.fact, let account = entry.input.account, !accounts.contains(account)
            else { return }
            accounts.append(account)
        }
        guard let last = entries.last?.position else { return [] }
        let projection = LeadsProjection(journal: try folder.openJournalReadOnly(), derived: derived)
        return try accounts.flatMap { account in
            try projection.observations(
                of: account, program: program, through: last, limit: Self.accountInputsMax, in: db)
        }
    }

    private func source(_ entry: EntryRecord, isAboutAccount: Bool) throws -> Dossier.Source {
        let fact = FactCodec.encode(entry.input.fact)
        let kind = MessageKind(bodyFieldNumber: FactCodec.bodyField(of: entry.input.fact))
        var source = Dossier.Source(
            position: entry.position, time: RFC3339.format(entry.stamp),
            type: kind?.fullName ?? Self.ownName(entry.input.fact),
            topic: entry.origin?.topic, partition: entry.origin?.partition, offset: entry.origin?.offset,
            eventID: entry.origin?.eventID, source: entry.origin?.sourceIfRecorded,
            isAboutAccount: isAboutAccount, clear: try kind.map { try leaves(fact.bytes, $0) } ?? [],
            sealedState: "nothing", sealed: [])
        switch try open(entry) {
        case .nothing: break
        case .erased: source.sealedState = "erased"
        case .unavailable: source.sealedState = "unavailable"
        case .fields(let fields):
            source.sealedState = "opened"
            source.sealed = fields
        }
        return source
    }

    /// Leadline's own inputs have no topic and no kind.
    private static func ownName(_ fact: Fact) -> String {
        switch fact {
        case .timeAdvanced: "leadline.v1.TimeAdvanced (a deadline passed)"
        default: "leadline.v1.DuplicateReceived (a producer repeated itself)"
        }
    }

    // MARK: Decisions

    private func decideAgain(
        _ entries: [EntryRecord], _ leads: Set<String>, _ dossier: inout Dossier, _ db: Database, snapshots: Database
    ) throws {
        var stream: ProgramStream?
        var attributes: [String: LeadAttributes] = [:]
        var history: [LeadDecision] = []
        for entry in entries {
            Self.learn(entry, &attributes)
            for (ordinal, event) in entry.events.enumerated() where event.isRouting {
                guard let lead = event.routedLeadID, leads.contains(lead) else { continue }
                try advance(&stream, to: entry.position, db, snapshots)
                guard let state = stream?.state else { continue }
                let decision = LeadDecision(
                    program: program, position: entry.position, ordinal: ordinal, stamp: entry.stamp,
                    logicVersion: entry.logicVersion, event: event)
                history.append(decision)
                let ofLead = history.filter { $0.event.routedLeadID == lead }
                let explained = try explain(decision, entry, of: lead, history: ofLead, in: state, db)
                dossier.decisions.append(explained.decision)
                // What Leadline would have decided beside history changed nothing; nor would anything else.
                if case .shadowDecided = event { continue }
                guard Logic.knows(entry.logicVersion) else { continue }
                let asking = Counterfactuals(leadID: lead, decisionID: decision.id, currency: state.currency)
                let asked = Counterfactuals.EntryView(
                    input: entry.input, stamp: entry.stamp, event: event, events: entry.events,
                    attributes: attributes[lead] ?? LeadAttributes(), excluded: explained.excluded)
                dossier.counterfactuals += asking.answer(asked, in: state).map { answer in
                    .init(
                        decision: answer.decisionID, subject: answer.change.subject, kind: answer.change.kind,
                        value: answer.change.value, amountMinorUnits: answer.change.amount?.minorUnits,
                        currency: answer.change.amount?.currency, change: words.change(answer.change),
                        outcome: words.outcome(answer), first: answer.first, second: answer.second,
                        result: answer.result, differs: answer.differs)
                }
            }
        }
    }

    /// What a lead's facts are by then, as far as counterfactuals ask.
    static func learn(_ entry: EntryRecord, _ attributes: inout [String: LeadAttributes]) {
        switch entry.input.fact {
        case .leadSubmitted(let fact): if attributes[fact.leadID] == nil { attributes[fact.leadID] = fact.attributes }
        case .leadUpdated(let fact):
            var known = attributes[fact.leadID] ?? LeadAttributes()
            if entry.clears("deal_value") { known.dealValue = nil }
            if entry.clears("country") { known.country = "" }
            if let value = fact.attributes.dealValue { known.dealValue = value }
            if !fact.attributes.country.isEmpty { known.country = fact.attributes.country }
            attributes[fact.leadID] = known
        default: break
        }
    }

    /// The state before the entry: folded on from the decision before, or from the nearest snapshot where that is
    /// quicker.
    private func advance(_ stream: inout ProgramStream?, to position: UInt64, _ db: Database, _ snapshots: Database)
        throws
    {
        guard let from = stream?.state.nextPosition, from <= position, try isNearer(from, position, snapshots) else {
            // Two states of a large program would not fit side by side.
            stream = nil
            stream = try ProgramStream.recover(program, through: position, journal: db, snapshots: snapshots)
            return
        }
        try stream?.foldOn(to: position, journal: db)
    }

    /// True if folding on from a position costs less than reading the nearest snapshot and folding from there.
    private func isNearer(_ from: UInt64, _ position: UInt64, _ snapshots: Database) throws -> Bool {
        guard let snapshot = try SnapshotStore().nearest(program: program, atOrBefore: position, in: snapshots),
            snapshot.position > from
        else {
            return true
        }
        return snapshot.position - from < UInt64(snapshot.byteCount / Self.snapshotBytesPerEntry)
    }

    private func explain(
        _ decision: LeadDecision, _ entry: EntryRecord, of lead: String, history: [LeadDecision], in state: State,
        _ db: Database
    ) throws -> (decision: Dossier.Decision, excluded: [ExcludedPartner]) {
        let isKnown = Logic.knows(entry.logicVersion)
        let again = isKnown ? Decider.explain(entry.input, at: entry.stamp, in: state) : ([], nil)
        let recorded = decision.event.evaluated?.summary
        let recomputed = again.0.lazy.compactMap(\.evaluated).first { $0.leadID == lead && recorded != nil }?.summary
        // One entry may route many leads, and the whole evaluation is kept of the first alone.
        let evaluation = again.1.flatMap { $0.summary.digest == recorded?.digest ? $0 : nil }
        let explanation = Explanation(
            leadID: lead, decision: decision, history: history, evaluation: evaluation,
            partners: state.partnerStandings, policy: state.policy,
            policyVersion: state.policyVersion, currency: state.currency,
            recomputation: Recomputation(
                recorded: recorded?.digest, recomputed: recomputed?.digest, eventsAreEqual: again.0 == entry.events),
            sources: try ValueSource.of(evaluation, currency: state.currency) { position in
                do {
                    return try JournalReader().entry(program: program, position: position, in: db).map {
                        try EntryCodec.decode($0)
                    }
                } catch JournalError.archived { return nil }
            })
        let weighed = recorded != nil
        let account = DecisionAccount(decision.event, of: entry.input, events: entry.events, policy: state.policy)
        let told = Dossier.Decision(
            id: decision.id, lead: lead, time: RFC3339.format(decision.stamp),
            decided: words.line([decision.event], currency: state.currency), decider: account.decider,
            statements: account.statements,
            logicVersion: decision.logicVersion, policyVersion: weighed ? state.policyVersion : "",
            policyName: weighed ? state.policy?.name ?? "" : "",
            modelVersion: recorded?.modelVersion.description ?? "",
            rules: weighed ? (state.policy?.hardRules ?? []).map(words.rule) : [],
            candidates: Self.candidates(evaluation, recorded),
            excluded: (evaluation?.excluded ?? []).map {
                .init(partner: $0.partnerID, reason: words.exclusion($0, in: explanation))
            },
            inputs: explanation.sources.map { source in
                var source = source
                source.value = words.value(source)
                return source
            },
            explanation: words.explanation(explanation), recordedDigest: recorded?.digest.description,
            recomputedDigest: recomputed?.digest.description, isReproduced: again.0 == entry.events)
        return (told, evaluation?.excluded ?? [])
    }

    private static func candidates(_ evaluation: FullEvaluation?, _ summary: EvaluationSummary?) -> [Dossier.Candidate]
    {
        if let evaluation {
            return evaluation.candidates.sorted { ($0.net, $1.partnerID) > ($1.net, $0.partnerID) }
                .map {
                    .init(partner: $0.partnerID, fit: $0.fit, conversion: $0.conversion, score: $0.score, net: $0.net)
                }
        }
        return summary?.best.map {
            .init(
                partner: $0.partnerID, fit: $0.fit, conversion: $0.conversion, score: $0.score,
                net: $0.net)
        } ?? []
    }

    // MARK: Certificate

    private func certificate(_ dossier: Dossier, _ head: StreamHead) throws -> Dossier.Certificate {
        let signed = try folder.openCheckpointsIfMade()?.read {
            try CheckpointStore().latest(program: program, in: $0)
        }
        return Dossier.Certificate(
            method: words.method,
            decisions: dossier.decisions.count, reproduced: dossier.decisions.count { $0.isReproduced },
            streamSize: head.size,
            chainHead: head.link.description, checkpoint: signed?.note.description)
    }
}
