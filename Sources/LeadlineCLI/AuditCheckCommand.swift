import ArgumentParser
import Audit
import Foundation
import Journal

struct AuditCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check checkpoints, proofs and archives offline, from the files alone.",
        discussion: """
            Needs no data folder, no vault, no secret and no network. Takes checkpoints, inclusion and consistency proofs, \
            statements of key rotation and archives in any order, and says of each what holds and what it could not check. \
            Two checkpoints of one log that contradict each other are a fault, wherever they came from.

            --key is the verifier key that you trust, as 'leadline audit checkpoint --key' printed it when you first asked; \
            statements of rotation among the files lead on from it. Witnesses' keys (type 04) go into --key as well.

            With --json, one object: findings (source, kind, checked, notChecked, fault, isAuthentic), conflicts. Exit code \
            1 if anything is wrong, 2 if nothing is wrong but not everything rests on a key that was given. \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("Files to check, or an archive's folder; - is stdin.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("A verifier key you trust, or a file with one a line.", valueName: "key"))
    var key: [String] = []

    @Option(help: ArgumentHelp("Stored bytes of an entry, for a proof without them.", valueName: "file"))
    var entry: [String] = []

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let keys = try KeyArguments.read(key)
        var check = EvidenceCheck(keys: keys, entries: try entry.map(Self.file))
        let report = check.run(try files.map(Self.file))
        if json {
            Terminal.line(try JSONText.line(report))
        } else {
            Terminal.line(report.lines.map(Terminal.harmless).joined(separator: "\n"))
        }
        if !report.isGood { throw ExitCode(Outcome.checkFailed.rawValue) }
        if !report.isAuthentic { throw ExitCode(Outcome.input.rawValue) }
    }

    private static func file(_ path: String) throws -> EvidenceCheck.File {
        EvidenceCheck.File(source: path, bytes: try EvidenceFile.bytes(path))
    }
}
