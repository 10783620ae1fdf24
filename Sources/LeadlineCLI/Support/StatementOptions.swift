import ArgumentParser
import LeadlineCore
import Reports
import UseCases

/// Who says something about a partner's claim or return, and why; and how what comes of it is printed.
struct StatementOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who says so; sealed in the journal.", valueName: "text"))
    var by: String

    @Option(help: ArgumentHelp("Why; sealed in the journal.", valueName: "text"))
    var reason = ""

    @Flag(help: "Print one line of JSON: position, events.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws {
        if by.isEmpty || by.utf8.count > 512 { throw ValidationError("--by must have 1 to 512 bytes") }
        if reason.utf8.count > 4_096 { throw ValidationError("--reason must have at most 4096 bytes") }
    }

    func deployment() throws -> Deployment { try data.deployment(kafka, reason: reason) }

    func report(_ outcome: (position: UInt64, events: [Event]), _ deployment: Deployment) throws {
        try Self.report(outcome, deployment, asJSON: json)
    }

    /// Prints what came of something that somebody said.
    static func report(
        _ outcome: (position: UInt64, events: [Event]), _ deployment: Deployment, asJSON: Bool
    ) throws {
        let currency = try deployment.currency()
        if asJSON {
            Terminal.line(try JSONText.line(StatementOutcomeDocument(
                position: outcome.position, events: outcome.events, currency: currency)))
        } else {
            Terminal.lines(RightsText.outcome(
                outcome.events, position: outcome.position, suppressed: 0, currency: currency))
        }
    }
}
