import ArgumentParser
import LeadlineCore
import Reports
import UseCases

/// Exchange rates that are published by themselves.
struct RatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rates", abstract: "Exchange rates with the dates from which they hold.",
        discussion: """
            The policy's exchange rates count until others are published by themselves. Of each currency the latest date \
            that has passed holds; decisions record the rate that they counted by.

              leadline rates publish --from 2026-04-01T00:00:00Z --rate USD=0.9243
              leadline rates list

            \(Outcome.note)
            """,
        subcommands: [RatesList.self, RatesPublish.self])
}

struct RatesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The rates in force and those to come.", discussion: Outcome.note)

    @Flag(help: "Print one line of JSON a rate: currency, rateMicros, inForce, validFrom, position.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        let rates = try data.deployment(kafka).exchangeRates()
        for rate in rates {
            if json { Terminal.line(try JSONText.line(RateDocument(rate))) } else {
                Terminal.line(RateWords().rate(rate.rate) + (rate.isInForce ? "" : ", to come"))
            }
        }
        if rates.isEmpty && !json { Terminal.line("There are no exchange rates.") }
    }
}

struct RatesPublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Publish rates that hold from a date on.", discussion: Outcome.note)

    @Option(help: ArgumentHelp("When they begin to hold, as 2026-04-01T00:00:00Z, or a day.", valueName: "time"))
    var from: String

    @Option(help: ArgumentHelp(
        "What one of the currency's minor units is worth in the program's, as USD=0.9243; once a currency.", valueName: "rate"))
    var rate: [StatedRate]

    @Option(help: ArgumentHelp("Who publishes them, by the id of a role.", valueName: "id"))
    var role = ""

    @Flag(help: "Print one line of JSON: position, events.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws { _ = try begin() }

    private func begin() throws -> Timestamp { try MomentRange.moment(from, "--from", endOfDay: false) }

    func run() async throws {
        let deployment = try data.deployment(kafka)
        let outcome = try await deployment.publish(rate.map(\.rate), from: begin(), by: role)
        try StatementOptions.report(outcome, deployment, asJSON: json)
    }
}

/// A rate as it is typed: `USD=0.9243`, with at most six places.
struct StatedRate: ExpressibleByArgument {
    let rate: ExchangeRate

    init?(argument: String) {
        guard let at = argument.utf8.firstIndex(of: UInt8(ascii: "=")), argument.utf8[..<at].count == 3,
            let micros = RateWords.micros(argument[argument.utf8.index(after: at)...])
        else { return nil }
        rate = ExchangeRate(currency: String(argument[..<at]), rateMicros: micros)
    }
}
