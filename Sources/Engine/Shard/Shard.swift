import Foundation
import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas
import Vault

/// What one step did.
public struct StepReport: Sendable, Equatable {
    public var records = 0
    public var entries = 0
    public var events = 0
    public var rejections = 0
    /// True if the log had nothing more.
    public var isExhausted = false
    public init() {}
    public static func += (a: inout StepReport, b: StepReport) {
        a.records += b.records
        a.entries += b.entries
        a.events += b.events
        a.rejections += b.rejections
        a.isExhausted = b.isExhausted
    }
}

/// A snapshot that fell due while a batch was decided, to be kept once the batch is durable.
public struct DueSnapshot: Sendable {
    public var program: String
    public var position: UInt64
    public var state: [UInt8]

    /// Snapshots are kept up to this many bytes a program, or eight times the newest if that is more; older ones are
    /// thinned. What was decided long ago is decided again from the nearest.
    private static let bytesKept = 268_435_456

    /// Keeps it.
    func keep(in derived: Database) throws {
        _ = try SnapshotStore().save(program: program, position: position, state: state, in: derived)
        _ = try SnapshotStore().thin(program: program, keepBytes: max(Self.bytesKept, 8 * state.count), in: derived)
    }
}

/// The loop: poll, take in, sequence, decide, fold, commit.
///
/// One event's way through it: `poll` hands over a record; `Intake` makes it an input; `sequence` first advances
/// time to every deadline before it, then gives it its place; `append` decides and folds; `commit` makes all of it
/// durable at once. Owned by one actor; nothing in it is shared.
public struct Shard: ~Copyable {
    /// How stamps are made for live records.
    public enum TimeSource: Sendable {
        /// The wall clock, as in production.
        case wallClock
        /// Event time only: timers fire at their deadline, up to what the given clock says. For imports and rebuilds,
        /// whose clock stands at the last moment that is known, so that the day of the import changes nothing.
        case eventTime
    }

    private let log: any ShardLog
    private let machine: Machine
    private let timeSource: TimeSource
    private let keyring: Keyring
    private var vault: Vault { keyring.vault }
    private var intake: Intake
    private let deadLetters: DeadLetters
    private let load: (String) throws -> ProgramStream
    private let store: ([DueSnapshot]) throws -> Void
    private let onCommit: (CommittedBatch) -> Void
    /// Open programs, and where each stands. States change in place: nobody may hold a copy while one is folded.
    private var streams: [ProgramStream] = []
    private var places: [String: Int] = [:]
    private var scratch = EvaluationScratch()
    private var parkedLeads: [String: Set<String>] = [:]
    private var batch = Batch()
    private var due: [DueSnapshot] = []
    private let notesTraces: Bool
    private var erasures: [SubjectID] = []
    private var report = StepReport()
    private var done = CommittedBatch()

    /// A shard on `log`.
    /// - Parameters:
    ///   - load: recovers a program from the journal; an empty stream for one that is not there.
    ///   - store: keeps snapshots; called after a commit, may be lost.
    ///   - onCommit: told of each batch right after its commit.
    public init(
        log: any ShardLog, machine: Machine, timeSource: TimeSource, keyring: Keyring,
        load: @escaping (String) throws -> ProgramStream, store: @escaping ([DueSnapshot]) throws -> Void,
        notesTraces: Bool = false, onCommit: @escaping (CommittedBatch) -> Void = { _ in }
    ) throws {
        self.log = log
        self.machine = machine
        self.timeSource = timeSource
        self.keyring = keyring
        intake = Intake(keyring)
        deadLetters = DeadLetters(keyring)
        self.load = load
        self.store = store
        self.notesTraces = notesTraces
        self.onCommit = onCommit
        for (program, lead) in try log.parkedLeads() { parkedLeads[program, default: []].insert(lead) }
    }

    /// Loads a program before its first record comes, so that its timers run.
    public mutating func open(_ program: String) throws { _ = try place(of: program) }

    /// When the next timer of any open program fires.
    public var nextDeadline: Timestamp? { streams.compactMap(\.state.nextDeadline).min() }

    /// Calls `work` with the state of a program that is loaded, in place: nobody gets a copy.
    /// - Returns: what `work` returned; nil if the program is not loaded.
    public func withState<Result>(of program: String, _ work: (borrowing State) throws -> Result) rethrows -> Result? {
        guard let place = places[program] else { return nil }
        let streams = streams.span
        return try work(streams[place].state)
    }

