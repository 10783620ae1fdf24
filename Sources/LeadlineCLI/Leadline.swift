import ArgumentParser
import Foundation
import UseCases

/// The command `leadline`. One command a file; what they share is in Support.
@main
struct Leadline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leadline",
        abstract: "Routes each sales lead to the partner most likely to win it, and proves why.",
        discussion: """
            Start with 'leadline demo', or make a program of your own:

              leadline init my-program
              export LEADLINE_DATA=my-program
              leadline policy apply -f my-program/policy.yaml
              leadline partners apply -f my-program/partners.yaml

            The data folder is --data, else $LEADLINE_DATA, else ./leadline-data. \(Outcome.note)
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Set up:",
                subcommands: [
                    InitCommand.self, TopicsCommand.self, PolicyCommand.self, ProgramCommand.self,
                    PartnersCommand.self, LogicCommand.self, KeysCommand.self, AccessCommand.self,
                    AgentsCommand.self, DemoCommand.self,
                ]),
            CommandGroup(
                name: "Stream:",
                subcommands: [
                    RunCommand.self, ServeCommand.self, StatusCommand.self, ProduceCommand.self, ConsumeCommand.self,
                    DeadLetterCommand.self, ImportCommand.self, MCPCommand.self,
                ]),
            CommandGroup(
                name: "Ask and check:",
                subcommands: [
                    LeadsCommand.self, ExplainCommand.self, ModelCommand.self, NetworkCommand.self, ReplayCommand.self,
                    VerifyCommand.self, AuditCommand.self, RightsCommand.self, ClaimsCommand.self, ReturnsCommand.self, OffersCommand.self,
                    CommissionsCommand.self, RatesCommand.self,
                    ArchiveCommand.self, ExportCommand.self,
                ]),
            CommandGroup(
                name: "Measure:",
                subcommands: [
                    ReportCommand.self, PilotCommand.self, ForecastCommand.self, EvaluateCommand.self,
                    BacktestCommand.self, ArenaCommand.self, AgentsCommand.self,
                    BenchCommand.self,
                ]),
            CommandGroup(name: "Learn:", subcommands: [ExitCodesCommand.self]),
        ])

    /// Errors of the command line end with code 2 and errors of a command with its own code, instead of the parser's
    /// codes.
    static func main() async {
        var command: any ParsableCommand
        do { command = try parseAsRoot() } catch { Foundation.exit(Outcome.reportUsage(error)) }
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Foundation.exit(Outcome.report(error))
        }
    }
}
