import ArgumentParser
import Foundation
import LeadlineCore
import Simulation

/// `leadline arena`: the real decider in a simulated network whose truth is known.
struct ArenaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arena",
        abstract: "Drive the decider through a simulated partner network and score what it does against hindsight.",
        discussion: """
            The folder holds an arena's files: partners, capacities, floors, leads, the truth and the optimum in hindsight, \
            and for a warm start the history of the year before. The decider runs as in an instance, input by input, \
            with the default policy; it learns of an outcome when it is due, and only of the partner it chose.

              leadline arena DIR                      the model starts cold
              leadline arena DIR --start warm         it knows the year before
              leadline arena DIR --start truth        it is told each probability: what is left is allocation
              leadline arena DIR --method round-robin   what the network had before

            Writes assignments.csv (lead, partner) into the folder, or where --output says, and prints the score. \
            \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("Folder with the arena's files.", valueName: "folder"))
    var folder: String

    @Option(help: ArgumentHelp("What is known at the start: cold, warm or truth.", valueName: "start"))
    var start = ArenaStart.cold

    @Option(help: ArgumentHelp("How partners are chosen: \(RoutingMethodName.list).", valueName: "method"))
    var method = RoutingMethodName.bidPrice

    @Option(help: ArgumentHelp("Share of leads that go by lot, 0 to 1.", valueName: "share"))
    var exploration = 0.0

    @Option(help: ArgumentHelp("Where to write the assignments.", valueName: "file"))
    var output: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        if !(exploration >= 0 && exploration <= 1) { throw ValidationError("--exploration must be from 0 to 1") }
    }

    func run() throws {
        do {
            let arena = try Arena(folder: folder, withHistory: start == .warm)
            var run = ArenaRun(arena, start: start) { policy in
                policy.method = method.method
                policy.exploration.shareBasisPoints = UInt32((exploration * 10_000).rounded())
            }
            var progress = ProgressBar("routing", unit: "leads")
            try run.route { progress.update(UInt64($0), of: UInt64(arena.leads.count)) }
            progress.finish()
            let partners = run.assignments.map(\.partner)
            try write(arena, partners)
            try print(ArenaScore(arena, partners))
        } catch let error as ArenaError {
            throw CommandFailure(.input, error.description)
        }
    }

    private func write(_ arena: Arena, _ partners: [Int?]) throws {
        let lines = zip(arena.leads, partners).map { "\($0.id),\($1.map { arena.profiles[$0].partnerID } ?? "")\n" }
        let path = output ?? URL(fileURLWithPath: folder).appendingPathComponent("assignments.csv").path
        try Data(("lead,partner\n" + lines.joined()).utf8).write(to: URL(fileURLWithPath: path))
    }

    private func print(_ score: ArenaScore) throws {
        if json {
            Swift.print(try JSONText.line(score))
            return
        }
        func percent(_ value: Double) -> String { String(format: "%.2f %%", value) }
        Swift.print(
            """
            revenue      \(percent(score.revenuePercentOfOptimum)) of the optimum in hindsight (second half \(percent(score.revenuePercentSecondHalf)))
            win rate     \(percent(100 * score.winRate))
            floors met   \(percent(score.floorsMetPercent)), \(percent(score.floorShortfallPercent)) of what they promise is lacking
            caps         \(score.capViolations) leads above a capacity
            to a human   \(percent(score.unassignedPercent)) of the leads
            evenness     \(String(format: "%.3f", score.jainOfUtilisation)), Jain's index of utilisation
            """)
    }
}

extension ArenaStart: ExpressibleByArgument {}

/// Routing methods as commands name them.
enum RoutingMethodName: String, CaseIterable, ExpressibleByArgument {
    case bidPrice = "bid-price"
    case highestScore = "highest-score"
    case roundRobin = "round-robin"
    case weightedRotation = "weighted-rotation"
    case highestFit = "highest-fit"

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }

    var method: RoutingMethod {
        switch self {
        case .bidPrice: .bidPrice
        case .highestScore: .highestScore
        case .roundRobin: .roundRobin
        case .weightedRotation: .weightedRotation
        case .highestFit: .highestFit
        }
    }
}
