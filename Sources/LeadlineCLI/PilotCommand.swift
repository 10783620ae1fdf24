import ArgumentParser
import Evaluation
import Foundation
import LeadlineSchemas
import Reports
import UseCases

/// Pilots.
struct PilotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pilot", abstract: "Measure a pilot: Leadline beside the rules it is to replace.",
        discussion: Outcome.note,
        subcommands: [PilotReportCommand.self])
}

/// What a pilot shows so far.
struct PilotReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Compare the arms of a pilot: win rate, revenue and response time, with 95 % intervals.",
        discussion: """
            Each arm is compared with the incumbent: the difference of win rates (Newcombe) and their ratio (Katz), \
            of the revenue a closed lead (Welch), and the ratio of response times (Welch on logarithms). Where an \
            interval holds no difference, it says that it is too early to tell, and how many leads are missing. Rates \
            are of leads that were won or lost; open ones are not known yet. Under a shadow policy, and beside \
            imported history, it says what Leadline would have done against what happened.

            With --json, one object: program, currency, pilot, from, incumbent, arms (name, method, figures, uplift, \
            verdict), shadow. Amounts are in minor units. Reads only. \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The pilot by its name. Default: the newest.", valueName: "name"))
    var pilot: String?

    @Option(
        help: ArgumentHelp(
            "Arm to compare with. Default: the first that takes turns or follows rules.", valueName: "arm"))
    var incumbent: String?

    @Option(
        help: ArgumentHelp(
            "Time zone in which times are shown, e.g. Europe/Rome. Default: the machine's.", valueName: "zone"))
    var timeZone: String?

    @Option(help: ArgumentHelp("Write it as an HTML page too.", valueName: "file"))
    var html: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws { _ = try Terminal.style(zoneNamed: timeZone) }

    func run() throws {
        let report = try data.journal(kafka).pilotReport(pilot, incumbent: incumbent)
        let style = try Terminal.style(zoneNamed: timeZone)
        if json { Terminal.line(try JSONText.line(report)) } else { Terminal.write(PilotText.of(report, style)) }
        if let html { try PageFile.write(PilotPage.page(report, style).html(), to: html) }
    }
}
