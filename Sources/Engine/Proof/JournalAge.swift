import Foundation
public import GRDB
import Journal

extension DataFolder {
    /// Checks that the journal is at least as new as what was signed of it and what was kept of it beside it. An older
    /// copy put back would be decided on as if nothing had followed, and everybody outside would see two histories.
    /// - Throws: ``EngineError/journalOlder(than:entries:known:)``.
    public func requireNewestJournal(_ journal: any DatabaseReader) throws {
        let sizes = try journal.read { db in
            try Dictionary(JournalReader().streams(in: db).map { ($0.program, $0.size) }) { first, _ in first }
        }
        if let signed = try openCheckpointsIfMade()?.read({ try CheckpointStore().sizes(in: $0) }) {
            for (program, known) in signed {
                try Self.require(sizes[program] ?? 0, known, than: "a checkpoint that was signed of \(program)")
            }
        }
        if FileManager.default.fileExists(atPath: derivedPath) {
            let kept = try openDerived().read { try SnapshotStore().newest(in: $0) }
            for (program, position) in kept {
                try Self.require(sizes[program] ?? 0, position, than: "a state of \(program) kept in derived.db")
            }
        }
    }

    private static func require(_ size: UInt64, _ known: UInt64, than what: String) throws {
        if size < known { throw EngineError.journalOlder(than: what, entries: size, known: known) }
    }
}
