import ArgumentParser
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import Reports

struct AuditCheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Sign the program's newest entries, and print the checkpoint.",
        discussion: """
            Prints the checkpoint on stdout, ready to be kept elsewhere, and the verifier key on stderr. Signs only what \
            extends the last checkpoint; a running processor signs by itself, every minute at most and when it stops.

            --add FILE takes over what witnesses signed under a stored checkpoint (C2SP tlog-cosignature), each verified \
            against a --witness key. --key prints the verifier key alone, on stdout.

            With --json, one object: program, origin, size, root, note, verifierKey, signedAt. \(Outcome.note)
            """)

    @Flag(name: .customLong("key"), help: "Print the program's verifier key alone.")
    var printsKey = false

    @Flag(help: "Print all checkpoints, the oldest first.")
    var all = false

    @Option(help: ArgumentHelp("Take over cosignatures from this file.", valueName: "file"))
    var add: String?

    @Option(help: ArgumentHelp("A witness's verifier key, or a file that holds some; for --add.", valueName: "key"))
    var witness: [String] = []

    @Flag(help: "Print one JSON object a checkpoint.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        if let add { return try takeOver(add, folder) }
        let signer = try CheckpointSigner(folder)
        if let path = signer.newKeyPath {
            Terminal.say("Made a log key to sign checkpoints with: \(path). Back it up apart from the data folder.")
        }
        let key = try signer.verifierKey(program)
        if printsKey { return Terminal.line("\(key)") }
        let newest: StoredCheckpoint
        do {
            var bar = ProgressBar("hashing", unit: "entries")
            defer { bar.finish() }
            newest = try signer.sign(program) { bar.update($0, of: $1) }
        } catch let refusal as CheckpointRefusal {
            throw CommandFailure(.checkFailed, "\(refusal)")
        } catch { throw CommandFailure(ofAudit: error) }
        let checkpoints = all ? try stored(program, folder) : [newest]
        for (index, checkpoint) in checkpoints.enumerated() { try show(checkpoint, key, isFirst: index == 0) }
        if !json { Terminal.say("verifier key: \(key)") }
    }

    private func stored(_ program: String, _ folder: DataFolder) throws -> [StoredCheckpoint] {
        try folder.openCheckpoints().read { db in
            try CheckpointStore().all(program: program, in: db) { seq, error in
                throw CommandFailure(.checkFailed, "checkpoint number \(seq) in store cannot be read: \(error)", remedy: "Run 'leadline audit verify'")
            }
        }
    }

    private func show(_ stored: StoredCheckpoint, _ key: VerifierKey, isFirst: Bool) throws {
        let checkpoint = stored.checkpoint
        if json {
            return Terminal.line(try JSONText.line(CheckpointDocument(
                program: stored.program, origin: checkpoint.origin, size: checkpoint.size, root: "\(checkpoint.root)",
                note: stored.note.description, verifierKey: "\(key)", signedAt: TimeText.utc(.init(micros: stored.signedMicros)))))
        }
        Terminal.write((isFirst ? "" : "--\n") + stored.note.description)
    }

    private func takeOver(_ path: String, _ folder: DataFolder) throws {
        let witnesses = try KeyArguments.read(witness).filter { $0.type == .cosignature }
        if witnesses.isEmpty { throw ValidationError("--add needs a --witness key, whose id stands for type 04") }
        do {
            let note = try SignedNote(try EvidenceFile.bytes(path))
            var verified = try SignedNote(text: note.text)
            _ = try verified.adopt(note, of: witnesses)
            let added = try folder.openCheckpoints().write { try CheckpointStore().addCosignatures(of: verified, in: $0) }
            guard let added else {
                throw CommandFailure(.input, "no such checkpoint was signed here", at: path, remedy: "Take over cosignatures of this data folder's checkpoints only")
            }
            Terminal.line("\(CountText.of(added, "cosignature")) added")
        } catch let error as NoteError {
            throw CommandFailure(.checkFailed, "\(error)", at: path)
        }
    }
}
