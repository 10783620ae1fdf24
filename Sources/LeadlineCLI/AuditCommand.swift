import ArgumentParser

/// What auditors do, without trusting whoever runs Leadline.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Prove and check: checkpoints, proofs, verification.",
        discussion: """
            Each program's journal is a transparency log (RFC 9162): a Merkle tree over its entries' stored bytes, \
            whose root is signed in checkpoints (C2SP tlog-checkpoint). Keep a checkpoint and its verifier key where \
            nobody who can write to the data folder can: from then on nobody can change, leave out or cut off what it \
            covers without its showing.

              leadline audit checkpoint                    sign the newest entries, show the verifier key
              leadline audit prove --lead LEAD             a file that proves what was decided, on its own
              leadline audit check FILES... --key KEY      check files offline: no data folder, no network
              leadline audit verify --checkpoint FILE      everything, against a checkpoint kept elsewhere
              leadline audit dossier --subject WHO         everything about one person
              leadline audit erase --subject WHO --requested-by TEXT  erase a person
              leadline audit records                       registers, cards, logs

            \(Outcome.note)
            """,
        subcommands: [
            AuditCheckpointCommand.self, AuditProveCommand.self, AuditCheckCommand.self, VerifyCommand.self,
            AuditCosignCommand.self, AuditRotateKeyCommand.self, AuditDossierCommand.self, AuditEraseCommand.self,
            AuditRecordsCommand.self,
        ])
}
