public import Evaluation
public import LeadlineCore

/// The model card of a program, in Markdown: what the model does, on what it rests, and where it ends.
public struct ModelCard {
    private let program: String
    private let state: State
    private let standing: ModelStanding
    private let evaluation: JournalEvaluation
    private let report: JournalReport?

    /// The card of a program in a state, with what the model said at each award.
    public init(program: String, state: State, evaluation: JournalEvaluation) {
        self.program = program
        self.state = state
        self.evaluation = evaluation
        standing = state.modelStanding(cellsMost: 0)
        report = evaluation.report(name: program)
    }

    /// The card.
    public func markdown() -> String {
        let parts = [purpose(), data(), prior(), experts(), quality(), closing(), settings(), limits(), identity()]
        return "# Model card: \(Escaping.markdown(program))\n\n" + parts.joined(separator: "\n")
    }

    // MARK: What and from what

    private func purpose() -> String {
        let slots = standing.slots.map(\.name).joined(separator: ", ")
        return """
            ## What it predicts

            The chance that a deal is won if this lead goes to this partner, said at the award and never changed \
            afterwards. Routing multiplies it with the deal's value, the partner's fit, and what is expected to be \
            left of the lead once the partner works on it. It does not forecast amounts or dates, and it does \
            not judge a person.

            It sees the partner's id and of a lead: \(slots). It sees nothing that is sealed: no names, addresses or free text.

            """
    }

