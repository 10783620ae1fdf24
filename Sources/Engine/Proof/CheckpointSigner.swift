import Foundation
import GRDB
public import Journal
import LeadlineCore

/// Why no checkpoint was signed. Each means that the journal is not the one that was vouched for.
public enum CheckpointRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// A larger stream was signed than there is now.
    case shorter(program: String, size: UInt64, signed: UInt64)
    /// The stream's beginning is not the one that was signed.
    case notAnExtension(program: String, signed: UInt64)
    /// An entry is not what was committed.
    case altered(program: String, position: UInt64)
    /// The newest checkpoint in store is not signed by this log's keys.
    case foreign(program: String, size: UInt64, reason: String)

    /// What, where, and how to mend it.
    public var description: String {
        switch self {
        case .shorter(let program, let size, let signed):
            "a checkpoint of \(program) over \(signed) entries was signed, but the journal has \(size): it was cut or an older copy was put back. Nothing is signed. Run 'leadline audit verify' and restore the newest journal"
        case .notAnExtension(let program, let signed):
            "the journal of \(program) no longer begins with the \(signed) entries that were signed for. Nothing is signed. Run 'leadline audit verify' and restore the journal"
        case .altered(let program, let position):
            "the entry at \(program)/\(position) is not what was committed. Nothing is signed. Run 'leadline audit verify' and restore the journal"
        case .foreign(let program, let size, let reason):
            "the newest checkpoint of \(program), over \(size) entries, is not this log's: \(reason). Nothing is signed. Name the key file that belongs to this folder"
        }
    }
}

/// Signs checkpoints of a data folder's programs, each an extension of the one before it, and keeps them all.
public struct CheckpointSigner: Sendable {
    private let folder: DataFolder
    private let key: LogKey
    private let journal: DatabaseQueue
    private let trees: DatabaseQueue
    private let checkpoints: DatabaseQueue
    let machine: Machine
    /// Path of the key that was made because there was none; nil if it was there.
    public let newKeyPath: String?

    /// A signer for a folder. Makes the log's key if it is the first time.
    /// - Throws: ``LogKeyError``; `JournalError` and SQLite's own failures.
    public init(_ folder: DataFolder) throws {
        machine = folder.machine
        journal = try folder.openJournalReadOnly()
        trees = try folder.openTrees()
        checkpoints = try folder.openCheckpoints()
        self.folder = folder
        let known = try checkpoints.read { try CheckpointStore().firstKey(in: $0) }
        (key, newKeyPath) = try Self.key(of: folder, known: known)
        let key = key
        try checkpoints.write { db in
            try CheckpointStore().addFirstKey(key.first(), in: db)
            for statement in key.rotations { try CheckpointStore().addRotation(statement, in: db) }
        }
    }

    /// A folder's log key; made if the folder has none yet, and then with the path that it was made at.
    private static func key(of folder: DataFolder, known: VerifierKey?) throws -> (LogKey, made: String?) {
        let path = folder.logKeyPath
        let known = try known ?? folder.settings.logKey.map { try VerifierKey($0) }
        let isNew = known == nil && !FileManager.default.fileExists(atPath: path)
        let key = isNew ? try firstKey(at: path) : try LogKeyFile.load(from: path)
        if let known, try key.first().publicKey != known.publicKey {
            throw LogKeyError.foreign(path: path, log: known.name)
        }
        return (key, isNew ? path : nil)
    }

    /// Appends a line to the folder's access log, signed by the log's key, and has the newest checkpoint of a program
    /// name it, so that it is missed if it goes.
    /// - Throws: `EngineError.dataFolder` where the log cannot be written; ``CheckpointRefusal``.
    public func noteAccess(_ program: String, _ line: (AccessLogFile.Place) throws -> String) throws {
        try AccessLogFile.append(folder, key, line)
        if try programs().contains(program) { try sign(program) }
    }

    /// Several shards may need the first key at once; whoever comes second takes what is there.
    private static func firstKey(at path: String) throws -> LogKey {
        do { return try LogKeyFile.create(at: path) } catch LogKeyError.exists {
            return try LogKeyFile.load(from: path)
        }
    }

    /// What verifies a program's checkpoints from now on: to be kept where nobody who can write to this folder can.
    public func verifierKey(_ program: String) throws(NoteError) -> VerifierKey {
        try key.signer.verifier.named(LogOrigin.of(program, in: key.log))
    }

    /// The key that a program's checkpoints begin with.
    public func firstKey(_ program: String) throws(NoteError) -> VerifierKey {
        try key.first().named(LogOrigin.of(program, in: key.log))
    }

    /// Signs a text as the checkpoints of programs are signed, once under each program's name.
    public func sign(text: String, for programs: [String]) throws(NoteError) -> SignedNote {
        var note = try SignedNote(text: text)
        for program in programs { try note.sign(key.signer.named(LogOrigin.of(program, in: key.log))) }
        return note
    }

