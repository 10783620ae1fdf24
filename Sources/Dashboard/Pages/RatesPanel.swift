import Foundation
import LeadlineCore
import Reports

/// The exchange rates that amounts are counted by, and where new ones are published.
struct RatesPanel {
    private static let most = 80

    let rates: [RateStanding]
    let canPublish: Bool

    init(_ rates: [RateStanding], canPublish: Bool) {
        self.rates = rates
        self.canPublish = canPublish
    }

    func section(_ reader: Reader) -> HTML {
        let t = reader.texts
        let rows = rates.prefix(Self.most).map { standing in
            let rate = standing.rate
            let from = rate.validFrom.map { [reader.moment($0)] } ?? [HTML.text(t("rates.ofPolicy"))]
            return HTML.element(
                .tr, [.set(.row, rate.currency)],
                [
                    .element(.th, [.rowHead], [.span(.mono, rate.currency)]),
                    .cell("rate", [.text(t.figures(RateWords.decimal(rate.rateMicros)))], t, [.num]),
                    .cell("from", from, t, [.words]),
                    .cell("standing", [.text(t(standing.isInForce ? "rates.inForce" : "rates.toCome"))], t, [.words]),
                ])
        }
        return .panel(
            "rates", t("rates.title"), count: rates.isEmpty ? nil : t.number(rates.count),
            [
                rows.isEmpty
                    ? .empty(t("rates.empty"), t("rates.how"))
                    : .all([
                        .grid(
                            "rates-rows", caption: t("rates.about"),
                            [("currency", false), ("rate", true), ("from", false), ("standing", false)], rows, t),
                        .left(rates.count, rows.count, t),
                    ]), canPublish ? form(reader) : .nothing,
            ])
    }

    private func form(_ reader: Reader) -> HTML {
        let t = reader.texts
        return .element(
            .details, [.set(.id, "rates-add")],
            [
                .worded(.summary, t("rates.add")),
                .form(
                    "/app/rules/rates", reader, [.form],
                    [
                        .field(
                            "currency", t("column.currency"), hint: t("rates.currency.hint"),
                            [.set(.required), .set(.maxLength, "3"), .set(.autocomplete, "off"), .set(.spellcheck, "false")]),
                        .field(
                            "rate", t("column.rate"), hint: t("rates.rate.hint"),
                            [.set(.required), .set(.maxLength, "24"), .set(.autocomplete, "off")]),
                        .field(
                            "from", t("column.from"), type: "datetime-local",
                            hint: t("partner.absence.zone", ["zone": .text(reader.zone.identifier)]), [.set(.required)]),
                        .submit(t("rates.publish"), .primary),
                    ]),
            ])
    }
}
