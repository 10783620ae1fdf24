import ArgumentParser
import Engine
import Foundation
import Journal
import LeadlineCore

struct AuditCosignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cosign", abstract: "Be a witness: cosign a checkpoint after checking that it extends the last one.",
        discussion: """
            For somebody outside: a partner, an auditor, a works council. FILE is a checkpoint the first time, later a \
            consistency proof from the checkpoint cosigned last ('leadline audit prove --from SIZE'). The witness's key is \
            made on first use, and what it cosigned last is kept beside it, a file a log. Prints the cosigned checkpoint: \
            give it back, for 'leadline audit checkpoint --add'.

            \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("A checkpoint, or a consistency proof.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The log's verifier key.", valueName: "key"))
    var key: [String]

    @Option(help: ArgumentHelp("The witness's own key; made if it is not there.", valueName: "file"))
    var witnessKeyFile: String

    @Option(help: ArgumentHelp("Name of a new witness.", valueName: "name"))
    var name: String?

    func run() async throws {
        do {
            let witness = try WitnessFile(witnessKeyFile, name: name)
            let bytes = try EvidenceFile.bytes(file)
            let proof = try? ConsistencyProof(bytes)
            let note = try proof?.new ?? SignedNote(bytes)
            let checkpoint = try Checkpoint(text: note.text)
            let trusted = TrustedKeys(keys: try KeyArguments.read(key))
            try trusted.verify(note, checkpoint)
            try follows(checkpoint, try witness.last(checkpoint.origin), proof)
            var cosigned = note
            try cosigned.cosign(witness.signer, time: UInt64(max(0, SystemClock().now().micros / 1_000_000)))
            try witness.keep(cosigned, checkpoint.origin)
            Terminal.write(cosigned.description)
            Terminal.say("witness key: \(witness.signer.verifier)")
        } catch let error as NoteError {
            throw CommandFailure(.checkFailed, "\(error)", at: file)
        } catch let fault as ProofFault {
            throw CommandFailure(.checkFailed, "\(fault)", at: file)
        }
    }

    private func follows(_ new: Checkpoint, _ last: Checkpoint?, _ proof: ConsistencyProof?) throws {
        guard let last, last != new else { return }
        guard let proof, try Checkpoint(text: proof.old.text) == last else {
            throw CommandFailure(
                .checkFailed, "the last checkpoint cosigned covers \(last.size) entries, and the file does not lead on from it", at: file,
                remedy: "Ask for 'leadline audit prove --from \(last.size)'")
        }
        try proof.verify()
    }
}

/// A witness's key and, beside it, the last checkpoint it cosigned of each log.
private struct WitnessFile {
    let signer: SignerKey
    private let path: String

    init(_ path: String, name: String?) throws {
        self.path = path
        if FileManager.default.fileExists(atPath: path) {
            let text = String(decoding: try EvidenceFile.bytes(path), as: UTF8.self)
            signer = try SignerKey(secretText: text.trimmingCharacters(in: .whitespacesAndNewlines))
            guard signer.verifier.type == .cosignature else { throw CommandFailure(.input, "the key is a log's, not a witness's", at: path) }
            return
        }
        guard let name else { throw CommandFailure(.input, "there is no witness key", at: path, remedy: "Make one with --name, e.g. --name auditor.example") }
        signer = try SignerKey(name: name, type: .cosignature)
        guard FileManager.default.createFile(atPath: path, contents: Data((signer.secretText + "\n").utf8), attributes: [.posixPermissions: 0o600]) else {
            throw CommandFailure(.environment, "the witness key cannot be written", at: path, remedy: "Check the folder and its permissions")
        }
    }

    private func lastPath(_ origin: String) -> String {
        "\(path).\(HashChain.leaf(of: Array(origin.utf8)).description.prefix(16)).checkpoint"
    }

    func last(_ origin: String) throws -> Checkpoint? {
        let path = lastPath(origin)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let note = try SignedNote(try EvidenceFile.bytes(path))
        try note.verify(signer.verifier)
        return try Checkpoint(text: note.text)
    }

    func keep(_ note: SignedNote, _ origin: String) throws {
        try Data(note.bytes).write(to: URL(fileURLWithPath: lastPath(origin)), options: .atomic)
    }
}
