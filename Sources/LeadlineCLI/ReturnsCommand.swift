import ArgumentParser
import Reports
import UseCases

/// Leads that partners give back.
struct ReturnsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "returns", abstract: "Leads given back: reasons, credits, and what they say of sources.",
        discussion: """
            The policy's 'returns' lists the reasons for which partners decline leads or give them back, in the \
            vendor's words, each with its fixed meaning. A return for bad data counts against the lead's source and \
            gives the partner its turn and place back, as often a period as the policy says; past that a person \
            decides.

              leadline returns make --lead L --partner P --because wrong-number --by TEXT
              leadline returns approve --lead L --partner P --by TEXT

            \(Outcome.note)
            """,
        subcommands: [
            ReturnsList.self, ReturnsReasons.self, ReturnsSources.self, ReturnsMake.self, ReturnsApprove.self,
            ReturnsRefuse.self,
        ])
}

/// Which return is meant.
struct ReturnOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The lead.", valueName: "id"))
    var lead: String

    @Option(help: ArgumentHelp("The partner that gives it back, or did.", valueName: "id"))
    var partner: String

    @OptionGroup var statement: StatementOptions

    func ask(_ request: ReturnRequest) async throws {
        let deployment = try statement.deployment()
        try statement.report(
            try await deployment.ask(request, ofLead: lead, partner: partner, by: statement.by), deployment)
    }
}

struct ReturnsMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Give a lead back for the partner that holds it.", discussion: Outcome.note)

    @Option(help: ArgumentHelp("One of the policy's return reasons.", valueName: "id"))
    var because = ""

    @OptionGroup var options: ReturnOptions

    func run() async throws { try await options.ask(.make(reason: because)) }
}

struct ReturnsApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Give the partner the credit that waits.", discussion: Outcome.note)

    @OptionGroup var options: ReturnOptions

    func run() async throws { try await options.ask(.approve) }
}

struct ReturnsRefuse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse", abstract: "Refuse the credit: the lead's data was good.", discussion: Outcome.note)

    @OptionGroup var options: ReturnOptions

    func run() async throws { try await options.ask(.refuse) }
}

struct ReturnsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Returns whose credit waits for a person.", discussion: Outcome.note)

    @Flag(help: "Print one line of JSON a return: partner, lead, reason, until.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        let returns = try data.deployment(kafka).returns()
        if json {
            for one in returns { Terminal.line(try JSONText.line(ReturnDocument(one))) }
        } else {
            Terminal.write(ReturnsText.waiting(returns, Terminal.style))
        }
    }
}

struct ReturnsReasons: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reasons", abstract: "The policy's reasons, and what each means.", discussion: Outcome.note)

    @Flag(help: "Print one line of JSON a reason: reason, meaning, means, wordings.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        let reasons = try data.deployment(kafka).returnReasons()
        if json {
            for reason in reasons { Terminal.line(try JSONText.line(ReturnReasonDocument(reason))) }
        } else {
            Terminal.write(ReturnsText.reasons(reasons, Terminal.style))
        }
    }
}

struct ReturnsSources: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources", abstract: "How many of each source's latest leads came back for bad data.",
        discussion: """
            Of each source the latest 500 to 1,000 leads that partners got count. QUALITY is the share that did not \
            come back, as if ten more leads had been good; policies look at it.

            \(Outcome.note)
            """)

    @Flag(help: "Print JSON lines: source, leads, returned, qualityBasisPoints, returnedShare.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        let sources = SourceDocument.worstFirst(try data.deployment(kafka).sourceQualities())
        if json {
            for source in sources { Terminal.line(try JSONText.line(source)) }
        } else {
            Terminal.write(ReturnsText.sources(sources, Terminal.style))
        }
    }
}
