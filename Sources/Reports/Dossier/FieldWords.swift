import Audit
import LeadlineCore

/// Fields of entries as a person reads them.
struct FieldWords {
    private let words: EditionWords

    init(_ words: EditionWords) { self.words = words }

    /// Fields that say who else was there, or repeat what stands beside them.
    private static let left: Set<String> = ["lead_id", "reviewer", "actor", "archived_by", "decided_by", "link"]
    /// What a human may decide.
    private static let decisions = [
        "assign_to_partner_id": "human.assign", "uphold": "human.uphold", "close": "human.close",
        "reroute": "human.reroute",
    ]
    private static let amounts = ["deal_value", "annual_revenue", "amount"]

    /// An entry with what is held in it.
    func parts(_ source: Dossier.Source) -> [SubjectEdition.Part] {
        let type = TypeName.short(source.type)
        let what = words.label("type.\(type)") ?? words.text("type.other")
        let said = source.isAboutAccount ? words.text("data.aboutCompany", ["what": .text(what)]) : what
        let heading = words.text("data.heading", ["date": .text(words.moment(source.time)), "what": .text(said)])
        var parts: [SubjectEdition.Part] = [.heading(heading)]
        if source.topic == "leadline.outcomes" { return parts + [.paragraph(words.text("data.partnerRecord"))] }
        parts += facts(source.clear + source.sealed)
        switch source.sealedState {
        case "erased": parts.append(.paragraph(words.text("data.erased")))
        case "unavailable": parts.append(.paragraph(words.text("data.unavailable")))
        default: break
        }
        return parts
    }

    private func facts(_ fields: [Dossier.Field]) -> [SubjectEdition.Part] {
        let values = Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
        return fields.compactMap { field in
            let name = field.name
            let isPartner = name.hasSuffix("partner_id") && Self.decisions[name] == nil
            if Self.left.contains(name) || isPartner || name.hasSuffix(".currency") { return nil }
            for amount in Self.amounts where name == "\(amount).minor_units" {
                let money = Int64(field.value).map { words.money($0, values["\(amount).currency"] ?? "") }
                return .fact(label(amount), money ?? field.value)
            }
            if let decision = Self.decisions[name] { return .fact(label("decision"), words.text(decision)) }
            return .fact(label(name), value(name, field.value))
        }
    }

    func label(_ name: String) -> String { words.label("field.\(name)") ?? name }

    /// A value as the language writes it.
    func value(_ name: String, _ value: String) -> String {
        switch name {
        case "country": words.country(value)
        case "language": words.languageName(value)
        case "employees": UInt32(value).map { words.number($0) } ?? value
        case "lawful_basis": basis(value)
        case "first_seen", "last_seen": words.moment(value)
        default: value
        }
    }

    private func basis(_ value: String) -> String {
        switch value {
        case "LAWFUL_BASIS_CONSENT", LawfulBasis.consent.name: words.text("basis.consent")
        case "LAWFUL_BASIS_CONTRACT", LawfulBasis.contract.name: words.text("basis.contract")
        case "LAWFUL_BASIS_LEGITIMATE_INTEREST", LawfulBasis.legitimateInterest.name:
            words.text("basis.legitimateInterest")
        default: value
        }
    }

    /// What a decision could draw on, in one line. What was observed of a company is named here and stands, with its
    /// figures, among the data.
    func used(_ sources: [ValueSource], currency: String) -> String {
        var said: [String] = []
        for source in sources {
            let name = source.field.unicodeScalars.map { $0 == " " ? "_" : String($0) }.joined()
            let text: String =
                if let amount = source.amount {
                    labelled(name, words.money(amount.minorUnits, amount.currency))
                } else if name == "intent" {
                    label(name)
                } else {
                    labelled(name, value(name, source.value))
                }
            if !said.contains(text) { said.append(text) }
        }
        return said.joined(separator: words.text("list.facts"))
    }

    private func labelled(_ name: String, _ value: String) -> String {
        words.text("labelled", ["label": .text(label(name)), "value": .text(value)])
    }
}
