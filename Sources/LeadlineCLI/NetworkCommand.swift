import ArgumentParser
import Engine
import Foundation
import LeadlineCore

/// The partner network as allocation sees it.
struct NetworkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Show what partners' places are worth, and what floors and turns are owed.",
        discussion: Outcome.note, subcommands: [NetworkShow.self])
}

/// Shows prices, floors and debts.
struct NetworkShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show prices of places, floors, utilisation and debts, partner by partner.",
        discussion: """
            PLACE is what a partner's next place is worth to the leads still expected this period: a lead goes there only \
            if it is worth more than that elsewhere. A promised minimum counts leads (FLOOR), deal value (FLOOR VALUE) or both; \
            FLOOR+ is what it adds while it is not met, to a lead of the usual value, EVEN+ what \
            having taken a smaller share of its capacity than others adds, or a larger one takes off. DEBT is what ties owe \
            the partner, in leads. Those with the dearest places come first.

            With --json, one object: program, position, at, currency, periodEnd, floorPeriodEnd, leadsRemembered, \
            leadsExpected, meanGainMinorUnits, jainOfUtilisation, partners.

            \(Outcome.note)
            """)

    @OptionGroup var model: ModelOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let stream = try model.stream()
        guard let network = stream.state.network(at: stream.state.lastStamp) else {
            throw CommandFailure(
                .input, "the program \(stream.program) has no policy yet", remedy: "Publish one with 'leadline policy apply -f policy.yaml'")
        }
        if json {
            Terminal.line(try JSONText.line(NetworkDocument(stream, network)))
        } else {
            Terminal.write(NetworkText(program: stream.program, currency: stream.state.currency, network: network).text())
        }
    }
}

/// The network as one JSON object.
private struct NetworkDocument: Encodable {
    struct Partner: Encodable {
        var partnerId: String
        var status: String
        var leads: UInt32
        var leadsMax: UInt32?
        var openLeads: UInt32
        var openLeadsMax: UInt32?
        var floorLeads: UInt32
        var floor: UInt32
        var floorLacking: UInt32
        var floorValueGot: Int64
        var floorValue: Int64
        var floorValueLacking: Int64
        var utilisation: Double?
        var placePrice: Double
        var floorFavour: Double
        var evennessFavour: Double
        var tieDebtMicros: Int64
    }

    var program: String
    var position: UInt64
    var at: String
    var currency: String
    var periodEnd: String
    var floorPeriodEnd: String
    var leadsRemembered: Int
    var leadsExpected: Double
    var meanGainMinorUnits: Double
    var jainOfUtilisation: Double
    var partners: [Partner]

    init(_ stream: ProgramStream, _ network: NetworkStanding) {
        program = stream.program
        position = stream.state.nextPosition
        at = RFC3339.format(network.at)
        currency = stream.state.currency
        periodEnd = RFC3339.format(network.periodEnd)
        floorPeriodEnd = RFC3339.format(network.floorPeriodEnd)
        leadsRemembered = network.leadsRemembered
        leadsExpected = network.leadsExpected
        meanGainMinorUnits = network.meanGain
        jainOfUtilisation = network.jainOfUtilisation
        partners = network.partners.map {
            Partner(
                partnerId: $0.partnerID, status: $0.status, leads: $0.leads, leadsMax: $0.leadsMax, openLeads: $0.openLeads,
                openLeadsMax: $0.openLeadsMax, floorLeads: $0.floorLeads, floor: $0.floor, floorLacking: $0.floorLacking,
                floorValueGot: $0.floorValueGot, floorValue: $0.floorValue, floorValueLacking: $0.floorValueLacking,
                utilisation: $0.utilisation, placePrice: $0.placePrice,
                floorFavour: $0.floorFavour, evennessFavour: $0.evennessFavour, tieDebtMicros: $0.tieDebtMicros)
        }
    }
}
