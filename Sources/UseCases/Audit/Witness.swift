import Engine
import Foundation
import Journal
import LeadlineCore

/// Somebody outside who cosigns checkpoints: a key and, beside it, the last checkpoint it cosigned of each log.
public struct Witness {
    private let signer: SignerKey
    private let path: String

    /// The witness whose key is at a path.
    /// - Parameter name: name of a new witness, for a key that is not there yet.
    public init(keyFile path: String, name: String?) throws(Problem) {
        self.path = path
        signer = try Problem.told { try Self.key(path, name) }
    }

    private static func key(_ path: String, _ name: String?) throws -> SignerKey {
        if FileManager.default.fileExists(atPath: path) {
            let text = String(decoding: try EvidenceBytes(path: path).bytes, as: UTF8.self)
            let signer = try noted(path) {
                try SignerKey(secretText: text.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            guard signer.verifier.type == .cosignature else {
                throw Problem(.invalid, "the key is a log's, not a witness's", at: path)
            }
            return signer
        }
        guard let name else {
            throw Problem(
                .notFound, "there is no witness key", at: path,
                remedy: "Make one with --name, e.g. --name auditor.example")
        }
        let signer = try noted(path) { try SignerKey(name: name, type: .cosignature) }
        let secret = Data((signer.secretText + "\n").utf8)
        guard FileManager.default.createFile(atPath: path, contents: secret, attributes: [.posixPermissions: 0o600])
        else {
            throw Problem.notWritable("the witness key cannot be written", at: path)
        }
        return signer
    }

    /// The witness's verifier key.
    public var verifierKey: String { "\(signer.verifier)" }

    /// Cosigns a checkpoint after checking that it extends the last one.
    /// - Parameter file: a checkpoint the first time, later a consistency proof from the checkpoint cosigned last.
    /// - Returns: the cosigned checkpoint.
    public func cosign(_ file: EvidenceBytes, keys: TrustedKeyTexts) throws(Problem) -> String {
        let keys = try keys.read()
        return try Problem.told {
            try Self.noted(file.source) {
                let proof = try? ConsistencyProof(file.bytes)
                let note = try proof?.new ?? SignedNote(file.bytes)
                let checkpoint = try Checkpoint(text: note.text)
                try TrustedKeys(keys: keys).verify(note, checkpoint)
                try follows(checkpoint, try last(checkpoint.origin), proof, file.source)
                var cosigned = note
                try cosigned.cosign(signer, time: UInt64(max(0, SystemClock().now().micros / 1_000_000)))
                try Data(cosigned.bytes).write(to: URL(fileURLWithPath: lastPath(checkpoint.origin)), options: .atomic)
                return cosigned.description
            }
        }
    }

    private func follows(_ new: Checkpoint, _ last: Checkpoint?, _ proof: ConsistencyProof?, _ source: String) throws {
        guard let last, last != new else { return }
        guard let proof, try Checkpoint(text: proof.old.text) == last else {
            throw Problem(
                .checkFailed,
                "the last checkpoint cosigned covers \(last.size) entries, and the file does not lead on from it",
                at: source,
                remedy: "Ask for 'leadline audit prove --from \(last.size)'")
        }
        try proof.verify()
    }

    private func last(_ origin: String) throws -> Checkpoint? {
        let path = lastPath(origin)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let note = try SignedNote(EvidenceBytes(path: path).bytes)
        try note.verify(signer.verifier)
        return try Checkpoint(text: note.text)
    }

    private func lastPath(_ origin: String) -> String {
        "\(path).\(HashChain.leaf(of: Array(origin.utf8)).description.prefix(16)).checkpoint"
    }

    /// What a note or a proof says against itself is a check that failed.
    private static func noted<Value>(_ source: String, _ work: () throws -> Value) throws -> Value {
        do { return try work() } catch let error as NoteError {
            throw Problem(.checkFailed, "\(error)", at: source)
        } catch let fault as ProofFault {
            throw Problem(.checkFailed, "\(fault)", at: source)
        }
    }
}