    /// Every program that has entries.
    public func programs() throws -> [String] {
        try journal.read { try JournalReader().streams(in: $0) }.map(\.program)
    }

    /// Entries of each program.
    public func sizes() throws -> [(program: String, size: UInt64)] {
        try journal.read { try JournalReader().streams(in: $0) }.map { ($0.program, $0.size) }
    }

    /// Brings the program's tree up to its stream and signs it, unless that was done already. Several processes may
    /// do so at once.
    /// - Throws: ``CheckpointRefusal``; `JournalError` for an unknown program.
    @discardableResult
    public func sign(_ program: String, progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> StoredCheckpoint {
        let head = try grow(program, progress)
        let access = try AccessLogFile.head(folder)
        return try checkpoints.write { db in
            let last = try CheckpointStore().latest(program: program, in: db)
            let root = try trees.read { try extended(last, head, $0) }
            if let last, last.checkpoint.size == head.size, AccessLogFile.Head(last.checkpoint) == access,
                isSignedByNewestKey(last)
            {
                return last
            }
            return try add(head, root, access, db)
        }
    }

    /// True if this log's key, or one that it followed, signed a program's checkpoint.
    public func isOwn(_ note: SignedNote, of program: String) -> Bool {
        do {
            try key.succession().verify(note, origin: LogOrigin.of(program, in: key.log))
            return true
        } catch { return false }
    }

    /// Checks that a program's journal begins with what a checkpoint from elsewhere was signed over, by this log's key
    /// or one that it followed.
    /// - Throws: ``CheckpointRefusal``, also ``CheckpointRefusal/foreign(program:size:reason:)`` for what another key
    ///   signed; `NoteError` for what is no checkpoint.
    public func confirm(_ note: SignedNote, of program: String) throws {
        let signed = try Checkpoint(text: note.text)
        do {
            try key.succession().verify(note, origin: LogOrigin.of(program, in: key.log))
        } catch {
            throw CheckpointRefusal.foreign(program: program, size: signed.size, reason: "\(error)")
        }
        let head: TreeHead
        do { head = try grow(program) { _, _ in } } catch JournalError.unknownProgram {
            throw CheckpointRefusal.shorter(program: program, size: 0, signed: signed.size)
        }
        guard signed.size <= head.size else {
            throw CheckpointRefusal.shorter(program: program, size: head.size, signed: signed.size)
        }
        let root = try trees.read { try TreeStore(program: program).proofs(in: $0).root(size: signed.size) }
        guard root == signed.root else { throw CheckpointRefusal.notAnExtension(program: program, signed: signed.size) }
    }

    /// After a rotation the same tree is signed again, so that the newest checkpoint goes with the newest key.
    private func isSignedByNewestKey(_ stored: StoredCheckpoint) -> Bool {
        guard let key = try? verifierKey(stored.program) else { return false }
        return stored.note.signatures.contains { $0.name == key.name && $0.keyID == key.id }
    }

    private func grow(_ program: String, _ progress: (UInt64, UInt64) -> Void) throws -> TreeHead {
        do {
            return try TreeFollower(journal: journal, trees: trees).catchUp(program: program, progress: progress)
        } catch JournalError.entryAltered(let program, let position) {
            throw CheckpointRefusal.altered(program: program, position: position)
        }
    }

    private func add(_ head: TreeHead, _ root: Digest, _ access: AccessLogFile.Head?, _ db: Database) throws
        -> StoredCheckpoint
    {
        let origin = LogOrigin.of(head.program, in: key.log)
        let checkpoint = Checkpoint(
            origin: origin, size: head.size, root: root, extensions: access.map { [$0.text] } ?? [])
        var note = try SignedNote(text: checkpoint.text)
        try note.sign(key.signer.named(origin))
        let signed = machine.clock.now().micros
        try CheckpointStore().add(note, size: head.size, program: head.program, signedMicros: signed, in: db)
        return StoredCheckpoint(program: head.program, checkpoint: checkpoint, note: note, signedMicros: signed)
    }

    /// The root of the stored tree, once it is proven to begin with the last signed one.
    private func extended(_ last: StoredCheckpoint?, _ head: TreeHead, _ db: Database) throws -> Digest {
        let proofs = try TreeStore(program: head.program).proofs(in: db)
        let root = try proofs.root(size: head.size)
        guard let last else { return root }
        let old = last.checkpoint
        do {
            try key.succession().verify(last.note, origin: LogOrigin.of(head.program, in: key.log))
        } catch {
            throw CheckpointRefusal.foreign(program: head.program, size: old.size, reason: "\(error)")
        }
        guard old.size <= head.size else {
            throw CheckpointRefusal.shorter(program: head.program, size: head.size, signed: old.size)
        }
        do {
            let path = try proofs.consistency(from: old.size, to: head.size)
            try MerkleVerification.consistency(from: old.size, old.root, to: head.size, root, path: path)
        } catch is ProofFault {
            throw CheckpointRefusal.notAnExtension(program: head.program, signed: old.size)
        }
        return root
    }
}
