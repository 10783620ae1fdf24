import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import Reports
import UseCases

struct AuditCheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Sign the program's newest entries, and print the checkpoint.",
        discussion: """
            Prints the checkpoint on stdout, ready to be kept elsewhere, and the verifier key on stderr. Signs only \
            what extends the last checkpoint; a running processor signs by itself, every minute at most and when it \
            stops.

            --add FILE takes over what witnesses signed under a stored checkpoint (C2SP tlog-cosignature), each \
            verified against a --witness key. --key prints the verifier key alone, on stdout.

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
        let deployment = try data.deployment()
        if let add {
            let added = try deployment.addCosignatures(EvidenceFile.read(add), witnesses: EvidenceFile.keys(witness))
            return Terminal.line("\(CountText.of(added, "cosignature")) added")
        }
        let key = try deployment.logKey()
        if let path = key.newKeyPath {
            Terminal.say("Made a log key to sign checkpoints with: \(path). Back it up apart from the data folder.")
        }
        if printsKey { return Terminal.line(key.verifierKey) }
        let signed = try deployment.signCheckpoint(all: all)
        for (index, checkpoint) in signed.checkpoints.enumerated() {
            if json {
                Terminal.line(try JSONText.line(checkpoint))
            } else {
                Terminal.write((index == 0 ? "" : "--\n") + checkpoint.note)
            }
        }
        if !json { Terminal.say("verifier key: \(signed.verifierKey)") }
    }
}
