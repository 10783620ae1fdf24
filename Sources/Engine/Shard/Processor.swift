import Foundation
import GRDB
import Journal
public import LeadlineCore
import Vault

/// A processor on one data folder: the embedded log, the journal, the vault and what is derived, under one lock.
public actor Processor {
    /// Newest snapshots are kept up to this many bytes a program; older ones are thinned.
    private static let snapshotBytesKept = 268_435_456

    /// Without a pause in which to settle, the write-ahead log, which still holds deleted payloads, is emptied after
    /// so many batches.
    private static let batchesBetweenTruncations = 100

    private let folder: DataFolder
    private let lock: FolderLock
    private let journal: DatabaseQueue
    private let derived: DatabaseQueue
    let log: EmbeddedLog
    private let projection: LeadsProjection
    private var shard: Shard
    private let clock: any WallClock

    /// Takes the folder's lock, applies erasures that a crash left undone, and recovers every program of the journal.
    public init(
        _ folder: DataFolder, clock: any WallClock = SystemClock(), timeSource: Shard.TimeSource = .wallClock
    ) throws {
        self.folder = folder
        self.clock = clock
        lock = try folder.lock()
        let journal = try folder.openJournal()
        let derived = try folder.openDerived()
        self.journal = journal
        self.derived = derived
        log = try EmbeddedLog(journal)
        let keyring = try folder.openVault()
        projection = LeadsProjection(journal: journal, derived: derived)
        for subject in try projection.erasuresToRepeat() { try keyring.vault.erase(subject) }
        shard = try Shard(
            log: log, clock: clock, timeSource: timeSource, keyring: keyring,
            load: { program in try Self.load(program, journal, derived) },
            store: { snapshots in try Self.keep(snapshots, derived) })
        if timeSource == .wallClock { try Self.checkClock(journal, clock) }
        for head in try journal.read({ try JournalReader().streams(in: $0) }) { try shard.open(head.program) }
    }

    /// One batch.
    public func step(max: Int) throws -> StepReport { try shard.step(max: max) }

    /// Batches until the log has nothing more.
    public func runUntilIdle(batchMax: Int, progress: (StepReport) -> Void = { _ in }) throws -> StepReport {
        var total = StepReport()
        repeat {
            total += try shard.step(max: batchMax)
            progress(total)
        } while !total.isExhausted
        return total
    }

    /// Batches until stopped: works while there is work, then looks again after a pause, or when a timer fires.
    /// Ends when the task is cancelled, between batches: nothing is left half done.
    public func run(batchMax: Int, pause: Duration, onBatch: (StepReport) -> Void) async throws {
        var hasSettled = false
        var batchesSinceTruncation = 0
        while !Task.isCancelled {
            let report = try shard.step(max: batchMax)
            if report.entries + report.rejections > 0 { onBatch(report) }
            if !report.isExhausted {
                hasSettled = false
                batchesSinceTruncation += 1
                if batchesSinceTruncation == Self.batchesBetweenTruncations {
                    try log.truncateWriteAheadLog()
                    batchesSinceTruncation = 0
                }
                continue
            }
            if !hasSettled {
                try settle()
                hasSettled = true
            }
            do { try await Task.sleep(for: pause) } catch { return }
        }
    }

    /// Catches projections up and empties the write-ahead logs.
    public func settle() throws {
        try projection.catchUp()
        try log.truncateWriteAheadLog()
        try derived.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }

    /// The state of a program, as of the last batch.
    public func state(of program: String) -> State? { shard.state(of: program) }

    /// When the next timer fires.
    public var nextDeadline: Timestamp? { shard.nextDeadline }

    /// Puts records on topics; for commands that publish and process in one go.
    public func append(_ records: [NewRecord]) throws { try log.append(records, now: clock.now()) }

    private static func load(_ program: String, _ journal: DatabaseQueue, _ derived: DatabaseQueue) throws -> ProgramStream {
        try journal.read { db in
            guard let head = try JournalReader().head(of: program, in: db) else { return ProgramStream(program: program) }
            return try derived.read { snapshots in
                try ProgramStream.recover(program, through: head.size, journal: db, snapshots: snapshots)
            }
        }
    }

    private static func keep(_ snapshots: [DueSnapshot], _ derived: DatabaseQueue) throws {
        try derived.write { db in
            for snapshot in snapshots {
                _ = try SnapshotStore().save(program: snapshot.program, position: snapshot.position, state: snapshot.state, in: db)
                _ = try SnapshotStore().thin(program: snapshot.program, keepBytes: snapshotBytesKept, in: db)
            }
        }
    }

    /// Stamps never go back; a clock far behind the journal would freeze logical time until it has caught up.
    private static func checkClock(_ journal: DatabaseQueue, _ clock: any WallClock) throws {
        let last = try journal.read { try JournalReader().streams(in: $0) }.map(\.lastStampMicros).max() ?? 0
        let behind = (last - clock.now().micros) / 1_000_000
        if behind > 2 { throw EngineError.clockBehind(seconds: behind) }
    }
}
