import Foundation
public import Engine
import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas

/// An entry that decides differently today.
public struct ReplayDifference: Sendable, Equatable {
    /// In what it differs.
    public enum Kind: Sendable, Equatable {
        /// Deciding again gives other events.
        case events(EventDifference)
        /// It gives the same events, whose bytes are others than those that are stored.
        case bytes(stored: Int, events: [Event])
        /// It was decided by a logic version that this program does not have.
        case logicVersion(UInt32)
    }

    /// Position of the entry.
    public var position: UInt64
    /// In what it differs.
    public var kind: Kind
}

/// What replaying one program showed.
public struct ProgramReplay: Sendable, Equatable {
    public var program: String
    /// Entries that left the journal for archives.
    public var archived: [ArchivedPart] = []
    /// Where it began: 0, unless the entries before are archived and not at hand.
    public var from: UInt64 = 0
    /// Entries folded, and then decided again.
    public var entries: UInt64 = 0
    public var events: UInt64 = 0
    /// Entries whose decided events or bytes differ from the recorded ones.
    public var differenceCount: UInt64 = 0
    /// The first of them.
    public var differences: [ReplayDifference] = []
    /// SHA-256 of the state after the last entry, folded from recorded events.
    public var stateHash = ""
    public var foldSeconds: Double = 0
    public var decideSeconds: Double = 0
    /// Entries folded a second.
    public var foldRate: Double { foldSeconds > 0 ? Double(entries) / foldSeconds : 0 }
    /// Entries decided again, compared and encoded again a second.
    public var decideRate: Double { decideSeconds > 0 ? Double(entries) / decideSeconds : 0 }

    /// Most differences that are written out.
    static let differencesMax = 20
}

/// What `leadline replay` found.
public struct ReplayReport: Sendable, Equatable {
    public var programs: [ProgramReplay]
    public var seconds: Double = 0
    /// True if everything came out as recorded.
    public var isEqual: Bool { programs.allSatisfy { $0.differenceCount == 0 } }
}

/// How far a replay goes: to the end, to a number of entries, or to a moment.
public enum ReplayEnd: Sendable, Equatable {
    case newest
    /// The first so many entries.
    case entries(UInt64)
    /// Entries stamped at this moment or before.
    case time(Timestamp)

    func includes(_ position: UInt64, _ stamp: Timestamp) -> Bool {
        switch self {
        case .newest: true
        case .entries(let count): position < count
        case .time(let last): stamp <= last
        }
    }
}

/// Rebuilds programs from their first entry on, without snapshots, and decides every recorded input again.
public struct Replayer: Sendable {
    private let folder: DataFolder

    /// A replayer of a folder's journal. Reads only.
    public init(_ folder: DataFolder) { self.folder = folder }

    /// Replays one program, or all; several at once.
    /// - Parameters:
    ///   - end: the last entry that counts. The chain is checked to its newest entry all the same.
    ///   - progress: called from several threads; each program's entries count twice, once a pass.
    /// - Throws: `JournalError.unknownProgram`; `AuditFault` if the journal itself is broken, so that replaying it
    ///   would mean nothing; SQLite's own failures.
    public func run(
        program: String? = nil, until end: ReplayEnd = .newest,
        progress: @escaping @Sendable (AuditProgress) -> Void = { _ in }
    ) async throws -> ReplayReport {
        let watch = Stopwatch()
        let programs = try ProgramRuns.programs(in: folder.openJournalReadOnly(), only: program)
        var report = ReplayReport(programs: try await ProgramRuns.map(programs) { try replay($0, end, progress) })
        report.seconds = watch.seconds
        return report
    }

    private func replay(
        _ program: String, _ end: ReplayEnd, _ progress: @escaping @Sendable (AuditProgress) -> Void
    ) throws -> ProgramReplay {
        var result = ProgramReplay(program: program)
        try folder.openJournalReadOnly().read { db in
            let size = try JournalReader().head(of: program, in: db)?.size ?? 0
            let base = try base(program, end, db)
            let readable = try JournalReader().firstReadable(of: program, in: db)
            result.archived = try JournalReader().archivedSegments(of: program, in: db).map {
                ArchivedPart($0, isRead: $0.first >= readable)
            }
            result.from = base.nextPosition
            func tell(_ done: UInt64) {
                if done % AuditProgress.interval == 0 {
                    progress(AuditProgress(program: program, done: done, total: 2 * size))
                }
            }
            let folding = Stopwatch()
            let state = try rebuild(program, from: base, until: end, db, into: &result) { tell($0) }
            result.stateHash = SnapshotStore.stateHash(of: state.canonicalBytes()).description
            result.foldSeconds = folding.seconds
            let deciding = Stopwatch()
            try decideAgain(program, from: base, until: end, db, into: &result) { tell(size + $0) }
            result.decideSeconds = deciding.seconds
        }
        return result
    }

