public import GRDB
import Journal
import LeadlineSchemas

/// Brings a projection up to its journal, from wherever it stands.
public struct ProjectionFollower<Model: Projection>: Sendable {
    private let journal: any DatabaseReader
    private let derived: any DatabaseWriter
    private static var batch: UInt64 { 5_000 }

    /// A follower of `journal` that keeps its projection in `derived`.
    public init(journal: any DatabaseReader, derived: any DatabaseWriter) {
        self.journal = journal
        self.derived = derived
    }

    /// Folds every entry that was committed since the last time, in batches. Returns how many.
    /// - Parameter limit: folds no entry with this sequence number or a later one.
    /// - Throws: ``EngineError/journalOlder(than:entries:known:)`` where the journal has lost what was folded;
    ///   `JournalError.archived` where it is made anew and entries are in an archive that is not at hand.
    @discardableResult
    public func catchUp(
        before limit: UInt64 = .max, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> UInt64 {
        var done: UInt64 = 0
        while true {
            // A projection can be caught up later; a process that is told to stop does not wait for it.
            if Task.isCancelled { return done }
            let from = try derived.read { try Model.nextSeq(in: $0) }
            let end = try min(limit, journal.read { try JournalReader().nextSeq(in: $0) })
            if from >= end {
                // Starting over would forget that there was more.
                guard from == end || limit < .max else {
                    throw EngineError.journalOlder(than: "\(Model.title) in derived.db", entries: end - 1, known: from - 1)
                }
                return done
            }
            guard let count = try foldBatch(from: from, limit: min(end - from, Self.batch)) else { continue }
            guard count > 0 else { throw EngineError.journalGap(seq: from) }
            done += count
            progress(from + count, end)
        }
    }

    /// Entries of the journal that the projection has not taken in.
    public func behind() throws -> UInt64 {
        let from = try derived.read { try Model.nextSeq(in: $0) }
        let end = try journal.read { try JournalReader().nextSeq(in: $0) }
        return end > from ? end - from : 0
    }

    /// Folds a batch; nil if somebody else has done so meanwhile.
    private func foldBatch(from: UInt64, limit: UInt64) throws -> UInt64? {
        try journal.read { source in
            try derived.write { db -> UInt64? in
                guard try Model.nextSeq(in: db) == from else { return nil }
                var count: UInt64 = 0
                try JournalReader().forEachCommitted(fromSeq: from, limit: Int(limit), in: source) { place, bytes in
                    let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                    try Model.fold(entry, of: place.program, in: db)
                    for erased in ErasedFrom.all(in: entry) {
                        try Model.erase(erased, by: entry, of: place.program, in: db)
                    }
                    count += 1
                }
                try Model.setNextSeq(from + count, in: db)
                return count
            }
        }
    }
}

extension Projection {
    /// Makes its tables and its cursor, and empties them if they are of another version.
    static func prepare(in db: Database) throws {
        try ProjectionCursor.create(in: db)
        try create(in: db)
        if let known = try cursor.recordedVersion(in: db), known != version { try reset(in: db) }
    }

    private static var cursor: ProjectionCursor { ProjectionCursor(name: name, version: version) }

    /// The next sequence number to fold; the journal counts from 1, without gaps.
    static func nextSeq(in db: Database) throws -> UInt64 { try cursor.nextSeq(in: db) }

    fileprivate static func setNextSeq(_ seq: UInt64, in db: Database) throws { try cursor.setNextSeq(seq, in: db) }

    /// Empties it: the next `catchUp` makes it again from the journal's beginning.
    static func reset(in db: Database) throws {
        for table in tables { try db.execute(sql: "DELETE FROM \(table.name)") }
        try cursor.remove(in: db)
    }
}