    /// One batch of at most `max` records. After an error the shard's memory is worth nothing: make a new one.
    public mutating func step(max: Int, wait: Duration = .zero) throws -> StepReport {
        report = StepReport()
        let poll = try log.poll(max: max, wait: wait, now: machine.clock.now())
        try sequence(poll.records)
        try advanceAll(to: poll.frontier)
        batch.consumed = poll.records
        report.records = poll.records.count
        try vault.rewrapSome()
        report.isExhausted = poll.isExhausted && !vault.needsRewrap
        try commit()
        if report.records + report.entries > 0 { tell(poll) }
        return report
    }

    /// Tells what is durable now.
    private mutating func tell(_ poll: Poll) {
        let now = machine.clock.now()
        for record in poll.records {
            if record.value == nil { done.nullValues += 1 }
            if !record.isImported { done.latencies.append(.microseconds(max(0, now.micros - record.received.micros))) }
        }
        if !poll.isExhausted, let last = poll.records.last, !last.isImported {
            done.lag = .microseconds(max(0, now.micros - last.received.micros))
        }
        for index in done.traced.indices { done.traced[index].ended = now }
        onCommit(done)
        done = CommittedBatch()
    }

    /// The commit point. Keys are durable before the entries that use them, or with them: a crash in between leaves
    /// keys that the same records find again. A crash before the log's commit leaves the records unread; after it,
    /// all is done.
    private mutating func commit() throws {
        if !batch.isEmpty || vault.hasPending { try makeDurable() }
        batch = Batch()
        // What follows may be lost and is then made up for: snapshots are disposable, erasures are repeated from
        // the journal on catch-up.
        try vault.erase(erasures)
        erasures.removeAll()
        if !due.isEmpty {
            try store(due)
            due.removeAll()
        }
    }

    private mutating func makeDurable() throws {
        let began = machine.passingTime.elapsed()
        defer { done.commitDuration = machine.passingTime.elapsed() - began }
        if !log.carriesKeys {
            try vault.flush()
            return try log.commit(batch)
        }
        batch.keys = try vault.pendingRecords()
        batch.erased = erasures
        try log.commit(batch)
        try vault.flush()
    }

    private mutating func sequence(_ records: [LogRecord]) throws {
        var intake = intake
        defer { self.intake = intake }
        try intake.take(records) { record, program, take in try sequence(record, of: program, take) }
    }

    private mutating func sequence(
        _ record: LogRecord, of program: String?, _ take: (AttributePolicy) throws -> TakenInput
    ) throws {
        // What an input that comes to nothing made in the vault is taken back.
        let mark = vault.pendingMark
        var taken: TakenInput
        do {
            taken = try take(attributePolicy(of: program))
        } catch let rejection as Rejection {
            try reject(record, rejection)
            return
        }
        let place = try place(of: taken.program)
        if let address = taken.address, Self.isSuppressed(address, streams, place) {
            taken.input.suppressedAddress = address
        }
        if Self.look(streams, place, { $0.isRegistered }) { try advance(place, to: record.received, imported: record.isImported) }
        let stamp = stamp(place, record)
        switch Self.admission(taken.input, at: stamp, streams, place) {
        case .accept:
            try accept(taken, record, place, mark, at: stamp)
        case .duplicate:
            vault.rollBack(to: mark)
            try acceptDuplicate(taken, record, place, at: stamp)
        case .eventIDConflict:
            vault.rollBack(to: mark)
            try reject(
                record,
                Rejection(
                    .eventIDConflict,
                    "the same source and id came before with other content; send a correction under a new id",
                    field: "id"))
        case .programUnknown:
            vault.rollBack(to: mark)
            try reject(
                record,
                Rejection(
                    .unknownProgram,
                    "no program of this id is registered; send ProgramRegistered on leadline.controls first, then resubmit",
                    field: "key"))
        case .leadArchived:
            vault.rollBack(to: mark)
            try reject(
                record, Rejection(.leadArchived, "the lead was closed too long ago to be corrected", field: "lead_id"))
        case .returnReasonUnknown(let known):
            vault.rollBack(to: mark)
            try reject(record, Rejection(returnReasonUnknown: known))
        case .amountNotCounted(let currency):
            vault.rollBack(to: mark)
            try reject(record, Rejection(amountNotCounted: currency))
        }
    }

