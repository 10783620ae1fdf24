import ArgumentParser
import Evaluation
import Foundation
import LeadlineSchemas
import Reports
import UseCases

/// `leadline report`: the health of the channel.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report the health of the channel: speed, wins, load and fairness, per partner and over time.",
        discussion: """
            Per partner and over windows of 30 days: leads, response times (median and 90 %), acceptance, SLA \
            breaches, overrides by humans, win rates with 95 % intervals, revenue; floors met and missed beside what \
            could have been got; escalations by reason; the Gini and Jain indices of leads and of utilisation. Where \
            decisions tell who else could have been chosen, what was won is compared with what taking turns by \
            country would have been expected to win, and the arms of a pilot with each other, as 'pilot report' does. \
            Speed and acceptance are of the leads awarded in a window, wins and amounts of the deals decided in it. \
            Partners are shown by their ids; it holds no personal data.

            --html writes the whole report as one page with plots that needs nothing else and prints well. With \
            --json, one object, the fields of ChannelReport; amounts are in minor units, times in UTC. Reads only. \
            \(Outcome.note)
            """)

    @OptionGroup var range: MomentRange

    @Option(help: ArgumentHelp("Length of a window in days.", valueName: "days"))
    var window = 30

    @Option(
        help: ArgumentHelp(
            "Time zone in which times are shown, e.g. Europe/Rome. Default: the machine's.", valueName: "zone"))
    var timeZone: String?

    @Option(help: ArgumentHelp("Write the report as an HTML page too.", valueName: "file"))
    var html: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws {
        try range.check()
        if !(1...3_660).contains(window) { throw ValidationError("--window must be from 1 to 3660 days") }
        _ = try Terminal.style(zoneNamed: timeZone)
    }

    func run() throws {
        let report = try data.journal(kafka).channelReport(windowDays: window, from: range.first(), to: range.last())
        let style = try Terminal.style(zoneNamed: timeZone)
        if json { Terminal.line(try JSONText.line(report)) } else { Terminal.write(ChannelText.of(report, style)) }
        if let html { try PageFile.write(ChannelPage.page(report, style).html(), to: html) }
    }
}