    /// The state to begin with: the empty one, unless the entries before another are archived and not at hand.
    private func base(_ program: String, _ end: ReplayEnd, _ db: Database) throws -> State {
        guard try JournalReader().firstReadable(of: program, in: db) > 0,
            let state = try ProgramStream.archivedState(program, db),
            let segment = try JournalReader().archivedSegments(of: program, in: db).last
        else { return State() }
        // What ends before the first entry that is at hand cannot be replayed.
        guard end.includes(state.nextPosition - 1, state.lastStamp) else { throw JournalError.archived(segment) }
        return state
    }

    /// Folds recorded inputs and events, nothing else.
    private func rebuild(
        _ program: String, from base: State, until end: ReplayEnd, _ db: Database, into result: inout ProgramReplay,
        _ tell: (UInt64) -> Void
    ) throws -> State {
        var stream = ProgramStream(program: program, state: base)
        try scan(program, from: base.nextPosition, until: end, db) { position, entry, _ in
            try stream.fold(entry, at: position)
            result.entries += 1
            result.events += UInt64(entry.events.count)
            tell(position)
        }
        return stream.state
    }

    private func decideAgain(
        _ program: String, from base: State, until end: ReplayEnd, _ db: Database, into result: inout ProgramReplay,
        _ tell: (UInt64) -> Void
    ) throws {
        var pass = SecondPass(program: program, base)
        try scan(program, from: base.nextPosition, until: end, db) { position, entry, bytes in
            if let difference = try pass.take(position, entry, bytes) {
                result.differenceCount += 1
                if result.differences.count < ProgramReplay.differencesMax { result.differences.append(difference) }
            }
            tell(position)
        }
    }

    fileprivate static func difference(_ entry: EntryRecord, _ stored: RawSpan, _ again: [Event]?) -> ReplayDifference?
    {
        guard let again else {
            return ReplayDifference(position: entry.position, kind: .logicVersion(entry.logicVersion))
        }
        if again != entry.events {
            return ReplayDifference(
                position: entry.position, kind: .events(EventDifference(recorded: entry.events, decided: again)))
        }
        let isSame = unsafe stored.withUnsafeBytes { stored in
            var writer = WireWriter(capacity: stored.count)
            unsafe EntryCodec.encode(
                position: entry.position, stamp: entry.stamp, logicVersion: entry.logicVersion, origin: entry.origin,
                inputBytes: UnsafeRawBufferPointer(rebasing: stored[entry.inputRange]), events: again, into: &writer)
            return unsafe writer.bytes.count == stored.count && writer.bytes.elementsEqual(stored)
        }
        if isSame { return nil }
        return ReplayDifference(position: entry.position, kind: .bytes(stored: stored.byteCount, events: entry.events))
    }

    /// The chain is checked on the way: what was tampered with is not folded.
    private func scan(
        _ program: String, from: UInt64, until end: ReplayEnd, _ db: Database,
        _ body: (UInt64, EntryRecord, RawSpan) throws -> Void
    ) throws {
        let chain = try ChainVerifier().verifyLeaves(program: program, in: db, archived: { _, _ in }) {
            position, _, bytes in
            if position < from { return }
            let entry: EntryRecord
            do {
                entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
            } catch {
                throw AuditFault(.decoding, program: program, position: position, "the bytes are no entry: \(error)")
            }
            if end.includes(position, entry.stamp) { try body(position, entry, bytes) }
        }
        if let fault = chain.fault {
            throw AuditFault.changed(program: program, position: fault.position)
        }
    }
}

/// The state on which recorded inputs are decided again. A value of its own, so that the state is read in place.
private struct SecondPass {
    private var stream: ProgramStream
    private var logic = LogicVersions()

    init(program: String, _ base: State) { stream = ProgramStream(program: program, state: base) }

    mutating func take(_ position: UInt64, _ entry: EntryRecord, _ bytes: RawSpan) throws -> ReplayDifference? {
        let again = logic.decide(entry, in: stream.state)
        // Each entry is decided on the recorded past, so that one difference does not hide the next.
        try stream.fold(entry, at: position)
        return Replayer.difference(entry, bytes, again)
    }
}
