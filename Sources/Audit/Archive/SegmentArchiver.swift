public import Engine
import Foundation
import GRDB
public import Journal
public import LeadlineCore
import LeadlineSchemas

/// What stops entries from being archived.
public enum SegmentError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No checkpoint was signed over as many entries or fewer that are not archived yet.
    case noCheckpoint(through: UInt64, archived: UInt64, nearest: UInt64?)
    /// Nothing in the journal states the archive.
    case notStated(path: String, program: String)
    /// What the journal states of the archive is not what the journal holds.
    case contradicted(position: UInt64, String)
    /// The archive does not hold what was to be archived.
    case unfit(path: String, String)

    /// What, and how to mend it.
    public var description: String {
        switch self {
        case .noCheckpoint(let through, let archived, let nearest):
            "no checkpoint was signed over \(through) entries or fewer\(archived > 0 ? " that are not archived yet (the first \(archived) are)" : "")"
                + (nearest.map { "; the next covers \($0) entries. Name --through \($0 - 1) or later" }
                    ?? ". Sign one with 'leadline audit checkpoint'")
        case .notStated(let path, let program):
            "there is something at \(path), and the journal of \(program) states no archive with its digest. Name a new path"
        case .contradicted(let position, let reason):
            "the archive stated at position \(position) is not of this journal: \(reason). Run 'leadline verify'"
        case .unfit(let path, let reason): "the archive \(path) does not hold: \(reason). Nothing was deleted"
        }
    }
}

/// Archives the oldest entries of a program's stream.
///
/// Four steps, any of which a crash may end; whoever repeats the command goes on from there.
/// 1. ``plan(through:)`` and ``write(_:to:created:progress:)``: an archive is written and nothing else changes.
/// 2. ``check(_:_:source:)``: the archive is read back from its files alone.
/// 3. The caller submits ``statement(_:archive:by:)`` as an input, and waits until ``stated(in:)`` finds it in the
/// journal.
/// 4. ``remove(_:_:archive:progress:)``: the entries' bytes leave the journal; their leaves and the state after them
/// stay.
public struct SegmentArchiver {
    /// What is to be archived.
    public struct Plan: Sendable {
        /// Positions.
        public var range: Range<UInt64>
        /// Merkle root over all entries up to there, as it was signed.
        public var root: Digest
        /// The chain's link before the first entry.
        var linkBefore: Digest
        var chainLink: Digest
        var state: [UInt8]
    }

    /// A statement in the journal.
    public struct Stated: Sendable {
        /// Its position.
        public let position: UInt64
        /// What it states: a stretch of entries before it.
        public let fact: SegmentArchived
    }

    private let folder: DataFolder
    private let program: String
    private let journal: DatabaseQueue
    /// Entries that leave in one transaction: a processor that writes meanwhile waits for so many at most.
    private static let batch: UInt64 = 2_000

    /// An archiver of a program's entries.
    public init(_ folder: DataFolder, program: String) throws {
        self.folder = folder
        self.program = program
        journal = try folder.openJournalReadOnly()
    }

    // MARK: Writing

    /// The entries that are archived already: so many from the first on.
    public func archived() throws -> UInt64 { try segments().last?.next ?? 0 }

    /// Segments that have left the journal, or begun to.
    public func segments() throws -> [ArchivedSegment] {
        try journal.read { try JournalReader().archivedSegments(of: program, in: $0) }
    }

