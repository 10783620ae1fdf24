import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// The logic version of a program.
struct LogicCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logic", abstract: "Show and adopt the version of the logic that decides.",
        discussion: """
            Every entry names the logic version that decided it, and audit decides it again by that one. A new release \
            brings new versions but changes no program: a program takes one up when it is told to.

            \(Outcome.note)
            """,
        subcommands: [LogicShow.self, LogicAdopt.self])
}

/// Shows the logic version in force.
struct LogicShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the logic version in force and those that this release has.",
        discussion: "With --json, one object: program, version, newest, oldest. \(Outcome.note)")

    @OptionGroup var data: DataFolderOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let deployment = try data.deployment()
        let report = LogicDocument(program: deployment.program, version: try deployment.logicVersion())
        if json { return Terminal.line(try JSONText.line(report)) }
        Terminal.line(
            "\(Terminal.harmless(report.program)) decides by logic version \(report.version). This release has \(report.oldest) to \(report.newest)."
        )
        if report.version < report.newest {
            Terminal.line("Version \(report.newest) is newer; 'leadline logic adopt' takes it up.")
        }
    }
}

/// Takes up a later logic version.
struct LogicAdopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Decide by a later logic version from here on.",
        discussion: """
            Publishes the adoption as an event. Entries before it keep their version; there is no way back to an \
            earlier one. Every instance of a cluster must run a release that has the version. What the policy says \
            beyond an earlier version takes effect once it is applied again. \(Outcome.note)
            """)

    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var data: DataFolderOptions

    @Option(help: ArgumentHelp("The version; without it, this release's newest.", valueName: "n"))
    var version = Logic.newest

    @Flag(help: "Say what would be published; publish nothing.")
    var dryRun = false

    func validate() throws {
        if !Logic.knows(version) {
            throw ValidationError("--version must be \(Logic.oldest) to \(Logic.newest): this release has no other")
        }
    }

    func run() async throws {
        let deployment = try data.journal(kafka)
        let program = Terminal.harmless(deployment.program)
        let adopted = try deployment.isAdopted(version)
        if adopted.isAdopted {
            Terminal.line("\(program) decides by logic version \(version) already. Nothing to do.")
            return
        }
        Terminal.line("\(program): logic version \(version) instead of \(adopted.now).")
        if dryRun { return Terminal.line("Dry run: nothing was published.") }
        Terminal.say(try await deployment.adopt(version).sentence)
    }
}