    /// What the policy in force in a program says of own attributes.
    private mutating func attributePolicy(of program: String?) throws -> AttributePolicy {
        guard let program else { return AttributePolicy() }
        // First its place, which may be made for it.
        let place = try place(of: program)
        return Self.look(streams, place) { $0.attributePolicy }
    }

    private mutating func accept(
        _ input: TakenInput, _ record: LogRecord, _ place: Int, _ mark: Vault.PendingMark, at stamp: Timestamp
    ) throws {
        var taken = input
        // A company that the journal knows by another spelling of its domain goes on as that.
        if let account = taken.input.account, let known = Self.known([account] + taken.earlierAccounts, streams, place) {
            taken.input.account = known
        }
        let program = taken.program
        let position = Self.look(streams, place) { $0.nextPosition }
        noteTrace(taken, position)
        var events = Self.decide(taken.input, at: stamp, streams, place, &scratch)
        if !keepsPerson(taken.input, events, place) {
            taken.leaveOutPerson()
            vault.rollBack(to: mark)
            // Decided as it is journaled.
            events = Self.decide(taken.input, at: stamp, streams, place, &scratch)
        }
        switch taken.input.fact {
        case .erasureRequested(let fact):
            let linked = events.flatMap { event in
                if case .rightRecorded(let event) = event, event.right == .erasure { return event.subjects }
                return []
            }
            taken.input.erased =
                try (subjects(of: fact.leadID, place) + linked.compactMap { SubjectID($0.bytes) })
                .flatMap { try noteErasure($0) }
        case .rejectedRecordsErased(let fact):
            let records = try DeadLetters.keys(fact.recordIDs, of: taken.program, now: stamp, keyring)
            taken.input.erased = try note(records + partners(fact.recordIDs, besides: records, place))
        default: break
        }
        try append(place, taken.input, taken.inputBytes, origin(taken, record), events, at: stamp)
        done.outcomes.append((RecordPlace(record), .entry(program: program, position: position, isRepeat: false)))
        if let leadID = taken.input.fact.outcomeLeadID, events.contains(where: \.isOutcomeWaiting) {
            let letter = try deadLetters.make(
                record,
                Rejection(
                    .leadNeverCame, "no lead of this id came within seven days; check lead_id, then resubmit",
                    field: "lead_id"))
            batch.parked.append(.init(program: program, leadID: leadID, position: position, deadLetter: letter))
            parkedLeads[program, default: []].insert(leadID)
        }
        if case .leadSubmitted(let fact) = taken.input.fact, parkedLeads[program]?.remove(fact.leadID) != nil {
            batch.arrived.append((program, fact.leadID))
        }
    }

    private mutating func acceptDuplicate(_ taken: TakenInput, _ record: LogRecord, _ place: Int, at stamp: Timestamp)
        throws
    {
        var input = Input(.duplicateReceived, imported: taken.input.imported)
        input.eventDigest = taken.input.eventDigest
        input.contentDigest = taken.input.contentDigest
        let bytes = InputCodec.encode(input)
        let position = Self.look(streams, place) { $0.nextPosition }
        noteTrace(taken, position)
        let events = Self.decide(input, at: stamp, streams, place, &scratch)
        try append(place, input, bytes, origin(taken, record), events, at: stamp)
        done.outcomes.append((RecordPlace(record), .entry(program: taken.program, position: position, isRepeat: true)))
    }

    /// Whoever decides is told nothing of traces; that an input with one is decided now is told once it is durable.
    private mutating func noteTrace(_ taken: TakenInput, _ position: UInt64) {
        guard notesTraces, let trace = taken.trace, trace.flags & 1 == 1 else { return }
        let traced = TracedDeciding(trace, program: taken.program, position: position, began: machine.clock.now())
        if let traced { done.traced.append(traced) }
    }

    private func origin(_ taken: TakenInput, _ record: LogRecord) -> OriginRecord {
        OriginRecord(
            topic: record.topic.name, partition: record.partition, offset: record.offset, eventID: taken.eventID,
            source: taken.source, traceParent: taken.trace?.bytes ?? [])
    }

    private mutating func reject(_ record: LogRecord, _ rejection: Rejection) throws {
        batch.deadLetters.append(try deadLetters.make(record, rejection))
        done.outcomes.append((RecordPlace(record), .rejected(rejection)))
        report.rejections += 1
    }

