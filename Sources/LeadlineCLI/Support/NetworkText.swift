import Foundation
import LeadlineCore

/// The network for people.
struct NetworkText {
    let program: String
    let currency: String
    let network: NetworkStanding

    func text() -> String {
        let expected = String(format: "%.0f", network.leadsExpected)
        let head = """
            \(Terminal.styled(Terminal.harmless("The network of \(program)"), .bold)) at \(TimeText.local(network.at))
            this period ends \(TimeText.local(network.periodEnd)); about \(expected) leads are expected until then
            prices come from the last \(CountText.of(network.leadsRemembered, "lead")), worth \(money(network.meanGain)) on average at the best partner
            evenness \(String(format: "%.3f", network.jainOfUtilisation)), Jain's index of utilisation; floors count until \(TimeText.local(network.floorPeriodEnd))


            """
        if network.partners.isEmpty { return head + "No partner is registered yet.\n" }
        let dearest = network.partners.enumerated()
            .sorted { ($1.element.placePrice, $0.offset) < ($0.element.placePrice, $1.offset) }.map(\.element)
        var table = TextTable([
            ("PARTNER", .left), ("LEADS", .right), ("OPEN", .right), ("USED", .right), ("PLACE", .right), ("FLOOR", .right), ("FLOOR VALUE", .right), ("FLOOR+", .right),
            ("EVEN+", .right), ("DEBT", .right),
        ])
        for partner in dearest { table.add(row(partner)) }
        return head + table.text()
    }

    private func row(_ partner: PartnerPrice) -> [String] {
        [
            partner.partnerID + (partner.status == "active" ? "" : " (\(partner.status))"),
            partner.leadsMax.map { "\(partner.leads) of \($0)" } ?? "\(partner.leads)",
            partner.openLeadsMax.map { "\(partner.openLeads) of \($0)" } ?? "\(partner.openLeads)",
            partner.utilisation.map { String(format: "%.1f %%", $0 * 100) } ?? "-",
            partner.placePrice.rounded() > 0 ? money(partner.placePrice) : "-",
            partner.floor > 0 ? "\(partner.floorLeads) of \(partner.floor)" : "-",
            partner.floorValue > 0 ? "\(money(Double(partner.floorValueGot))) of \(money(Double(partner.floorValue)))" : "-",
            partner.floorFavour.rounded() > 0 ? money(partner.floorFavour) : "-",
            partner.evennessFavour.rounded() == 0 ? "-" : (partner.evennessFavour > 0 ? "+" : "-") + money(abs(partner.evennessFavour)),
            partner.tieDebtMicros == 0 ? "-" : String(format: "%+.2f", Double(partner.tieDebtMicros) / 1_000_000),
        ]
    }

    private func money(_ minorUnits: Double) -> String { MoneyText.of(Int64(minorUnits.rounded()), currency, short: true) }
}
