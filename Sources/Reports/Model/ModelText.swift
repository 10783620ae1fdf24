public import LeadlineCore

/// The model for people.
public struct ModelText {
    private let program: String
    private let state: State
    private let standing: ModelStanding
    private let most: Int
    private let style: TextStyle

    /// The model of a program in a state.
    /// - Parameter most: Rows a table.
    public init(program: String, state: State, standing: ModelStanding, most: Int, style: TextStyle) {
        self.program = program
        self.state = state
        self.standing = standing
        self.most = most
        self.style = style
    }

    /// The text.
    public func text() -> String {
        let fit = standing.fitWeights.isEmpty ? [] : [fitWeights()]
        if !standing.hasLearned {
            return ([head(), nothing] + (standing.awards > 0 ? [experts()] : []) + fit).joined(separator: "\n")
        }
        let parts = [head(), learned(), experts(), multipliers(), closing()] + fit + [partners(), values(), cells()]
        return parts.joined(separator: "\n")
    }

    private func head() -> String {
        """
        \(style.styled(Escaping.harmless("The model of \(program)"), .bold)), \(moment)
        version       \(standing.version)
        content hash  \(standing.contentHash)

        """
    }

    private var moment: String {
        state.nextPosition == 0
            ? "before its first entry" : "after entry #\(state.nextPosition - 1) of \(style.time(state.lastStamp))"
    }

    private var nothing: String {
        let awards =
            standing.awards == 0
            ? "no lead was awarded" : "of \(CountText.of(standing.awards, "award")) none was won or lost"
        return "It has learned nothing yet: \(awards). Until it has, its base rate is about the prior, "
            + "\(NumberText.percent(standing.priorRate)).\n"
    }

    private func learned() -> String {
        let deviation = standing.baseVariance.squareRoot()
        let middle = ElementaryFunctions.log(standing.baseRate / (1 - standing.baseRate))
        let low = ElementaryFunctions.logistic(middle - 1.96 * deviation),
            high = ElementaryFunctions.logistic(middle + 1.96 * deviation)
        let lines = [
            "\(CountText.of(standing.awards, "award")): \(CountText.grouped(standing.won)) won, "
                + "\(CountText.grouped(standing.lost)) lost, \(CountText.grouped(standing.awardsOpen)) still open "
                + "(384 days at most)",
            "base rate     \(NumberText.percent(standing.baseRate)), 95 % within \(NumberText.percent(low)) to "
                + "\(NumberText.percent(high)); log-odds \(NumberText.signed(middle, 3)), variance "
                + NumberText.fixed(standing.baseVariance, 4),
            "prior         \(NumberText.percent(standing.priorRate)), worth \(NumberText.short(standing.priorStrength)) deals",
        ]
        return style.lines(lines) + "\n"
    }

    private func experts() -> String {
        var table = TextTable([("EXPERT", .left), ("BELIEVED", .right), ("IN THE VARIANCE", .right)])
        for expert in standing.experts {
            table.add([expert.name, NumberText.percent(expert.weight), NumberText.percent(expert.spread)])
        }
        return table.text(style)
    }

    private func multipliers() -> String {
        var table = TextTable([("GROUP", .left), ("MULTIPLIER", .right), ("SD", .right)])
        for multiplier in standing.multipliers {
            table.add([
                multiplier.group, NumberText.fixed(multiplier.value, 3), NumberText.fixed(multiplier.deviation, 3),
            ])
        }
        return table.text(style)
    }

    private func closing() -> String {
        if standing.closingCurve.isEmpty {
            return "No award is a day old yet: nothing is known of how long deals take.\n"
        }
        var table = TextTable([("DAYS", .right), ("WINS IN", .right), ("LOSSES IN", .right)])
        for row in standing.closingCurve {
            table.add(["\(row.days)", NumberText.percent(row.winsIn), NumberText.percent(row.lossesIn)])
        }
        return table.text(style)
    }

    private func fitWeights() -> String {
        var table = TextTable([("FIT", .left), ("FIXED", .right), ("LEARNED", .right), ("SD", .right)])
        for row in standing.fitWeights {
            table.add([
                row.contribution.name, NumberText.percent(row.fixed), NumberText.percent(row.learned),
                NumberText.percent(row.deviation),
            ])
        }
        let answers =
            "\(CountText.of(Int(standing.answersTaken), "lead")) taken, \(CountText.grouped(standing.answersRefused)) declined or not answered"
        let mode = standing.fitWeightsMode == .learned ? "learned" : "fixed"
        return table.text(style) + style.lines(["Fit uses the \(mode) weights. Learned from \(answers)."]) + "\n"
    }

    private func partners() -> String {
        var table = TextTable([
            ("PARTNER", .left), ("LOG-ODDS", .right), ("SD", .right), ("WON", .right), ("DECIDED", .right),
        ])
        for row in standing.partners.prefix(most) {
            table.add([row.partnerID] + Self.cells(row.logOdds, row.deviation, row.won, row.closed))
        }
        return table.text(style) + left(standing.partners.count, "partner")
    }

    private func values() -> String {
        var table = TextTable([
            ("SLOT", .left), ("VALUE", .left), ("LOG-ODDS", .right), ("SD", .right), ("WON", .right),
            ("DECIDED", .right),
        ])
        for row in standing.values.prefix(most) {
            table.add(
                [row.value.slot.name, word(row.value)] + Self.cells(row.logOdds, row.deviation, row.won, row.closed))
        }
        return table.isEmpty
            ? "Nothing was learned of single values.\n" : table.text(style) + left(standing.values.count, "value")
    }

    private func cells() -> String {
        var table = TextTable([
            ("PARTNER", .left), ("SLOT", .left), ("VALUE", .left), ("LOG-ODDS", .right), ("SD", .right),
            ("WON", .right), ("DECIDED", .right),
        ])
        for row in standing.cells.prefix(most) {
            table.add(
                [row.partnerID, row.value.slot.name, word(row.value)]
                    + Self.cells(row.logOdds, row.deviation, row.won, row.closed))
        }
        if table.isEmpty { return "Nothing was learned of partners in values.\n" }
        return table.text(style) + left(standing.cellCount, "partner in a value", "partners in values")
    }

    private func left(_ count: Int, _ noun: String, _ nouns: String? = nil) -> String {
        let rest = count - most
        if rest <= 0 { return "" }
        return "\(CountText.grouped(rest)) more \(rest == 1 ? noun : nouns ?? noun + "s"); --most shows more\n"
    }

    /// A value in words; sizes of deals with their currency.
    private func word(_ value: ModelStanding.Value) -> String {
        func money(_ minorUnits: Int64) -> String { MoneyText.exact(minorUnits, state.currency, short: true) }
        return switch (value.aboveMinorUnits, value.upToMinorUnits) {
        case (let above?, let upTo?): "over \(money(above)) to \(money(upTo))"
        case (let above?, nil): "over \(money(above))"
        case (nil, let upTo?): "up to \(money(upTo)) or not stated"
        case (nil, nil): value.word
        }
    }

    private static func cells(_ logOdds: Double, _ deviation: Double, _ won: UInt32, _ closed: UInt32) -> [String] {
        [
            NumberText.signed(logOdds, 3), NumberText.fixed(deviation, 3), CountText.grouped(won),
            CountText.grouped(closed),
        ]
    }
}