    private func data() -> String {
        let counts = evaluation.counts
        var lines = ["## Data", ""]
        if let first = evaluation.first, let last = evaluation.last {
            let span = "from \(TimeText.utc(first)) to \(TimeText.utc(last))"
            lines += ["The program's own journal and nothing else: \(Self.entries(evaluation.entries)) \(span).", ""]
        }
        lines += Self.table(
            ["", "Count"],
            [
                ["Awards", Self.count(counts.won + counts.lost + counts.open + counts.undecided)],
                ["won", Self.count(counts.won)],
                ["lost", Self.count(counts.lost)], ["still open", Self.count(counts.open)],
                ["ended undecided: the lead left the partner", Self.count(counts.undecided)],
                ["Outcomes of leads that a partner got by other ways", Self.count(evaluation.unpredicted)],
                ["Outcomes corrected to their opposite", Self.count(evaluation.corrected)],
            ])
        if !standing.hasLearned {
            lines += ["", "No deal was won or lost yet: the model has learned nothing and predicts about the prior."]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func prior() -> String {
        """
        ## Prior

        Before any outcome \(NumberText.percent(standing.priorRate)) are presumed to be won; the guess weighs as much \
        as \(NumberText.short(standing.priorStrength)) deals (the policy's prior, once one is in force). Now the \
        program's base rate, open deals accounted for, is \
        \(NumberText.percent(standing.baseRate)); the variance of its log-odds is \
        \(NumberText.fixed(standing.baseVariance, 4)).

        """
    }

    private func experts() -> String {
        let meanings = [
            "program-rate": "the program's win rate, whatever the lead and whoever the partner",
            "partner-rate": "the partner's own win rate",
            "crossed-model": "partner, values, partner in a value, two values together",
            "segments": "the partner's rate, then in the lead's vertical, then at its deal size",
            "match-model": "how the partner's profile and record match the lead, with an offset of each partner's own",
            "slow-model": "as the crossed model, but slower to believe what is new",
            "slowest-model": "as the crossed model, and slowest to believe what is new",
        ]
        let lines =
            [
                "## Experts", "",
                "\(standing.experts.count) ways to predict, mixed in log-odds. What predicted better on this program is believed more.",
                "",
            ]
            + Self.table(
                ["Expert", "Believed", "What it says"], words: [0, 2],
                standing.experts.map { [$0.name, NumberText.percent($0.weight), meanings[$0.name] ?? ""] })
            + ["", "Within the crossed model each group has a multiplier of its own, learned too.", ""]
            + Self.table(
                ["Group", "Multiplier", "SD"],
                standing.multipliers.map {
                    [$0.group, NumberText.fixed($0.value, 3), NumberText.fixed($0.deviation, 3)]
                })
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: How good

    private func quality() -> String {
        var lines = ["## How well it predicted this program", ""]
        guard let report else {
            return (lines + [BacktestText.nothing(evaluation, program)]).joined(separator: "\n") + "\n"
        }
        lines += [
            "Test, then train: each award is scored by what was said of it when it was made, with the outcomes known then. "
                + "Over the last half of the awards won or lost: \(Self.count(report.scored)), \(NumberText.percent(report.scoredShareWon)) won.",
            "",
        ]
        lines += Self.table(
            ["", "Log-loss", "AUC", "Brier", "ECE"],
            report.scores.map { entry in
                let scores = entry.scores
                let name = entry.model == "leadline" ? "Leadline" : entry.model
                let errors = [scores.brier, scores.ece].map { NumberText.fixed($0, 4) }
                return [name, NumberText.fixed(scores.logLoss, 4), scores.auc.map { NumberText.fixed($0, 4) } ?? "-"]
                    + errors
            })
        lines += ["", "Calibration, in bins of equal mass:", ""]
        lines += Self.table(
            ["Predicted", "Won", "Awards"], words: [],
            report.reliability.map {
                [NumberText.percent($0.predicted), NumberText.percent($0.observed), Self.count($0.count)]
            })
        return lines.joined(separator: "\n") + "\n"
    }

    private func closing() -> String {
        var lines = ["## How deals close", ""]
        if standing.closingCurve.isEmpty {
            lines.append("No award has reached the end of its first day: nothing is known of how long deals take.")
        } else {
            lines += ["Of the deals that are ever won, and of those ever lost, so many are so by an age in days:", ""]
            lines += Self.table(
                ["Days", "Wins in", "Losses in"], words: [],
                standing.closingCurve.map {
                    ["\($0.days)", NumberText.percent($0.winsIn), NumberText.percent($0.lossesIn)]
                })
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Settings, limits, identity

    /// One row for each setting there is, so that none can be forgotten.
    private func settings() -> String {
        let rows = Mirror(reflecting: standing.settings).children.map { child -> [String] in
            let value =
                switch child.value {
                case let vector as SIMD8<Double>: vector.indices.map { "\(vector[$0])" }.joined(separator: ", ")
                case let vector as SIMD4<Double>: vector.indices.map { "\(vector[$0])" }.joined(separator: ", ")
                default: "\(child.value)"
                }
            return [child.label ?? "", value]
        }
        let lines =
            [
                "## Settings", "",
                "The same for every program, but for the prior. A change to them is a new logic version.", "",
            ]
            + Self.table(["Setting", "Value"], rows)
        return lines.joined(separator: "\n") + "\n"
    }

    private func limits() -> String {
        """
        ## Known limits

        - Outcomes that come later than 384 days after the award teach the segments' tallies only.
        - A corrected outcome moves the weights only approximately: what it taught before is not taken back exactly.
        - Variances are kept for each weight alone. Where uncertainties are correlated, they understate the prediction's.
        - It learns only from the partners who got a lead. What another would have made of it is not known.
        - Awards still open are not scored. Where losses take longer than wins, the latest awards look better than they will.
        - Values that come up for the first time, and partners without outcomes, are predicted by the program's rate \
        and what else is known of the lead.

        """
    }

    private func identity() -> String {
        let position = state.nextPosition == 0 ? "none" : "#\(state.nextPosition - 1)"
        let lines =
            ["## Version", ""]
            + Self.table(
                ["", ""], words: [0, 1],
                [
                    ["Last entry", position], ["Logic version", "\(state.logicVersion)"],
                    ["Policy version", state.policyVersion.isEmpty ? "none" : state.policyVersion],
                    ["Model version: a hash over all it was told", "\(standing.version)"],
                    ["Content hash: a hash over all it knows", "\(standing.contentHash)"],
                ])
            + ["", "The same journal gives the same hashes on any machine."]
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Markdown

    /// Numbers stand right, words left; the first column holds words unless it is told otherwise.
    private static func table(_ head: [String], words: Set<Int> = [0], _ rows: [[String]]) -> [String] {
        let rule = "|" + head.indices.map { words.contains($0) ? " --- |" : " ---: |" }.joined()
        return [line(head), rule] + rows.map { line($0.map(Escaping.markdown)) }
    }

    private static func line(_ cells: [String]) -> String { "|" + cells.map { " \($0) |" }.joined() }

    private static func entries(_ number: UInt64) -> String { BacktestText.entries(number) }
    private static func count(_ value: Int) -> String { CountText.grouped(value) }
}
