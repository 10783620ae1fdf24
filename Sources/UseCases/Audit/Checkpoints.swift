import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
public import Reports

/// A program's checkpoints, as they are shown and kept elsewhere.
public struct SignedCheckpoints: Sendable {
    /// The oldest first.
    public let checkpoints: [CheckpointDocument]
    /// The key that verifies them.
    public let verifierKey: String
}

/// The key that signs a program's checkpoints.
public struct LogKeyAnswer: Sendable {
    public let verifierKey: String
    /// Where the key was made just now; nil if it was there.
    public let newKeyPath: String?
    /// The statement by which the key before it names it; nil if it was not rotated.
    public let rotation: String?
    /// Where the key is kept.
    public let path: String
}

extension Deployment {
    /// The key that verifies the program's checkpoints; made if there is none yet.
    public func logKey() throws(Problem) -> LogKeyAnswer {
        try Problem.told {
            let signer = try CheckpointSigner(folder)
            return LogKeyAnswer(
                verifierKey: "\(try signer.verifierKey(program))", newKeyPath: signer.newKeyPath, rotation: nil,
                path: folder.logKeyPath)
        }
    }

    /// Signs the program's newest entries. What is signed already is not signed again.
    /// - Parameter all: every stored checkpoint, not the newest alone.
    public func signCheckpoint(all: Bool) throws(Problem) -> SignedCheckpoints {
        try Problem.told {
            let signer = try CheckpointSigner(folder)
            let key = "\(try signer.verifierKey(program))"
            let line = progress("hashing")
            defer { line.finish() }
            let newest = try signer.sign(program) { line.update($0, of: $1) }
            let stored = all ? try storedCheckpoints() : [newest]
            return SignedCheckpoints(checkpoints: stored.map { Self.document($0, key) }, verifierKey: key)
        }
    }

    private func storedCheckpoints() throws -> [StoredCheckpoint] {
        try folder.openCheckpoints().read { db in
            try CheckpointStore().all(program: program, in: db) { seq, error in
                throw Problem(
                    .checkFailed, "checkpoint number \(seq) in store cannot be read: \(error)",
                    remedy: "Run 'leadline audit verify'")
            }
        }
    }

    private static func document(_ stored: StoredCheckpoint, _ key: String) -> CheckpointDocument {
        let checkpoint = stored.checkpoint
        return CheckpointDocument(
            program: stored.program, origin: checkpoint.origin, size: checkpoint.size, root: "\(checkpoint.root)",
            note: stored.note.description, verifierKey: key,
            signedAt: TimeText.utc(Timestamp(micros: stored.signedMicros)))
    }

    /// Takes over what witnesses signed under a stored checkpoint, each verified.
    /// - Returns: how many cosignatures are new.
    public func addCosignatures(_ file: EvidenceBytes, witnesses: TrustedKeyTexts) throws(Problem) -> Int {
        let keys = try witnesses.read().filter { $0.type == .cosignature }
        if keys.isEmpty { throw Problem(.invalid, "--add needs a --witness key, whose id stands for type 04") }
        return try Problem.told {
            do {
                let note = try SignedNote(file.bytes)
                var verified = try SignedNote(text: note.text)
                _ = try verified.adopt(note, of: keys)
                let added = try folder.openCheckpoints().write {
                    try CheckpointStore().addCosignatures(of: verified, in: $0)
                }
                guard let added else {
                    throw Problem(
                        .notFound, "no such checkpoint was signed here", at: file.source,
                        remedy: "Take over cosignatures of this data folder's checkpoints only")
                }
                return added
            } catch let error as NoteError {
                throw Problem(.checkFailed, "\(error)", at: file.source)
            }
        }
    }

    /// Replaces the key that signs checkpoints, by a statement of the old one.
    public func rotateLogKey() throws(Problem) -> LogKeyAnswer {
        try Problem.told {
            _ = try CheckpointSigner(folder)
            let key = try LogKeyFile.rotate(
                at: folder.logKeyPath, time: UInt64(max(0, folder.now().micros / 1_000_000)))
            // Opening the signer again keeps the statement in the data folder as well.
            let signer = try CheckpointSigner(folder)
            // Whoever trusts the new key alone finds everything covered by it.
            for program in try signer.programs() { try signer.sign(program) }
            let verifier = try signer.verifierKey(program)
            return LogKeyAnswer(
                verifierKey: "\(verifier)", newKeyPath: nil, rotation: key.rotations.last?.description,
                path: folder.logKeyPath)
        }
    }
}
