import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Vault

/// Everything that is checked about one program's entries, in one pass over them: each is decoded once, checked,
/// decided again, compared and folded.
struct StreamCheck {
    let program: String
    private(set) var state = State()
    private(set) var ledger = LeadLedger()
    private(set) var events: UInt64 = 0
    private(set) var hashesCompared = 0
    private(set) var snapshotsCompared = 0
    private(set) var sources = SourceOffsets()
    /// Segments that entries say were archived, by position.
    private(set) var statements: [(position: UInt64, fact: SegmentArchived)] = []
    /// People for whom something is sealed in the entries.
    private(set) var subjects: Set<SubjectID> = []
    /// People whom entries erase.
    private(set) var erased: Set<SubjectID> = []
    /// Outcomes that wait for their lead, by position.
    private(set) var waiting: [UInt64: WaitingOutcome] = [:]
    private var logic = LogicVersions()
    private var recorded: RecordedStates

    init(program: String, recorded: RecordedStates) {
        self.program = program
        self.recorded = recorded
    }

    /// Goes on from a state, where the entries before it are not at hand.
    mutating func begin(from base: State) {
        state = base
        ledger = LeadLedger(base)
        recorded.skip(before: base.nextPosition)
    }

    /// Checks and folds the entry at `position`, whose bytes the chain has vouched for.
    mutating func take(_ position: UInt64, _ bytes: RawSpan, recordedDecisions: Int?) throws {
        try compareState(at: position)
        let entry = try decode(bytes, position)
        if entry.position != position {
            throw fault(.position, position, "the entry says that it stands at \(entry.position)")
        }
        if entry.stamp < state.lastStamp && position > 0 {
            throw fault(
                .stamp, position,
                "its stamp \(entry.stamp.micros) us lies before the one before it, \(state.lastStamp.micros) us")
        }
        if let recordedDecisions, recordedDecisions != entry.events.count {
            throw fault(
                .order, position,
                "\(recordedDecisions) decisions are counted for the entry; it holds \(entry.events.count)")
        }
        try checkSource(entry)
        try checkAdmission(entry)
        try decideAgain(entry)
        if case .segmentArchived(let fact) = entry.input.fact { statements.append((position, fact)) }
        note(entry)
        if let broken = ledger.book(entry) { throw fault(.guarantee, position, broken) }
        state.fold(entry.input, entry.events, at: entry.stamp)
        events += UInt64(entry.events.count)
    }

    /// An outcome that waits for its lead.
    struct WaitingOutcome {
        var leadID: String
        var origin: OriginRecord?
    }

