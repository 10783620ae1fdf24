import ArgumentParser
import LeadlineCore
import Reports
import UseCases

/// Leads that are offered before they are assigned.
struct OffersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offers", abstract: "Leads offered to partners: what is open, answers, and how partners answer.",
        discussion: """
            The policy's 'negotiation' says whether leads are offered before they are assigned: how many rounds, how \
            many partners at once, how long they have, and what a counter may ask for. Usually a partner's agent \
            answers; here anybody can for it.

              leadline offers answer accept --offer O --lead L --partner P --by TEXT
              leadline offers answer counter --offer O --lead L --partner P --by TEXT

            \(Outcome.note)
            """,
        subcommands: [OffersList.self, OffersPartners.self, OffersAnswer.self])
}

struct OffersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Offers that wait for an answer.", discussion: Outcome.note)

    @Flag(help: "Print one line of JSON an offer: offer, lead, partner, round, answerBy, confirmed, terms.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        let offers = try data.deployment(kafka).offers()
        if json {
            for one in offers { Terminal.line(try JSONText.line(OfferDocument(one))) }
        } else {
            Terminal.write(OffersText.open(offers, Terminal.style))
        }
    }
}

struct OffersPartners: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partners", abstract: "How partners answer offers.", discussion: Outcome.note)

    @Flag(
        help: "Print one line of JSON a partner: partner, offers, agreed, declined, countered, askedBasisPoints, lapsed.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        let records = try data.deployment(kafka).offerRecords()
        if json {
            for one in records { Terminal.line(try JSONText.line(OfferRecordDocument(one))) }
        } else {
            Terminal.write(OffersText.records(records, Terminal.style))
        }
    }
}

struct OffersAnswer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Answer an offer for its partner.", discussion: Outcome.note)

    enum Word: String, ExpressibleByArgument, CaseIterable {
        case confirm, accept, decline, counter

        var answer: OfferAnswer {
            switch self {
            case .confirm: .capacityConfirmed
            case .accept: .accepted
            case .decline: .declined
            case .counter: .countered
            }
        }
    }

    @Argument(help: "What the partner answers: confirm, accept, decline or counter.")
    var answer: Word

    @Option(help: ArgumentHelp("The lead.", valueName: "id"))
    var lead: String

    @Option(help: ArgumentHelp("The partner that answers.", valueName: "id"))
    var partner: String

    @Option(help: ArgumentHelp("The offer.", valueName: "id"))
    var offer: String

    @Option(help: ArgumentHelp("Of a counter: the promise that it asks for.", valueName: "minutes"))
    var promiseMinutes: UInt32 = 0

    @Option(help: ArgumentHelp("Of a counter: the share of the deal that it asks for.", valueName: "basis points"))
    var commissionBasisPoints: UInt32?

    @Option(help: ArgumentHelp("Of a counter: what else it asks to be told; may be repeated.", valueName: "word"))
    var enrichment: [String] = []

    @OptionGroup var statement: StatementOptions

    func validate() throws {
        let asks = promiseMinutes > 0 || commissionBasisPoints != nil || !enrichment.isEmpty
        if asks && answer != .counter { throw ValidationError("terms come with a counter only") }
    }

    func run() async throws {
        let terms = OfferTerms(
            promiseMinutes: promiseMinutes, commissionBasisPoints: commissionBasisPoints, enrichment: enrichment)
        let fact = OfferAnswered(
            leadID: lead, partnerID: partner, offerID: offer, answer: answer.answer,
            terms: answer == .counter ? terms : nil)
        let deployment = try statement.deployment()
        try statement.report(try await deployment.answer(fact, by: statement.by), deployment)
    }
}
