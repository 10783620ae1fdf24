import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import Reports
import UseCases

/// What the program's model has learned.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Show what the program's model has learned, and its model card.",
        discussion: Outcome.note,
        subcommands: [ModelShow.self, ModelCardCommand.self])
}

/// Which program's model, and when.
struct ModelOptions: ParsableArguments {
    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Option(
        help: ArgumentHelp(
            "As it stood after the entry at this position of the program's stream.", valueName: "position"))
    var at: UInt64?

    /// The program with its state at that moment.
    func stream() throws -> ProgramStream { try data.journal(kafka).stream(at: at) }
}

/// Shows the model's numbers.
struct ModelShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the model: rates, experts, closing curve and the largest effects.",
        discussion: """
            Effects are in log-odds, as predictions and 'leadline explain' add them up: multipliers and the weights \
            of the experts are in them. SD is the standard deviation of the learned weights. The largest effects come \
            first.

            With --json, one object: program, position, version, contentHash, baseRate, baseVariance (of its \
            log-odds), priorRate, priorStrength, awards, awardsOpen, won, lost, maturityDays, experts (name, weight, \
            spread), multipliers (group, value, deviation), closingCurve (days, winsIn, lossesIn), partners, values \
            and cells (partner, slot, value, aboveMinorUnits, upToMinorUnits, logOdds, deviation, won, closed), \
            partnerCount, valueCount, cellCount, fitWeights (name, fixed, learned, deviation; shares of fit), \
            fitWeightsMode (fixed or learned), answersTaken, answersRefused; lists hold at most --most.

            \(Outcome.note)
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp("At most so many rows a table.", valueName: "count"))
    var most = 20

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if most < 1 { throw ValidationError("--most must be at least 1") }
    }

    func run() throws {
        let stream = try model.stream()
        let standing = stream.state.modelStanding(cellsMost: most)
        if json {
            Terminal.line(
                try JSONText.line(
                    ModelDocument(program: stream.program, state: stream.state, standing: standing, most: most)))
        } else {
            Terminal.write(
                ModelText(
                    program: stream.program, state: stream.state, standing: standing, most: most, style: Terminal.style
                ).text())
        }
    }
}

/// Prints the model card.
struct ModelCardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Print the model card, in Markdown.",
        discussion: """
            What the model predicts, from what data, with which settings, how far each expert is believed, how well it \
            predicted the program's own awards (test, then train, as 'leadline backtest'), how deals close, its known \
            limits, version and content hash. Reads the whole journal.

            \(Outcome.note)
            """)

    @OptionGroup var model: ModelOptions

    func run() throws {
        let walk = try model.data.journal(model.kafka).folded(through: model.at)
        Terminal.write(
            ModelCard(program: walk.stream.program, state: walk.stream.state, evaluation: walk.evaluation).markdown())
    }
}