    /// Takes down whom the vault must know, or must not, and which outcomes wait. Before the entry is folded.
    private mutating func note(_ entry: EntryRecord) {
        if !entry.sealed.isEmpty, let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }) {
            subjects.insert(subject)
        }
        for gone in ErasedFrom.all(in: entry) {
            let digest: Digest128? =
                switch gone {
                case .subject(let digest): digest
                case .lead(let lead): state.lead(lead)?.subject
                }
            if let subject = digest.flatMap({ SubjectID($0.bytes) }) { erased.insert(subject) }
        }
        if case .leadSubmitted(let fact) = entry.input.fact, waiting.contains(where: { $0.value.leadID == fact.leadID }) {
            waiting = waiting.filter { $0.value.leadID != fact.leadID }
        }
        for event in entry.events {
            switch event {
            case .outcomeWaiting:
                let lead = entry.input.fact.outcomeLeadID ?? ""
                waiting[entry.position] = WaitingOutcome(leadID: lead, origin: entry.origin)
            case .outcomeUnmatched(let event): waiting[event.waitingPosition] = nil
            default: break
            }
        }
    }

    /// To be called once after the last entry.
    mutating func finish(head: StreamHead) throws {
        try compareState(at: head.size)
        if head.size > 0 && head.lastStampMicros != state.lastStamp.micros {
            throw AuditFault(
                .order, program: program, position: nil,
                "the stream's head says that its last stamp is \(head.lastStampMicros) us; the last entry's is \(state.lastStamp.micros) us"
            )
        }
        if let beyond = recorded.next {
            throw fault(
                .stateHash, beyond,
                "a state is recorded for this position, but the journal ends at \(head.size): entries are missing, or derived.db belongs to another journal"
            )
        }
    }

    private func decode(_ bytes: RawSpan, _ position: UInt64) throws -> EntryRecord {
        do {
            return unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
        } catch {
            throw fault(.decoding, position, "the bytes are no entry: \(error)")
        }
    }

    private mutating func checkSource(_ entry: EntryRecord) throws {
        guard let origin = entry.origin else { return }
        if sources.insert(.init(topic: origin.topic, partition: origin.partition), origin.offset) { return }
        throw fault(
            .source, entry.position, "the record at offset \(origin.offset) of \(origin.topic) was taken in once before"
        )
    }

    private func checkAdmission(_ entry: EntryRecord) throws {
        if case .timeAdvanced(let through) = entry.input.fact {
            guard through == state.nextDeadline, entry.stamp >= through else {
                throw fault(.timer, entry.position, "time advanced to \(through.micros) us, where no timer was due")
            }
        }
        let admission = state.admission(of: entry.input, at: entry.stamp)
        let expected: Admission = entry.input.fact == .duplicateReceived ? .duplicate : .accept
        if admission != expected {
            throw fault(
                .admission, entry.position,
                "the input stands as \(expected == .accept ? "new" : "a repetition"), but the state before it says: \(admission)"
            )
        }
    }

    private mutating func decideAgain(_ entry: EntryRecord) throws {
        if entry.logicVersion != state.logicVersion, Logic.knows(entry.logicVersion) {
            throw fault(
                .logicVersion, entry.position,
                "it says logic version \(entry.logicVersion), but version \(state.logicVersion) is in force before it")
        }
        guard let again = logic.decide(entry, in: state) else {
            throw fault(
                .logicVersion, entry.position,
                "it was decided by logic version \(entry.logicVersion), which this program does not have")
        }
        if again != entry.events {
            throw AuditFault(
                .decision, program: program, position: entry.position, "deciding again gives other events",
                difference: EventDifference(recorded: entry.events, decided: again))
        }
    }

    private mutating func compareState(at position: UInt64) throws {
        guard let record = try recorded.take(at: position, program) else { return }
        let bytes = state.canonicalBytes()
        let hash = SnapshotStore.stateHash(of: bytes)
        if hash != record.hash {
            throw fault(
                .stateHash, position,
                "the state folded from the journal has the hash \(hash), recorded is \(record.hash)")
        }
        hashesCompared += 1
        guard let snapshot = record.snapshot else { return }
        if snapshot != bytes {
            throw fault(
                .snapshot, position,
                "the snapshot's bytes are not the state folded from the journal; delete derived.db to rebuild it")
        }
        guard let decoded = try? State(canonicalBytes: snapshot), decoded.canonicalBytes() == snapshot else {
            throw fault(.snapshot, position, "the snapshot does not decode to the state that made it")
        }
        snapshotsCompared += 1
    }

    private func fault(_ kind: AuditFault.Kind, _ position: UInt64, _ detail: String) -> AuditFault {
        AuditFault(kind, program: program, position: position, detail)
    }
}

/// The states of one program that `derived.db` has on record, in order of position.
struct RecordedStates {
    private let derived: DatabaseQueue?
    private var hashes: ArraySlice<(position: UInt64, stateHash: Digest)>

    /// Reads the list. It must be read before the journal is, so that no state is newer than the entries looked at.
    init(_ program: String, _ derived: DatabaseQueue?) throws {
        self.derived = derived
        guard let derived else {
            hashes = []
            return
        }
        do {
            hashes = try derived.read { try SnapshotStore().hashes(program: program, in: $0) }[...]
        } catch JournalError.snapshotDamaged(let program, let position) {
            throw AuditFault(
                .stateHash, program: program, position: position, "the recorded state hash is not 32 bytes")
        }
    }

    /// Passes over records of positions that are not looked at.
    mutating func skip(before position: UInt64) { hashes = hashes.drop { $0.position < position } }

    /// Position of the next record that was not taken.
    var next: UInt64? { hashes.first?.position }

    /// The record at `position`, with the snapshot's bytes where they are kept.
    mutating func take(at position: UInt64, _ program: String) throws -> (hash: Digest, snapshot: [UInt8]?)? {
        guard let first = hashes.first, first.position == position else { return nil }
        hashes.removeFirst()
        let snapshot = try derived?.read { db in
            try Data.fetchOne(
                db, sql: "SELECT state FROM snapshots WHERE program = ? AND position = ?",
                arguments: [program, position])
        }
        return (first.stateHash, snapshot.map { [UInt8]($0) })
    }
}
