import ArgumentParser
import Foundation
import LeadlineCore
import Reports
import Simulation
import UseCases

/// `leadline arena`: the real decider in a simulated network whose truth is known.
struct ArenaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arena",
        abstract: "Drive the decider through a simulated partner network and score what it does against hindsight.",
        discussion: """
            The folder holds an arena's files: partners, capacities, floors, leads, the truth and the optimum in \
            hindsight, and for a warm start the history of the year before. The decider runs as in an instance, input \
            by input, with the default policy; it learns of an outcome when it is due, and only of the partner it chose.

              leadline arena DIR                      the model starts cold
              leadline arena DIR --start warm         it knows the year before
              leadline arena DIR --start truth        it is told each probability: what is left is allocation
              leadline arena DIR --method round-robin   what the network had before

            With --journal the run becomes a program in a data folder of its own, and with --incumbent a pilot:

              leadline arena DIR --incumbent round-robin --journal arena-data
              leadline pilot report --data arena-data

            Writes assignments.csv (lead, partner) into the folder, or where --output says, and prints the score.

            With a candidate it asks instead whether the estimates of 'replay --policy' can be believed: run after \
            run, with other lots and outcomes, the candidate is estimated from the entries alone, and the estimates' \
            95 % intervals are held against what the truth says the candidate would have earned. Exit code 1 where an \
            interval holds it in fewer than nine of ten runs.

              leadline arena DIR --exploration 0.1 --candidate candidate.yaml
              leadline arena DIR --exploration 0.1 --candidate-method highest-fit

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

    @Option(
        help: ArgumentHelp(
            "Make a data folder here and keep every entry in its journal: report, pilot report, forecast, replay and verify read it.",
            valueName: "dir"))
    var journal: String?

    @Flag(help: "With --journal: wait for the outcomes that come after the last lead, so that no deal stays open.")
    var settled = false

    @Option(
        help: ArgumentHelp(
            "Route by this method beside the other, as the incumbent arm of a pilot.", valueName: "method"))
    var incumbent: RoutingMethodName?

    @Option(help: ArgumentHelp("Share of the leads that the incumbent routes, 0 to 1.", valueName: "share"))
    var incumbentShare = 0.5

    @OptionGroup var estimates: EstimateCheckOptions

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        if !(exploration >= 0 && exploration <= 1) { throw ValidationError("--exploration must be from 0 to 1") }
        if !(incumbentShare >= 0 && incumbentShare <= 1) {
            throw ValidationError("--incumbent-share must be from 0 to 1")
        }
        if incumbent == method {
            throw ValidationError("--incumbent and --method are the same: the arms would not differ")
        }
        if settled && journal == nil { throw ValidationError("--settled needs --journal") }
        if journal != nil && (estimates.isAsked || start == .truth) {
            throw ValidationError(
                "--journal keeps one run that knows what a journal tells: it goes with no candidate and not with --start truth"
            )
        }
        try estimates.check(start: start)
    }

    func run() throws {
        do {
            let arena = try Arena(folder: folder, withHistory: start == .warm)
            if estimates.isAsked { return try checkEstimates(arena) }
            var run = ArenaRun(arena, start: start, change: change)
            let journal = try journal.map(ArenaJournal.init(folder:))
            if let journal { run.observe = journal.take }
            run.waitsForOutcomes = settled
            var progress = ProgressBar("routing", unit: "leads")
            try run.route { progress.update(UInt64($0), of: UInt64(arena.leads.count)) }
            progress.finish()
            try journal?.flush()
            let partners = run.assignments.map(\.partner)
            try write(arena, partners)
            try print(ArenaScore(arena, partners))
        } catch let error as ArenaError {
            throw Problem(.invalid, error.description)
        }
    }

    /// What the policy has otherwise than the default.
    private func change(_ policy: inout Policy) {
        policy.method = method.method
        policy.exploration.shareBasisPoints = Self.basisPoints(exploration)
        guard let incumbent else { return }
        policy.pilot.name = "arena"
        policy.pilot.arms = [
            PilotArm(
                name: method.rawValue, method: method.method, shareBasisPoints: Self.basisPoints(1 - incumbentShare)),
            PilotArm(
                name: incumbent.rawValue, method: incumbent.method, shareBasisPoints: Self.basisPoints(incumbentShare)),
        ]
    }

    private static func basisPoints(_ share: Double) -> UInt32 { UInt32((share * 10_000).rounded()) }

    private func checkEstimates(_ arena: Arena) throws {
        let check = try estimates.run(arena, start: start, change: change)
        if json {
            Terminal.line(try JSONText.line(check))
        } else {
            Terminal.write(EstimateCheckText.of(check, currency: "EUR"))
        }
        if !check.holds { throw ExitCode(Outcome.checkFailed.rawValue) }
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
