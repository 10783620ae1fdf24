import ArgumentParser
import Evaluation
import Foundation
import KafkaTransport
import Reports
import Simulation
import UseCases

/// Leads through agents that behave in ten ways.
struct AgentsSimulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Offer leads to agents that answer, hang, crash, cheat or come late.",
        discussion: """
            Makes a temporary data folder, offers leads to example agents on the real engine, and checks from the \
            journal that no lead was lost or held twice, that no partner got more than it takes, and that deciding \
            again gives the same. The same leads are assigned without offers beside it, for their figure.

            All but the wall-clock figures follows from the options. Use a release build for those.

            With --kafka the same happens on a cluster, in real time: an instance decides, and agents hear and answer \
            as any consumer and producer does. On the same instance, at the same time, the same leads go through a \
            program without offers. A figure is then from handing a record to the producer until a consumer of \
            committed records has the decision; from a deadline, by clocks that must agree. It makes the topics where \
            they are missing and leaves its invented leads on them: use a cluster, or a broker, that is for this \
            alone.

            \(Outcome.note)
            """)

    @Option(help: "How many leads come.") var leads = 1_000
    @Option(help: "How many agents there are; their manners go round.") var agents = 40
    @Option(help: "What leads, agents and answers are drawn from.") var seed: UInt64 = 1
    @Option(help: "How often partners are asked before a lead is assigned without an offer.") var rounds: UInt32 = 2
    @Option(help: "How many partners are asked at once.") var atOnce: UInt32 = 2
    @Option(help: ArgumentHelp("Where the temporary folder is made.", valueName: "dir"))
    var directory = NSTemporaryDirectory()
    @Option(help: ArgumentHelp("With --kafka: leads a second, of each of the two programs.", valueName: "count"))
    var rate = 50
    @OptionGroup var kafka: KafkaOptions
    @Flag(help: "Print one JSON document.") var json = false

    func validate() throws {
        if !(1...10_000).contains(rate) { throw ValidationError("--rate must be from 1 to 10000") }
        if !(1...1_000_000).contains(leads) { throw ValidationError("--leads must be from 1 to 1000000") }
        if !(1...1_000).contains(agents) { throw ValidationError("--agents must be from 1 to 1000") }
        if !(1...16).contains(rounds) { throw ValidationError("--rounds must be from 1 to 16") }
        if !(1...8).contains(atOnce) { throw ValidationError("--at-once must be from 1 to 8") }
    }

    func run() async throws {
        let folder = directory + "/leadline-agents-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { _ = try? FileManager.default.removeItem(atPath: folder) }
        var settings = AgentsRun.Settings()
        (settings.leads, settings.agents, settings.seed) = (leads, agents, seed)
        (settings.rounds, settings.askedAtOnce) = (rounds, atOnce)
        let report = try await report(settings, in: folder)
        let text = json ? try JSONText.line(report) : AgentsText.lines(report).joined(separator: "\n")
        Terminal.line(text)
        if !report.isGood { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    private func report(_ settings: AgentsRun.Settings, in folder: String) async throws -> AgentsReport {
        // Named by the command alone: what is in the environment may be no cluster to try things on.
        guard kafka.givenBootstrap != nil else {
            var run = try await AgentsRun(settings, directory: folder)
            var progress = ProgressBar("negotiating", unit: "leads")
            let report = try await run.run { progress.update(UInt64($0), of: UInt64(leads)) }
            progress.finish()
            return report
        }
        var cluster = try kafka.required()
        cluster.group = "agents"
        let admin = try ClusterAdmin(cluster)
        for plan in Topics.plans(partitions: 1, replicas: 1) { _ = try admin.create(plan) }
        let run = KafkaAgentsRun(
            settings, on: cluster, directory: folder, partitionCount: try Topics.partitionCount(admin),
            leadsPerSecond: rate)
        return try await run.run()
    }
}

/// What negotiating is worth.
struct AgentsWorth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worth", abstract: "Compare revenue with and without offers, by how often partners are asked.",
        discussion: """
            Partners know what the router cannot: how much room they have this week, and how likely they are to win \
            this very lead. They decline what they have no room for or would hardly win, and ask for a little more \
            where it is close. The real decider routes the same leads without offers and with 1, 2 and 3 rounds; \
            differences are taken seed by seed, with Student's 95 % interval over the seeds.

            \(Outcome.note)
            """)

    @Option(help: "Leads of a run, half a year of them.") var leads = 2_000
    @Option(help: "Partners of a run.") var partners = 40
    @Option(help: "How many seeds are run.") var seeds = 10
    @Option(help: "The first of them.") var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Rounds to compare; may be repeated.", valueName: "count"))
    var rounds: [UInt32] = [1, 2, 3]
    @Flag(help: "Print one JSON document.") var json = false

    func validate() throws {
        if !(100...1_000_000).contains(leads) { throw ValidationError("--leads must be from 100 to 1000000") }
        if !(2...1_000).contains(partners) { throw ValidationError("--partners must be from 2 to 1000") }
        if !(2...1_000).contains(seeds) { throw ValidationError("--seeds must be from 2 to 1000") }
        if !rounds.allSatisfy({ (1...16).contains($0) }) { throw ValidationError("--rounds must be from 1 to 16") }
    }

    func run() throws {
        var settings = NegotiationWorth.Settings()
        (settings.leads, settings.partners, settings.seeds) = (leads, partners, seeds)
        (settings.firstSeed, settings.rounds) = (seed, rounds)
        let total = UInt64(leads * seeds * (rounds.count + 1))
        var progress = ProgressBar("routing", unit: "leads")
        let report = NegotiationWorth.run(settings) { progress.update(UInt64($0), of: total) }
        progress.finish()
        let text = json ? try JSONText.line(report) : AgentsText.lines(report).joined(separator: "\n")
        Terminal.line(text)
    }
}