    /// Whether what an input holds of a person is kept.
    ///
    /// Nothing is kept that an erasure would not reach: of a lead whose person was erased; of an input that changes
    /// nothing, unless it is sealed for the lead's own person. The decider does not look at whose it is in any such
    /// case, so that the entry is decided again as it was.
    private func keepsPerson(_ input: Input, _ events: [Event], _ place: Int) -> Bool {
        guard let subject = input.subject else { return true }
        let changesNothing = !events.isEmpty && events.allSatisfy(\.changesNothing)
        let known = input.fact.leadID.flatMap { Self.standing($0, streams, place) }
        guard let owner = known?.subject else {
            // What is said of nobody's lead to erase records is said of nobody.
            if case .rejectedRecordsErased(let fact) = input.fact, !fact.leadID.isEmpty { return false }
            return !changesNothing
        }
        if let id = SubjectID(owner.bytes), vault.isErasedOrEnding(id) { return false }
        return !changesNothing || owner == subject
    }

    /// Folds an input that was decided, and puts its entry into the batch.
    private mutating func append(
        _ place: Int, _ input: Input, _ inputBytes: [UInt8], _ origin: OriginRecord?, _ events: [Event],
        at stamp: Timestamp
    ) throws {
        let position = Self.look(streams, place) { $0.nextPosition }
        if Self.look(streams, place, { $0.isSnapshotDue(at: position) }) { snapshot(place) }
        let logicVersion = Self.look(streams, place) { $0.logicVersion }
        for case .retentionApplied(let event) in events { try end(event, place) }
        streams[place].state.fold(input, events, at: stamp)
        var writer = WireWriter()
        EntryCodec.encode(
            position: position, stamp: stamp, logicVersion: logicVersion, origin: origin, inputBytes: inputBytes,
            events: events, into: &writer)
        let program = streams[place].program
        batch.entries.append(
            PendingEntry(
                program: program, position: position, stampMicros: stamp.micros, bytes: writer.bytes,
                eventCount: events.count))
        report.entries += 1
        report.events += events.count
        done.sizes[program] = position + 1
        for event in events { done.eventCounts[EventCodec.bodyField(of: event), default: 0] += 1 }
        for case .assignmentExpired in events { done.breaches += 1 }
        for case .outcomeUnmatched(let event) in events {
            batch.unmatched.append(.init(program: program, position: event.waitingPosition))
        }
    }

    // A state is read through a span, in place: read as an array's element it would be copied.

    private static func look<Value>(_ streams: [ProgramStream], _ place: Int, _ value: (borrowing State) -> Value)
        -> Value
    {
        let streams = streams.span
        return value(streams[place].state)
    }

    private static func isSuppressed(_ address: Digest128, _ streams: [ProgramStream], _ place: Int) -> Bool {
        let streams = streams.span
        return streams[place].state.isSuppressed(address)
    }

    private static func admission(_ input: Input, at stamp: Timestamp, _ streams: [ProgramStream], _ place: Int)
        -> Admission
    {
        let streams = streams.span
        return streams[place].state.admission(of: input, at: stamp)
    }

    /// The first account of these that a program knows.
    private static func known(_ accounts: [Digest128], _ streams: [ProgramStream], _ place: Int) -> Digest128? {
        if accounts.count < 2 { return nil }
        let streams = streams.span
        return accounts.first { streams[place].state.knows(account: $0) }
    }

    private static func standing(_ leadID: String, _ streams: [ProgramStream], _ place: Int) -> LeadStanding? {
        let streams = streams.span
        return streams[place].state.lead(leadID)
    }

    private static func hasLead(of subject: SubjectID, _ streams: [ProgramStream], _ place: Int) -> Bool {
        let streams = streams.span
        return streams[place].state.hasLead(of: Digest128(subject))
    }

    private static func decide(
        _ input: Input, at stamp: Timestamp, _ streams: [ProgramStream], _ place: Int,
        _ scratch: inout EvaluationScratch
    ) -> [Event] {
        let streams = streams.span
        return Decider.decide(input, at: stamp, in: streams[place].state, scratch: &scratch)
    }

    /// The person's key dies after the commit, and the keys of rejected records that mention the person.
    /// - Returns: all of these.
    @discardableResult
    private mutating func noteErasure(_ subject: SubjectID) throws -> [Digest128] {
        note(try vault.keysOfErasure(subject))
    }

