import ArgumentParser
import Evaluation
import Foundation
import LeadlineCore
import Reports
import Simulation
import UseCases

/// How estimates are held against an arena's truth.
struct EstimateCheckOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Hold the estimates of 'replay --policy' for this policy against the truth; its rules and periods are the arena's.",
            valueName: "file"))
    var candidate: String?

    @Option(
        help: ArgumentHelp(
            "The same for the default policy with this method: \(RoutingMethodName.list).", valueName: "method"))
    var candidateMethod: RoutingMethodName?

    @Option(help: ArgumentHelp("With a candidate: runs, each with other lots and outcomes.", valueName: "n"))
    var runs: Int?

    @Option(help: ArgumentHelp("With a candidate: seed of the first run; the next ones follow it.", valueName: "n"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("With a candidate: only the first leads of the arena.", valueName: "n"))
    var leads: Int?

    var isAsked: Bool { candidate != nil || candidateMethod != nil }

    func check(start: ArenaStart) throws {
        if candidate != nil && candidateMethod != nil {
            throw ValidationError("--candidate and --candidate-method do not go together")
        }
        if !isAsked, runs != nil || seed != nil || leads != nil {
            throw ValidationError("--runs, --seed and --leads need --candidate or --candidate-method")
        }
        if isAsked && start == .truth {
            throw ValidationError("a candidate is estimated from what a journal tells: --start must be cold or warm")
        }
        if !(1...100_000).contains(runs ?? 1) { throw ValidationError("--runs must be from 1 to 100000") }
        if !(1...Arena.linesMax).contains(leads ?? 1) {
            throw ValidationError("--leads must be from 1 to \(Arena.linesMax)")
        }
    }

    /// Runs the check, one run after the other.
    func run(_ arena: Arena, start: ArenaStart, change: (inout Policy) -> Void) throws -> EstimateCheck {
        var arena = arena
        if let leads { arena.leads = Array(arena.leads.prefix(leads)) }
        let policy = try policy(), runs = runs ?? 100, seed = seed ?? 1
        var check = EstimateCheck()
        var progress = ProgressBar("estimating", unit: "leads")
        for run in 0..<runs {
            try check.run(arena, start: start, seed: seed &+ UInt64(run), candidate: policy, change: change) {
                progress.update(UInt64(run * arena.leads.count + $0), of: UInt64(runs * arena.leads.count))
            }
        }
        progress.finish()
        return check
    }

    private func policy() throws -> Policy {
        if let candidate { return try PolicyFile.read(candidate).published.policy }
        var policy = Policy()
        policy.name = candidateMethod?.rawValue ?? ""
        policy.method = candidateMethod?.method ?? policy.method
        return policy
    }
}

/// A check of estimates for people.
enum EstimateCheckText {
    static func of(_ check: EstimateCheck, currency: String) -> String {
        let drawn = check.runs - check.refused
        if drawn == 0 {
            return Terminal.styled(
                "No conclusion about what the candidate would have earned, in \(CountText.of(check.runs, "run")).\n",
                .yellow)
                + check.refusal.map { "  \($0)\n" }.joined()
        }
        var text = """
            \(CountText.of(check.runs, "run"))\(check.refused > 0 ? ", \(check.refused) of them without a conclusion" : ""); the estimates rest on \(CountText.grouped(Int64(check.meanLeads))) leads, worth as much as \
            \(CountText.grouped(Int64(check.meanEffectiveSampleSize))) of one weight; the candidate chooses otherwise \
            in \(NumberText.percent(check.meanChangedShare)) of the decisions

            """
        text += table("REVENUE A LEAD", check.revenue) { MoneyText.whole($0, currency) }
        text += table("WIN RATE", check.winRate) { String(format: "%.2f %%", $0 * 100) }
        text += "Verdicts: \(check.right) right, \(check.wrong) wrong, \(check.undecided) too early to tell\n"
        return text
    }

    private static func table(_ title: String, _ rows: [EstimateCheck.Row], _ money: (Double) -> String) -> String {
        var table = TextTable([
            (title, .left), ("HELD THE TRUTH", .right), ("95 %", .left), ("TOO HIGH", .right), ("TOO LOW", .right),
            ("TRUTH", .right), ("ESTIMATE", .right),
            ("WIDTH", .right),
        ])
        for row in rows {
            let missed = row.covered.trials - Int(row.covered.successes)
            table.add([
                name(row.estimator), "\(Int(row.covered.successes)) of \(row.covered.trials)",
                row.covered.interval.map { EstimateText.range($0, NumberText.percent) } ?? "-", "\(row.above)",
                "\(missed - row.above)",
                money(row.meanTruth), money(row.meanEstimate), money(row.meanWidth),
            ])
        }
        return table.text(Terminal.style)
    }

    private static func name(_ estimator: String) -> String {
        switch estimator {
        case "ips": "IPS"
        case "snips": "SNIPS"
        case "doublyRobust": "doubly robust"
        default: "doubly robust - logged"
        }
    }
}
