import Engine
import Foundation
import LeadlineCore

/// The model for people.
struct ModelText {
    let program: String
    let state: State
    let standing: ModelStanding
    /// Rows a table.
    let most: Int

    func text() -> String {
        let fit = standing.fitWeights.isEmpty ? [] : [fitWeights()]
        if !standing.hasLearned { return ([head(), nothing] + (standing.awards > 0 ? [experts()] : []) + fit).joined(separator: "\n") }
        let parts = [head(), learned(), experts(), multipliers(), closing()] + fit + [partners(), values(), cells()]
        return parts.joined(separator: "\n")
    }

    private func head() -> String {
        """
        \(Terminal.styled(Terminal.harmless("The model of \(program)"), .bold)), \(moment)
        version       \(standing.version)
        content hash  \(standing.contentHash)

        """
    }

    private var moment: String {
        state.nextPosition == 0 ? "before its first entry" : "after entry #\(state.nextPosition - 1) of \(TimeText.local(state.lastStamp))"
    }

    private var nothing: String {
        let awards = standing.awards == 0 ? "no lead was awarded" : "of \(CountText.of(standing.awards, "award")) none was won or lost"
        return "It has learned nothing yet: \(awards). Until it has, its base rate is about the prior, "
            + "\(Self.percent(standing.priorRate)).\n"
    }

    private func learned() -> String {
        let deviation = standing.baseVariance.squareRoot()
        let middle = ElementaryFunctions.log(standing.baseRate / (1 - standing.baseRate))
        let low = ElementaryFunctions.logistic(middle - 1.96 * deviation), high = ElementaryFunctions.logistic(middle + 1.96 * deviation)
        return """
            \(CountText.of(standing.awards, "award")): \(CountText.grouped(Int64(standing.won))) won, \
            \(CountText.grouped(Int64(standing.lost))) lost, \(CountText.grouped(Int64(standing.awardsOpen))) still awaited \
            (384 days at most)
            base rate     \(Self.percent(standing.baseRate)), 95 % within \(Self.percent(low)) to \(Self.percent(high)); \
            log-odds \(Self.effect(middle)), variance \(Self.fine(standing.baseVariance))
            prior         \(Self.percent(standing.priorRate)), worth \(Self.short(standing.priorStrength)) deals

            """
    }

    private func experts() -> String {
        var table = TextTable([("EXPERT", .left), ("BELIEVED", .right), ("IN THE VARIANCE", .right)])
        for expert in standing.experts { table.add([expert.name, Self.percent(expert.weight), Self.percent(expert.spread)]) }
        return table.text()
    }

    private func multipliers() -> String {
        var table = TextTable([("GROUP", .left), ("MULTIPLIER", .right), ("SD", .right)])
        for multiplier in standing.multipliers {
            table.add([multiplier.group, Self.places(multiplier.value), Self.places(multiplier.deviation)])
        }
        return table.text()
    }

    private func closing() -> String {
        if standing.closingCurve.isEmpty { return "No award is a day old yet: nothing is known of how long deals take.\n" }
        var table = TextTable([("DAYS", .right), ("WINS IN", .right), ("LOSSES IN", .right)])
        for row in standing.closingCurve { table.add(["\(row.days)", Self.percent(row.winsIn), Self.percent(row.lossesIn)]) }
        return table.text()
    }

    private func fitWeights() -> String {
        var table = TextTable([("FIT", .left), ("FIXED", .right), ("LEARNED", .right), ("SD", .right)])
        for row in standing.fitWeights {
            table.add([row.contribution.name, Self.percent(row.fixed), Self.percent(row.learned), Self.percent(row.deviation)])
        }
        let answers = "\(CountText.of(Int(standing.answersTaken), "lead")) taken, \(CountText.grouped(Int64(standing.answersRefused))) declined or left lying"
        let mode = standing.fitWeightsMode == .learned ? "learned" : "fixed"
        return table.text() + "Fit goes by the \(mode) weights. Learned from \(answers).\n"
    }

    private func partners() -> String {
        var table = TextTable([("PARTNER", .left), ("LOG-ODDS", .right), ("SD", .right), ("WON", .right), ("CLOSED", .right)])
        for row in standing.partners.prefix(most) {
            table.add([row.partnerID] + Self.cells(row.logOdds, row.deviation, row.won, row.closed))
        }
        return table.text() + left(standing.partners.count, "partner")
    }

    private func values() -> String {
        var table = TextTable([("SLOT", .left), ("VALUE", .left), ("LOG-ODDS", .right), ("SD", .right), ("WON", .right), ("CLOSED", .right)])
        for row in standing.values.prefix(most) {
            table.add([row.value.slot.name, word(row.value)] + Self.cells(row.logOdds, row.deviation, row.won, row.closed))
        }
        return table.isEmpty ? "Nothing was learned of single values.\n" : table.text() + left(standing.values.count, "value")
    }

    private func cells() -> String {
        var table = TextTable([
            ("PARTNER", .left), ("SLOT", .left), ("VALUE", .left), ("LOG-ODDS", .right), ("SD", .right), ("WON", .right), ("CLOSED", .right),
        ])
        for row in standing.cells.prefix(most) {
            table.add([row.partnerID, row.value.slot.name, word(row.value)] + Self.cells(row.logOdds, row.deviation, row.won, row.closed))
        }
        if table.isEmpty { return "Nothing was learned of partners in values.\n" }
        return table.text() + left(standing.cellCount, "partner in a value", "partners in values")
    }

    private func left(_ count: Int, _ noun: String, _ nouns: String? = nil) -> String {
        let rest = count - most
        if rest <= 0 { return "" }
        return "\(CountText.grouped(Int64(rest))) more \(rest == 1 ? noun : nouns ?? noun + "s"); --most shows more\n"
    }

    /// A value in words; sizes of deals with their currency.
    private func word(_ value: ModelStanding.Value) -> String {
        func money(_ minorUnits: Int64) -> String { MoneyText.of(minorUnits, state.currency, short: true) }
        return switch (value.aboveMinorUnits, value.upToMinorUnits) {
        case (let above?, let upTo?): "over \(money(above)) to \(money(upTo))"
        case (let above?, nil): "over \(money(above))"
        case (nil, let upTo?): "up to \(money(upTo)) or not stated"
        case (nil, nil): value.word
        }
    }

    private static func cells(_ logOdds: Double, _ deviation: Double, _ won: UInt32, _ closed: UInt32) -> [String] {
        [effect(logOdds), places(deviation), CountText.grouped(Int64(won)), CountText.grouped(Int64(closed))]
    }

    static func effect(_ value: Double) -> String { String(format: "%+.3f", value) }
    static func places(_ value: Double) -> String { String(format: "%.3f", value) }
    static func fine(_ value: Double) -> String { String(format: "%.4f", value) }
    static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
    /// A number without needless zeros.
    static func short(_ value: Double) -> String { value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)" }
}
