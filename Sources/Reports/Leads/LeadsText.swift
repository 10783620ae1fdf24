public import Engine

/// Leads for people.
public enum LeadsText {
    /// Statuses that a lead can have, as lists show them and options name them.
    public static let statuses = [
        "received", "offered", "assigned", "responded", "escalated", "merged", "won", "lost", "withdrawn", "human", "objected",
        "erased"
    ]

    /// A table of leads.
    public static func table(_ rows: [LeadRow], _ style: TextStyle) -> String {
        var table = TextTable([
            ("LEAD", .left), ("STATUS", .left), ("PARTNER", .left), ("ATTEMPT", .right), ("VALUE", .right),
            ("COUNTRY", .left),
            ("SUBMITTED", .left), ("RESPOND BY", .left)
        ])
        for row in rows {
            table.add([
                row.leadID, row.status, row.partnerID.isEmpty ? "-" : row.partnerID,
                row.attempt == 0 ? "-" : "\(row.attempt)",
                row.currency.isEmpty ? "-" : MoneyText.exact(row.valueMinorUnits, row.currency, short: true),
                row.country.isEmpty ? "-" : row.country, style.time(row.submittedAt),
                row.respondBy.map { style.time($0) } ?? "-"
            ])
        }
        return table.text(style)
    }

    /// How many leads there are of each status.
    public static func counts(_ counts: [(status: String, count: Int)]) -> String {
        counts.map { "\(CountText.grouped($0.count)) \($0.status)" }.joined(separator: ", ")
    }

    /// What is known of one lead, above its timeline.
    public static func head(_ row: LeadRow, _ style: TextStyle) -> String {
        let title =
            style.styled("Lead \(row.leadID)", .bold)
            + ", \(row.status)\(row.partnerID.isEmpty ? "" : " at \(row.partnerID)")\n"
        var facts: [String] = []
        if !row.currency.isEmpty { facts.append(MoneyText.exact(row.valueMinorUnits, row.currency, short: true)) }
        facts += [row.country, row.vertical].filter { !$0.isEmpty }
        if row.attempt > 0 { facts.append("attempt \(row.attempt)") }
        if let respondBy = row.respondBy { facts.append("respond by \(style.time(respondBy))") }
        return title + (facts.isEmpty ? "" : Escaping.harmless(facts.joined(separator: ", ")) + "\n")
    }
}
