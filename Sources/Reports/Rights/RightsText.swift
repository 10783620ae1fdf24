public import Audit
import Engine
public import LeadlineCore

/// What stands for a person, and what came of a request, for people.
public enum RightsText {
    /// What came of a request.
    /// - Parameters:
    ///   - position: of the entry that records it.
    ///   - suppressed: addresses that were suppressed with it.
    public static func outcome(_ events: [Event], position: UInt64, suppressed: Int, currency: String) -> [String] {
        let words = EventWords(currency: currency)
        var lines = events.map { words.sentence($0) }
        if lines.isEmpty { lines = ["recorded; nothing else changed"] }
        if suppressed > 0 { lines.append("\(CountText.of(suppressed, "address", plural: "addresses")) suppressed") }
        return lines.map { Escaping.harmless($0) } + ["Recorded at position \(position)."]
    }

    /// What stands for a person.
    public static func standing(_ person: Person, _ standing: PersonInspection, isErased: Bool) -> [String] {
        var lines = ["Known as \(person.subjects.map { "\($0)" }.joined(separator: ", "))"]
        if isErased { lines.append("Erased") }
        lines.append("Restriction of processing: \(standing.isRestricted ? "in force" : "none")")
        lines.append("Objection to the processing: \(standing.hasObjected ? "in force" : "none")")
        for link in person.links {
            lines.append(
                "\(link.other) is the same person as \(link.subject), "
                    + (link.isInferred ? "by an address of a lead" : "as somebody stated") + ", entry \(link.position)")
        }
        if person.formerHolders > 0 {
            lines.append(
                "\(CountText.of(person.formerHolders, "other person", plural: "other people")) had the address before; a lead's id finds them"
            )
        }
        lines += person.leads.map { lead in
            "Lead \(lead.leadID), \(lead.status)\(lead.partnerID.isEmpty ? "" : " at \(lead.partnerID)")"
        }
        return lines.map { Escaping.harmless($0) }
    }

    /// Suppressed addresses.
    public static func suppressions(_ suppressions: [SuppressionStanding], _ style: TextStyle) -> String {
        var table = TextTable([("ADDRESS, KEYED DIGEST", .left), ("SINCE", .left), ("LEADS SINCE", .right)])
        for entry in suppressions {
            table.add(["\(entry.address)", style.time(entry.since), CountText.grouped(entry.leads)])
        }
        return table.text(style)
    }
}