/// The reports for people.
enum AgentsText {
    static func lines(_ report: AgentsReport) -> [String] {
        let columns = [
            "offers", "accepted", "declined", "countered", "timed out", "won", "plainly", "no effect", "rejected",
        ]
        let head = row("agents that", ["agents"] + columns)
        let rows = report.manners.map { one in
            let numbers = [
                one.agents, one.offers, one.accepted, one.declined, one.countered, one.timedOut, one.won,
                one.assignedPlainly, one.disregarded, one.rejected,
            ]
            return row(one.manner.about, numbers.map { CountText.grouped(Int64($0)) })
        }
        return [head] + rows + [""] + clock(report.wallClock) + [""] + check("with offers", report.journal)
            + check("without", report.plain)
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: 24, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
    }

    private static func clock(_ clock: AgentsReport.WallClock) -> [String] {
        func line(_ name: String, _ timing: AgentsReport.Timing?) -> String? {
            guard let timing else { return nil }
            return name.padding(toLength: 36, withPad: " ", startingAt: 0)
                + String(format: "p50 %.2f ms, p99 %.2f ms", timing.p50Millis, timing.p99Millis)
                + " of \(CountText.grouped(Int64(timing.count)))"
        }
        return [
            line("a round that is answered", clock.round), line("a lead that is agreed on", clock.negotiatedLead),
            line("a lead that is assigned at once", clock.plainAssignment),
            line("from a deadline to the next step", clock.deadlineToNextStep),
        ].compactMap { $0 }
    }

    private static func check(_ name: String, _ leads: JournaledLeads) -> [String] {
        let places = "\(leads.closed) closed, \(leads.held) held, \(leads.escalated) before a human"
        let verdict = leads.faults.isEmpty ? "none lost, none doubled, decided again the same" : "FAULTS"
        return ["\(name): \(leads.submitted) leads, \(places); \(verdict)"] + leads.faults.map { "  " + $0 }
    }

    static func lines(_ report: NegotiationWorth.Report) -> [String] {
        func percent(_ estimate: Estimate?) -> String {
            guard let estimate else { return "" }
            return String(
                format: "%+.1f %% [%+.1f, %+.1f]", estimate.value, estimate.interval.low, estimate.interval.high)
        }
        let head = worthRow("rounds", "revenue", "gain, 95 %", "after commission", "no room", "nobody", "offers/lead")
        return [head] + report.rows.map { one in
            worthRow(
                one.rounds == 0 ? "none" : "\(one.rounds)", CountText.grouped(Int64(one.revenue)),
                percent(one.gainPercent), percent(one.gainAfterCommissionPercent),
                String(format: "%.1f %%", one.withoutRoomPercent), String(format: "%.1f %%", one.unassignedPercent),
                String(format: "%.2f", one.offersPerLead))
        } + [
            "",
            "\(report.seeds) seeds from \(report.firstSeed), \(report.leads) leads and \(report.partners) partners each",
        ]
    }

    private static func worthRow(_ cells: String...) -> String {
        zip(cells, [8, 14, 26, 26, 10, 10, 12]).map { cell, width in
            String(repeating: " ", count: max(1, width - cell.count)) + cell
        }.joined()
    }
}
