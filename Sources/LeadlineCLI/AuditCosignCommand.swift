import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import UseCases

struct AuditCosignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cosign",
        abstract: "Be a witness: cosign a checkpoint after checking that it extends the last one.",
        discussion: """
            For somebody outside: a partner, an auditor, a works council. FILE is a checkpoint the first time, later a \
            consistency proof from the checkpoint cosigned last ('leadline audit prove --from SIZE'). The witness's \
            key is made on first use, and what it cosigned last is kept beside it, a file a log. Prints the cosigned \
            checkpoint: give it back, for 'leadline audit checkpoint --add'.

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
        let witness = try Witness(keyFile: witnessKeyFile, name: name)
        Terminal.write(try witness.cosign(EvidenceFile.read(file), keys: EvidenceFile.keys(key)))
        Terminal.say("witness key: \(witness.verifierKey)")
    }
}
