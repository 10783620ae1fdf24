import ArgumentParser
import Audit
import Engine
import Foundation
import UseCases

struct AuditProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove", abstract: "Write a file that proves an entry, or that nothing earlier was changed.",
        discussion: """
            Inclusion: --position, --decision PROGRAM/POSITION/ORDINAL, or --lead, which proves every entry about the \
            lead. The file is a C2SP tlog-proof: the entry's stored bytes, the path to the root, a signed checkpoint. \
            It needs no other person's data; --without-entry leaves out the bytes as well, for someone who has them.

            Consistency: --from and --to name sizes at which checkpoints were signed, --to is the newest by default. \
            The file holds both checkpoints and the proof that the newer stream begins with the older.

            Check a file with 'leadline audit check FILE --key KEY'. \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("Prove the entry at this position of the program's stream.", valueName: "position"))
    var position: UInt64?

    @Option(help: ArgumentHelp("Prove the entry that holds this decision.", valueName: "id"))
    var decision: String?

    @Option(help: ArgumentHelp("Prove every entry about this lead.", valueName: "id"))
    var lead: String?

    @Option(help: ArgumentHelp("Prove consistency from the checkpoint of this size.", valueName: "size"))
    var from: UInt64?

    @Option(help: ArgumentHelp("To the checkpoint of this size.", valueName: "size"))
    var to: UInt64?

    @Flag(help: "Leave the entry's bytes out.")
    var withoutEntry = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write to this file or folder. Default: stdout for one proof, the current folder for more.",
            valueName: "path"))
    var output: String?

    @OptionGroup var data: DataFolderOptions

    func validate() throws {
        let inclusions = [position != nil, decision != nil, lead != nil].count { $0 }
        if inclusions + (from == nil ? 0 : 1) != 1 {
            throw ValidationError("Give one of --position, --decision, --lead, or --from.")
        }
        if to != nil && from == nil { throw ValidationError("--to goes with --from.") }
        if let decision, Self.parts(decision) == nil {
            throw ValidationError("--decision must be PROGRAM/POSITION/ORDINAL, e.g. demo/451/0")
        }
    }

    private static func parts(_ decision: String) -> (program: String, position: UInt64)? {
        let parts = decision.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 3, let position = UInt64(parts[1]), UInt64(parts[2]) != nil else { return nil }
        return (parts[0], position)
    }

    func run() async throws {
        var data = data
        let named = decision.flatMap(Self.parts)
        if let named { data.givenProgram = named.program }
        let subject: ProofSubject =
            if let from {
                .consistency(from: from, to: to)
            } else if let position = position ?? named?.position {
                .position(position)
            } else {
                .lead(lead ?? "")
            }
        try write(try data.deployment().prove(subject, withEntry: !withoutEntry))
    }

    private func write(_ files: [ProofFile]) throws {
        if output == nil, files.count == 1 { return Terminal.write(files[0].text) }
        var isFolder: ObjCBool = false
        let path = output ?? "."
        let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if files.count > 1 && !exists {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            isFolder = true
        }
        if files.count > 1 && !isFolder.boolValue {
            throw Problem(
                .invalid, "there are \(files.count) proofs to write", at: path, remedy: "Name a folder with -o")
        }
        for file in files {
            let target = isFolder.boolValue ? path + "/" + file.name : path
            try Data(file.text.utf8).write(to: URL(fileURLWithPath: target))
            Terminal.say("wrote \(target)")
        }
    }
}
