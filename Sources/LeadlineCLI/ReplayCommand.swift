import ArgumentParser
import Audit
import Foundation
import Journal

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Rebuild programs from their first entry and decide everything again.",
        discussion: """
            Twice over the journal, without snapshots: once to fold every recorded entry, once to decide every recorded \
            input again under its logic version and to compare events and entry bytes one by one. Says the state's hash, \
            so that two machines can be compared. Reads only.

            With --json, one object: programs (program, entries, events, differenceCount, differences with position, \
            recorded and decided, stateHash, foldSeconds, decideSeconds), seconds. Exit code 1 on any difference. \
            \(Outcome.note)
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let replayer = Replayer(try data.folder())
        let report = try await SharedProgressBar.audit("replaying") { bar in
            try await replayer.run(program: data.givenProgram) { bar.update($0) }
        }
        if json {
            Terminal.line(try JSONText.line(report))
        } else if report.programs.isEmpty {
            Terminal.line("The journal is empty: nothing to replay. Register a program first, e.g. with 'leadline policy apply'.")
        } else {
            Terminal.line(report.lines.map(Terminal.harmless).joined(separator: "\n"))
        }
        if !report.isEqual { throw ExitCode(Outcome.checkFailed.rawValue) }
    }
}

extension CommandFailure {
    /// What stops an audit: a broken journal is a failed check, an unknown program a mistake in the question.
    init(ofAudit error: any Error) {
        switch error {
        case let fault as AuditFault: self.init(.checkFailed, "\(fault)")
        case JournalError.unknownProgram(let program):
            self.init(.input, "the journal has no program \(program)", remedy: "Leave --program out to take all there are")
        default: self.init(error)
        }
    }
}