    /// Keys that die after the commit.
    /// - Returns: those that were not noted before.
    @discardableResult
    private mutating func note(_ keys: [SubjectID]) -> [Digest128] {
        let keys = keys.filter { !vault.isErasedOrEnding($0) }
        for key in keys { vault.beginErasure(of: key) }
        erasures += keys
        return keys.map { Digest128($0) }
    }

    private mutating func end(_ event: RetentionApplied, _ place: Int) throws {
        if let subject = event.subject.flatMap({ SubjectID($0.bytes) }) {
            try noteErasure(subject)
            return
        }
        note(try DeadLetters.keys(before: event.closedAt, program: streams[place].program, keyring))
    }

    /// Whose a lead is. A lead that was closed long ago has left the state; the vault still finds whose it was. Whoever
    /// is known by the lead and has none goes with them: journals from before hold what was said of a lead after its
    /// person was erased, sealed anew.
    private func subjects(of leadID: String, _ place: Int) throws -> [SubjectID] {
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: streams[place].program)
        let known = try vault.allSubjects(pseudonyms.lookup(kind: .lead, value: leadID)).filter {
            !vault.isErasedOrEnding($0)
        }
        guard let owner = Self.standing(leadID, streams, place)?.subject.flatMap({ SubjectID($0.bytes) }) else {
            return Array(known.prefix(1))
        }
        return [owner] + known.filter { $0 != owner && !Self.hasLead(of: $0, streams, place) }
    }

    /// Those of these ids under which the profiles of the program's partners are sealed: no lead is theirs, and what
    /// decides goes by a partner's id.
    private func partners(_ ids: [String], besides records: [SubjectID], _ place: Int) throws -> [SubjectID] {
        let named = Set(ids.compactMap(SubjectID.init(hex:))).subtracting(records).filter { !vault.isErasedOrEnding($0) }
        if named.isEmpty { return [] }
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: streams[place].program)
        var found: Set<SubjectID> = []
        for partner in Self.partnerIDs(streams, place) where found.count < named.count {
            found.formUnion(
                try vault.allSubjects(pseudonyms.lookup(kind: .partner, value: partner)).filter(named.contains))
        }
        return found.sorted { $0.description < $1.description }
    }

    private static func partnerIDs(_ streams: [ProgramStream], _ place: Int) -> [String] {
        let streams = streams.span
        return streams[place].state.partnerStandings.map(\.profile.partnerID)
    }

    private mutating func snapshot(_ place: Int) {
        due.append(
            DueSnapshot(
                program: streams[place].program, position: streams[place].state.nextPosition,
                state: streams[place].state.canonicalBytes()))
    }

    private mutating func place(of program: String) throws -> Int {
        if let known = places[program] { return known }
        streams.append(try load(program))
        places[program] = streams.count - 1
        return streams.count - 1
    }
}

// MARK: - Time

extension Shard {
    private func stamp(_ place: Int, _ record: LogRecord) -> Timestamp {
        let last = Self.look(streams, place) { $0.lastStamp }
        return max(last, record.isImported || timeSource == .eventTime ? record.received : machine.clock.now())
    }

    /// Fires every timer of a program that falls due before `moment`, one entry each.
    private mutating func advance(_ place: Int, to moment: Timestamp, imported: Bool) throws {
        while let deadline = Self.look(streams, place, { $0.nextDeadline }), deadline < moment {
            let stamp = max(
                Self.look(streams, place) { $0.lastStamp }, imported || timeSource == .eventTime ? deadline : machine.clock.now())
            let input = Input(.timeAdvanced(through: deadline), imported: imported || timeSource == .eventTime)
            let events = Self.decide(input, at: stamp, streams, place, &scratch)
            try append(place, input, InputCodec.encode(input), nil, events, at: stamp)
        }
    }

    /// Everything received before `frontier` has been sequenced; timers up to there may fire.
    private mutating func advanceAll(to frontier: Timestamp) throws {
        for place in streams.indices { try advance(place, to: frontier, imported: false) }
    }
}

extension Event {
    /// True if nothing came of the input: it was disregarded, or names a lead that is there already.
    fileprivate var changesNothing: Bool {
        switch self {
        case .inputDisregarded: true
        case .leadMerged(let event): event.sameID
        default: false
        }
    }

    var isOutcomeWaiting: Bool {
        if case .outcomeWaiting = self { return true }
        return false
    }
}