    /// Entries stamped at this moment or before.
    public func count(through time: Timestamp) throws -> UInt64 {
        try journal.read { db in
            guard let head = try JournalReader().head(of: program, in: db) else {
                throw JournalError.unknownProgram(program)
            }
            // Stamps never go back, so halving finds the place.
            var (low, high) = (try JournalReader().firstReadable(of: program, in: db), head.size)
            while low < high {
                let middle = low + (high - low) / 2
                guard let bytes = try JournalReader().entry(program: program, position: middle, in: db) else {
                    throw JournalError.entryAltered(program: program, position: middle)
                }
                if try EntryCodec.peek(bytes).stamp <= time { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// What is archived if at most so many entries are to be: all that are not yet, up to the newest checkpoint signed
    /// over no more than that.
    /// - Throws: ``SegmentError/noCheckpoint(through:archived:nearest:)``; `CheckpointRefusal` for a journal that is
    ///   not what was signed.
    public func plan(through count: UInt64) throws -> Plan {
        try CheckpointSigner(folder).sign(program)
        let before = try segments().last
        let first = before?.next ?? 0
        let checkpoint = try folder.openCheckpoints().read { db in
            var found: Checkpoint?
            var nearest: UInt64?
            for stored in try CheckpointStore().all(program: program, in: db, damaged: { _, _ in }) {
                let size = stored.checkpoint.size
                if size > count { nearest = min(nearest ?? size, size) }
                if size > first, size <= count, size >= found?.size ?? 0 { found = stored.checkpoint }
            }
            guard let found else { throw SegmentError.noCheckpoint(through: count, archived: first, nearest: nearest) }
            return found
        }
        let linkBefore = before?.chainLink ?? HashChain.start(program: program)
        var link = linkBefore
        return try journal.read { db in
            try JournalReader().forEachEntry(program: program, from: first, through: checkpoint.size - 1, in: db) {
                _, bytes in
                link = HashChain.link(after: link, leaf: HashChain.leaf(of: bytes))
            }
            // What is stated for good comes from the entries alone; it is kept, so that it need not be folded once
            // more.
            let state = try ProgramStream.recover(program, through: checkpoint.size, journal: db, snapshots: nil).state
                .canonicalBytes()
            _ = try folder.openDerived().write {
                try SnapshotStore().save(program: program, position: checkpoint.size, state: state, in: $0)
            }
            return Plan(
                range: first..<checkpoint.size, root: checkpoint.root, linkBefore: linkBefore, chainLink: link,
                state: state)
        }
    }

    /// Writes the archive's folder.
    /// - Parameter path: nothing may be there.
    public func write(
        _ plan: Plan, to path: String, created: Timestamp,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws {
        try ArchiveWriter(folder, to: path).write(
            program, plan.range, link: plan.linkBefore, created: created, progress: progress)
    }

    /// Reads an archive's folder back, and compares it with what was to be archived, or was stated.
    /// - Parameter source: the archive as it is called in errors.
    /// - Throws: ``SegmentError/unfit(path:_:)``; `ArchiveError`.
    public func check(_ path: String, _ range: Range<UInt64>, source: String) throws {
        // The first: the statements in the archive lead from it to every later one.
        let key = try CheckpointSigner(folder).firstKey(program)
        let finding = EvidenceCheck.archive(path, source: source, keys: [key])
        if let fault = finding.fault { throw SegmentError.unfit(path: source, fault) }
        guard finding.isAuthentic else {
            throw SegmentError.unfit(path: source, "no checkpoint of this log's covers all of it")
        }
        guard
            try ArchiveReader(path).segments.contains(where: {
                $0.program == program && $0.first == range.lowerBound && $0.next == range.upperBound
            })
        else {
            throw SegmentError.unfit(
                path: source,
                "it does not hold the entries \(range.lowerBound) to \(range.upperBound - 1) of \(program)")
        }
    }

    // MARK: Stating

    /// What the journal is to state of an archive that was written and checked.
    public func statement(_ plan: Plan, archive: Digest, by role: String) -> SegmentArchived {
        SegmentArchived(
            firstPosition: plan.range.lowerBound, nextPosition: plan.range.upperBound, root: plan.root.bytes,
            chainLink: plan.chainLink.bytes,
            stateHash: SnapshotStore.stateHash(of: plan.state).bytes, archiveDigest: archive.bytes, archivedBy: role)
    }

    /// The newest entry that states an archive with this digest, of entries before it; nil if none does.
    /// - Parameter position: where to begin; earlier entries are not looked at.
    public func stated(in archive: Digest, from position: UInt64 = 0) throws -> Stated? {
        let field = MessageKind.segmentArchived.bodyFieldNumber
        return try journal.read { db in
            var found: Stated?
            let from = max(position, try JournalReader().firstReadable(of: program, in: db))
            try JournalReader().forEachEntry(program: program, from: from, in: db) { position, bytes in
                try unsafe bytes.withUnsafeBytes { raw in
                    guard unsafe try EntryCodec.peek(raw).inputField == field else { return }
                    let entry = unsafe try EntryCodec.decode(raw)
                    if case .segmentArchived(let fact) = entry.input.fact, fact.archiveDigest == archive.bytes,
                        fact.firstPosition < fact.nextPosition, fact.nextPosition <= position
                    {
                        found = Stated(position: position, fact: fact)
                    }
                }
            }
            return found
        }
    }

    /// Entries in the stream now.
    public func size() throws -> UInt64 {
        try journal.read { try JournalReader().head(of: program, in: $0)?.size ?? 0 }
    }

    // MARK: Removing

    /// Takes the entries of a stated archive out of the journal. What was begun is finished; what is done stays as it
    /// is.
    /// - Parameters:
    ///   - path: where the archive is kept.
    ///   - digest: of its manifest, read just now.
    /// - Returns: entries that left.
    /// - Throws: ``SegmentError/contradicted(position:_:)`` if the statement is not true of this journal.
    public func remove(
        _ stated: Stated, archive digest: Digest, path: String,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> UInt64 {
        let range = stated.fact.firstPosition..<stated.fact.nextPosition
        // What follows the journal must have read what leaves it.
        try LeadsProjection(journal: journal, derived: folder.openDerived()).catchUp()
        try CheckpointSigner(folder).sign(program)
        let known = try segments().first { $0.next == range.upperBound }
        if known == nil { try begin(stated, digest, path) }
        let writing = try folder.openJournal()
        var left = known?.removed ?? range.lowerBound
        while try writing.write({ try SegmentRemoval().step(program, limit: Self.batch, in: $0) }) {
            left += Self.batch
            progress(left - range.lowerBound, UInt64(range.count))
        }
        try writing.writeWithoutTransaction { db in
            // Busy where somebody reads: the pages are overwritten all the same, and the next one to settle truncates.
            do { _ = try db.checkpoint(.truncate) } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY
            {}
        }
        return UInt64(range.count)
    }

    private func begin(_ stated: Stated, _ digest: Digest, _ path: String) throws {
        let fact = stated.fact
        func contradicted(_ reason: String) -> SegmentError { .contradicted(position: stated.position, reason) }
        guard fact.firstPosition == (try archived()) else {
            throw contradicted("it begins at \(fact.firstPosition), but \(try archived()) is next")
        }
        let (root, link, state) = try journal.read { db in
            let (root, link) = try leaves(through: fact.nextPosition, db)
            let state = try folder.openDerived().read {
                try ProgramStream.recover(program, through: fact.nextPosition, journal: db, snapshots: $0).state
                    .canonicalBytes()
            }
            return (root, link, state)
        }
        guard root.bytes == fact.root, link.bytes == fact.chainLink else {
            throw contradicted("its entries have another root")
        }
        guard SnapshotStore.stateHash(of: state).bytes == fact.stateHash else {
            throw contradicted("the state after it has another hash")
        }
        let segment = ArchivedSegment(
            program: program, first: fact.firstPosition, next: fact.nextPosition, statement: stated.position,
            chainLink: link,
            stateHash: SnapshotStore.stateHash(of: state), archiveDigest: digest, path: path)
        try folder.openJournal().write { try SegmentRemoval().begin(segment, state: state, in: $0) }
    }

    /// Root and link over the first so many entries, from their bytes as they are now.
    private func leaves(through count: UInt64, _ db: Database) throws -> (root: Digest, link: Digest) {
        var (tree, link) = (CompactRange(), HashChain.start(program: program))
        try JournalReader().forEachLeaf(program: program, from: 0, limit: count, in: db) { _, _, leaf in
            tree.append(leaf)
            link = HashChain.link(after: link, leaf: leaf)
        }
        return (tree.root, link)
    }
}
