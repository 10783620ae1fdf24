public import Engine
import Foundation
import GRDB
public import Journal

/// What cannot be proven.
public enum ProverError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The stream has no entry there.
    case noEntry(position: UInt64, size: UInt64)
    /// No checkpoint was signed over so many entries.
    case noCheckpoint(size: UInt64, nearest: UInt64?)
    /// The first size lies above the second.
    case backwards(from: UInt64, to: UInt64)

    /// What, and how to mend it.
    public var description: String {
        switch self {
        case .noEntry(let position, let size):
            "there is no entry at position \(position): the stream has \(size). Name a smaller position"
        case .noCheckpoint(let size, let nearest):
            "no checkpoint was signed over \(size) entries. "
                + (nearest.map { "The next larger one covers \($0)" } ?? "None is larger")
                + "; 'leadline audit checkpoint --all' shows all"
        case .backwards(let from, let to):
            "the checkpoint over \(from) entries is newer than the one over \(to). Exchange --from and --to"
        }
    }
}

/// Makes proof files about one program from its stored tree and its checkpoints.
public struct Prover {
    private let program: String
    private let journal: DatabaseQueue
    private let trees: DatabaseQueue
    private let checkpoints: DatabaseQueue
    private let signer: CheckpointSigner

    /// A prover. Signs a checkpoint where a newer entry is to be proven than the last one covers.
    /// - Throws: `LogKeyError`, `JournalError`; SQLite's own failures.
    public init(_ folder: DataFolder, program: String) throws {
        self.program = program
        journal = try folder.openJournalReadOnly()
        trees = try folder.openTrees()
        checkpoints = try folder.openCheckpoints()
        signer = try CheckpointSigner(folder)
    }

    /// Proves the entry at a position under the newest checkpoint.
    /// - Throws: ``ProverError``; `CheckpointRefusal` if the journal is not what was signed; `JournalError`.
    public func inclusion(of position: UInt64, withEntry: Bool = true) throws -> InclusionProof {
        let stored = try signer.sign(program)
        guard position < stored.checkpoint.size else {
            throw ProverError.noEntry(position: position, size: stored.checkpoint.size)
        }
        let entry =
            withEntry
            ? try journal.read { try JournalReader().entry(program: program, position: position, in: $0) } : nil
        let path = try trees.read { db in
            try TreeStore(program: program).proofs(in: db).inclusion(of: position, size: stored.checkpoint.size)
        }
        return InclusionProof(position: position, entry: entry, path: path, checkpoint: stored.note)
    }

    /// Proves that the stream of one checkpoint goes on to that of another, the newest by default.
    /// - Throws: ``ProverError``; `CheckpointRefusal`, `JournalError`, `NoteError`.
    public func consistency(from first: UInt64, to second: UInt64?) throws -> ConsistencyProof {
        let newest = try signer.sign(program)
        let old = try checkpoint(first)
        let new = try second.map { try checkpoint($0) } ?? newest
        guard old.checkpoint.size <= new.checkpoint.size else {
            throw ProverError.backwards(from: old.checkpoint.size, to: new.checkpoint.size)
        }
        let path = try trees.read { db in
            try TreeStore(program: program).proofs(in: db).consistency(
                from: old.checkpoint.size, to: new.checkpoint.size)
        }
        return ConsistencyProof(path: path, old: old.note, new: new.note)
    }

    private func checkpoint(_ size: UInt64) throws -> StoredCheckpoint {
        try checkpoints.read { db in
            if let found = try CheckpointStore().at(size: size, program: program, in: db) { return found }
            let nearest = try CheckpointStore().first(program: program, covering: size, in: db)?.checkpoint.size
            throw ProverError.noCheckpoint(size: size, nearest: nearest)
        }
    }
}
