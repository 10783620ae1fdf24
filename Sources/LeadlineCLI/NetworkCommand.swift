import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import Reports
import UseCases

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
            PLACE is what a partner's next place is worth to the leads still expected this period: a lead goes there \
            only if it is worth more than that elsewhere. A promised minimum counts leads (FLOOR), deal value (FLOOR \
            VALUE) or both; FLOOR+ is what it adds while it is not met, to a lead of the usual value, EVEN+ what \
            having taken a smaller share of its capacity than others adds, or a larger one takes off. DEBT is what \
            ties owe the partner, in leads; TURN is the bound that follows: of so many leads between equals in which \
            it takes part, one is its own at the latest. The debts are checked to add up to nothing, which the bound \
            rests on; where they do not, the command says that the bound does not hold, and fails. Those with the dearest \
            places come first.

            With --json, one object: program, position, at, currency, periodEnd, floorPeriodEnd, leadsRemembered, \
            leadsExpected, meanGainMinorUnits, jainOfUtilisation, turnWithinMax, debtsBalance, waiting, announced, \
            calendarsUnknown, partners.

            \(Outcome.note)
            """)

    @OptionGroup var model: ModelOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let stream = try model.stream()
        guard let network = stream.state.network(at: stream.state.lastStamp) else {
            throw Problem(
                .invalid, "the program \(stream.program) has no policy yet",
                remedy: "Publish one with 'leadline policy apply -f policy.yaml'")
        }
        if json {
            Terminal.line(
                try JSONText.line(NetworkDocument(program: stream.program, state: stream.state, network: network)))
        } else {
            Terminal.write(
                NetworkText(
                    program: stream.program, currency: stream.state.currency, network: network, style: Terminal.style
                ).text())
        }
        if !network.debtsBalance {
            throw Problem(
                .checkFailed, "what ties owe to partners does not add up, so that the bound does not hold",
                remedy: "Check the journal with 'leadline verify'")
        }
    }
}
