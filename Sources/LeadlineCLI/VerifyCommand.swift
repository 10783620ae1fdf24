import ArgumentParser
import Audit
import Foundation

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify that nothing was changed or left out, and that every promise was kept.",
        discussion: """
            One pass over each program's entries: hash chain and head; positions and stamps; every input decided again and \
            compared; recorded state hashes and snapshots compared with the fold; no accepted lead lost; no automatic \
            assignment over a cap, counted apart from the decider; no timer fired early. Then the commit order and the \
            dead letters, which open only with the master key. Chain and decisions need no key. Reads only. Names the \
            program and position of each program's first fault.

            With --json, one object: depth, programs (program, size, entries, events, head, stateHash, statesAvailable, \
            stateHashesCompared, snapshotsCompared, leadsAccepted, assignmentsCheckedAgainstCaps, seconds, fault), \
            orderFault, deadLetters (isChecked, reason, opened, erased, fault), seconds; a fault has kind, program, \
            position, detail. Exit code 1 on any fault. \(Outcome.note)
            """)

    @Flag(help: "Check hash chains and commit order only.")
    var quick = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let verifier = Verifier(try data.folder(), depth: quick ? .chain : .full)
        let report = try await SharedProgressBar.audit("verifying") { bar in
            try await verifier.run(program: data.givenProgram) { bar.update($0) }
        }
        if json {
            Terminal.line(try JSONText.line(report))
        } else if report.programs.isEmpty && report.isGood {
            Terminal.line("The journal is empty: nothing to verify. Register a program first, e.g. with 'leadline policy apply'.")
        } else {
            Terminal.line(report.lines.map(Terminal.harmless).joined(separator: "\n"))
        }
        if !report.isGood { throw ExitCode(Outcome.checkFailed.rawValue) }
    }
}
