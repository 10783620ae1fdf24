import Foundation
public import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas

/// One program in memory: its state, and how it is folded from the journal.
public struct ProgramStream: Sendable {
    public let program: String
    public internal(set) var state: State

    /// A program before its first entry, or with a state that was recovered.
    public init(program: String, state: State = State()) {
        self.program = program
        self.state = state
    }

    /// Recovers a program: the newest usable snapshot, then each recorded entry after it. Never decides.
    ///
    /// A snapshot that does not decode, or whose bytes do not have its hash, is passed over: it is disposable. Where
    /// the oldest entries stand in an archive that is not at hand, the state that was stated with it is where folding
    /// begins.
    /// - Throws: `JournalError.archived` if entries are needed that are not at hand.
    public static func recover(
        _ program: String, through end: UInt64, journal: Database, snapshots: Database?,
        progress: (UInt64) -> Void = { _ in }
    ) throws -> ProgramStream {
        var stream = ProgramStream(program: program)
        if let snapshots, let state = try latestSnapshot(program, through: end, snapshots) { stream.state = state }
        if try stream.state.nextPosition < JournalReader().firstReadable(of: program, in: journal),
            let state = try archivedState(program, through: end, journal)
        {
            stream.state = state
        }
        try stream.foldOn(to: end, journal: journal, progress: progress)
        return stream
    }

    /// Folds the recorded entries from where the state stands up to `end`, which is not folded.
    public mutating func foldOn(
        to end: UInt64, journal: Database, progress: (UInt64) -> Void = { _ in }
    ) throws {
        let from = state.nextPosition
        if from >= end { return }
        try DecodedEntries.forEach(of: program, from: from, through: end - 1, in: journal) { entry, position in
            try fold(entry, at: position)
            if position % 4_096 == 0 { progress(position) }
        }
    }

    /// The state with which a program goes on after what was archived of it; nil where it is later than `end`.
    public static func archivedState(_ program: String, through end: UInt64 = .max, _ journal: Database) throws
        -> State?
    {
        guard let base = try JournalReader().archivedState(of: program, in: journal), base.position <= end else {
            return nil
        }
        guard let state = try? State(canonicalBytes: base.state), state.nextPosition == base.position else {
            throw JournalError.snapshotDamaged(program: program, position: base.position)
        }
        return state
    }

    /// The program's currency, which its first entry states; where that is archived, the state after it.
    public static func currency(of program: String, _ journal: Database) throws -> String {
        if try JournalReader().firstReadable(of: program, in: journal) > 0 {
            return try archivedState(program, journal)?.currency ?? ""
        }
        guard let first = try JournalReader().entry(program: program, position: 0, in: journal),
            case .programRegistered(let fact) = try EntryCodec.decode(first).input.fact
        else { return "" }
        return fact.currency
    }

    private static func latestSnapshot(_ program: String, through end: UInt64, _ db: Database) throws -> State? {
        var limit = end
        while true {
            let position: UInt64
            do {
                // Its bytes have its hash; they are hashed there.
                guard let snapshot = try SnapshotStore().latest(program: program, atOrBefore: limit, in: db) else {
                    return nil
                }
                if let state = try? State(canonicalBytes: snapshot.state), state.nextPosition == snapshot.position {
                    return state
                }
                position = snapshot.position
            } catch JournalError.snapshotDamaged(_, let damaged) { position = damaged }
            guard position > 0 else { return nil }
            limit = position - 1
        }
    }

    /// Folds a recorded entry.
    public mutating func fold(_ entry: EntryRecord, at position: UInt64) throws {
        guard entry.position == position, position == state.nextPosition else {
            throw EngineError.journalBroken(
                program: program, position: position,
                "the entry says it stands at \(entry.position), the state expects \(state.nextPosition)")
        }
        guard Logic.knows(entry.logicVersion) else {
            throw EngineError.logicUnknown(program: program, position: position, version: entry.logicVersion)
        }
        state.fold(entry.input, entry.events, at: entry.stamp)
    }
}

/// What stops the engine.
public enum EngineError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The journal does not hold what it must.
    case journalBroken(program: String, position: UInt64, String)
    /// An entry was decided by a logic version that this program does not have.
    case logicUnknown(program: String, position: UInt64, version: UInt32)
    /// An entry is missing between others.
    case journalGap(seq: UInt64)
    /// Another process works on this data folder.
    case locked(path: String)
    /// The data folder cannot be used.
    case dataFolder(path: String, String)
    /// What is kept beside the journal is newer than the journal.
    case journalOlder(than: String, entries: UInt64, known: UInt64)
    /// The list of leads is not what the journal says.
    case listDiffers(String)
    /// The machine's clock went backwards further than can be waited for.
    case clockBehind(seconds: Int64)

    public var description: String {
        switch self {
        case .journalBroken(let program, let position, let detail):
            "the journal of \(program) is broken at position \(position): \(detail). Run 'leadline verify' and restore the journal from a backup"
        case .logicUnknown(let program, let position, let version):
            "the entry of \(program) at position \(position) was decided by logic version \(version), which this program does not have (it has \(Logic.oldest) to \(Logic.newest)). Install the release that has it"
        case .journalGap(let seq):
            "the journal has no entry number \(seq), but later ones. Run 'leadline verify' and restore the journal from a backup"
        case .locked(let path):
            "another leadline process works on \(path). Stop it, or use another data folder"
        case .dataFolder(let path, let detail): "the data folder \(path) cannot be used: \(detail)"
        case .journalOlder(let what, let entries, let known):
            "journal.db is older than \(what): it has \(entries) entries, and \(known) were there before. Nothing is decided on it. Restore the newest journal.db; if there is none, deploy/docs/operator.md says how to go on"
        case .listDiffers(let detail):
            "the list of leads in derived.db is not what the journal says: \(detail). Nothing was shown or erased. Delete derived.db, which is made again, and run 'leadline verify'"
        case .clockBehind(let seconds):
            "this machine's clock is \(seconds) s behind the journal's last entry. Set the clock, then start again"
        }
    }
}
