import ArgumentParser
import Audit
import Foundation
import Reports
import UseCases

struct AuditCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check checkpoints, proofs and archives offline, from the files alone.",
        discussion: """
            Needs no data folder, no vault, no secret and no network. Takes checkpoints, inclusion and consistency \
            proofs, statements of key rotation and archives in any order, and says of each what holds and what it \
            could not check. Two checkpoints of one log that contradict each other are a fault, wherever they came from.

            --key is the verifier key that you trust, as 'leadline audit checkpoint --key' printed it when you first \
            asked; statements of rotation among the files lead on from it. Witnesses' keys (type 04) go into --key as \
            well.

            With --json, one object: findings (source, kind, checked, notChecked, fault, isAuthentic, \
            isSelfSigned), conflicts. Exit code 1 if anything is wrong, 2 if nothing is wrong but a signature could \
            not be checked. \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("Files to check, archives too; - is stdin.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("A verifier key you trust, or a file with one a line.", valueName: "key"))
    var key: [String] = []

    @Option(help: ArgumentHelp("Stored bytes of an entry, for a proof without them.", valueName: "file"))
    var entry: [String] = []

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let isArchive = files.map { OfflineCheck.isArchive($0) }
        let single = zip(files, isArchive).filter { !$1 }.map(\.0)
        let archives = zip(files, isArchive).filter(\.1).map(\.0)
        let report = try OfflineCheck.run(
            try single.map(EvidenceFile.read), archives: archives, keys: EvidenceFile.keys(key),
            entries: entry.map(EvidenceFile.read))
        if json {
            Terminal.line(try JSONText.line(report))
        } else {
            Terminal.lines(EvidenceText.lines(report))
        }
        if !report.isGood { throw ExitCode(Outcome.checkFailed.rawValue) }
        if !report.isSigned { throw ExitCode(Outcome.input.rawValue) }
    }
}
